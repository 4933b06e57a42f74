import type { ComponentChildren } from "preact";
import { word } from "../legend";
import { t } from "../lang";
import { mu, percent } from "../numbers";
import { type Evidence, reach, waterfall } from "../parts/bits";
import { EvidenceBars } from "../parts/evidence";
import { href } from "../routes";
import { may } from "../me";
import type { Link } from "./types";

/** Links of a card, surest first: who or what, how much land, how sure, and why. */
export function Links(given: {
  title: string;
  rows: readonly Link[];
  name: (link: Link) => ComponentChildren;
  rival: (uscc: string) => ComponentChildren;
}) {
  const rows = [...given.rows].sort((a, b) => (b.probability ?? 0) - (a.probability ?? 0));
  return (
    <section class="panel">
      <h2>
        {given.title}（{rows.length}）
      </h2>
      {rows.length === 0 && <p class="small">{t("没有对应", "No link")}</p>}
      {rows.map((link, i) => (
        <One
          open={i === 0}
          key={`${link.parcel_code} ${link.uscc} ${link.relation}`}
          link={link}
          name={given.name(link)}
          rival={link.rival_uscc ? given.rival(link.rival_uscc) : null}
        />
      ))}
    </section>
  );
}

function One(given: {
  link: Link;
  name: ComponentChildren;
  rival: ComponentChildren;
  open: boolean;
}) {
  const { link, name, rival } = given;
  const steps = waterfall((link.evidence ?? []) as unknown as Evidence[]);
  return (
    <article class="link">
      <h3>
        {name} <span class="tag">{word("relation", link.relation)}</span>{" "}
        <span class={link.band === "review" ? "tag warn" : "tag"}>{word("band", link.band)}</span>
        {link.decision && <span class="tag">{word("decision", link.decision)}</span>}
      </h3>
      <p>{told(link).join(" · ")}</p>
      {rival && (
        <p>
          {t("另一候选：", "rival: ")}
          {rival}（{percent(link.rival_probability, 2)}）
        </p>
      )}
      {link.band === "review" && may("review") && (
        <p>
          <a href={href("/review", { parcel: link.parcel_code, uscc: link.uscc })}>
            {t("去复核", "Review it")}
          </a>
        </p>
      )}
      <details open={given.open}>
        <summary>{t("为什么（{n} 条证据）", "Why ({n} reasons)", { n: steps.length })}</summary>
        <EvidenceBars caption={t("证据", "Evidence")} steps={steps} scale={reach([steps])} />
      </details>
    </article>
  );
}

function counted(link: Link): string {
  const m = mu(link.area_m2);
  const w = word("area_method", link.area_method);
  return w
    ? t("计入 {m} 亩（{w}）", "{m} mu counted ({w})", { m, w })
    : t("计入 {m} 亩", "{m} mu counted", { m });
}

/** Area, share, probability, dates and lease of a link, those there are. */
function told(link: Link): string[] {
  const partly = typeof link.share === "number" && link.share !== 1;
  const dated = Boolean(link.valid_from ?? link.valid_to);
  return [
    counted(link),
    partly ? t("份额 {s}", "share {s}", { s: percent(link.share) }) : "",
    t("可信概率 {p}", "probability {p}", { p: percent(link.probability, 2) }),
    dated ? `${link.valid_from ?? "…"} — ${link.valid_to ?? "…"}` : "",
    link.lease_id ? t("租赁合同 {c}", "lease {c}", { c: link.lease_id }) : "",
  ].filter(Boolean);
}
