import { Page } from "../../parts/page";

export default function Placeholder() {
  return (
    <Page title="lists">
      <p class="empty">…</p>
    </Page>
  );
}
