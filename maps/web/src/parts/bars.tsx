import type { ComponentChildren } from "preact";

export interface Part {
  name: string;
  value: number;
  colour: string;
  text?: string;
  href?: string;
}

/** One bar of parts that add up to a whole, each with its words below: read without colours too. */
export function StackedBar(given: {
  parts: readonly Part[];
  label: string;
  told: (value: number) => string;
  /** The words stand elsewhere on the page. */
  bare?: boolean;
}) {
  const { parts, label, told } = given;
  const whole = parts.reduce((sum, p) => sum + Math.max(p.value, 0), 0) || 1;
  return (
    <figure class="bar">
      <div
        class="bar-line"
        role="img"
        aria-label={`${label} ${parts.map((p) => `${p.name} ${told(p.value)}`).join("；")}`}
      >
        {parts
          .filter((p) => p.value > 0)
          .map((p) => (
            <span
              key={p.name}
              style={{ width: `${(p.value / whole) * 100}%`, backgroundColor: p.colour }}
            />
          ))}
      </div>
      <figcaption class={given.bare ? "hidden" : ""}>
        {parts.map((p) => (
          <Key key={p.name} colour={p.colour}>
            {p.href ? <a href={p.href}>{p.name}</a> : p.name} <b>{told(p.value)}</b>
          </Key>
        ))}
      </figcaption>
    </figure>
  );
}

/** A colour and what it stands for. */
export function Key(given: { colour: string; children: ComponentChildren }) {
  return (
    <span class="key">
      <i style={{ backgroundColor: given.colour }} aria-hidden="true" />
      {given.children}
    </span>
  );
}
