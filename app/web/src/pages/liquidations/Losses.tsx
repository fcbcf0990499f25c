/** Bad debt so far and who bore it. */
import type { GroupAnswer } from '@breakwater-labs/client/margin';

import { useNames } from '../../chain/hooks';
import { amount, isZero } from '../../format';
import { Panel, Table } from '../../ui';

export function Losses({ group }: { readonly group: GroupAnswer }) {
  const names = useNames();
  const quote = group.quoteToken === null ? '' : names.token(group.quoteToken);
  const cell = (ui: string, unit: string) => (
    <td className={`num text-right ${isZero(ui) ? 'text-soft' : 'text-loss'}`}>
      {amount(ui)} {unit}
    </td>
  );
  return (
    <Panel title="Bad debt so far">
      <Table
        caption="Losses that insurance did not cover, and what insurance has"
        head={[
          'Where',
          { name: 'Borne by lenders or pool', right: true },
          { name: 'Owed still', right: true },
          { name: 'Tranche', right: true },
        ]}
      >
        {group.tokens.map(({ token, socialised, tranche }) => (
          <tr key={`t${token}`}>
            <td>{names.token(token)}</td>
            {cell(socialised.ui, names.token(token))}
            <td className="text-right text-soft">–</td>
            <td className="num text-right">
              {amount(tranche.ui)} {names.token(token)}
            </td>
          </tr>
        ))}
        {group.markets.map(({ market, poolLosses, deficit, tranche }) => (
          <tr key={`m${market}`}>
            <td>{names.market(market)}</td>
            {cell(poolLosses.ui, quote)}
            {cell(deficit.ui, quote)}
            <td className="num text-right">
              {amount(tranche.ui)} {quote}
            </td>
          </tr>
        ))}
      </Table>
    </Panel>
  );
}
