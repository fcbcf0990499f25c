/** What an action would do, before it is signed: by the program's own code, or why it would be refused. */
import type { Intent, PreviewAnswer } from '@breakwater-labs/client/margin';
import type { ReactNode } from 'react';

import { type Told, usePreview } from '../../chain/hooks';
import type { Own } from '../../chain/own';
import { amount, factor, usd } from '../../format';
import { Fact, Facts, Notice } from '../../ui';

export const useBefore = (own: Own, intent: Intent | null): Told<PreviewAnswer> =>
  usePreview(own.account, own.owner, intent);

export function Before(props: {
  readonly told: Told<PreviewAnswer>;
  /** What the amount is called, and its token. */
  readonly name: string;
  readonly unit: string;
  /** Whether the margin account's health changes by it. */
  readonly movesHealth?: boolean;
  readonly children?: ReactNode;
}) {
  const { answer, refused } = props.told;
  if (refused) return <Notice tone="loss">It would be refused: {refused.message}</Notice>;
  if (!answer) return null;
  const { before, after } = answer;
  return (
    <div aria-live="polite" className="rounded-lg bg-raised/50 px-3 py-2">
      <Facts>
        <Fact name={props.name}>
          {amount(answer.amount.ui)} {props.unit}
        </Fact>
        {props.movesHealth ? (
          <>
            <Fact name="Account’s equity">
              {usd(before.health.equity)} → {usd(after.health.equity)}
            </Fact>
            <Fact name="Health factor">
              {factor(before.health.factor)} → {factor(after.health.factor)}
            </Fact>
          </>
        ) : null}
        {props.children}
      </Facts>
    </div>
  );
}
