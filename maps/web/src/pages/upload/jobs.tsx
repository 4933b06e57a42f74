import { useEffect } from "preact/hooks";
import { api, data } from "../../api/client";
import { useLoaded } from "../../api/use";
import { readEditions } from "../../edition";
import { t } from "../../lang";
import { moment, num } from "../../numbers";
import { Shown } from "../../parts/page";
import { Table } from "../../parts/table";
import { href } from "../../routes";
import type { Job } from "./send";

const EVERY_MS = 1000;
export const going = (job: Job): boolean => job.state === "queued" || job.state === "running";

/** Loads and publications, the newest first; asked again while one is under way. */
export function Jobs(given: { newest: Job | null }) {
  const jobs = useLoaded(
    () => data(api.GET("/v1/jobs", { params: { query: { limit: 10 } } })),
    [given.newest?.number],
  );
  const active = jobs.data?.items.some(going) ?? false;
  // The next question follows the answer: asked by the clock, slow answers would overtake each other.
  useEffect(() => {
    if (!active || jobs.loading) return undefined;
    const timer = setTimeout(jobs.reload, EVERY_MS);
    return () => clearTimeout(timer);
  }, [active, jobs.loading]);
  useEffect(() => {
    if (!active) return undefined;
    return () => void readEditions(); // one may have been built
  }, [active]);
  if (jobs.data?.items.length === 0) return null;
  return (
    <section aria-label={t("任务", "Jobs")} class="jobs">
      <Shown of={{ ...jobs, loading: false }}>
        {({ items }) => (
          <Table
            caption={t("最近的任务", "Recent jobs")}
            rows={items}
            id={(j) => j.number}
            columns={[
              { head: t("编号", "No."), number: true, cell: (j) => j.number },
              { head: t("任务", "Job"), cell: (j) => <What job={j} /> },
              { head: t("谁", "Who"), cell: (j) => j.subject },
              { head: t("开始", "Begun"), cell: (j) => moment(j.started_at ?? j.asked_at) },
              { head: t("进展", "Progress"), cell: (j) => <Progress job={j} /> },
            ]}
          />
        )}
      </Shown>
    </section>
  );
}

const text = (value: unknown): string =>
  typeof value === "string" || typeof value === "number" ? String(value) : "";

function What(given: { job: Job }) {
  const { kind, about } = given.job;
  return kind === "load" ? (
    <>
      {t("入库", "Load")} {text(about.case)}
    </>
  ) : (
    <>
      {t("运行 {y} 年", "Run {y}", { y: text(about.year) })}{" "}
      <span class="small">{text(about.scheme)}</span>
    </>
  );
}

function Progress(given: { job: Job }) {
  const { job } = given;
  if (job.state === "failed")
    return (
      <div role="alert">
        <span class="tag bad">{t("没有做成", "failed")}</span> {job.error}
        {job.hint && <div>{job.hint}</div>}
      </div>
    );
  if (job.state === "done")
    return (
      <>
        <span class="tag good">{t("完成", "done")}</span> <Result job={job} />
      </>
    );
  return (
    <span role="status">
      <progress aria-label={t("进行中", "under way")} />{" "}
      {job.state === "queued" ? t("排队", "queued") : stageWord(job.stage)}{" "}
      {job.stage_rows > 0 && t("{n} 行", "{n} rows", { n: num(job.stage_rows) })}
    </span>
  );
}

function Result(given: { job: Job }) {
  const result = (given.job.result ?? {}) as Record<string, unknown>;
  if (given.job.kind === "publish")
    return (
      <a href={href("/editions", { number: text(result.edition) })}>
        {t("第 {n} 号发布（草稿）", "Edition {n}, a draft", { n: text(result.edition) })}
      </a>
    );
  return result.load === null ? (
    <>{t("与库中一致，没有变化", "the same as what is stored")}</>
  ) : (
    <>{t("第 {n} 次导入", "load {n}", { n: text(result.load) })}</>
  );
}

/** The word for a stage; the name of a file stays as it is. */
export function stageWord(stage: string): string {
  const words: Record<string, string> = {
    "": t("准备", "getting ready"),
    match: t("对应", "matching"),
    ledger: t("台账", "ledger"),
    evaluate: t("评价", "evaluation"),
    check: t("交叉检查", "cross-checks"),
    screen: t("低效筛查", "screening"),
    store: t("写入", "storing"),
  };
  return words[stage] ?? stage;
}
