/** The name of a row that opens more about it. */
export function Opener(props: {
  readonly name: string;
  readonly isOpen: boolean;
  readonly controls: string;
  readonly toggle: () => void;
}) {
  return (
    <button
      type="button"
      aria-expanded={props.isOpen}
      aria-controls={props.isOpen ? props.controls : undefined}
      onClick={props.toggle}
      className="inline-flex items-center gap-2 rounded font-semibold whitespace-nowrap hover:text-accent"
    >
      <span
        aria-hidden
        className={`inline-block text-xs text-soft transition-transform ${props.isOpen ? 'rotate-90' : ''}`}
      >
        ▶
      </span>
      {props.name}
    </button>
  );
}
