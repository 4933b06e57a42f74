import { useState } from "preact/hooks";
import { api, data, type Problem } from "../../api/client";
import { asProblem } from "../../api/use";
import { edition } from "../../edition";
import { t } from "../../lang";
import { word } from "../../legend";
import { Dialog } from "../../parts/dialog";
import { Refused } from "../../parts/page";
import { say } from "../../parts/toast";
import type { Finding } from "./story";

/** Close a finding, or reopen it, with the reason; a colleague who was first is told of (409). */
export function Closing(given: { finding: Finding; close: () => void; done: () => void }) {
  const { finding } = given;
  const closed = finding.state === "closed";
  const [reason, setReason] = useState("");
  const [problem, setProblem] = useState<Problem | undefined>();
  const send = async (): Promise<void> => {
    try {
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
      given.done();
    } catch (e) {
      setProblem(asProblem(e));
    }
  };
  return (
    <Dialog
      title={closed ? t("重开疑点", "Reopen a finding") : t("关闭疑点", "Close a finding")}
      close={given.close}
    >
      <form
        class="closing"
        onSubmit={(e) => {
          e.preventDefault();
          void send();
        }}
      >
        <p>
          <b>{word("rule", finding.rule)}</b> {finding.message}
        </p>
        <label class="field">
          <span>{t("理由", "Reason")}</span>
          <textarea
            required
            maxLength={2000}
            value={reason}
            onInput={(e) => setReason(e.currentTarget.value)}
          />
        </label>
        {problem && (
          <>
            <Refused problem={problem} />
            {problem.status === 409 && (
              <button type="button" onClick={given.done}>
                {t("重新读取", "Read again")}
              </button>
            )}
          </>
        )}
        <div class="actions">
          <button type="submit" class="main" disabled={!reason.trim()}>
            {closed ? t("重开", "Reopen") : t("关闭", "Close")}
          </button>
          <button type="button" onClick={given.close}>
            {t("取消", "Cancel")}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
