/** The trader's page: an account, what endangers it, and everything that can be done with it. */
import { useMemo, useState } from 'react';

import { useGroup, useSnapshot } from '../../chain/hooks';
import type { GroupAnswer } from '@breakwater-labs/client/margin';
import { usePath } from '../../shell/route';
import { Empty, Panel } from '../../ui';
import { useWallet } from '../../wallet/context';
import { Actions } from './Actions';
import { Balances } from './Balances';
import { Breach } from './Breach';
import { Chooser, Examples } from './Chooser';
import { type Desk, DeskContext, type Found, rightOf, type Task, useFound, wantedOf } from './desk';
import { Header } from './Header';
import { MarketPanel } from './Market';
import { Orders } from './Orders';
import { Positions } from './Positions';
import { WhatIf } from './WhatIf';

export default function Trade() {
  const group = useGroup();
  const { link } = useSnapshot();
  return (
    <>
      <h1 className="sr-only">Trade</h1>
      {group ? (
        <Page group={group} />
      ) : (
        <Empty>{link === 'loading' ? 'The group is being read…' : 'The group has not been read yet.'}</Empty>
      )}
    </>
  );
}

function Page({ group }: { readonly group: GroupAnswer }) {
  const path = usePath();
  const wanted = useMemo(() => wantedOf(path), [path]);
  const { address: wallet } = useWallet();
  const found = useFound(wanted, wallet);
  const right = found.state === 'found' ? rightOf(found.owner, found.account, wallet) : 'none';
  return (
    <div className="grid gap-4">
      <Chooser found={found} right={right} />
      {found.state === 'found' ? (
        <Desktop key={found.address} group={group} found={found} right={right} />
      ) : (
        <Nothing group={group} found={found} />
      )}
    </div>
  );
}

const WORDS = {
  loading: 'The account is being read…',
  noWallet: 'Connect a wallet to trade, or look at any account: everything but signing works without a wallet.',
  nothing: 'This address has no margin account in this group, and is none.',
} as const;

/** Where there is no account to show, there are still markets. */
function Nothing({ group, found }: { readonly group: GroupAnswer; readonly found: Found }) {
  const [market, setMarket] = useState(group.markets[0]?.market ?? null);
  if (found.state === 'found') return null;
  return (
    <>
      <Panel title={found.state === 'noWallet' ? 'Welcome' : 'Account'}>
        <Empty>{WORDS[found.state]}</Empty>
        {found.state === 'loading' ? null : <Examples />}
      </Panel>
      <MarketPanel account={null} group={group} market={market} setMarket={setMarket} />
    </>
  );
}

/** What the panel begins with: a deposit where there is nothing to trade with. */
function firstTask(group: GroupAnswer, found: Extract<Found, { state: 'found' }>, market: number | null): Task {
  const isEmpty = found.account === null || found.account.isEmpty;
  if (isEmpty || market === null) return { kind: 'deposit', token: group.quoteToken ?? group.tokens[0]?.token ?? 0 };
  return { kind: 'trade', market, isLong: true };
}

function Desktop(props: {
  readonly group: GroupAnswer;
  readonly found: Extract<Found, { state: 'found' }>;
  readonly right: Desk['right'];
}) {
  const { group, found, right } = props;
  const [market, setMarket] = useState(
    () => found.account?.standing.positions[0]?.market ?? group.markets[0]?.market ?? null,
  );
  const [task, setTask] = useState(() => firstTask(group, found, market));
  const { address, owner, number, account } = found;
  const desk = useMemo<Desk>(() => {
    // The form of a market and its chart show the same one.
    const choose = (next: number) => {
      setMarket(next);
      setTask((task) => ('market' in task ? { ...task, market: next } : task));
    };
    const start = (next: Task) => {
      if ('market' in next) setMarket(next.market);
      setTask(next);
    };
    return { group, address, owner, number, account, right, task, setTask: start, market, setMarket: choose };
  }, [group, address, owner, number, account, right, task, market]);
  return (
    <DeskContext value={desk}>
      <Breach />
      <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-[minmax(0,1fr)_27rem] lg:grid-rows-[auto_1fr]">
        <Header />
        <div className="min-w-0 lg:sticky lg:top-3 lg:col-start-2 lg:row-span-2 lg:row-start-1 lg:max-h-[calc(100dvh-1.5rem)] lg:overflow-y-auto">
          <Actions />
        </div>
        <div className="grid min-w-0 grid-cols-1 gap-4 lg:col-start-1">
          <MarketPanel account={account} group={group} market={market} setMarket={desk.setMarket} />
          <Positions />
          <Orders />
          <Balances />
          <WhatIf />
        </div>
      </div>
    </DeskContext>
  );
}
