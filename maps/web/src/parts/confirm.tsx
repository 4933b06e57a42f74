import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { useAct } from "../api/act";
import { t } from "../lang";
import { Dialog } from "./dialog";
import { Refused } from "./page";

/** A question before an act that counts, with a note where one is kept; what is refused is told. */
export function Confirm(given: {
  title: string;
  yes: string;
  danger?: boolean;
  note?: { label: string; required?: boolean };
  act: (note: string) => Promise<unknown>;
  close: () => void;
  done: () => void;
  children?: ComponentChildren;
}) {
  const { busy, problem, run } = useAct();
  const [note, setNote] = useState("");
  const lacks = Boolean(given.note?.required) && note.trim() === "";
  return (
    <Dialog title={given.title} close={given.close}>
      <form
        onSubmit={(e) => {
          e.preventDefault();
          void run(() => given.act(note.trim())).then((done) => done && given.done());
        }}
      >
        {given.children}
        {given.note && (
          <label class="field">
            <span>{given.note.label}</span>
            <textarea
              value={note}
              maxLength={2000}
              required={given.note.required}
              onInput={(e) => setNote(e.currentTarget.value)}
            />
          </label>
        )}
        {problem && <Refused problem={problem} />}
        <div class="actions end">
          <button type="button" onClick={given.close}>
            {t("取消", "Cancel")}
          </button>
          <button type="submit" class={given.danger ? "danger" : "main"} disabled={busy || lacks}>
            {given.yes}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
