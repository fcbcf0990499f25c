/** The connected wallet, if there is one, and how to get one. */
import type { Address } from '@solana/kit';
import {
  createContext,
  type ReactNode,
  use,
  useCallback,
  useEffect,
  useMemo,
  useState,
  useSyncExternalStore,
} from 'react';

import { connect, type Connection, disconnect, onChange, onWallets, type SolanaWallet, wallets } from './standard';

const LAST = 'breakwater.wallet';

interface WalletState {
  readonly wallets: readonly SolanaWallet[];
  readonly connection: Connection | null;
  /** The connected address. */
  readonly address: Address | null;
  readonly connect: (wallet: SolanaWallet) => Promise<void>;
  readonly disconnect: () => Promise<void>;
}

const WalletContext = createContext<WalletState | null>(null);

export function useWallet(): WalletState {
  const state = use(WalletContext);
  if (state === null) throw new Error('There is no wallet provider around this component.');
  return state;
}

let known: readonly SolanaWallet[] = [];
const subscribe = (listener: () => void) => onWallets(() => ((known = wallets()), listener()));
const current = () => {
  const now = wallets();
  if (now.length !== known.length || now.some((wallet, at) => wallet !== known[at])) known = now;
  return known;
};

export function WalletProvider({ children }: { readonly children: ReactNode }) {
  const offered = useSyncExternalStore(subscribe, current);
  const [connection, setConnection] = useState<Connection | null>(null);

  const open = useCallback(async (wallet: SolanaWallet, silent = false) => {
    setConnection(await connect(wallet, silent));
    localStorage.setItem(LAST, wallet.name);
  }, []);
  const close = useCallback(async () => {
    localStorage.removeItem(LAST);
    if (connection) await disconnect(connection);
    setConnection(null);
  }, [connection]);

  // Whoever was connected before is connected again, as soon as the wallet is there.
  useEffect(() => {
    const last = offered.find(({ name }) => name === localStorage.getItem(LAST));
    if (last && !connection) open(last, true).catch(() => localStorage.removeItem(LAST));
  }, [offered, connection, open]);
  useEffect(() => (connection ? onChange(connection, setConnection) : undefined), [connection]);

  const state = useMemo(
    () => ({ wallets: offered, connection, address: connection?.address ?? null, connect: open, disconnect: close }),
    [offered, connection, open, close],
  );
  return <WalletContext value={state}>{children}</WalletContext>;
}
