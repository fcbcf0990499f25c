/** Ages of all prices: a keeper acts on none that are old. */
import type { GroupAnswer } from '@breakwater-labs/client/margin';

import { useNames } from '../../chain/hooks';
import { Panel, Table } from '../../ui';
import { Confidence, FeedAge, FeedPrice } from '../markets/Feed';

export function Feeds({ group }: { readonly group: GroupAnswer }) {
  const names = useNames();
  const feeds = [
    ...group.tokens.map(({ token, feed }) => ({ name: names.token(token), feed })),
    ...group.markets.map(({ market, feed }) => ({ name: names.market(market), feed })),
  ];
  return (
    <Panel title="Prices">
      <Table
        caption="Prices with their age and confidence"
        head={[
          'Feed',
          { name: 'Price', right: true },
          { name: 'Confidence', right: true },
          { name: 'Age', right: true },
        ]}
      >
        {feeds.map(({ name, feed }) => (
          <tr key={name}>
            <td>{name}</td>
            <td className="text-right">
              <FeedPrice feed={feed} />
            </td>
            <td className="text-right text-soft">
              <Confidence feed={feed} />
            </td>
            <td className="text-right">
              <FeedAge feed={feed} />
            </td>
          </tr>
        ))}
      </Table>
    </Panel>
  );
}
