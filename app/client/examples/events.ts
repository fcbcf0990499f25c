/** Reads what happened, or why nothing did, from a transaction's log lines. */
import { eventsIn, failureIn, failureText, receiptsIn } from '@breakwater-labs/client';

export const story = (logs: readonly string[]): string[] => {
  const failure = failureIn(logs);
  if (failure !== undefined) return [failureText(failure)];
  const told = eventsIn(logs).map((event) => {
    switch (event.name) {
      case 'Liquidated':
        return `${event.data.liquidatee} was liquidated by ${event.data.keeper}`;
      default:
        return event.name;
    }
  });
  const receipts = receiptsIn(logs);
  return receipts.length === 0 ? told : [...told, `with ${receipts.length} receipt of ${receipts[0]?.length} bytes`];
};
