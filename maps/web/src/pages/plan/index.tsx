import { Page } from "../../parts/page";

export default function Placeholder() {
  return (
    <Page title="plan">
      <p class="empty">…</p>
    </Page>
  );
}
