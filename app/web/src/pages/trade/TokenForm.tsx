/** Deposit, withdraw, borrow, repay: one form with the largest amount at hand. */
import { useState } from 'react';

import { tokenOf, useMost, useNames } from '../../chain/hooks';
import { amount as shownAmount, native } from '../../format';
import { AmountField, Notice, Select } from '../../ui';
import { useWallet } from '../../wallet/context';
import { useBalances } from './balance';
import { useDesk } from './desk';
import type { TraderIntent } from './intents';
import { Submit } from './Submit';
import { TokenFacts } from './TokenFacts';
import { lesser, plain, shifted } from './units';
import { pausedOf, sentence } from './words';

export type TokenKind = 'deposit' | 'withdraw' | 'borrow' | 'repay';

const VERBS: Record<TokenKind, string> = { deposit: 'Deposit', withdraw: 'Withdraw', borrow: 'Borrow', repay: 'Repay' };

const DONE: Record<TokenKind, string> = {
  deposit: 'deposited',
  withdraw: 'withdrawn',
  borrow: 'borrowed',
  repay: 'repaid',
};

export const intentOf = (kind: TokenKind, token: number, amount: string): TraderIntent => {
  const of = { token, amount };
  if (kind === 'deposit') return { deposit: of };
  if (kind === 'withdraw') return { withdraw: of };
  return kind === 'borrow' ? { borrow: of } : { repay: of };
};

/** What was typed, as an amount of the program, or why it is none. */
export function parsed(
  text: string,
  decimals: number,
): { readonly amount: bigint | null; readonly problem: string | null } {
  if (text.trim() === '') return { amount: null, problem: null };
  const amount = native(text, decimals);
  if (amount === null) return { amount: null, problem: `A number with at most ${decimals} decimals.` };
  return amount === 0n ? { amount: null, problem: null } : { amount, problem: null };
}

/** The most that can be meant: what the program accepts, and no more than the wallet holds where it pays. */
export function bound(kind: TokenKind, most: bigint | null, balance: bigint | undefined): bigint | null {
  if (kind === 'withdraw' || kind === 'borrow') return most;
  if (most === null || balance === undefined) return most === null ? null : (balance ?? most);
  return lesser(most, balance);
}

/** Tokens that a kind can be about: what is held for a withdrawal, what is owed for a repayment. */
function useTokens(kind: TokenKind): readonly number[] {
  const { group, account } = useDesk();
  if (kind === 'deposit' || kind === 'borrow') return group.tokens.map(({ token }) => token);
  const rows = account?.standing.tokens ?? [];
  return rows.filter(({ isDebt }) => isDebt === (kind === 'repay')).map(({ token }) => token);
}

export function TokenForm({ kind, token: asked }: { readonly kind: TokenKind; readonly token: number }) {
  const tokens = useTokens(kind);
  const { setTask } = useDesk();
  const token = tokens.includes(asked) ? asked : tokens[0];
  if (token === undefined) {
    return (
      <p className="py-4 text-center text-sm text-soft">
        {kind === 'repay' ? 'This account owes nothing.' : 'This account holds no deposit.'}
      </p>
    );
  }
  return (
    <Form
      key={`${kind}-${token}`}
      kind={kind}
      token={token}
      tokens={tokens}
      choose={(token) => setTask({ kind, token })}
    />
  );
}

function Form(props: {
  readonly kind: TokenKind;
  readonly token: number;
  readonly tokens: readonly number[];
  readonly choose: (token: number) => void;
}) {
  const { kind, token, tokens, choose } = props;
  const { group, address, owner, account } = useDesk();
  const { address: wallet } = useWallet();
  const names = useNames();
  const [text, setText] = useState('');
  const [isAll, setAll] = useState(false);
  const info = tokenOf(group, token);
  const decimals = info?.decimals ?? 0;
  const pays = kind === 'deposit' || kind === 'repay';
  const balance = useBalances(pays ? wallet : null, [token]).get(token);
  const told = useMost(
    address,
    owner,
    kind === 'deposit'
      ? { deposit: { token } }
      : kind === 'withdraw'
        ? { withdraw: { token } }
        : kind === 'borrow'
          ? { borrow: { token } }
          : { repay: { token } },
  );
  const accepted = told.answer ? BigInt(told.answer.native) : null;
  const most = bound(kind, accepted, balance);
  const row = account?.standing.tokens.find((row) => row.token === token);
  // Interest grows until the transaction lands: whoever means all of it says so, and leaves no crumbs.
  const meansAll =
    isAll &&
    most !== null &&
    (kind === 'repay' ? most === accepted : kind === 'withdraw' && row?.amount.native === most.toString());
  const { amount, problem } = parsed(text, decimals);
  const tooMuch = pays && amount !== null && balance !== undefined && amount > balance && !meansAll;
  const name = names.token(token);
  const paused =
    pausedOf(info?.pause, `for ${name}`, group.time) ?? pausedOf(group.pause, 'in the whole group', group.time);
  return (
    <Submit
      intent={amount === null ? null : intentOf(kind, token, meansAll ? 'all' : amount.toString())}
      missing="Say how much."
      problem={problem ?? (tooMuch ? `Your wallet holds ${plain(shifted(balance, decimals))} ${name}.` : null)}
      title={`${VERBS[kind]} ${text && !problem ? `${text} ` : ''}${name}`}
      token={token}
      market={null}
      onDone={() => {
        setText('');
        setAll(false);
      }}
    >
      <Select
        label="Token"
        chosen={token}
        choose={choose}
        options={tokens.map((id) => ({ id, name: names.token(id) }))}
      />
      <AmountField
        label="Amount"
        unit={name}
        value={text}
        set={(value) => {
          setText(value);
          setAll(false);
        }}
        most={most === null ? null : shownAmount(shifted(most, decimals))}
        onMost={
          most === null
            ? undefined
            : () => {
                setText(plain(shifted(most, decimals)));
                setAll(true);
              }
        }
        problem={problem}
      />
      {pays && balance !== undefined ? (
        <p className="text-xs text-soft">
          In your wallet: <span className="num text-text">{shownAmount(shifted(balance, decimals))}</span> {name}
        </p>
      ) : null}
      {told.refused && amount === null ? (
        <p className="text-xs text-warn">
          Nothing can be {DONE[kind]} now. {sentence(told.refused.message)}
        </p>
      ) : null}
      {info?.reduceOnly && (kind === 'deposit' || kind === 'borrow') ? (
        <Notice>{name} is being wound down: no deposit and no loan is taken.</Notice>
      ) : null}
      {paused ? <Notice>{paused}</Notice> : null}
      {info ? <TokenFacts info={info} name={name} /> : null}
    </Submit>
  );
}
