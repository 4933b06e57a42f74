const OFF = ["leased_out", "exempt"];

/** A line of the ledger, as a card has it. */
export interface Line {
  uscc?: string;
  area_m2?: number | null;
  component?: string;
}

/** What each firm keeps of a parcel: what it lets is its tenant's, what is exempt is a part of its own. */
export function kept(rows: readonly Line[]): Line[] {
  const off = new Map<string, number>();
  for (const { uscc = "", component = "", area_m2 } of rows)
    if (OFF.includes(component)) off.set(uscc, (off.get(uscc) ?? 0) + (area_m2 ?? 0));
  return rows
    .filter((row) => row.component !== "leased_out")
    .map((row) => {
      if (row.component === "exempt") return row;
      const area = row.area_m2 ?? 0;
      const left = off.get(row.uscc ?? "") ?? 0;
      off.set(row.uscc ?? "", Math.max(0, left - area));
      return { ...row, area_m2: Math.max(0, area - left) };
    })
    .filter((row) => (row.area_m2 ?? 0) > 0);
}
