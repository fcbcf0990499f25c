/** Accounts as a node tells them: bytes with their address, owner and slot. */
import {
  type Address,
  type Commitment,
  type GetMultipleAccountsApi,
  type GetProgramAccountsApi,
  type ReadonlyUint8Array,
  type Rpc,
  getBase58Decoder,
  getBase64Encoder,
} from '@solana/kit';

import { PROGRAM_ID } from '../constants.js';

/** An account as of a slot. */
export type RawAccount = {
  readonly address: Address;
  /** The program that owns it. */
  readonly owner: Address;
  readonly lamports: bigint;
  readonly data: ReadonlyUint8Array;
  /** The slot as of which the node answered. */
  readonly slot: bigint;
};

/** What reading a group asks of a node. */
export type GroupRpc = Rpc<GetMultipleAccountsApi & GetProgramAccountsApi>;

/** How it is asked. */
export type ReadOptions = {
  readonly commitment?: Commitment | undefined;
  readonly abortSignal?: AbortSignal | undefined;
  /** Nodes that have not come as far as this slot refuse to answer. */
  readonly minContextSlot?: bigint | undefined;
};

/** Accounts that one request may name. */
const MOST = 100;

const configOf = ({ commitment = 'confirmed', minContextSlot }: ReadOptions) => ({
  commitment,
  encoding: 'base64' as const,
  ...(minContextSlot === undefined ? {} : { minContextSlot }),
});

const signalOf = ({ abortSignal }: ReadOptions) => (abortSignal === undefined ? undefined : { abortSignal });

type Told = { readonly owner: Address; readonly lamports: bigint; readonly data: readonly [string, string] };

const rawOf = (address: Address, told: Told, slot: bigint): RawAccount => {
  const { owner, lamports, data } = told;
  return { address, owner, lamports: BigInt(lamports), data: getBase64Encoder().encode(data[0]), slot: BigInt(slot) };
};

/** Reads accounts, a hundred in each request; `undefined` for one that does not exist. Order is that of the addresses. */
export const readAccounts = async (
  rpc: GroupRpc,
  addresses: readonly Address[],
  options: ReadOptions = {},
): Promise<(RawAccount | undefined)[]> => {
  const pages: (readonly Address[])[] = [];
  for (let from = 0; from < addresses.length; from += MOST) pages.push(addresses.slice(from, from + MOST));
  const read = async (page: readonly Address[]) => {
    const request = rpc.getMultipleAccounts(page, configOf(options));
    const { context, value } = await request.send(signalOf(options));
    return page.map((address, at) => {
      const told = value[at];
      return told === null || told === undefined ? undefined : rawOf(address, told as Told, context.slot);
    });
  };
  return (await Promise.all(pages.map(read))).flat();
};

/** Bytes that an account of the program has at an offset. */
export type Filter = { readonly offset: number; readonly bytes: ReadonlyUint8Array };

/** Reads the program's accounts that pass all filters. */
export const readProgramAccounts = async (
  rpc: GroupRpc,
  filters: readonly Filter[],
  options: ReadOptions = {},
): Promise<RawAccount[]> => {
  const base58 = getBase58Decoder();
  const memcmps = filters.map(({ offset, bytes }) => {
    const memcmp = { offset: BigInt(offset), bytes: base58.decode(bytes), encoding: 'base58' as const };
    return { memcmp: memcmp as typeof memcmp & { bytes: never } };
  });
  const request = rpc.getProgramAccounts(PROGRAM_ID, { ...configOf(options), filters: memcmps, withContext: true });
  const { context, value } = await request.send(signalOf(options));
  return value.map(({ pubkey, account }) => rawOf(pubkey, account as unknown as Told, context.slot));
};
