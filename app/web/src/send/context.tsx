/** Sending as pages use it: one call, and toasts that tell how it goes. */
import type { Instruction, Signature } from '@solana/kit';
import { failureOf, failureText } from '@breakwater-labs/client';
import { createContext, type ReactNode, use, useCallback, useMemo, useRef, useState } from 'react';

import { useStore } from '../chain/hooks';
import { useWallet } from '../wallet/context';
import { send, SendFailed } from './transaction';

/** News that goes away by itself, unless it is bad. */
export interface Toast {
  readonly id: number;
  readonly kind: 'busy' | 'done' | 'failed';
  readonly title: string;
  readonly text: string | null;
  readonly signature: string | null;
}

/** How long good news stays, milliseconds. */
const STAYS = 8_000;

interface Sending {
  readonly toasts: readonly Toast[];
  readonly dismiss: (id: number) => void;
  /** Tells something that is no transaction. */
  readonly tell: (kind: Toast['kind'], title: string, text?: string) => void;
  /** Builds, simulates, has signed, sends and confirms; false where that failed, which a toast has told. */
  readonly send: (title: string, build: () => Promise<readonly Instruction[]>) => Promise<Signature | false>;
  /** Whether something is under way. */
  readonly isBusy: boolean;
}

const SendContext = createContext<Sending | null>(null);

export function useSend(): Sending {
  const sending = use(SendContext);
  if (sending === null) throw new Error('There is no send provider around this component.');
  return sending;
}

export function SendProvider({ children }: { readonly children: ReactNode }) {
  const store = useStore();
  const { connection } = useWallet();
  const [toasts, setToasts] = useState<readonly Toast[]>([]);
  const last = useRef(0);

  const dismiss = useCallback((id: number) => setToasts((all) => all.filter((toast) => toast.id !== id)), []);
  const show = useCallback(
    (toast: Toast) => {
      setToasts((all) => [...all.filter(({ id }) => id !== toast.id), toast].slice(-5));
      if (toast.kind === 'done') setTimeout(() => dismiss(toast.id), STAYS);
    },
    [dismiss],
  );
  const tell = useCallback(
    (kind: Toast['kind'], title: string, text?: string) =>
      show({ id: (last.current += 1), kind, title, text: text ?? null, signature: null }),
    [show],
  );
  const run = useCallback(
    async (title: string, build: () => Promise<readonly Instruction[]>) => {
      const id = (last.current += 1);
      if (!connection) {
        show({ id, kind: 'failed', title, text: 'Connect a wallet first.', signature: null });
        return false;
      }
      show({ id, kind: 'busy', title, text: 'Asking the wallet…', signature: null });
      try {
        const signature = await send(store, connection, await build(), (signature) =>
          show({ id, kind: 'busy', title, text: 'Sent, waiting for the network…', signature }),
        );
        await store.read();
        show({ id, kind: 'done', title, text: 'Confirmed.', signature });
        return signature;
      } catch (error) {
        const [text, signature] =
          error instanceof SendFailed
            ? [failureText(error.failure), error.signature]
            : [failureText(failureOf(error)), null];
        show({ id, kind: 'failed', title, text, signature });
        return false;
      }
    },
    [store, connection, show],
  );
  const isBusy = toasts.some(({ kind }) => kind === 'busy');
  const sending = useMemo(() => ({ toasts, dismiss, tell, send: run, isBusy }), [toasts, dismiss, tell, run, isBusy]);
  return <SendContext value={sending}>{children}</SendContext>;
}
