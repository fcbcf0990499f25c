/** All accounts in a table of any length: only the rows in sight are there, so that a new price costs the same for ten or a thousand. */
import type { BookRow } from '@breakwater-labs/client/margin';
import { memo, useLayoutEffect, useMemo, useRef, useState } from 'react';

import { useNames } from '../../chain/hooks';
import { factor, isNegative, short, usd } from '../../format';
import { linkTo } from '../../shell/route';
import { Button, Empty, Panel, Pill, Tabs, type Tone } from '../../ui';
import { type Deed, deedOf } from './act';
import { type Choice, listed, type Sort, STAGES, windowOf } from './rows';
import { targetText } from './target';

const ROW = 44;
/** As long as the box has not been measured. */
const HEIGHT = 560;

export interface AccountsProps {
  readonly rows: readonly BookRow[];
  /** Why nobody can act now, in words; null where they can. */
  readonly whyNot: string | null;
  readonly onDeed: (deed: Deed, row: BookRow) => void;
  /** Shows what the next step would do. */
  readonly onInspect: (row: BookRow) => void;
}

/** Left out on a phone, so that the button is in sight. */
const WIDE = 'max-sm:hidden';

const COLUMNS: readonly {
  readonly name: string;
  readonly sort?: Sort;
  readonly right?: boolean;
  readonly isWide?: boolean;
}[] = [
  { name: 'Account' },
  { name: 'Health', sort: 'factor', right: true },
  { name: 'Equity', sort: 'equity', right: true },
  { name: 'Debts', sort: 'debts', right: true, isWide: true },
  { name: 'Stage', isWide: true },
  { name: 'Next step', isWide: true },
  { name: 'Profit', sort: 'profit', right: true },
  { name: '' },
];

export function Accounts({ rows, whyNot, onDeed, onInspect }: AccountsProps) {
  const [choice, setChoice] = useState<Choice>({ stage: 'all', search: '', sort: 'factor', isDescending: false });
  const [box, setBox] = useState({ top: 0, height: HEIGHT });
  const ref = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const height = ref.current?.clientHeight;
    if (height) setBox((before) => ({ ...before, height }));
  }, []);
  const all = useMemo(() => listed(rows, choice), [rows, choice]);
  const { from, to, above, below } = windowOf(box, ROW, all.length);
  const sortBy = (sort: Sort) =>
    setChoice((before) => ({
      ...before,
      sort,
      isDescending: before.sort === sort ? !before.isDescending : sort !== 'factor',
    }));
  return (
    <Panel
      title="Accounts"
      aside={
        <div className="flex flex-wrap items-center gap-2">
          <input
            type="search"
            aria-label="Find an account by its address or its owner’s"
            placeholder="Find an address"
            value={choice.search}
            onChange={(event) => setChoice({ ...choice, search: event.target.value })}
            className="min-h-9 w-40 rounded-lg border border-line bg-ground px-3 text-sm"
          />
          <Tabs
            label="Which accounts"
            tabs={STAGES}
            chosen={choice.stage}
            choose={(stage) => setChoice({ ...choice, stage })}
          />
        </div>
      }
    >
      <p className="sr-only" role="status">
        {all.length} accounts are listed
      </p>
      <div
        ref={ref}
        role="region"
        aria-label="List of accounts"
        tabIndex={0}
        className="relative max-h-[60vh] overflow-auto"
        onScroll={({ currentTarget: { scrollTop, clientHeight } }) => setBox({ top: scrollTop, height: clientHeight })}
      >
        <table className="w-full table-fixed sm:min-w-[50rem] text-sm" aria-rowcount={all.length + 1}>
          <caption className="sr-only">Margin accounts with health, debts and what a keeper would gain</caption>
          <thead className="sticky top-0 z-10 bg-panel">
            <tr aria-rowindex={1} className="text-xs text-soft">
              {COLUMNS.map(({ name, sort, right, isWide }) => {
                const isChosen = sort !== undefined && sort === choice.sort;
                return (
                  <th
                    key={name}
                    scope="col"
                    aria-sort={isChosen ? (choice.isDescending ? 'descending' : 'ascending') : undefined}
                    className={`px-1 py-2 font-medium sm:px-2 ${right ? 'text-right' : 'text-left'} ${name === 'Next step' ? 'w-44' : ''} ${isWide ? WIDE : ''}`}
                  >
                    {sort ? (
                      <button type="button" className="rounded hover:text-text" onClick={() => sortBy(sort)}>
                        {name} <span aria-hidden>{isChosen ? (choice.isDescending ? '↓' : '↑') : ''}</span>
                      </button>
                    ) : (
                      name || <span className="sr-only">What can be done</span>
                    )}
                  </th>
                );
              })}
            </tr>
          </thead>
          <tbody>
            {above > 0 ? <tr aria-hidden style={{ height: above }} /> : null}
            {all.slice(from, to).map((row, at) => (
              <Row
                key={row.address}
                row={row}
                index={from + at + 2}
                whyNot={whyNot}
                onDeed={onDeed}
                onInspect={onInspect}
              />
            ))}
            {below > 0 ? <tr aria-hidden style={{ height: below }} /> : null}
          </tbody>
        </table>
        {all.length === 0 ? (
          <Empty>{rows.length === 0 ? 'Nobody has a margin account yet.' : 'No account is like that.'}</Empty>
        ) : null}
      </div>
    </Panel>
  );
}

const PILLS: Record<string, Tone> = { healthy: 'gain', unflagged: 'warn', flagged: 'warn', due: 'loss' };
const DEEDS: Record<Deed, string> = {
  none: '',
  flag: 'Flag',
  wait: 'Waits',
  liquidate: 'Liquidate',
  writeOff: 'Write off',
};

const same = (a: RowProps, b: RowProps) =>
  a.index === b.index &&
  a.whyNot === b.whyNot &&
  a.onDeed === b.onDeed &&
  a.onInspect === b.onInspect &&
  JSON.stringify(a.row) === JSON.stringify(b.row);

interface RowProps {
  readonly row: BookRow;
  readonly index: number;
  readonly whyNot: string | null;
  readonly onDeed: AccountsProps['onDeed'];
  readonly onInspect: AccountsProps['onInspect'];
}

/** Is drawn anew only where it shows something else. */
const Row = memo(function Row({ row, index, whyNot, onDeed, onInspect }: RowProps) {
  const names = useNames();
  const deed = deedOf(row);
  const words = row.refusal ?? targetText(row.target, names.leg, names.market);
  const why = whyNot ?? (deed === 'wait' ? 'A flagged account waits for some slots and for newer prices' : row.refusal);
  return (
    <tr
      aria-rowindex={index}
      data-account={row.address}
      style={{ height: ROW }}
      className="border-t border-line/60 whitespace-nowrap"
    >
      <td className="num px-1 sm:px-2">
        <a
          {...linkTo(`/trade/${row.address}`)}
          title={row.address}
          className="text-accent underline-offset-2 hover:underline"
        >
          {short(row.address)}
        </a>
      </td>
      <td className={`num px-1 sm:px-2 text-right ${row.stage === 'healthy' ? '' : 'font-semibold text-loss'}`}>
        {factor(row.factor)}
      </td>
      <td className={`num px-1 sm:px-2 text-right ${isNegative(row.equity) ? 'text-loss' : ''}`}>{usd(row.equity)}</td>
      <td className={`num px-1 sm:px-2 text-right ${WIDE}`}>{usd(row.debts)}</td>
      <td className={`px-2 ${WIDE}`}>
        <Pill tone={PILLS[row.stage] ?? 'soft'}>{row.stage}</Pill>
      </td>
      <td className={`truncate px-2 text-soft ${WIDE}`} title={row.refusal ?? undefined}>
        {row.stage === 'healthy' ? (
          '–'
        ) : (
          <button
            type="button"
            aria-label={`${words}: what the next step with ${row.address} would do`}
            className={`max-w-full truncate rounded underline decoration-dotted underline-offset-2 hover:text-accent ${row.refusal ? 'text-warn' : ''}`}
            onClick={() => onInspect(row)}
          >
            {words}
          </button>
        )}
      </td>
      <td className="num px-1 sm:px-2 text-right">
        {row.keeper === null ? <span className="text-soft">–</span> : usd(row.keeper)}
      </td>
      <td className="px-1 text-right sm:px-2">
        {deed === 'none' ? null : (
          <Button
            small
            kind={deed === 'liquidate' ? 'danger' : 'plain'}
            disabled={whyNot !== null || deed === 'wait' || (deed === 'liquidate' && row.target === null)}
            title={why ?? undefined}
            aria-label={`${DEEDS[deed]} ${row.address}`}
            onClick={() => onDeed(deed, row)}
          >
            {DEEDS[deed]}
          </Button>
        )}
      </td>
    </tr>
  );
}, same);
