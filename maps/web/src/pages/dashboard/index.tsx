import { Page } from "../../parts/page";

export default function Placeholder() {
  return (
    <Page title="dashboard">
      <p class="empty">…</p>
    </Page>
  );
}
