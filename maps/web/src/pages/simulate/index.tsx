import { useEffect, useRef, useState } from "preact/hooks";
import { api, data, type Schema } from "../../api/client";
import { useLoaded } from "../../api/use";
import { edition } from "../../edition";
import { t } from "../../lang";
import { me } from "../../me";
import { Page, Refused, Shown } from "../../parts/page";
import { Controls } from "./controls";
import { Outcome } from "./outcome";
import { changed, type Desk, faults, type Simulated, type Standing, start } from "./rules";
import { Saved } from "./saved";
import "./simulate.css";

/** How long a slider rests before it is simulated, in milliseconds. */
const REST = 250;

/** Other rules beside those of the edition: who goes up, who down, what land and tax it is. */
export default function Simulate() {
  const number = edition.value?.number;
  const allowed = me.value?.everywhere ?? false;
  const loaded = useLoaded<Standing>(
    () =>
      number && allowed
        ? data(api.GET("/v1/simulations/rules", { params: { query: { edition: number } } }))
        : new Promise(() => undefined),
    [number, allowed],
  );
  if (me.value && !allowed) {
    return (
      <Page title={t("模拟", "Simulate")}>
        <p class="empty">
          {t(
            "等级由全部企业共同排出，只有全部辖区的发布人能试算。",
            "A grade hangs on everybody: only publishers of all divisions simulate.",
          )}
        </p>
      </Page>
    );
  }
  return (
    <Page title={t("模拟：换一套规则，谁升谁降", "Simulate: other rules, other grades")}>
      <Shown of={loaded}>
        {(standing) => <Table key={standing.edition} standing={standing} />}
      </Shown>
    </Page>
  );
}

function Table({ standing }: { standing: Standing }) {
  const [desk, setDesk] = useState<Desk>(() => start(standing));
  const [beside, setBeside] = useState<readonly number[]>([]);
  const resting = useResting(desk);
  const odd = faults(resting, standing);
  const held = useRef<Simulated | undefined>(undefined);
  const found = useLoaded<Simulated>(async () => {
    if (odd.length > 0 && held.current) return held.current;
    held.current = await data(
      api.POST("/v1/simulations", {
        body: {
          edition: standing.edition,
          rules: odd.length > 0 ? { title: "", lease: "user" } : changed(resting, standing),
          beside: [...beside],
          limit: 200,
        },
      }),
    );
    return held.current;
  }, [standing.edition, JSON.stringify(resting), beside]);
  return (
    <div class="simulate">
      <aside aria-label={t("规则", "Rules")}>
        <Saved
          standing={standing}
          desk={desk}
          setDesk={setDesk}
          beside={beside}
          setBeside={setBeside}
          sound={odd.length === 0}
        />
        <Controls standing={standing} desk={desk} put={setDesk} />
      </aside>
      <div aria-live="polite" aria-busy={found.loading}>
        <Faults of={odd} />
        {found.problem ? (
          <Refused problem={found.problem} again={found.reload} />
        ) : (
          <Shown of={found}>{(one) => <Outcome found={one} />}</Shown>
        )}
      </div>
    </div>
  );
}

/** The value once it has not changed for a moment. */
function useResting<T>(value: T): T {
  const [resting, setResting] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setResting(value), REST);
    return () => clearTimeout(timer);
  }, [value]);
  return resting;
}

function Faults({ of }: { of: ReturnType<typeof faults> }) {
  if (of.length === 0) return null;
  return (
    <div class="refused" role="alert">
      {of.map((f) => (
        <p key={f.cohort}>
          {f.weights !== null &&
            t("{c}：权重合计 {n}，应为 100。", "{c}: weights add up to {n}, not 100. ", {
              c: f.cohort,
              n: f.weights,
            })}
          {f.shares !== null &&
            t("{c}：等级比例合计 {n}，应为 100。", "{c}: shares add up to {n}, not 100.", {
              c: f.cohort,
              n: f.shares,
            })}
        </p>
      ))}
    </div>
  );
}

export type SavedRow = Schema["Saved"];
