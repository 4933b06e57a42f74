import { useState } from "preact/hooks";
import type { Problem } from "./client";
import { asProblem } from "./use";

export interface Act {
  busy: boolean;
  problem: Problem | undefined;
  /** Do a thing once; true when it was done. What the service refused is in `problem`. */
  run: (deed: () => Promise<unknown>) => Promise<boolean>;
  clear: () => void;
}

/** A write: no second one while it runs, and what was refused kept to be shown. */
export function useAct(): Act {
  const [state, setState] = useState<{ busy: boolean; problem?: Problem }>({ busy: false });
  const run = async (deed: () => Promise<unknown>): Promise<boolean> => {
    if (state.busy) return false;
    setState({ busy: true });
    try {
      await deed();
      setState({ busy: false });
      return true;
    } catch (e) {
      setState({ busy: false, problem: asProblem(e) });
      return false;
    }
  };
  return {
    busy: state.busy,
    problem: state.problem,
    run,
    clear: () => setState({ busy: false }),
  };
}
