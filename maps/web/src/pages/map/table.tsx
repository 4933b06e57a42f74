import { useState } from "preact/hooks";
import { api, data } from "../../api/client";
import { useLoaded } from "../../api/use";
import { t } from "../../lang";
import { mu } from "../../numbers";
import { Bucket, Grade } from "../../parts/grade";
import { Page, Shown } from "../../parts/page";
import { Table } from "../../parts/table";
import { parcelHref } from "../../routes";

interface Plot {
  parcel_code: string;
  location?: string;
  users?: string;
  bucket?: string;
  parcel_grade?: string;
  enterprise_grade?: string;
  area_m2?: number | null;
}
const ROWS = 100;
const GRADES = ["", "A", "B", "C", "D"] as const;

/** Where the browser cannot draw maps: the plots as a table, and the way to a map it can show. */
export function PlotTable(given: { number: number }) {
  const [part, setPart] = useState("");
  const [grade, setGrade] = useState<(typeof GRADES)[number]>("");
  const [pages, setPages] = useState<string[]>([]);
  const cursor = pages.at(-1);
  const found = useLoaded(async () => {
    const query = {
      edition: given.number,
      limit: ROWS,
      ...(cursor ? { cursor } : {}),
      ...(part.trim().length > 1 ? { q: part.trim() } : {}),
      ...(grade ? { parcel_grade: grade } : {}),
    };
    const told = (await data(api.GET("/v1/parcels", { params: { query } }))) as unknown;
    return told as { items: Plot[]; next: string | null };
  }, [given.number, cursor, part, grade]);
  return (
    <Page title={t("地块（表）", "Plots (table)")}>
      <WhyTable />
      <div class="actions">
        <label>
          {t("查找宗地代码或坐落", "Plot code or location")}{" "}
          <input
            type="search"
            value={part}
            onInput={(e) => {
              setPart(e.currentTarget.value);
              setPages([]);
            }}
          />
        </label>
        <label>
          {t("宗地等级", "Parcel grade")}{" "}
          <select
            value={grade}
            onChange={(e) => {
              setGrade(e.currentTarget.value as (typeof GRADES)[number]);
              setPages([]);
            }}
          >
            {GRADES.map((g) => (
              <option key={g} value={g}>
                {g || t("全部", "all")}
              </option>
            ))}
          </select>
        </label>
      </div>
      <Shown of={found}>
        {(told) => (
          <>
            <div class="map-table">
              <Rows plots={told.items} />
            </div>
            <p class="actions">
              <button
                type="button"
                disabled={pages.length === 0}
                onClick={() => setPages(pages.slice(0, -1))}
              >
                {t("上一页", "Back")}
              </button>
              <button
                type="button"
                disabled={!told.next}
                onClick={() =>
                  // While a page is read, what follows it is not known.
                  told.next && !found.loading && setPages([...pages, told.next])
                }
              >
                {t("下一页", "Next")}
              </button>
            </p>
          </>
        )}
      </Shown>
    </Page>
  );
}

/** Why there is a table, and the way to a map. */
function WhyTable() {
  return (
    <div class="panel" role="note">
      <p>
        {t(
          "本机浏览器没有 WebGL2，不能画地图，先用下面的表。要看图：请管理员运行 geomujun run 案卷 --out 文件夹，把生成的 map.html 拷来，任何浏览器都能打开；或换一台能用 WebGL2 的电脑。",
          "This browser has no WebGL2 and cannot draw the map; use the table below. To see a map: ask for map.html, which `geomujun run CASE --out DIR` writes and any browser opens; or use a computer with WebGL2.",
        )}
      </p>
    </div>
  );
}

function Rows(given: { plots: readonly Plot[] }) {
  return (
    <Table
      caption={t("地块", "Plots")}
      captionHidden
      rows={given.plots}
      id={(p) => p.parcel_code}
      columns={[
        {
          head: t("宗地代码", "Plot"),
          cell: (p) => <a href={parcelHref(p.parcel_code)}>{p.parcel_code}</a>,
        },
        { head: t("坐落", "Location"), cell: (p) => p.location ?? "" },
        { head: t("用地企业", "Users"), cell: (p) => p.users ?? "" },
        {
          head: t("归类", "Bucket"),
          cell: (p) => <Bucket of="parcel" bucket={p.bucket ?? ""} />,
        },
        { head: t("宗地等级", "Parcel"), cell: (p) => <Grade grade={p.parcel_grade ?? ""} /> },
        { head: t("企业等级", "Firm"), cell: (p) => <Grade grade={p.enterprise_grade ?? ""} /> },
        { head: t("亩", "mu"), cell: (p) => mu(p.area_m2), number: true },
      ]}
    />
  );
}
