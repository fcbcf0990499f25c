/** A small chart of lines over a common axis, drawn as SVG: curves of rates. */
import { type PointerEvent, useState } from 'react';

export interface Line {
  readonly name: string;
  readonly color: 'accent' | 'warn' | 'gain';
  /** Points as parts of the axis, 0 to 1, and values. */
  readonly points: readonly (readonly [at: number, value: number])[];
}

const STROKES = { accent: 'stroke-accent', warn: 'stroke-warn', gain: 'stroke-gain' } as const;
const FILLS = { accent: 'fill-accent', warn: 'fill-warn', gain: 'fill-gain' } as const;
const DOTS = { accent: 'bg-accent', warn: 'bg-warn', gain: 'bg-gain' } as const;
const [WIDTH, HEIGHT, LEFT, BOTTOM, TOP, RIGHT] = [360, 180, 46, 20, 8, 8];

export function Lines(props: {
  readonly label: string;
  readonly lines: readonly Line[];
  /** Where the axis stands now. */
  readonly now: number;
  /** Vertical lines with their names. */
  readonly marks: readonly { readonly at: number; readonly name: string }[];
  readonly showValue: (value: number) => string;
  readonly showAt: (at: number) => string;
}) {
  const [pointed, setPointed] = useState<number | null>(null);
  const most = Math.max(...props.lines.flatMap(({ points }) => points.map(([, value]) => value)), 1e-9);
  const x = (at: number) => LEFT + at * (WIDTH - LEFT - RIGHT);
  const y = (value: number) => HEIGHT - BOTTOM - (value / most) * (HEIGHT - BOTTOM - TOP);
  const at = pointed ?? props.now;
  const nearest = ({ points }: Line) =>
    points.reduce(
      (best, point) => (Math.abs(point[0] - at) < Math.abs(best[0] - at) ? point : best),
      points[0] ?? [0, 0],
    );
  const follow = (event: PointerEvent<SVGSVGElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    const part = ((event.clientX - box.left) / box.width) * WIDTH;
    setPointed(Math.min(1, Math.max(0, (part - LEFT) / (WIDTH - LEFT - RIGHT))));
  };
  return (
    <figure>
      <figcaption className="mb-1 flex flex-wrap gap-x-4 gap-y-1 text-xs text-soft">
        <span className="num">{pointed === null ? 'Now' : `At ${props.showAt(at)}`}</span>
        {props.lines.map((line) => (
          <span key={line.name} className="num inline-flex items-center gap-1.5">
            <span aria-hidden className={`inline-block size-2 rounded-full ${DOTS[line.color]}`} />
            {line.name} <span className="text-text">{props.showValue(nearest(line)[1])}</span>
          </span>
        ))}
      </figcaption>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={props.label}
        className="block w-full touch-pan-y"
        onPointerMove={follow}
        onPointerLeave={() => setPointed(null)}
      >
        {[0, 0.5, 1].map((part) => (
          <g key={part}>
            <line
              x1={LEFT}
              x2={WIDTH - RIGHT}
              y1={y(part * most)}
              y2={y(part * most)}
              className="stroke-line"
              strokeWidth={1}
            />
            <text x={LEFT - 6} y={y(part * most) + 3} textAnchor="end" className="num fill-soft text-[10px]">
              {props.showValue(part * most)}
            </text>
            <text
              x={x(part)}
              y={HEIGHT - 5}
              textAnchor={part === 1 ? 'end' : 'middle'}
              className="num fill-soft text-[10px]"
            >
              {props.showAt(part)}
            </text>
          </g>
        ))}
        {props.marks.map(({ at: where, name }) => (
          <g key={name}>
            <line
              x1={x(where)}
              x2={x(where)}
              y1={TOP}
              y2={HEIGHT - BOTTOM}
              className="stroke-soft"
              strokeWidth={1}
              strokeDasharray="3 3"
            />
            <text x={x(where) - 4} y={TOP + 8} textAnchor="end" className="fill-soft text-[10px]">
              {name}
            </text>
          </g>
        ))}
        {props.lines.map(({ name, color, points }) => (
          <polyline
            key={name}
            points={points.map(([where, value]) => `${x(where).toFixed(1)},${y(value).toFixed(1)}`).join(' ')}
            fill="none"
            strokeWidth={2}
            strokeLinejoin="round"
            className={STROKES[color]}
          />
        ))}
        <line x1={x(at)} x2={x(at)} y1={TOP} y2={HEIGHT - BOTTOM} className="stroke-text" strokeWidth={1} />
        {props.lines.map((line) => {
          const [, value] = nearest(line);
          return <circle key={line.name} cx={x(at)} cy={y(value)} r={3.5} className={FILLS[line.color]} />;
        })}
      </svg>
    </figure>
  );
}
