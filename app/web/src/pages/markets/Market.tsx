/** All about one perp market: sides, pool, limits, tiers, fees and feed. */
import type { MarketInfo } from '@breakwater-labs/client/margin';

import {
  amount,
  decimal,
  drawn,
  duration,
  isNegative,
  isZero,
  percent,
  percentOfMillionths,
  price,
  time,
} from '../../format';
import { Fact, Pill } from '../../ui';
import { Meter, Sides } from '../../ui/Bars';
import { Key } from '../../ui/Key';
import { Confidence, FeedAge } from './Feed';
import { Block } from './Token';

const STATES = {
  active: ['gain', 'open'],
  reduceOnly: ['warn', 'reduce only'],
  paused: ['loss', 'paused'],
  expired: ['loss', 'expired'],
} as const;

export function MarketState({ market }: { readonly market: MarketInfo }) {
  const [tone, words] = STATES[market.status as keyof typeof STATES] ?? ['soft', market.status];
  return (
    <span className="inline-flex flex-wrap gap-1">
      <Pill tone={tone}>{words}</Pill>
      {market.pause ? <Pill tone="loss">paused: {market.pause.actions.join(', ')}</Pill> : null}
    </span>
  );
}

/** Who pays whom for holding a position. */
export function Funding({ market }: { readonly market: MarketInfo }) {
  if (isZero(market.funding)) return <span className="text-soft">none</span>;
  const payers = isNegative(market.funding) ? 'shorts pay' : 'longs pay';
  return (
    <span className="num" title={`${payers} this part of their notional in an hour`}>
      {percentOfMillionths(market.funding.replace('-', ''), 4)} <span className="text-xs text-soft">{payers}</span>
    </span>
  );
}

/** Longs against shorts. */
export function Skew({ market, name }: { readonly market: MarketInfo; readonly name: string }) {
  const words = `${name}: longs ${amount(market.longNotional.ui, 0)}, shorts ${amount(market.shortNotional.ui, 0)}`;
  return <Sides label={words} left={drawn(market.longNotional.ui)} right={drawn(market.shortNotional.ui)} />;
}

export function MarketDetails({
  market,
  name,
  quote,
}: {
  readonly market: MarketInfo;
  readonly name: string;
  readonly quote: string;
}) {
  const { feed } = market;
  const side = (words: string, size: string) => (
    <Fact name={words}>
      {amount(size, 4)}
      <Meter
        className="mt-1 w-28"
        label={`${words} of ${name} against the cap`}
        words={`${amount(size, 4)} of ${amount(market.openInterestCap.ui, 2)}`}
        part={drawn(size) / drawn(market.openInterestCap.ui)}
        fill={words === 'Longs' ? 'gain' : 'loss'}
      />
    </Fact>
  );
  return (
    <div className="grid grid-cols-1 gap-x-8 gap-y-5 sm:grid-cols-2 lg:grid-cols-4">
      <Block title="Open interest">
        {side('Longs', market.long.ui)}
        {side('Shorts', market.short.ui)}
        <Fact name="Cap of each side">{amount(market.openInterestCap.ui, 2)}</Fact>
        <Fact name="Longs less shorts">{amount(market.net.ui, 4)}</Fact>
        <Fact name="Lot">{amount(market.lot.ui, 8)}</Fact>
        <Fact name="Profit matures in">{duration(market.maturity)}</Fact>
        {market.expiresAt === null ? null : <Fact name="Only reductions from">{time(market.expiresAt)}</Fact>}
      </Block>
      <Block title="Pool">
        <Fact name="Has">
          {decimal(market.pool.ui)} {quote}
        </Fact>
        <Fact name="Liquidity is worth">
          {decimal(market.poolEquity.ui)} {quote}
        </Fact>
        <Fact name="Owes beyond that" tone={isZero(market.deficit.ui) ? 'plain' : 'loss'}>
          {decimal(market.deficit.ui)} {quote}
        </Fact>
        <Fact name="Losses borne so far" tone={isZero(market.poolLosses.ui) ? 'plain' : 'loss'}>
          {decimal(market.poolLosses.ui)} {quote}
        </Fact>
        <Fact name="Tranche">
          {decimal(market.tranche.ui)} {quote}
        </Fact>
        <Fact name="Liquidity leaves after">{duration(market.cooldown)}</Fact>
        <Fact name="Market">
          <Key text={market.address} what="market" />
        </Fact>
      </Block>
      <div className="space-y-4">
        <Block title="Fees and funding">
          <Fact name="Trade">{percent(market.takerFee)}</Fact>
          <Fact name="Liquidation">{percent(market.liquidationFee)}</Fact>
          <Fact name="Funding, an hour">
            <Funding market={market} />
          </Fact>
          <Fact name="At most">{percentOfMillionths(market.fundingMax, 4)}</Fact>
        </Block>
        <Block title="Feed">
          <Fact name="Published">
            <FeedAge feed={feed} />
          </Fact>
          <Fact name="Confidence">
            <Confidence feed={feed} />
          </Fact>
          <Fact name="Moving average">{feed.ema === null ? '–' : `$${price(feed.ema)}`}</Fact>
          <Fact name="Oracle">
            <Key text={feed.oracle} what="oracle" />
          </Fact>
        </Block>
      </div>
      <Tiers market={market} quote={quote} name={name} />
    </div>
  );
}

function Tiers({
  market,
  quote,
  name,
}: {
  readonly market: MarketInfo;
  readonly quote: string;
  readonly name: string;
}) {
  return (
    <div className="min-w-0">
      <h3 className="mb-1 text-xs font-semibold tracking-wide text-soft uppercase">Margin by size</h3>
      <table className="num w-full text-sm">
        <caption className="sr-only">Margin of {name} by the size of a position</caption>
        <thead>
          <tr className="text-xs text-soft">
            <th scope="col" className="py-1 text-left font-medium">
              Up to, {quote}
            </th>
            <th scope="col" className="py-1 text-right font-medium">
              To open
            </th>
            <th scope="col" className="py-1 text-right font-medium">
              After liq.
            </th>
            <th scope="col" className="py-1 text-right font-medium">
              To keep
            </th>
          </tr>
        </thead>
        <tbody>
          {market.tiers.map((tier) => (
            <tr key={tier.edge ?? 'last'} className="border-t border-line/60">
              <td className="py-1">{tier.edge === null ? 'above' : amount(tier.edge, 0)}</td>
              <td className="py-1 text-right">{percent(tier.initial)}</td>
              <td className="py-1 text-right">{percent(tier.end)}</td>
              <td className="py-1 text-right">{percent(tier.maintenance)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
