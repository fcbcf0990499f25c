/** Bars that say how much of something there is. Each has its words too, for those who do not see it. */
const FILLS = { accent: 'bg-accent', gain: 'bg-gain', loss: 'bg-loss', warn: 'bg-warn', soft: 'bg-soft' } as const;
export type Fill = keyof typeof FILLS;

const within = (part: number) => `${(Math.min(1, Math.max(0, Number.isFinite(part) ? part : 0)) * 100).toFixed(2)}%`;

/** How full something is, from 0 to 1, with an optional line where something changes. */
export function Meter(props: {
  readonly label: string;
  /** What the number means, in words. */
  readonly words: string;
  readonly part: number;
  readonly fill?: Fill;
  readonly line?: number;
  readonly className?: string;
}) {
  const now = Math.round(Math.min(1, Math.max(0, props.part || 0)) * 100);
  return (
    <div
      role="meter"
      aria-label={props.label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={now}
      aria-valuetext={props.words}
      title={`${props.label}: ${props.words}`}
      className={`relative h-1.5 min-w-16 overflow-hidden rounded-full bg-raised ${props.className ?? ''}`}
    >
      <div className={`h-full rounded-full ${FILLS[props.fill ?? 'accent']}`} style={{ width: within(props.part) }} />
      {props.line === undefined ? null : (
        <div className="absolute inset-y-0 w-px bg-text/60" style={{ left: within(props.line) }} />
      )}
    </div>
  );
}

/** Two sides against each other. */
export function Sides(props: { readonly label: string; readonly left: number; readonly right: number }) {
  const all = props.left + props.right;
  const share = all > 0 ? props.left / all : 0.5;
  return (
    <div
      role="img"
      aria-label={props.label}
      title={props.label}
      className="relative flex h-2 min-w-24 gap-px overflow-hidden rounded-full bg-raised"
    >
      {all > 0 ? (
        <>
          <div className="h-full bg-gain" style={{ width: within(share) }} />
          <div className="h-full flex-1 bg-loss" />
        </>
      ) : null}
      <div className="absolute inset-y-0 left-1/2 w-px bg-ground" />
    </div>
  );
}

/** Columns beside each other, each with its name and count. */
export function Columns(props: {
  readonly label: string;
  readonly columns: readonly {
    readonly name: string;
    readonly count: number;
    readonly fill: Fill;
    readonly words: string;
  }[];
}) {
  const most = Math.max(1, ...props.columns.map(({ count }) => count));
  return (
    <ul aria-label={props.label} className="flex items-stretch gap-1.5 sm:gap-3">
      {props.columns.map(({ name, count, fill, words }) => (
        <li key={words} title={`${words}: ${count}`} className="flex min-w-0 flex-1 flex-col text-center">
          <span className="num text-sm font-semibold">
            <span className="sr-only">{words}: </span>
            {count}
          </span>
          <span aria-hidden className="mt-1 flex h-36 items-end rounded-md bg-raised/50">
            <span
              className={`w-full rounded-md ${FILLS[fill]}`}
              style={{ height: count === 0 ? '0' : `max(3px, ${within(count / most)})` }}
            />
          </span>
          <span aria-hidden className="num mt-1 text-[11px] leading-tight text-soft sm:text-xs">
            {/* May be broken after the dash. */}
            {name.replace('–', '–\u200b')}
          </span>
        </li>
      ))}
    </ul>
  );
}
