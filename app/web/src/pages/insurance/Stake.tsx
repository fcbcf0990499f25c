/** The visitor's stake in the shared fund: what it is worth, how it gets in and how it gets out. */
import { actions } from '@breakwater-labs/client';
import type { FundInfo, StakeRow } from '@breakwater-labs/client/margin';

import { useStore } from '../../chain/hooks';
import type { Own } from '../../chain/own';
import { amount, duration, isZero, time } from '../../format';
import { Fact, Facts, Notice, Panel, Pill } from '../../ui';
import { AmountForm } from './Amount';
import { NoAccount } from './NoAccount';
import { PartForm } from './Part';
import { Step } from './Step';

interface StakeProps {
  readonly own: Own;
  readonly fund: FundInfo;
  readonly now: number;
  readonly unit: string;
  readonly decimals: number;
}

const EXITS = { waiting: ['soft', 'waiting'], open: ['gain', 'open'], lapsed: ['warn', 'lapsed'] } as const;

export function StakePanel(props: StakeProps) {
  const { own, now, unit, decimals, fund } = props;
  const store = useStore();
  const stake = own.told?.stake ?? null;
  const { owner } = own;
  return (
    <Panel
      title="Your stake"
      aside={
        stake?.exit ? (
          <Pill tone={EXITS[stake.exit as keyof typeof EXITS]?.[0] ?? 'soft'}>exit {stake.exit}</Pill>
        ) : null
      }
    >
      {!owner || own.told === null ? (
        <NoAccount own={own} unit={unit} />
      ) : (
        <div className="grid grid-cols-1 gap-6 sm:grid-cols-2">
          <div className="space-y-4">
            <Holding stake={stake} now={now} unit={unit} />
            {stake?.isVoid ? (
              <Notice tone="loss">The fund has lost everything since, and this stake with it.</Notice>
            ) : null}
            {fund.frozen ? (
              <Notice>
                Exits are stopped: accounts are known to owe more than they have. A request does not lapse meanwhile.
              </Notice>
            ) : null}
            {stake ? <Leaving {...props} owner={owner} stake={stake} /> : null}
          </div>
          <div className="space-y-4">
            {own.isOpen ? (
              <AmountForm
                own={own}
                label={`Stake ${unit} of your deposit`}
                button="Stake"
                name="Comes into the fund"
                unit={unit}
                decimals={decimals}
                most="stake"
                intent={(amount) => ({ stake: { amount } })}
                build={(amount) =>
                  actions.stake(store.directory, { owner, account: own.margin(), amount, open: stake === null })
                }
              />
            ) : (
              <NoAccount own={own} unit={unit} />
            )}
            <p className="text-xs text-soft">
              Stake bears the fund’s losses from its first second. It earns once it has matured, and leaves{' '}
              {duration(fund.cooldown)} after a request.
            </p>
          </div>
        </div>
      )}
    </Panel>
  );
}

function Holding({
  stake,
  now,
  unit,
}: {
  readonly stake: StakeRow | null;
  readonly now: number;
  readonly unit: string;
}) {
  if (!stake) return <p className="text-sm text-soft">You have no stake in the fund yet.</p>;
  const { active, young, maturesAt, leaving, opensAt, exit } = stake;
  return (
    <Facts>
      <Fact name="Earns">
        {amount(active.ui)} {unit}
      </Fact>
      <Fact name="Young" title={maturesAt === null ? undefined : time(maturesAt)}>
        {amount(young.ui)} {unit}
        {maturesAt === null ? null : (
          <div className="text-xs text-soft">
            {maturesAt > now ? `matures in ${duration(maturesAt - now)}` : 'has matured'}
          </div>
        )}
      </Fact>
      <Fact name="Leaving" title={opensAt === null ? undefined : time(opensAt)}>
        {amount(leaving.ui)} {unit}
        {opensAt === null ? null : (
          <div className="text-xs text-soft">
            {exit === 'waiting'
              ? `can leave in ${duration(opensAt - now)}`
              : exit === 'open'
                ? 'can leave now'
                : 'the time to leave has passed'}
          </div>
        )}
      </Fact>
    </Facts>
  );
}

/** Whatever can be done with a stake that is there. */
function Leaving({
  own,
  now,
  unit,
  owner,
  stake,
}: StakeProps & { readonly owner: NonNullable<Own['owner']>; readonly stake: StakeRow }) {
  const store = useStore();
  const isLeaving = stake.opensAt !== null;
  const isMature = stake.maturesAt !== null && stake.maturesAt <= now;
  return (
    <div className="space-y-4">
      {isMature ? (
        <Step
          own={own}
          button="Let it earn"
          intent="matureStake"
          name="Begins to earn"
          unit={unit}
          kind="main"
          build={() => actions.matureStake(store.directory, { owner })}
        />
      ) : null}
      {stake.exit === 'open' ? (
        <Step
          own={own}
          button="Take it out"
          intent="unstake"
          name="Into your margin account"
          unit={unit}
          kind="main"
          movesHealth
          build={async () => [
            ...(await own.opening()),
            ...(await actions.unstake(store.directory, { owner, account: own.margin().address })),
          ]}
        />
      ) : null}
      {isLeaving ? (
        <Step
          own={own}
          button="Stay after all"
          intent="restake"
          name="Is young again"
          unit={unit}
          build={() => actions.restake(store.directory, { owner })}
        />
      ) : null}
      {BigInt(stake.activeUnits) > 0n ? (
        <PartForm
          own={own}
          label="Part of what earns"
          button="Request to leave"
          unit={unit}
          units={stake.activeUnits}
          name="Would leave, at most"
          intent={(units) => ({ requestUnstake: { units } })}
          build={(units) => actions.requestUnstake(store.directory, { owner, units })}
        >
          {isLeaving ? (
            <Fact name="What leaves already" tone="warn">
              waits anew
            </Fact>
          ) : null}
        </PartForm>
      ) : null}
      {!isZero(stake.young.ui) ? (
        <Step
          own={own}
          button="Request to leave with what is young"
          intent={{ requestUnstake: { units: '0' } }}
          name="Would leave, at most"
          unit={unit}
          build={() => actions.requestUnstake(store.directory, { owner, units: 0n })}
        />
      ) : null}
    </div>
  );
}
