/** A group's accounts as raw bytes, for whoever computes with them, and the directory that actions are built by. */
import { type Address, type ReadonlyUint8Array, getAddressEncoder } from '@solana/kit';

import * as address from '../addresses.js';
import { CLOCK } from '../constants.js';
import { type AcceptedPrint, type Directory, directoryOf, youngFeeds } from '../directory.js';
import {
  INSURANCE_STAKE_DISCRIMINATOR,
  LIQUIDITY_POSITION_DISCRIMINATOR,
  MARGIN_ACCOUNT_DISCRIMINATOR,
  type MarginAccount,
  QUEUED_CHANGE_DISCRIMINATOR,
  getBankDecoder,
  getMarginAccountDecoder,
  getRiskBoardDecoder,
} from '../generated/accounts/index.js';
import { GROUP_OFFSET, GroupNotFound, type FindOptions, type Places, findGroup } from './places.js';
import { type GroupRpc, type RawAccount, type ReadOptions, readAccounts, readProgramAccounts } from './raw.js';

export { type FindOptions, GROUP_OFFSET, GroupNotFound, type Places, findGroup } from './places.js';
export {
  type Filter,
  type GroupRpc,
  type RawAccount,
  type ReadOptions,
  readAccounts,
  readProgramAccounts,
} from './raw.js';

/** Where margin accounts and stakes name their owner. */
const OWNER_OFFSET = 40;
/** Bytes of a margin account of version 2, and of one of version 1, which begins with the same. */
const MARGIN_ACCOUNT_SIZE = 1312;
const MARGIN_ACCOUNT_SIZE_1 = 1248;

/** A group's accounts as of a slot. */
export type GroupAccounts = {
  readonly places: Places;
  /** The oldest slot among the answers that the accounts came in. */
  readonly slot: bigint;
  /** The chain's time, unix seconds. */
  readonly now: bigint;
  readonly group: RawAccount;
  readonly board: RawAccount;
  readonly banks: readonly RawAccount[];
  readonly markets: readonly RawAccount[];
  /** `undefined` where the group has none. */
  readonly fund: RawAccount | undefined;
  /** `undefined` where the group keeps no receipts. */
  readonly receiptLog: RawAccount | undefined;
  /** Oracle accounts that exist, by number of the feed. */
  readonly oracles: ReadonlyMap<number, RawAccount>;
  /** The clock's account. */
  readonly clock: RawAccount;
};

const oneOf = (accounts: ReadonlyMap<Address, RawAccount>, key: Address, what: string): RawAccount => {
  const account = accounts.get(key);
  if (account === undefined) throw new GroupNotFound(`there is no ${what} ${key} on this network`);
  return account;
};

/** Slot and unix time in the data of the clock's account. */
export const clockOf = ({ data }: Pick<RawAccount, 'data'>): { slot: bigint; time: bigint } => {
  const view = new DataView(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
  return { slot: view.getBigUint64(0, true), time: view.getBigInt64(32, true) };
};

/** Reads a group's accounts where they are: in one request, and so as of one slot, up to a hundred accounts. */
export const readGroup = async (rpc: GroupRpc, places: Places, options: ReadOptions = {}): Promise<GroupAccounts> => {
  const { group, board, banks, markets, fund, receiptLog, oracles } = places;
  const wanted = new Set([CLOCK, group, board, fund, receiptLog, ...banks, ...markets, ...oracles.values()]);
  const read = await readAccounts(rpc, [...wanted], options);
  const accounts = new Map(read.flatMap((account) => (account === undefined ? [] : [[account.address, account]])));
  const clock = oneOf(accounts, CLOCK, 'clock');
  const prints = [...oracles].flatMap(([feed, key]): [number, RawAccount][] => {
    const account = accounts.get(key);
    return account === undefined ? [] : [[feed, account]];
  });
  return {
    places,
    slot: [...accounts.values()].reduce((slot, account) => (account.slot < slot ? account.slot : slot), clock.slot),
    now: clockOf(clock).time,
    group: oneOf(accounts, group, 'group'),
    board: oneOf(accounts, board, 'risk board'),
    banks: banks.map((bank) => oneOf(accounts, bank, 'bank')),
    markets: markets.map((market) => oneOf(accounts, market, 'market')),
    fund: accounts.get(fund),
    receiptLog: accounts.get(receiptLog),
    oracles: new Map(prints),
    clock,
  };
};

/** All accounts of a group that was read, for `margin.put`. */
export const accountsOf = (accounts: GroupAccounts): RawAccount[] => {
  const { group, board, banks, markets, fund, receiptLog, oracles, clock } = accounts;
  const rest = [fund, receiptLog].filter((account) => account !== undefined);
  return [group, board, ...banks, ...markets, ...rest, ...oracles.values(), clock];
};

/** Finds a group and reads it. */
export const loadGroup = async (rpc: GroupRpc, group: Address, options: FindOptions = {}): Promise<GroupAccounts> =>
  readGroup(rpc, await findGroup(rpc, group, options), options);

/**
 * The directory of a group that was read. `prints`: the newest that `refresh` would take, the `feed` of each of `margin.group()`'s
 * tokens and markets; without them an action brings all prints that it depends on, however old they are.
 */
export const directoryFrom = async (accounts: GroupAccounts, prints?: Iterable<AcceptedPrint>): Promise<Directory> => {
  const { places, board, banks, now } = accounts;
  const { oracles, tokenPrograms } = places;
  const directory = await directoryOf({
    group: places.group,
    board: { address: board.address, data: getRiskBoardDecoder().decode(board.data) },
    banks: banks.map(({ address, data }) => ({ address, data: getBankDecoder().decode(data) })),
    tokenPrograms,
    oracles,
    now,
  });
  return prints === undefined ? directory : { ...directory, brought: youngFeeds(prints, now) };
};

/** Reads a margin account of any version; what version 2 has more is 0 in one of version 1. */
export const decodeMargin = ({ address, data }: Pick<RawAccount, 'address' | 'data'>) => {
  let whole: ReadonlyUint8Array = data;
  if (data.length === MARGIN_ACCOUNT_SIZE_1) {
    const longer = new Uint8Array(MARGIN_ACCOUNT_SIZE);
    longer.set(data);
    whole = longer;
  }
  const decoded: MarginAccount = getMarginAccountDecoder().decode(whole);
  return { address, data: decoded };
};

const at = (offset: number, key: Address) => ({ offset, bytes: getAddressEncoder().encode(key) });

/** The margin accounts of a group: all, or an owner's. */
export const fetchMarginAccounts = (
  rpc: GroupRpc,
  { group, owner }: { readonly group: Address; readonly owner?: Address | undefined },
  options: ReadOptions = {},
): Promise<RawAccount[]> => {
  const filters = [{ offset: 0, bytes: MARGIN_ACCOUNT_DISCRIMINATOR }, at(GROUP_OFFSET, group)];
  return readProgramAccounts(rpc, owner === undefined ? filters : [...filters, at(OWNER_OFFSET, owner)], options);
};

/** The changes in a group's queue, those that are over included as long as nobody has closed them. */
export const fetchChanges = (rpc: GroupRpc, group: Address, options: ReadOptions = {}): Promise<RawAccount[]> =>
  readProgramAccounts(rpc, [{ offset: 0, bytes: QUEUED_CHANGE_DISCRIMINATOR }, at(GROUP_OFFSET, group)], options);

/** The stakes in a group's fund: all, or an owner's. */
export const fetchStakes = (
  rpc: GroupRpc,
  { fund, owner }: { readonly fund: Address; readonly owner?: Address | undefined },
  options: ReadOptions = {},
): Promise<RawAccount[]> => {
  const filters = [{ offset: 0, bytes: INSURANCE_STAKE_DISCRIMINATOR }, at(GROUP_OFFSET, fund)];
  return readProgramAccounts(rpc, owner === undefined ? filters : [...filters, at(OWNER_OFFSET, owner)], options);
};

/** The liquidity positions in a market's pool. */
export const fetchLiquidity = (
  rpc: GroupRpc,
  { market }: { readonly market: Address },
  options: ReadOptions = {},
): Promise<RawAccount[]> =>
  readProgramAccounts(rpc, [{ offset: 0, bytes: LIQUIDITY_POSITION_DISCRIMINATOR }, at(GROUP_OFFSET, market)], options);

/** What an owner has in a group besides margin accounts: liquidity in its markets and a stake in its fund. */
export const fetchHoldings = async (
  rpc: GroupRpc,
  { markets, fund }: Pick<Places, 'markets' | 'fund'>,
  owner: Address,
  options: ReadOptions = {},
): Promise<{ liquidity: RawAccount[]; stake: RawAccount | undefined }> => {
  const keys = markets.map((market) => address.liquidity(market, owner));
  const [stakeKey, ...liquidityKeys] = await Promise.all([address.stake(fund, owner), ...keys]);
  const [stake, ...liquidity] = await readAccounts(rpc, [stakeKey, ...liquidityKeys], options);
  return { liquidity: liquidity.filter((account) => account !== undefined), stake };
};
