/** A group, an account and a module that tests put words into. */
import type { Address } from '@solana/kit';
import type {
  AccountAnswer,
  Amount,
  GroupAnswer,
  MarketInfo,
  PositionRow,
  PreviewAnswer,
  Standing,
  TokenInfo,
  TokenRow,
} from '@breakwater-labs/client/margin';
import { render } from '@testing-library/react';
import { type ReactNode, useState } from 'react';
import { vi } from 'vitest';

import { StoreContext } from '../../chain/hooks';
import type { Store } from '../../chain/store';
import { type Desk, DeskContext, type Task } from './desk';

export const OWNER = '4Nd1mYk3s8nWQhUqS1cZ7yT6pYH3X2W1b5E9r8t7q6zA' as Address;
export const ACCOUNT = '7S1vcz4wDk87M783nadk985VW9nYwLkN9M86KD45By3F' as Address;
export const [SOL, USDC] = [0, 1];

export const of = (ui: string, decimals = 6): Amount => {
  const [whole = '0', part = ''] = ui.split('.');
  return { native: BigInt(whole + part.padEnd(decimals, '0')).toString(), ui };
};

const feed = (number: number) => ({
  feed: number,
  price: '100.00',
  age: 1,
  confidence: 5,
  stale: false,
  tooOldForRisk: false,
  initialBand: 40,
  liquidationBand: 10,
});
const weights = {
  assetInitial: 8000,
  assetEnd: 9000,
  assetMaintenance: 9000,
  liabilityInitial: 10800,
  liabilityEnd: 10600,
  liabilityMaintenance: 10500,
};
const rates = { utilisation: 1, borrow: '10000', deposit: '5000' };

export const tokenInfo = (token: number, more: Partial<TokenInfo> = {}): TokenInfo =>
  ({
    token,
    mint: `mint${token}`,
    decimals: token === SOL ? 9 : 6,
    feed: feed(token),
    rates,
    weights,
    pause: null,
    deposits: of('10'),
    depositCap: of('1000'),
    debts: of('5'),
    borrowCap: of('900'),
    outflowRoom: null,
    reduceOnly: false,
    ...more,
  }) as TokenInfo;

export const marketInfo = (more: Partial<MarketInfo> = {}): MarketInfo =>
  ({
    market: 0,
    address: 'market',
    feed: feed(32),
    decimals: 9,
    mark: '100',
    lot: of('0.01', 9),
    maxLeverage: 1_000,
    status: 'active',
    pause: null,
    funding: '7',
    takerFee: 5,
    liquidationFee: 80,
    openInterestCap: of('1', 9),
    longNotional: of('1'),
    shortNotional: of('1'),
    poolEquity: of('1'),
    ...more,
  }) as MarketInfo;

export const group = (more: Partial<GroupAnswer> = {}): GroupAnswer =>
  ({
    time: 1_000,
    quoteToken: USDC,
    tokens: [tokenInfo(SOL), tokenInfo(USDC)],
    markets: [marketInfo()],
    pause: null,
    liquidation: { bonusMin: 50, bonusMax: 600, waitSlots: 25 },
    ...more,
  }) as GroupAnswer;

export const standing = (
  more: { stage?: string; end?: string; factor?: number; initial?: string } & Partial<Standing> = {},
): Standing => {
  const { stage = 'healthy', end = '50', factor = 1_500_000, initial = '40', ...rest } = more;
  return {
    health: {
      equity: '900',
      debts: '100',
      initial,
      optimistic: '60',
      maintenance: '55',
      end,
      requirement: '100',
      factor,
      notional: '0',
      leverage: 0,
    },
    outlook: { stage, slot: null, slotsLeft: stage === 'healthy' ? null : 25, printsAfter: null, notBefore: null },
    prices: [],
    next: null,
    refusal: null,
    atTrigger: null,
    tokens: [],
    positions: [],
    ...rest,
  };
};

export const tokenRow = (token: number, isDebt: boolean, amount: Amount): TokenRow => ({
  token,
  isDebt,
  amount,
  value: '1',
  maintenance: isDebt ? '-1' : '1',
  end: '0',
});

export const positionRow = (base: string, more: Partial<PositionRow> = {}): PositionRow => ({
  market: 0,
  base: { native: base, ui: base },
  breakEven: '100',
  mark: '100',
  notional: of('100'),
  pnl: of('0'),
  matured: of('0'),
  value: '0',
  maintenance: '-5',
  end: '-6',
  ...more,
});

export const account = (stands: Standing): AccountAnswer => ({
  address: ACCOUNT,
  owner: OWNER,
  delegate: null,
  number: 0,
  version: 2,
  isCurrent: true,
  flagSlot: null,
  isEmpty: false,
  standing: stands,
  orders: [],
});

export const preview = (after: Standing, more: Partial<PreviewAnswer> = {}): PreviewAnswer => ({
  before: standing(),
  after,
  sent: null,
  amount: of('1'),
  shares: '0',
  settled: null,
  fill: null,
  rates: null,
  ...more,
});

/** The module, as far as forms ask it. */
export const fakeMargin = () => ({ preview: vi.fn(), most: vi.fn(), account: vi.fn(), whatIf: vi.fn(), mark: vi.fn() });

/** A store that has read a group and knows no balance. */
export function fakeStore(margin: ReturnType<typeof fakeMargin>, told: GroupAnswer = group()): Store {
  const snapshot = { link: 'live', problem: null, group: told, version: 1 };
  const markets = new Map([[0, { symbol: 'SOL-PERP' }]]);
  const tokens = new Map([
    ['mint0', { symbol: 'SOL' }],
    ['mint1', { symbol: 'USDC' }],
  ]);
  return {
    config: { tokens, markets, examples: [], group: OWNER },
    margin,
    directory: { tokens: new Map() },
    marginAccount: () => undefined,
    subscribe: () => () => {},
    snapshot: () => snapshot,
    watch: () => () => {},
    watchOwner: () => () => {},
  } as unknown as Store;
}

/** Shows a part of the page for an account; tasks that it begins are kept. */
export function show(
  part: ReactNode,
  given: { readonly store: Store; readonly desk?: Partial<Desk>; readonly task?: Task },
) {
  function Around() {
    const [task, setTask] = useState<Task>(given.task ?? { kind: 'deposit', token: USDC });
    const told = given.store.snapshot().group ?? group();
    const desk: Desk = {
      group: told,
      address: ACCOUNT,
      owner: OWNER,
      number: 0,
      account: account(standing()),
      right: 'owner',
      task,
      setTask,
      market: 0,
      setMarket: () => {},
      ...given.desk,
    };
    return (
      <StoreContext value={given.store}>
        <DeskContext value={desk}>{part}</DeskContext>
      </StoreContext>
    );
  }
  return render(<Around />);
}
