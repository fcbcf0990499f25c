/** Shares of a market's pool. */
import { type Address, type TransactionSigner } from '@solana/kit';

import * as address from '../addresses.js';
import type { Directory } from '../directory.js';
import {
  getAddLiquidityInstruction,
  getOpenLiquidityInstruction,
  getRemoveLiquidityInstruction,
  getRequestLiquidityInstruction,
} from '../generated/instructions/index.js';
import { type Authority, type Instructions, type Margin, addressOf, marketOf, quoteOf, signerOf } from './common.js';
import { hasRisk, legsOf, refresh, together } from './refresh.js';

/** An owner in a market. */
type OfMarket = { readonly owner: Authority; readonly market: number };

type LiquidityKeys = {
  owner: TransactionSigner;
  board: Address;
  bank: Address;
  market: Address;
  liquidity: Address;
};

const keysOf = async (directory: Directory, { owner, market }: OfMarket): Promise<LiquidityKeys> => {
  const { address: found } = marketOf(directory, market);
  const liquidity = await address.liquidity(found, addressOf(owner));
  const { bank } = quoteOf(directory);
  return { owner: signerOf(owner), board: directory.board, bank, market: found, liquidity };
};

/** The market's price, and where the margin account has debts or positions, all that it depends on. */
const pricesFor = (directory: Directory, market: number, account?: Margin) => {
  const legs = account !== undefined && hasRisk(account) ? legsOf(account) : {};
  return refresh(directory, together(legs, { markets: new Set([market]) }));
};

/** Opens an owner's share of a market's pool. */
export const openLiquidity = async (directory: Directory, intent: OfMarket): Promise<Instructions> => {
  const { owner, market, liquidity } = await keysOf(directory, intent);
  return [getOpenLiquidityInstruction({ owner, market, liquidity })];
};

/** Moves quote tokens, native units, from a margin account's deposit into a market's pool; `ALL` moves the whole deposit. */
export const addLiquidity = async (
  directory: Directory,
  intent: OfMarket & { readonly account: Margin; readonly amount: bigint; readonly open?: boolean | undefined },
): Promise<Instructions> => {
  const { account, amount, market, open } = intent;
  const keys = { ...(await keysOf(directory, intent)), marginAccount: account.address };
  const opened = open === true ? await openLiquidity(directory, intent) : [];
  return [...opened, ...pricesFor(directory, market, account), getAddLiquidityInstruction({ ...keys, amount })];
};

/** Requests the removal of liquidity shares; replaces an earlier request, and 0 ends it. */
export const requestLiquidity = async (
  directory: Directory,
  intent: OfMarket & { readonly shares: bigint },
): Promise<Instructions> => {
  const keys = await keysOf(directory, intent);
  const { market, shares } = intent;
  return [...pricesFor(directory, market), getRequestLiquidityInstruction({ ...keys, shares })];
};

/** Removes the liquidity that was requested, into the margin account. */
export const removeLiquidity = async (
  directory: Directory,
  intent: OfMarket & { readonly account: Address },
): Promise<Instructions> => {
  const keys = { ...(await keysOf(directory, intent)), marginAccount: intent.account };
  return [...pricesFor(directory, intent.market), getRemoveLiquidityInstruction(keys)];
};
