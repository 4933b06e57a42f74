import { useEffect, useMemo, useState } from "preact/hooks";
import { edition } from "../../edition";
import { t } from "../../lang";
import { me } from "../../me";
import { Refused } from "../../parts/page";
import { Bench } from "./bench";
import { choicesOf, DecideBar } from "./decide";
import {
  ConflictDialog,
  EqualDialog,
  HelpDialog,
  ProgressDialog,
  ProposalsDialog,
} from "./dialogs";
import { groupOf } from "./equal";
import { BenchHead } from "./head";
import { useKeys } from "./keys";
import { QuestionView } from "./question";
import { QueuePanel } from "./queue";
import { SplitDialog } from "./split-dialog";
import type { Item, Pair } from "./types";
import { type Choice, reasons } from "./words";
import "./review.css";

const BLIND = "geomujun.review.blind";
type Open = "" | "help" | "proposals" | "equal" | "progress";

/** The review workbench. */
export default function ReviewPage() {
  const number = edition.value?.number;
  if (number === undefined || !me.value)
    return (
      <p class="loading" aria-busy="true">
        {t("读取中……", "Loading …")}
      </p>
    );
  return <Workbench key={`${number} ${me.value.subject}`} number={number} />;
}

/** The pair that the address names: a card's link to its question. */
function named(): Pair | null {
  const given = new URLSearchParams(location.search);
  const [parcel_code, uscc] = [given.get("parcel"), given.get("uscc")];
  return parcel_code && uscc ? { parcel_code, uscc } : null;
}

function Workbench(given: { number: number }) {
  const bench = useMemo(() => new Bench(given.number), [given.number]);
  useEffect(() => {
    document.title = t("复核", "Review");
    return bench.start(named());
  }, [bench]);
  const [open, setOpen] = useState<Open>("");
  const [blind, setBlind] = useState(localStorage.getItem(BLIND) === "on");
  const hide = (hidden: boolean): void => {
    localStorage.setItem(BLIND, hidden ? "on" : "off");
    setBlind(hidden);
  };
  const here = bench.at.value;
  const question = bench.question.value;
  useKeys((letter) => act(letter, { bench, setOpen, hide, blind }));
  const group = groupOf(bench.items.value, bench.item.value);
  return (
    <div class="review">
      <BenchHead bench={bench} blind={blind} hide={hide} group={group} open={setOpen} />
      <div class="bench">
        <QueuePanel bench={bench} />
        {bench.problem.value ? (
          <Refused problem={bench.problem.value} again={() => here && void bench.open(here)} />
        ) : (
          <QuestionView bench={bench} blind={blind} />
        )}
      </div>
      <DecideBar bench={bench} />
      {bench.choice.value === "split" && question && (
        <SplitDialog bench={bench} question={question} />
      )}
      <Dialogs bench={bench} open={open} group={group} close={() => setOpen("")} />
    </div>
  );
}

function Dialogs(given: { bench: Bench; open: Open; group: Item[]; close: () => void }) {
  const { bench, open, group, close } = given;
  const conflict = bench.conflict.value;
  return (
    <>
      {conflict && <ConflictDialog bench={bench} conflict={conflict} />}
      {open === "help" && <HelpDialog close={close} />}
      {open === "proposals" && <ProposalsDialog bench={bench} close={close} />}
      {open === "progress" && <ProgressDialog bench={bench} close={close} />}
      {open === "equal" && group.length > 1 && (
        <EqualDialog bench={bench} group={group} close={close} />
      )}
    </>
  );
}

interface Acting {
  bench: Bench;
  setOpen: (open: Open) => void;
  hide: (hidden: boolean) => void;
  blind: boolean;
}

const VERDICTS: Record<string, Choice> = {
  a: "first",
  b: "second",
  n: "neither",
  r: "not",
  s: "split",
  u: "unsure",
};

/** What a key does; false where it does nothing. The bench is asked, not what is painted of it. */
function act(letter: string, on: Acting): boolean {
  const { bench } = on;
  if (bench.choice.peek()) return whileAsked(letter, bench);
  const wanted = VERDICTS[letter];
  if (wanted) {
    const two = (bench.question.peek()?.candidates.length ?? 0) > 1;
    const meant = wanted === "neither" && !two ? "not" : wanted;
    if (bench.ready() && choicesOf(two).includes(meant)) bench.choice.value = meant;
    return true;
  }
  return elsewhere(letter, on);
}

function elsewhere(letter: string, on: Acting): boolean {
  const does: Record<string, () => void> = {
    z: () => void on.bench.undo(),
    j: () => on.bench.step(1),
    ArrowDown: () => on.bench.step(1),
    k: () => on.bench.step(-1),
    ArrowUp: () => on.bench.step(-1),
    g: () => on.setOpen("equal"),
    p: () => on.setOpen("proposals"),
    h: () => on.hide(!on.blind),
    "?": () => on.setOpen("help"),
    "？": () => on.setOpen("help"),
  };
  does[letter]?.();
  return letter in does;
}

/** A verdict was chosen: digits give the reason, T one in own words, Escape takes it back. */
function whileAsked(letter: string, bench: Bench): boolean {
  const choice = bench.choice.peek();
  if (letter === "Escape") bench.choice.value = null;
  else if (letter === "t") document.getElementById("own-reason")?.focus();
  else if (/^[1-9]$/.test(letter) && choice && choice !== "split")
    void bench.record(reasons(choice)[Number(letter) - 1] ?? "");
  else return false;
  return true;
}
