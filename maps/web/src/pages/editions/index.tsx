import { useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { edition, editions, editionsProblem, readEditions } from "../../edition";
import { t } from "../../lang";
import { moment } from "../../numbers";
import { Page, Refused } from "../../parts/page";
import { Table } from "../../parts/table";
import { href } from "../../routes";
import { One } from "./one";
import { StateTag } from "./state";
import "./editions.css";

const asked = (query: Record<string, string>): number | undefined =>
  Number(query.number) || undefined;

/** All editions, the one chosen with its steps, files and what differs from another. */
export default function Editions() {
  const { query, route } = useLocation();
  const [older, setOlder] = useState(false);
  if (editionsProblem.value)
    return (
      <Page title={t("发布", "Editions")}>
        <Refused problem={editionsProblem.value} again={() => void readEditions()} />
      </Page>
    );
  const known = editions.value ?? [];
  const chosen = known.find((e) => e.number === asked(query)) ?? edition.value;
  const live = known.filter((e) => older || e.state !== "withdrawn" || e === chosen);
  return (
    <Page title={t("发布", "Editions")}>
      <div class="editions">
        <section class="editions-list" aria-label={t("全部发布", "All editions")}>
          <Table
            caption={t("全部发布（{n}）", "All editions ({n})", { n: known.length })}
            rows={live}
            id={(e) => e.number}
            empty={t(
              "还没有发布。上传案卷后，在“上传”页运行一次。",
              "No edition yet: upload a case and run it.",
            )}
            columns={[
              {
                head: t("编号", "No."),
                number: true,
                cell: (e) => (
                  <a
                    href={href("/editions", { number: e.number })}
                    aria-current={e === chosen ? "true" : undefined}
                  >
                    {e.number}
                  </a>
                ),
              },
              { head: t("年度", "Year"), cell: (e) => e.year },
              { head: t("状态", "State"), cell: (e) => <StateTag state={e.state} /> },
              { head: t("生成", "Built"), cell: (e) => moment(e.built_at) },
            ]}
          />
          {known.some((e) => e.state === "withdrawn") && (
            <label class="check">
              <input
                type="checkbox"
                checked={older}
                onChange={(e) => setOlder(e.currentTarget.checked)}
              />
              {t("也列出已撤回的", "Also those withdrawn")}
            </label>
          )}
        </section>
        {chosen && (
          <One
            key={chosen.number}
            edition={chosen}
            others={known.filter((e) => e.number !== chosen.number)}
            against={Number(query.against) || undefined}
            compare={(other: number | undefined) =>
              route(href("/editions", { number: chosen.number, against: other }))
            }
          />
        )}
      </div>
    </Page>
  );
}
