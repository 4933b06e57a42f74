import type { ComponentChildren } from "preact";

/** A part of a page under its own title. */
export function Panel(given: { id: string; title: string; children: ComponentChildren }) {
  return (
    <section class="panel" aria-labelledby={given.id}>
      <h2 id={given.id}>{given.title}</h2>
      {given.children}
    </section>
  );
}
