import { Page } from "../../parts/page";

export default function Placeholder() {
  return (
    <Page title="simulate">
      <p class="empty">…</p>
    </Page>
  );
}
