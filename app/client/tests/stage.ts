/** The group of the vectors: tokens 0, 1 and 2, of which the last one is the quote token, and market 3. */
import type { Address } from '@solana/kit';

import {
  type Directory,
  MARKET_FEED,
  type MarginAccount,
  type MarketEntry,
  TOKEN_2022_PROGRAM,
  TOKEN_PROGRAM,
  type TokenEntry,
  addresses,
  getMarginAccountDecoder,
} from '../src/index.js';
import { key } from './vectors.js';

export const [GROUP, BOARD, OWNER, ACCOUNT, WALLET, OTHER, KEEPER] = [1, 2, 3, 4, 5, 6, 7].map(key) as [
  Address,
  Address,
  Address,
  Address,
  Address,
  Address,
  Address,
];
export const NOW = 1_000_000n;
export const AMOUNT = 2n ** 40n;

const MINTS = [20, 21, 22];

/** The oracle of a feed. */
export const oracleOf = (feed: number): Address => key(100 + feed);

const token = async (number: number, changed: Partial<TokenEntry> = {}): Promise<[number, TokenEntry]> => {
  const mint = key(MINTS[number] ?? 0);
  const bank = await addresses.bank(GROUP, mint);
  const entry = {
    token: number,
    bank,
    mint,
    vault: await addresses.vault(bank),
    tokenProgram: number % 2 === 0 ? TOKEN_PROGRAM : TOKEN_2022_PROGRAM,
    decimals: 6,
    feed: number,
    wantsBoard: number !== 0,
    indexTime: NOW,
  };
  return [number, { ...entry, ...changed }];
};

/** The group, of whose feeds none is brought unless said otherwise. */
export const directory = async (changed: Partial<Directory> = {}): Promise<Directory> => {
  const market: MarketEntry = {
    market: 3,
    address: await addresses.perpMarket(GROUP, 3),
    feed: MARKET_FEED + 3,
    fundingTime: NOW,
  };
  return {
    group: GROUP,
    board: BOARD,
    quoteToken: 2,
    tokens: new Map(await Promise.all([0, 1, 2].map((number) => token(number)))),
    markets: new Map([[3, market]]),
    oracles: new Map([0, 1, 2, MARKET_FEED + 3].map((feed) => [feed, oracleOf(feed)])),
    fund: await addresses.fund(GROUP),
    receiptLog: undefined,
    now: NOW,
    brought: new Set(),
    ...changed,
  };
};

/** An empty margin account with some of its fields changed. */
export const margin = (changed: Partial<MarginAccount> = {}): MarginAccount => ({
  ...getMarginAccountDecoder().decode(new Uint8Array(1312)),
  ...changed,
});
