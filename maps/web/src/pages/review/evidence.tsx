import { t } from "../../lang";
import { num, percent } from "../../numbers";
import { chance, signed, type Step } from "./bits";
import { placeName } from "./words";

/**
 * Evidence in words; unless hidden, each with its bits as a step of a waterfall. `shown`: compared
 * values that stand above already.
 */
export function EvidenceBars(given: {
  steps: Step[];
  scale: [number, number];
  blind: boolean;
  waiting: boolean;
  place: number;
  shown: readonly string[];
}) {
  const { steps, scale, blind, waiting, place, shown } = given;
  if (steps.length === 0)
    return (
      <p class="empty small">
        {waiting ? t("正在比对……", "comparing …") : t("没有逐项证据", "no evidence item by item")}
      </p>
    );
  const sum = steps.at(-1)?.to ?? 0;
  return (
    <table class="evidence">
      <caption class="hidden">
        {t("候选{p}的证据", "Evidence for candidate {p}", { p: placeName(place) })}
      </caption>
      {!blind && (
        <colgroup>
          <col class="what" />
          <col />
          <col class="bits" />
        </colgroup>
      )}
      <thead class="hidden">
        <tr>
          <th scope="col">{t("证据", "Evidence")}</th>
          {!blind && <th scope="col">{t("瀑布图", "Waterfall")}</th>}
          {!blind && <th scope="col">{t("比特", "Bits")}</th>}
        </tr>
      </thead>
      <tbody>
        {(blind ? steps.filter((s) => s.name !== "prior") : steps).map((step) => (
          <tr key={`${step.name} ${step.left} ${step.right}`}>
            <th scope="row">
              {step.line}
              {!shown.includes(`${step.left} ${step.right}`) && <Sides step={step} />}
            </th>
            {!blind && (
              <td class="bar-cell">
                <Bar step={step} scale={scale} />
              </td>
            )}
            {!blind && (
              <td class={step.bits < 0 ? "number against" : "number for"}>{signed(step.bits)}</td>
            )}
          </tr>
        ))}
      </tbody>
      {!blind && (
        <tfoot>
          <tr>
            <th scope="row" colSpan={2}>
              {t("合计，折合单独概率 {p}", "Sum, alone a probability of {p}", {
                p: percent(chance(sum)),
              })}
            </th>
            <td class="number">{signed(sum)}</td>
          </tr>
        </tfoot>
      )}
    </table>
  );
}

/** Both values that were compared. */
function Sides(given: { step: Step }) {
  const { left, right } = given.step;
  if (!left && !right) return null;
  return (
    <span class="sides">
      {left} <span aria-hidden="true">⇄</span> {right}
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
