/** The rows of a list's answer; none where it came in another form than JSON. */
export function itemsOf<Row>(found: unknown): Row[] {
  const items = (found as { items?: unknown } | null)?.items;
  return Array.isArray(items) ? (items as Row[]) : [];
}

/** All rows of a list that comes by pages. */
export async function allPages<Row>(
  ask: (cursor: string | null) => Promise<{ items: Row[]; next: string | null }>,
): Promise<Row[]> {
  const found: Row[] = [];
  let cursor: string | null = null;
  do {
    const page: { items: Row[]; next: string | null } = await ask(cursor);
    found.push(...page.items);
    cursor = page.next;
  } while (cursor);
  return found;
}
