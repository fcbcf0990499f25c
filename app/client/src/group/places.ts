/** Where a group's accounts are: found once, then read again as often as wanted. */
import { type Address, getAddressEncoder } from '@solana/kit';

import * as address from '../addresses.js';
import { oraclesOf } from '../directory.js';
import {
  BANK_DISCRIMINATOR,
  getBankDecoder,
  getGroupDecoder,
  getRiskBoardDecoder,
} from '../generated/accounts/index.js';
import { type GroupRpc, type RawAccount, type ReadOptions, readAccounts, readProgramAccounts } from './raw.js';

/** Where an account's data names the group that it belongs to. */
export const GROUP_OFFSET = 8;

/** A group's addresses. */
export type Places = {
  readonly group: Address;
  readonly board: Address;
  readonly banks: readonly Address[];
  readonly markets: readonly Address[];
  readonly fund: Address;
  readonly receiptLog: Address;
  /** Oracle accounts by number of the feed. */
  readonly oracles: ReadonlyMap<number, Address>;
  /** The token program that owns each mint. */
  readonly tokenPrograms: ReadonlyMap<Address, Address>;
};

/** How a group is found. */
export type FindOptions = ReadOptions & {
  /** Shard of Pyth's sponsored accounts; 0 unless said. */
  readonly shard?: number | undefined;
  /** Oracle accounts that are not Pyth's sponsored ones, by number of the feed. */
  readonly oracles?: ReadonlyMap<number, Address> | undefined;
};

/** There is no such group on this network. */
export class GroupNotFound extends Error {
  override readonly name = 'GroupNotFound';
}

const existing = (account: RawAccount | undefined, what: string): RawAccount => {
  if (account === undefined) throw new GroupNotFound(`there is no ${what} on this network`);
  return account;
};

/** Finds a group's accounts, by three requests one after the other. Banks and markets that are listed later are not in it. */
export const findGroup = async (rpc: GroupRpc, group: Address, options: FindOptions = {}): Promise<Places> => {
  const ofGroup = { offset: GROUP_OFFSET, bytes: getAddressEncoder().encode(group) };
  const [[found], banks] = await Promise.all([
    readAccounts(rpc, [group], options),
    readProgramAccounts(rpc, [{ offset: 0, bytes: BANK_DISCRIMINATOR }, ofGroup], options),
  ]);
  const { board } = getGroupDecoder().decode(existing(found, `group ${group}`).data);
  const mints = banks.map(({ data }) => getBankDecoder().decode(data).mint);
  const [told, ...programs] = await readAccounts(rpc, [board, ...mints], options);
  const risk = getRiskBoardDecoder().decode(existing(told, `risk board ${board}`).data);
  const numbers = [...risk.markets.keys()].filter((number) => risk.markets[number]?.listed === 1);
  const [markets, fund, receiptLog, oracles] = await Promise.all([
    Promise.all(numbers.map((number) => address.perpMarket(group, number))),
    address.fund(group),
    address.receiptLog(group),
    oraclesOf(risk, options.shard, options.oracles),
  ]);
  const tokenPrograms = new Map<Address, Address>();
  for (const mint of programs) if (mint !== undefined) tokenPrograms.set(mint.address, mint.owner);
  return { group, board, banks: banks.map((bank) => bank.address), markets, fund, receiptLog, oracles, tokenPrograms };
};
