/** The page's building blocks. They know colours and layout, and nothing of Breakwater. */
import { type ButtonHTMLAttributes, type ReactNode, useId } from 'react';

const join = (...names: (string | false | null | undefined)[]) => names.filter(Boolean).join(' ');

/** A framed part of a page with a heading. */
export function Panel(props: {
  readonly title: string;
  readonly aside?: ReactNode;
  readonly children: ReactNode;
  readonly className?: string;
}) {
  const id = useId();
  return (
    <section aria-labelledby={id} className={join('rounded-xl border border-line bg-panel', props.className)}>
      <header className="flex flex-wrap items-center justify-between gap-2 border-b border-line px-4 py-2.5">
        <h2 id={id} className="text-sm font-semibold">
          {props.title}
        </h2>
        {props.aside}
      </header>
      <div className="p-4">{props.children}</div>
    </section>
  );
}

const KINDS = {
  main: 'bg-accent text-on-accent hover:brightness-110',
  plain: 'border border-line bg-raised hover:border-accent',
  danger: 'border border-loss text-loss hover:bg-loss/10',
  quiet: 'text-accent underline-offset-2 hover:underline',
} as const;

export function Button({
  kind = 'plain',
  small = false,
  className,
  ...rest
}: ButtonHTMLAttributes<HTMLButtonElement> & { readonly kind?: keyof typeof KINDS; readonly small?: boolean }) {
  const size = small ? 'min-h-7 px-2 text-xs' : 'min-h-10 px-4 text-sm';
  return (
    <button
      type="button"
      className={join(
        'rounded-lg font-medium transition disabled:cursor-not-allowed disabled:opacity-50',
        KINDS[kind],
        size,
        className,
      )}
      {...rest}
    />
  );
}

const TONES = {
  plain: 'text-text',
  soft: 'text-soft',
  gain: 'text-gain',
  loss: 'text-loss',
  warn: 'text-warn',
} as const;
export type Tone = keyof typeof TONES;

/** A name with its value, for lists of facts. */
export function Fact(props: {
  readonly name: ReactNode;
  readonly tone?: Tone;
  readonly children: ReactNode;
  readonly title?: string;
}) {
  return (
    <div className="flex items-baseline justify-between gap-3 py-1 text-sm" title={props.title}>
      <dt className="text-soft">{props.name}</dt>
      <dd className={join('num text-right', TONES[props.tone ?? 'plain'])}>{props.children}</dd>
    </div>
  );
}

export const Facts = ({ children, className }: { readonly children: ReactNode; readonly className?: string }) => (
  <dl className={className}>{children}</dl>
);

/** A large number with a name over it. */
export function Stat(props: {
  readonly name: string;
  readonly tone?: Tone;
  readonly children: ReactNode;
  readonly note?: ReactNode;
}) {
  return (
    <div className="min-w-28">
      <div className="text-xs text-soft">{props.name}</div>
      <div className={join('num text-xl font-semibold', TONES[props.tone ?? 'plain'])}>{props.children}</div>
      {props.note ? <div className="text-xs text-soft">{props.note}</div> : null}
    </div>
  );
}

/** A short mark beside something. */
export function Pill({
  tone = 'soft',
  children,
  title,
}: {
  readonly tone?: Tone;
  readonly children: ReactNode;
  readonly title?: string;
}) {
  return (
    <span
      title={title}
      className={join(
        'inline-block rounded-full border border-current px-2 py-px text-xs whitespace-nowrap',
        TONES[tone],
      )}
    >
      {children}
    </span>
  );
}

/** One of a few, side by side. */
export function Tabs<T extends string>(props: {
  readonly label: string;
  readonly tabs: readonly { readonly id: T; readonly name: string }[];
  readonly chosen: T;
  readonly choose: (id: T) => void;
}) {
  return (
    <div role="group" aria-label={props.label} className="inline-flex rounded-lg border border-line bg-raised p-0.5">
      {props.tabs.map(({ id, name }) => (
        <button
          key={id}
          type="button"
          aria-pressed={id === props.chosen}
          onClick={() => props.choose(id)}
          className={join(
            'min-h-8 rounded-md px-3 text-sm',
            id === props.chosen ? 'bg-accent font-semibold text-on-accent' : 'text-soft hover:text-text',
          )}
        >
          {name}
        </button>
      ))}
    </div>
  );
}

/** A number typed in, with a unit and a button for the most there can be. */
export function AmountField(props: {
  readonly label: string;
  readonly value: string;
  readonly set: (value: string) => void;
  readonly unit: string;
  readonly most?: string | null;
  readonly onMost?: (() => void) | undefined;
  readonly problem?: string | null;
}) {
  const id = useId();
  return (
    <div>
      <div className="mb-1 flex items-baseline justify-between text-xs text-soft">
        <label htmlFor={id}>{props.label}</label>
        {props.onMost ? (
          <Button small kind="quiet" onClick={props.onMost} aria-label={`max ${props.most ?? ''} ${props.unit}`}>
            max {props.most}
          </Button>
        ) : null}
      </div>
      <div className="flex items-center rounded-lg border border-line bg-ground focus-within:border-accent">
        <input
          id={id}
          inputMode="decimal"
          autoComplete="off"
          placeholder="0"
          value={props.value}
          onChange={(event) => props.set(event.target.value)}
          aria-invalid={props.problem ? true : undefined}
          aria-describedby={props.problem ? `${id}-problem` : undefined}
          className="num min-h-10 w-full bg-transparent px-3 outline-none"
        />
        <span className="px-3 text-sm text-soft">{props.unit}</span>
      </div>
      {props.problem ? (
        <p id={`${id}-problem`} className="mt-1 text-xs text-loss">
          {props.problem}
        </p>
      ) : null}
    </div>
  );
}

export function Select<T extends string | number>(props: {
  readonly label: string;
  readonly options: readonly { readonly id: T; readonly name: string }[];
  readonly chosen: T;
  readonly choose: (id: T) => void;
  readonly hideLabel?: boolean;
}) {
  const id = useId();
  return (
    <div>
      <label htmlFor={id} className={props.hideLabel ? 'sr-only' : 'mb-1 block text-xs text-soft'}>
        {props.label}
      </label>
      <select
        id={id}
        value={String(props.chosen)}
        onChange={(event) => {
          const found = props.options.find((option) => String(option.id) === event.target.value);
          if (found) props.choose(found.id);
        }}
        className="min-h-10 w-full rounded-lg border border-line bg-ground px-3 text-sm"
      >
        {props.options.map(({ id, name }) => (
          <option key={id} value={String(id)}>
            {name}
          </option>
        ))}
      </select>
    </div>
  );
}

export function Slider(props: {
  readonly label: string;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly value: number;
  readonly set: (value: number) => void;
  readonly show: (value: number) => string;
}) {
  const id = useId();
  return (
    <div>
      <div className="flex justify-between text-xs text-soft">
        <label htmlFor={id}>{props.label}</label>
        <output htmlFor={id} className="num text-text">
          {props.show(props.value)}
        </output>
      </div>
      <input
        id={id}
        type="range"
        min={props.min}
        max={props.max}
        step={props.step}
        value={props.value}
        aria-valuetext={props.show(props.value)}
        onChange={(event) => props.set(Number(event.target.value))}
        className="w-full accent-(--accent)"
      />
    </div>
  );
}

/** A table that scrolls sideways where it is too wide; numbers to the right. */
export function Table(props: {
  readonly caption: string;
  readonly head: readonly (string | { readonly name: string; readonly right: true })[];
  readonly children: ReactNode;
}) {
  return (
    <div className="overflow-x-auto" tabIndex={0} role="region" aria-label={props.caption}>
      <table className="w-full text-sm">
        <caption className="sr-only">{props.caption}</caption>
        <thead>
          <tr className="border-b border-line text-xs text-soft">
            {props.head.map((cell) => {
              const name = typeof cell === 'string' ? cell : cell.name;
              const right = typeof cell !== 'string';
              return (
                <th
                  key={name}
                  scope="col"
                  className={join('px-2 py-2 font-medium', right ? 'text-right' : 'text-left')}
                >
                  {name}
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody className="[&_td]:px-2 [&_td]:py-2 [&_tr+tr]:border-t [&_tr+tr]:border-line/60">{props.children}</tbody>
      </table>
    </div>
  );
}

/** What stands where there is nothing. */
export const Empty = ({ children }: { readonly children: ReactNode }) => (
  <p className="py-6 text-center text-sm text-soft">{children}</p>
);

/** A sentence that must not be overlooked. */
export function Notice({
  tone = 'warn',
  children,
  action,
}: {
  readonly tone?: Tone;
  readonly children: ReactNode;
  readonly action?: ReactNode;
}) {
  return (
    <div
      role={tone === 'loss' ? 'alert' : 'status'}
      className={join(
        'flex flex-wrap items-center justify-between gap-3 rounded-lg border border-current bg-panel px-4 py-3 text-sm',
        TONES[tone],
      )}
    >
      <div className="min-w-0 flex-1">{children}</div>
      {action}
    </div>
  );
}
