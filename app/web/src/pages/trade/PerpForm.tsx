/** Opens, increases, reduces or closes a position. */
import { MarginRefused } from '@breakwater-labs/client/margin';
import { useState } from 'react';

import { marketOf, useMost, useNames, useStore } from '../../chain/hooks';
import { amount as shownAmount, isNegative, isZero, price } from '../../format';
import { AmountField, Empty, Notice, Select, Slider, Tabs } from '../../ui';
import { type Desk, useDesk } from './desk';
import type { TraderIntent } from './intents';
import { Submit } from './Submit';
import { parsed } from './TokenForm';
import { plain } from './units';
import { pausedOf, sentence } from './words';

const SLIPPAGES = [10, 50, 100, 200] as const;
/** Steps of the leverage slider, bps. */
const LEVERAGE_STEP = 1_000;

/** Side of a trade, or less of what is there. */
type Side = 'long' | 'short' | 'reduce';

/** What the form means; a reduction of all says so. */
export function intentOf(side: Side, market: number, size: bigint, isAll: boolean, slippage: number): TraderIntent {
  if (side === 'reduce') return { reduce: { market, size: isAll ? 'all' : size.toString(), slippage } };
  return { trade: { market, delta: (side === 'long' ? size : -size).toString(), slippage } };
}

/** Largest leverage of a market as the slider counts it. */
export const leverageSteps = (maxLeverage: number): number =>
  Math.max(1, Math.floor((maxLeverage * 100) / LEVERAGE_STEP));

/** The slider begins where the account is. */
export const firstSteps = (leverage: number, maxLeverage: number): number =>
  Math.min(leverageSteps(maxLeverage), Math.max(1, Math.ceil(leverage / LEVERAGE_STEP)));

export function PerpForm({ market, side }: { readonly market: number; readonly side: Side }) {
  const { group, setTask, account, setMarket } = useDesk();
  const info = marketOf(group, market);
  if (!info) return <Empty>This group has no markets.</Empty>;
  const held = account?.standing.positions.find((row) => row.market === market && !isZero(row.base.native));
  const choose = (side: Side) =>
    setTask(side === 'reduce' ? { kind: 'reduce', market } : { kind: 'trade', market, isLong: side === 'long' });
  const sides = [
    { id: 'long' as const, name: 'Long' },
    { id: 'short' as const, name: 'Short' },
    ...(held ? [{ id: 'reduce' as const, name: 'Reduce' }] : []),
  ];
  const chosen = side === 'reduce' && !held ? 'long' : side;
  return (
    <div className="grid gap-3">
      <MarketChoice group={group} market={market} setMarket={setMarket} />
      <div className="[&>div]:flex [&_button]:flex-1">
        <Tabs label="Side" tabs={sides} chosen={chosen} choose={choose} />
      </div>
      <Form key={`${market}-${chosen}`} market={market} side={chosen} />
    </div>
  );
}

/** Which market the form, the chart and the facts are about. */
export function MarketChoice({ group, market, setMarket }: Pick<Desk, 'group' | 'market' | 'setMarket'>) {
  const names = useNames();
  const options = group.markets.map(({ market }) => ({ id: market, name: names.market(market) }));
  return <Select label="Market" chosen={market ?? 0} choose={setMarket} options={options} />;
}

function Form({ market, side }: { readonly market: number; readonly side: Side }) {
  const { group, address, owner, account } = useDesk();
  const { margin } = useStore();
  const names = useNames();
  const [text, setText] = useState('');
  const [isAll, setAll] = useState(false);
  const [steps, setSteps] = useState(() =>
    firstSteps(account?.standing.health.leverage ?? 0, marketOf(group, market)?.maxLeverage ?? 0),
  );
  const [slippage, setSlippage] = useState<number>(SLIPPAGES[1]);
  const [refusal, setRefusal] = useState<string | null>(null);
  const info = marketOf(group, market);
  const isLong = side === 'long';
  const told = useMost(
    address,
    owner,
    side === 'reduce' ? { reduce: { market } } : { open: { market, isLong, leverage: null } },
  );
  if (!info) return null;
  const base = names.market(market).replace(/-PERP$/, '');
  const { amount, problem } = parsed(text, info.decimals);
  const row = account?.standing.positions.find((row) => row.market === market);
  const write = (size: string, all = false) => {
    setText(size);
    setAll(all);
    setRefusal(null);
  };
  const lever = (steps: number) => {
    setSteps(steps);
    try {
      write(plain(margin.most(address, owner, { open: { market, isLong, leverage: steps * LEVERAGE_STEP } }).ui));
    } catch (error) {
      if (!(error instanceof MarginRefused)) throw error;
      write('');
      setRefusal(error.message);
    }
  };
  const paused =
    pausedOf(info.pause, `in ${names.market(market)}`, group.time) ??
    pausedOf(group.pause, 'in the whole group', group.time);
  const meansAll = isAll && side === 'reduce' && told.answer?.native === row?.base.native.replace('-', '');
  return (
    <Submit
      intent={amount === null ? null : intentOf(side, market, amount, meansAll, slippage)}
      missing={side === 'reduce' ? 'Say how much to close.' : 'Say how much, or choose a leverage.'}
      problem={problem}
      title={titleOf(side, text, base, meansAll)}
      token={null}
      market={market}
      onDone={() => write('')}
    >
      {side === 'reduce' && row ? (
        <p className="text-sm text-soft">
          You have {isNegative(row.base.native) ? 'a short' : 'a long'} of{' '}
          <span className="num text-text">{shownAmount(row.base.ui.replace('-', ''))}</span> {base}; mark{' '}
          <span className="num text-text">{price(row.mark)}</span>.
        </p>
      ) : null}
      <AmountField
        label={`Size, in multiples of ${shownAmount(info.lot.ui)}`}
        unit={base}
        value={text}
        set={(value) => write(value)}
        most={told.answer ? shownAmount(told.answer.ui) : null}
        onMost={told.answer ? () => write(plain(told.answer.ui), true) : undefined}
        problem={problem}
      />
      {side === 'reduce' ? null : (
        <Slider
          label="Leverage of the account"
          min={1}
          max={leverageSteps(info.maxLeverage)}
          step={1}
          value={steps}
          set={lever}
          show={(steps) => `${(steps / 10).toFixed(1)}×`}
        />
      )}
      <Select
        label="Slippage: how much worse than shown it may be filled"
        chosen={slippage}
        choose={setSlippage}
        options={SLIPPAGES.map((id) => ({ id, name: `${id / 100} %` }))}
      />
      {refusal ? (
        <p className="text-xs text-warn">At this leverage nothing can be opened. {sentence(refusal)}</p>
      ) : null}
      {told.refused && !refusal && amount === null ? (
        <p className="text-xs text-warn">
          Nothing can be {side === 'reduce' ? 'closed' : 'opened'} now. {sentence(told.refused.message)}
        </p>
      ) : null}
      {info.status === 'active' ? null : <Notice>{STATUSES[info.status] ?? info.status}</Notice>}
      {paused ? <Notice>{paused}</Notice> : null}
    </Submit>
  );
}

export const STATUSES: Record<string, string> = {
  reduceOnly: 'This market only takes trades that make a position smaller.',
  paused: 'This market is paused.',
  expired: 'This market has ended: positions can only be closed.',
};

function titleOf(side: Side, text: string, base: string, all: boolean): string {
  if (side === 'reduce') return all ? `Close the ${base} position` : `Reduce by ${text} ${base}`;
  return `${side === 'long' ? 'Buy' : 'Sell'} ${text} ${base}`;
}
