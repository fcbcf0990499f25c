/** Which margin account the trader's page shows, who may act on it, and what the trader is about to do. */
import { type Address, isAddress } from '@solana/kit';
import { addresses } from '@breakwater-labs/client';
import type { AccountAnswer, GroupAnswer, OwnedAccount } from '@breakwater-labs/client/margin';
import { createContext, use, useEffect, useState } from 'react';

import { useAccount, useOwner, useSnapshot, useStore } from '../../chain/hooks';

/** What the address of the page asks for. */
export type Wanted =
  { readonly kind: 'own' } | { readonly kind: 'new' } | { readonly kind: 'address'; readonly address: string };

/** `/trade`, `/trade/new` or `/trade/ADDRESS`. */
export function wantedOf(path: string): Wanted {
  const [, , rest = ''] = path.split('/');
  if (rest === '') return { kind: 'own' };
  return rest === 'new' ? { kind: 'new' } : { kind: 'address', address: rest };
}

/** What somebody is about to do; the panel at the side shows it with its preview. */
export type Task =
  | { readonly kind: 'trade'; readonly market: number; readonly isLong: boolean }
  | { readonly kind: 'reduce'; readonly market: number }
  | { readonly kind: 'settle'; readonly market: number }
  | { readonly kind: 'order'; readonly market: number }
  | { readonly kind: 'deposit' | 'withdraw' | 'borrow' | 'repay'; readonly token: number };

/** Who the wallet is to the account: its owner, a key that may trade with it, or somebody who looks. */
export type Right = 'owner' | 'delegate' | 'none';

export interface Desk {
  readonly group: GroupAnswer;
  /** The margin account, or the one that the first deposit will open. */
  readonly address: Address;
  readonly owner: Address;
  readonly number: number;
  /** Null of an account that has not been opened. */
  readonly account: AccountAnswer | null;
  readonly right: Right;
  readonly task: Task;
  readonly setTask: (task: Task) => void;
  readonly market: number | null;
  readonly setMarket: (market: number) => void;
}

export const DeskContext = createContext<Desk | null>(null);

export function useDesk(): Desk {
  const desk = use(DeskContext);
  if (desk === null) throw new Error('There is no desk around this component.');
  return desk;
}

/** Where the look-up of an account stands. */
export type Found =
  | { readonly state: 'loading' | 'noWallet' | 'nothing' }
  | {
      readonly state: 'found';
      readonly address: Address;
      readonly owner: Address;
      readonly number: number;
      readonly account: AccountAnswer | null;
      /** All accounts of the owner. */
      readonly accounts: readonly OwnedAccount[];
    };

/**
 * Whether what was asked for has been read. A reading that was under way when the question came does not know of it, so the
 * second one after it tells.
 */
function useSettled(key: string): boolean {
  const { version } = useSnapshot();
  const [asked, setAsked] = useState({ key, version });
  if (asked.key !== key) setAsked({ key, version });
  return asked.key === key && version >= asked.version + 2;
}

/** The address of an account that may not be there yet. */
function useMarginAddress(owner: Address | null, number: number | null): Address | null {
  const { config } = useStore();
  const [found, setFound] = useState<{ key: string; address: Address } | null>(null);
  const key = `${owner}/${number}`;
  useEffect(() => {
    if (owner === null || number === null) return undefined;
    let isCurrent = true;
    void addresses.marginAccount(config.group, owner, number).then((address) => {
      if (isCurrent) setFound({ key, address });
    });
    return () => void (isCurrent = false);
  }, [config.group, owner, number, key]);
  return found?.key === key ? found.address : null;
}

/** The least number that an owner has not used. */
export function freeNumber(accounts: readonly OwnedAccount[]): number {
  const used = new Set(accounts.map(({ number }) => number));
  let free = 0;
  while (used.has(free)) free += 1;
  return free;
}

/** Finds what is shown: an address is taken for a margin account first, then for an owner. */
export function useFound(wanted: Wanted, wallet: Address | null): Found {
  // What is no address is not asked of the node, which would refuse everything else with it.
  const isWrong = wanted.kind === 'address' && !isAddress(wanted.address);
  const asked = wanted.kind === 'address' && !isWrong ? (wanted.address as Address) : null;
  const direct = useAccount(asked);
  const isMargin = direct.answer !== null;
  const owner = isMargin ? (direct.answer.owner as Address) : (asked ?? (isWrong ? null : wallet));
  const owned = useOwner(owner);
  const settled = useSettled(`${asked ?? wanted.kind}/${owner}`);
  const accounts = owned.answer?.accounts ?? [];
  const isNew = wanted.kind === 'new' || (wanted.kind === 'own' && accounts.length === 0);
  const next = useMarginAddress(isNew ? wallet : null, isNew ? freeNumber(accounts) : null);
  const first = wanted.kind === 'new' || isMargin ? null : ((accounts[0]?.address ?? null) as Address | null);
  const ofOwner = useAccount(first);
  if (isWrong) return { state: 'nothing' };
  if (wanted.kind !== 'address' && wallet === null) return { state: 'noWallet' };
  const account = direct.answer ?? ofOwner.answer;
  if (account && !(wanted.kind === 'new')) {
    const { address, number } = account;
    return { state: 'found', address: address as Address, owner: account.owner as Address, number, account, accounts };
  }
  if (!settled || first !== null) return { state: 'loading' };
  if (wanted.kind === 'address') return { state: 'nothing' };
  if (next === null || wallet === null) return { state: 'loading' };
  return { state: 'found', address: next, owner: wallet, number: freeNumber(accounts), account: null, accounts };
}

/** What the wallet may do with an account. */
export function rightOf(owner: Address, account: AccountAnswer | null, wallet: Address | null): Right {
  if (wallet === null) return 'none';
  if (wallet === owner) return 'owner';
  return account?.delegate === wallet ? 'delegate' : 'none';
}
