import { describe, expect, it } from 'vitest';

import { bandsOf, type Choice, listed, windowOf } from './rows';

const row = (address: string, factor: number | null, stage: string, keeper: string | null = null) => ({
  address,
  owner: `owner of ${address}`,
  equity: String(factor ?? 0),
  debts: '1',
  factor,
  stage,
  keeper,
  target: null,
  refusal: null,
});
const rows = [
  row('b', 1_200_000, 'healthy'),
  row('a', 900_000, 'due', '3.5'),
  row('d', null, 'healthy'),
  row('c', 950_000, 'unflagged', '12'),
];
const choice: Choice = { stage: 'all', search: '', sort: 'factor', isDescending: false };
const order = (changed: Partial<Choice>) =>
  listed(rows, { ...choice, ...changed })
    .map(({ address }) => address)
    .join('');

describe('the list of accounts', () => {
  it('is ordered by what was chosen, and what has no number comes last', () => {
    expect(order({})).toBe('acbd');
    expect(order({ isDescending: true })).toBe('bcad');
    expect(order({ sort: 'profit', isDescending: true }).slice(0, 2)).toBe('ca');
    expect(order({ sort: 'profit' }).slice(0, 2)).toBe('ac');
  });
  it('is filtered by stage and address', () => {
    expect(order({ stage: 'breached' })).toBe('ac');
    expect(order({ stage: 'due' })).toBe('a');
    expect(order({ stage: 'healthy' })).toBe('bd');
    expect(order({ search: ' owner of c ' })).toBe('c');
  });
});

describe('the window of a long list', () => {
  it('has a number of rows that does not depend on the length of the list', () => {
    const { from, to, above, below } = windowOf({ top: 20_000, height: 400 }, 40, 1_000, 5);
    expect([from, to]).toEqual([495, 515]);
    expect(above + (to - from) * 40 + below).toBe(1_000 * 40);
  });
  it('holds to both ends', () => {
    expect(windowOf({ top: 0, height: 400 }, 40, 1_000, 5)).toEqual({ from: 0, to: 20, above: 0, below: 980 * 40 });
    expect(windowOf({ top: 39_900, height: 400 }, 40, 1_000, 5).to).toBe(1_000);
    expect(windowOf({ top: 0, height: 400 }, 40, 3, 5)).toEqual({ from: 0, to: 3, above: 0, below: 0 });
    expect(windowOf({ top: 0, height: 400 }, 40, 0)).toEqual({ from: 0, to: 0, above: 0, below: 0 });
  });
  it('shows rows where a list that was scrolled far down has become short', () => {
    expect(windowOf({ top: 30_000, height: 400 }, 40, 12, 5)).toEqual({ from: 0, to: 12, above: 0, below: 0 });
  });
});

describe('bands of health', () => {
  it('are named by their edges, with those who owe nothing at the end', () => {
    const bands = bandsOf({ bands: [1, 2, 3], edges: [1_000_000, 1_250_000], riskless: 4 });
    expect(bands.map(({ name, count }) => [name, count])).toEqual([
      ['< 1.0', 1],
      ['1.0–1.25', 2],
      ['≥ 1.25', 3],
      ['no debt', 4],
    ]);
    expect(bands[0]?.fill).toBe('loss');
  });
});
