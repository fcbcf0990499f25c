/** Wallets that the browser offers, by the wallet standard. The page never sees a key. */
import type { Address } from '@solana/kit';
import { SolanaSignTransaction, type SolanaSignTransactionFeature } from '@solana/wallet-standard-features';
import { getWallets } from '@wallet-standard/app';
import type { Wallet, WalletAccount } from '@wallet-standard/base';
import {
  StandardConnect,
  type StandardConnectFeature,
  StandardDisconnect,
  type StandardDisconnectFeature,
  StandardEvents,
  type StandardEventsFeature,
} from '@wallet-standard/features';

type Needed = StandardConnectFeature & SolanaSignTransactionFeature;
type Features = Needed & Partial<StandardDisconnectFeature & StandardEventsFeature>;

/** A wallet that can connect and sign transactions of Solana. */
export type SolanaWallet = Wallet & { readonly features: Features };

const isUsable = (wallet: Wallet): wallet is SolanaWallet =>
  StandardConnect in wallet.features &&
  SolanaSignTransaction in wallet.features &&
  wallet.chains.some((chain) => chain.startsWith('solana:'));

/** The usable wallets that are there now. */
export const wallets = (): SolanaWallet[] => getWallets().get().filter(isUsable);

/** Tells when a wallet comes or goes. */
export function onWallets(listener: () => void): () => void {
  const { on } = getWallets();
  const off = [on('register', listener), on('unregister', listener)];
  return () => off.forEach((end) => end());
}

/** An account of a wallet that may sign. */
export interface Connection {
  readonly wallet: SolanaWallet;
  readonly account: WalletAccount;
  readonly address: Address;
}

const connected = (wallet: SolanaWallet, accounts: readonly WalletAccount[]): Connection => {
  const account = accounts[0];
  if (account === undefined) throw new Error(`${wallet.name} has given no account.`);
  return { wallet, account, address: account.address as Address };
};

/** Asks a wallet for an account; silently where it has been given before. */
export async function connect(wallet: SolanaWallet, silent = false): Promise<Connection> {
  const { accounts } = await wallet.features[StandardConnect].connect({ silent });
  return connected(wallet, accounts);
}

export async function disconnect({ wallet }: Connection): Promise<void> {
  await wallet.features[StandardDisconnect]?.disconnect();
}

/** Tells when the wallet's accounts change: another account, or none any more. */
export function onChange({ wallet }: Connection, listener: (next: Connection | null) => void): () => void {
  const events = wallet.features[StandardEvents];
  if (!events) return () => {};
  return events.on('change', ({ accounts }) => {
    if (accounts) listener(accounts.length > 0 ? connected(wallet, accounts) : null);
  });
}

/** Has a transaction signed; the wallet shows it and may refuse. */
export async function sign(
  { wallet, account }: Connection,
  transaction: Uint8Array,
  chain: `solana:${string}`,
): Promise<Uint8Array> {
  const known = account.chains.includes(chain) ? chain : account.chains.find((name) => name.startsWith('solana:'));
  const [signed] = await wallet.features[SolanaSignTransaction].signTransaction({
    account,
    transaction,
    ...(known ? { chain: known } : {}),
  });
  if (signed === undefined) throw new Error(`${wallet.name} has signed nothing.`);
  return signed.signedTransaction;
}
