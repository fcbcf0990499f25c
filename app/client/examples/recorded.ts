/** A group that was recorded, shown as a node would show it: examples and tests need no network. */
import { readFileSync } from 'node:fs';

import {
  type Address,
  type Rpc,
  type SolanaRpcApi,
  createSolanaRpcFromTransport,
  getBase58Encoder,
  getBase64Encoder,
} from '@solana/kit';

type Recorded = {
  group: Address;
  owner: Address;
  slot: number;
  oracles: [feed: number, account: Address][];
  logs: string[];
  accounts: [address: Address, owner: Address, lamports: number, data: string][];
};

const recorded = JSON.parse(readFileSync(new URL('../vectors/group.json', import.meta.url), 'utf8')) as Recorded;

/** The group, somebody who has a margin account in it, and the log lines of a liquidation. */
export const { group, owner, logs } = recorded;
/** Its oracle accounts: a local chain has no sponsored ones. */
export const oracles: ReadonlyMap<number, Address> = new Map(recorded.oracles);

type Memcmp = { memcmp: { offset: number; bytes: string } };

const passes = (data: string, filters: Memcmp[]): boolean => {
  const bytes = getBase64Encoder().encode(data);
  return filters.every(({ memcmp }) => {
    const wanted = getBase58Encoder().encode(memcmp.bytes);
    const from = Number(memcmp.offset);
    return wanted.every((byte, at) => bytes[from + at] === byte);
  });
};

const answers: Record<string, (params: never) => unknown> = {
  getMultipleAccounts: ([addresses]: [Address[]]) =>
    addresses.map((wanted) => {
      const found = recorded.accounts.find(([address]) => address === wanted);
      return found === undefined ? null : told(found);
    }),
  getProgramAccounts: ([program, { filters }]: [Address, { filters: Memcmp[] }]) =>
    recorded.accounts
      .filter(([, owner, , data]) => owner === program && passes(data, filters))
      .map((found) => ({ pubkey: found[0], account: told(found) })),
};

const told = ([, owner, lamports, data]: Recorded['accounts'][number]) => ({
  owner,
  lamports,
  data: [data, 'base64'],
  executable: false,
  space: 0,
});

/** Methods that were asked for, in order. */
export const asked: string[] = [];

/** A node that knows the recorded accounts. */
export const recordedRpc = (): Rpc<SolanaRpcApi> =>
  createSolanaRpcFromTransport(async <T>({ payload }: { payload: unknown }): Promise<T> => {
    const { id, method, params } = payload as { id: string; method: string; params: never };
    asked.push(method);
    const answer = answers[method];
    if (answer === undefined) throw new Error(`the recorded node does not know ${method}`);
    const result = { context: { slot: recorded.slot }, value: answer(params) };
    return { jsonrpc: '2.0', id, result } as T;
  }) as Rpc<SolanaRpcApi>;
