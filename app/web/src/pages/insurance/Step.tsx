/** A button for something that needs no amount, with its preview under it. */
import type { Instruction } from '@solana/kit';
import type { Intent } from '@breakwater-labs/client/margin';

import type { Own } from '../../chain/own';
import { useSend } from '../../send/context';
import { Button } from '../../ui';
import { Before, useBefore } from './Before';

export function Step(props: {
  readonly own: Own;
  readonly button: string;
  readonly intent: Intent;
  readonly name: string;
  readonly unit: string;
  readonly kind?: 'main' | 'plain';
  readonly movesHealth?: boolean;
  readonly build: () => Promise<readonly Instruction[]>;
}) {
  const { send, isBusy } = useSend();
  const told = useBefore(props.own, props.intent);
  return (
    <div className="space-y-2">
      <Before told={told} name={props.name} unit={props.unit} movesHealth={props.movesHealth ?? false} />
      <Button
        kind={props.kind ?? 'plain'}
        className="w-full"
        disabled={isBusy || !told.answer}
        onClick={() => void send(props.button, props.build)}
      >
        {props.button}
      </Button>
    </div>
  );
}
