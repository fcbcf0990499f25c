/** Positions: what they have won or lost, and where they end. */
import type { PositionRow } from '@breakwater-labs/client/margin';

import { useNames } from '../../chain/hooks';
import { amount, isNegative, isZero, price, usd } from '../../format';
import { Button, Empty, Panel, Pill, type Tone } from '../../ui';
import { type Column, Rows } from '../../ui/Rows';
import { useDesk } from './desk';
import { marketLeg, triggerOf } from './Header';

const colour = (value: string): string => (isZero(value) ? '' : isNegative(value) ? 'text-loss' : 'text-gain');
const plus = (value: string, shown: string): string => (isZero(value) || isNegative(value) ? shown : `+${shown}`);

const sideOf = ({ base }: PositionRow): { readonly name: string; readonly tone: Tone } => {
  if (isZero(base.native)) return { name: 'closed, to settle', tone: 'soft' };
  return isNegative(base.native) ? { name: 'short', tone: 'loss' } : { name: 'long', tone: 'gain' };
};

export function Positions() {
  const { account, right, setTask } = useDesk();
  const names = useNames();
  if (account === null) return null;
  const { standing } = account;
  const columns: readonly Column<PositionRow>[] = [
    { name: 'Size', right: true, cell: ({ base }) => amount(base.ui.replace('-', '')) },
    { name: 'Worth', right: true, wide: true, cell: ({ notional }) => amount(notional.ui, 2) },
    { name: 'Break-even', right: true, cell: ({ breakEven }) => price(breakEven) },
    { name: 'Mark', right: true, cell: ({ mark }) => price(mark) },
    {
      name: 'Profit or loss',
      right: true,
      cell: ({ pnl, value }) => <span className={colour(pnl.native)}>{plus(pnl.native, usd(value))}</span>,
    },
    { name: 'Liquidation price', right: true, cell: ({ market }) => triggerOf(standing, marketLeg(market)) },
    { name: 'Matured profit', right: true, wide: true, cell: ({ matured }) => amount(matured.ui, 2) },
  ];
  const head: Column<PositionRow> = {
    name: 'Market',
    cell: (row) => (
      <>
        {names.market(row.market)} <Pill tone={sideOf(row).tone}>{sideOf(row).name}</Pill>
      </>
    ),
  };
  const actions = ({ market, base }: PositionRow) => {
    const button = (kind: 'reduce' | 'order' | 'settle', verb: string) => (
      <Button key={kind} small onClick={() => setTask({ kind, market })} aria-label={`${verb} ${names.market(market)}`}>
        {verb}
      </Button>
    );
    const settle = button('settle', 'Settle');
    return isZero(base.native) ? settle : [button('reduce', 'Close'), button('order', 'Order'), settle];
  };
  return (
    <Panel title="Positions">
      {standing.positions.length === 0 ? (
        <Empty>No positions.</Empty>
      ) : (
        <Rows
          caption="Table of positions"
          head={head}
          columns={columns}
          rows={standing.positions}
          keyOf={({ market }) => market}
          actions={right === 'none' ? null : actions}
        />
      )}
    </Panel>
  );
}
