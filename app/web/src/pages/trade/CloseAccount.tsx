/** Gives the rent of an empty account back to its owner. */
import { actions } from '@breakwater-labs/client';

import { useStore } from '../../chain/hooks';
import { useSend } from '../../send/context';
import { go } from '../../shell/route';
import { Button } from '../../ui';
import { useWallet } from '../../wallet/context';
import { useDesk } from './desk';

export function CloseAccount() {
  const { address, right } = useDesk();
  const { directory } = useStore();
  const { address: wallet } = useWallet();
  const { send, isBusy } = useSend();
  if (right !== 'owner' || wallet === null) return null;
  const close = async () => {
    const done = await send('Close the account', () =>
      actions.closeAccount(directory, { owner: wallet, account: address }),
    );
    if (done !== false) go('/trade');
  };
  return (
    <Button small disabled={isBusy} title="Its rent goes back to your wallet" onClick={() => void close()}>
      Close account
    </Button>
  );
}
