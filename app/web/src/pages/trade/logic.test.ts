import { ALL, ORDER_ABOVE, ORDER_BELOW, ORDER_HEALTH, SIDE_LONG, SIDE_SHORT } from '@breakwater-labs/client';
import { describe, expect, it } from 'vitest';

import { freeNumber, rightOf, wantedOf } from './desk';
import { freeSlot, type OrderText, reached, written } from './orders';
import { remember } from './prints';
import { leverageSteps } from './PerpForm';
import { account, ACCOUNT, marketInfo, OWNER, positionRow, standing, tokenRow, of, group, SOL, USDC } from './testing';
import { bound, parsed } from './TokenForm';
import { plain, shifted } from './units';
import { feedsOf, justBeyond, movesOf } from './WhatIf';
import { costOf, nearest, pausedOf, stepOf, whenOf } from './words';

describe('the address of the page', () => {
  it('names an account, a new one, or one’s own', () => {
    expect([wantedOf('/trade'), wantedOf('/trade/new'), wantedOf(`/trade/${OWNER}`)]).toEqual([
      { kind: 'own' },
      { kind: 'new' },
      { kind: 'address', address: OWNER },
    ]);
  });
  it('leads to the least free number', () => {
    const numbers = (...all: number[]) => all.map((number) => ({ address: '', number, equity: '0' }));
    expect([freeNumber([]), freeNumber(numbers(0, 1)), freeNumber(numbers(1, 2))]).toEqual([0, 2, 0]);
  });
  it('gives nobody else rights', () => {
    const other = { ...account(standing()), delegate: ACCOUNT };
    expect([
      rightOf(OWNER, other, OWNER),
      rightOf(OWNER, other, ACCOUNT),
      rightOf(OWNER, null, ACCOUNT),
      rightOf(OWNER, other, null),
    ]).toEqual(['owner', 'delegate', 'none', 'none']);
  });
});

describe('amounts', () => {
  it('shift decimals without losing any', () => {
    expect([shifted(1_500_000n, 6), shifted(5n, 9), shifted(7n, 0)]).toEqual(['1.500000', '0.000000005', '7']);
    expect([plain('1.500'), plain('100'), plain('0.000')]).toEqual(['1.5', '100', '0']);
  });
  it('are taken as typed or refused with a word', () => {
    expect(parsed('1,5', 6)).toEqual({ amount: 1_500_000n, problem: null });
    expect(parsed('', 6)).toEqual({ amount: null, problem: null });
    expect(parsed('0', 6).amount).toBeNull();
    expect(parsed('1.2345678', 6).problem).toMatch(/at most 6 decimals/);
  });
  it('are bounded by the wallet only where the wallet pays', () => {
    expect(bound('deposit', 10n, 4n)).toBe(4n);
    expect(bound('repay', 3n, 4n)).toBe(3n);
    expect(bound('borrow', 10n, 4n)).toBe(10n);
    expect(bound('deposit', 10n, undefined)).toBe(10n);
    expect(bound('repay', null, 4n)).toBeNull();
  });
  it('of leverage come in tenths', () => {
    expect([leverageSteps(1_000), leverageSteps(250), leverageSteps(1)]).toEqual([100, 25, 1]);
  });
});

describe('orders', () => {
  const text: OrderText = {
    kind: 'stop',
    market: 2,
    closesLong: true,
    trigger: '90',
    limit: '',
    size: '',
    baseDecimals: 9,
    fee: '1',
    quoteDecimals: 6,
    expiresAt: 0,
  };
  const mark = (price: string) => BigInt(price.replace('.', '')) * 1_000n;
  const order = (more: Partial<OrderText>) => written({ ...text, ...more }, mark).order;
  it('stop a long below and a short above', () => {
    expect(order({})).toEqual({
      trigger: 90_000n,
      limit: 0n,
      size: ALL,
      expiresAt: 0n,
      fee: 1_000_000,
      market: 2,
      kind: ORDER_BELOW,
      side: SIDE_LONG,
    });
    expect(order({ closesLong: false })).toMatchObject({ kind: ORDER_ABOVE, side: SIDE_SHORT, limit: ALL });
    expect(order({ kind: 'target' })).toMatchObject({ kind: ORDER_ABOVE, side: SIDE_LONG });
    expect(order({ kind: 'target', closesLong: false })).toMatchObject({ kind: ORDER_BELOW });
  });
  it('of health are in millionths', () => {
    expect(order({ kind: 'health', trigger: '1.05' })).toMatchObject({ kind: ORDER_HEALTH, trigger: 1_050_000n });
    expect(written({ ...text, kind: 'health', trigger: '1.0000001' }, mark).problem).toMatch(/at most 6/);
  });
  it('say what is wrong with them', () => {
    expect(written({ ...text, trigger: '' }, mark)).toEqual({ order: null, problem: null });
    expect(written({ ...text, trigger: 'x' }, mark).problem).toMatch(/trigger/);
    expect(written({ ...text, size: '0' }, mark).problem).toMatch(/size/);
    expect(written({ ...text, limit: '-1' }, mark).problem).toMatch(/worst price/);
    expect(written({ ...text, fee: '5000' }, mark).problem).toMatch(/reward/);
  });
  it('are reached at the trigger itself', () => {
    expect(reached({ kind: ORDER_BELOW, trigger: 5n }, 5n)).toBe(true);
    expect(reached({ kind: ORDER_ABOVE, trigger: 5n }, 4n)).toBe(false);
    expect(reached({ kind: ORDER_HEALTH, trigger: 5n }, 6n)).toBe(false);
  });
  it('take the first free slot', () => {
    expect([freeSlot([]), freeSlot([0, 2]), freeSlot([3, 1, 0, 2])]).toEqual([0, 1, null]);
  });
});

describe('prints', () => {
  it('keep one price for a second, the last, and never go back', () => {
    const prints = new Map();
    const read = (time: number, mark: string) => remember(prints, { time, markets: [marketInfo({ mark })] });
    read(1, '100');
    read(1, '101');
    read(2, '102.5');
    read(1, '99');
    expect(prints.get(0)).toEqual([
      { time: 1, value: 101 },
      { time: 2, value: 102.5 },
    ]);
  });
});

describe('what-if', () => {
  const stands = standing({
    tokens: [tokenRow(SOL, false, of('1')), tokenRow(USDC, true, of('1'))],
    positions: [positionRow('5')],
  });
  it('moves all prices but the quote token’s', () => {
    const feeds = feedsOf(group(), stands);
    expect(feeds).toEqual([
      { feed: 0, leg: 0 },
      { feed: 1, leg: 1 },
      { feed: 32, leg: 128 },
    ]);
    expect(movesOf(feeds, -1, -500, USDC)).toEqual([
      { feed: 0, bps: -500 },
      { feed: 32, bps: -500 },
    ]);
    expect(movesOf(feeds, 1, 100, USDC)).toEqual([{ feed: 1, bps: 100 }]);
  });
  it('goes to the first step beyond a trigger', () => {
    expect([justBeyond(-1_234), justBeyond(-1_250), justBeyond(49), justBeyond(-9_999)]).toEqual([
      -1_250, -1_300, 50, -8_000,
    ]);
  });
});

describe('words', () => {
  const names = {
    token: (n: number) => ['SOL', 'USDC'][n] ?? '',
    market: () => 'SOL-PERP',
    leg: (n: number) => (n >= 128 ? 'SOL-PERP' : (['SOL', 'USDC'][n] ?? '')),
  };
  const next = {
    kind: 'pair',
    debt: USDC,
    collateral: SOL,
    market: null,
    repay: of('100'),
    seize: of('1.1'),
    size: null,
    settled: null,
    bonus: 20_000,
    fee: null,
    insurance: of('0'),
    keeper: '1',
    cost: '2.5',
    equityAfter: '1',
    maintenanceAfter: '1',
    endAfter: '1',
  };
  it('say what a liquidation takes and costs', () => {
    expect(stepOf(next, names)).toBe(
      '100 USDC of debt would be repaid for 1.1 SOL. It would cost $2.50, a bonus of 2.00 %.',
    );
    const position = {
      ...next,
      kind: 'position',
      market: 0,
      size: of('-2', 9),
      settled: of('30'),
      fee: of('1'),
      bonus: null,
    };
    expect(stepOf(position, names)).toBe(
      '30 of loss in SOL-PERP would be paid from the deposits. 2 of SOL-PERP would be closed. It would cost $2.50, a fee of 1 included.',
    );
    expect([costOf('-0.001'), costOf('0'), costOf('0.001')]).toEqual(['nothing', 'nothing', '< $0.01']);
  });
  it('count the slots that are left', () => {
    const at = (stage: string, slotsLeft: number) =>
      whenOf({ stage, slotsLeft, slot: '1', printsAfter: null, notBefore: null });
    expect(at('unflagged', 25)).toMatch(/25 slots after the flag/);
    expect(at('flagged', 1)).toMatch(/in 1 slot\./);
    expect(at('due', 0)).toMatch(/right now/);
  });
  it('find the nearest trigger on either side', () => {
    const row = (leg: number, distance: number | null) => ({
      leg,
      mid: '1',
      maintenance: null,
      trigger: distance === null ? null : '1',
      always: false,
      distance,
    });
    expect(nearest([row(0, -900), row(3, 300), row(2, null)], USDC)?.leg).toBe(3);
    expect(nearest([row(0, -900), row(USDC, 300)], USDC)?.leg).toBe(0);
    expect(nearest([row(USDC, 300), row(2, null)], USDC)?.leg).toBe(USDC);
    expect(nearest([row(2, null)], USDC)).toBeNull();
  });
  it('tell of a pause only while it lasts', () => {
    const pause = { until: 100, actions: ['borrow', 'trade'] };
    expect(pausedOf(pause, 'for SOL', 99)).toMatch(/^Paused for SOL until 1970-01-01 00:01 UTC: borrow, trade\.$/);
    expect(pausedOf(pause, 'for SOL', 100)).toBeNull();
  });
});
