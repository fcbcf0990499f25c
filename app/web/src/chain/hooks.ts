/** What components ask of the store. Answers are computed once for each reading. */
import type { Address } from '@solana/kit';
import { createContext, use, useEffect, useMemo, useSyncExternalStore } from 'react';

import { MarginRefused } from '@breakwater-labs/client/margin';
import type {
  AccountAnswer,
  Amount,
  BookAnswer,
  GroupAnswer,
  Intent,
  MarketInfo,
  MostOf,
  OwnerAnswer,
  PreviewAnswer,
  TokenInfo,
} from '@breakwater-labs/client/margin';
import type { Snapshot, Store } from './store';

export const StoreContext = createContext<Store | null>(null);

/** The store of the page. */
export function useStore(): Store {
  const store = use(StoreContext);
  if (store === null) throw new Error('There is no store around this component.');
  return store;
}

/** The last reading. */
export function useSnapshot(): Snapshot {
  const store = useStore();
  return useSyncExternalStore(store.subscribe, store.snapshot);
}

/** The group; null while it is read for the first time. */
export const useGroup = (): GroupAnswer | null => useSnapshot().group;

/** An answer, or why there is none. */
export type Told<T> =
  { readonly answer: T; readonly refused: null } | { readonly answer: null; readonly refused: MarginRefused | null };

/** Asks the module anew with every reading; nothing is asked while `ask` is null. */
function useAsked<T>(ask: (() => T) | null, dependencies: readonly unknown[]): Told<T> {
  const { version, link } = useSnapshot();
  return useMemo(() => {
    if (ask === null || link === 'loading') return { answer: null, refused: null };
    try {
      return { answer: ask(), refused: null };
    } catch (error) {
      if (error instanceof MarginRefused) return { answer: null, refused: error };
      throw error;
    }
    // The question is made of the dependencies.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [version, link, ...dependencies]);
}

/** A margin account; it is read as long as the component is shown. */
export function useAccount(address: Address | null): Told<AccountAnswer> {
  const store = useStore();
  useEffect(() => (address ? store.watch(address) : undefined), [store, address]);
  return useAsked(address ? () => store.margin.account(address) : null, [address]);
}

/** What an owner has; it is read as long as the component is shown. */
export function useOwner(owner: Address | null): Told<OwnerAnswer> {
  const store = useStore();
  useEffect(() => (owner ? store.watchOwner(owner) : undefined), [store, owner]);
  return useAsked(owner ? () => store.margin.owner(owner) : null, [owner]);
}

/** All margin accounts; they are read as long as the component is shown. */
export function useBook(): Told<BookAnswer> {
  const store = useStore();
  useEffect(() => store.watchBook(), [store]);
  return useAsked(() => store.margin.book(), []);
}

/** What an action would do. */
export function usePreview(address: Address | null, owner: Address | null, intent: Intent | null): Told<PreviewAnswer> {
  const store = useStore();
  const key = JSON.stringify(intent);
  const ask = address && owner && intent ? () => store.margin.preview(address, owner, intent) : null;
  return useAsked(ask, [address, owner, key]);
}

/** The largest amount that the program would accept. */
export function useMost(address: Address | null, owner: Address | null, of: MostOf | null): Told<Amount> {
  const store = useStore();
  const key = JSON.stringify(of);
  const ask = address && owner && of ? () => store.margin.most(address, owner, of) : null;
  return useAsked(ask, [address, owner, key]);
}

/** How an account would stand at other prices, all else equal. */
export function useWhatIf(address: Address | null, moves: { feed: number; bps: number }[]) {
  const store = useStore();
  const key = JSON.stringify(moves);
  const ask = address && moves.length > 0 ? () => store.margin.whatIf(address, moves) : null;
  return useAsked(ask, [address, key]);
}

/** Names of tokens and markets: those of the configuration, else numbers. */
export function useNames() {
  const { config } = useStore();
  const group = useGroup();
  return useMemo(() => {
    const token = (number: number): string => {
      const mint = group?.tokens.find((token) => token.token === number)?.mint;
      return (mint && config.tokens.get(mint)?.symbol) ?? `token ${number}`;
    };
    const market = (number: number): string => config.markets.get(number)?.symbol ?? `market ${number}`;
    /** Number of a token, or 128 + number of a market. */
    const leg = (number: number): string => (number >= 128 ? market(number - 128) : token(number));
    return { token, market, leg };
  }, [config, group]);
}

/** A token of the group by its number. */
export const tokenOf = (group: GroupAnswer, number: number): TokenInfo | undefined =>
  group.tokens.find((token) => token.token === number);

/** A market of the group by its number. */
export const marketOf = (group: GroupAnswer, number: number): MarketInfo | undefined =>
  group.markets.find((market) => market.market === number);
