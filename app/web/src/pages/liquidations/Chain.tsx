/** What this browser has proved of the group's receipts, and what it could not. */
import type { ReceiptLogInfo } from '@breakwater-labs/client/margin';

import { Fact, Facts, Notice, Panel, Pill } from '../../ui';
import { Key } from '../../ui/Key';
import { type Checked, isHeadRight, missing } from './chain';

export function Chain({
  log,
  checked,
  isWhole,
}: {
  readonly log: ReceiptLogInfo;
  readonly checked: readonly Checked[] | null;
  readonly isWhole: boolean;
}) {
  const of = (verdict: string) => checked?.filter((one) => one.verdict === verdict).length ?? 0;
  const missed = checked ? missing(checked, log, isWhole) : [];
  const isRight = isHeadRight(log) && of('wrong') === 0;
  return (
    <Panel
      title="Chain of receipts"
      aside={
        checked ? (
          <Pill tone={isRight ? 'gain' : 'loss'}>{isRight ? 'nothing is wrong' : 'something is wrong'}</Pill>
        ) : null
      }
    >
      {isHeadRight(log) ? null : <Notice tone="loss">The log’s head is not the digest of its last receipt.</Notice>}
      <Facts>
        <Fact name="Receipts so far">{log.count}</Fact>
        <Fact name="Repeated in this browser">{checked?.length ?? '…'}</Fact>
        <Fact name="Digest as in the log" tone="gain">
          {of('verified')}
        </Fact>
        {of('old') > 0 ? <Fact name="Too old for the log">{of('old')}</Fact> : null}
        <Fact name="Wrong" tone={of('wrong') > 0 ? 'loss' : 'plain'}>
          {of('wrong')}
        </Fact>
        <Fact
          name="Not told by the node"
          tone={missed.length > 0 ? 'warn' : 'plain'}
          title={missed.map(({ number }) => `№ ${number}`).join(', ')}
        >
          {missed.length}
        </Fact>
        <Fact name="Head">
          <Key text={log.head} what="digest" side={6} />
        </Fact>
        <Fact name="Log">
          <Key text={log.address} what="log" />
        </Fact>
      </Facts>
      <p className="mt-3 text-xs text-soft">
        A receipt carries all that a liquidation was decided by. The code that the program runs repeats it here, and
        each digest contains the one before: none can be changed or left out unnoticed.
      </p>
    </Panel>
  );
}
