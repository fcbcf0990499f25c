/** What the actions share. */
import { type Address, type Instruction, type TransactionSigner, createNoopSigner } from '@solana/kit';

import type { Directory, MarketEntry, TokenEntry } from '../directory.js';
import type { MarginAccount } from '../generated/accounts/index.js';

/** Who signs: a signer, or an address whose wallet signs the whole transaction afterwards. */
export type Authority = Address | TransactionSigner;

/** A margin account as an action takes it. */
export type Margin = {
  readonly address: Address;
  /** What it holds; left out for one that the same transaction opens. */
  readonly data?: MarginAccount | undefined;
  /** Tokens and markets that the same transaction adds before the action: their prices count too. */
  readonly adds?: { readonly tokens?: readonly number[]; readonly markets?: readonly number[] } | undefined;
};

/** Instructions in the order in which they belong into a transaction. */
export type Instructions = Instruction[];

/** The group does not have what an action names, or not yet. */
export class NotInGroup extends Error {
  override readonly name = 'NotInGroup';
}

export const signerOf = (authority: Authority): TransactionSigner =>
  typeof authority === 'string' ? createNoopSigner(authority) : authority;

export const addressOf = (authority: Authority): Address =>
  typeof authority === 'string' ? authority : authority.address;

/** A listed token by its number. */
export const tokenOf = (directory: Directory, token: number): TokenEntry => {
  const entry = directory.tokens.get(token);
  if (entry === undefined) throw new NotInGroup(`the group has no token ${token}`);
  return entry;
};

/** A listed market by its number. */
export const marketOf = (directory: Directory, market: number): MarketEntry => {
  const entry = directory.markets.get(market);
  if (entry === undefined) throw new NotInGroup(`the group has no market ${market}`);
  return entry;
};

/** The token that markets settle in. */
export const quoteOf = (directory: Directory): TokenEntry => {
  if (directory.quoteToken === undefined) throw new NotInGroup('the group has no quote token');
  return tokenOf(directory, directory.quoteToken);
};
