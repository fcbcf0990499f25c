/** All tokens in a table; each can be opened. */
import type { GroupAnswer } from '@breakwater-labs/client/margin';
import { Fragment, useState } from 'react';

import { useNames } from '../../chain/hooks';
import { amount, percent, percentOfMillionths, usd } from '../../format';
import { Empty, Panel, Table } from '../../ui';
import { Meter } from '../../ui/Bars';
import { FeedAge, FeedPrice } from './Feed';
import { Opener } from './Opener';
import { TokenDetails, TokenState } from './Token';

export function Tokens({ group }: { readonly group: GroupAnswer }) {
  const names = useNames();
  const [open, setOpen] = useState<number | null>(group.tokens[0]?.token ?? null);
  const head = [
    'Token',
    { name: 'Price', right: true },
    { name: 'Age', right: true },
    { name: 'Deposits', right: true },
    { name: 'Debts', right: true },
    'Utilisation',
    { name: 'Borrow, a year', right: true },
    { name: 'Deposit, a year', right: true },
    'State',
  ] as const;
  return (
    <Panel title="Tokens">
      {group.tokens.length === 0 ? <Empty>No token is listed yet.</Empty> : null}
      <Table caption="Tokens with prices, deposits, debts and rates" head={head}>
        {group.tokens.map((token) => {
          const name = names.token(token.token);
          const isOpen = open === token.token;
          const { utilisation } = token.rates;
          return (
            <Fragment key={token.token}>
              <tr>
                <td>
                  <Opener
                    name={name}
                    isOpen={isOpen}
                    controls={`token-${token.token}`}
                    toggle={() => setOpen(isOpen ? null : token.token)}
                  />
                </td>
                <td className="text-right">
                  <FeedPrice feed={token.feed} />
                </td>
                <td className="text-right">
                  <FeedAge feed={token.feed} />
                </td>
                <td className="num text-right">
                  {amount(token.deposits.ui, 2)}
                  <div className="text-xs text-soft">{usd(token.depositsValue, 0)}</div>
                </td>
                <td className="num text-right">
                  {amount(token.debts.ui, 2)}
                  <div className="text-xs text-soft">{usd(token.debtsValue, 0)}</div>
                </td>
                <td className="min-w-28">
                  <div className="num mb-1 text-xs">{percentOfMillionths(utilisation)}</div>
                  <Meter
                    label={`Utilisation of ${name}`}
                    words={`${percentOfMillionths(utilisation)}, the curve bends at ${percent(token.kink, 0)}`}
                    part={utilisation / 1_000_000}
                    line={token.kink / 10_000}
                    fill={utilisation > token.kink * 100 ? 'warn' : 'accent'}
                  />
                </td>
                <td className="num text-right text-warn">{percentOfMillionths(token.rates.borrow)}</td>
                <td className="num text-right text-gain">{percentOfMillionths(token.rates.deposit)}</td>
                <td>
                  <TokenState token={token} />
                </td>
              </tr>
              {isOpen ? (
                <tr id={`token-${token.token}`}>
                  <td colSpan={head.length} className="bg-raised/30">
                    <div className="sticky left-0 max-w-[calc(100vw-4rem)] p-2 lg:max-w-none">
                      <TokenDetails token={token} name={name} />
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
