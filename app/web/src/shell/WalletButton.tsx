/** Connects a wallet, shows the connected one, and on a local chain fills it. */
import { useState } from 'react';

import { useStore } from '../chain/hooks';
import { short } from '../format';
import { useSend } from '../send/context';
import { Button } from '../ui';
import { useWallet } from '../wallet/context';

export function WalletButton() {
  const { wallets, connection, address, connect, disconnect } = useWallet();
  const { tell } = useSend();
  const [isOpen, setOpen] = useState(false);
  if (connection && address) {
    return (
      <span className="flex items-center gap-2">
        <Faucet owner={address} />
        <Button small title={`${address}: disconnect`} onClick={() => void disconnect()}>
          <span className="num">{short(address)}</span>
        </Button>
      </span>
    );
  }
  return (
    <div className="relative">
      <Button small kind="main" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        Connect wallet
      </Button>
      {isOpen ? (
        <ul className="absolute right-0 z-40 mt-2 w-64 rounded-lg border border-line bg-panel p-1 shadow-lg">
          {wallets.map((wallet) => (
            <li key={wallet.name}>
              <button
                type="button"
                className="flex w-full items-center gap-3 rounded-md px-3 py-2 text-left text-sm hover:bg-raised"
                onClick={() => {
                  setOpen(false);
                  connect(wallet).catch((error: Error) =>
                    tell('failed', `${wallet.name} was not connected`, error.message),
                  );
                }}
              >
                <img src={wallet.icon} alt="" width={24} height={24} />
                {wallet.name}
              </button>
            </li>
          ))}
          {wallets.length === 0 ? (
            <li className="px-3 py-2 text-sm text-soft">
              This browser has no Solana wallet. Install one and reload the page.
            </li>
          ) : null}
        </ul>
      ) : null}
    </div>
  );
}

/** Asks a local chain's server for SOL and tokens. */
function Faucet({ owner }: { readonly owner: string }) {
  const { config } = useStore();
  const { tell } = useSend();
  const [isBusy, setBusy] = useState(false);
  if (!config.faucet) return null;
  const fill = async () => {
    setBusy(true);
    const response = await fetch('/faucet', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ owner }),
    }).catch(() => null);
    setBusy(false);
    if (response?.ok) tell('done', 'Tokens have arrived', 'SOL and some of every token are in your wallet.');
    else tell('failed', 'The faucet did not answer', 'Is `cargo xtask app` still running?');
  };
  return (
    <Button small disabled={isBusy} onClick={() => void fill()}>
      Get test tokens
    </Button>
  );
}
