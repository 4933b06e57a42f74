import { headers, problemOf } from "../../api/client";
import { save } from "../../api/download";
import { asProblem } from "../../api/use";
import { t } from "../../lang";
import { say } from "../../parts/toast";
import type { Bench } from "./bench";

const XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/** A township's queue as a workbook, and the workbook filled in, as decisions. */
export function Sheets(given: { bench: Bench }) {
  const { bench } = given;
  const town = bench.towns.value.find((o) => o.code === bench.filters.value.town)?.name ?? "";
  const fetched = (): void =>
    void fetch(`/v1/review/sheets?${query(bench.edition, town)}`, { headers: headers() })
      .then(async (answer) => {
        if (!answer.ok) throw problemOf(answer.status, await answer.json());
        return answer.blob();
      })
      .then((file) => save(file, `review-${bench.edition}${town}.xlsx`))
      .catch((e: unknown) => say(asProblem(e).message, true));
  const sent = (file: File): void =>
    void fetch("/v1/review/sheets", {
      method: "POST",
      headers: { ...headers(), "Content-Type": XLSX },
      body: file,
    })
      .then(async (answer) => {
        const told: unknown = await answer.json();
        if (!answer.ok) throw problemOf(answer.status, told);
        const { decided, proposed } = told as { decided: number; proposed: number };
        say(t("记下 {n} 条", "{n} recorded", { n: decided + proposed }));
        bench.filters.value = { ...bench.filters.value };
        void bench.measure();
      })
      .catch((e: unknown) => say(asProblem(e).message, true));
  return (
    <>
      <button type="button" onClick={fetched}>
        {t("下载复核表", "Workbook")}
      </button>
      <label class="button">
        {t("上传复核表", "Send it back")}
        <input
          type="file"
          class="hidden"
          accept=".xlsx"
          onChange={(e) => {
            const file = e.currentTarget.files?.[0];
            if (file) sent(file);
            e.currentTarget.value = "";
          }}
        />
      </label>
    </>
  );
}

function query(edition: number, town: string): string {
  return new URLSearchParams({ edition: String(edition), ...(town ? { town } : {}) }).toString();
}
