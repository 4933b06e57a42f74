import { useState } from "preact/hooks";
import { api, data } from "../../api/client";
import { t } from "../../lang";
import { num } from "../../numbers";
import { WordsField } from "../../parts/field";
import { FormDialog } from "../../parts/form";
import { say } from "../../parts/toast";
import type { Objection } from ".";
import { left, stateWord } from "./words";

const WORDS = ["upheld", "dismissed"] as const;

/** The answer to an objection: one word and the text the firm reads. It is given once. */
export function Answer(given: { objection: Objection; close: () => void; done: () => void }) {
  const { objection: o, close, done } = given;
  const [word, setWord] = useState<(typeof WORDS)[number] | "">("");
  const [text, setText] = useState("");
  const finish = (): void => {
    done();
    close();
  };
  const send = async (): Promise<void> => {
    if (!word) return;
    const body = { version: o.version, state: word, answer: text.trim() };
    await data(
      api.POST("/v1/objections/{number}/answer", { params: { path: { number: o.id } }, body }),
    );
    say(
      t("异议 {n} 已答复：{w}", "Objection {n} is answered: {w}", { n: o.id, w: stateWord(word) }),
    );
  };
  return (
    <FormDialog
      title={t("答复异议 {n}", "Answer objection {n}", { n: o.id })}
      yes={t("答复", "Answer")}
      ready={word !== "" && text.trim() !== ""}
      act={send}
      close={close}
      done={finish}
      again={finish}
    >
      <Objected objection={o} />
      <fieldset>
        <legend>{t("结论", "The word")}</legend>
        {WORDS.map((one) => (
          <label key={one} class="choice">
            <input
              type="radio"
              name="word"
              required
              checked={word === one}
              onChange={() => setWord(one)}
            />{" "}
            {stateWord(one)}
          </label>
        ))}
      </fieldset>
      <WordsField
        label={t("答复（企业会看到）", "Answer (the firm reads it)")}
        value={text}
        most={4000}
        required
        put={setText}
      />
      {word === "upheld" && <Upholding />}
    </FormDialog>
  );
}

function Objected(given: { objection: Objection }) {
  const o = given.objection;
  return (
    <dl class="facts">
      <dt>{t("企业", "Enterprise")}</dt>
      <dd>
        {o.name} · {o.uscc}
      </dd>
      <dt>{t("面积", "Area")}</dt>
      <dd>
        {t("台账 {a} ㎡，主张 {b} ㎡", "ledger {a} m², claimed {b} m²", {
          a: num(o.recorded_m2, 2),
          b: num(o.claimed_m2, 2),
        })}
      </dd>
      <dt>{t("理由", "Reason")}</dt>
      <dd class="words">{o.reason}</dd>
      <dt>{t("期限", "Due")}</dt>
      <dd>
        {o.deadline}（{left(o.deadline)}）
      </dd>
    </dl>
  );
}

function Upholding() {
  return (
    <p class="small">
      {t(
        "采纳只是答复；更正请在“复核”页作出决定，或在原始数据中改正后重新上传，下一个发布生效。",
        "Upholding is an answer only: correct the link under Review, or mend the source and upload it; the next edition has it.",
      )}
    </p>
  );
}
