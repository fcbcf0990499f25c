/** What stands in front of the shared fund: each bank's and each market's own insurance. */
import type { GroupAnswer } from '@breakwater-labs/client/margin';

import { useNames } from '../../chain/hooks';
import { amount, drawn, isZero } from '../../format';
import { Panel, Table } from '../../ui';
import { Meter } from '../../ui/Bars';

export function Tranches({ group, quote }: { readonly group: GroupAnswer; readonly quote: string }) {
  const names = useNames();
  const lost = (ui: string, unit: string) => (
    <td className={`num text-right ${isZero(ui) ? 'text-soft' : 'text-loss'}`}>
      {amount(ui)} {unit}
    </td>
  );
  return (
    <Panel title="Tranches">
      <Table
        caption="Own insurance of each token and market"
        head={[
          'Of',
          { name: 'Has', right: true },
          'Filled up to',
          { name: 'Losses beyond insurance so far', right: true },
        ]}
      >
        {group.tokens.map(({ token, tranche, trancheTarget, socialised }) => {
          const name = names.token(token);
          return (
            <tr key={`t${token}`}>
              <td>{name}</td>
              <td className="num text-right">
                {amount(tranche.ui)} {name}
              </td>
              <td className="min-w-40">
                <div className="num mb-1 text-xs text-soft">
                  {amount(trancheTarget.ui, 0)} {name}
                </div>
                <Meter
                  label={`Tranche of ${name}`}
                  words={`${amount(tranche.ui)} of ${amount(trancheTarget.ui)}`}
                  part={drawn(tranche.ui) / drawn(trancheTarget.ui)}
                />
              </td>
              {lost(socialised.ui, name)}
            </tr>
          );
        })}
        {group.markets.map(({ market, tranche, poolLosses }) => (
          <tr key={`m${market}`}>
            <td>{names.market(market)}</td>
            <td className="num text-right">
              {amount(tranche.ui)} {quote}
            </td>
            <td className="text-xs text-soft">no limit</td>
            {lost(poolLosses.ui, quote)}
          </tr>
        ))}
      </Table>
    </Panel>
  );
}
