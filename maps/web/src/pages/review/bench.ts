import { computed, effect, signal } from "@preact/signals";
import type { Problem } from "../../api/client";
import { api, data, headers, type Schema } from "../../api/client";
import { asProblem } from "../../api/use";
import { t } from "../../lang";
import { me } from "../../me";
import { say } from "../../parts/toast";
import { type Act, actOf, type Judged, noted, same, withNow } from "./acts";
import { type Filters, queryOf, storedFilters } from "./filters";
import { wordsOf } from "./judged";
import { Outbox } from "./outbox";
import {
  type Decision,
  type Item,
  type Pair,
  type Question,
  type Town,
  type Word,
  isOpen,
  keyOf,
} from "./types";

import { type Choice, choiceWord } from "./words";

const PAGE = 200;
const AHEAD = 3; // questions read before they are opened

/** Somebody was first: what was wanted, and what stands now. */
export interface Conflict {
  problem: Problem;
  question: Question;
  decisions: Decision[];
}

/** The reviewer's bench: the queue of one edition, the question on it, what was done in this tab. */
export class Bench {
  readonly items = signal<Item[]>([]);
  readonly loading = signal(true);
  readonly problem = signal<Problem | undefined>(undefined);
  readonly at = signal<Pair | null>(null);
  readonly question = signal<Question | null>(null);
  readonly busy = signal(false);
  readonly outbox = new Outbox();
  /** What is about to be said of the question, its reason still missing. */
  readonly choice = signal<Choice | null>(null);
  readonly conflict = signal<Conflict | null>(null);
  readonly towns = signal<Town[]>([]);
  readonly acts = signal<Act[]>([]);
  readonly filters = signal<Filters>(storedFilters());
  readonly item = computed(() => this.items.value.find((i) => same(i, this.at.value)));
  /** Whether what is shown is the question asked for, not the one before it. */
  readonly current = computed(() => {
    const shown = this.question.value;
    const [plot, firm] = [shown?.plot.parcel_code, shown?.candidates[0]?.uscc];
    return Boolean(plot && firm && same({ parcel_code: plot, uscc: firm }, this.at.value));
  });
  /** Who else holds the question, "" for nobody. */
  readonly held = computed(() => {
    const who = this.question.value?.claimed_by ?? "";
    return who === me.value?.subject ? "" : who;
  });
  private following: number | null = null;
  private readonly known = new Map<string, Promise<Question>>();
  private readonly there = new Map<string, Question>();
  private claimed: Pair | null = null;
  private left = false;
  private reading = 0;

  constructor(readonly edition: number) {}

  /** Read the queue whenever its filters change; returns what ends it all. */
  start(first: Pair | null): () => void {
    let wanted = first;
    const stop = effect(() => {
      const filters = this.filters.value;
      void this.read(filters, wanted);
      wanted = null;
    });
    const unguard = this.outbox.guard();
    const leave = (): void => this.letGo(true);
    window.addEventListener("pagehide", leave);
    void this.measure();
    this.left = false;
    return () => {
      this.left = true;
      stop();
      unguard();
      window.removeEventListener("pagehide", leave);
      this.letGo(false);
    };
  }

  private async page(filters: Filters, after: number): Promise<Schema["Queue"]> {
    const query = { ...queryOf(filters), edition: this.edition, limit: PAGE, after };
    return data(api.GET("/v1/review/queue", { params: { query } }));
  }

  private async read(filters: Filters, wanted: Pair | null): Promise<void> {
    this.reading += 1;
    const mine = this.reading; // the answer to filters that were changed since says nothing
    this.loading.value = true;
    try {
      const found = await this.page(filters, 0);
      if (mine !== this.reading) return;
      this.items.value = found.items;
      this.following = found.next;
      this.problem.value = undefined;
      const first = wanted ?? found.items.find((i) => this.free(i)) ?? found.items[0];
      if (first) await this.open(first);
      else this.clear();
    } catch (e) {
      const problem = asProblem(e);
      if (mine === this.reading) this.problem.value = problem;
    } finally {
      if (mine === this.reading) this.loading.value = false;
    }
  }

  /** Nothing is left to look at. */
  private clear(): void {
    this.letGo(false);
    this.at.value = null;
    this.question.value = null;
  }

  /** How far the year is. */
  async measure(): Promise<void> {
    try {
      const query = { edition: this.edition };
      const found = await data(api.GET("/v1/review/progress", { params: { query } }));
      this.towns.value = found.items;
    } catch (e) {
      asProblem(e); // the bar keeps what it knew
    }
  }

  // -- one question after the other

  /** Put a question on the bench, at once where it was read ahead; claim it and read it again. */
  async open(pair: Pair): Promise<void> {
    const { parcel_code, uscc } = pair;
    const asked = { parcel_code, uscc };
    if (!same(asked, this.at.peek())) this.letGo(false);
    this.at.value = asked;
    this.choice.value = null;
    this.conflict.value = null;
    await this.outbox.arrived(parcel_code); // else it would show what stood before
    if (!same(asked, this.at.peek())) return;
    const ready = this.there.get(keyOf(asked));
    if (ready) this.question.value = ready; // else the last one stays, dimmed, until it is read
    try {
      if (!ready) await this.show(asked);
      this.readAhead();
      await this.claim(asked);
      this.forget(asked.parcel_code);
      await this.show(asked);
    } catch (e) {
      this.problem.value = asProblem(e);
    }
  }

  private async show(pair: Pair): Promise<void> {
    const found = await this.ask(pair);
    if (same(pair, this.at.peek())) {
      this.question.value = found;
      this.problem.value = undefined;
    }
  }

  /** A question, read once until something changed on its plot. */
  private ask(pair: Pair): Promise<Question> {
    const key = keyOf(pair);
    const known = this.known.get(key);
    if (known) return known;
    const { parcel_code, uscc } = pair;
    const query = { parcel_code, uscc, edition: this.edition };
    const asked = data(api.GET("/v1/review/items", { params: { query } }));
    this.known.set(key, asked);
    asked.then(
      (found) => this.known.get(key) === asked && this.there.set(key, found),
      () => this.known.delete(key),
    );
    return asked;
  }

  private forget(parcel: string): void {
    for (const kept of [this.known, this.there]) {
      for (const key of [...kept.keys()]) if (key.startsWith(`${parcel} `)) kept.delete(key);
    }
  }

  private readAhead(): void {
    const items = this.items.peek();
    const here = items.findIndex((i) => same(i, this.at.peek()));
    const ahead = items.slice(here + 1).filter((i) => this.free(i));
    for (const item of ahead.slice(0, AHEAD)) this.ask(item).catch(() => undefined);
    if (this.following !== null && ahead.length < 20) void this.more();
  }

  private async more(): Promise<void> {
    const after = this.following;
    if (after === null) return;
    this.following = null;
    const filters = this.filters.peek();
    const found = await this.page(filters, after).catch(() => null);
    if (!found || filters !== this.filters.peek()) return;
    this.items.value = [...this.items.peek(), ...found.items];
    this.following = found.next;
  }

  private free(item: Item): boolean {
    const mine = me.peek()?.subject;
    return isOpen(item) && (item.claimed_by === null || item.claimed_by === mine);
  }

  /** Go on: the next question that is open, from the top again at the end; false when all is done. */
  next(): boolean {
    const items = this.items.peek();
    const here = items.findIndex((i) => same(i, this.at.peek()));
    const onward = [...items.slice(here + 1), ...items.slice(0, Math.max(here, 0))];
    const found = onward.find((i) => this.free(i));
    if (found) void this.open(found);
    return found !== undefined;
  }

  /** The neighbour in the list, whatever became of it. */
  step(by: 1 | -1): void {
    const items = this.items.peek();
    const here = items.findIndex((i) => same(i, this.at.peek()));
    const found = items[here + by];
    if (found) void this.open(found);
  }

  // -- claims

  private async claim(pair: Pair): Promise<void> {
    try {
      await data(api.POST("/v1/review/claims", { body: { ...pair, edition: this.edition } }));
      if (same(pair, this.at.peek())) this.claimed = pair;
      else this.release(pair, false); // left while the claim was on its way
    } catch (e) {
      if (asProblem(e).status !== 409) throw e; // the question tells who holds it
    }
  }

  private letGo(closing: boolean): void {
    if (this.claimed) this.release(this.claimed, closing);
    this.claimed = null;
  }

  /** Give a question back; a closing tab's request outlives it. */
  private release(pair: Pair, closing: boolean): void {
    void fetch(`${location.origin}/v1/review/releases`, {
      method: "POST",
      keepalive: closing,
      headers: { ...headers(), "Content-Type": "application/json" },
      body: JSON.stringify({ ...pair, edition: this.edition }),
    }).catch(() => undefined); // it runs out by itself
  }

  // -- decisions

  /** Whether the question may be decided now: it is read, nobody else holds it, nothing is sent. */
  ready(): boolean {
    return this.current.value && this.held.value === "" && !this.busy.value;
  }

  /** Record the choice for a reason, and go on. */
  async record(reason: string): Promise<void> {
    const [question, choice] = [this.question.peek(), this.choice.peek()];
    if (!question || !choice || !reason.trim() || this.busy.peek()) return;
    const words = wordsOf(question, choice, this.items.peek());
    await this.judge(words, reason.trim(), choiceWord(choice));
  }

  /**
   * Say words and go on at once; they are recorded meanwhile. What the service refuses comes back on
   * the bench, a conflict with what stands now, and the list tells again what it told before.
   */
  async judge(words: Word[], reason: string, said: string): Promise<void> {
    const question = this.question.peek();
    const pair = this.at.peek();
    if (!question || !pair || words.length === 0 || !this.ready()) return;
    const before = new Map(this.items.peek().map((i) => [keyOf(i), i]));
    const plots = words.map((w) => w.parcel_code);
    const sent = this.outbox.put(plots, () => this.send(words, reason));
    this.note(words);
    this.claimed = null; // a decision gives its claim back
    if (!this.next()) this.clear();
    try {
      const done = await sent;
      this.acts.value = [...this.acts.peek(), actOf(question, pair, said, words, done)];
      this.note(words, done);
      void this.measure();
    } catch (e) {
      const touched = new Set(words.map(keyOf));
      this.items.value = this.items
        .peek()
        .map((i) => (touched.has(keyOf(i)) ? (before.get(keyOf(i)) ?? i) : i));
      for (const plot of plots) this.forget(plot);
      await this.refused(asProblem(e), pair);
    }
  }

  private send(words: Word[], reason: string): Promise<Judged[]> {
    const body = { edition: this.edition, reason, items: words };
    return data(api.POST("/v1/review/judgements", { body }));
  }

  private note(words: Word[], done?: Judged[]): void {
    this.items.value = noted(this.items.peek(), words, me.peek()?.subject ?? "", done);
    for (const word of words) this.forget(word.parcel_code);
  }

  private async refused(problem: Problem, pair: Pair): Promise<void> {
    if (problem.status !== 409 || this.left) {
      say(
        t("{p} 没有记下：{m}", "{p} is not recorded: {m}", {
          p: pair.parcel_code,
          m: problem.message,
        }),
        true,
      );
      if (!this.left) void this.open(pair);
      return;
    }
    await this.open(pair);
    const query = { parcel_code: pair.parcel_code, limit: 1000 };
    const [question, decisions] = await Promise.all([
      this.ask(pair),
      data(api.GET("/v1/review/decisions", { params: { query } })),
    ]);
    this.conflict.value = { problem, question, decisions };
  }

  /** Look at what stands now and decide anew. */
  readAgain(): void {
    const now = this.conflict.peek();
    if (!now) return;
    this.question.value = now.question;
    this.items.value = this.items.peek().map((item) => withNow(item, now.question));
    this.conflict.value = null;
    void this.measure();
  }

  /** Take the last act of this tab back: what stood before stands again, else it is unsure. */
  async undo(): Promise<void> {
    if (this.busy.peek()) return;
    await this.outbox.arrived();
    const act = this.acts.peek().at(-1);
    if (!act || this.busy.peek()) return;
    this.busy.value = true;
    try {
      await this.takeBack(act);
      this.acts.value = this.acts.peek().slice(0, -1);
      say(t("已撤销：{s}", "undone: {s}", { s: act.said }));
      void this.measure();
      void this.open(act.pair);
    } catch (e) {
      const problem = asProblem(e);
      if (problem.status === 409 || problem.status === 404) {
        this.acts.value = this.acts.peek().slice(0, -1);
        say(t("不能撤销：之后已有别人的决定", "cannot be undone: somebody decided since"), true);
      } else say(problem.message, true);
    } finally {
      this.busy.value = false;
    }
  }

  private async takeBack(act: Act): Promise<void> {
    const waiting = act.words.filter((w) => w.done.kind === "proposal");
    for (const { done } of waiting) {
      const path = { number: done.number };
      await data(api.POST("/v1/review/proposals/{number}/withdrawal", { params: { path } }));
    }
    const back = act.words
      .filter((w) => w.done.kind === "decision")
      .map(({ word, done, before }) => ({
        ...(before ?? {
          ...word,
          verdict: "unsure" as const,
          relation: "" as const,
          area_m2: null,
        }),
        replaces: done.number,
      }));
    if (back.length > 0) this.note(back, await this.send(back, t("撤销：按错", "undone")));
    const gone = new Set(waiting.map((w) => keyOf(w.word)));
    this.items.value = this.items
      .peek()
      .map((i) => (gone.has(keyOf(i)) ? { ...i, proposal_id: null, proposed_by: null } : i));
    for (const { word } of act.words) this.forget(word.parcel_code);
  }
}
