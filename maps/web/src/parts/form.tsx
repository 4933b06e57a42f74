import type { ComponentChildren } from "preact";
import { useAct } from "../api/act";
import { t } from "../lang";
import { Dialog } from "./dialog";
import { Refused } from "./page";

/**
 * A dialog in which something is filled in and sent once. What the service refused stands above the
 * buttons, and what was typed stays; where a colleague was first (409), `again` reads anew.
 */
export function FormDialog(given: {
  title: string;
  yes: string;
  /** What is filled in may be sent. */
  ready?: boolean;
  danger?: boolean | undefined;
  class?: string;
  act: () => Promise<unknown>;
  close: () => void;
  /** After it was done. */
  done?: () => void;
  again?: () => void;
  children?: ComponentChildren;
}) {
  const { ready = true, again } = given;
  const { busy, problem, run } = useAct();
  return (
    <Dialog title={given.title} close={given.close}>
      <form
        class={given.class}
        onSubmit={(e) => {
          e.preventDefault();
          if (ready) void run(given.act).then((done) => done && given.done?.());
        }}
      >
        {given.children}
        {problem && <Refused problem={problem} />}
        {problem?.status === 409 && again && (
          <button type="button" onClick={again}>
            {t("重新读取", "Read again")}
          </button>
        )}
        <div class="actions end">
          <button type="button" onClick={given.close}>
            {t("取消", "Cancel")}
          </button>
          <button type="submit" class={given.danger ? "danger" : "main"} disabled={busy || !ready}>
            {given.yes}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
