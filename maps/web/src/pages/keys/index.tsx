import { Page } from "../../parts/page";

export default function Placeholder() {
  return (
    <Page title="keys">
      <p class="empty">…</p>
    </Page>
  );
}
