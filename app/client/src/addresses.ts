/** Program-derived addresses: those of `crates/client/src/address.rs`, checked against it by a file of vectors. */
import {
  type Address,
  type ReadonlyUint8Array,
  getAddressDecoder,
  getAddressEncoder,
  getProgramDerivedAddress,
  getU16Encoder,
  getU64Encoder,
} from '@solana/kit';

import { ASSOCIATED_TOKEN_PROGRAM, ORACLE_LEGACY, PROGRAM_ID, PYTH_PUSH_PROGRAM } from './constants.js';

type Seed = ReadonlyUint8Array | string;

const key = (address: Address): ReadonlyUint8Array => getAddressEncoder().encode(address);

const derive = async (seeds: Seed[], program: Address = PROGRAM_ID): Promise<Address> => {
  const [found] = await getProgramDerivedAddress({ programAddress: program, seeds });
  return found;
};

/** The group with a creator's number. */
export const group = (creator: Address, number: number): Promise<Address> =>
  derive(['group', key(creator), getU16Encoder().encode(number)]);

/** The bank of a mint. */
export const bank = (group: Address, mint: Address): Promise<Address> => derive(['bank', key(group), key(mint)]);

/** The vault of a bank. */
export const vault = (bank: Address): Promise<Address> => derive(['vault', key(bank)]);

/** The margin account with an owner's number. */
export const marginAccount = (group: Address, owner: Address, number: number): Promise<Address> =>
  derive(['margin_account', key(group), key(owner), getU16Encoder().encode(number)]);

/** The group's shared fund. */
export const fund = (group: Address): Promise<Address> => derive(['fund', key(group)]);

/** An owner's stake in a shared fund. */
export const stake = (fund: Address, owner: Address): Promise<Address> => derive(['stake', key(fund), key(owner)]);

/** The group's receipt log. */
export const receiptLog = (group: Address): Promise<Address> => derive(['receipts', key(group)]);

/** The change with a number in a group's queue. */
export const change = (group: Address, number: bigint): Promise<Address> =>
  derive(['change', key(group), getU64Encoder().encode(number)]);

/** The perp market with a number on the group's board. */
export const perpMarket = (group: Address, number: number): Promise<Address> =>
  derive(['perp_market', key(group), Uint8Array.of(number)]);

/** An owner's share of a market's pool. */
export const liquidity = (market: Address, owner: Address): Promise<Address> =>
  derive(['liquidity', key(market), key(owner)]);

/** An owner's associated token account. */
export const associatedToken = (owner: Address, mint: Address, tokenProgram: Address): Promise<Address> =>
  derive([key(owner), key(tokenProgram), key(mint)], ASSOCIATED_TOKEN_PROGRAM);

/** Where Pyth's sponsored prices of a feed are published, by shard. */
export const sponsoredPrice = (shard: number, feedId: ReadonlyUint8Array): Promise<Address> =>
  derive([getU16Encoder().encode(shard), feedId], PYTH_PUSH_PROGRAM);

/** Where a feed's prints are published: a legacy account by its own address, any other where Pyth sponsors it. */
export const oracle = async (
  oracle: { readonly kind: number; readonly feedId: ReadonlyUint8Array },
  shard: number,
): Promise<Address> =>
  oracle.kind === ORACLE_LEGACY ? getAddressDecoder().decode(oracle.feedId) : sponsoredPrice(shard, oracle.feedId);
