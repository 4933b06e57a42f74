import { Page } from "../../parts/page";

export default function Placeholder() {
  return (
    <Page title="map">
      <p class="empty">…</p>
    </Page>
  );
}
