import { signal } from "@preact/signals";

interface Toast {
  id: number;
  text: string;
  bad: boolean;
}
const shown = signal<Toast[]>([]);
let next = 1;

/** Say a thing for some seconds; read aloud by screen readers. */
export function say(text: string, bad = false): void {
  const toast = { id: next++, text, bad };
  shown.value = [...shown.value, toast];
  setTimeout(
    () => {
      shown.value = shown.value.filter((other) => other.id !== toast.id);
    },
    bad ? 8000 : 4000,
  );
}

export function Toasts() {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {shown.value.map((one) => (
        <p key={one.id} class={one.bad ? "toast bad" : "toast"}>
          {one.text}
        </p>
      ))}
    </div>
  );
}
