/** What a trader must know of a token before moving it: rates, room, and how good its price is. */
import type { TokenInfo } from '@breakwater-labs/client/margin';

import { amount, percentOfMillionths, price } from '../../format';
import { Fact, Facts } from '../../ui';
import { FeedPills } from './Feed';

export function TokenFacts({ info, name }: { readonly info: TokenInfo; readonly name: string }) {
  const { rates, feed, deposits, depositCap, debts, borrowCap, outflowRoom } = info;
  return (
    <details className="rounded-lg bg-raised/60 px-3 py-1.5 text-sm">
      <summary className="cursor-pointer text-xs text-soft">
        {name}: deposits earn <span className="num text-text">{percentOfMillionths(rates.deposit)}</span>, debts pay{' '}
        <span className="num text-text">{percentOfMillionths(rates.borrow)}</span> a year
      </summary>
      <Facts className="mt-1">
        <Fact name="Price">
          {price(feed.price)} <FeedPills feed={feed} />
        </Fact>
        <Fact name="Lent out">{percentOfMillionths(rates.utilisation)}</Fact>
        <Fact name="Deposits / cap">
          {amount(deposits.ui, 0)} / {amount(depositCap.ui, 0)}
        </Fact>
        <Fact name="Debts / cap">
          {amount(debts.ui, 0)} / {amount(borrowCap.ui, 0)}
        </Fact>
        {outflowRoom ? (
          <Fact name="May still leave the bank" title="A brake on how much leaves in a while.">
            {amount(outflowRoom.ui, 2)}
          </Fact>
        ) : null}
      </Facts>
    </details>
  );
}
