/** Deposits, withdrawals, loans and repayments. */
import type { Address } from '@solana/kit';

import * as address from '../addresses.js';
import type { Directory } from '../directory.js';
import {
  getBorrowInstruction,
  getDepositInstruction,
  getRepayInstruction,
  getWithdrawInstruction,
} from '../generated/instructions/index.js';
import { type Authority, type Instructions, type Margin, addressOf, signerOf, tokenOf } from './common.js';
import { hasRisk, legsOf, refresh, together } from './refresh.js';
import { createTokenAccount } from './token-accounts.js';

/** Tokens that go into a margin account. */
export type MoveIn = {
  /** Who pays. */
  readonly authority: Authority;
  readonly account: Address;
  readonly token: number;
  /** Native units; `ALL` repays the whole debt. */
  readonly amount: bigint;
  /** Where the tokens are; the payer's associated token account unless said. */
  readonly source?: Address | undefined;
};

/** Tokens that come out of a margin account. */
export type MoveOut = {
  readonly owner: Authority;
  readonly account: Margin;
  readonly token: number;
  /** Native units; `ALL` withdraws the whole deposit. */
  readonly amount: bigint;
  /** Where the tokens go; the owner's associated token account unless said, created where there is none. */
  readonly destination?: Address | undefined;
};

const keysIn = async (directory: Directory, { authority, account, token, amount, source }: MoveIn) => {
  const { bank, vault, mint, tokenProgram, wantsBoard } = tokenOf(directory, token);
  const from = source ?? (await address.associatedToken(addressOf(authority), mint, tokenProgram));
  const keys = {
    authority: signerOf(authority),
    marginAccount: account,
    bank,
    vault,
    source: from,
    mint,
    tokenProgram,
  };
  return { ...keys, amount, ...(wantsBoard ? { board: directory.board } : {}) };
};

const keysOut = async (directory: Directory, { owner, account, token, amount, destination }: MoveOut) => {
  const { bank, vault, mint, tokenProgram } = tokenOf(directory, token);
  const own = addressOf(owner);
  const to = destination ?? (await address.associatedToken(own, mint, tokenProgram));
  const create = destination === undefined ? [await createTokenAccount(owner, own, { mint, tokenProgram })] : [];
  const keys = { owner: signerOf(owner), marginAccount: account.address, board: directory.board, bank, vault };
  return { create, keys: { ...keys, destination: to, mint, tokenProgram, amount } };
};

/** Deposits tokens. It reads no price. */
export const deposit = async (directory: Directory, intent: MoveIn): Promise<Instructions> => [
  getDepositInstruction(await keysIn(directory, intent)),
];

/** Repays a debt, at most all of it; anybody may. It reads no price. */
export const repay = async (directory: Directory, intent: MoveIn): Promise<Instructions> => [
  getRepayInstruction(await keysIn(directory, intent)),
];

/** Withdraws a deposit. With debts or positions the prices of all that the account holds are brought first. */
export const withdraw = async (directory: Directory, intent: MoveOut): Promise<Instructions> => {
  const { create, keys } = await keysOut(directory, intent);
  const { account, token } = intent;
  const prices = hasRisk(account) ? refresh(directory, together(legsOf(account), { tokens: new Set([token]) })) : [];
  return [...create, ...prices, getWithdrawInstruction(keys)];
};

/** Borrows tokens. The prices of all that the account holds and of the debt are brought first. */
export const borrow = async (directory: Directory, intent: MoveOut): Promise<Instructions> => {
  const { create, keys } = await keysOut(directory, intent);
  const legs = together(legsOf(intent.account), { tokens: new Set([intent.token]) });
  return [...create, ...refresh(directory, legs), getBorrowInstruction(keys)];
};
