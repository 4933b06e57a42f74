import type { Map } from "maplibre-gl";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { editions } from "../../edition";
import { t } from "../../lang";
import { type Bounds, Canvas } from "./canvas";

const STEP = 5;

/** The map of an edition; with another beside, that one shows right of a divider. */
export function Compared(given: {
  number: number;
  beside: number | null;
  bounds: Bounds | undefined;
  busy: () => boolean;
  ready: (map: Map | null) => void;
}) {
  const { number, beside, bounds } = given;
  const pair = useRef<{ left: Map | null; right: Map | null }>({ left: null, right: null });
  const [share, setShare] = useState(50);
  const other = beside !== null && beside !== number;
  return (
    <div class="map-pair">
      <Canvas
        number={number}
        bounds={bounds}
        main
        label={t("地图", "Map")}
        busy={given.busy}
        ready={(map) => {
          pair.current.left = map;
          given.ready(map);
          keepTogether(pair.current);
        }}
      />
      {other && (
        <>
          <div class="map-over" style={{ clipPath: `inset(0 0 0 ${share}%)` }}>
            <Canvas
              key={beside}
              number={beside}
              bounds={bounds}
              main={false}
              label={t("对比的地图", "Map compared")}
              busy={given.busy}
              ready={(map) => {
                pair.current.right = map;
                keepTogether(pair.current);
              }}
            />
          </div>
          <Divider share={share} move={setShare} />
          <p class="map-edition left">{editionName(number)}</p>
          <p class="map-edition right">{editionName(beside)}</p>
        </>
      )}
    </div>
  );
}

/** What an edition is called on the map. */
export function editionName(number: number): string {
  const found = editions.value?.find((e) => e.number === number);
  return t("{y} 年 · 第 {n} 号", "{y} · no. {n}", { y: found?.year ?? "", n: number });
}

/** Two maps move as one: each follows the other, and is not followed while it does. */
function keepTogether(pair: { left: Map | null; right: Map | null }): void {
  const { left, right } = pair;
  if (!left || !right) return;
  let following = false;
  const after = (leader: Map, follower: Map) => (): void => {
    if (following) return;
    following = true;
    follower.jumpTo({ center: leader.getCenter(), zoom: leader.getZoom() });
    following = false;
  };
  right.jumpTo({ center: left.getCenter(), zoom: left.getZoom() });
  left.on("move", after(left, right));
  right.on("move", after(right, left));
}

/** The line between the two: dragged, or moved by the arrow keys. */
function Divider(given: { share: number; move: (share: number) => void }) {
  const { share, move } = given;
  const line = useRef<HTMLDivElement>(null);
  const [held, setHeld] = useState(false);
  const within = (value: number): number => Math.min(100, Math.max(0, value));
  // Before the next frame: who lets go at once has let go.
  useLayoutEffect(() => {
    if (!held) return undefined;
    const drag = (e: PointerEvent): void => {
      const box = line.current?.parentElement?.getBoundingClientRect();
      if (box) move(within(((e.clientX - box.left) / box.width) * 100));
    };
    const drop = (): void => setHeld(false);
    window.addEventListener("pointermove", drag);
    window.addEventListener("pointerup", drop);
    return () => {
      window.removeEventListener("pointermove", drag);
      window.removeEventListener("pointerup", drop);
    };
  }, [held]);
  const pressed = (e: KeyboardEvent): void => {
    const to = { ArrowLeft: share - STEP, ArrowRight: share + STEP, Home: 0, End: 100 }[e.key];
    if (to === undefined) return;
    e.preventDefault();
    move(within(to));
  };
  return (
    <div
      ref={line}
      class="map-divider"
      role="slider"
      tabIndex={0}
      aria-label={t("对比分界线，左右键移动", "Divider; move with the arrow keys")}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(share)}
      style={{ left: `${share}%` }}
      onKeyDown={pressed}
      onPointerDown={(e) => {
        e.preventDefault();
        line.current?.focus();
        setHeld(true);
      }}
    />
  );
}
