/** Which prints and snapshots an action needs on the board, and the instruction that brings them. */
import { AccountRole, type Address, type Instruction } from '@solana/kit';

import { MARKET_ITEM, SIDE_DEBT, TOKEN_ITEM } from '../constants.js';
import type { Directory } from '../directory.js';
import { getRefreshInstruction } from '../generated/instructions/index.js';
import { type Margin, marketOf, tokenOf } from './common.js';

/** Snapshots older than this are brought along, seconds: well within the 300 that the program takes. */
const SNAPSHOT_AGE = 120n;

/** An item of `refresh`: its number and the account that it reads. */
export type RefreshItem = readonly [number: number, source: Address];

/** Tokens and markets whose prices and snapshots an action depends on. */
export type Legs = { readonly tokens: ReadonlySet<number>; readonly markets: ReadonlySet<number> };

/** What a margin account holds, and what it will hold. */
export const legsOf = ({ data, adds }: Pick<Margin, 'data' | 'adds'>): Legs => {
  const tokens = data?.tokens.filter(({ shares }) => shares !== 0n).map(({ token }) => token) ?? [];
  const perps = data?.perps.filter(({ base, quote }) => base !== 0n || quote !== 0n) ?? [];
  const markets = perps.map(({ market }) => market);
  return {
    tokens: new Set([...tokens, ...(adds?.tokens ?? [])]),
    markets: new Set([...markets, ...(adds?.markets ?? [])]),
  };
};

/** Whether an account has debts or positions; the program reads no price of one that has none. */
export const hasRisk = (account: Pick<Margin, 'data' | 'adds'>): boolean => {
  const debts = account.data?.tokens.some(({ shares, side }) => shares !== 0n && side === SIDE_DEBT);
  return debts === true || legsOf(account).markets.size > 0;
};

/** Legs of several kinds together. */
export const together = (...legs: Partial<Legs>[]): Legs => ({
  tokens: new Set(legs.flatMap(({ tokens }) => [...(tokens ?? [])])),
  markets: new Set(legs.flatMap(({ markets }) => [...(markets ?? [])])),
});

/** Brings items to the board. */
export const refreshWith = (board: Address, items: readonly RefreshItem[]): Instruction => {
  const numbers = Uint8Array.from(items, ([number]) => number);
  const { accounts, data, programAddress } = getRefreshInstruction({ board, items: numbers });
  const role = (number: number) => (number >= MARKET_ITEM ? AccountRole.WRITABLE : AccountRole.READONLY);
  const sources = items.map(([number, address]) => ({ address, role: role(number) }));
  return { accounts: [...accounts, ...sources], data, programAddress };
};

/** What `refresh` has to bring so that the program knows legs: prints, and snapshots that are old. */
export const refreshItems = (directory: Directory, { tokens, markets }: Legs): RefreshItem[] => {
  const items = new Map<number, Address>();
  const { brought, now, oracles, quoteToken } = directory;
  const addPrint = (feed: number) => {
    const oracle = oracles.get(feed);
    if (oracle !== undefined && (brought === undefined || brought.has(feed))) items.set(feed, oracle);
  };
  const isOld = (taken: bigint) => now - taken > SNAPSHOT_AGE;
  const quote = markets.size > 0 && quoteToken !== undefined ? [quoteToken] : [];
  for (const number of [...tokens, ...quote]) {
    const token = tokenOf(directory, number);
    addPrint(token.feed);
    if (isOld(token.indexTime)) items.set(TOKEN_ITEM + number, token.bank);
  }
  for (const number of markets) {
    const market = marketOf(directory, number);
    addPrint(market.feed);
    if (isOld(market.fundingTime)) items.set(MARKET_ITEM + number, market.address);
  }
  return [...items].sort(([a], [b]) => a - b);
};

/** The refresh that legs need: one instruction, or none where the board has everything. */
export const refresh = (directory: Directory, legs: Legs): Instruction[] => {
  const items = refreshItems(directory, legs);
  return items.length === 0 ? [] : [refreshWith(directory.board, items)];
};
