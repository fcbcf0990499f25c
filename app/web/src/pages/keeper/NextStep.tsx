/** What the next step with one account would do, before anybody signs it. */
import type { Next } from '@breakwater-labs/client/margin';
import type { Address } from '@solana/kit';

import { useAccount, useGroup, useNames } from '../../chain/hooks';
import { amount, factor, percentOfMillionths, usd } from '../../format';
import { Button, Empty, Fact, Facts, Notice, Panel, Pill } from '../../ui';
import { Key } from '../../ui/Key';

export function NextStep({ address, close }: { readonly address: Address; readonly close: () => void }) {
  const { answer, refused } = useAccount(address);
  const standing = answer?.standing;
  const { next, outlook, refusal } = standing ?? { next: null, outlook: null, refusal: null };
  return (
    <Panel
      title="Next step"
      aside={
        <span className="flex items-center gap-3 text-sm">
          <Key text={address} what="account" to={`/trade/${address}`} />
          <Button small aria-label="Close the next step" onClick={close}>
            ✕
          </Button>
        </span>
      }
    >
      {refused ? <Notice tone="loss">{refused.message}</Notice> : null}
      {!standing && !refused ? <Empty>The account is being read…</Empty> : null}
      {standing ? (
        <div className="grid grid-cols-1 gap-x-10 gap-y-3 sm:grid-cols-2 lg:grid-cols-3">
          <Facts>
            <Fact name="Stage">
              <Pill tone={outlook?.stage === 'healthy' ? 'gain' : outlook?.stage === 'due' ? 'loss' : 'warn'}>
                {outlook?.stage}
              </Pill>
            </Fact>
            {outlook?.slotsLeft ? <Fact name="May be executed in">{outlook.slotsLeft} slots</Fact> : null}
            <Fact name="Health factor">{factor(standing.health.factor)}</Fact>
            <Fact name="Equity">{usd(standing.health.equity)}</Fact>
            <Fact name="Requirement">{usd(standing.health.requirement)}</Fact>
          </Facts>
          {next ? <Amounts next={next} /> : null}
          {next ? (
            <Facts>
              <Fact name="You gain" tone="gain">
                {usd(next.keeper)}
              </Fact>
              <Fact name="The account loses">{usd(next.cost)}</Fact>
              <Fact name="Its equity afterwards">{usd(next.equityAfter)}</Fact>
              <Fact name="Its maintenance health afterwards" title="Below 0 it may be liquidated further">
                {usd(next.maintenanceAfter)}
              </Fact>
            </Facts>
          ) : null}
          {refusal ? (
            <p className="text-sm text-warn sm:col-span-2 lg:col-span-3">
              It could not be carried out now: {refusal.message}.
            </p>
          ) : null}
        </div>
      ) : null}
    </Panel>
  );
}

/** What changes hands. */
function Amounts({ next }: { readonly next: Next }) {
  const names = useNames();
  const group = useGroup();
  const quote = group?.quoteToken == null ? '' : names.token(group.quoteToken);
  /** Debts and claims on a market are in the quote token. */
  const unit = (leg: number | null) => (leg === null ? '' : leg >= 128 ? quote : names.token(leg));
  return (
    <Facts>
      {next.repay ? (
        <Fact name="You repay">
          {amount(next.repay.ui)} {unit(next.debt)}
        </Fact>
      ) : null}
      {next.seize ? (
        <Fact name="You get">
          {amount(next.seize.ui)} {unit(next.collateral)}
        </Fact>
      ) : null}
      {next.size && next.market !== null ? (
        <Fact name="Closed">
          {amount(next.size.ui)} {names.market(next.market)}
        </Fact>
      ) : null}
      {next.settled ? (
        <Fact name="Settled first">
          {amount(next.settled.ui)} {quote}
        </Fact>
      ) : null}
      {next.bonus === null ? null : <Fact name="Bonus">{percentOfMillionths(next.bonus)}</Fact>}
      {next.fee ? (
        <Fact name="Fee">
          {amount(next.fee.ui)} {quote}
        </Fact>
      ) : null}
      <Fact name="To insurance">
        {amount(next.insurance.ui)} {next.kind === 'pair' ? unit(next.debt) : quote}
      </Fact>
    </Facts>
  );
}
