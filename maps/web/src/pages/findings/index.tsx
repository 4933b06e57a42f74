import { useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { api, data, type Schema } from "../../api/client";
import { useOfEdition } from "../../api/edition";
import { edition } from "../../edition";
import { t } from "../../lang";
import { num } from "../../numbers";
import { Page, Shown } from "../../parts/page";
import { href } from "../../routes";
import "../../parts/listing.css";
import { Closing } from "./closing";
import { Filters } from "./filters";
import "./findings.css";
import { type Finding, Story } from "./story";

const PAGE = 30;
const NAMES = ["rule", "severity", "state", "place", "q", "story"] as const;
type Wanted = Partial<Record<(typeof NAMES)[number], string>>;

/** Findings by the story they belong to, the gravest first; closed and reopened with a reason. */
export default function Findings() {
  const { query, route } = useLocation();
  const wanted: Wanted = Object.fromEntries(
    NAMES.filter((name) => query[name]).map((name) => [name, query[name]]),
  );
  const [asked, setAsked] = useState<Finding | null>(null);
  const [round, setRound] = useState(0);
  return (
    <Page title={t("疑点", "Findings")}>
      <Filters
        key={JSON.stringify(wanted)}
        given={wanted}
        ask={(next) => route(href("/findings", next), true)}
      />
      <Stories
        key={`${edition.value?.number} ${JSON.stringify(wanted)}`}
        wanted={wanted}
        round={round}
        ask={setAsked}
      />
      {asked && (
        <Closing
          finding={asked}
          close={() => setAsked(null)}
          done={() => {
            setAsked(null);
            setRound(round + 1);
          }}
        />
      )}
    </Page>
  );
}

function Stories(given: { wanted: Wanted; round: number; ask: (finding: Finding) => void }) {
  const { wanted } = given;
  const [offset, setOffset] = useState(0);
  const loaded = useOfEdition<Schema["Stories"]>(
    (number) =>
      data(
        api.GET("/v1/stories", {
          params: { query: { ...wanted, edition: number, limit: PAGE, offset } as never },
        }),
      ),
    [offset, given.round],
  );
  return (
    <Shown of={loaded}>
      {(found) => (
        <>
          <p class="small" role="status">
            {t("共 {n} 件事项", "{n} stories", { n: num(found.total) })}
          </p>
          {found.stories.map((one) => (
            <Story
              key={one.story_id}
              story={one}
              open={found.stories.length === 1}
              ask={given.ask}
            />
          ))}
          {found.total === 0 && <p class="empty">{t("没有符合条件的疑点", "Nothing fits")}</p>}
          <div class="pager">
            <button type="button" disabled={offset === 0} onClick={() => setOffset(offset - PAGE)}>
              {t("上一页", "Previous")}
            </button>
            <span>
              {t("第 {a} / {b} 页", "page {a} of {b}", {
                a: offset / PAGE + 1,
                b: Math.max(Math.ceil(found.total / PAGE), 1),
              })}
            </span>
            <button
              type="button"
              disabled={offset + PAGE >= found.total}
              onClick={() => setOffset(offset + PAGE)}
            >
              {t("下一页", "Next")}
            </button>
          </div>
        </>
      )}
    </Shown>
  );
}
