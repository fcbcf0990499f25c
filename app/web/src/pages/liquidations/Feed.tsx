/** The feed: a row for each receipt, with what this browser found out about it. */
import type { GroupAnswer } from '@breakwater-labs/client/margin';

import { useNames } from '../../chain/hooks';
import { duration, time as written } from '../../format';
import { Button, Empty, Panel, Pill, Table, type Tone } from '../../ui';
import { Key } from '../../ui/Key';
import type { Checked, Verdict } from './chain';
import type { Followed } from './useHistory';
import { tell } from './words';

const VERDICTS: Record<Verdict, readonly [Tone, string, string]> = {
  verified: ['gain', 'verified', 'Repeated in this browser from its own inputs; its digest is the one in the group’s log'],
  old: ['soft', 'repeated', 'Repeated in this browser from its own inputs; the log does not keep the digest before it any more'],
  pending: ['soft', 'new', 'Repeated in this browser; the log is being read'],
  wrong: ['loss', 'wrong', 'Something does not fit'],
};

export function Feed({ group, checked, followed }: { readonly group: GroupAnswer; readonly checked: readonly Checked[] | null; readonly followed: Followed }) {
  const { known, problem, isBusy, older } = followed;
  return (
    <Panel
      title="Receipts"
      aside={problem ? <Pill tone="warn" title={problem}>the node does not answer</Pill> : <span className="text-xs text-soft">newest first</span>}
    >
      {checked === null ? <Empty>{problem ? 'The receipts could not be read.' : 'The receipts are being read…'}</Empty> : null}
      {checked?.length === 0 ? <Empty>Nobody has been liquidated here yet.</Empty> : null}
      {checked && checked.length > 0 ? (
        <Table caption="Liquidations, write-offs and deleveragings" head={['Receipt', 'What happened', 'Amounts', 'Account', 'Keeper', 'Transaction']}>
          {checked.map((one, at) => (
            <Row key={`${one.logged.signature}-${at}`} one={one} group={group} />
          ))}
        </Table>
      ) : null}
      {known && !known.isWhole ? (
        <div className="pt-3 text-center">
          <Button small disabled={isBusy} onClick={older}>
            {isBusy ? 'Reading…' : 'Show older'}
          </Button>
        </div>
      ) : null}
    </Panel>
  );
}

function Row({ one, group }: { readonly one: Checked; readonly group: GroupAnswer }) {
  const names = useNames();
  const { logged, row, verdict, fault, number } = one;
  const [tone, word, why] = VERDICTS[verdict];
  const told = row ? tell(row, group, names) : null;
  return (
    <tr data-verdict={verdict} className="align-top">
      <td className="whitespace-nowrap">
        <div className="num text-soft">{number === null ? '–' : `№ ${number}`}</div>
        <Pill tone={tone} title={fault ?? why}>{word}</Pill>
        {fault ? <div className="max-w-40 pt-1 text-xs whitespace-normal text-loss">{fault}</div> : null}
      </td>
      <td className="min-w-36">
        <div className="font-semibold">{told?.what ?? 'Unknown'}</div>
        <div className="text-soft">{told?.legs}</div>
      </td>
      <td className="min-w-64">
        <dl className="num flex flex-wrap gap-x-4 gap-y-0.5 text-sm">
          {told?.parts.map(([name, value]) => (
            <div key={name} className="flex gap-1.5 whitespace-nowrap">
              <dt className="text-soft">{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      </td>
      <td>{row ? <Key text={row.account} what="account" to={`/trade/${row.account}`} /> : '–'}</td>
      <td>{row?.keeper ? <Key text={row.keeper} what="keeper" to={`/trade/${row.keeper}`} /> : <span className="text-soft">anybody</span>}</td>
      <td className="num whitespace-nowrap">
        <Key text={logged.signature} what="signature" side={6} />
        <div className="text-xs text-soft">
          slot {logged.slot}
          {logged.time === null ? null : (
            <>
              , <time dateTime={new Date(logged.time * 1000).toISOString()} title={written(logged.time)}>{duration(group.time - logged.time)} ago</time>
            </>
          )}
        </div>
      </td>
    </tr>
  );
}
