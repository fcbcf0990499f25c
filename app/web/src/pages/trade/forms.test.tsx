import { MarginRefused, type Next } from '@breakwater-labs/client/margin';
import { fireEvent, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it, vi } from 'vitest';

import { Actions } from './Actions';
import { Breach, Remedies } from './Breach';
import {
  account,
  fakeMargin,
  fakeStore,
  group,
  of,
  OWNER,
  positionRow,
  preview,
  show,
  standing,
  tokenInfo,
  tokenRow,
  USDC,
} from './testing';
import { WhatIf } from './WhatIf';

const wallet = vi.hoisted(() => ({ address: null as string | null }));
const send = vi.hoisted(() => vi.fn(async () => 'signature'));
vi.mock('../../wallet/context', () => ({ useWallet: () => wallet }));
vi.mock('../../send/context', () => ({ useSend: () => ({ send, isBusy: false }) }));
const balances = vi.hoisted(() => ({ known: new Map<number, bigint>() }));
vi.mock('./balance', () => ({ useBalances: () => balances.known }));

/** A liquidation that closes two SOL for $1.94. */
const closing: Next = {
  kind: 'position',
  debt: null,
  collateral: null,
  market: 0,
  repay: null,
  seize: null,
  size: of('-2'),
  settled: null,
  bonus: null,
  fee: of('1.94'),
  insurance: of('0.97'),
  keeper: '0.97',
  cost: '1.94',
  equityAfter: '1',
  maintenanceAfter: '1',
  endAfter: '0',
};

const refused = () => {
  throw new MarginRefused({
    code: 6201,
    name: 'InsufficientHealth',
    message: "the margin account's initial health would be negative",
  });
};

beforeEach(() => {
  wallet.address = OWNER;
  balances.known = new Map();
  send.mockClear();
});

describe('a deposit', () => {
  it('shows health before and after, and is sent on a click', async () => {
    const margin = fakeMargin();
    margin.most.mockReturnValue(of('1000000'));
    margin.preview.mockReturnValue(preview(standing({ factor: 2_500_000 }), { sent: of('25') }));
    show(<Actions />, { store: fakeStore(margin) });
    await userEvent.type(screen.getByLabelText('Amount'), '25');
    expect(margin.preview).toHaveBeenLastCalledWith(expect.any(String), OWNER, {
      deposit: { token: USDC, amount: '25000000' },
    });
    const row = screen.getByRole('row', { name: /Health factor/ });
    expect(row.textContent).toContain('1.50');
    expect(row.textContent).toContain('2.50');
    await userEvent.click(screen.getByRole('button', { name: 'Deposit 25 USDC' }));
    expect(send).toHaveBeenCalledOnce();
  });
  it('is at most what the wallet holds', async () => {
    balances.known = new Map([[USDC, 40_000_000n]]);
    const margin = fakeMargin();
    margin.most.mockReturnValue(of('1000000'));
    margin.preview.mockReturnValue(preview(standing()));
    show(<Actions />, { store: fakeStore(margin) });
    await userEvent.click(screen.getByRole('button', { name: /^max/ }));
    expect(screen.getByLabelText<HTMLInputElement>('Amount').value).toBe('40');
    await userEvent.type(screen.getByLabelText('Amount'), '0');
    expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Deposit 400 USDC' }).disabled).toBe(true);
    expect(screen.getByText('Your wallet holds 40 USDC.')).toBeTruthy();
  });
  it('says that the bank is paused', () => {
    const margin = fakeMargin();
    margin.most.mockImplementation(refused);
    const paused = group({ tokens: [tokenInfo(USDC, { pause: { until: 2_000, actions: ['borrow'] } })] });
    show(<Actions />, { store: fakeStore(margin, paused) });
    expect(screen.getByText(/Paused for USDC/)).toBeTruthy();
  });
});

describe('a repayment', () => {
  it('of the most means all of the debt', async () => {
    balances.known = new Map([[USDC, 40_000_000n]]);
    const margin = fakeMargin();
    margin.most.mockReturnValue(of('7.5'));
    margin.preview.mockReturnValue(preview(standing()));
    const stands = standing({ tokens: [tokenRow(USDC, true, of('7.5'))] });
    show(<Actions />, {
      store: fakeStore(margin),
      task: { kind: 'repay', token: USDC },
      desk: { account: account(stands) },
    });
    await userEvent.click(screen.getByRole('button', { name: /^max/ }));
    expect(margin.preview).toHaveBeenLastCalledWith(expect.any(String), OWNER, {
      repay: { token: USDC, amount: 'all' },
    });
  });
});

describe('a trade', () => {
  const task = { kind: 'trade', market: 0, isLong: false } as const;
  it('that the program would refuse cannot be signed, and says why', async () => {
    const margin = fakeMargin();
    margin.most.mockReturnValue(of('3', 9));
    margin.preview.mockImplementation(refused);
    show(<Actions />, { store: fakeStore(margin), task });
    await userEvent.type(screen.getByLabelText(/^Size/), '2');
    expect(margin.preview).toHaveBeenLastCalledWith(expect.any(String), OWNER, {
      trade: { market: 0, delta: '-2000000000', slippage: 50 },
    });
    expect(screen.getByRole('alert').textContent).toMatch(/initial health would be negative/);
    expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Sell 2 SOL' }).disabled).toBe(true);
  });
  it('takes its size from the leverage that is asked of the module', () => {
    const margin = fakeMargin();
    margin.most.mockReturnValue(of('3.25', 9));
    margin.preview.mockReturnValue(preview(standing()));
    show(<Actions />, { store: fakeStore(margin), task });
    const slider = screen.getByRole('slider', { name: /Leverage/ });
    fireEvent.change(slider, { target: { value: '30' } });
    expect(margin.most).toHaveBeenCalledWith(expect.any(String), OWNER, {
      open: { market: 0, isLong: false, leverage: 30_000 },
    });
    expect(screen.getByLabelText<HTMLInputElement>(/^Size/).value).toBe('3.25');
  });
  it('shows fill, fee, impact and what a liquidation costs', async () => {
    const margin = fakeMargin();
    margin.most.mockReturnValue(of('3', 9));
    const fill = {
      size: of('-2', 9),
      cost: of('199'),
      fee: of('0.1'),
      mark: '100',
      price: '99.5',
      impact: of('1'),
      impactPpm: '5000',
      limit: '123',
      limitPrice: '99.0025',
    };
    const trigger = { leg: 128, mid: '100', maintenance: '120', trigger: '121.5', always: false, distance: 2_150 };
    const atTrigger = { leg: 128, price: '121.5', distance: 2_150, next: closing };
    const after = standing({ prices: [trigger], positions: [positionRow('-2000000000')], atTrigger });
    margin.preview.mockReturnValue(preview(after, { fill }));
    show(<Actions />, { store: fakeStore(margin), task });
    await userEvent.type(screen.getByLabelText(/^Size/), '2');
    const told = screen.getByRole('region', { name: 'Preview' }).textContent;
    expect(told).toContain('99.50');
    expect(told).toContain('0.1 USDC');
    expect(told).toContain('0.500 %');
    expect(told).toMatch(/Liquidation price SOL-PERP.*121\.50/);
    expect(told).toMatch(/Earliest trigger: the index of SOL-PERP at 121\.50, 21\.5 % away/);
    expect(told).toMatch(/If SOL-PERP alone reaches 121\.50: 2 of SOL-PERP would be closed.*\$1\.94/);
  });
});

describe('who may act', () => {
  it('nobody without a wallet, but the preview is there', async () => {
    wallet.address = null;
    const margin = fakeMargin();
    margin.most.mockReturnValue(of('5'));
    margin.preview.mockReturnValue(preview(standing()));
    show(<Actions />, { store: fakeStore(margin), desk: { right: 'none' } });
    await userEvent.type(screen.getByLabelText('Amount'), '1');
    expect(screen.getByText('Connect a wallet to act.')).toBeTruthy();
    expect(screen.getByRole('region', { name: 'Preview' })).toBeTruthy();
    expect(screen.getByRole<HTMLButtonElement>('button', { name: /^Deposit 1/ }).disabled).toBe(true);
  });
  it('a delegate trades, and moves no tokens', async () => {
    const margin = fakeMargin();
    margin.most.mockReturnValue(of('5'));
    margin.preview.mockReturnValue(preview(standing()));
    show(<Actions />, { store: fakeStore(margin), desk: { right: 'delegate' } });
    await userEvent.type(screen.getByLabelText('Amount'), '1');
    expect(screen.getByText(/not move its tokens/)).toBeTruthy();
  });
});

describe('a breach', () => {
  const stands = standing({ stage: 'flagged', end: '-10', factor: 980_000, tokens: [tokenRow(USDC, true, of('9'))] });
  it('shows slots left and a way out that is one click', async () => {
    balances.known = new Map([[USDC, 9_000_000n]]);
    const margin = fakeMargin();
    margin.most.mockReturnValue(of('9'));
    margin.preview.mockReturnValue(preview(standing(), { before: stands, sent: of('4.5') }));
    show(<Breach />, { store: fakeStore(margin), desk: { account: account(stands) } });
    expect(screen.getByRole('alert').textContent).toMatch(/in 25 slots/);
    expect(screen.getByText(/health 0\.98 → 1\.50, out of the breach/)).toBeTruthy();
    await userEvent.click(screen.getByRole('button', { name: 'Repay 4.5 USDC' }));
    expect(send).toHaveBeenCalledOnce();
  });
  it('of somebody else is shown without buttons', () => {
    const margin = fakeMargin();
    show(<Breach />, { store: fakeStore(margin), desk: { account: account(stands), right: 'none' } });
    expect(screen.getByRole('alert')).toBeTruthy();
    expect(screen.queryByRole('button')).toBeNull();
  });
  it('without a way out says so', () => {
    show(<Remedies remedies={[]} />, { store: fakeStore(fakeMargin()) });
    expect(screen.getByText(/Get tokens to repay or deposit/)).toBeTruthy();
  });
});

describe('what-if', () => {
  it('asks the module and shows when, how much and at what cost', async () => {
    const margin = fakeMargin();
    const next = {
      kind: 'pair',
      debt: USDC,
      collateral: 0,
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
      equityAfter: '70',
      maintenanceAfter: '1',
      endAfter: '1',
    };
    margin.whatIf.mockReturnValue(standing({ stage: 'due', factor: 900_000, next }));
    const stands = standing({ tokens: [tokenRow(0, false, of('1', 9)), tokenRow(USDC, true, of('1'))] });
    show(<WhatIf />, { store: fakeStore(margin), desk: { account: account(stands) } });
    await userEvent.click(screen.getByRole('button', { name: '−20 %' }));
    expect(margin.whatIf).toHaveBeenLastCalledWith(expect.any(String), [{ feed: 0, bps: -2_000 }]);
    expect(screen.getByText(/can be liquidated right now/)).toBeTruthy();
    expect(
      screen.getByText(/100 USDC of debt would be repaid for 1\.1 SOL\. It would cost \$2\.50, a bonus of 2\.00 %/),
    ).toBeTruthy();
  });
});
