import type { ComponentChildren } from "preact";
import "./cards.css";
import { useOfEdition } from "../api/edition";
import { t } from "../lang";
import { Page, Shown } from "../parts/page";
import { mapHref } from "../routes";

/** The page of a card: what the service tells of one thing in the edition shown. */
export function CardPage<Card>(given: {
  kind: "parcel" | "enterprise";
  id: string;
  title: (card: Card | undefined) => string;
  read: (id: string, edition: number) => Promise<Card>;
  children: (card: Card, reload: () => void) => ComponentChildren;
}) {
  const { id } = given;
  const card = useOfEdition((number) => given.read(id, number), [id]);
  return (
    <Page
      title={given.title(card.data)}
      actions={
        <a class="button" href={mapHref(given.kind, id)}>
          {t("在地图上看", "On the map")}
        </a>
      }
    >
      <Shown of={card}>{(found) => given.children(found, card.reload)}</Shown>
    </Page>
  );
}

/** Both halves of a card: what it is and what is linked; where it lies and how it is judged. */
export function Halves(given: { left: ComponentChildren; right: ComponentChildren }) {
  return (
    <div class="card-grid">
      <div>{given.left}</div>
      <div>{given.right}</div>
    </div>
  );
}
