/** Sending what has been previewed, for the account on the desk. */
import { useWallet } from '../../wallet/context';
import { useStore } from '../../chain/hooks';
import { useSend } from '../../send/context';
import type { PreviewAnswer } from '@breakwater-labs/client/margin';
import { go } from '../../shell/route';
import { useDesk } from './desk';
import { pathOf } from './path';
import { instructionsOf, type TraderIntent } from './intents';

/** Signs and sends an intent as its preview has shown it. Returns whether it happened. */
export function useAct() {
  const store = useStore();
  const { address: wallet } = useWallet();
  const { send, isBusy } = useSend();
  const { address, number } = useDesk();
  const act = async (title: string, intent: TraderIntent, preview: PreviewAnswer): Promise<boolean> => {
    const build = () => {
      if (wallet === null) throw new Error('No wallet is connected.');
      const data = store.marginAccount(address);
      return instructionsOf({ directory: store.directory, wallet, address, number, data }, intent, preview);
    };
    const isNew = store.marginAccount(address) === undefined;
    const done = (await send(title, build)) !== false;
    // The page of a new account stays with it once it is open.
    if (done && isNew) go(pathOf(address));
    return done;
  };
  return { act, isBusy };
}
