import { useState } from "preact/hooks";
import { api, data, type Schema } from "../../api/client";
import { useOfEdition } from "../../api/edition";
import { t } from "../../lang";
import { word } from "../../legend";
import { Pick, SearchForm } from "../../parts/field";

type Given = Record<string, string | undefined>;
/** The rules of the cross-check, as CONTRACT names them and the legend words them. */
const RULES = [
  "AREA_OVER", "AREA_UNALLOCATED", "AREA_REPORTED", "AREA_GEOMETRY", "GRADE_CONFLICT",
  "HOLDER_CANCELLED", "TENANT_NO_LEASE", "LEASE_NO_TITLE", "LEASE_EXPIRED", "LEASE_UNPLACED",
  "NO_LAND_ENTERPRISE", "IDLE_LAND", "USE_MISMATCH", "EXPANSION", "FAR_MISMATCH",
  "VIRTUAL_ADDRESS", "USCC_INVALID", "USCC_DUPLICATE", "PARCEL_OVERLAP", "PARCEL_CODE_VARIANT",
  "POINT_DATUM", "EXEMPTION_ENDED", "FIGURE_CONFLICT", "DECISION_STALE",
]; // prettier-ignore

/** Which stories: rule, severity, state, town, words. */
export function Filters(given: { given: Given; ask: (wanted: Record<string, string>) => void }) {
  const [part, setPart] = useState(given.given.q ?? "");
  const now = { ...given.given, story: undefined };
  const put = (name: string, value: string): void =>
    given.ask(
      Object.fromEntries(
        Object.entries({ ...now, q: part, [name]: value }).filter(
          (entry): entry is [string, string] => Boolean(entry[1]),
        ),
      ),
    );
  return (
    <SearchForm
      apply={() => put("q", part)}
      clear={Object.keys(given.given).length > 0 ? () => given.ask({}) : undefined}
    >
      <Pick
        label={t("规则", "Rule")}
        value={given.given.rule}
        put={(v) => put("rule", v)}
        choices={RULES.map((r) => [r, word("rule", r)])}
      />
      <Pick
        label={t("程度", "Severity")}
        value={given.given.severity}
        put={(v) => put("severity", v)}
        choices={["high", "medium", "low"].map((s) => [s, word("severity", s)])}
      />
      <Pick
        label={t("状态", "State")}
        value={given.given.state}
        put={(v) => put("state", v)}
        choices={["open", "closed"].map((s) => [s, word("state", s)])}
      />
      <Towns value={given.given.place} put={(v) => put("place", v)} />
      <label>
        <span>{t("查找", "Search")}</span>
        <input
          type="search"
          class="wide"
          value={part}
          pattern=".{2,60}"
          placeholder={t("企业、宗地代码、说明的一部分", "part of a firm, code, message")}
          onInput={(e) => setPart(e.currentTarget.value)}
        />
      </label>
    </SearchForm>
  );
}

function Towns(given: { value: string | undefined; put: (value: string) => void }) {
  const loaded = useOfEdition<Schema["Dashboard"]>((number) =>
    data(api.GET("/v1/dashboard", { params: { query: { edition: number } } })),
  );
  const towns = loaded.data?.towns ?? [];
  return (
    <Pick
      label={t("镇街", "Town")}
      value={given.value}
      put={given.put}
      choices={towns.map((one) => [one.code, one.name || one.code])}
    />
  );
}
