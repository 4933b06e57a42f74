import type { Choice } from "./words";
import type { Candidate, Item, Question, Relation, Verdict, Word } from "./types";

/** One pair's word, naming the decision it takes the place of. */
export function wordOn(
  question: Question,
  uscc: string,
  verdict: Verdict,
  more: { relation?: Relation; area_m2?: number } = {},
): Word {
  const all = [...question.candidates, ...question.others];
  const live = all.find((c) => c.uscc === uscc)?.decision;
  return {
    parcel_code: question.plot.parcel_code,
    uscc,
    verdict,
    relation: more.relation ?? "",
    area_m2: more.area_m2 ?? null,
    replaces: live?.id ?? null,
  };
}

/**
 * What a choice records. The other candidate is told `different` only where something hangs on it:
 * where its own pair is asked too, or was decided otherwise.
 */
export function wordsOf(question: Question, choice: Choice, items: readonly Item[]): Word[] {
  const [first, second] = question.candidates;
  if (!first) return [];
  const on = (c: Candidate | undefined, verdict: Verdict): Word[] =>
    c ? [wordOn(question, c.uscc, verdict)] : [];
  const loser = second && matters(question, second, items) ? second : undefined;
  const words: Record<Choice, () => Word[]> = {
    first: () => [...on(first, "same"), ...on(loser, "different")],
    second: () => (second ? [...on(second, "same"), ...on(first, "different")] : []),
    neither: () => [...on(first, "different"), ...on(second, "different")],
    not: () => on(first, "different"),
    unsure: () => on(first, "unsure"),
    split: () => [],
  };
  return words[choice]();
}

/** Whether something hangs on the other candidate once the first one is the holder. */
function matters(question: Question, second: Candidate, items: readonly Item[]): boolean {
  if (question.candidates[0]?.relation !== "OWN") return false;
  const code = question.plot.parcel_code;
  const asked = items.some((i) => i.parcel_code === code && i.uscc === second.uscc);
  return asked || second.decision?.verdict === "same";
}
