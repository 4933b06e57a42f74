import { useLayoutEffect, useRef } from "preact/hooks";

const STORED = "geomujun.review.keys";

/** Whether single letters act; some people's tools type them (WCAG 2.1.4). */
export const lettersAct = (): boolean => localStorage.getItem(STORED) !== "off";
export const letLettersAct = (act: boolean): void =>
  localStorage.setItem(STORED, act ? "on" : "off");

/** The letter of a key as the page means it, also while a Chinese input method is on. */
export function letterOf(event: Pick<KeyboardEvent, "key" | "code">): string {
  if (event.key.length === 1) return event.key.toLowerCase();
  if (event.key === "Process") return event.code.replace(/^(Key|Digit)/, "").toLowerCase();
  return event.key;
}

const TYPING = "input, textarea, select, [contenteditable]";

/** Whether a key belongs to a field, a dialog, the map or the browser, not to the page. */
export function notOurs(event: KeyboardEvent): boolean {
  const on = event.target as Element | null;
  return (
    event.ctrlKey ||
    event.metaKey ||
    event.altKey ||
    event.isComposing ||
    on?.closest(TYPING) !== null ||
    on.closest("[role=region] canvas, .maplibregl-canvas") !== null ||
    document.querySelector("dialog[open]") !== null
  );
}

/** Call `act` for each key that is the page's; it tells whether it did anything. */
export function useKeys(act: (letter: string) => boolean): void {
  const latest = useRef(act);
  latest.current = act;
  // Before the first frame: a key pressed at once is not lost.
  useLayoutEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      if (notOurs(event) || (!lettersAct() && event.key.length === 1)) return;
      if (latest.current(letterOf(event))) event.preventDefault();
    };
    document.addEventListener("keydown", pressed);
    return () => document.removeEventListener("keydown", pressed);
  }, []);
}
