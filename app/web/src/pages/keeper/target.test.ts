import { expect, it } from 'vitest';

import { creditorsOf, targetOf, targetText } from './target';

it('a step that the book writes becomes the target of an action', () => {
  expect(targetOf('1:0')).toEqual({ kind: 'spot', debt: 1, collateral: 0 });
  expect(targetOf('129:0')).toEqual({ kind: 'marketDebt', market: 1, collateral: 0 });
  expect(targetOf('1:128')).toEqual({ kind: 'marketProfit', debt: 1, market: 0 });
  expect(targetOf('2')).toEqual({ kind: 'perp', market: 2 });
  expect([targetOf(null), targetOf('x'), targetOf('1:2:3')]).toEqual([null, null, null]);
});

it('and is told in words', () => {
  const leg = (number: number) => `leg ${number}`;
  expect([targetText('1:0', leg, leg), targetText('2', leg, (n) => `market ${n}`), targetText(null, leg, leg)]).toEqual(
    ['leg 1 for leg 0', 'market 2', '–'],
  );
});

it('creditors of an account are tokens that it owes and markets with nothing but a loss', () => {
  const tokens = [
    { token: 0, shares: 5n, side: 0 },
    { token: 1, shares: 7n, side: 1 },
    { token: 2, shares: 0n, side: 1 },
  ];
  const perps = [
    { market: 0, base: 0n, quote: -3n },
    { market: 1, base: 4n, quote: -9n },
    { market: 2, base: 0n, quote: 2n },
  ];
  expect(creditorsOf({ tokens, perps } as never)).toEqual([
    { kind: 'token', token: 1 },
    { kind: 'market', market: 0 },
  ]);
  expect(creditorsOf(undefined)).toEqual([]);
});
