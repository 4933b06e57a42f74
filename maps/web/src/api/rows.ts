/** The rows of a list's answer; none where it came in another form than JSON. */
export function itemsOf<Row>(found: unknown): Row[] {
  const items = (found as { items?: unknown } | null)?.items;
  return Array.isArray(items) ? (items as Row[]) : [];
}
