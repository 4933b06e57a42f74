import { Page } from "../../parts/page";

export default function Placeholder() {
  return (
    <Page title="review">
      <p class="empty">…</p>
    </Page>
  );
}
