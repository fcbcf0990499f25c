/** The panel at the side: what the trader is about to do. */
import { useEffect, useRef } from 'react';

import { useNames } from '../../chain/hooks';
import { amount, isZero } from '../../format';
import { Empty, Panel, Tabs } from '../../ui';
import { type Task, useDesk } from './desk';
import { OrderForm } from './OrderForm';
import { PerpForm } from './PerpForm';
import { Submit } from './Submit';
import { TokenForm } from './TokenForm';

const TABS = [
  { id: 'trade', name: 'Trade' },
  { id: 'deposit', name: 'Deposit' },
  { id: 'withdraw', name: 'Withdraw' },
  { id: 'borrow', name: 'Borrow' },
  { id: 'repay', name: 'Repay' },
] as const;
type Tab = (typeof TABS)[number]['id'];

/** The tab that a task belongs to. */
export const tabOf = ({ kind }: Task): Tab =>
  kind === 'reduce' || kind === 'settle' || kind === 'order' ? 'trade' : kind;

export function Actions() {
  const { group, task, setTask, market } = useDesk();
  const choose = (tab: Tab) => {
    if (tab === 'trade') setTask({ kind: 'trade', market: market ?? 0, isLong: true });
    else
      setTask({ kind: tab, token: 'token' in task ? task.token : (group.quoteToken ?? group.tokens[0]?.token ?? 0) });
  };
  const place = useRef<HTMLDivElement>(null);
  const isFirst = useRef(true);
  // A button in a table brings its form into view; the page itself does not jump when it opens.
  useEffect(() => {
    const here = place.current;
    const from = document.activeElement;
    if (isFirst.current) isFirst.current = false;
    else if (here && from instanceof HTMLButtonElement && !here.contains(from)) {
      here.focus({ preventScroll: true });
      if (here.getBoundingClientRect().top < 0) here.scrollIntoView({ block: 'start' });
    }
  }, [task]);
  return (
    <div ref={place} tabIndex={-1} className="scroll-mt-2 rounded-xl outline-offset-[-2px]">
      <Panel title="Act">
        <div className="grid gap-4">
          <div className="[&>div]:flex [&_button]:flex-1 [&_button]:px-1">
            <Tabs label="What to do" tabs={TABS} chosen={tabOf(task)} choose={choose} />
          </div>
          <Form task={task} />
        </div>
      </Panel>
    </div>
  );
}

function Form({ task }: { readonly task: Task }) {
  switch (task.kind) {
    case 'trade':
      return <PerpForm market={task.market} side={task.isLong ? 'long' : 'short'} />;
    case 'reduce':
      return <PerpForm market={task.market} side="reduce" />;
    case 'settle':
      return <Settle market={task.market} />;
    case 'order':
      return <OrderForm key={task.market} market={task.market} />;
    default:
      return <TokenForm kind={task.kind} token={task.token} />;
  }
}

/** Turns a position's matured profit, or its loss, into quote tokens. */
function Settle({ market }: { readonly market: number }) {
  const { account, group, setTask } = useDesk();
  const names = useNames();
  const row = account?.standing.positions.find((row) => row.market === market);
  const quote = group.quoteToken === null ? '' : names.token(group.quoteToken);
  if (!row) return <Empty>There is no position in {names.market(market)}.</Empty>;
  return (
    <Submit
      intent={{ settle: { market, amount: 'all' } }}
      missing=""
      problem={null}
      title={`Settle ${names.market(market)}`}
      token={null}
      market={market}
      onDone={() => setTask({ kind: 'trade', market, isLong: true })}
    >
      <p className="text-sm text-soft">
        Settling turns what the position has won or lost into {quote} of this account; the position itself stays. Profit
        takes time to mature first
        {isZero(row.matured.native) ? '; none has yet' : `: ${amount(row.matured.ui, 2)} ${quote} has`}.
      </p>
    </Submit>
  );
}
