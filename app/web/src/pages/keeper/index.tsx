/** Everybody's health, and a button for anybody to act on it. */
import type { BookRow } from '@breakwater-labs/client/margin';
import { useCallback, useDeferredValue, useEffect, useRef, useState } from 'react';
import type { Address } from '@solana/kit';

import { useBook, useGroup, useSnapshot, useStore } from '../../chain/hooks';
import { useOwn } from '../../chain/own';
import { duration, usd } from '../../format';
import { sum } from '../../format/sum';
import { useSend } from '../../send/context';
import { Empty, Notice, Panel, Stat } from '../../ui';
import { Columns } from '../../ui/Bars';
import { Accounts } from './Accounts';
import { type Deed, useDeeds } from './act';
import { Feeds } from './Feeds';
import { Keeping } from './Keeping';
import { NextStep } from './NextStep';
import { bandsOf } from './rows';

/** Accounts under water that are read with every reading, not only when the whole book is. */
const WATCHED = 24;

export default function Keeper() {
  const group = useGroup();
  const { link } = useSnapshot();
  const { answer, refused } = useBook();
  // Typing and scrolling go before a new price.
  const book = useDeferredValue(answer);
  const own = useOwn();
  const { isBusy } = useSend();
  const { flag, liquidate, writeOff, open } = useDeeds(own);
  const breached = book?.rows.filter(({ stage }) => stage !== 'healthy') ?? [];
  useWatched(breached);

  // The rows keep one and the same handler, so that they are not drawn anew for it.
  const deeds = useRef({ flag, liquidate, writeOff });
  deeds.current = { flag, liquidate, writeOff };
  const onDeed = useCallback((deed: Deed, row: BookRow) => {
    if (deed === 'flag') void deeds.current.flag(row);
    if (deed === 'liquidate') void deeds.current.liquidate(row);
    if (deed === 'writeOff') void deeds.current.writeOff(row);
  }, []);

  const [inspected, setInspected] = useState<Address | null>(null);
  const onInspect = useCallback((row: BookRow) => setInspected(row.address as Address), []);

  const paused = group?.pause?.actions.includes('liquidate') ? group.pause : null;
  const whyNot = !own.owner
    ? 'Connect a wallet first'
    : paused
      ? 'Liquidations are paused'
      : link !== 'live'
        ? 'The node cannot be reached'
        : isBusy
          ? 'A transaction is under way'
          : null;
  return (
    <div className="space-y-4">
      <h1 className="sr-only">Keeper</h1>
      {paused && group ? (
        <Notice tone="loss">Liquidations are paused for {duration(paused.until - group.time)} more.</Notice>
      ) : null}
      {group && group.calmAt !== null ? (
        <Notice>After an outage shallow breaches wait for {duration(group.calmAt - group.time)} more.</Notice>
      ) : null}
      {refused ? <Notice tone="loss">{refused.message}</Notice> : null}
      <div className="flex flex-wrap gap-x-10 gap-y-3 px-1">
        <Stat name="Slot">{group?.slot ?? '–'}</Stat>
        <Stat name="Accounts">{book?.rows.length ?? '–'}</Stat>
        <Stat name="Under water" tone={breached.length > 0 ? 'loss' : 'plain'}>
          {book ? breached.length : '–'}
        </Stat>
        <Stat name="Due now" tone={breached.some(({ stage }) => stage === 'due') ? 'loss' : 'plain'}>
          {book ? breached.filter(({ stage }) => stage === 'due').length : '–'}
        </Stat>
        <Stat name="Profit in sight">
          {book ? usd(sum(breached.flatMap(({ keeper }) => (keeper === null ? [] : [keeper])))) : '–'}
        </Stat>
      </div>
      <div className="grid grid-cols-1 gap-4 lg:grid-cols-[minmax(0,1.4fr)_minmax(0,1fr)_minmax(0,1fr)]">
        <Panel title="Accounts by health">
          {book ? (
            <Columns label="Accounts by health factor" columns={bandsOf(book)} />
          ) : (
            <Empty>The accounts are being read…</Empty>
          )}
        </Panel>
        {group ? (
          <Feeds group={group} />
        ) : (
          <Panel title="Prices">
            <Empty>The prices are being read…</Empty>
          </Panel>
        )}
        <Keeping own={own} open={() => void open()} isBusy={isBusy} />
      </div>
      {inspected ? <NextStep address={inspected} close={() => setInspected(null)} /> : null}
      {book ? (
        <Accounts rows={book.rows} whyNot={whyNot} onDeed={onDeed} onInspect={onInspect} />
      ) : (
        <Panel title="Accounts">
          <Empty>{link === 'failed' ? 'The accounts could not be read.' : 'The accounts are being read…'}</Empty>
        </Panel>
      )}
    </div>
  );
}

/** Reads the accounts in most danger with every reading. */
function useWatched(rows: readonly BookRow[]): void {
  const store = useStore();
  const key = rows
    .slice(0, WATCHED)
    .map(({ address }) => address)
    .sort()
    .join();
  useEffect(() => {
    if (key === '') return undefined;
    const ends = key.split(',').map((address) => store.watch(address as Address));
    return () => ends.forEach((end) => end());
  }, [store, key]);
}
