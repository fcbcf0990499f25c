/** The feed: a row for each receipt, with what this browser found out about it. */
import type { GroupAnswer } from '@breakwater-labs/client/margin';

import { useNames } from '../../chain/hooks';
import { duration, time as written } from '../../format';
import { Button, Empty, Panel, Pill, type Tone } from '../../ui';
import { Key } from '../../ui/Key';
import type { Checked, Verdict } from './chain';
import type { Followed } from './useHistory';
import { tell } from './words';

const VERDICTS: Record<Verdict, readonly [Tone, string, string]> = {
  verified: [
    'gain',
    'verified',
    'Repeated in this browser from its own inputs; its digest is the one in the group’s log',
  ],
  old: [
    'soft',
    'repeated',
    'Repeated in this browser from its own inputs; the log does not keep the digest before it any more',
  ],
  pending: ['soft', 'new', 'Repeated in this browser; the log is being read'],
  wrong: ['loss', 'wrong', 'Something does not fit'],
};

export function Feed({
  group,
  checked,
  followed,
}: {
  readonly group: GroupAnswer;
  readonly checked: readonly Checked[] | null;
  readonly followed: Followed;
}) {
  const { known, problem, isBusy, older } = followed;
  return (
    <Panel
      title="Receipts"
      aside={
        problem ? (
          <Pill tone="warn" title={problem}>
            the node does not answer
          </Pill>
        ) : (
          <span className="text-xs text-soft">newest first</span>
        )
      }
    >
      {checked === null ? (
        <Empty>{problem ? 'The receipts could not be read.' : 'The receipts are being read…'}</Empty>
      ) : null}
      {checked?.length === 0 ? <Empty>Nobody has been liquidated here yet.</Empty> : null}
      {checked && checked.length > 0 ? (
        <ol
          aria-label="Liquidations, write-offs and deleveragings"
          tabIndex={0}
          className="-my-4 divide-y divide-line/60 lg:max-h-[80vh] lg:overflow-y-auto"
        >
          {checked.map((one, at) => (
            <Row key={`${one.logged.signature}-${at}`} one={one} group={group} />
          ))}
        </ol>
      ) : null}
      {known && !known.isWhole ? (
        <div className="pt-7 text-center">
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
    <li
      data-verdict={verdict}
      className="grid grid-cols-[6rem_minmax(0,1fr)] gap-x-4 gap-y-1 py-3 text-sm lg:grid-cols-[6rem_11rem_minmax(0,1fr)_13rem]"
    >
      <div className="whitespace-nowrap">
        <Pill tone={tone} title={fault ?? why}>
          {word}
        </Pill>
        <div className="num mt-1 text-xs text-soft">{number === null ? 'no number' : `№ ${number}`}</div>
      </div>
      <div>
        <div className="font-semibold">{told?.what ?? 'Unknown'}</div>
        <div className="text-soft">{told?.legs}</div>
      </div>
      <div className="col-span-2 lg:col-span-1">
        <dl className="num flex flex-wrap gap-x-4 gap-y-0.5">
          {told?.parts.map(([name, value]) => (
            <div key={name} className="flex gap-1.5 whitespace-nowrap">
              <dt className="text-soft">{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
        {row ? (
          <p className="mt-0.5 flex flex-wrap gap-x-4 text-soft">
            <span>
              account <Key text={row.account} what="account" to={`/trade/${row.account}`} />
            </span>
            {row.keeper ? (
              <span>
                keeper <Key text={row.keeper} what="keeper" to={`/trade/${row.keeper}`} />
              </span>
            ) : null}
          </p>
        ) : null}
        {fault ? <p className="text-loss">{fault}</p> : null}
      </div>
      <div className="num col-span-2 flex flex-wrap gap-x-3 lg:col-span-1 lg:block">
        <Key text={logged.signature} what="signature" side={6} />
        <div className="text-xs text-soft">
          slot {logged.slot}
          {logged.time === null ? null : (
            <>
              ,{' '}
              <time dateTime={new Date(logged.time * 1000).toISOString()} title={written(logged.time)}>
                {duration(group.time - logged.time)} ago
              </time>
            </>
          )}
        </div>
      </div>
    </li>
  );
}
