/**
 * Breakwater's mathematics: the Rust code that the program runs, as WebAssembly. It holds the raw accounts of one group and
 * answers questions about them; there is no formula on this side.
 *
 * ```ts
 * const margin = await Margin.load(await readFile('node_modules/@breakwater-labs/client/src/margin/margin.wasm'));
 * margin.put(accounts);
 * console.log(margin.account(address).standing.health);
 * ```
 */
import { getAddressEncoder, type Address, type ReadonlyUint8Array } from '@solana/kit';

import type {
  AccountAnswer,
  Amount,
  BookAnswer,
  GroupAnswer,
  Intent,
  MostOf,
  OwnerAnswer,
  PreviewAnswer,
  ReceiptsAnswer,
  Refused,
  Standing,
} from './answers.js';

export type * from './answers.js';

/** An account as a node told it. Without data it is gone. */
export interface RawAccount {
  readonly address: Address;
  readonly owner: Address;
  readonly data: ReadonlyUint8Array;
}

/** What the module says no with: the program's own error, or a word about the question. */
export class MarginRefused extends Error {
  readonly code: number;
  readonly reason: string;

  constructor(refused: Refused) {
    super(refused.message);
    this.name = 'MarginRefused';
    this.code = refused.code;
    this.reason = refused.name;
  }
}

/** A price that moves: number of the feed, and by which part of the price, bps. */
export interface Move {
  readonly feed: number;
  readonly bps: number;
}

/** A receipt as it was logged, with the digest of the receipt before it; both hexadecimal. */
export interface ReceiptBytes {
  readonly bytes: string;
  readonly before: string;
}

type Word = string | number | bigint | boolean | null;

/** A choice with its values, `{ deposit: { token, amount } }` or `'stake'`, as the words of a question. */
function named(name: string, choice: string | object): Record<string, Word> {
  if (typeof choice === 'string') return { [name]: choice };
  const [[kind, values] = ['', {}]] = Object.entries(choice) as [string, Record<string, Word>][];
  return { [name]: kind, ...values };
}

interface Exports extends WebAssembly.Exports {
  memory: WebAssembly.Memory;
  alloc(length: number): number;
  put(at: number, length: number): number;
  question(at: number, length: number): number;
}

const HEAD = 68;
const address = getAddressEncoder();
/** Bytes of addresses: the same ones come with every reading, and base58 is slow for a thousand accounts. */
const known = new Map<Address, ReadonlyUint8Array>();
const KNOWN = 20_000;

const bytesOf = (key: Address): ReadonlyUint8Array => {
  const found = known.get(key) ?? address.encode(key);
  if (known.size >= KNOWN) known.clear();
  known.set(key, found);
  return found;
};

const utf8 = { read: new TextDecoder(), write: new TextEncoder() };

/** One group's accounts, and what follows from them. */
export class Margin {
  readonly #module: Exports;

  private constructor(instance: WebAssembly.Instance) {
    this.#module = instance.exports as Exports;
  }

  /** Compiles the module from its bytes, or from a response that brings them. */
  static async load(source: BufferSource | Response | Promise<Response>): Promise<Margin> {
    const given = await source;
    const bytes = given instanceof Response ? await given.arrayBuffer() : given;
    return Margin.of(await WebAssembly.compile(bytes));
  }

  /** An instance of a compiled module: one for each group. */
  static async of(module: WebAssembly.Module): Promise<Margin> {
    return new Margin(await WebAssembly.instantiate(module));
  }

  /** Takes accounts in; later bytes of an address replace earlier ones. Returns how many of them mean something here. */
  put(accounts: readonly RawAccount[]): number {
    const length = accounts.reduce((sum, { data }) => sum + HEAD + data.length, 0);
    const at = this.#module.alloc(length);
    const room = new Uint8Array(this.#module.memory.buffer, at, length);
    const view = new DataView(room.buffer, at, length);
    let offset = 0;
    for (const account of accounts) {
      room.set(bytesOf(account.address), offset);
      room.set(bytesOf(account.owner), offset + 32);
      view.setUint32(offset + 64, account.data.length, true);
      room.set(account.data, offset + HEAD);
      offset += HEAD + account.data.length;
    }
    return Number(this.#told(this.#module.put(at, length)));
  }

  /** Sets slot and unix time for the answers that follow, where the clock's account has not been given. */
  at(slot: number, time: number): void {
    this.#ask('at', { slot, time });
  }

  /** The group: tokens, markets, feeds, insurance, parameters. */
  group(): GroupAnswer {
    return this.#ask('group');
  }

  /** A margin account: health, liquidation prices, the next step of a liquidation. */
  account(address: Address): AccountAnswer {
    return this.#ask('account', { address });
  }

  /**
   * What an action would do, by the program's own code. An account that is not there yet is taken for one that the owner
   * opens with it. Throws {@link MarginRefused} with the error that the program would refuse it with.
   */
  preview(address: Address, owner: Address, intent: Intent): PreviewAnswer {
    return this.#ask('preview', { address, owner, ...named('intent', intent) });
  }

  /** The largest amount that the program would accept; a wallet may hold less. Throws where it accepts none. */
  most(address: Address, owner: Address, of: MostOf): Amount {
    return this.#ask('most', { address, owner, ...named('of', of) });
  }

  /** Margin accounts, liquidity and stake of an owner, among the accounts that have been put in. */
  owner(owner: Address): OwnerAnswer {
    return this.#ask('owner', { owner });
  }

  /** A price of whole quote tokens for one whole base as a mark, quote units for one base unit × 2^44. */
  mark(market: number, price: string): bigint {
    return BigInt(this.#ask<string>('mark', { market, price }));
  }

  /** How a margin account would stand at other prices, all else equal. */
  whatIf(address: Address, moves: Move[]): Standing {
    return this.#ask('whatIf', { address, move: moves.map(({ feed, bps }) => `${feed}:${bps}`) });
  }

  /** All margin accounts that have been put in, those in most danger first. */
  book(): BookAnswer {
    return this.#ask('book');
  }

  /** Reads receipts and repeats each of them from its own inputs. */
  receipts(receipts: ReceiptBytes[]): ReceiptsAnswer {
    return this.#ask('receipts', { receipt: receipts.map(({ bytes, before }) => `${bytes}:${before}`) });
  }

  #ask<T>(ask: string, about: Record<string, Word | readonly Word[]> = {}): T {
    const lines = Object.entries({ ask, ...about }).flatMap(([name, value]) =>
      (Array.isArray(value) ? (value as readonly Word[]) : [value as Word]).map((word) => `${name}=${word}`),
    );
    const told = JSON.parse(this.told(lines.join('\n'))) as { ok: T } | { refused: Refused };
    if ('refused' in told) {
      throw new MarginRefused(told.refused);
    }
    return told.ok;
  }

  /** Answers a question as the module takes it, lines of `name=value`, as JSON. The methods above are the same with types. */
  told(question: string): string {
    const bytes = utf8.write.encode(question);
    const at = this.#module.alloc(bytes.length);
    new Uint8Array(this.#module.memory.buffer, at, bytes.length).set(bytes);
    return this.#told(this.#module.question(at, bytes.length));
  }

  #told(at: number): string {
    const memory = this.#module.memory.buffer;
    const length = new DataView(memory).getUint32(at, true);
    return utf8.read.decode(new Uint8Array(memory, at + 4, length));
  }
}
