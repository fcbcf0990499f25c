/** Orders that wait to close positions. */
import { actions } from '@breakwater-labs/client';
import type { OrderRow } from '@breakwater-labs/client/margin';

import { useNames, useStore } from '../../chain/hooks';
import { amount, price, time } from '../../format';
import { useSend } from '../../send/context';
import { Button, Panel, Pill } from '../../ui';
import { type Column, Rows } from '../../ui/Rows';
import { useWallet } from '../../wallet/context';
import { useDesk } from './desk';

/** The order in the words in which it was placed. */
export function meaningOf({ kind, closesLong }: Pick<OrderRow, 'kind' | 'closesLong'>): string {
  const what = closesLong ? 'long' : 'short';
  if (kind === 'health') return `Health, closes the ${what}`;
  return `${(kind === 'below') === closesLong ? 'Stop-loss' : 'Take-profit'} of the ${what}`;
}

const triggerOf = ({ kind, trigger }: OrderRow): string =>
  kind === 'health' ? `factor ${amount(trigger)}` : `${kind === 'below' ? '≤' : '≥'} ${price(trigger)}`;

export function Orders() {
  const { account, right, address, group } = useDesk();
  const { directory } = useStore();
  const { address: wallet } = useWallet();
  const { send, isBusy } = useSend();
  const names = useNames();
  if (account === null || account.orders.length === 0) return null;
  const columns: readonly Column<OrderRow>[] = [
    { name: 'What', cell: meaningOf },
    { name: 'Trigger', right: true, cell: triggerOf },
    { name: 'Size', right: true, cell: ({ size }) => (size ? amount(size.ui) : 'all') },
    { name: 'Worst price', right: true, cell: ({ limit }) => (limit === null ? 'any' : price(limit)) },
    { name: 'Reward', right: true, cell: ({ fee }) => amount(fee.ui) },
    {
      name: 'Until',
      cell: ({ expiresAt }) =>
        expiresAt === null ? 'no end' : expiresAt <= group.time ? <Pill tone="warn">expired</Pill> : time(expiresAt),
    },
  ];
  const cancel = ({ slot, market }: OrderRow) => {
    if (wallet === null) return;
    void send(`Cancel the order for ${names.market(market)}`, () =>
      actions.cancelOrder(directory, { authority: wallet, account: address, slot }),
    );
  };
  const button = (order: OrderRow) => (
    <Button
      small
      disabled={isBusy}
      onClick={() => cancel(order)}
      aria-label={`Cancel the order for ${names.market(order.market)} at ${order.trigger}`}
    >
      Cancel
    </Button>
  );
  return (
    <Panel title="Orders">
      <Rows
        caption="Table of orders"
        head={{ name: 'Market', cell: ({ market }) => names.market(market) }}
        columns={columns}
        rows={account.orders}
        keyOf={({ slot }) => slot}
        actions={right === 'none' ? null : button}
      />
    </Panel>
  );
}
