import type { ComponentChildren } from "preact";

/** Facts as name and value; those without a value are left out. */
export function Facts(given: { of: readonly (readonly [string, ComponentChildren])[] }) {
  return (
    <dl class="facts">
      {given.of
        .filter(([, value]) => value !== "" && value !== null && value !== undefined)
        .map(([name, value]) => [<dt key={`${name}?`}>{name}</dt>, <dd key={name}>{value}</dd>])}
    </dl>
  );
}
