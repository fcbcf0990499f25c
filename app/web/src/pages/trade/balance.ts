/** What the wallet itself holds of a token: the bound of what it can deposit or repay. */
import { getBase64Encoder, type Address } from '@solana/kit';
import { addresses } from '@breakwater-labs/client';
import { useEffect, useState } from 'react';

import { useSnapshot, useStore } from '../../chain/hooks';
import type { Store } from '../../chain/store';

/** Where a token account keeps its amount, little-endian. */
const AMOUNT_OFFSET = 64;
/** Readings of the group between two of a balance. */
const EVERY = 3;

/** An owner's balance of a token in native units; 0 without a token account. */
async function readBalance(store: Store, owner: Address, token: number): Promise<bigint | null> {
  const entry = store.directory.tokens.get(token);
  if (!entry) return null;
  const account = await addresses.associatedToken(owner, entry.mint, entry.tokenProgram);
  const { value } = await store.rpc.getAccountInfo(account, { encoding: 'base64', commitment: 'confirmed' }).send();
  if (value === null) return 0n;
  const bytes = getBase64Encoder().encode(value.data[0]);
  return new DataView(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength).getBigUint64(
    AMOUNT_OFFSET,
    true,
  );
}

/** Balances of some tokens, read again every few seconds; a token is missing until its balance is known. */
export function useBalances(owner: Address | null, tokens: readonly number[]): ReadonlyMap<number, bigint> {
  const store = useStore();
  const { version, link } = useSnapshot();
  const [known, setKnown] = useState<{ owner: Address | null; balances: ReadonlyMap<number, bigint> }>({
    owner: null,
    balances: new Map(),
  });
  const key = tokens.join();
  const turn = Math.floor(version / EVERY);
  useEffect(() => {
    if (owner === null || link !== 'live') return undefined;
    let isCurrent = true;
    const read = async (token: number) => {
      const balance = await readBalance(store, owner, token).catch(() => null);
      if (!isCurrent || balance === null) return;
      setKnown((last) => ({ owner, balances: new Map(last.owner === owner ? last.balances : []).set(token, balance) }));
    };
    for (const token of tokens) void read(token);
    return () => void (isCurrent = false);
    // The tokens are told apart by their numbers.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [store, owner, key, turn, link]);
  return known.owner === owner ? known.balances : new Map();
}
