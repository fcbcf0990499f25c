/** Two bars of one scale: what counts for somebody above, what counts against below, each leg a piece. */
import { useId } from 'react';

export interface Piece {
  readonly name: string;
  /** How much, as people read it. */
  readonly shown: string;
  /** How long it is drawn; its sign says on which side. */
  readonly drawn: number;
}

/** Strengths of one colour, so that neighbours can be told apart without new colours. */
const STRENGTHS = [1, 0.72, 0.5, 0.86, 0.6, 0.42, 0.78, 0.55];

function Side(props: {
  readonly name: string;
  readonly pieces: readonly Piece[];
  readonly whole: number;
  readonly colour: string;
}) {
  const id = useId();
  const { name, pieces, whole, colour } = props;
  return (
    <div>
      <div id={id} className="mb-1 text-xs text-soft">
        {name}
      </div>
      <div aria-hidden="true" className="flex h-3 gap-px overflow-hidden rounded bg-raised">
        {pieces.map((piece, at) => (
          <div
            key={piece.name}
            title={`${piece.name}: ${piece.shown}`}
            style={{
              width: `${(Math.abs(piece.drawn) / whole) * 100}%`,
              background: colour,
              opacity: STRENGTHS[at % STRENGTHS.length],
            }}
          />
        ))}
      </div>
      <ul aria-labelledby={id} className="mt-1 flex flex-wrap gap-x-4 gap-y-0.5 text-xs">
        {pieces.map((piece, at) => (
          <li key={piece.name} className="flex items-center gap-1.5">
            <span
              aria-hidden="true"
              className="inline-block size-2 rounded-full"
              style={{ background: colour, opacity: STRENGTHS[at % STRENGTHS.length] }}
            />
            <span className="text-soft">{piece.name}</span>
            <span className="num">{piece.shown}</span>
          </li>
        ))}
        {pieces.length === 0 ? <li className="text-soft">nothing</li> : null}
      </ul>
    </div>
  );
}

export function HealthBar(props: {
  readonly forName: string;
  readonly againstName: string;
  readonly pieces: readonly Piece[];
}) {
  const { forName, againstName, pieces } = props;
  const up = pieces.filter(({ drawn }) => drawn >= 0);
  const down = pieces.filter(({ drawn }) => drawn < 0);
  const length = (side: readonly Piece[]) => side.reduce((sum, { drawn }) => sum + Math.abs(drawn), 0);
  const whole = Math.max(length(up), length(down)) || 1;
  return (
    <div className="grid gap-2">
      <Side name={forName} pieces={up} whole={whole} colour="var(--gain)" />
      <Side name={againstName} pieces={down} whole={whole} colour="var(--loss)" />
    </div>
  );
}
