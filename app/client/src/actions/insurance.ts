/** Stakes in the group's shared fund, gifts to it, and what it earns. */
import type { Address } from '@solana/kit';

import * as address from '../addresses.js';
import type { Directory } from '../directory.js';
import {
  getCloseStakeInstruction,
  getCollectInstruction,
  getInsureInstruction,
  getMatureStakeInstruction,
  getOpenStakeInstruction,
  getRequestUnstakeInstruction,
  getRestakeInstruction,
  getStakeInstruction,
  getUnstakeInstruction,
} from '../generated/instructions/index.js';
import {
  type Authority,
  type Instructions,
  type Margin,
  addressOf,
  marketOf,
  quoteOf,
  signerOf,
  tokenOf,
} from './common.js';
import { hasRisk, legsOf, refresh } from './refresh.js';

/** Who stakes. */
type Staker = { readonly owner: Authority };

const stakeOf = async ({ fund }: Directory, { owner }: Staker) => ({
  owner: signerOf(owner),
  fund,
  stake: await address.stake(fund, addressOf(owner)),
});

const pricesFor = (directory: Directory, account: Margin) =>
  hasRisk(account) ? refresh(directory, legsOf(account)) : [];

/** Opens an owner's stake. */
export const openStake = async (directory: Directory, intent: Staker): Promise<Instructions> => [
  getOpenStakeInstruction(await stakeOf(directory, intent)),
];

/** Closes an empty stake; its rent goes to the owner. */
export const closeStake = async (directory: Directory, intent: Staker): Promise<Instructions> => [
  getCloseStakeInstruction(await stakeOf(directory, intent)),
];

/** Stakes quote tokens, native units, of a margin account's deposit; `ALL` stakes the whole deposit. */
export const stake = async (
  directory: Directory,
  intent: Staker & { readonly account: Margin; readonly amount: bigint; readonly open?: boolean | undefined },
): Promise<Instructions> => {
  const { account, amount, open } = intent;
  const { bank } = quoteOf(directory);
  const keys = { ...(await stakeOf(directory, intent)), marginAccount: account.address, board: directory.board, bank };
  const opened = open === true ? await openStake(directory, intent) : [];
  return [...opened, ...pricesFor(directory, account), getStakeInstruction({ ...keys, amount })];
};

/** Requests that active units leave; `ALL` for all, 0 for all that is young. */
export const requestUnstake = async (
  directory: Directory,
  intent: Staker & { readonly units: bigint },
): Promise<Instructions> => {
  const { bank } = quoteOf(directory);
  return [getRequestUnstakeInstruction({ ...(await stakeOf(directory, intent)), bank, units: intent.units })];
};

/** Takes a request back. */
export const restake = async (directory: Directory, intent: Staker): Promise<Instructions> => [
  getRestakeInstruction(await stakeOf(directory, intent)),
];

/** Takes what was requested and may leave now, into a margin account. */
export const unstake = async (
  directory: Directory,
  intent: Staker & { readonly account: Address },
): Promise<Instructions> => {
  const { bank } = quoteOf(directory);
  const keys = { ...(await stakeOf(directory, intent)), marginAccount: intent.account, board: directory.board, bank };
  return [getUnstakeInstruction(keys)];
};

/** Turns an owner's young stake that has matured into active; anybody may. */
export const matureStake = async (
  directory: Directory,
  { owner }: { readonly owner: Address },
): Promise<Instructions> => {
  const { bank } = quoteOf(directory);
  const { fund } = directory;
  return [getMatureStakeInstruction({ bank, fund, stake: await address.stake(fund, owner) })];
};

/** Gives a part of a margin account's quote deposit as insurance: to a market's tranche, or to the fund where none is named. */
export const insure = async (
  directory: Directory,
  intent: Staker & { readonly account: Margin; readonly amount: bigint; readonly market?: number | undefined },
): Promise<Instructions> => {
  const { owner, account, amount, market } = intent;
  const { bank } = quoteOf(directory);
  const insured = market === undefined ? { fund: directory.fund } : { market: marketOf(directory, market).address };
  const keys = { owner: signerOf(owner), marginAccount: account.address, board: directory.board, bank };
  return [...pricesFor(directory, account), getInsureInstruction({ ...keys, ...insured, amount })];
};

/** Brings what a token's bank or a market has earned to where it insures; anybody may. */
export const collect = async (
  directory: Directory,
  from: { readonly token: number } | { readonly market: number },
): Promise<Instructions> => {
  const earner =
    'token' in from
      ? { bank: tokenOf(directory, from.token).bank }
      : { market: marketOf(directory, from.market).address };
  return [getCollectInstruction({ fund: directory.fund, ...earner })];
};
