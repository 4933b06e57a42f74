import { useEffect, useRef } from "preact/hooks";
import { word } from "../../legend";
import { t } from "../../lang";
import { me } from "../../me";
import { num } from "../../numbers";
import type { Bench } from "./bench";
import { type Filters, NO_FILTERS, storeFilters } from "./filters";
import { equalFacts } from "./equal";
import { type Item, isOpen, keyOf } from "./types";
import { verdictWord } from "./words";

/** The questions in the order in which they should be taken, with filters. */
export function QueuePanel(given: { bench: Bench }) {
  const { bench } = given;
  const list = useRef<HTMLOListElement>(null);
  const here = bench.at.value;
  useEffect(() => {
    list.current
      ?.querySelector("[aria-current]")
      ?.scrollIntoView({ block: "nearest", behavior: "instant" });
  }, [here]);
  const items = bench.items.value;
  const groups = new Map(
    [...equalFacts(items).values()].flatMap((g) => g.map((i) => [i, g.length] as const)),
  );
  return (
    <section class="queue" aria-label={t("复核清单", "Queue")}>
      <FilterBar bench={bench} />
      {items.length === 0 && !bench.loading.value && (
        <p class="empty">{t("没有这样的条目", "No such questions")}</p>
      )}
      <ol ref={list} class={bench.loading.value ? "stale" : ""}>
        {items.map((item) => (
          <li key={keyOf(item)}>
            <button
              type="button"
              class={isOpen(item) ? "row" : "row done"}
              aria-current={here && keyOf(here) === keyOf(item) ? "true" : undefined}
              onClick={() => void bench.open(item)}
            >
              <Row item={item} equal={groups.get(item) ?? 0} />
            </button>
          </li>
        ))}
      </ol>
    </section>
  );
}

function Row(given: { item: Item; equal: number }) {
  const { item, equal } = given;
  return (
    <>
      <span class="row-head">
        <b>{item.order}</b> {item.parcel_code.slice(-13)}
        <span class="number">
          {num(item.area_mu, 2)} {t("亩", "mu")}
        </span>
      </span>
      <span class="row-text">{item.holder || word("relation", item.relation ?? "")}</span>
      <span class="tags">
        <State item={item} />
        {item.grades && <span class="tag">{t("影响等级", "grades")}</span>}
        {item.rival_uscc && <span class="tag">{t("两候选", "two")}</span>}
        {equal > 1 && <span class="tag">{t("{n} 宗同", "{n} equal", { n: equal })}</span>}
      </span>
    </>
  );
}

function State(given: { item: Item }) {
  const { item } = given;
  if (item.proposal_id !== null) return <span class="tag wait">{t("待第二人", "waits")}</span>;
  if (item.decided)
    return (
      <span class={`tag said ${item.decided}`} title={item.decided_by ?? ""}>
        ✓ {verdictWord(item.decided)}
      </span>
    );
  if (item.claimed_by && item.claimed_by !== me.value?.subject)
    return <span class="tag held">{t("{w} 在看", "{w} looks", { w: item.claimed_by })}</span>;
  return null;
}

function FilterBar(given: { bench: Bench }) {
  const { bench } = given;
  const filters = bench.filters.value;
  const set = (change: Partial<Filters>): void => {
    const next = { ...filters, ...change };
    storeFilters(next);
    bench.filters.value = next;
  };
  const towns = bench.towns.value;
  return (
    <div class="filters">
      <Choice
        label={t("乡镇", "Town")}
        value={filters.town}
        set={(town) => set({ town })}
        of={[
          ["", t("全部乡镇", "All towns")],
          ...towns.map((o): [string, string] => [
            o.code,
            `${o.name || o.code} ${o.items - o.settled}`,
          ]),
        ]}
      />
      <Choice
        label={t("问题", "Question")}
        value={filters.kind}
        set={(kind) => set({ kind: kind as Filters["kind"] })}
        of={[
          ["", t("全部问题", "All kinds")],
          ["own", t("权利人是谁", "Who holds")],
          ["lease", t("是否承租", "Who rents")],
          ["use", t("谁在生产", "Who produces")],
          ["rival", t("有两个候选", "Two candidates")],
        ]}
      />
      <Choice
        label={t("状态", "State")}
        value={filters.state}
        set={(state) => set({ state: state as Filters["state"] })}
        of={[
          ["open", t("未定", "Open")],
          ["settled", t("已定", "Settled")],
          ["waiting", t("待第二人", "Waiting")],
          ["", t("全部状态", "All states")],
        ]}
      />
      <Choice
        label={t("领取", "Claimed")}
        value={filters.whose}
        set={(whose) => set({ whose: whose as Filters["whose"] })}
        of={[
          ["", t("不论领取", "By anybody")],
          ["mine", t("我领走的", "By me")],
          ["free", t("没被别人领", "Free")],
        ]}
      />
      <Choice
        label={t("面积", "Size")}
        value={String(filters.mu)}
        set={(mu) => set({ mu: Number(mu) })}
        of={[
          ["0", t("不论面积", "Any size")],
          ...["5", "10", "20", "50"].map((n): [string, string] => [
            n,
            t("{n} 亩以上", "from {n} mu", { n }),
          ]),
        ]}
      />
      <button type="button" class="quiet" onClick={() => set(NO_FILTERS)}>
        {t("还原", "Reset")}
      </button>
    </div>
  );
}

function Choice(given: {
  label: string;
  value: string;
  set: (value: string) => void;
  of: [string, string][];
}) {
  return (
    <select
      aria-label={given.label}
      value={given.value}
      onChange={(e) => {
        given.set(e.currentTarget.value);
        e.currentTarget.blur(); // letters are shortcuts again
      }}
    >
      {given.of.map(([value, text]) => (
        <option key={value} value={value}>
          {text}
        </option>
      ))}
    </select>
  );
}
