import { useState } from "preact/hooks";
import { api, data, type Schema } from "../../api/client";
import { useLoaded } from "../../api/use";
import { t } from "../../lang";
import { moment, num } from "../../numbers";
import { Shown } from "../../parts/page";
import { Table } from "../../parts/table";
import { Panel } from "../../parts/panel";
import { enterpriseHref, href } from "../../routes";

/** Which file each table came from, when, and how many of its rows were kept. */
export function Sources({ edition }: { edition: number }) {
  const loaded = useLoaded<Schema["Freshness"]>(
    () => data(api.GET("/v1/freshness", { params: { query: { edition } } })),
    [edition],
  );
  return (
    <Panel id="sources" title={t("数据来源与时效", "Sources and their age")}>
      <Shown of={loaded}>
        {(found) => (
          <>
            <Table
              caption={t("数据来源", "Sources")}
              captionHidden
              rows={found.files}
              id={(r) => `${r.stem} ${r.file} ${r.scope}`}
              columns={[
                { head: t("数据", "Data"), cell: (r) => r.title },
                { head: t("来源部门", "Department"), cell: (r) => r.department || "—" },
                { head: t("文件", "File"), cell: (r) => r.file },
                {
                  head: t("摘要 SHA-256", "SHA-256"),
                  cell: (r) => <code title={r.sha256}>{r.sha256.slice(0, 12)}</code>,
                },
                {
                  head: t("导入", "Loaded"),
                  cell: (r) =>
                    `${moment(r.loaded_at)}${r.used ? "" : t("（本发布之后）", " (after this edition)")}`,
                },
                { head: t("数据日期", "As of"), cell: (r) => r.valid_on },
                { head: t("保留行", "Kept"), number: true, cell: (r) => num(r.rows_kept) },
                {
                  head: t("剔除行", "Rejected"),
                  number: true,
                  cell: (r) =>
                    r.rows_rejected ? (
                      <a href={href("/lists", { table: "rejects" })}>{num(r.rows_rejected)}</a>
                    ) : (
                      "0"
                    ),
                },
              ]}
            />
            {found.missing.length > 0 && (
              <p class="small">
                {t("没有提供：{m}", "Not delivered: {m}", { m: found.missing.join("、") })}
              </p>
            )}
          </>
        )}
      </Shown>
    </Panel>
  );
}

/** Leaders in yield per mu, asked for when they are opened: ranking takes seconds. */
export function Leaders({ edition }: { edition: number }) {
  const [open, setOpen] = useState(false);
  return (
    <Panel id="leaders" title={t("领跑者", "Leaders")}>
      {open ? (
        <Lists edition={edition} />
      ) : (
        <button type="button" onClick={() => setOpen(true)}>
          {t("排出各类领跑者名单", "Rank the lists of leaders")}
        </button>
      )}
    </Panel>
  );
}

function Lists({ edition }: { edition: number }) {
  const loaded = useLoaded<Schema["LeaderLists"]>(
    () => data(api.GET("/v1/leaders", { params: { query: { edition } } })),
    [edition],
  );
  return (
    <Shown of={loaded}>
      {(found) => (
        <div class="grid">
          {found.lists.map((one) => (
            <div key={one.id}>
              <h3>{one.title}</h3>
              <p class="small">
                {t("候选 {n}", "{n} candidates", { n: num(one.candidates) })}
                {one.seats ? t("，名额 {s}", ", {s} seats", { s: one.seats }) : ""} · {one.source}
              </p>
              <ol class="leaders">
                {one.chosen.slice(0, 10).map((l) => (
                  <li key={l.id} value={l.rank}>
                    {one.kind === "enterprise" && !l.id.includes("|") ? (
                      <a href={enterpriseHref(l.id)}>{l.name}</a>
                    ) : (
                      l.name
                    )}{" "}
                    <b>{num(l.score, 2)}</b>
                  </li>
                ))}
              </ol>
              {one.notes.map((note) => (
                <p key={note} class="small">
                  {note}
                </p>
              ))}
            </div>
          ))}
        </div>
      )}
    </Shown>
  );
}
