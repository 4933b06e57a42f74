import { Page } from "../../parts/page";

export default function Placeholder() {
  return (
    <Page title="parcel">
      <p class="empty">…</p>
    </Page>
  );
}
