import { useState } from "preact/hooks";
import { useAct } from "../../api/act";
import { api, data, type Schema } from "../../api/client";
import { csv, save } from "../../api/download";
import { t } from "../../lang";
import { num } from "../../numbers";
import { Refused } from "../../parts/page";
import { Table } from "../../parts/table";
import type { Told } from "./send";

type RowError = Schema["RowError"];
const DRAWN = 200;
const PAGE = 10_000;

async function all(told: Told): Promise<RowError[]> {
  if (told.errors.length >= told.errors_total) return told.errors;
  const found: RowError[] = [];
  while (found.length < told.errors_total) {
    const query = { after: found.length, limit: PAGE };
    const path = { token: told.token };
    const page = await data(api.GET("/v1/cases/{token}/errors", { params: { path, query } }));
    if (page.length === 0) break;
    found.push(...page);
  }
  return found;
}

/** Every error: where it is, the value, what is wrong and what to do; filtered and kept as a file. */
export function Errors(given: { told: Told }) {
  const { told } = given;
  const { busy, problem, run } = useAct();
  const [rows, setRows] = useState<RowError[]>(told.errors);
  const [file, setFile] = useState("");
  const [part, setPart] = useState("");
  const [most, setMost] = useState(DRAWN);
  const missing = told.errors_total - rows.length;
  const files = [...new Set(rows.map((e) => e.file))].sort();
  const seen = rows.filter(
    (e) =>
      (!file || e.file === file) &&
      [e.field, e.value, e.what, e.hint].some((text) => text.includes(part)),
  );
  const download = async (): Promise<void> => {
    const whole = await all(told);
    setRows(whole);
    save(csv(whole, ["file", "row", "field", "value", "what", "hint"]), `${told.name}-errors.csv`);
  };
  return (
    <section aria-label={t("错误", "Errors")}>
      <div class="filters">
        <label>
          <span>{t("文件", "File")}</span>
          <select value={file} onChange={(e) => setFile(e.currentTarget.value)}>
            <option value="">{t("全部", "all")}</option>
            {files.map((f) => (
              <option key={f} value={f}>
                {f}
              </option>
            ))}
          </select>
        </label>
        <label>
          <span>{t("字段、值或原因", "Field, value or reason")}</span>
          <input
            type="search"
            value={part}
            onInput={(e) => setPart(e.currentTarget.value.trim())}
          />
        </label>
        <button type="button" disabled={busy} onClick={() => void run(download)}>
          {t("下载全部错误（CSV）", "Download all errors (CSV)")}
        </button>
        {missing > 0 && (
          <button
            type="button"
            disabled={busy}
            onClick={() => void run(async () => setRows(await all(told)))}
          >
            {t("读取其余 {n} 条", "Read the other {n}", { n: num(missing) })}
          </button>
        )}
      </div>
      {problem && <Refused problem={problem} />}
      <Table
        caption={t("错误 {n} 条", "{n} errors", { n: num(seen.length) })}
        rows={seen.slice(0, most).map((e, n) => ({ ...e, n }))}
        id={(e) => e.n}
        columns={[
          { head: t("文件", "File"), cell: (e) => <span class="mono">{e.file}</span> },
          {
            head: t("行", "Row"),
            number: true,
            cell: (e) => e.row ?? t("整个文件", "the file"),
          },
          { head: t("字段", "Field"), cell: (e) => e.field },
          { head: t("值", "Value"), cell: (e) => <span class="value">{e.value}</span> },
          { head: t("问题", "What is wrong"), cell: (e) => e.what },
          { head: t("怎么办", "What to do"), cell: (e) => e.hint },
        ]}
      />
      {seen.length > most && (
        <button type="button" onClick={() => setMost(most + DRAWN)}>
          {t("再列一些", "List more")}
        </button>
      )}
    </section>
  );
}
