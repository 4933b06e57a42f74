import { Page } from "../../parts/page";

export default function Placeholder() {
  return (
    <Page title="editions">
      <p class="empty">…</p>
    </Page>
  );
}
