import { Page } from "../../parts/page";

export default function Placeholder() {
  return (
    <Page title="enterprise">
      <p class="empty">…</p>
    </Page>
  );
}
