/** What other prices would do to the account: when, how much and at what cost it would be liquidated. */
import type { GroupAnswer, Move, Standing } from '@breakwater-labs/client/margin';
import { useState } from 'react';

import { marketOf, tokenOf, useNames, useWhatIf } from '../../chain/hooks';
import { factor, isNegative, isZero, percent, price, usd } from '../../format';
import { Button, Fact, Facts, Notice, Panel, Pill, Select, Slider } from '../../ui';
import { useDesk } from './desk';
import { costOf, MARKET_LEG, sentence, stageOf, stepOf, whenOf } from './words';

/** The slider's ends and step, bps of the price. */
const LOWEST = -8_000;
const HIGHEST = 20_000;
const STEP = 50;

/** Moves every price but the quote token's. */
const ALL = -1;

/** A feed of the account, with its leg: a token's feed is its own, a market has an index. */
export interface AccountFeed {
  readonly feed: number;
  readonly leg: number;
}

export function feedsOf(group: GroupAnswer, standing: Standing): AccountFeed[] {
  const ofTokens = standing.tokens.map(({ token }) => ({ feed: tokenOf(group, token)?.feed.feed, leg: token }));
  const open = standing.positions.filter(({ base }) => !isZero(base.native));
  const ofMarkets = open.map(({ market }) => ({ feed: marketOf(group, market)?.feed.feed, leg: MARKET_LEG + market }));
  return [...ofTokens, ...ofMarkets].flatMap(({ feed, leg }) => (feed === undefined ? [] : [{ feed, leg }]));
}

/** What is asked of the module: the chosen price, or all that are not the quote token's. */
export function movesOf(feeds: readonly AccountFeed[], chosen: number, bps: number, quoteToken: number | null): Move[] {
  const meant =
    chosen === ALL ? feeds.filter(({ leg }) => leg !== quoteToken) : feeds.filter(({ feed }) => feed === chosen);
  return meant.map(({ feed }) => ({ feed, bps }));
}

export function WhatIf() {
  const { account } = useDesk();
  if (account === null || account.isEmpty) return null;
  return <Scenario standing={account.standing} />;
}

function Scenario({ standing }: { readonly standing: Standing }) {
  const { group, address } = useDesk();
  const names = useNames();
  const [chosen, setChosen] = useState(ALL);
  const [bps, setBps] = useState(0);
  const feeds = feedsOf(group, standing);
  const isMoving = movesOf(feeds, chosen, bps, group.quoteToken).length > 0;
  const { answer, refused } = useWhatIf(address, movesOf(feeds, chosen, bps, group.quoteToken));
  const options = [
    { id: ALL, name: 'All prices together' },
    ...feeds.map(({ feed, leg }) => ({ id: feed, name: names.leg(leg) })),
  ];
  const leg = feeds.find(({ feed }) => feed === chosen)?.leg;
  const trigger = standing.prices.find((row) => row.leg === leg);
  return (
    <Panel
      title="What if prices move?"
      aside={
        <Button small disabled={bps === 0} onClick={() => setBps(0)}>
          Back to now
        </Button>
      }
    >
      <div className="grid gap-4 md:grid-cols-2">
        <div className="grid content-start gap-3">
          <Select label="Which price" chosen={chosen} choose={setChosen} options={options} />
          <Slider
            label="Moves by"
            min={LOWEST}
            max={HIGHEST}
            step={STEP}
            value={bps}
            set={setBps}
            show={(bps) => `${bps > 0 ? '+' : ''}${percent(bps, 1)}`}
          />
          <div className="flex flex-wrap gap-2">
            {[-5_000, -2_000, -1_000, 1_000, 2_000, 5_000].map((move) => (
              <Button key={move} small aria-pressed={bps === move} onClick={() => setBps(move)}>
                {move > 0 ? '+' : ''}
                {percent(move, 0)}
              </Button>
            ))}
            {trigger?.distance != null ? (
              <Button small onClick={() => setBps(justBeyond(trigger.distance ?? 0))}>
                To its liquidation at {price(trigger.trigger)}
              </Button>
            ) : null}
          </div>
        </div>
        <div aria-live="polite">
          {refused ? <Notice tone="loss">{sentence(refused.message)}</Notice> : null}
          {answer ? <Outcome standing={answer} /> : null}
          {isMoving ? null : (
            <p className="text-sm text-soft">
              This account holds only the token that everything is counted in: no other price moves it.
            </p>
          )}
        </div>
      </div>
    </Panel>
  );
}

/** The slider's step at which a trigger has been passed. */
export function justBeyond(distance: number): number {
  const steps = Math.ceil(Math.abs(distance) / STEP) * STEP;
  const move = distance < 0 ? -steps : steps;
  return Math.max(LOWEST, Math.min(HIGHEST, move === distance ? move + Math.sign(distance) * STEP : move));
}

function Outcome({ standing }: { readonly standing: Standing }) {
  const { group } = useDesk();
  const names = useNames();
  const { health, outlook, next, refusal } = standing;
  const stage = stageOf(outlook);
  return (
    <div className="grid gap-2">
      <div className="flex flex-wrap items-center gap-2 text-sm">
        <Pill tone={stage.tone}>{stage.name}</Pill>
        <span>{whenOf(outlook)}</span>
      </div>
      <Facts>
        <Fact name="Equity" tone={isNegative(health.equity) ? 'loss' : 'plain'}>
          {usd(health.equity)}
        </Fact>
        <Fact name="Health factor" tone={stage.tone === 'gain' ? 'plain' : stage.tone}>
          {factor(health.factor)}
        </Fact>
        <Fact name="To be left alone" tone={isNegative(health.optimistic) ? 'loss' : 'plain'}>
          {usd(health.optimistic)}
        </Fact>
        {next ? (
          <>
            <Fact name="A liquidation would cost you" tone="loss">
              {costOf(next.cost)}
            </Fact>
            <Fact name="Equity after it">{usd(next.equityAfter)}</Fact>
          </>
        ) : null}
      </Facts>
      {next ? <p className="text-xs text-soft">{stepOf(next, names)}</p> : null}
      {isNegative(health.equity) ? (
        <p className="text-xs text-warn">
          The account would owe more than it has: all of it is lost, and insurance pays what is missing.
        </p>
      ) : null}
      {outlook.stage !== 'healthy' && refusal ? (
        <p className="text-xs text-warn">It would be refused. {sentence(refusal.message)}</p>
      ) : null}
      {outlook.stage !== 'healthy' && group.liquidation.waitSlots > 0 && outlook.stage !== 'due' ? (
        <p className="text-xs text-soft">
          A shallow breach waits {group.liquidation.waitSlots} slots after the flag: time to repay.
        </p>
      ) : null}
    </div>
  );
}
