import { useState } from "preact/hooks";

/** Keep what the page shows under a name; the name is cleared once it is kept. */
export function Keep(given: {
  label: string;
  hint: string;
  button: string;
  ready: boolean;
  /** Whether it was kept. */
  keep: (name: string) => Promise<boolean>;
}) {
  const [name, setName] = useState("");
  const told = name.trim();
  return (
    <form
      class="keep"
      onSubmit={(e) => {
        e.preventDefault();
        void given.keep(told).then((kept) => kept && setName(""));
      }}
    >
      <label>
        <span class="hidden">{given.label}</span>
        <input
          type="search"
          required
          maxLength={60}
          placeholder={given.hint}
          value={name}
          onInput={(e) => setName(e.currentTarget.value)}
        />
      </label>
      <button type="submit" disabled={!given.ready || !told}>
        {given.button}
      </button>
    </form>
  );
}
