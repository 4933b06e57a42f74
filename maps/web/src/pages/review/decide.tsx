import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { t } from "../../lang";
import { percent } from "../../numbers";
import type { Bench } from "./bench";
import { wordsOf } from "./judged";
import type { Question } from "./types";
import { type Choice, choiceWord, placeName, reasons, verdictWord } from "./words";

const KEYS: Record<Choice, string> = {
  first: "A",
  second: "B",
  neither: "N",
  not: "R",
  split: "S",
  unsure: "U",
};

/** Which words there are to say: with one candidate "neither" and "not this firm" are the same. */
export const choicesOf = (two: boolean): Choice[] =>
  two
    ? ["first", "second", "neither", "not", "split", "unsure"]
    : ["first", "not", "split", "unsure"];

/** The bar at the bottom: what to say, then why. */
export function DecideBar(given: { bench: Bench }) {
  const { bench } = given;
  const question = bench.question.value;
  const choice = bench.choice.value;
  const open = bench.ready();
  const two = (question?.candidates.length ?? 0) > 1;
  return (
    <footer class="decide" aria-label={t("决定", "Decision")}>
      {choice && choice !== "split" && question ? (
        <WhyBar bench={bench} choice={choice} question={question} />
      ) : (
        <div class="verdicts">
          {choicesOf(two).map((one) => (
            <button
              key={one}
              type="button"
              class={one === "first" ? "main" : ""}
              disabled={!open}
              aria-keyshortcuts={KEYS[one]}
              onClick={() => (bench.choice.value = one)}
            >
              <kbd>{KEYS[one]}</kbd>{" "}
              {two || one !== "first" ? choiceWord(one, two) : t("是", "Yes")}
            </button>
          ))}
        </div>
      )}
      <LastAct bench={bench} />
    </footer>
  );
}

/** What was decided last in this tab, with the probability that blind judging hid. */
function LastAct(given: { bench: Bench }) {
  const { bench } = given;
  const act = bench.acts.value.at(-1);
  const waiting = bench.outbox.waiting.value;
  if (waiting > 0)
    return (
      <p class="small last sending" role="status">
        {t("正在记录 {n} 条……", "recording {n} …", { n: waiting })}
      </p>
    );
  if (!act) return <p class="small last">{t("按 ? 看全部按键", "press ? for all keys")}</p>;
  return (
    <p class="small last">
      {t("上一条", "Last")} {act.pair.parcel_code.slice(-13)} <b>{act.said}</b>
      {act.probability !== null &&
        ` · ${t("系统概率", "probability")} ${percent(act.probability)}`}{" "}
      <button type="button" class="quiet" onClick={() => void bench.undo()}>
        <kbd>Z</kbd> {t("撤销", "Undo")}
      </button>
    </p>
  );
}

/** Reasons by key, or in one's own words; and what exactly will be recorded. */
function WhyBar(given: { bench: Bench; choice: Choice; question: Question }) {
  const { bench, choice, question } = given;
  const [text, setText] = useState("");
  const box = useRef<HTMLDivElement>(null);
  // Before any key can come: a later focus would take the field's.
  useLayoutEffect(() => box.current?.focus(), []);
  const words = wordsOf(question, choice, bench.items.value);
  const record = (reason: string): void => void bench.record(reason);
  const cancel = (): void => {
    bench.choice.value = null;
  };
  const told = words.map((w) => {
    const candidate = question.candidates.find((c) => c.uscc === w.uscc);
    return `${placeName(candidate?.place ?? 0)} ${verdictWord(w.verdict)}`;
  });
  return (
    <div class="why" ref={box} tabIndex={-1}>
      <p class="told" aria-live="polite">
        <b>{choiceWord(choice)}</b>{" "}
        <span class="small">
          {t("将记录：{w}。请选理由：", "will be recorded: {w}. The reason:", {
            w: told.join("；"),
          })}
        </span>
      </p>
      <div class="presets">
        {reasons(choice).map((reason, i) => (
          <button
            key={reason}
            type="button"
            disabled={bench.busy.value}
            aria-keyshortcuts={String(i + 1)}
            onClick={() => record(reason)}
          >
            <kbd>{i + 1}</kbd> {reason}
          </button>
        ))}
      </div>
      <form
        class="own-words"
        onSubmit={(e) => {
          e.preventDefault();
          record(text);
        }}
      >
        <input
          type="text"
          id="own-reason"
          maxLength={2000}
          aria-label={t("自己写理由", "a reason in your own words")}
          placeholder={t("T 自己写理由，回车记下", "T: your own words, Enter records")}
          value={text}
          onInput={(e) => setText(e.currentTarget.value)}
          onKeyDown={(e) => {
            if (e.key === "Escape") cancel();
          }}
        />
        <button type="submit" class="main" disabled={!text.trim() || bench.busy.value}>
          {t("记下", "Record")}
        </button>
        <button type="button" onClick={cancel}>
          <kbd>Esc</kbd> {t("取消", "Cancel")}
        </button>
      </form>
    </div>
  );
}
