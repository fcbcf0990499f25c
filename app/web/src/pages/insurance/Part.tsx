/** A form for a part of what one has: chosen by a slider, previewed, signed. */
import type { Instruction } from '@solana/kit';
import type { Intent } from '@breakwater-labs/client/margin';
import { type ReactNode, useState } from 'react';

import type { Own } from '../../chain/own';
import { useSend } from '../../send/context';
import { Button, Slider } from '../../ui';
import { Before, useBefore } from './Before';
import { partOf } from './parts';

export function PartForm(props: {
  readonly own: Own;
  readonly label: string;
  readonly button: string;
  readonly unit: string;
  readonly units: string;
  readonly intent: (units: string) => Intent;
  readonly build: (units: bigint) => Promise<readonly Instruction[]>;
  readonly name: string;
  readonly children?: ReactNode;
}) {
  const { send, isBusy } = useSend();
  const [percent, setPercent] = useState(100);
  const units = partOf(props.units, percent);
  const told = useBefore(props.own, units === '0' ? null : props.intent(units));
  return (
    <div className="space-y-3">
      <Slider
        label={props.label}
        min={1}
        max={100}
        step={1}
        value={percent}
        set={setPercent}
        show={(value) => `${value} %`}
      />
      <Before told={told} name={props.name} unit={props.unit}>
        {props.children}
      </Before>
      <Button
        className="w-full"
        disabled={isBusy || !told.answer}
        onClick={() => void send(props.button, () => props.build(BigInt(units)))}
      >
        {props.button}
      </Button>
    </div>
  );
}
