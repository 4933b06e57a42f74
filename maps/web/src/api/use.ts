import { useEffect, useRef, useState } from "preact/hooks";
import { Problem } from "./client";

export interface Loaded<T> {
  data: T | undefined;
  problem: Problem | undefined;
  /** What is there does not answer what is asked now; so from the moment of asking on. */
  loading: boolean;
  reload: () => void;
}

/**
 * Ask when `on` changes, and keep what was there until the answer comes. An answer that was
 * overtaken by a newer question is dropped.
 */
export function useLoaded<T>(ask: () => Promise<T>, on: readonly unknown[]): Loaded<T> {
  const [state, setState] = useState<{ data?: T; problem?: Problem; of?: readonly unknown[] }>({});
  const [round, setRound] = useState(0);
  const of = [...on, round];
  const latest = useRef(0);
  useEffect(() => {
    latest.current += 1;
    const mine = latest.current;
    ask()
      .then((data) => mine === latest.current && setState({ data, of }))
      .catch((e: unknown) => {
        if (mine === latest.current) setState({ problem: asProblem(e), of });
      });
  }, of);
  return {
    data: state.data,
    problem: state.problem,
    loading: !alike(state.of, of),
    reload: () => setRound((n) => n + 1),
  };
}

const alike = (a: readonly unknown[] | undefined, b: readonly unknown[]): boolean =>
  a?.length === b.length && a.every((one, n) => Object.is(one, b[n]));

/** Whatever was thrown, as a Problem; a fault of our own is thrown on. */
export function asProblem(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown;
  throw thrown;
}
