import { t } from "../../lang";
import { mu } from "../../numbers";
import { StackedBar } from "../../parts/bars";
import { Panel } from "../../parts/panel";
import { bucketColour, type Dashboard, total } from "./data";

interface Term {
  sign: "" | "+" | "−" | "=";
  name: string;
  m2: number;
}

/** Sums of the ledger and of the parcels, written as the sums they are. */
export function AreaBalance({ found }: { found: Dashboard }) {
  const l = found.ledger;
  const a = found.allocation;
  const other = total(
    found.parcels.filter((r) => r.bucket === "not_industrial"),
    (r) => r.area_m2,
  );
  const firms: Term[] = [
    { sign: "", name: t("已登记", "registered"), m2: l.registered_m2 },
    { sign: "+", name: t("租入", "leased in"), m2: l.leased_in_m2 },
    { sign: "+", name: t("其他", "other"), m2: l.other_m2 },
    { sign: "−", name: t("租出", "leased out"), m2: l.leased_out_m2 },
    { sign: "−", name: t("暂不计入", "exempt"), m2: l.exempt_m2 },
    { sign: "=", name: t("实际占用", "occupied"), m2: l.occupied_m2 },
  ];
  const land: Term[] = [
    { sign: "", name: t("已分到企业", "allocated to firms"), m2: a.allocated_m2 },
    { sign: "+", name: t("未分配", "unallocated"), m2: a.unallocated_m2 },
    { sign: "=", name: t("宗地登记面积", "registered area of parcels"), m2: a.area_m2 },
  ];
  return (
    <Panel id="areas" title={t("面积平衡（亩）", "Balance of areas, mu")}>
      <Sum terms={firms} title={t("企业台账", "Ledger of firms")} />
      <Sum terms={land} title={t("宗地", "Parcels")} />
      <StackedBar
        label={t("宗地登记面积的去向（亩）", "Where registered land went, mu")}
        told={mu}
        parts={[
          {
            name: t("已分到企业", "allocated to firms"),
            value: a.allocated_m2,
            colour: bucketColour("matched"),
          },
          {
            name: t("未分配：非工业用途", "unallocated, not industrial"),
            value: Math.min(other, a.unallocated_m2),
            colour: bucketColour("not_industrial"),
          },
          {
            name: t("未分配：工业用途", "unallocated, industrial"),
            value: Math.max(a.unallocated_m2 - other, 0),
            colour: bucketColour("unmatched"),
          },
        ]}
      />
    </Panel>
  );
}

/** Terms and their sum; says whether it adds up, to the square metre a row may be rounded by. */
function Sum({ terms, title }: { terms: readonly Term[]; title: string }) {
  const made = terms.reduce(
    (sum, one) => (one.sign === "=" ? sum : sum + (one.sign === "−" ? -one.m2 : one.m2)),
    0,
  );
  const told = terms.at(-1)?.m2 ?? 0;
  const off = Math.abs(made - told);
  const fits = off < 1 + told * 1e-6;
  return (
    <p class="sum" aria-label={title}>
      <b>{title}</b>
      {terms.map((one) => (
        <span key={one.name} class={one.sign === "=" ? "term result" : "term"}>
          <i>{one.sign}</i>
          <span>
            <small>{one.name}</small>
            {mu(one.m2)}
          </span>
        </span>
      ))}
      <span class={fits ? "fits" : "off"}>
        {fits ? t("✓ 相符", "✓ adds up") : t("✗ 差 {d} 亩", "✗ off by {d} mu", { d: mu(off) })}
      </span>
    </p>
  );
}
