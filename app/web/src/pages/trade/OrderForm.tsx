/** Leaves an order that closes a position while its owner is away. */
import { actions } from '@breakwater-labs/client';
import { MarginRefused } from '@breakwater-labs/client/margin';
import { useState } from 'react';

import { marketOf, tokenOf, useNames, useStore } from '../../chain/hooks';
import { factor, isNegative, isZero, price } from '../../format';
import { useSend } from '../../send/context';
import { AmountField, Button, Empty, Notice, Select, Tabs } from '../../ui';
import { useWallet } from '../../wallet/context';
import { useDesk } from './desk';
import { freeSlot, type OrderKind, ORDER_SLOTS, reached, written } from './orders';
import { useReason } from './Submit';
import { triggerOf, marketLeg } from './Header';

const KINDS = [
  { id: 'stop', name: 'Stop-loss' },
  { id: 'target', name: 'Take-profit' },
  { id: 'health', name: 'Health' },
] as const;

const LASTS = [
  { id: 0, name: 'until it is cancelled' },
  { id: 86_400, name: '1 day' },
  { id: 604_800, name: '7 days' },
];

const MEANING: Record<OrderKind, string> = {
  stop: 'Closes when the price has moved against you to the trigger.',
  target: 'Closes when the price has moved in your favour to the trigger.',
  health: 'Closes when the health factor of the account is at or below the trigger; a liquidation begins below 1.',
};

/** In place of the health factor of an account that answers for nothing. */
const ANY_FACTOR = 2n ** 64n;

export function OrderForm({ market }: { readonly market: number }) {
  const { group, account, address } = useDesk();
  const store = useStore();
  const names = useNames();
  const { address: wallet } = useWallet();
  const { send, isBusy } = useSend();
  const forbidden = useReason(false);
  const [kind, setKind] = useState<OrderKind>('stop');
  const [trigger, setTrigger] = useState('');
  const [limit, setLimit] = useState('');
  const [size, setSize] = useState('');
  const [fee, setFee] = useState('1');
  const [lasts, setLasts] = useState(0);
  const info = marketOf(group, market);
  const row = account?.standing.positions.find((row) => row.market === market && !isZero(row.base.native));
  if (!info || !row || account === null) return <Empty>There is no position in {names.market(market)} to close.</Empty>;
  const quote = group.quoteToken === null ? null : tokenOf(group, group.quoteToken);
  const unit = group.quoteToken === null ? '' : names.token(group.quoteToken);
  const closesLong = !isNegative(row.base.native);
  const told = (() => {
    try {
      return written(
        {
          kind,
          market,
          closesLong,
          trigger,
          limit,
          size,
          fee,
          baseDecimals: info.decimals,
          quoteDecimals: quote?.decimals ?? 0,
          expiresAt: lasts === 0 ? 0 : group.time + lasts,
        },
        (price) => store.margin.mark(market, price),
      );
    } catch (error) {
      if (error instanceof MarginRefused) return { order: null, problem: error.message };
      throw error;
    }
  })();
  // Marks of the program are compared, not prices: the order is judged by them.
  const now =
    kind === 'health' ? BigInt(account.standing.health.factor ?? ANY_FACTOR) : store.margin.mark(market, row.mark);
  const isReached = told.order !== null && reached(told.order, now);
  const slot = freeSlot(account.orders.map(({ slot }) => slot));
  const full = slot === null ? `All ${ORDER_SLOTS} places for orders are taken: cancel one first.` : null;
  const reason = forbidden ?? full ?? told.problem ?? (told.order ? null : 'Say at which trigger.');
  const submit = async () => {
    if (wallet === null || told.order === null || slot === null) return;
    const { order } = told;
    const title = `${KINDS.find(({ id }) => id === kind)?.name} for ${names.market(market)}`;
    const done = await send(title, () =>
      actions.placeOrder(store.directory, { authority: wallet, account: address, slot, order }),
    );
    if (done !== false) setTrigger('');
  };
  return (
    <div className="grid gap-3">
      <p className="text-sm">
        Order for your {closesLong ? 'long' : 'short'} in {names.market(market)}
      </p>
      <Tabs label="Kind of order" tabs={KINDS} chosen={kind} choose={setKind} />
      <p className="text-xs text-soft">{MEANING[kind]}</p>
      <AmountField
        label={kind === 'health' ? 'Health factor' : 'Trigger price'}
        unit={kind === 'health' ? '' : unit}
        value={trigger}
        set={setTrigger}
      />
      <p className="text-xs text-soft">
        Now: {kind === 'health' ? factor(account.standing.health.factor) : price(row.mark)}; liquidation price{' '}
        {triggerOf(account.standing, marketLeg(market))}.
      </p>
      <AmountField
        label="Size, empty for all of it"
        unit={names.market(market).replace(/-PERP$/, '')}
        value={size}
        set={setSize}
      />
      <AmountField label="Worst price, empty for any" unit={unit} value={limit} set={setLimit} />
      <AmountField label="Reward for whoever carries it out" unit={unit} value={fee} set={setFee} />
      <Select label="Lasts" chosen={lasts} choose={setLasts} options={LASTS} />
      {isReached ? (
        <Notice>The trigger has been reached already: the order would be carried out at once.</Notice>
      ) : null}
      <Button
        kind="main"
        disabled={reason !== null || isBusy}
        onClick={() => void submit()}
        aria-describedby="order-reason"
      >
        Place order
      </Button>
      <p id="order-reason" className="min-h-4 text-center text-xs text-soft">
        {reason}
      </p>
      <Notice tone="soft">
        Anybody may carry the order out once the accepted price is at the trigger; it is filled at the price of that
        moment, not at the trigger. It costs nothing until then.
      </Notice>
    </div>
  );
}
