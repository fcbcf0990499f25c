/** Parameters that are about to change: what, when, and how long there is still time. */
import type { ChangeInfo, GroupAnswer } from '@breakwater-labs/client/margin';

import { useNames } from '../../chain/hooks';
import { duration, short, time } from '../../format';
import { Empty, Panel, Pill, type Tone } from '../../ui';
import { Key } from '../../ui/Key';
import { changeOf, targetOf } from './change';

const TONES: Record<string, Tone> = { waiting: 'soft', due: 'warn', executed: 'gain', vetoed: 'loss', expired: 'soft' };
/** Those that can still happen come first. */
const ORDER = ['due', 'waiting', 'executed', 'vetoed', 'expired'];

export function Changes({ group }: { readonly group: GroupAnswer }) {
  const sorted = group.changes.toSorted(
    (a, b) =>
      ORDER.indexOf(a.status) - ORDER.indexOf(b.status) || a.dueAt - b.dueAt || Number(b.number) - Number(a.number),
  );
  return (
    <Panel title="Pending changes">
      {sorted.length === 0 ? <Empty>No parameter is about to change.</Empty> : null}
      <ul className="divide-y divide-line/60">
        {sorted.map((change) => (
          <li key={change.address} className="py-2 first:pt-0 last:pb-0">
            <OneChange change={change} group={group} />
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function OneChange({ change, group }: { readonly change: ChangeInfo; readonly group: GroupAnswer }) {
  const names = useNames();
  const { name, values } = changeOf(change.data);
  const left = (until: number) => duration(until - group.time);
  const when = {
    waiting: `may be executed in ${left(change.dueAt)}, until ${time(change.expiresAt)}`,
    due: `anybody may execute it now, for ${left(change.expiresAt)} more`,
  }[change.status];
  return (
    <details>
      <summary className="flex flex-wrap items-center gap-x-3 gap-y-1 text-sm">
        <span className="font-semibold">
          {name}: {targetOf(change.target, group, names) ?? short(change.target)}
        </span>
        <Pill tone={TONES[change.status] ?? 'soft'}>{change.status}</Pill>
        {when ? <span className="num text-soft">{when}</span> : null}
      </summary>
      <div className="mt-2 grid gap-x-8 gap-y-1 pl-4 text-sm text-soft sm:grid-cols-2 lg:grid-cols-3">
        {values.map(([what, value]) => (
          <div key={what} className="flex justify-between gap-3">
            <span>{what}</span>
            <span className="num truncate text-text" title={value}>
              {short(value, 8)}
            </span>
          </div>
        ))}
        <div className="flex justify-between gap-3">
          <span>queued</span>
          <span className="num text-text">{time(change.queuedAt)}</span>
        </div>
        <div className="flex justify-between gap-3">
          <span>change {change.number}</span>
          <Key text={change.address} what="change" />
        </div>
        <div className="flex justify-between gap-3">
          <span>sets</span>
          <Key text={change.target} what="account" />
        </div>
      </div>
    </details>
  );
}
