/** Choices of which one holds: buttons that tell it, reached by keyboard like any other. */
export function Tabs<Value extends string>(given: {
  label: string;
  value: Value;
  choices: readonly (readonly [Value, string])[];
  choose: (value: Value) => void;
}) {
  return (
    <div class="tabs" role="group" aria-label={given.label}>
      {given.choices.map(([value, text]) => (
        <button
          key={value}
          type="button"
          aria-pressed={value === given.value}
          onClick={() => given.choose(value)}
        >
          {text}
        </button>
      ))}
    </div>
  );
}
