import { Page } from "../../parts/page";

export default function Placeholder() {
  return (
    <Page title="audit">
      <p class="empty">…</p>
    </Page>
  );
}
