import { stateWord } from "../words";
import { chooseEdition } from "../edition";
import { t } from "../lang";
import { num } from "../numbers";
import { Bucket, Grade } from "../parts/grade";
import { Table } from "../parts/table";
import type { Past } from "./types";

/** The thing in each edition, the newest first; a press shows that edition. */
export function History(given: { of: "parcel" | "enterprise"; rows: readonly Past[] }) {
  return (
    <section class="panel">
      <h2>{t("历次发布", "Editions")}</h2>
      <Table
        caption={t("历次发布", "Editions")}
        captionHidden
        rows={given.rows}
        id={(r) => r.edition}
        columns={[
          {
            head: t("发布", "Edition"),
            cell: (r) => (
              <button type="button" class="quiet" onClick={() => chooseEdition(r.edition)}>
                {r.year} · {r.edition} · {stateWord(r.state)}
              </button>
            ),
          },
          { head: t("清点", "Bucket"), cell: (r) => <Bucket of={given.of} bucket={r.bucket} /> },
          { head: t("等级", "Grade"), cell: (r) => <Grade grade={r.grade} /> },
          { head: t("亩", "mu"), number: true, cell: (r) => num(r.mu, 2) },
          {
            head: given.of === "parcel" ? t("使用企业", "Users") : t("名称", "Name"),
            cell: (r) => r.users,
          },
        ]}
      />
    </section>
  );
}
