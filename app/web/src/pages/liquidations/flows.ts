/** What came to insurance and what left it, out of the events of its transactions. */
import { type BreakwaterEvent, eventsIn } from '@breakwater-labs/client';
import type { GroupAnswer } from '@breakwater-labs/client/margin';

import type { Known } from './history';
import type { Flow, Names } from './words';

export interface FlowRow {
  readonly signature: string;
  readonly slot: string;
  readonly time: number | null;
  readonly words: string;
  /** Whether insurance has more than before, less, or the same in another place. */
  readonly way: 'in' | 'out' | 'within';
  readonly flow: Flow;
}

/** What a stake's owner does, by the number in the event, and where the amount goes. */
const STAKING: readonly (readonly [string, FlowRow['way']])[] = [
  ['Staked', 'in'],
  ['Stake matured', 'within'],
  ['Withdrawal of stake requested', 'within'],
  ['Stake withdrawn', 'out'],
  ['Request taken back', 'within'],
];

function flowsOf(
  event: BreakwaterEvent,
  group: GroupAnswer,
  names: Names,
): Omit<FlowRow, 'signature' | 'slot' | 'time'>[] {
  const quote = group.quoteToken ?? 0;
  const row = (words: string, way: FlowRow['way'], token: number, native: bigint) =>
    native === 0n ? [] : [{ words, way, flow: { token, native } }];
  switch (event.name) {
    case 'Collected': {
      const { source, tranche, amount } = event.data;
      const bank = group.tokens.find((token) => token.bank === source);
      const market = group.markets.find(({ address }) => address === source);
      const from = bank ? names.token(bank.token) : market ? names.market(market.market) : 'a bank';
      return [
        ...row(`Earned by ${from}, to its tranche`, 'in', bank?.token ?? quote, tranche),
        ...row(`Earned by ${from}, to the fund`, 'in', quote, amount),
      ];
    }
    case 'Insured': {
      const { receiver, amount } = event.data;
      const market = group.markets.find(({ address }) => address === receiver);
      return row(
        `Given to ${market ? `the tranche of ${names.market(market.market)}` : 'the fund'}`,
        'in',
        quote,
        amount,
      );
    }
    case 'StakeChanged': {
      const [words, way] = STAKING[Number(event.data.action)] ?? ['Stake changed', 'within'];
      return row(words, way, quote, event.data.amount);
    }
    case 'BankruptcyResolved':
      return row(
        `Paid by the fund for a debt of ${names.token(event.data.token)}`,
        'out',
        event.data.token,
        event.data.fund,
      );
    case 'MarketLossResolved':
      return row(`Paid by the fund into ${names.market(Number(event.data.market))}`, 'out', quote, event.data.fund);
    default:
      return [];
  }
}

/** The flows of transactions, the newest first. */
export const flowsIn = ({ transactions }: Known, group: GroupAnswer, names: Names): FlowRow[] =>
  transactions.flatMap(({ signature, slot, time, logs }) =>
    eventsIn(logs ?? [])
      .flatMap((event) => flowsOf(event, group, names))
      .map((flow) => ({ signature, slot, time, ...flow }))
      .reverse(),
  );
