import { useAct } from "../../api/act";
import type { Schema } from "../../api/client";
import { download, type Form } from "../../api/download";
import { t } from "../../lang";
import { num } from "../../numbers";
import { Refused } from "../../parts/page";
import { Table } from "../../parts/table";
import { say } from "../../parts/toast";
import { OUTPUTS, type Output } from "./words";

type Whole = Schema["Whole"];
interface Hash {
  rows: number;
  sha256: string;
}

/** The tables of an edition: rows, digest, and each as a file. */
export function Files(given: { edition: Whole }) {
  const { edition } = given;
  const { busy, problem, run } = useAct();
  const hashes = (edition.hashes ?? {}) as Record<string, Hash>;
  const file = async (one: Output, form: Form): Promise<void> => {
    const query = { edition: String(edition.number) };
    const files = await download(one.path, query, form, `${one.name}-${edition.number}`);
    if (files > 1) say(t("行数多，分成了 {n} 个文件", "Many rows: {n} files", { n: files }));
  };
  return (
    <section class="panel" aria-label={t("成果文件", "Files")}>
      <h2>{t("成果文件与摘要", "Files and digests")}</h2>
      <p class="small">
        {t(
          "摘要是 geomujun run 写出的同名 CSV 文件的 SHA-256，可用来核对离线运行的结果。下载的内容限于你的辖区。",
          "The digest is the SHA-256 of the CSV file that geomujun run writes, to check a run elsewhere. Downloads hold what lies in your divisions.",
        )}
      </p>
      {problem && <Refused problem={problem} />}
      <Table
        caption={t("成果文件", "Files")}
        captionHidden
        rows={OUTPUTS}
        id={(o) => o.name}
        columns={[
          { head: t("表", "Table"), cell: (o) => o.label() },
          { head: t("行数", "Rows"), number: true, cell: (o) => num(hashes[o.name]?.rows) },
          {
            head: "SHA-256",
            cell: (o) => <Digest value={hashes[o.name]?.sha256} />,
          },
          {
            head: t("下载", "Download"),
            cell: (o) => (
              <span class="actions">
                {(["csv", "xlsx", ...(o.shaped ? ["geojson" as const] : [])] as const).map((f) => (
                  <button
                    key={f}
                    type="button"
                    disabled={busy}
                    aria-label={`${o.label()} ${f.toUpperCase()}`}
                    onClick={() => void run(() => file(o, f))}
                  >
                    {f === "geojson" ? "GeoJSON" : f.toUpperCase()}
                  </button>
                ))}
              </span>
            ),
          },
        ]}
      />
    </section>
  );
}

function Digest(given: { value: string | undefined }) {
  if (!given.value) return <>—</>;
  return (
    <details class="digest">
      <summary class="mono">{given.value.slice(0, 12)}…</summary>
      <span class="mono">{given.value}</span>
    </details>
  );
}
