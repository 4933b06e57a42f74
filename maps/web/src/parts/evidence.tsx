import { t } from "../lang";
import { num } from "../numbers";
import "./evidence.css";

/** One reason of a link: what was compared, and how many bits it speaks for (+) or against (−). */
export interface Reason {
  name: string;
  bits: number;
  left: string;
  right: string;
  line: string;
}

/** The reasons of a link as bars around zero: they add up to its weight. */
export function Evidence(given: { reasons: readonly Reason[]; weight?: number | null }) {
  const { reasons } = given;
  const widest = Math.max(1, ...reasons.map((r) => Math.abs(r.bits)));
  const sum = reasons.reduce((total, r) => total + r.bits, 0);
  return (
    <table class="evidence">
      <caption class="hidden">{t("证据", "Evidence")}</caption>
      <thead class="hidden">
        <tr>
          <th scope="col">{t("理由", "Reason")}</th>
          <th scope="col">{t("比特", "Bits")}</th>
          <th scope="col">{t("两边的值", "Both values")}</th>
        </tr>
      </thead>
      <tbody>
        {reasons.map((r) => (
          <tr key={r.name}>
            <th scope="row">{r.line}</th>
            <td>
              <Bits bits={r.bits} widest={widest} />
            </td>
            <td class="both">
              {r.left && <span>{r.left}</span>}
              {r.left && r.right && r.left !== r.right && <b> ↔ </b>}
              {r.right && r.right !== r.left && <span>{r.right}</span>}
            </td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row">{t("合计（权重）", "Sum (weight)")}</th>
          <td class="total">{num(given.weight ?? sum, 2)}</td>
          <td class="both">{t("正为支持，负为反对", "plus speaks for it, minus against")}</td>
        </tr>
      </tfoot>
    </table>
  );
}

/** A bar to the right for bits that speak for a link, to the left for those against. */
function Bits(given: { bits: number; widest: number }) {
  const { bits, widest } = given;
  const half = (Math.abs(bits) / widest) * 50;
  const side = bits >= 0 ? { left: "50%" } : { left: `${50 - half}%` };
  return (
    <span class="bits">
      <i
        class={bits >= 0 ? "for" : "against"}
        style={{ ...side, width: `${half}%` }}
        aria-hidden="true"
      />
      <span>
        {bits > 0 ? "+" : ""}
        {num(bits, 2)}
      </span>
    </span>
  );
}
