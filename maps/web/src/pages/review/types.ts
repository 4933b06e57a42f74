import type { Schema } from "../../api/client";

export type Item = Schema["Item"];
export type Question = Schema["Question"];
export type Candidate = Question["candidates"][number];
export type Live = NonNullable<Candidate["decision"]>;
export type Word = Schema["Word"];
export type Verdict = Word["verdict"];
export type Relation = NonNullable<Word["relation"]>;
export type Town = Schema["Town"];
export type Decision = Schema["Decision"];
export type Proposal = Schema["Proposal"];
export interface Pair {
  parcel_code: string;
  uscc: string;
}

export const keyOf = (pair: Pair): string => `${pair.parcel_code} ${pair.uscc}`;
/** Nothing decided, or unsure, and no opinion waits for a second person. */
export const isOpen = (item: Item): boolean =>
  (item.decided === null || item.decided === "unsure") && item.proposal_id === null;
