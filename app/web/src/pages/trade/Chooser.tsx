/** Which account is looked at: one of one's own, a new one, or anybody's. */
import { isAddress } from '@solana/kit';
import { type FormEvent, useId, useState } from 'react';

import { useStore } from '../../chain/hooks';
import { short, usd } from '../../format';
import { go, linkTo } from '../../shell/route';
import { Button, Pill, Select } from '../../ui';
import { useWallet } from '../../wallet/context';
import type { Found, Right } from './desk';
import { pathOf } from './path';

const NEW = 'new';

export function Chooser({ found, right }: { readonly found: Found; readonly right: Right }) {
  const { address: wallet } = useWallet();
  return (
    <div className="flex flex-wrap items-end gap-x-4 gap-y-3">
      {found.state === 'found' ? <Accounts found={found} right={right} /> : null}
      {found.state === 'found' && right === 'none' ? (
        <span className="flex min-h-10 flex-wrap items-center gap-2 text-sm">
          <Pill tone="warn">read only</Pill>
          <span className="text-soft">
            account of{' '}
            <a {...linkTo(pathOf(found.owner))} className="num text-accent underline underline-offset-2">
              {short(found.owner)}
            </a>
          </span>
          {wallet ? (
            <Button small onClick={() => go('/trade')}>
              Back to mine
            </Button>
          ) : null}
        </span>
      ) : null}
      {found.state === 'found' && right === 'delegate' ? <Pill tone="warn">you may trade for the owner</Pill> : null}
      <div className="w-full sm:ml-auto sm:w-auto">
        <LookUp />
      </div>
    </div>
  );
}

function Accounts({ found, right }: { readonly found: Extract<Found, { state: 'found' }>; readonly right: Right }) {
  const { address, accounts, account, number } = found;
  const own = accounts.map((row) => ({
    id: row.address,
    name: `Account ${row.number + 1} · ${usd(row.equity)} · ${short(row.address)}`,
  }));
  const isListed = own.some(({ id }) => id === address);
  const options = [
    ...own,
    ...(account === null ? [{ id: address as string, name: `Account ${number + 1} · not opened yet` }] : []),
    ...(account !== null && !isListed
      ? [{ id: address as string, name: `Account ${number + 1} · ${short(address)}` }]
      : []),
    ...(account !== null && right === 'owner' ? [{ id: NEW, name: 'Open a new account…' }] : []),
  ];
  return (
    <div className="w-full sm:w-80">
      <Select
        label="Margin account"
        chosen={address as string}
        choose={(id) => go(id === NEW ? '/trade/new' : id === address ? '/trade' : pathOf(id))}
        options={options}
      />
    </div>
  );
}

/** Finds anybody's account by its address or its owner's. */
export function LookUp() {
  const id = useId();
  const [text, setText] = useState('');
  const [isWrong, setWrong] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const wanted = text.trim();
    if (!isAddress(wanted)) {
      setWrong(true);
      return;
    }
    setText('');
    go(pathOf(wanted));
  };
  return (
    <form onSubmit={submit} className="w-full sm:w-96" role="search">
      <label htmlFor={id} className="mb-1 block text-xs text-soft">
        Look at any account or owner
      </label>
      <div className="flex gap-2">
        <input
          id={id}
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setWrong(false);
          }}
          spellCheck={false}
          autoComplete="off"
          placeholder="Address"
          aria-invalid={isWrong || undefined}
          aria-describedby={isWrong ? `${id}-wrong` : undefined}
          className="num min-h-10 w-full min-w-0 rounded-lg border border-line bg-ground px-3 text-sm placeholder:text-soft"
        />
        <Button type="submit">Show</Button>
      </div>
      {isWrong ? (
        <p id={`${id}-wrong`} className="mt-1 text-xs text-loss">
          This is no address.
        </p>
      ) : null}
    </form>
  );
}

/** Accounts that the configuration offers to look at. */
export function Examples({ most = 6 }: { readonly most?: number }) {
  const { config } = useStore();
  if (config.examples.length === 0) return null;
  return (
    <div className="flex flex-wrap items-center justify-center gap-2 text-sm">
      <span className="text-soft">For example</span>
      {config.examples.slice(0, most).map((address) => (
        <a
          key={address}
          {...linkTo(pathOf(address))}
          className="num rounded-md border border-line px-2 py-1 text-accent hover:border-accent"
        >
          {short(address)}
        </a>
      ))}
    </div>
  );
}
