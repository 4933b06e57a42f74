import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { WordsField } from "./field";
import { FormDialog } from "./form";

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
  const [note, setNote] = useState("");
  return (
    <FormDialog
      title={given.title}
      yes={given.yes}
      danger={given.danger}
      ready={!given.note?.required || note.trim() !== ""}
      act={() => given.act(note.trim())}
      close={given.close}
      done={given.done}
    >
      {given.children}
      {given.note && (
        <WordsField
          label={given.note.label}
          value={note}
          most={2000}
          required={given.note.required}
          put={setNote}
        />
      )}
    </FormDialog>
  );
}
