/** What building instructions needs to know of a group: addresses, numbers and when snapshots were taken. No prices. */
import type { Address, ReadonlyUint8Array } from '@solana/kit';

import * as address from './addresses.js';
import { MARKET_FEED } from './constants.js';
import type { Bank, RiskBoard } from './generated/accounts/index.js';

/** A listed token. */
export type TokenEntry = {
  /** Its number on the board. */
  readonly token: number;
  /** Its bank. */
  readonly bank: Address;
  /** Its mint. */
  readonly mint: Address;
  /** The bank's token account. */
  readonly vault: Address;
  /** The token program that owns the mint. */
  readonly tokenProgram: Address;
  /** Decimals of the mint. */
  readonly decimals: number;
  /** Number of the feed that prices it. */
  readonly feed: number;
  /** Whether a deposit or repayment passes the board. */
  readonly wantsBoard: boolean;
  /** When the board's snapshot of the bank's indices was taken, unix seconds. */
  readonly indexTime: bigint;
};

/** A listed market. */
export type MarketEntry = {
  /** Its number on the board. */
  readonly market: number;
  /** Its address. */
  readonly address: Address;
  /** Number of the feed that prices it. */
  readonly feed: number;
  /** When the board's snapshot of the market's funding was taken, unix seconds. */
  readonly fundingTime: bigint;
};

/** A group's addresses. */
export type Directory = {
  /** The group. */
  readonly group: Address;
  /** Its risk board. */
  readonly board: Address;
  /** Token that all markets settle in; `undefined` where the group has none. */
  readonly quoteToken: number | undefined;
  /** Tokens by number. */
  readonly tokens: ReadonlyMap<number, TokenEntry>;
  /** Markets by number. */
  readonly markets: ReadonlyMap<number, MarketEntry>;
  /** Where prints are published, by number of the feed. */
  readonly oracles: ReadonlyMap<number, Address>;
  /** The shared fund. */
  readonly fund: Address;
  /** The receipt log of a group that keeps receipts. */
  readonly receiptLog: Address | undefined;
  /** The chain's time when the directory was made, unix seconds. */
  readonly now: bigint;
  /**
   * Feeds that an action brings, where it depends on them; `undefined` for all. One print that the board has not seen and that
   * is too old by now fails the whole transaction.
   */
  readonly brought?: ReadonlySet<number> | undefined;
};

/** The newest print of a feed that `refresh` would take, as the WebAssembly module tells it of a group's feeds. */
export type AcceptedPrint = { readonly feed: number; readonly publishTime: number };

/** The program refuses prints older than sixty seconds: those that are brought have ten of them left to land in. */
const OLDEST_PRINT = 50;

/** Feeds whose prints are young enough to be brought. One that the board has already is passed over by the program. */
export const youngFeeds = (prints: Iterable<AcceptedPrint>, now: bigint): Set<number> => {
  const young = [...prints].filter(({ publishTime }) => Number(now) - publishTime <= OLDEST_PRINT);
  return new Set(young.map(({ feed }) => feed));
};

/** What a directory is made of. */
export type DirectorySource = {
  readonly group: Address;
  readonly board: { readonly address: Address; readonly data: RiskBoard };
  readonly banks: Iterable<{ readonly address: Address; readonly data: Bank }>;
  /** The program that owns each mint. */
  readonly tokenPrograms: ReadonlyMap<Address, Address>;
  readonly now: bigint;
  /** Shard of Pyth's sponsored accounts; 0 unless said. */
  readonly shard?: number | undefined;
  /** Oracle accounts that are not Pyth's sponsored ones, by number of the feed. */
  readonly oracles?: ReadonlyMap<number, Address> | undefined;
};

/** Makes a directory of a group's accounts. A bank whose mint's program is not known is left out. */
export const directoryOf = async (source: DirectorySource): Promise<Directory> => {
  const { group, board, now } = source;
  const quoteToken = board.data.quoteSet === 1 ? board.data.quoteToken : undefined;
  const tokens = new Map<number, TokenEntry>();
  for (const bank of source.banks) {
    const risk = board.data.tokens[bank.data.token];
    const tokenProgram = source.tokenPrograms.get(bank.data.mint);
    if (risk?.listed !== 1 || tokenProgram === undefined) continue;
    const { token, mint, vault, decimals, capped } = bank.data;
    const wantsBoard = capped !== 0 || token === quoteToken;
    const { feed, indexTime } = risk;
    tokens.set(token, { token, bank: bank.address, mint, vault, tokenProgram, decimals, feed, wantsBoard, indexTime });
  }
  const markets = new Map<number, MarketEntry>();
  for (const [market, { listed, fundingTime }] of board.data.markets.entries()) {
    if (listed !== 1) continue;
    const entry = { market, address: await address.perpMarket(group, market), feed: MARKET_FEED + market, fundingTime };
    markets.set(market, entry);
  }
  const oracles = await oraclesOf(board.data, source.shard, source.oracles);
  const fund = await address.fund(group);
  const receiptLog = board.data.receipts === 1 ? await address.receiptLog(group) : undefined;
  return { group, board: board.address, quoteToken, tokens, markets, oracles, fund, receiptLog, now };
};

/** Where the prints of every listed feed are published. */
export const oraclesOf = async (
  board: { readonly feeds: readonly { listed: number; oracle: { kind: number; feedId: ReadonlyUint8Array } }[] },
  shard = 0,
  named: ReadonlyMap<number, Address> = new Map(),
): Promise<Map<number, Address>> => {
  const oracles = new Map<number, Address>();
  for (const [number, feed] of board.feeds.entries()) {
    if (feed.listed !== 1) continue;
    oracles.set(number, named.get(number) ?? (await address.oracle(feed.oracle, shard)));
  }
  return oracles;
};
