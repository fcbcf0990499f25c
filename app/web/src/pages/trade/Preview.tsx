/** What an action does, before it is signed: every number is the module's. */
import type { FillInfo, PreviewAnswer, RatesInfo, Standing } from '@breakwater-labs/client/margin';
import type { ReactNode } from 'react';

import { useNames } from '../../chain/hooks';
import { amount, factor, isNegative, percent, percentOfMillionths, price, usd } from '../../format';
import { Fact, Facts, Notice } from '../../ui';
import { useDesk } from './desk';
import { times, triggerOf } from './Header';
import { AtTrigger } from './AtTrigger';
import { MARKET_LEG, nearest, stageOf, stepOf, whenOf } from './words';

function Change(props: {
  readonly name: string;
  readonly before: ReactNode;
  readonly after: ReactNode;
  readonly bad?: boolean;
  readonly title?: string;
}) {
  const { name, before, after, bad, title } = props;
  return (
    <tr title={title}>
      <th scope="row" className="py-1 pr-2 text-left font-normal text-soft">
        {name}
      </th>
      <td className="num py-1 text-right text-soft">{before}</td>
      <td aria-hidden="true" className="px-1 py-1 text-soft">
        →
      </td>
      <td className={`num py-1 text-right font-medium ${bad ? 'text-loss' : ''}`}>{after}</td>
    </tr>
  );
}

function Fill({ fill, unit, base }: { readonly fill: FillInfo; readonly unit: string; readonly base: string }) {
  return (
    <Facts>
      <Fact name="Size">
        {amount(fill.size.ui)} {base}
      </Fact>
      <Fact name="Fill price">{price(fill.price)}</Fact>
      <Fact
        name="Price impact"
        tone={isNegative(fill.impact.native) ? 'gain' : 'plain'}
        title="Against the index price; negative where the skew pays you."
      >
        {amount(fill.impact.ui, 4)} {unit} ({percentOfMillionths(fill.impactPpm, 3)})
      </Fact>
      <Fact name="Fee">
        {amount(fill.fee.ui, 4)} {unit}
      </Fact>
      <Fact name="Worst price you sign">{price(fill.limitPrice)}</Fact>
    </Facts>
  );
}

const Rates = ({ rates, token }: { readonly rates: RatesInfo; readonly token: string }) => (
  <Facts>
    <Fact name={`${token} rates after`} title="A year, at the use of the bank after this action.">
      deposits earn {percentOfMillionths(rates.deposit)} · debts pay {percentOfMillionths(rates.borrow)}
    </Fact>
  </Facts>
);

/** Prices at which the account would be liquidated, before and after, one row for each leg. */
function Triggers({ before, after }: { readonly before: Standing; readonly after: Standing }) {
  const names = useNames();
  if (after.prices.length === 0) return null;
  return (
    <>
      {after.prices.map(({ leg }) => (
        <Change
          key={leg}
          name={`Liquidation price ${names.leg(leg)}`}
          title="If this price moves alone."
          before={triggerOf(before, leg)}
          after={triggerOf(after, leg)}
        />
      ))}
    </>
  );
}

/** What a liquidation of the account would cost: now, where there is one, else at the nearest price that brings it. */
function LiquidationCost({ after }: { readonly after: Standing }) {
  const names = useNames();
  if (after.next) return <p className="text-xs text-soft">{stepOf(after.next, names)}</p>;
  return <AtTrigger standing={after} />;
}

export function Preview({
  preview,
  token,
  market,
}: {
  readonly preview: PreviewAnswer;
  readonly token: number | null;
  readonly market: number | null;
}) {
  const { group } = useDesk();
  const names = useNames();
  const { before, after, fill, rates, sent, amount: moved, settled } = preview;
  const quote = group.quoteToken === null ? '' : names.token(group.quoteToken);
  const close = nearest(after.prices, group.quoteToken);
  const stage = stageOf(after.outlook);
  const base = market === null ? '' : names.market(market).replace(/-PERP$/, '');
  return (
    <section aria-label="Preview" className="grid gap-2 border-t border-line pt-3">
      {fill ? <Fill fill={fill} unit={quote} base={base} /> : null}
      {!fill && token !== null ? (
        <Facts>
          <Fact name={sent ? 'Leaves your wallet' : 'Arrives in your wallet'}>
            {amount((sent ?? moved).ui)} {names.token(token)}
          </Fact>
        </Facts>
      ) : null}
      {settled ? (
        <Facts>
          <Fact name="Settled" tone={isNegative(settled.native) ? 'loss' : 'gain'}>
            {amount(settled.ui, 4)} {quote}
          </Fact>
        </Facts>
      ) : null}
      <table className="w-full text-sm">
        <caption className="sr-only">The account before and after</caption>
        <thead className="sr-only">
          <tr>
            <th scope="col">What</th>
            <th scope="col">Before</th>
            <th scope="col">to</th>
            <th scope="col">After</th>
          </tr>
        </thead>
        <tbody>
          <Change
            name="Equity"
            before={usd(before.health.equity)}
            after={usd(after.health.equity)}
            bad={isNegative(after.health.equity)}
          />
          <Change
            name="Health factor"
            before={factor(before.health.factor)}
            after={factor(after.health.factor)}
            bad={stage.tone !== 'gain'}
          />
          <Change
            name="To take new risk"
            before={usd(before.health.initial)}
            after={usd(after.health.initial)}
            bad={isNegative(after.health.initial)}
          />
          <Change
            name="Where a liquidation stops"
            before={usd(before.health.end)}
            after={usd(after.health.end)}
            bad={isNegative(after.health.end)}
          />
          <Change
            name="To be left alone"
            before={usd(before.health.optimistic)}
            after={usd(after.health.optimistic)}
            bad={isNegative(after.health.optimistic)}
          />
          <Change name="Leverage" before={times(before.health.leverage)} after={times(after.health.leverage)} />
          <Triggers before={before} after={after} />
        </tbody>
      </table>
      {rates && token !== null ? <Rates rates={rates} token={names.token(token)} /> : null}
      {after.outlook.stage === 'healthy' ? (
        close ? (
          <p className="text-xs text-soft">
            Earliest trigger: {close.leg >= MARKET_LEG ? 'the index of ' : ''}
            {names.leg(close.leg)} at <span className="num text-text">{price(close.trigger)}</span>,{' '}
            {percent(Math.abs(close.distance ?? 0), 1)} away.
          </p>
        ) : null
      ) : (
        <Notice tone="warn">{whenOf(after.outlook)}</Notice>
      )}
      <LiquidationCost after={after} />
    </section>
  );
}
