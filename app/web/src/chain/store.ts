/**
 * What the page knows of the chain: a group's accounts, read together every so often and whenever the node tells of a change,
 * held by the WebAssembly module that answers every question about them.
 */
import {
  type Address,
  createSolanaRpc,
  createSolanaRpcSubscriptions,
  type GetGenesisHashApi,
  type Rpc,
  type SolanaRpcApi,
} from '@solana/kit';
import {
  accountsOf,
  decodeMargin,
  type Directory,
  directoryFrom,
  fetchChanges,
  fetchHoldings,
  fetchMarginAccounts,
  findGroup,
  type GroupAccounts,
  type MarginAccount,
  type Places,
  PROGRAM_ID,
  type RawAccount,
  readAccounts,
  readGroup,
} from '@breakwater-labs/client';
import { type GroupAnswer, Margin, MarginRefused } from '@breakwater-labs/client/margin';
import wasmUrl from '@breakwater-labs/client/margin.wasm?url';

import type { Config } from './config';

/** How often the group is read, milliseconds: prices change about as often. */
const READ_EVERY = 1_000;
/** How often all margin accounts are read anew, milliseconds, where a page shows them. */
const BOOK_EVERY = 5_000;
/** After how many readings the queue of changes is read. */
const CHANGES_EVERY = 30;
/** After how many readings the group's accounts are looked for anew: tokens and markets are listed now and then. */
const FIND_EVERY = 300;
/** After how many failures in a row people are told. */
const FAILURES = 2;

export type Link = 'loading' | 'live' | 'offline' | 'wrongNetwork' | 'failed';

/** What changes with every reading. */
export interface Snapshot {
  readonly link: Link;
  /** Why, where the link is not live. */
  readonly problem: string | null;
  readonly group: GroupAnswer | null;
  /** Counts the readings: answers of the module are good for one of them. */
  readonly version: number;
}

type Node = Rpc<SolanaRpcApi & GetGenesisHashApi>;

/** One group on one node. */
export class Store {
  readonly config: Config;
  readonly rpc: Node;
  readonly subscriptions;
  #margin: Margin | null = null;
  #places: Places | null = null;
  #accounts: GroupAccounts | null = null;
  #directory: Directory | null = null;
  readonly #margins = new Map<Address, RawAccount>();
  /** Accounts that pages look at, with how many of them do. */
  readonly #watched = new Map<Address, number>();
  readonly #owners = new Map<Address, number>();
  #changes: ReadonlySet<Address> = new Set();
  #book = 0;
  #bookReadAt = 0;
  #snapshot: Snapshot = { link: 'loading', problem: null, group: null, version: 0 };
  readonly #listeners = new Set<() => void>();
  readonly #stop = new AbortController();
  #failures = 0;
  #reading: Promise<void> | null = null;

  constructor(config: Config) {
    this.config = config;
    this.rpc = createSolanaRpc(config.rpcUrl) as unknown as Node;
    this.subscriptions = createSolanaRpcSubscriptions(config.wsUrl);
  }

  /** Reads for as long as the page is open. */
  async start(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      await this.read();
      await new Promise((resolve) => setTimeout(resolve, READ_EVERY));
    }
  }

  stop(): void {
    this.#stop.abort();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly snapshot = (): Snapshot => this.#snapshot;

  /** The module, for questions. */
  get margin(): Margin {
    if (this.#margin === null)
      throw new MarginRefused({ code: 0, name: 'Loading', message: 'The group is being read.' });
    return this.#margin;
  }

  /** By which actions are built. */
  get directory(): Directory {
    if (this.#directory === null) throw new Error('The group is being read.');
    return this.#directory;
  }

  /** A margin account as it was read last. Decoded on demand: a thousand at once would hold the page up for half a second. */
  marginAccount(address: Address): MarginAccount | undefined {
    const raw = this.#margins.get(address);
    return raw && decodeMargin(raw).data;
  }

  /** Reads a margin account with every reading while somebody looks at it. Returns how to end that. */
  watch(address: Address): () => void {
    return this.#count(this.#watched, address);
  }

  /** Reads all that an owner has with every reading. Returns how to end that. */
  watchOwner(owner: Address): () => void {
    return this.#count(this.#owners, owner);
  }

  /** Reads all margin accounts every so often while somebody looks at them. Returns how to end that. */
  watchBook(): () => void {
    this.#book += 1;
    void this.read();
    return () => (this.#book -= 1);
  }

  #count(counts: Map<Address, number>, key: Address): () => void {
    counts.set(key, (counts.get(key) ?? 0) + 1);
    void this.read();
    return () => {
      const left = (counts.get(key) ?? 1) - 1;
      if (left > 0) counts.set(key, left);
      else counts.delete(key);
    };
  }

  /** Reads now; a reading that is under way is waited for and followed by another. */
  async read(): Promise<void> {
    if (this.#reading) await this.#reading;
    this.#reading ??= this.#readOnce().finally(() => (this.#reading = null));
    await this.#reading;
  }

  async #readOnce(): Promise<void> {
    try {
      this.#margin ??= await Margin.load(fetch(wasmUrl));
      if (!this.#places) await this.#verifyNetwork();
      if (!this.#places || this.#snapshot.version % FIND_EVERY === 0) {
        this.#places = await findGroup(this.rpc, this.config.group);
      }
      const accounts = await readGroup(this.rpc, this.#places);
      this.#accounts = accounts;
      const margins = await this.#readMargins(this.#places);
      const changes = this.#snapshot.version % CHANGES_EVERY === 0 ? await this.#readChanges() : [];
      this.#margin.put([...accountsOf(accounts), ...changes, ...margins]);
      const group = this.#margin.group();
      // Prints that are refused are left where they are: one of them would fail a whole transaction.
      const feeds = [...group.tokens, ...group.markets].map(({ feed }) => feed);
      this.#directory = await directoryFrom(
        accounts,
        feeds.filter(({ refusedPrint }) => refusedPrint === null),
      );
      this.#failures = 0;
      this.#tell({ link: 'live', problem: null, group });
    } catch (error) {
      this.#failed(error);
    }
  }

  /** The queue of changes; what somebody has closed since is given as gone. */
  async #readChanges(): Promise<Pick<RawAccount, 'address' | 'owner' | 'data'>[]> {
    const changes = await fetchChanges(this.rpc, this.config.group);
    const now = new Set(changes.map(({ address }) => address));
    const gone = [...this.#changes].filter((address) => !now.has(address));
    this.#changes = now;
    return [...changes, ...gone.map((address) => ({ address, owner: PROGRAM_ID, data: new Uint8Array() }))];
  }

  async #verifyNetwork(): Promise<void> {
    const { genesisHash } = this.config;
    if (genesisHash === null) return;
    const found = await this.rpc.getGenesisHash().send();
    if (found !== genesisHash) throw new WrongNetwork(this.config.cluster);
  }

  async #readMargins(places: Places): Promise<RawAccount[]> {
    const read: RawAccount[] = [];
    const add = (accounts: readonly (RawAccount | undefined)[]) => {
      for (const account of accounts) if (account) read.push(account);
    };
    for (const owner of this.#owners.keys()) {
      const { group } = this.config;
      const [own, holdings] = await Promise.all([
        fetchMarginAccounts(this.rpc, { group, owner }),
        fetchHoldings(this.rpc, places, owner),
      ]);
      add([...own, ...holdings.liquidity, holdings.stake]);
    }
    const watched = [...this.#watched.keys()];
    const found = await readAccounts(this.rpc, watched);
    add(found);
    const gone = watched.filter((_, at) => found[at] === undefined);
    this.margin.put(gone.map((address) => ({ address, owner: PROGRAM_ID, data: new Uint8Array() })));
    if (this.#book > 0 && Date.now() - this.#bookReadAt > BOOK_EVERY) {
      this.#bookReadAt = Date.now();
      add(await fetchMarginAccounts(this.rpc, { group: this.config.group }));
    }
    for (const account of read) {
      if (isMargin(account)) this.#margins.set(account.address, account);
    }
    return read;
  }

  #failed(error: unknown): void {
    if (error instanceof WrongNetwork) {
      this.#tell({ ...this.#snapshot, link: 'wrongNetwork', problem: error.message });
      return;
    }
    this.#failures += 1;
    if (this.#failures < FAILURES && this.#snapshot.link === 'live') return;
    const problem = error instanceof Error ? error.message : String(error);
    const link = this.#accounts ? 'offline' : 'failed';
    this.#tell({ ...this.#snapshot, link, problem });
  }

  #tell(news: Omit<Snapshot, 'version'>): void {
    this.#snapshot = { ...news, version: this.#snapshot.version + 1 };
    for (const listener of this.#listeners) listener();
  }
}

class WrongNetwork extends Error {
  constructor(cluster: string) {
    super(
      `The node is of another network than ${cluster}. Choose a node of ${cluster}, or another address of this page.`,
    );
  }
}

/** Margin accounts are the only accounts of their sizes. */
const isMargin = ({ data }: RawAccount) => data.length === 1312 || data.length === 1248;
