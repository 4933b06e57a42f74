import { useState } from "preact/hooks";
import { api, data, type Schema } from "../../api/client";
import { type Loaded, useLoaded } from "../../api/use";
import { type Edition, readEditions } from "../../edition";
import { t } from "../../lang";
import { may, me } from "../../me";
import { moment, num } from "../../numbers";
import { Confirm } from "../../parts/confirm";
import { Shown } from "../../parts/page";
import { say } from "../../parts/toast";
import { Difference } from "./difference";
import { Files } from "./files";
import { StateTag, Steps } from "./state";
import { nextOf, type State, stepWords } from "./words";

type Whole = Schema["Whole"];

/** One edition: where it stands, the next step, what it holds, how it differs from another. */
export function One(given: {
  edition: Edition;
  others: readonly Edition[];
  against: number | undefined;
  compare: (other: number | undefined) => void;
}) {
  const { edition, others } = given;
  const whole = useLoaded(
    () => data(api.GET("/v1/editions/{number}", { params: { path: { number: edition.number } } })),
    [edition.number, edition.state],
  );
  return (
    <div class="edition-one">
      <section class="panel" aria-label={t("进度", "Progress")}>
        <div class="page-head">
          <h2>
            {t("{y} 年 · 第 {n} 号", "{y} · no. {n}", { y: edition.year, n: edition.number })}{" "}
            <StateTag state={edition.state} />
          </h2>
          <Acts edition={edition} />
        </div>
        <Steps edition={edition} />
        <Shown of={whole}>{(found) => <Facts edition={found} />}</Shown>
      </section>
      <section class="panel" aria-label={t("比较", "Comparison")}>
        <div class="page-head">
          <h2>{t("与另一个发布比较", "Compare with another")}</h2>
          <label>
            <span class="hidden">{t("比较对象", "Compare with")}</span>
            <select
              value={given.against ?? ""}
              disabled={others.length === 0}
              onChange={(e) => given.compare(Number(e.currentTarget.value) || undefined)}
            >
              <option value="">{t("选择发布……", "choose an edition …")}</option>
              {others.map((o) => (
                <option key={o.number} value={o.number}>
                  {t("{y} 年 · 第 {n} 号", "{y} · no. {n}", { y: o.year, n: o.number })}
                </option>
              ))}
            </select>
          </label>
        </div>
        {given.against && given.against !== edition.number && (
          <Difference before={given.against} after={edition.number} />
        )}
      </section>
      <Kept whole={whole} />
    </div>
  );
}

function Kept(given: { whole: Loaded<Whole> }) {
  const found = given.whole.data;
  return found ? <Files edition={found} /> : null;
}

/** The next step and the way back, for those who answer for all divisions. */
function Acts(given: { edition: Edition }) {
  const { edition } = given;
  const [asked, setAsked] = useState<State | null>(null);
  if (!may("publish") || edition.state === "withdrawn") return null;
  if (!me.value?.everywhere)
    return (
      <p class="small">{t("转状态需要全部辖区的权限", "Steps are for those of all divisions")}</p>
    );
  const next = nextOf(edition.state);
  return (
    <div class="actions">
      {next && (
        <button type="button" class="main" onClick={() => setAsked(next)}>
          {t("{s}……", "{s} …", { s: stepWords(next).title })}
        </button>
      )}
      <button type="button" class="danger" onClick={() => setAsked("withdrawn")}>
        {t("撤回……", "Withdraw …")}
      </button>
      {asked && <Step edition={edition} to={asked} close={() => setAsked(null)} />}
    </div>
  );
}

function Step(given: { edition: Edition; to: State; close: () => void }) {
  const { edition, to, close } = given;
  const words = stepWords(to);
  const open = useLoaded(() => openObjections(edition.number, to), [edition.number, to]);
  return (
    <Confirm
      title={`${words.title} · ${t("第 {n} 号", "no. {n}", { n: edition.number })}`}
      yes={words.yes}
      danger={to === "withdrawn"}
      note={{
        label:
          to === "withdrawn"
            ? t("撤回理由（必填）", "Why (required)")
            : t("说明（记入审计）", "Note (kept in the log)"),
        required: to === "withdrawn",
      }}
      act={(note) => bring(edition.number, to, note)}
      close={close}
      done={() => {
        close();
        say(t("第 {n} 号已更新", "Edition {n} was brought on", { n: edition.number }));
        void readEditions();
      }}
    >
      <p>{words.what}</p>
      {(open.data ?? 0) > 0 && (
        <p class="refused">
          {t("还有 {n} 条异议没有答复。", "{n} objections are not answered yet.", {
            n: open.data ?? 0,
          })}
        </p>
      )}
    </Confirm>
  );
}

/** How many objections wait, where the step would leave them behind. */
async function openObjections(edition: number, to: State): Promise<number> {
  if (to !== "approved" && to !== "published") return 0;
  const query = { edition, state: "open" as const, limit: 1000 };
  return (await data(api.GET("/v1/objections", { params: { query } }))).length;
}

async function bring(number: number, state: State, note: string): Promise<void> {
  if (state === "draft") return; // none goes back
  await data(
    api.POST("/v1/editions/{number}/states", {
      params: { path: { number } },
      body: { state, note },
    }),
  );
}

function Facts(given: { edition: Whole }) {
  const { edition } = given;
  const shown = edition.channels.map((c) =>
    c === "public" ? t("公众", "the public") : t("内部", "inside"),
  );
  const run = (edition.run ?? {}) as {
    inputs?: { rows_in: number; rows_kept: number; rows_rejected: number }[];
    decisions?: { live?: number };
  };
  const sum = (pick: "rows_in" | "rows_kept" | "rows_rejected"): string =>
    num(run.inputs?.reduce((all, one) => all + one[pick], 0));
  const rows: [string, string][] = [
    [t("对应关系日期", "Links as of"), edition.as_of],
    [t("评价方案", "Scheme"), `${edition.scheme_title} · ${edition.scheme_id}`],
    [t("正在展示给", "Shown to"), shown.join("、") || t("无", "nobody")],
    [
      t("生成", "Built"),
      `${moment(edition.built_at)} · ${edition.built_by ?? "—"} · ${t("程序", "program")} ${edition.version}`,
    ],
  ];
  if (run.inputs)
    rows.push([
      t("输入", "Input"),
      t(
        "{f} 个文件，{i} 行 = 采用 {k} + 剔除 {r}；有效人工决定 {d} 条",
        "{f} files, {i} rows = {k} kept + {r} rejected; {d} decisions in force",
        {
          f: run.inputs.length,
          i: sum("rows_in"),
          k: sum("rows_kept"),
          r: sum("rows_rejected"),
          d: num(run.decisions?.live ?? 0),
        },
      ),
    ]);
  return (
    <dl class="facts">
      {rows.map(([name, value]) => (
        <>
          <dt key={name}>{name}</dt>
          <dd>{value}</dd>
        </>
      ))}
    </dl>
  );
}
