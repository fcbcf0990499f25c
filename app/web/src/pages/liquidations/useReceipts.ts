/** Receipts out of transactions, checked against the log that the group keeps. */
import { receiptsIn } from '@breakwater-labs/client';
import type { ReceiptLogInfo } from '@breakwater-labs/client/margin';
import { useMemo } from 'react';

import { useStore } from '../../chain/hooks';
import { check, type Checked, type LoggedReceipt } from './chain';
import type { Known } from './history';

const hex = (bytes: ArrayLike<number>) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

/** The receipts of transactions, the newest first. */
export const receiptsOf = ({ transactions }: Known): LoggedReceipt[] =>
  transactions.flatMap(({ signature, slot, time, logs }) =>
    receiptsIn(logs ?? [])
      .map((bytes) => ({ signature, slot, time, bytes: hex(bytes) }))
      .reverse(),
  );

/** Repeats every receipt; anew only where there is one more, or the log has another head. */
export function useReceipts(known: Known | null, log: ReceiptLogInfo | null): readonly Checked[] | null {
  const store = useStore();
  const logged = useMemo(() => (known ? receiptsOf(known) : null), [known]);
  // A transaction whose logs are gone leaves a gap: then the chain cannot be followed from its beginning.
  const isWhole = known !== null && known.isWhole && known.transactions.every(({ logs }) => logs !== null);
  return useMemo(() => {
    if (!logged || !log) return null;
    return check(logged, log, isWhole, (receipts) => (receipts.length > 0 ? store.margin.receipts(receipts).rows : []));
    // The log is the same as long as its head is.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [store, logged, isWhole, log?.head]);
}
