/** The connected wallet's margin accounts, and the one that a page acts with. */
import { actions, addresses, type MarginAccount } from '@breakwater-labs/client';
import type { OwnerAnswer } from '@breakwater-labs/client/margin';
import type { Address } from '@solana/kit';
import { useEffect, useState } from 'react';

import { useWallet } from '../wallet/context';
import { useOwner, useStore } from './hooks';

export interface Own {
  /** The connected wallet. */
  readonly owner: Address | null;
  /** What it has here; null while that is read. */
  readonly told: OwnerAnswer | null;
  /** The account that is used: an existing one, or the address that number 0 will have. */
  readonly account: Address | null;
  readonly number: number;
  /** Whether it has been opened. */
  readonly isOpen: boolean;
  readonly choose: (number: number) => void;
  /** As actions take it. */
  readonly margin: () => { address: Address; data: MarginAccount | undefined };
  /** What opens the account, where that has still to be done. */
  readonly opening: () => Promise<actions.Instructions>;
}

export function useOwn(): Own {
  const store = useStore();
  const { address: owner } = useWallet();
  const { answer: told } = useOwner(owner);
  const [wanted, setWanted] = useState(0);
  const [first, setFirst] = useState<Address | null>(null);
  const { group } = store.config;

  useEffect(() => {
    let isOver = false;
    setFirst(null);
    if (owner) void addresses.marginAccount(group, owner, 0).then((found) => (isOver ? undefined : setFirst(found)));
    return () => void (isOver = true);
  }, [group, owner]);

  const found = told?.accounts.find(({ number }) => number === wanted) ?? told?.accounts[0];
  const account = (found?.address as Address | undefined) ?? first;
  const isOpen = found !== undefined;
  return {
    owner,
    told,
    account,
    number: found?.number ?? 0,
    isOpen,
    choose: setWanted,
    margin: () => {
      if (!account) throw new Error('Connect a wallet first.');
      return { address: account, data: store.marginAccount(account) };
    },
    opening: async () => (isOpen || !owner ? [] : actions.openAccount(store.directory, { owner, number: 0 })),
  };
}
