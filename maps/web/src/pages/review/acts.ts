import type { Schema } from "../../api/client";
import { wordOn } from "./judged";
import { type Item, keyOf, type Pair, type Question, type Word } from "./types";

export type Judged = Schema["JudgedPair"];

/** What was decided at once, and what stood there before: what an undo needs. */
export interface Act {
  pair: Pair;
  said: string;
  probability: number | null;
  words: { word: Word; done: Judged; before: Word | null }[];
}

export const same = (a: Pair, b: Pair | null): boolean =>
  a.parcel_code === b?.parcel_code && a.uscc === b.uscc;

/** An item of the list, with what a question read since tells of it. */
export function withNow(item: Item, question: Question): Item {
  if (item.parcel_code !== question.plot.parcel_code) return item;
  const all = [...question.candidates, ...question.others];
  const live = all.find((c) => c.uscc === item.uscc)?.decision;
  if (!live) return item;
  return { ...item, decided: live.verdict, decided_by: live.reviewer, decision_id: live.id };
}

/** What an undo of some words needs to know. */
export function actOf(
  question: Question,
  pair: Pair,
  said: string,
  words: Word[],
  done: Judged[],
): Act {
  const all = [...question.candidates, ...question.others];
  const before = (word: Word): Word | null => {
    const live = all.find(
      (c) => c.uscc === word.uscc && word.parcel_code === question.plot.parcel_code,
    )?.decision;
    if (!live) return null;
    return wordOn(question, word.uscc, live.verdict, {
      relation: live.relation as NonNullable<Word["relation"]>,
      ...(live.area_m2 === null ? {} : { area_m2: live.area_m2 }),
    });
  };
  return {
    pair,
    said,
    probability: question.candidates[0]?.probability ?? null,
    words: words.flatMap((word, i) => {
      const one = done[i];
      return one ? [{ word, done: one, before: before(word) }] : [];
    }),
  };
}

/** What the list says of pairs that were decided just now; `done` once the service recorded it. */
export function noted(
  items: readonly Item[],
  words: readonly Word[],
  mine: string,
  done: readonly Judged[] = [],
): Item[] {
  const told = new Map(words.map((word, i) => [keyOf(word), { word, done: done[i] }]));
  return items.map((item) => {
    const found = told.get(keyOf(item));
    if (!found) return item;
    const number = found.done?.number;
    if (number !== undefined && found.done?.kind === "proposal") {
      const waits = { proposal_id: number, proposed_by: mine };
      return { ...item, decided: null, decided_by: null, ...waits, claimed_by: null };
    }
    return {
      ...item,
      decided: found.word.verdict,
      decided_by: mine,
      decision_id: number ?? item.decision_id,
      claimed_by: null,
    };
  });
}
