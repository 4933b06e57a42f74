import { useEffect, useRef, useState } from "preact/hooks";
import { Problem } from "./client";

export interface Loaded<T> {
  data: T | undefined;
  problem: Problem | undefined;
  loading: boolean;
  reload: () => void;
}

/**
 * Ask when `on` changes, and keep what was there until the answer comes. An answer that was
 * overtaken by a newer question is dropped.
 */
export function useLoaded<T>(ask: () => Promise<T>, on: readonly unknown[]): Loaded<T> {
  const [state, setState] = useState<{ data?: T; problem?: Problem; loading: boolean }>({
    loading: true,
  });
  const [round, setRound] = useState(0);
  const latest = useRef(0);
  useEffect(() => {
    latest.current += 1;
    const mine = latest.current;
    setState((before) => ({ ...before, loading: true }));
    ask()
      .then((data) => mine === latest.current && setState({ data, loading: false }))
      .catch((e: unknown) => {
        if (mine === latest.current) setState({ problem: asProblem(e), loading: false });
      });
  }, [...on, round]);
  return {
    data: state.data,
    problem: state.problem,
    loading: state.loading,
    reload: () => setRound((n) => n + 1),
  };
}

/** Whatever was thrown, as a Problem; a fault of our own is thrown on. */
export function asProblem(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown;
  throw thrown;
}
