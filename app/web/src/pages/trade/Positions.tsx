/** Positions and the orders that wait to close them. */
import { actions } from '@breakwater-labs/client';
import type { OrderRow, PositionRow } from '@breakwater-labs/client/margin';

import { useNames, useStore } from '../../chain/hooks';
import { amount, isNegative, isZero, price, time, usd } from '../../format';
import { useSend } from '../../send/context';
import { Button, Empty, Panel, Pill, Table, type Tone } from '../../ui';
import { useWallet } from '../../wallet/context';
import { useDesk } from './desk';
import { marketLeg, triggerOf } from './Header';

const toRight = (name: string) => ({ name, right: true as const });
const colour = (value: string): string => (isZero(value) ? '' : isNegative(value) ? 'text-loss' : 'text-gain');
const plus = (value: string, shown: string): string => (isZero(value) || isNegative(value) ? shown : `+${shown}`);

export function Positions() {
  const { account } = useDesk();
  if (account === null) return null;
  const rows = account.standing.positions;
  return (
    <Panel title="Positions">
      {rows.length === 0 ? (
        <Empty>No positions.</Empty>
      ) : (
        <Table
          caption="Positions"
          head={['Market', toRight('Size'), toRight('Worth'), toRight('Break-even'), toRight('Mark'), toRight('Profit or loss'), toRight('Liquidation price'), toRight('Matured profit'), 'Actions']}
        >
          {rows.map((row) => (
            <Position key={row.market} row={row} />
          ))}
        </Table>
      )}
    </Panel>
  );
}

const sideOf = ({ base }: PositionRow): { readonly name: string; readonly tone: Tone } => {
  if (isZero(base.native)) return { name: 'closed, to settle', tone: 'soft' };
  return isNegative(base.native) ? { name: 'short', tone: 'loss' } : { name: 'long', tone: 'gain' };
};

function Position({ row }: { readonly row: PositionRow }) {
  const { account, right, setTask, setMarket } = useDesk();
  const names = useNames();
  const { market, base, notional, breakEven, mark, pnl, matured } = row;
  const side = sideOf(row);
  const name = names.market(market);
  const act = (kind: 'reduce' | 'order' | 'settle') => {
    setMarket(market);
    setTask({ kind, market });
  };
  const isOpen = !isZero(base.native);
  return (
    <tr>
      <th scope="row" className="px-2 py-2 text-left font-medium whitespace-nowrap">
        {name} <Pill tone={side.tone}>{side.name}</Pill>
      </th>
      <td className="num text-right">{amount(base.ui.replace('-', ''))}</td>
      <td className="num text-right">{amount(notional.ui, 2)}</td>
      <td className="num text-right">{price(breakEven)}</td>
      <td className="num text-right">{price(mark)}</td>
      <td className={`num text-right ${colour(pnl.native)}`}>{plus(pnl.native, usd(row.value))}</td>
      <td className="num text-right">{account ? triggerOf(account.standing, marketLeg(market)) : '–'}</td>
      <td className="num text-right">{amount(matured.ui, 2)}</td>
      <td>
        {right === 'none' ? null : (
          <span className="flex gap-1">
            {isOpen ? (
              <Button small onClick={() => act('reduce')} aria-label={`Close ${name}`}>
                Close
              </Button>
            ) : null}
            {isOpen ? (
              <Button small onClick={() => act('order')} aria-label={`Order for ${name}`}>
                Order
              </Button>
            ) : null}
            <Button small onClick={() => act('settle')} aria-label={`Settle ${name}`}>
              Settle
            </Button>
          </span>
        )}
      </td>
    </tr>
  );
}

export function Orders() {
  const { account } = useDesk();
  if (account === null || account.orders.length === 0) return null;
  return (
    <Panel title="Orders">
      <Table caption="Orders" head={['Market', 'What', toRight('Trigger'), toRight('Size'), toRight('Worst price'), toRight('Reward'), 'Until', 'Actions']}>
        {account.orders.map((order) => (
          <Order key={order.slot} order={order} />
        ))}
      </Table>
    </Panel>
  );
}

/** The order in the words in which it was placed. */
export function meaningOf({ kind, closesLong }: Pick<OrderRow, 'kind' | 'closesLong'>): string {
  const what = closesLong ? 'long' : 'short';
  if (kind === 'health') return `Health, closes the ${what}`;
  return `${(kind === 'below') === closesLong ? 'Stop-loss' : 'Take-profit'} of the ${what}`;
}

function Order({ order }: { readonly order: OrderRow }) {
  const { address, right, group } = useDesk();
  const { directory } = useStore();
  const { address: wallet } = useWallet();
  const { send, isBusy } = useSend();
  const names = useNames();
  const name = names.market(order.market);
  const { slot, kind, trigger, size, limit, fee, expiresAt } = order;
  const isOver = expiresAt !== null && expiresAt <= group.time;
  const cancel = () => {
    if (wallet === null) return;
    void send(`Cancel the order for ${name}`, () => actions.cancelOrder(directory, { authority: wallet, account: address, slot }));
  };
  return (
    <tr>
      <th scope="row" className="px-2 py-2 text-left font-medium whitespace-nowrap">
        {name}
      </th>
      <td>{meaningOf(order)}</td>
      <td className="num text-right whitespace-nowrap">{kind === 'health' ? `factor ${amount(trigger)}` : `${kind === 'below' ? '≤' : '≥'} ${price(trigger)}`}</td>
      <td className="num text-right">{size ? amount(size.ui) : 'all'}</td>
      <td className="num text-right">{limit === null ? 'any' : price(limit)}</td>
      <td className="num text-right">{amount(fee.ui)}</td>
      <td>{expiresAt === null ? 'no end' : isOver ? <Pill tone="warn">expired</Pill> : time(expiresAt)}</td>
      <td>
        {right === 'none' ? null : (
          <Button small disabled={isBusy} onClick={cancel} aria-label={`Cancel the order for ${name} at ${trigger}`}>
            Cancel
          </Button>
        )}
      </td>
    </tr>
  );
}
