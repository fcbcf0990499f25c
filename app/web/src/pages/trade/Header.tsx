/** How the account stands: equity, health factor, the levels, and what each leg contributes. */
import type { Standing } from '@breakwater-labs/client/margin';

import { useNames } from '../../chain/hooks';
import { drawn, factor, isNegative, isZero, percent, price, usd } from '../../format';
import { Empty, Panel, Pill, Stat, type Tone } from '../../ui';
import { HealthBar, type Piece } from '../../ui/HealthBar';
import { AtTrigger } from './AtTrigger';
import { CloseAccount } from './CloseAccount';
import { useDesk } from './desk';
import { OldPrices } from './Feed';
import { UpgradeAccount } from './UpgradeAccount';
import { MARKET_LEG, nearest, stageOf, whenOf } from './words';

export const toneOf = (value: string): Tone => (isNegative(value) ? 'loss' : 'plain');

/** Leverage for people. */
export const times = (bps: number | null): string => (bps === null ? '–' : `${(bps / 10_000).toFixed(2)}×`);

type Names = ReturnType<typeof useNames>;

/** What each leg contributes to the level that decides over a breach's depth. */
export function piecesOf(standing: Standing, names: Names): Piece[] {
  const tokens = standing.tokens.map(({ token, isDebt, maintenance }) => ({
    name: `${names.token(token)} ${isDebt ? 'debt' : 'deposit'}`,
    shown: usd(maintenance),
    drawn: drawn(maintenance),
  }));
  const positions = standing.positions.map(({ market, base, maintenance }) => ({
    name: `${names.market(market)} ${isNegative(base.native) ? 'short' : isZero(base.native) ? 'result' : 'long'}`,
    shown: usd(maintenance),
    drawn: drawn(maintenance),
  }));
  return [...tokens, ...positions];
}

const LEVELS = [
  {
    key: 'initial',
    name: 'To take new risk',
    note: 'Initial. At cautious prices. Below zero you can borrow, withdraw or open nothing more.',
    below: 'text-warn',
  },
  {
    key: 'end',
    name: 'Where a liquidation stops',
    note: 'End. A liquidation closes just so much that this is zero again.',
    below: 'text-warn',
  },
  {
    key: 'optimistic',
    name: 'To be left alone',
    note: 'Maintenance, at the prices best for you. Below zero you can be liquidated.',
    below: 'text-loss',
  },
] as const;

export function Levels({ standing }: { readonly standing: Standing }) {
  const { health } = standing;
  return (
    <ul className="grid gap-3 sm:grid-cols-3">
      {LEVELS.map(({ key, name, note, below }) => (
        <li key={key} className="rounded-lg bg-raised/60 px-3 py-2">
          <div className="flex items-baseline justify-between gap-2">
            <span className="text-xs font-medium">{name}</span>
            <span className={`num text-sm font-semibold ${isNegative(health[key]) ? below : 'text-gain'}`}>
              {usd(health[key])}
            </span>
          </div>
          <p className="mt-0.5 text-xs text-soft">{note}</p>
        </li>
      ))}
    </ul>
  );
}

export function Header() {
  const { account, group } = useDesk();
  const names = useNames();
  if (account === null || account.isEmpty) {
    const words =
      account === null
        ? 'This account opens with its first deposit, in the same transaction.'
        : 'Nothing is held, owed or open here. Begin with a deposit.';
    return (
      <Panel title="Account" aside={account === null ? null : <CloseAccount />}>
        <Empty>{words}</Empty>
      </Panel>
    );
  }
  const { standing } = account;
  const { health, outlook } = standing;
  const stage = stageOf(outlook);
  const close = nearest(standing.prices, group.quoteToken);
  return (
    <Panel
      title="Account"
      aside={
        <Pill tone={stage.tone} title={whenOf(outlook)}>
          {stage.name}
        </Pill>
      }
    >
      <div className="grid gap-4">
        {account.isCurrent ? null : <UpgradeAccount />}
        <OldPrices group={group} standing={standing} />
        <div className="flex flex-wrap gap-x-8 gap-y-3">
          <Stat name="Equity" tone={toneOf(health.equity)}>
            {usd(health.equity)}
          </Stat>
          <Stat name="Health factor" tone={stage.tone === 'gain' ? 'plain' : stage.tone} note="breached below 1">
            {factor(health.factor)}
          </Stat>
          <Stat name="Leverage" note={`positions ${usd(health.notional)}`}>
            {times(health.leverage)}
          </Stat>
          <Stat name="Debts and losses">{usd(health.debts)}</Stat>
          {close ? (
            <Stat
              name={stage.tone === 'gain' ? 'Nearest liquidation' : 'Out of the breach at'}
              note={`${names.leg(close.leg)} is ${percent(Math.abs(close.distance ?? 0), 1)} away`}
            >
              {price(close.trigger)}
            </Stat>
          ) : null}
        </div>
        <AtTrigger standing={standing} />
        <HealthBar
          forName="Counts for you (at maintenance)"
          againstName="Counts against you"
          pieces={piecesOf(standing, names)}
        />
        <Levels standing={standing} />
      </div>
    </Panel>
  );
}

/** The liquidation price of a leg in a table; `leg` of a market is its number and `MARKET_LEG`. */
export function triggerOf(standing: Standing, leg: number): string {
  const found = standing.prices.find((row) => row.leg === leg);
  if (!found) return '–';
  return found.always ? 'any price' : found.trigger === null ? 'none' : price(found.trigger);
}

export const marketLeg = (market: number): number => MARKET_LEG + market;
