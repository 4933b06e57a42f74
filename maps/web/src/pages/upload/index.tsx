import { Page } from "../../parts/page";

export default function Placeholder() {
  return (
    <Page title="upload">
      <p class="empty">…</p>
    </Page>
  );
}
