/** Liquidations as they happen, each verified in this browser, with losses and what insurance gained and paid. */
import type { GroupAnswer } from '@breakwater-labs/client/margin';
import type { Address } from '@solana/kit';
import { useMemo } from 'react';

import { useGroup, useNames, useSnapshot } from '../../chain/hooks';
import { Empty, Notice, Panel, Stat } from '../../ui';
import { Chain } from './Chain';
import { Feed } from './Feed';
import { Flows } from './Flows';
import { Losses } from './Losses';
import { useHistory } from './useHistory';
import { useReceipts } from './useReceipts';
import { added, type Flow, flowText, KINDS, tell } from './words';

export default function Liquidations() {
  const group = useGroup();
  const { link } = useSnapshot();
  return (
    <div className="space-y-4">
      <h1 className="sr-only">Liquidations</h1>
      {group ? (
        <Shown group={group} />
      ) : (
        <Panel title="Receipts">
          <Empty>{link === 'loading' ? 'The group is being read…' : 'The group could not be read.'}</Empty>
        </Panel>
      )}
    </div>
  );
}

function Shown({ group }: { readonly group: GroupAnswer }) {
  const names = useNames();
  const log = group.receipts;
  const receipts = useHistory((log?.address ?? null) as Address | null);
  const insurance = useHistory((group.fund?.address ?? null) as Address | null);
  const checked = useReceipts(receipts.known, log);
  const totals = useMemo(() => {
    const told = checked?.flatMap(({ row }) => (row ? [tell(row, group, names)] : [])) ?? [];
    return {
      kinds: Object.values(KINDS).map((kind) => [kind, told.filter(({ what }) => what === kind).length] as const),
      gained: added(told.map(({ gained }) => gained)),
      paid: added(told.map(({ paid }) => paid)),
      borne: added(told.map(({ borne }) => borne)),
    };
    // Names and decimals do not change with a reading.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [checked, group.tokens.length, group.markets.length]);
  const text = (flows: readonly Flow[]) =>
    flows.length === 0 ? 'none' : flows.map((flow) => <div key={flow.token}>{flowText(flow, group, names)}</div>);
  return (
    <>
      {log ? null : <Notice>This group keeps no receipts yet, so nobody can be liquidated.</Notice>}
      {group.pause?.actions.includes('liquidate') ? (
        <Notice tone="loss">Liquidations are paused in the whole group.</Notice>
      ) : null}
      <div className="flex flex-wrap gap-x-10 gap-y-3 px-1">
        {totals.kinds.map(([kind, count]) => (
          <Stat key={kind} name={kind} tone={count === 0 ? 'soft' : 'plain'}>
            {count}
          </Stat>
        ))}
      </div>
      <div className="grid grid-cols-1 gap-4 xl:grid-cols-[minmax(0,1fr)_22rem]">
        <Feed group={group} checked={checked} followed={receipts} />
        <div className="space-y-4">
          {log ? <Chain log={log} checked={checked} isWhole={receipts.known?.isWhole ?? false} /> : null}
          <Panel title="Sums of the receipts shown">
            <dl className="num space-y-2 text-sm">
              {(
                [
                  ['Liquidations brought to insurance', totals.gained],
                  ['Insurance paid', totals.paid],
                  ['Borne by lenders, pools, winners', totals.borne],
                ] as const
              ).map(([name, flows]) => (
                <div key={name} className="flex justify-between gap-3">
                  <dt className="text-soft">{name}</dt>
                  <dd className="text-right">{text(flows)}</dd>
                </div>
              ))}
            </dl>
          </Panel>
          <Flows group={group} followed={insurance} />
        </div>
      </div>
      <Losses group={group} />
    </>
  );
}
