import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { t } from "../lang";

/** A modal dialog of the browser's own: focus stays in it, Escape closes it. */
export function Dialog(given: { title: string; close: () => void; children: ComponentChildren }) {
  const box = useRef<HTMLDialogElement>(null);
  // Before the next frame: a key pressed at once is the dialog's, not the page's below.
  useLayoutEffect(() => {
    const open = box.current;
    open?.showModal();
    return () => open?.close();
  }, []);
  return (
    <dialog ref={box} onClose={given.close} aria-labelledby="dialog-title">
      <div class="page-head">
        <h2 id="dialog-title">{given.title}</h2>
        <button type="button" class="quiet" onClick={given.close} aria-label={t("关闭", "Close")}>
          ✕
        </button>
      </div>
      {given.children}
    </dialog>
  );
}
