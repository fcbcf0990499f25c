/**
 * The transactions that touched an account, with their logs: the newest first, read page by page into the past and followed as
 * new ones come. The receipt log is written by every liquidation, so its transactions are the feed.
 */
import type { Address, Signature } from '@solana/kit';

/** A transaction that went through. */
export interface Logged {
  readonly signature: string;
  readonly slot: string;
  /** Unix seconds; null where the node does not know. */
  readonly time: number | null;
  /** Its log lines; null where the node does not have them any more. */
  readonly logs: readonly string[] | null;
}

interface Told {
  readonly signature: Signature;
  readonly slot: bigint | number;
  readonly blockTime: bigint | number | null;
  readonly err: unknown;
}

/** What a history asks of a node; a test gives its own. */
export interface Source {
  signatures(
    address: Address,
    range: { readonly before?: Signature; readonly until?: Signature; readonly limit: number },
  ): Promise<readonly Told[]>;
  logs(signature: Signature): Promise<readonly string[] | null>;
}

/** What is known of an account's transactions. */
export interface Known {
  readonly transactions: readonly Logged[];
  /** Whether there is nothing older. */
  readonly isWhole: boolean;
}

/** Transactions that are read at once, and those of a page. */
const AT_ONCE = 6;
const PAGE = 40;

export class History {
  readonly #source: Source;
  readonly #address: Address;
  readonly #page: number;
  #transactions: readonly Logged[] = [];
  #newest: Signature | undefined;
  #oldest: Signature | undefined;
  #isWhole = false;
  #begun = false;

  constructor(source: Source, address: Address, page = PAGE) {
    this.#source = source;
    this.#address = address;
    this.#page = page;
  }

  get known(): Known {
    return { transactions: this.#transactions, isWhole: this.#isWhole };
  }

  /** Reads what is new; the first time the newest page. Returns whether anything was. */
  async follow(): Promise<boolean> {
    if (!this.#begun) {
      const told = await this.#source.signatures(this.#address, { limit: this.#page });
      this.#transactions = await this.#read(told);
      this.#begun = true;
      this.#isWhole = told.length < this.#page;
      this.#newest = told[0]?.signature;
      this.#oldest = told.at(-1)?.signature;
      return true;
    }
    const fresh: Told[] = [];
    // More than a page may have come since: the gap is closed before anything is shown.
    for (;;) {
      const before = fresh.at(-1)?.signature;
      const range = {
        limit: this.#page,
        ...(before ? { before } : {}),
        ...(this.#newest ? { until: this.#newest } : {}),
      };
      const told = await this.#source.signatures(this.#address, range);
      fresh.push(...told);
      if (told.length < this.#page) break;
    }
    if (fresh.length === 0) return false;
    this.#transactions = [...(await this.#read(fresh)), ...this.#transactions];
    this.#newest = fresh[0]?.signature;
    this.#oldest ??= fresh.at(-1)?.signature;
    return true;
  }

  /** Reads a page of older ones. */
  async older(): Promise<void> {
    if (this.#isWhole || !this.#oldest) return;
    const told = await this.#source.signatures(this.#address, { limit: this.#page, before: this.#oldest });
    this.#transactions = [...this.#transactions, ...(await this.#read(told))];
    this.#isWhole = told.length < this.#page;
    this.#oldest = told.at(-1)?.signature ?? this.#oldest;
  }

  async #read(told: readonly Told[]): Promise<Logged[]> {
    // What failed has changed nothing.
    const wanted = told.filter(({ err }) => err === null);
    const read: Logged[] = [];
    for (let from = 0; from < wanted.length; from += AT_ONCE) {
      const some = wanted.slice(from, from + AT_ONCE).map(async ({ signature, slot, blockTime }) => ({
        signature,
        slot: String(slot),
        time: blockTime === null ? null : Number(blockTime),
        logs: await this.#source.logs(signature),
      }));
      read.push(...(await Promise.all(some)));
    }
    return read;
  }
}
