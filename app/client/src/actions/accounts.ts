/** Margin accounts themselves. */
import type { Address } from '@solana/kit';

import * as address from '../addresses.js';
import { SYSTEM_PROGRAM } from '../constants.js';
import type { Directory } from '../directory.js';
import {
  getCloseAccountInstruction,
  getOpenAccountInstruction,
  getSetDelegateInstruction,
  getUpgradeAccountInstruction,
} from '../generated/instructions/index.js';
import { type Authority, type Instructions, addressOf, signerOf } from './common.js';

/** Opens the margin account with a number. */
export const openAccount = async (
  { group }: Pick<Directory, 'group'>,
  { owner, number }: { readonly owner: Authority; readonly number: number },
): Promise<Instructions> => {
  const marginAccount = await address.marginAccount(group, addressOf(owner), number);
  return [getOpenAccountInstruction({ owner: signerOf(owner), group, marginAccount, number })];
};

/** Closes an empty margin account; its rent goes to the owner. */
export const closeAccount = async (
  _: unknown,
  { owner, account }: { readonly owner: Authority; readonly account: Address },
): Promise<Instructions> => [getCloseAccountInstruction({ owner: signerOf(owner), marginAccount: account })];

/** Names the key that may trade and liquidate with an account; `undefined` for nobody. */
export const setDelegate = async (
  _: unknown,
  intent: { readonly owner: Authority; readonly account: Address; readonly delegate: Address | undefined },
): Promise<Instructions> => {
  const { owner, account, delegate = SYSTEM_PROGRAM } = intent;
  return [getSetDelegateInstruction({ owner: signerOf(owner), marginAccount: account, delegate })];
};

/** Brings a margin account of an older version to the current layout; anybody may pay its rent. */
export const upgradeAccount = async (
  _: unknown,
  { payer, account }: { readonly payer: Authority; readonly account: Address },
): Promise<Instructions> => [getUpgradeAccountInstruction({ payer: signerOf(payer), marginAccount: account })];
