import { useState } from "preact/hooks";
import { roleWord } from "../../words";
import { t } from "../../lang";
import { me } from "../../me";
import { Field, TextField } from "../../parts/field";
import { divisionsOf, MAY, ROLES, type Role, rightWord } from "./words";

export interface Places {
  everywhere: boolean;
  typed: string;
  chosen: string[];
  set: (change: { everywhere?: boolean; typed?: string }) => void;
}

/** Where a role holds: all divisions, or those typed; one's own at first. */
export function usePlaces(given?: readonly string[]): Places {
  const [state, setState] = useState(() => {
    const own = given ?? me.value?.divisions.map((d) => d.code).filter(Boolean) ?? [];
    return {
      everywhere: given ? given.includes("") : false,
      typed: own.filter(Boolean).join("、"),
    };
  });
  return {
    ...state,
    chosen: state.everywhere ? [""] : divisionsOf(state.typed),
    set: (change) => setState({ ...state, ...change }),
  };
}

export function Divisions(given: { places: Places }) {
  const { places } = given;
  return (
    <fieldset>
      <legend>{t("辖区", "Divisions")}</legend>
      {me.value?.everywhere && (
        <label class="choice">
          <input
            type="checkbox"
            checked={places.everywhere}
            onChange={(e) => places.set({ everywhere: e.currentTarget.checked })}
          />{" "}
          {t("全部辖区", "All divisions")}
        </label>
      )}
      {!places.everywhere && (
        <TextField
          label={t(
            "行政区划代码或前缀，用顿号或空格分开",
            "Division codes or prefixes, apart by spaces",
          )}
          required
          placeholder="330603、330604"
          value={places.typed}
          put={(typed) => places.set({ typed })}
        />
      )}
    </fieldset>
  );
}

export function RoleChoice(given: { role: Role; choose: (role: Role) => void }) {
  return (
    <Field label={t("角色", "Role")}>
      <select value={given.role} onChange={(e) => given.choose(e.currentTarget.value as Role)}>
        {ROLES.map((one) => (
          <option key={one} value={one}>
            {roleWord(one)}（{MAY[one].map(rightWord).join("；")}）
          </option>
        ))}
      </select>
    </Field>
  );
}
