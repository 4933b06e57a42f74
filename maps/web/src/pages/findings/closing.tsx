import { useState } from "preact/hooks";
import { api, data } from "../../api/client";
import { edition } from "../../edition";
import { t } from "../../lang";
import { word } from "../../legend";
import { WordsField } from "../../parts/field";
import { FormDialog } from "../../parts/form";
import { say } from "../../parts/toast";
import type { Finding } from "./story";

/** Close a finding, or reopen it, with the reason; a colleague who was first is told of (409). */
export function Closing(given: { finding: Finding; close: () => void; done: () => void }) {
  const { finding } = given;
  const closed = finding.state === "closed";
  const [reason, setReason] = useState("");
  const send = async (): Promise<void> => {
    await data(
      api.POST("/v1/findings/{finding_id}/closings", {
        params: { path: { finding_id: finding.finding_id } },
        body: {
          state: closed ? "open" : "closed",
          reason,
          ...(edition.value ? { edition: edition.value.number } : {}),
        },
      }),
    );
    say(closed ? t("已重开", "Reopened") : t("已关闭", "Closed"));
  };
  return (
    <FormDialog
      title={closed ? t("重开疑点", "Reopen a finding") : t("关闭疑点", "Close a finding")}
      yes={closed ? t("重开", "Reopen") : t("关闭", "Close")}
      class="closing"
      ready={reason.trim() !== ""}
      act={send}
      close={given.close}
      done={given.done}
      again={given.done}
    >
      <p>
        <b>{word("rule", finding.rule)}</b> {finding.message}
      </p>
      <WordsField label={t("理由", "Reason")} value={reason} most={2000} required put={setReason} />
    </FormDialog>
  );
}
