import { Page } from "../../parts/page";

export default function Placeholder() {
  return (
    <Page title="objections">
      <p class="empty">…</p>
    </Page>
  );
}
