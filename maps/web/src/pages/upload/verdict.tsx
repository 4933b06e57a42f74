import { useState } from "preact/hooks";
import { useAct } from "../../api/act";
import { api, data, type Schema } from "../../api/client";
import { t } from "../../lang";
import { moment, num } from "../../numbers";
import { Confirm } from "../../parts/confirm";
import { Refused } from "../../parts/page";
import { type Column, Table } from "../../parts/table";
import { say } from "../../parts/toast";
import { Errors } from "./errors";
import { type Job, leave, type Told, throwAway } from "./send";

type File = Schema["FileTold"];

/** What reading a case gave: can it be stored, file by file, and every error. */
export function Verdict(given: { told: Told; started: (job: Job) => void }) {
  const { told } = given;
  return (
    <section class="verdict" aria-label={t("结论", "Verdict")}>
      <div class={told.loadable ? "good-note" : "refused"} role="status">
        <p>
          <strong>
            {told.loadable
              ? t("✓ 可以入库", "✓ Can be stored")
              : t("✗ 不能入库", "✗ Cannot be stored")}
          </strong>{" "}
          {t(
            "{f} 个文件，{i} 行 = 采用 {k} 行 + 剔除 {r} 行；{e} 条错误",
            "{f} files, {i} rows = {k} kept + {r} rejected; {e} errors",
            {
              f: told.files.length,
              i: num(told.rows_in),
              k: num(told.rows_kept),
              r: num(told.rows_rejected),
              e: num(told.errors_total),
            },
          )}
        </p>
        {told.faults.length > 0 && (
          <ul>
            {told.faults.map((f) => (
              <li key={`${f.file} ${f.what}`}>
                <b>{f.file}</b> {f.what}
                {f.hint && `——${f.hint}`}
              </li>
            ))}
          </ul>
        )}
        <p class="small">
          {t(
            "“{n}”，{d}；还没有入库，{u} 自动删除。",
            "“{n}”, {d}; not stored, deleted by itself {u}.",
            {
              n: told.name,
              d: told.scope
                ? t("辖区 {s}", "division {s}", { s: told.scope })
                : t("全部辖区", "all divisions"),
              u: moment(told.until),
            },
          )}
        </p>
      </div>
      <Acts told={told} started={given.started} />
      <Table
        caption={t("逐个文件", "File by file")}
        rows={told.files}
        id={(f) => `${f.file} ${f.stem}`}
        columns={columns()}
      />
      {told.errors_total > 0 && <Errors told={told} />}
    </section>
  );
}

const columns = (): Column<File>[] => [
  {
    head: t("文件", "File"),
    wide: true,
    cell: (f) => (
      <>
        <span class="mono">{f.file}</span>
        <div class="small">{[f.format, f.encoding, f.crs].filter(Boolean).join(" · ")}</div>
      </>
    ),
  },
  {
    head: t("作为", "Taken as"),
    cell: (f) => stemWord(f.stem) || <span class="tag soft">{t("没有用到", "not used")}</span>,
  },
  { head: t("行数", "Rows"), number: true, cell: (f) => num(f.rows_in) },
  { head: t("采用", "Kept"), number: true, cell: (f) => num(f.rows_kept) },
  {
    head: t("剔除", "Rejected"),
    number: true,
    cell: (f) =>
      f.rows_rejected > 0 ? <strong class="bad-word">{num(f.rows_rejected)}</strong> : "0",
  },
  { head: t("置空的值", "Values dropped"), number: true, cell: (f) => num(f.values_dropped) },
  { head: t("结论", "Verdict"), cell: (f) => <FileVerdict file={f} /> },
];

/** What a file is taken as, in the reader's words. */
function stemWord(stem: string): string {
  const words: Record<string, string> = {
    parcels: t("宗地", "parcels"),
    enterprises: t("企业", "enterprises"),
    indicators: t("指标", "indicators"),
    addresses: t("地址", "addresses"),
    buildings: t("建筑", "buildings"),
    leases: t("租赁", "leases"),
    parks: t("园区", "parks"),
    patches: t("三调图斑", "survey patches"),
    supply: t("供地", "supply"),
    groups: t("集团", "groups"),
    flags: t("调整项", "flags"),
    region_indicators: t("区域指标", "regional indicators"),
    decisions: t("人工决定", "decisions"),
  };
  return words[stem] ?? stem;
}

function FileVerdict(given: { file: File }) {
  const f = given.file;
  const reasons = Object.entries(f.reasons);
  return (
    <>
      {!f.usable && f.stem && <span class="tag bad">{t("不能用", "cannot be used")}</span>}
      {f.usable && <span class="tag good">{t("能用", "can be used")}</span>}
      {f.problems.map((p) => (
        <div key={p} class="bad-word">
          {p}
        </div>
      ))}
      {f.hint && <div>{f.hint}</div>}
      {f.missing.length > 0 && (
        <div>{t("缺少的列：{c}", "missing: {c}", { c: f.missing.join("、") })}</div>
      )}
      {reasons.map(([why, n]) => (
        <div key={why} class="small">
          {why} ×{num(n)}
        </div>
      ))}
      <FileDetails file={f} />
    </>
  );
}

function FileDetails(given: { file: File }) {
  const f = given.file;
  const columns = Object.entries(f.columns);
  if (columns.length + f.extra.length + f.notes.length === 0) return null;
  return (
    <details>
      <summary>
        {t("认出 {n} 列，未用 {k} 列", "{n} columns known, {k} not used", {
          n: columns.length,
          k: f.extra.length,
        })}
      </summary>
      <ul class="picked">
        {columns.map(([head, name]) => (
          <li key={head}>
            {head} → <span class="mono">{name}</span> <span class="small">{unitOf(f, name)}</span>
          </li>
        ))}
        {f.extra.length > 0 && (
          <li>{t("未用：{c}", "not used: {c}", { c: f.extra.join("、") })}</li>
        )}
        {f.notes.map((note) => (
          <li key={note}>{note}</li>
        ))}
        <li class="small mono">SHA-256 {f.sha256}</li>
      </ul>
    </details>
  );
}

function unitOf(file: File, name: string): string {
  const found = file.units[name];
  return found ? `${found.unit}（${found.how}）` : "";
}

/** Store it, or throw it away. */
function Acts(given: { told: Told; started: (job: Job) => void }) {
  const { told } = given;
  const { busy, problem, run } = useAct();
  const [asking, setAsking] = useState(false);
  return (
    <>
      <div class="actions verdict-acts">
        <button
          type="button"
          class="main"
          disabled={!told.loadable}
          onClick={() => setAsking(true)}
        >
          {t("入库……", "Store it …")}
        </button>
        <button
          type="button"
          class="danger"
          disabled={busy}
          onClick={() =>
            void run(() => throwAway(told.token)).then(
              (done) => done && say(t("已放弃，没有留下任何数据", "Thrown away; nothing is left")),
            )
          }
        >
          {t("放弃", "Throw it away")}
        </button>
        {problem && (
          <button type="button" onClick={leave}>
            {t("重新选择", "Choose again")}
          </button>
        )}
      </div>
      {problem && <Refused problem={problem} />}
      {asking && <Store told={told} close={() => setAsking(false)} started={given.started} />}
    </>
  );
}

function Store(given: { told: Told; close: () => void; started: (job: Job) => void }) {
  const { told } = given;
  const [partial, setPartial] = useState(false);
  const [from, setFrom] = useState("");
  const load = async (): Promise<void> => {
    given.started(
      await data(
        api.POST("/v1/cases/{token}/load", {
          params: { path: { token: told.token } },
          body: { partial, valid_on: from || null },
        }),
      ),
    );
    leave();
  };
  return (
    <Confirm
      title={t("入库：{n}", "Store: {n}", { n: told.name })}
      yes={t("入库", "Store")}
      act={load}
      close={given.close}
      done={() => say(t("入库任务已开始", "The load has begun"))}
    >
      <p>
        {t(
          "采用的 {k} 行入库；剔除的 {r} 行不入库，留在剔除记录里。要么全部入库，要么不留痕迹。",
          "{k} rows are stored; the {r} rejected ones are not, and are listed as rejected. All of it, or nothing.",
          { k: num(told.rows_kept), r: num(told.rows_rejected) },
        )}
      </p>
      <label class="field">
        <span>{t("数据自哪天起有效（空为今天）", "Valid from (empty: today)")}</span>
        <input type="date" value={from} onInput={(e) => setFrom(e.currentTarget.value)} />
      </label>
      <label>
        <input
          type="checkbox"
          checked={partial}
          onChange={(e) => setPartial(e.currentTarget.checked)}
        />{" "}
        {t(
          "只是部分数据：文件里没有的行仍然有效（不选，则视为已终止）",
          "Only a part: rows that are not in the files stay in force (else they end)",
        )}
      </label>
    </Confirm>
  );
}
