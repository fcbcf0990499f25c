/** Which rows of the book are listed, in which order, and which of them are in sight. */
import type { BookAnswer, BookRow } from '@breakwater-labs/client/margin';

import { drawn } from '../../format';

export const STAGES = [
  { id: 'all', name: 'All' },
  { id: 'breached', name: 'Under water' },
  { id: 'due', name: 'Due' },
  { id: 'healthy', name: 'Healthy' },
] as const;
export type Stage = (typeof STAGES)[number]['id'];

export const SORTS = ['factor', 'equity', 'debts', 'profit'] as const;
export type Sort = (typeof SORTS)[number];

export interface Choice {
  readonly stage: Stage;
  /** Part of an address or of an owner's. */
  readonly search: string;
  readonly sort: Sort;
  readonly isDescending: boolean;
}

const isOf = (stage: Stage, row: BookRow) =>
  stage === 'all' || (stage === 'breached' ? row.stage !== 'healthy' : row.stage === stage);

/** What rows are ordered by; nothing comes last in both directions. */
const KEYS: Record<Sort, (row: BookRow) => number | null> = {
  factor: ({ factor }) => factor,
  equity: ({ equity }) => drawn(equity),
  debts: ({ debts }) => drawn(debts),
  profit: ({ keeper }) => (keeper === null ? null : drawn(keeper)),
};

export function listed(rows: readonly BookRow[], { stage, search, sort, isDescending }: Choice): BookRow[] {
  const wanted = search.trim();
  const found = rows.filter(
    (row) => isOf(stage, row) && (wanted === '' || row.address.includes(wanted) || row.owner.includes(wanted)),
  );
  const key = KEYS[sort];
  const sign = isDescending ? -1 : 1;
  return found.sort((a, b) => {
    const [one, other] = [key(a), key(b)];
    if (one === null || other === null) return one === other ? 0 : one === null ? 1 : -1;
    return sign * (one - other);
  });
}

/** A part of a long list, with the heights of what is above and below it. */
export interface Window {
  readonly from: number;
  readonly to: number;
  readonly above: number;
  readonly below: number;
}

/** The rows in sight of a scrolled box, and some around them so that scrolling shows no gaps. */
export function windowOf(
  box: { readonly top: number; readonly height: number },
  rowHeight: number,
  count: number,
  around = 8,
): Window {
  const visible = Math.ceil(box.height / rowHeight) + 2 * around;
  // A list that has become shorter may be scrolled beyond its end.
  const last = Math.max(0, count - visible);
  const from = Math.min(last, Math.max(0, Math.floor(box.top / rowHeight) - around));
  const to = Math.min(count, from + visible);
  return { from, to, above: from * rowHeight, below: (count - to) * rowHeight };
}

/** A band of health. */
export interface Band {
  readonly name: string;
  readonly words: string;
  readonly count: number;
  readonly fill: 'loss' | 'warn' | 'accent' | 'gain' | 'soft';
}

const spoken = (edge: number) => (edge / 1_000_000).toFixed(2).replace(/0$/, '');

/** Bands with words for their edges; accounts that answer for nothing come last. */
export function bandsOf({ bands, edges, riskless }: Pick<BookAnswer, 'bands' | 'edges' | 'riskless'>): Band[] {
  const told = bands.map((count, at): Band => {
    const [low, high] = [edges[at - 1], edges[at]];
    const name =
      low === undefined
        ? `< ${spoken(high ?? 0)}`
        : high === undefined
          ? `≥ ${spoken(low)}`
          : `${spoken(low)}–${spoken(high)}`;
    const fill =
      (high ?? Infinity) <= 1_000_000
        ? 'loss'
        : (high ?? Infinity) <= 1_100_000
          ? 'warn'
          : high === undefined
            ? 'gain'
            : 'accent';
    return { name, words: `Health factor ${name}`, count, fill };
  });
  return [...told, { name: 'no debt', words: 'Without debts and positions', count: riskless, fill: 'soft' }];
}
