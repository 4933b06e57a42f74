import { type Entry, label, legend } from "../legend";

/** A grade with its colour, letter and hatch: never by colour alone. */
export function Grade(given: { grade: string; long?: boolean }) {
  const entry = legend.grades[given.grade] ?? legend.grades[""];
  return <Chip entry={entry} text={given.long ? label(entry) : (entry?.mark ?? given.grade)} />;
}

/** In which bucket of the reconciliation a parcel or an enterprise is. */
export function Bucket(given: { of: "parcel" | "enterprise"; bucket: string }) {
  const all = given.of === "parcel" ? legend.parcel_buckets : legend.enterprise_buckets;
  const entry = all[given.bucket];
  return <Chip entry={entry} text={label(entry, given.bucket)} />;
}

export function Chip(given: { entry: Entry | undefined; text: string }) {
  const { entry, text } = given;
  return (
    <span
      class={entry?.hatch ? "chip hatched" : "chip"}
      style={{ backgroundColor: entry?.colour ?? "#e8ecef", color: entry?.text ?? "#25313b" }}
      title={label(entry, text)}
    >
      {text}
    </span>
  );
}
