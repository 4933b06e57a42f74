import { useEffect, useState } from "preact/hooks";
import { useAct } from "../../api/act";
import { api, data } from "../../api/client";
import { edition } from "../../edition";
import { t } from "../../lang";
import { me } from "../../me";
import { NumberField, TextField } from "../../parts/field";
import { Refused } from "../../parts/page";
import type { Job } from "./send";

/** Run the engine on what is stored: a new draft, by a job of the service's own. */
export function Run(given: { started: (job: Job) => void }) {
  if (me.value?.everywhere) return <Asked started={given.started} />;
  return (
    <section class="panel" aria-label={t("运行", "Run")}>
      <p class="small">
        {t("运行和发布需要全部辖区的权限。", "Running is for those of all divisions.")}
      </p>
    </section>
  );
}

function Asked(given: { started: (job: Job) => void }) {
  const { busy, problem, run } = useAct();
  const [year, setYear] = useState<number>(new Date().getFullYear() - 1);
  const [scheme, setScheme] = useState("zhejiang-2022");
  const [asOf, setAsOf] = useState("");
  const [groups, setGroups] = useState(false);
  const known = edition.value;
  useEffect(() => {
    if (!known) return;
    setYear(known.year);
    setScheme(known.scheme_id);
  }, [known?.number]); // not when it is only read again: what was typed meanwhile stays
  const start = async (): Promise<void> => {
    const body = { year, scheme: scheme.trim(), as_of: asOf || null, merge_groups: groups };
    given.started(await data(api.POST("/v1/editions", { body })));
  };
  return (
    <form
      class="panel"
      aria-label={t("运行", "Run")}
      onSubmit={(e) => {
        e.preventDefault();
        void run(start);
      }}
    >
      <h2>{t("运行库中的数据", "Run what is stored")}</h2>
      <div class="filters">
        <NumberField
          label={t("年度", "Year")}
          least={1990}
          most={2100}
          value={year}
          put={setYear}
        />
        <TextField
          label={t("评价方案", "Scheme")}
          required
          pattern="[a-z0-9\-]+(\+[a-z0-9\-]+)*"
          value={scheme}
          put={setScheme}
        />
        <TextField
          label={t("对应关系日期（空为年末）", "Links as of (empty: end of year)")}
          type="date"
          value={asOf}
          put={setAsOf}
        />
        <label>
          <input
            type="checkbox"
            checked={groups}
            onChange={(e) => setGroups(e.currentTarget.checked)}
          />{" "}
          {t("母子公司合并评价", "Parents with their children")}
        </label>
        <button type="submit" class="main" disabled={busy}>
          {t("运行，生成草稿", "Run: a draft")}
        </button>
      </div>
      {problem && <Refused problem={problem} />}
      <p class="small">
        {t(
          "在服务里运行，关闭浏览器也会做完；同一时间只做一件。生成的是草稿，公众看不到。",
          "It runs in the service and ends with the browser closed too; one job at a time. The result is a draft that the public does not see.",
        )}
      </p>
    </form>
  );
}
