/** What the button of a row does: a first touch, or the liquidation itself, with everything that has to come before it. */
import { actions, type MarginAccount } from '@breakwater-labs/client';
import type { BookRow } from '@breakwater-labs/client/margin';
import type { Address } from '@solana/kit';
import { useCallback } from 'react';

import { useStore } from '../../chain/hooks';
import type { Own } from '../../chain/own';
import type { Store } from '../../chain/store';
import { isNegative } from '../../format';
import { useSend } from '../../send/context';
import { creditorsOf, targetOf } from './target';

/** What may be done with an account now. */
export type Deed = 'none' | 'flag' | 'wait' | 'liquidate' | 'writeOff';

export function deedOf(row: BookRow): Deed {
  if (row.stage === 'unflagged') return 'flag';
  if (row.stage === 'flagged') return 'wait';
  // Where no step is left and less than nothing is there, only debts remain.
  if (row.stage === 'due') return row.target === null && isNegative(row.equity) ? 'writeOff' : 'liquidate';
  return 'none';
}

const liquidateeOf = (store: Store, row: BookRow): { address: Address; data: MarginAccount | undefined } => {
  const address = row.address as Address;
  return { address, data: store.marginAccount(address) };
};

export function useDeeds(own: Own) {
  const store = useStore();
  const { send } = useSend();
  const { owner } = own;

  /** Needs no margin account of one's own: it only pays the network's fee. */
  const flag = useCallback(
    (row: BookRow) =>
      send('Flag the account', () => actions.touch(store.directory, { account: liquidateeOf(store, row) })),
    [store, send],
  );
  const liquidate = (row: BookRow) =>
    send('Liquidate the account', async () => {
      const target = targetOf(row.target);
      if (!owner) throw new Error('Connect a wallet first.');
      if (!target) throw new Error('There is no step that could be taken with this account now.');
      const step = { keeper: owner, keeperAccount: own.margin(), liquidatee: liquidateeOf(store, row), target };
      return [...(await own.opening()), ...(await actions.liquidate(store.directory, step))];
    });
  const writeOff = useCallback(
    (row: BookRow) =>
      send('Write the debt off', async () => {
        const account = liquidateeOf(store, row);
        const [creditor] = creditorsOf(account.data);
        if (!creditor) throw new Error('This account owes nothing that could be written off.');
        return actions.resolveBankruptcy(store.directory, { account, creditor });
      }),
    [store, send],
  );
  const open = () => send('Open a margin account', () => own.opening());
  return { flag, liquidate, writeOff, open };
}
