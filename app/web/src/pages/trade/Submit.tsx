/** The preview of an intent with the button that signs it; the button says why where it cannot. */
import type { ReactNode } from 'react';

import { usePreview, useSnapshot } from '../../chain/hooks';
import { Button, Notice } from '../../ui';
import { useWallet } from '../../wallet/context';
import { useDesk } from './desk';
import type { TraderIntent } from './intents';
import { Preview } from './Preview';
import { sentence } from './words';
import { useAct } from './use-act';

interface Props {
  /** What is meant; null while it has not been said. */
  readonly intent: TraderIntent | null;
  /** Says what is missing where there is no intent. */
  readonly missing: string;
  /** What is wrong though the module would accept it, as a wallet that holds too little. */
  readonly problem: string | null;
  readonly title: string;
  readonly token: number | null;
  readonly market: number | null;
  readonly onDone: () => void;
  readonly children?: ReactNode;
}

/** Why the button cannot be pressed; null where it can. */
export function useReason(needsOwner: boolean): string | null {
  const { right } = useDesk();
  const { address } = useWallet();
  const { link } = useSnapshot();
  if (link !== 'live') return 'The node cannot be reached.';
  if (address === null) return 'Connect a wallet to act.';
  if (right === 'none') return 'You are looking at somebody else’s account.';
  if (needsOwner && right !== 'owner') return 'Your key may trade with this account, but not move its tokens.';
  return null;
}

const isTransfer = (intent: TraderIntent | null) =>
  intent !== null && ('deposit' in intent || 'withdraw' in intent || 'borrow' in intent || 'repay' in intent);

export function Submit({ intent, missing, problem, title, token, market, onDone, children }: Props) {
  const { address, owner } = useDesk();
  const { answer, refused } = usePreview(address, owner, intent);
  const { act, isBusy } = useAct();
  const forbidden = useReason(isTransfer(intent));
  const reason =
    forbidden ?? problem ?? (intent === null ? missing : null) ?? (isBusy ? 'Something is under way.' : null);
  const submit = async () => {
    if (intent !== null && answer !== null && (await act(title, intent, answer))) onDone();
  };
  return (
    <div className="grid gap-3">
      {children}
      {refused ? (
        <Notice tone="loss">
          <strong>Refused:</strong> {sentence(refused.message)}{' '}
          <span className="text-xs text-soft">({refused.reason})</span>
        </Notice>
      ) : null}
      <Button
        kind="main"
        disabled={reason !== null || answer === null}
        onClick={() => void submit()}
        aria-describedby="action-reason"
      >
        {title}
      </Button>
      <p id="action-reason" className="min-h-4 text-center text-xs text-soft">
        {reason ?? (refused ? 'The program would refuse this.' : '')}
      </p>
      {answer ? <Preview preview={answer} token={token} market={market} /> : null}
    </div>
  );
}
