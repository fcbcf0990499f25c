/** What the shared fund gained and paid, the newest first. */
import type { GroupAnswer } from '@breakwater-labs/client/margin';
import { useMemo } from 'react';

import { useNames } from '../../chain/hooks';
import { duration } from '../../format';
import { Button, Empty, Panel, Pill } from '../../ui';
import { Key } from '../../ui/Key';
import { flowsIn } from './flows';
import type { Followed } from './useHistory';
import { flowText } from './words';

const WAYS = { in: ['text-gain', '+'], out: ['text-loss', '−'], within: ['text-soft', ''] } as const;

export function Flows({ group, followed }: { readonly group: GroupAnswer; readonly followed: Followed }) {
  const names = useNames();
  const { known, problem, isBusy, older } = followed;
  // The group is new with every reading; only its names of addresses matter here.
  // eslint-disable-next-line react-hooks/exhaustive-deps
  const rows = useMemo(
    () => (known ? flowsIn(known, group, names) : null),
    [known, group.tokens.length, group.markets.length],
  );
  return (
    <Panel
      title="Insurance flows"
      aside={
        problem ? (
          <Pill tone="warn" title={problem}>
            the node does not answer
          </Pill>
        ) : null
      }
    >
      {rows === null ? <Empty>{problem ? 'The flows could not be read.' : 'The flows are being read…'}</Empty> : null}
      {rows?.length === 0 ? <Empty>Nothing came to the fund and nothing left it yet.</Empty> : null}
      <ul
        className="max-h-96 divide-y divide-line/60 overflow-y-auto text-sm"
        tabIndex={0}
        aria-label="Insurance flows"
      >
        {rows?.map(({ signature, time, words, way, flow }, at) => (
          <li key={`${signature}-${at}`} className="flex flex-wrap items-baseline justify-between gap-x-3 py-1.5">
            <span>{words}</span>
            <span className={`num ${WAYS[way][0]}`}>
              {WAYS[way][1]}
              {flowText(flow, group, names)}
            </span>
            <span className="num w-full text-xs text-soft">
              {time === null ? '' : `${duration(group.time - time)} ago, `}
              <Key text={signature} what="signature" side={6} />
            </span>
          </li>
        ))}
      </ul>
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
