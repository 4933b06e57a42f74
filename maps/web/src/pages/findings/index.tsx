import { Page } from "../../parts/page";

export default function Placeholder() {
  return (
    <Page title="findings">
      <p class="empty">…</p>
    </Page>
  );
}
