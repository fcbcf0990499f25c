/** Trades, settlements and orders. */
import type { Address } from '@solana/kit';

import { ALL } from '../constants.js';
import type { Directory } from '../directory.js';
import {
  getCancelOrderInstruction,
  getPlaceOrderInstruction,
  getReduceInstruction,
  getSettleInstruction,
  getTradeInstruction,
} from '../generated/instructions/index.js';
import type { TriggerOrder } from '../generated/types/index.js';
import { type Authority, type Instructions, type Margin, marketOf, quoteOf, signerOf } from './common.js';
import { legsOf, refresh, together } from './refresh.js';

/** Something that is done in a market. */
type InMarket = { readonly authority: Authority; readonly account: Margin; readonly market: number };

const keysOf = (directory: Directory, { authority, account, market }: InMarket) => ({
  authority: signerOf(authority),
  marginAccount: account.address,
  board: directory.board,
  market: marketOf(directory, market).address,
});

const pricesFor = (directory: Directory, { account, market }: InMarket) =>
  refresh(directory, together(legsOf(account), { markets: new Set([market]) }));

/** Buys (positive) or sells base units, at a price of at most or at least `limit` quote units for one base unit × 2^44. */
export const trade = async (
  directory: Directory,
  intent: InMarket & { readonly delta: bigint; readonly limit: bigint },
): Promise<Instructions> => {
  const { delta, limit } = intent;
  return [...pricesFor(directory, intent), getTradeInstruction({ ...keysOf(directory, intent), delta, limit })];
};

/** Reduces a position by base units, or closes it: `ALL`, which is meant where no size is said. */
export const reduce = async (
  directory: Directory,
  intent: InMarket & { readonly size?: bigint | undefined; readonly limit: bigint },
): Promise<Instructions> => {
  const { size = ALL, limit } = intent;
  return [...pricesFor(directory, intent), getReduceInstruction({ ...keysOf(directory, intent), size, limit })];
};

/** Turns PnL into quote tokens or pays it with them, as far as there is any unless an amount is said. */
export const settle = async (
  directory: Directory,
  intent: InMarket & { readonly amount?: bigint | undefined },
): Promise<Instructions> => {
  const { amount = ALL } = intent;
  const { bank } = quoteOf(directory);
  return [...pricesFor(directory, intent), getSettleInstruction({ ...keysOf(directory, intent), bank, amount })];
};

/** Leaves an order in one of an account's four slots, in place of what the slot holds. It reads no price. */
export const placeOrder = async (
  directory: Directory,
  intent: {
    readonly authority: Authority;
    readonly account: Address;
    readonly slot: number;
    readonly order: Omit<TriggerOrder, 'reserved'>;
  },
): Promise<Instructions> => {
  const { authority, slot, order } = intent;
  const inMarket = { authority, account: { address: intent.account }, market: order.market };
  const keys = keysOf(directory, inMarket);
  return [getPlaceOrderInstruction({ ...keys, slot, order: { ...order, reserved: 0 } })];
};

/** Takes an order back. Anybody may clear one that has expired. */
export const cancelOrder = async (
  _: unknown,
  intent: { readonly authority: Authority; readonly account: Address; readonly slot: number },
): Promise<Instructions> => {
  const { authority, account, slot } = intent;
  return [getCancelOrderInstruction({ authority: signerOf(authority), marginAccount: account, slot })];
};
