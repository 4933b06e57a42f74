import { useState } from "preact/hooks";
import { api, data } from "../../api/client";
import { asProblem, useLoaded } from "../../api/use";
import { t } from "../../lang";
import { moment, mu, num, percent } from "../../numbers";
import { Dialog } from "../../parts/dialog";
import { ReasonField } from "../../parts/field";
import { Shown } from "../../parts/page";
import { Table } from "../../parts/table";
import { say } from "../../parts/toast";
import { parcelHref } from "../../routes";
import type { Bench, Conflict } from "./bench";
import { lettersAct, letLettersAct } from "./keys";
import type { Item, Proposal } from "./types";
import { reasons, shortcuts, verdictWord } from "./words";

/** All keys of the page. */
export function HelpDialog(given: { close: () => void }) {
  const [act, setAct] = useState(lettersAct());
  return (
    <Dialog title={t("按键", "Keys")} close={given.close}>
      <dl class="facts keys">
        {shortcuts().map(([key, what]) => (
          <>
            <dt key={key}>
              <kbd>{key}</kbd>
            </dt>
            <dd key={`${key} `}>{what}</dd>
          </>
        ))}
      </dl>
      <label>
        <input
          type="checkbox"
          checked={act}
          onChange={(e) => {
            letLettersAct(e.currentTarget.checked);
            setAct(e.currentTarget.checked);
          }}
        />{" "}
        {t("单个字母作为按键（语音输入时请关闭）", "single letters act (off for speech input)")}
      </label>
    </Dialog>
  );
}

/** Somebody was first: who, what and when, and what to do. */
export function ConflictDialog(given: { bench: Bench; conflict: Conflict }) {
  const { bench, conflict } = given;
  const { question, decisions, problem } = conflict;
  const holder = question.claimed_by;
  const names = new Map(
    [...question.candidates, ...question.others].map((c) => [c.uscc, c.name ?? c.uscc]),
  );
  return (
    <Dialog
      title={t("没有记下：别人先了一步", "Not recorded: somebody was first")}
      close={() => bench.readAgain()}
    >
      <p>{problem.message}</p>
      {holder && bench.held.value && (
        <p>
          {t("这一条由 {w} 领走，至 {d}。", "{w} works on it until {d}.", {
            w: holder,
            d: moment(question.claimed_until),
          })}
        </p>
      )}
      {question.waiting.map((w) => (
        <p key={w.number}>
          {t("{w} 于 {d} 提出“{v}”，等第二人确认。", "{w} said “{v}” on {d}; it waits.", {
            w: w.reviewer,
            d: moment(w.proposed_at),
            v: verdictWord(w.verdict),
          })}
        </p>
      ))}
      <Table
        caption={t("这宗地上的决定", "Decisions on this plot")}
        rows={[...decisions].reverse()}
        id={(d) => d.id}
        empty={t("没有决定", "No decisions")}
        columns={[
          { head: t("谁", "Who"), cell: (d) => d.reviewer },
          { head: t("何时", "When"), cell: (d) => moment(d.decided_at) },
          { head: t("企业", "Firm"), cell: (d) => names.get(d.uscc) ?? d.uscc },
          {
            head: t("结论", "Said"),
            cell: (d) => (
              <>
                <b>{verdictWord(d.verdict)}</b>{" "}
                {d.live ? t("现行", "live") : t("已被替换", "replaced")}
              </>
            ),
          },
          { head: t("理由", "Reason"), cell: (d) => d.reason || "—" },
        ]}
      />
      <p class="actions">
        <button type="button" class="main" autofocus onClick={() => bench.readAgain()}>
          {t("重新读取，再决定", "Read again, then decide")}
        </button>
        <button
          type="button"
          onClick={() => {
            bench.readAgain();
            bench.next();
          }}
        >
          {t("以对方为准，下一条", "Leave it so, next")}
        </button>
      </p>
    </Dialog>
  );
}

/** Opinions that wait for a second person: mine to take back, others' to answer. */
export function ProposalsDialog(given: { bench: Bench; close: () => void }) {
  const { bench, close } = given;
  const query = { edition: bench.edition };
  const found = useLoaded(
    () => data(api.GET("/v1/review/proposals", { params: { query } })),
    [bench.edition],
  );
  const act = (asked: Promise<unknown>, told: string): void => {
    asked
      .then(() => {
        say(told);
        found.reload();
        void bench.measure();
      })
      .catch((e: unknown) => say(asProblem(e).message, true));
  };
  const answer = (p: Proposal, agree: boolean): void =>
    act(
      data(
        api.POST("/v1/review/proposals/{number}/answer", {
          params: { path: { number: p.number } },
          body: { agree },
        }),
      ),
      agree ? t("已确认", "confirmed") : t("已否定", "refused"),
    );
  const withdraw = (p: Proposal): void =>
    act(
      data(
        api.POST("/v1/review/proposals/{number}/withdrawal", {
          params: { path: { number: p.number } },
        }),
      ),
      t("已撤回", "taken back"),
    );
  return (
    <Dialog title={t("待第二人确认的意见", "Opinions that wait")} close={close}>
      <Shown of={found}>
        {(rows) => <Proposals rows={rows} answer={answer} withdraw={withdraw} />}
      </Shown>
    </Dialog>
  );
}

function Proposals(given: {
  rows: Proposal[];
  answer: (p: Proposal, agree: boolean) => void;
  withdraw: (p: Proposal) => void;
}) {
  const { rows, answer, withdraw } = given;
  return (
    <Table
      caption={t("意见", "Opinions")}
      rows={rows}
      id={(p) => p.number}
      empty={t("没有待确认的意见", "No opinion waits")}
      columns={[
        {
          head: t("宗地", "Plot"),
          cell: (p) => <a href={parcelHref(p.parcel_code)}>{p.parcel_code}</a>,
        },
        { head: t("权利人", "Holder"), cell: (p) => p.holder || "—" },
        { head: t("企业", "Firm"), cell: (p) => p.name || p.uscc },
        {
          head: t("意见", "Opinion"),
          cell: (p) => (
            <>
              <b>{verdictWord(p.verdict)}</b>
              {p.area_m2 === null ? "" : ` ${num(p.area_m2, 2)} m²`} <br />
              <span class="small">{p.reason || "—"}</span>
            </>
          ),
        },
        { head: t("谁", "Who"), cell: (p) => `${p.reviewer} ${moment(p.proposed_at)}` },
        {
          head: t("答复", "Answer"),
          cell: (p) =>
            p.mine ? (
              <button type="button" onClick={() => withdraw(p)}>
                {t("撤回", "Take back")}
              </button>
            ) : (
              <>
                <button type="button" class="main" onClick={() => answer(p, true)}>
                  {t("同意", "Agree")}
                </button>{" "}
                <button type="button" class="danger" onClick={() => answer(p, false)}>
                  {t("不同意", "Disagree")}
                </button>
              </>
            ),
        },
      ]}
    />
  );
}

/** Questions of equal facts, decided by one word and one reason: all or none. */
export function EqualDialog(given: { bench: Bench; group: Item[]; close: () => void }) {
  const { bench, group, close } = given;
  const [verdict, setVerdict] = useState<"same" | "different">("same");
  const [reason, setReason] = useState("");
  const presets = reasons(verdict === "same" ? "first" : "not");
  const record = (): void => {
    const words = group.map((i) => ({
      parcel_code: i.parcel_code,
      uscc: i.uscc,
      verdict,
      relation: "" as const,
      area_m2: null,
      replaces: i.decision_id,
    }));
    const said = t("{n} 宗{v}", "{n} plots {v}", { n: group.length, v: verdictWord(verdict) });
    close();
    void bench.judge(words, reason.trim(), said);
  };
  return (
    <Dialog title={t("事实相同的几条一起决定", "Questions of equal facts")} close={close}>
      <form
        onSubmit={(e) => {
          e.preventDefault();
          record();
        }}
      >
        <p>
          {t("权利人“{h}”，企业代码 {u}，共 {n} 宗：", "Holder “{h}”, firm {u}, {n} plots:", {
            h: group[0]?.holder ?? "",
            u: group[0]?.uscc ?? "",
            n: group.length,
          })}
        </p>
        <EqualPlots group={group} />
        <fieldset class="plain-set">
          <legend>{t("结论", "Word")}</legend>
          {(["same", "different"] as const).map((v, i) => (
            <label key={v}>
              <input
                type="radio"
                name="equal"
                autofocus={i === 0}
                checked={verdict === v}
                onChange={() => setVerdict(v)}
              />{" "}
              {verdictWord(v)}
            </label>
          ))}
        </fieldset>
        <ReasonField id="equal-reasons" value={reason} usual={presets} put={setReason} />
        <button type="submit" class="main" disabled={!reason.trim()}>
          {t("{n} 宗一起记下", "Record all {n}", { n: group.length })}
        </button>
      </form>
    </Dialog>
  );
}

function EqualPlots(given: { group: Item[] }) {
  return (
    <Table
      caption={t("宗地", "Plots")}
      captionHidden
      rows={given.group}
      id={(i) => i.parcel_code}
      columns={[
        { head: t("宗地", "Plot"), cell: (i) => i.parcel_code },
        { head: t("亩", "mu"), cell: (i) => mu(i.area_m2), number: true },
        { head: t("概率", "Probability"), cell: (i) => percent(i.probability), number: true },
      ]}
    />
  );
}

/** How far the year is, town by town. */
export function ProgressDialog(given: { bench: Bench; close: () => void }) {
  return (
    <Dialog title={t("本年度复核进度", "Progress of the year")} close={given.close}>
      <Table
        caption={t("各乡镇", "By town")}
        captionHidden
        rows={given.bench.towns.value}
        id={(o) => o.code}
        columns={[
          { head: t("乡镇", "Town"), cell: (o) => `${o.name} ${o.code}` },
          { head: t("已定", "Settled"), cell: (o) => `${o.settled} / ${o.items}`, number: true },
          { head: t("是", "Same"), cell: (o) => num(o.same), number: true },
          { head: t("不是", "Different"), cell: (o) => num(o.different), number: true },
          { head: t("暂不能定", "Unsure"), cell: (o) => num(o.unsure), number: true },
          { head: t("待第二人", "Waiting"), cell: (o) => num(o.waiting), number: true },
          {
            head: t("已定土地 / 涉及（亩）", "Land settled / at stake (mu)"),
            cell: (o) => `${mu(o.settled_m2)} / ${mu(o.area_m2)}`,
            number: true,
          },
        ]}
      />
    </Dialog>
  );
}
