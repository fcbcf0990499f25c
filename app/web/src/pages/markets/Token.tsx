/** All about one token: curve of rates, caps, weights, insurance, brake and feed. */
import type { RatesInfo, TokenInfo } from '@breakwater-labs/client/margin';
import type { ReactNode } from 'react';

import { amount, drawn, duration, isZero, percent, percentOfMillionths, price, usd } from '../../format';
import { Fact, Facts, Pill } from '../../ui';
import { Meter } from '../../ui/Bars';
import { Key } from '../../ui/Key';
import { Lines } from '../../ui/Lines';
import { Confidence, FeedAge } from './Feed';

/** An axis of utilisation goes from 0 to 1; the module tells it in millionths. */
const onAxis = (rates: RatesInfo) => rates.utilisation / 1_000_000;

export function Block({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <div className="min-w-0">
      <h3 className="mb-1 text-xs font-semibold tracking-wide text-soft uppercase">{title}</h3>
      <Facts>{children}</Facts>
    </div>
  );
}

export function TokenDetails({ token, name }: { readonly token: TokenInfo; readonly name: string }) {
  const { curve, rates, weights, feed } = token;
  const line = (pick: (rates: RatesInfo) => string) =>
    curve.map((point) => [onAxis(point), drawn(pick(point))] as const);
  const room = token.outflowRoom;
  return (
    <div className="grid grid-cols-1 gap-x-8 gap-y-5 lg:grid-cols-[minmax(300px,1.3fr)_repeat(3,minmax(0,1fr))] sm:grid-cols-2">
      <div className="sm:col-span-2 lg:col-span-1">
        <h3 className="mb-1 text-xs font-semibold tracking-wide text-soft uppercase">Rates by utilisation</h3>
        <Lines
          label={`Rates of ${name} by utilisation. Now at ${percentOfMillionths(rates.utilisation)}: a debt costs ${percentOfMillionths(rates.borrow)} a year, a deposit earns ${percentOfMillionths(rates.deposit)}. The curve bends at ${percent(token.kink, 0)}.`}
          lines={[
            { name: 'borrow', color: 'warn', points: line(({ borrow }) => borrow) },
            { name: 'deposit', color: 'accent', points: line(({ deposit }) => deposit) },
          ]}
          now={onAxis(rates)}
          marks={[{ at: token.kink / 10_000, name: 'kink' }]}
          showValue={(value) => percentOfMillionths(value, 1)}
          showAt={(at) => percent(at * 10_000, 0)}
        />
      </div>
      <Block title="Lending">
        <Fact name="In the vault">{amount(token.cash.ui)}</Fact>
        <Fact name="Most deposits">{amount(token.depositCap.ui)}</Fact>
        <Fact name="Most debts">{amount(token.borrowCap.ui)}</Fact>
        <Fact name="Highest utilisation after a loan">{percent(token.maxUtilisation)}</Fact>
        <Fact name="Reserve factor" title="Part of the interest that depositors do not get">
          {percent(token.reserveFactor)}
        </Fact>
        <Fact
          name="May leave now"
          title="What may still leave the vault in the window of the outflow brake"
          tone={room && isZero(room.ui) ? 'loss' : 'plain'}
        >
          {room ? amount(room.ui) : 'no brake'}
        </Fact>
        {token.transferFee ? <Fact name="Transfers">the mint may charge a fee</Fact> : null}
      </Block>
      <Block title="Weights">
        <Fact name="Deposit, to take on risk">{percent(weights.assetInitial, 1)}</Fact>
        <Fact name="Deposit, after a liquidation">{percent(weights.assetEnd, 1)}</Fact>
        <Fact name="Deposit, to be left alone">{percent(weights.assetMaintenance, 1)}</Fact>
        <Fact name="Debt, to take on risk">{percent(weights.liabilityInitial, 1)}</Fact>
        <Fact name="Debt, after a liquidation">{percent(weights.liabilityEnd, 1)}</Fact>
        <Fact name="Debt, to be left alone">{percent(weights.liabilityMaintenance, 1)}</Fact>
        <Fact name="Counts for new risk up to">
          {weights.collateralCap === null ? 'no limit' : usd(String(weights.collateralCap), 0)}
        </Fact>
        {weights.ramp > 0 ? <Fact name="Weight rises over">{duration(weights.ramp)}</Fact> : null}
      </Block>
      <div className="space-y-4">
        <Block title="Insurance">
          <Fact name="Tranche">
            {amount(token.tranche.ui)} {name}
            <Meter
              className="mt-1"
              label={`Tranche of ${name}`}
              words={`${amount(token.tranche.ui)} of ${amount(token.trancheTarget.ui)}`}
              part={drawn(token.tranche.ui) / drawn(token.trancheTarget.ui)}
            />
          </Fact>
          <Fact name="Filled up to">
            {amount(token.trancheTarget.ui)} {name}
          </Fact>
          <Fact name="Borne by lenders so far" tone={isZero(token.socialised.ui) ? 'plain' : 'loss'}>
            {amount(token.socialised.ui)} {name}
          </Fact>
        </Block>
        <Block title="Feed">
          <Fact name="Published">
            <FeedAge feed={feed} />
          </Fact>
          <Fact name="Confidence">
            <Confidence feed={feed} />
          </Fact>
          <Fact name="Moving average">{feed.ema === null ? '–' : `$${price(feed.ema)}`}</Fact>
          <Fact name="Half-width for new risk">± {percent(feed.initialBand)}</Fact>
          <Fact name="Half-width for liquidations">± {percent(feed.liquidationBand)}</Fact>
          <Fact name="Oracle">
            <Key text={feed.oracle} what="oracle" />
          </Fact>
          <Fact name="Bank">
            <Key text={token.bank} what="bank" />
          </Fact>
        </Block>
      </div>
    </div>
  );
}

/** What restricts a token now. */
export function TokenState({ token }: { readonly token: TokenInfo }) {
  return (
    <span className="inline-flex flex-wrap gap-1">
      {token.reduceOnly ? (
        <Pill tone="warn" title="No deposit and no loan is accepted">
          reduce only
        </Pill>
      ) : null}
      {token.pause ? <Pill tone="loss">paused: {token.pause.actions.join(', ')}</Pill> : null}
      {!token.reduceOnly && !token.pause ? <Pill tone="gain">open</Pill> : null}
    </span>
  );
}
