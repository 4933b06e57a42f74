import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import type { Problem } from "../api/client";
import type { Loaded } from "../api/use";
import { t } from "../lang";

/** A page with its title, what can be done on it, and its content. */
export function Page(given: {
  title: string;
  actions?: ComponentChildren;
  children: ComponentChildren;
}) {
  useEffect(() => {
    document.title = given.title;
  }, [given.title]);
  return (
    <div class="page">
      <div class="page-head">
        <h1>{given.title}</h1>
        {given.actions && <div class="actions">{given.actions}</div>}
      </div>
      {given.children}
    </div>
  );
}

/** What was asked for, once it is there; until then, or where it was refused, a word about it. */
export function Shown<T>(given: { of: Loaded<T>; children: (data: T) => ComponentChildren }) {
  const { data, problem, loading, reload } = given.of;
  if (problem) return <Refused problem={problem} again={reload} />;
  if (data === undefined)
    return (
      <p class="loading" aria-busy="true">
        {t("读取中……", "Loading …")}
      </p>
    );
  return <div class={loading ? "stale" : "there"}>{given.children(data)}</div>;
}

/** What the service refused, why, and how to go on. */
export function Refused(given: { problem: Problem; again?: () => void }) {
  const { problem, again } = given;
  return (
    <div class="refused" role="alert">
      <p>
        <strong>{problem.title}</strong> {problem.detail}
      </p>
      {problem.errors.length > 0 && (
        <ul>
          {problem.errors.map((e) => (
            <li key={`${e.where} ${e.what}`}>
              {e.where} {e.what}
            </li>
          ))}
        </ul>
      )}
      {problem.requestId && (
        <p class="small">
          {t("请求号", "request")} {problem.requestId}
        </p>
      )}
      {again && (
        <button type="button" onClick={again}>
          {t("重试", "Try again")}
        </button>
      )}
    </div>
  );
}
