import type { Intent, PreviewAnswer } from '@breakwater-labs/client/margin';
import { describe, expect, it } from 'vitest';

import { type Asked, isHealed, least, remediesOf, type Situation } from './remedies';
import { of, positionRow, preview, SOL, standing, tokenRow, USDC } from './testing';

/** The amount that an intent is about. */
const amountOf = (intent: Intent): bigint => {
  if (typeof intent === 'string') return 0n;
  const [told] = Object.values(intent) as { amount?: string; size?: string }[];
  return BigInt(told?.amount ?? told?.size ?? 0);
};

/** A module by which from an amount on the account is out of the breach. */
const healedFrom = (enough: bigint): Asked => ({
  preview: (intent): PreviewAnswer =>
    preview(amountOf(intent) >= enough ? standing() : standing({ stage: 'flagged', end: '-1', factor: 990_000 })),
  most: () => 10_000n,
});

const breached: Situation = {
  standing: standing({
    stage: 'flagged',
    end: '-10',
    tokens: [tokenRow(SOL, false, of('1')), tokenRow(USDC, true, of('1'))],
  }),
  balances: new Map([[USDC, 5_000n]]),
  quoteToken: USDC,
  lotOf: () => 10n,
  slippage: 100,
  onlyTrades: false,
};

describe('the least amount', () => {
  it('is found within a thousandth of the bound', () => {
    const found = least(1_000_000n, 1n, (amount) => amount >= 123_456n);
    expect(found).toBeGreaterThanOrEqual(123_456n);
    expect(found).toBeLessThan(123_456n + 1_000n);
  });
  it('is a multiple of a lot, and nothing where the bound is not enough', () => {
    expect(least(1_000n, 10n, (amount) => amount >= 123n)).toBe(130n);
    expect(least(1_000n, 10n, () => false)).toBeNull();
    expect(least(5n, 10n, () => true)).toBeNull();
  });
});

describe('remedies', () => {
  it('repay a debt with just what the module says is enough', () => {
    const [first, ...others] = remediesOf(breached, healedFrom(1_000n));
    expect(others).toEqual([]);
    expect(first).toMatchObject({ kind: 'repay', of: USDC, heals: true });
    expect(amountOf(first!.intent)).toBeGreaterThanOrEqual(1_000n);
    expect(amountOf(first!.intent)).toBeLessThan(1_010n);
  });
  it('offer all the wallet has where that helps but is not enough', () => {
    const [first] = remediesOf(breached, healedFrom(6_000n));
    expect(first).toMatchObject({ heals: false, intent: { repay: { token: USDC, amount: '5000' } } });
  });
  it('offer nothing where wallet and account have nothing', () => {
    expect(remediesOf({ ...breached, balances: new Map() }, healedFrom(1n))).toEqual([]);
  });
  it('deposit the quote token where it is not owed, and close the position that takes most', () => {
    const stands = standing({
      stage: 'due',
      tokens: [tokenRow(SOL, false, of('1'))],
      positions: [
        positionRow('500', { market: 0, maintenance: '-5' }),
        positionRow('-700', { market: 1, maintenance: '-50' }),
      ],
    });
    const found = remediesOf({ ...breached, standing: stands }, healedFrom(3_000n));
    expect(found.map(({ kind, of, heals }) => [kind, of, heals])).toEqual([
      ['deposit', USDC, true],
      ['reduce', 1, true],
    ]);
    expect(amountOf(found[1]!.intent) % 10n).toBe(0n);
  });
  it('put what heals before what only helps', () => {
    const stands = standing({ stage: 'due', tokens: [tokenRow(USDC, true, of('1'))], positions: [positionRow('500')] });
    const found = remediesOf({ ...breached, standing: stands, balances: new Map([[USDC, 10n]]) }, healedFrom(3_000n));
    expect(found.map(({ kind, heals }) => [kind, heals])).toEqual([
      ['reduce', true],
      ['repay', false],
    ]);
  });
  it('of a delegate are trades only', () => {
    const stands = standing({ stage: 'due', tokens: [tokenRow(USDC, true, of('1'))], positions: [positionRow('500')] });
    expect(
      remediesOf({ ...breached, standing: stands, onlyTrades: true }, healedFrom(1n)).map(({ kind }) => kind),
    ).toEqual(['reduce']);
  });
  it('are no remedy while a liquidation would still have something to do', () => {
    expect(isHealed(preview(standing({ end: '-0.5' })))).toBe(false);
    expect(isHealed(preview(standing({ end: '0' })))).toBe(true);
  });
});
