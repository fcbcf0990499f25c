/** The chosen market: its chart, and what a trader must know before trading there. */
import type { AccountAnswer, GroupAnswer, MarketInfo } from '@breakwater-labs/client/margin';
import { lazy, type ReactNode, Suspense, useState } from 'react';

import { marketOf, useNames, useSnapshot, useStore } from '../../chain/hooks';
import { amount, drawn, isZero, percent, percentOfMillionths, price } from '../../format';
import { Empty, Notice, Panel, Tabs } from '../../ui';
import type { Line } from './Chart';
import { FeedPills } from './Feed';
import { marketLeg, triggerOf } from './Header';
import { MarketChoice, STATUSES } from './PerpForm';
import { printsOf } from './prints';
import { pausedOf } from './words';

const Chart = lazy(() => import('./Chart'));

const SCALES = [
  { id: 'lines', name: 'With your lines' },
  { id: 'price', name: 'Price only' },
] as const;

/** Lines of the account in a market: entry, liquidation, orders. */
function linesOf(account: AccountAnswer | null, market: number): Line[] {
  if (account === null) return [];
  const row = account.standing.positions.find((row) => row.market === market && !isZero(row.base.native));
  const trigger = account.standing.prices.find(({ leg }) => leg === marketLeg(market))?.trigger ?? null;
  const orders = account.orders.filter((order) => order.market === market && order.kind !== 'health');
  return [
    ...(row?.breakEven ? [{ name: 'break-even', value: drawn(row.breakEven), colour: 'soft' as const }] : []),
    ...(row && trigger !== null ? [{ name: 'liquidation', value: drawn(trigger), colour: 'loss' as const }] : []),
    ...orders.map(({ trigger }) => ({ name: 'order', value: drawn(trigger), colour: 'warn' as const })),
  ];
}

interface Props {
  readonly group: GroupAnswer;
  /** Whose lines are drawn; null for nobody's. */
  readonly account: AccountAnswer | null;
  readonly market: number | null;
  readonly setMarket: (market: number) => void;
}

export function MarketPanel(props: Props) {
  const { group, market } = props;
  const info = market === null ? undefined : marketOf(group, market);
  if (info) return <Shown {...props} info={info} />;
  return (
    <Panel title="Market">
      <Empty>This group has no perpetual markets.</Empty>
    </Panel>
  );
}

function Shown({ group, account, setMarket, info }: Props & { readonly info: MarketInfo }) {
  const { market } = info;
  const store = useStore();
  const { version } = useSnapshot();
  const names = useNames();
  // One list for all markets, which grows in place.
  const [all] = useState(() => printsOf(store));
  const [scale, setScale] = useState<'lines' | 'price'>('lines');
  const prints = all.get(market) ?? [];
  const lines = linesOf(account, market);
  const { feed } = info;
  const paused =
    pausedOf(info.pause, `in ${names.market(market)}`, group.time) ??
    pausedOf(group.pause, 'in the whole group', group.time);
  const spoken = [
    `${names.market(market)} is at ${price(info.mark)}.`,
    ...lines.map(({ name, value }) => `${name} at ${price(String(value))}.`),
    `${prints.length} prices since this page was opened.`,
  ].join(' ');
  return (
    <Panel
      title="Market"
      aside={
        <div className="flex flex-wrap items-center gap-3">
          <span className="num text-xl font-semibold">{price(info.mark)}</span>
          <FeedPills feed={feed} />
          <div className="w-40 [&_label]:sr-only">
            <MarketChoice group={group} market={market} setMarket={setMarket} />
          </div>
        </div>
      }
    >
      <div className="grid grid-cols-1 gap-4">
        {STATUSES[info.status] ? <Notice>{STATUSES[info.status]}</Notice> : null}
        {paused ? <Notice>{paused}</Notice> : null}
        <figure>
          {prints.length === 0 ? (
            <Empty>The first price is awaited…</Empty>
          ) : (
            <Suspense fallback={<div className="h-64 sm:h-80" />}>
              <Chart key={market} prints={prints} lines={lines} isWide={scale === 'lines'} version={version} />
            </Suspense>
          )}
          <figcaption className="mt-1 flex flex-wrap items-center justify-between gap-2 text-xs text-soft">
            <span>
              Since this page was opened.{' '}
              {account && lines.length > 0
                ? `Dashed: your ${[...new Set(lines.map(({ name }) => name))].join(', ')}.`
                : ''}
              <span className="sr-only"> {spoken}</span>
            </span>
            {lines.length > 0 ? (
              <Tabs label="Scale of the chart" tabs={SCALES} chosen={scale} choose={setScale} />
            ) : null}
          </figcaption>
        </figure>
        <MarketFacts group={group} info={info} />
        {account && account.standing.positions.some((row) => row.market === market) ? (
          <p className="sr-only">Your liquidation price here: {triggerOf(account.standing, marketLeg(market))}</p>
        ) : null}
      </div>
    </Panel>
  );
}

function Cell({
  name,
  title,
  children,
}: {
  readonly name: string;
  readonly title?: string;
  readonly children: ReactNode;
}) {
  return (
    <div title={title}>
      <dt className="text-xs text-soft">{name}</dt>
      <dd className="num text-sm">{children}</dd>
    </div>
  );
}

function MarketFacts({ group, info }: { readonly group: GroupAnswer; readonly info: MarketInfo }) {
  const names = useNames();
  const unit = group.quoteToken === null ? '' : names.token(group.quoteToken);
  return (
    <dl className="grid grid-cols-2 gap-x-4 gap-y-3 sm:grid-cols-4">
      <Cell name="Funding an hour" title="Longs pay shorts; negative the other way round.">
        {percentOfMillionths(info.funding, 4)}
      </Cell>
      <Cell name={`Longs / shorts, ${unit}`}>
        {amount(info.longNotional.ui, 0)} / {amount(info.shortNotional.ui, 0)}
      </Cell>
      <Cell name="Cap of a side">
        {amount(info.openInterestCap.ui)} {names.market(info.market).replace(/-PERP$/, '')}
      </Cell>
      <Cell name={`Pool, ${unit}`} title="What all profit is paid from.">
        {amount(info.poolEquity.ui, 0)}
      </Cell>
      <Cell name="Taker fee">{percent(info.takerFee)}</Cell>
      <Cell name="Largest leverage">{(info.maxLeverage / 100).toFixed(1)}×</Cell>
      <Cell name="Liquidation fee">{percent(info.liquidationFee)}</Cell>
      <Cell name="Price band" title="How much the price is discounted for new risk, and for liquidations.">
        {percent(info.feed.initialBand)} / {percent(info.feed.liquidationBand)}
      </Cell>
    </dl>
  );
}
