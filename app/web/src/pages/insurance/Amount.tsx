/** A form for an amount of the quote token out of a margin account's deposit: typed in, previewed, signed. */
import type { Instruction } from '@solana/kit';
import type { Intent, MostOf } from '@breakwater-labs/client/margin';
import { useState } from 'react';

import { useMost } from '../../chain/hooks';
import type { Own } from '../../chain/own';
import { amount as shown, native } from '../../format';
import { useSend } from '../../send/context';
import { AmountField, Button } from '../../ui';
import { Before, useBefore } from './Before';

export function AmountForm(props: {
  readonly own: Own;
  readonly label: string;
  readonly button: string;
  readonly unit: string;
  readonly decimals: number;
  readonly most: MostOf;
  readonly intent: (amount: string) => Intent;
  readonly build: (amount: bigint) => Promise<readonly Instruction[]>;
  /** What the previewed amount is called. */
  readonly name: string;
  /** Why it cannot be done at all, in words. */
  readonly whyNot?: string | null;
}) {
  const { own, unit, decimals, build } = props;
  const { send, isBusy } = useSend();
  const [text, setText] = useState('');
  const most = useMost(own.account, own.owner, props.most);
  const units = text.trim() === '' ? null : native(text, decimals);
  const isBad = text.trim() !== '' && (units === null || units === 0n);
  const told = useBefore(own, units !== null && units > 0n ? props.intent(String(units)) : null);
  const problem = isBad ? `This is no amount with at most ${decimals} decimals.` : null;
  const submit = async () => {
    if (units === null || told.refused) return;
    if (await send(props.button, () => build(units))) setText('');
  };
  return (
    <form
      className="space-y-3"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <AmountField
        label={props.label}
        value={text}
        set={setText}
        unit={unit}
        most={most.answer ? shown(most.answer.ui, 2) : null}
        onMost={most.answer ? () => setText(most.answer.ui) : undefined}
        problem={problem}
      />
      {text === '' && most.refused ? (
        <p className="text-xs text-soft">Nothing can be taken from your account now: {most.refused.message}.</p>
      ) : null}
      <Before told={told} name={props.name} unit={unit} movesHealth />
      {props.whyNot ? <p className="text-xs text-warn">{props.whyNot}</p> : null}
      <Button
        type="submit"
        kind="main"
        className="w-full"
        disabled={isBusy || units === null || isBad || !told.answer || Boolean(props.whyNot)}
      >
        {props.button}
      </Button>
    </form>
  );
}
