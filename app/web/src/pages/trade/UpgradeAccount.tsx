/** An account of an older layout: the program refuses it until somebody has brought it to the current one. */
import { actions } from '@breakwater-labs/client';

import { useStore } from '../../chain/hooks';
import { useSend } from '../../send/context';
import { Button, Notice } from '../../ui';
import { useWallet } from '../../wallet/context';
import { useDesk } from './desk';

export function UpgradeAccount() {
  const { address } = useDesk();
  const { directory } = useStore();
  const { address: wallet } = useWallet();
  const { send, isBusy } = useSend();
  const upgrade = () =>
    wallet && send('Upgrade the account', () => actions.upgradeAccount(directory, { payer: wallet, account: address }));
  return (
    <Notice
      action={
        <Button small kind="main" disabled={isBusy || wallet === null} onClick={() => void upgrade()}>
          Upgrade
        </Button>
      }
    >
      This account is of an older layout. Nothing can be done with it until it is upgraded; anybody may, for its rent.
    </Notice>
  );
}
