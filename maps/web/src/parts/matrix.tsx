import "./matrix.css";
import { t } from "../lang";
import { num } from "../numbers";
import { Grade } from "./grade";

/** Who went from which grade to which: rows before, columns after; those who stayed are bold. */
export function Matrix(given: {
  title: string;
  heads: readonly string[];
  rows: readonly { head: string; cells: readonly number[] }[];
  told?: (value: number) => string;
}) {
  const told = given.told ?? ((value: number) => num(value));
  return (
    <table class="matrix">
      <caption>{given.title}</caption>
      <thead>
        <tr>
          <th scope="col">{t("原 \\ 新", "was \\ is")}</th>
          {given.heads.map((h) => (
            <th key={h} scope="col" class="number">
              <Head grade={h} />
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {given.rows.map((row, i) => (
          <tr key={row.head}>
            <th scope="row">
              <Head grade={row.head} />
            </th>
            {row.cells.map((cell, j) => (
              <td key={given.heads[j]} class={`number ${kind(i, j, cell)}`}>
                {cell ? told(cell) : "·"}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Head({ grade }: { grade: string }) {
  if (grade === "-") return <>{t("无", "absent")}</>;
  return <Grade grade={grade} />;
}

/** Up is to the left of the diagonal, down to the right; words and arrows stand in the totals. */
function kind(row: number, column: number, value: number): string {
  if (row === column) return "same";
  if (!value) return "";
  return column < row ? "up" : "down";
}
