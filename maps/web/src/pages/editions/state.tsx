import { stateWord } from "../../words";
import type { Edition } from "../../edition";
import { t } from "../../lang";
import { moment } from "../../numbers";
import { WAY } from "./words";

const KIND: Record<string, string> = { published: "good", withdrawn: "bad", draft: "soft" };

/** The state of an edition as a word in a frame. */
export function StateTag(given: { state: string }) {
  return <span class={`tag ${KIND[given.state] ?? ""}`}>{stateWord(given.state)}</span>;
}

/** The way of an edition: each state with who brought it there, when, and the note. */
export function Steps(given: { edition: Edition }) {
  const { state, states } = given.edition;
  const taken = states ?? [];
  const withdrawn = taken.find((s) => s.state === "withdrawn");
  const way = withdrawn
    ? [...WAY.filter((w) => taken.some((s) => s.state === w)), "withdrawn" as const]
    : WAY;
  return (
    <ol class="steps" aria-label={t("状态", "States")}>
      {way.map((one) => {
        const done = taken.find((s) => s.state === one);
        return (
          <li
            key={one}
            class={done ? "done" : ""}
            aria-current={one === state ? "step" : undefined}
          >
            <strong>{stateWord(one)}</strong>
            {done ? (
              <>
                <span>
                  {done.actor} · {moment(done.at)}
                </span>
                {done.note && <q>{done.note}</q>}
              </>
            ) : (
              <span>{t("尚未", "not yet")}</span>
            )}
          </li>
        );
      })}
    </ol>
  );
}
