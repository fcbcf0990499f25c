/** How liquidations work here, who may change what, and what is paused. */
import type { GroupAnswer } from '@breakwater-labs/client/margin';

import { duration, percent, time, usd } from '../../format';
import { Fact, Facts, Notice, Panel } from '../../ui';
import { Key } from '../../ui/Key';

export function LiquidationRules({ group }: { readonly group: GroupAnswer }) {
  const rules = group.liquidation;
  return (
    <Panel title="Liquidations">
      <Facts className="grid grid-cols-1 gap-x-10 sm:grid-cols-2">
        <Fact name="Bonus">
          {percent(rules.bonusMin)} to {percent(rules.bonusMax)}
        </Fact>
        <Fact name="Part of it for insurance">{percent(rules.insuranceShare, 0)}</Fact>
        <Fact name="From flag to liquidation" title="A shallow breach is touched twice">
          {rules.waitSlots === 0 ? 'at once' : `${rules.waitSlots} slots`}
        </Fact>
        <Fact name="Bonus stands still for">{rules.graceSlots} slots</Fact>
        <Fact name="then grows over">{rules.auctionSlots} slots</Fact>
        <Fact name="At once, if deeper than" title="Part of the requirement">
          {percent(rules.deepBreach)}
        </Fact>
        <Fact name="Taken whole below">{usd(String(rules.dust), 0)}</Fact>
      </Facts>
    </Panel>
  );
}

export function Roles({ group }: { readonly group: GroupAnswer }) {
  return (
    <Panel title="Group">
      <Facts>
        <Fact name="Group">
          <Key text={group.address} what="group" />
        </Fact>
        <Fact name="Admin" title="May hand roles over">
          <Key text={group.admin} what="admin" />
        </Fact>
        <Fact name="Risk manager" title="May tighten parameters and queue changes">
          <Key text={group.riskManager} what="risk manager" />
        </Fact>
        <Fact name="Guardian" title="May pause and veto">
          <Key text={group.guardian} what="guardian" />
        </Fact>
        <Fact name="Slot">{group.slot}</Fact>
        <Fact name="Time of the chain">{time(group.time)}</Fact>
      </Facts>
    </Panel>
  );
}

/** What is out of the ordinary in the whole group. */
export function Warnings({ group }: { readonly group: GroupAnswer }) {
  return (
    <>
      {group.launched ? null : <Notice>This group has not been launched: it takes no users yet.</Notice>}
      {group.pause ? (
        <Notice tone="loss">
          Paused in the whole group: {group.pause.actions.join(', ')}, for {duration(group.pause.until - group.time)}{' '}
          more. Repayments, reductions and deposits go on.
        </Notice>
      ) : null}
      {group.calmAt === null ? null : (
        <Notice>
          After an outage shallow breaches wait for {duration(group.calmAt - group.time)} more. Deep ones do not.
        </Notice>
      )}
    </>
  );
}
