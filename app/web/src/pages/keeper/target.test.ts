import { expect, it } from 'vitest';

import { targetOf, targetText } from './target';

it('a step that the book writes becomes the target of an action', () => {
  expect(targetOf('1:0')).toEqual({ kind: 'spot', debt: 1, collateral: 0 });
  expect(targetOf('129:0')).toEqual({ kind: 'marketDebt', market: 1, collateral: 0 });
  expect(targetOf('1:128')).toEqual({ kind: 'marketProfit', debt: 1, market: 0 });
  expect(targetOf('2')).toEqual({ kind: 'perp', market: 2 });
  expect([targetOf(null), targetOf('x'), targetOf('1:2:3')]).toEqual([null, null, null]);
});

it('and is told in words', () => {
  const leg = (number: number) => `leg ${number}`;
  expect([targetText('1:0', leg, leg), targetText('2', leg, (n) => `market ${n}`), targetText(null, leg, leg)]).toEqual(['leg 1 for leg 0', 'market 2', '–']);
});
