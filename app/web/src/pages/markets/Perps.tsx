/** All perp markets in a table; each can be opened. */
import type { GroupAnswer } from '@breakwater-labs/client/margin';
import { Fragment, useState } from 'react';

import { useNames } from '../../chain/hooks';
import { amount, isZero, percent, price } from '../../format';
import { Empty, Panel, Table } from '../../ui';
import { FeedAge } from './Feed';
import { Funding, MarketDetails, MarketState, Skew } from './Market';
import { Opener } from './Opener';

export function Perps({ group }: { readonly group: GroupAnswer }) {
  const names = useNames();
  const [open, setOpen] = useState<number | null>(group.markets[0]?.market ?? null);
  const quote = group.quoteToken === null ? 'quote' : names.token(group.quoteToken);
  const head = [
    'Market',
    { name: 'Index', right: true },
    { name: 'Age', right: true },
    'Longs against shorts',
    { name: 'Funding, an hour', right: true },
    { name: `Pool, ${quote}`, right: true },
    { name: 'Fee', right: true },
    { name: 'Leverage', right: true },
    'State',
  ] as const;
  return (
    <Panel title="Perpetual markets">
      {group.markets.length === 0 ? <Empty>No market is listed yet.</Empty> : null}
      <Table caption="Perpetual markets with open interest, funding and pools" head={head}>
        {group.markets.map((market) => {
          const name = names.market(market.market);
          const isOpen = open === market.market;
          return (
            <Fragment key={market.market}>
              <tr>
                <td>
                  <Opener
                    name={name}
                    isOpen={isOpen}
                    controls={`market-${market.market}`}
                    toggle={() => setOpen(isOpen ? null : market.market)}
                  />
                </td>
                <td className="num text-right">{price(market.mark)}</td>
                <td className="text-right">
                  <FeedAge feed={market.feed} />
                </td>
                <td className="min-w-44">
                  <div className="num mb-1 flex justify-between gap-3 text-xs">
                    <span className="text-gain">{amount(market.longNotional.ui, 0)}</span>
                    <span className="text-loss">{amount(market.shortNotional.ui, 0)}</span>
                  </div>
                  <Skew market={market} name={name} />
                </td>
                <td className="text-right whitespace-nowrap">
                  <Funding market={market} />
                </td>
                <td className="num text-right">
                  {amount(market.poolEquity.ui, 0)}
                  {isZero(market.deficit.ui) ? null : (
                    <div className="text-xs text-loss">deficit {amount(market.deficit.ui, 2)}</div>
                  )}
                </td>
                <td className="num text-right">{percent(market.takerFee)}</td>
                <td className="num text-right">{market.maxLeverage / 100}×</td>
                <td>
                  <MarketState market={market} />
                </td>
              </tr>
              {isOpen ? (
                <tr id={`market-${market.market}`}>
                  <td colSpan={head.length} className="bg-raised/30">
                    <div className="sticky left-0 max-w-[calc(100vw-4rem)] p-2 lg:max-w-none">
                      <MarketDetails market={market} name={name} quote={quote} />
                    </div>
                  </td>
                </tr>
              ) : null}
            </Fragment>
          );
        })}
      </Table>
    </Panel>
  );
}
