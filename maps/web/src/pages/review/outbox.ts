import { signal } from "@preact/signals";

/**
 * What was said and is on its way to the service: sent one after the other in the order of saying.
 * Whoever looks at a plot again waits until what was said of it has arrived.
 */
export class Outbox {
  readonly waiting = signal(0);
  private tail: Promise<unknown> = Promise.resolve();
  private readonly plots = new Map<string, Promise<unknown>>();

  /** Send when all before it is done. Rejects as `send` does; what comes behind goes all the same. */
  put<T>(plots: readonly string[], send: () => Promise<T>): Promise<T> {
    const sent = this.tail.then(send);
    const over = sent.catch(() => undefined);
    this.tail = over;
    this.waiting.value += 1;
    for (const plot of plots) this.plots.set(plot, over);
    void over.then(() => {
      this.waiting.value -= 1;
      for (const plot of plots) if (this.plots.get(plot) === over) this.plots.delete(plot);
    });
    return sent;
  }

  /** Once nothing said of a plot is on its way, or nothing at all. */
  async arrived(plot?: string): Promise<void> {
    await (plot === undefined ? this.tail : this.plots.get(plot));
  }

  /** Ask before the tab closes on something that is not recorded yet; gives what ends it. */
  guard(): () => void {
    const ask = (event: BeforeUnloadEvent): void => {
      if (this.waiting.peek() > 0) event.preventDefault();
    };
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }
}
