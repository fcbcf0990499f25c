/** The pools that are the other side of all positions, and the visitor's part of them. */
import { actions } from '@breakwater-labs/client';
import type { GroupAnswer, LiquidityRow, MarketInfo } from '@breakwater-labs/client/margin';
import { useState } from 'react';

import { useNames, useStore } from '../../chain/hooks';
import type { Own } from '../../chain/own';
import { amount, decimal, duration, isZero, time } from '../../format';
import { Empty, Fact, Facts, Notice, Panel, Select } from '../../ui';
import { AmountForm } from './Amount';
import { NoAccount } from './NoAccount';
import { PartForm } from './Part';
import { Step } from './Step';

interface PoolsProps {
  readonly own: Own;
  readonly group: GroupAnswer;
  readonly unit: string;
  readonly decimals: number;
}

export function Pools(props: PoolsProps) {
  const { group, own, unit } = props;
  const names = useNames();
  const [chosen, setChosen] = useState(group.markets[0]?.market ?? 0);
  const market = group.markets.find((one) => one.market === chosen) ?? group.markets[0];
  if (!market)
    return (
      <Panel title="Pools">
        <Empty>No market is listed yet.</Empty>
      </Panel>
    );
  const held = own.told?.liquidity.find((row) => row.market === market.market) ?? null;
  return (
    <Panel title="Pools">
      <div className="grid grid-cols-1 gap-6 lg:grid-cols-3">
        <div className="space-y-3">
          <Select
            label="Market"
            options={group.markets.map((one) => ({ id: one.market, name: names.market(one.market) }))}
            chosen={market.market}
            choose={setChosen}
          />
          <Facts>
            <Fact name="Pool has">
              {decimal(market.pool.ui)} {unit}
            </Fact>
            <Fact name="Liquidity is worth">
              {decimal(market.poolEquity.ui)} {unit}
            </Fact>
            <Fact name="Owes beyond that" tone={isZero(market.deficit.ui) ? 'plain' : 'loss'}>
              {decimal(market.deficit.ui)} {unit}
            </Fact>
            <Fact name="Losses borne so far" tone={isZero(market.poolLosses.ui) ? 'plain' : 'loss'}>
              {decimal(market.poolLosses.ui)} {unit}
            </Fact>
            <Fact name="From a request to the removal">{duration(market.cooldown)}</Fact>
          </Facts>
          <p className="text-xs text-soft">
            A pool pays what traders win and gets what they lose, with fees and the price of skew. It bears what a
            bankrupt trader owes: tranche and fund pay only what the pool then owes and does not have.
          </p>
        </div>
        <Yours {...props} market={market} held={held} key={market.market} />
      </div>
    </Panel>
  );
}

function Yours({
  own,
  group,
  unit,
  decimals,
  market,
  held,
}: PoolsProps & { readonly market: MarketInfo; readonly held: LiquidityRow | null }) {
  const store = useStore();
  const names = useNames();
  const { owner } = own;
  if (!owner || own.told === null)
    return (
      <div className="lg:col-span-2">
        <NoAccount own={own} unit={unit} />
      </div>
    );
  const number = market.market;
  const has = held !== null && BigInt(held.shares) > 0n;
  const isPaused = market.pause?.actions.includes('liquidity') || group.pause?.actions.includes('liquidity');
  return (
    <>
      <div className="space-y-4">
        {own.isOpen ? (
          <AmountForm
            own={own}
            label={`Add ${unit} of your deposit`}
            button="Add liquidity"
            name={`Comes into the pool of ${names.market(number)}`}
            unit={unit}
            decimals={decimals}
            most={{ addLiquidity: { market: number } }}
            intent={(amount) => ({ addLiquidity: { market: number, amount } })}
            build={(amount) =>
              actions.addLiquidity(store.directory, {
                owner,
                market: number,
                account: own.margin(),
                amount,
                open: held === null,
              })
            }
            whyNot={isPaused ? 'No liquidity is taken in while that is paused.' : null}
          />
        ) : (
          <NoAccount own={own} unit={unit} />
        )}
      </div>
      <div className="space-y-4">
        {has ? (
          <>
            <Facts>
              <Fact name="Your liquidity is worth" title="At the least">
                {amount(held.worth.ui)} {unit}
              </Fact>
              {held.opensAt === null ? null : (
                <Fact name="Requested, worth at most">
                  {amount(held.requestedValue.ui)} {unit}
                </Fact>
              )}
            </Facts>
            <Removal own={own} owner={owner} held={held} market={market} now={group.time} unit={unit} />
          </>
        ) : (
          <p className="text-sm text-soft">You have no liquidity in {names.market(number)} yet.</p>
        )}
      </div>
    </>
  );
}

/** A request, its wait and its end. */
function Removal(props: {
  readonly own: Own;
  readonly owner: NonNullable<Own['owner']>;
  readonly held: LiquidityRow;
  readonly market: MarketInfo;
  readonly now: number;
  readonly unit: string;
}) {
  const { own, owner, held, now, unit } = props;
  const { market } = props.market;
  const store = useStore();
  const { opensAt, closesAt } = held;
  const isOpen = opensAt !== null && closesAt !== null && opensAt <= now && now <= closesAt;
  const isOver = closesAt !== null && now > closesAt;
  return (
    <>
      {opensAt !== null && opensAt > now ? (
        <Notice tone="soft">
          <span title={time(opensAt)}>Can be removed in {duration(opensAt - now)}.</span>
        </Notice>
      ) : null}
      {isOver ? <Notice>The time to remove it has passed: request it again.</Notice> : null}
      {isOpen && closesAt !== null ? (
        <>
          <Notice tone="gain">Can be removed for {duration(closesAt - now)} more.</Notice>
          <Step
            own={own}
            button="Remove it"
            intent={{ removeLiquidity: { market } }}
            name="Into your margin account"
            unit={unit}
            kind="main"
            movesHealth
            build={async () => [
              ...(await own.opening()),
              ...(await actions.removeLiquidity(store.directory, { owner, market, account: own.margin().address })),
            ]}
          />
        </>
      ) : null}
      {opensAt === null ? null : (
        <Step
          own={own}
          button="Keep it after all"
          intent={{ requestLiquidity: { market, shares: '0' } }}
          name="Requested from then on"
          unit={unit}
          build={() => actions.requestLiquidity(store.directory, { owner, market, shares: 0n })}
        />
      )}
      <PartForm
        own={own}
        label="Part of your liquidity"
        button={opensAt === null ? 'Request the removal' : 'Request anew'}
        unit={unit}
        units={held.shares}
        name="Would leave, at most"
        intent={(shares) => ({ requestLiquidity: { market, shares } })}
        build={(shares) => actions.requestLiquidity(store.directory, { owner, market, shares })}
      >
        {opensAt === null ? null : (
          <Fact name="The request before it" tone="warn">
            ends
          </Fact>
        )}
      </PartForm>
    </>
  );
}
