import { t } from "../lang";
import { num, percent } from "../numbers";
import { chance, signed, type Step } from "./bits";
import "./evidence.css";

/**
 * Evidence in words; unless hidden, each with its bits as a step of a waterfall. `shown`: compared
 * values that stand above already.
 */
export function EvidenceBars(given: {
  caption: string;
  steps: readonly Step[];
  /** The lowest and highest sum that fits in the bars. */
  scale: [number, number];
  blind?: boolean;
  waiting?: boolean;
  shown?: readonly string[];
}) {
  const { caption, steps, scale, blind, shown = [] } = given;
  if (steps.length === 0)
    return (
      <p class="empty small">
        {given.waiting
          ? t("正在比对……", "comparing …")
          : t("没有逐项证据", "no evidence item by item")}
      </p>
    );
  const lines = blind ? steps.filter((s) => s.name !== "prior") : steps;
  return (
    <table class="evidence">
      <caption class="hidden">{caption}</caption>
      {!blind && <Heads />}
      <tbody>
        {lines.map((step) => (
          <tr key={`${step.name} ${step.left} ${step.right}`}>
            <th scope="row">
              {step.line}
              {!shown.includes(`${step.left} ${step.right}`) && <Sides step={step} />}
            </th>
            {!blind && <Weighed step={step} scale={scale} />}
          </tr>
        ))}
      </tbody>
      {!blind && <Sum bits={steps.at(-1)?.to ?? 0} />}
    </table>
  );
}

function Heads() {
  return (
    <>
      <colgroup>
        <col class="what" />
        <col />
        <col class="bits" />
      </colgroup>
      <thead class="hidden">
        <tr>
          <th scope="col">{t("证据", "Evidence")}</th>
          <th scope="col">{t("瀑布图", "Waterfall")}</th>
          <th scope="col">{t("比特", "Bits")}</th>
        </tr>
      </thead>
    </>
  );
}

function Weighed(given: { step: Step; scale: [number, number] }) {
  const { step, scale } = given;
  return (
    <>
      <td class="bar-cell">
        <Bar step={step} scale={scale} />
      </td>
      <td class={step.bits < 0 ? "number against" : "number for"}>{signed(step.bits)}</td>
    </>
  );
}

function Sum(given: { bits: number }) {
  return (
    <tfoot>
      <tr>
        <th scope="row" colSpan={2}>
          {t("合计，折合单独概率 {p}", "Sum, alone a probability of {p}", {
            p: percent(chance(given.bits)),
          })}
        </th>
        <td class="number">{signed(given.bits)}</td>
      </tr>
    </tfoot>
  );
}

/** Both values that were compared. */
function Sides(given: { step: Step }) {
  const { left, right } = given.step;
  if (!left && !right) return null;
  return (
    <span class="sides">
      {left || right}
      {left && right && left !== right && (
        <>
          {" "}
          <span aria-hidden="true">⇄</span> {right}
        </>
      )}
    </span>
  );
}

function Bar(given: { step: Step; scale: [number, number] }) {
  const { step, scale } = given;
  const width = scale[1] - scale[0] || 1;
  const place = (value: number): number => ((value - scale[0]) / width) * 100;
  const low = Math.min(step.from, step.to);
  return (
    <span
      class="fall"
      role="img"
      aria-label={t("从 {a} 到 {b} 比特", "from {a} to {b} bits", {
        a: num(step.from, 2),
        b: num(step.to, 2),
      })}
    >
      <i class="zero" style={{ left: `${place(0)}%` }} />
      <i
        class={step.bits < 0 ? "step against" : "step for"}
        style={{
          left: `${place(low)}%`,
          width: `${Math.max((Math.abs(step.bits) / width) * 100, 0.8)}%`,
        }}
      />
    </span>
  );
}
