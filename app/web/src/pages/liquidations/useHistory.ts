/** Follows the transactions of an account for as long as a component is shown. */
import type { Address, Signature } from '@solana/kit';
import { useCallback, useEffect, useRef, useState } from 'react';

import { useStore } from '../../chain/hooks';
import type { Store } from '../../chain/store';
import { History, type Known, type Source } from './history';

/** How often new transactions are asked for, milliseconds. */
const FOLLOW_EVERY = 2_000;

const sourceOf = ({ rpc }: Store): Source => ({
  signatures: (address, range) => rpc.getSignaturesForAddress(address, { commitment: 'confirmed', ...range }).send(),
  logs: async (signature: Signature) => {
    const config = { commitment: 'confirmed', encoding: 'base64', maxSupportedTransactionVersion: 0 } as const;
    const told = await rpc.getTransaction(signature, config).send();
    return told?.meta?.logMessages ?? null;
  },
});

export interface Followed {
  /** Null until the first page has been read. */
  readonly known: Known | null;
  readonly problem: string | null;
  readonly isBusy: boolean;
  /** Reads a page of older ones. */
  readonly older: () => void;
}

export function useHistory(address: Address | null): Followed {
  const store = useStore();
  const [known, setKnown] = useState<Known | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const history = useRef<History | null>(null);

  useEffect(() => {
    if (!address) return undefined;
    const own = new History(sourceOf(store), address);
    history.current = own;
    let isOver = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const follow = async () => {
      try {
        const isNew = await own.follow();
        if (isOver) return;
        setProblem(null);
        if (isNew) setKnown(own.known);
      } catch (error) {
        if (!isOver) setProblem(error instanceof Error ? error.message : String(error));
      }
      if (!isOver) timer = setTimeout(() => void follow(), FOLLOW_EVERY);
    };
    void follow();
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [store, address]);

  const older = useCallback(() => {
    const own = history.current;
    if (!own) return;
    setBusy(true);
    own
      .older()
      .then(() => setKnown(own.known))
      .catch((error: Error) => setProblem(error.message))
      .finally(() => setBusy(false));
  }, []);
  return { known, problem, isBusy, older };
}
