/**
 * A wallet for a chain on this machine: its key lies in this browser's storage, where any script of the page can read it. It
 * registers itself by the wallet standard like any other, and only where the page's server has a faucet.
 */
import {
  createSignerFromKeyPair,
  createKeyPairFromPrivateKeyBytes,
  getAddressEncoder,
  getTransactionDecoder,
  getTransactionEncoder,
} from '@solana/kit';
import { SolanaSignTransaction, type SolanaSignTransactionMethod } from '@solana/wallet-standard-features';
import type { Wallet, WalletAccount } from '@wallet-standard/base';
import { StandardConnect, StandardDisconnect, StandardEvents } from '@wallet-standard/features';
import { registerWallet } from '@wallet-standard/wallet';

const KEY = 'breakwater.burner';
const CHAINS = ['solana:localnet'] as const;
const ICON =
  'data:image/svg+xml;base64,PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciIHZpZXdCb3g9IjAgMCAzMiAzMiI+PHJlY3Qgd2lkdGg9IjMyIiBoZWlnaHQ9IjMyIiByeD0iOCIgZmlsbD0iIzhhNGIwMCIvPjxwYXRoIGQ9Ik0xNiA1YzMgNiA4IDggOCAxNGE4IDggMCAwIDEtMTYgMGMwLTMgMi01IDMtNyAyIDIgNCAwIDUtN3oiIGZpbGw9IiNmZmIwNDciLz48L3N2Zz4=';

/** The key's bytes, made on the first use. */
function secret(): Uint8Array<ArrayBuffer> {
  const kept = localStorage.getItem(KEY);
  const found = kept ? Uint8Array.from(kept.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16)) : null;
  if (found?.length === 32) return found;
  const made = crypto.getRandomValues(new Uint8Array(32));
  localStorage.setItem(KEY, Array.from(made, (byte) => byte.toString(16).padStart(2, '0')).join(''));
  return made;
}

let isRegistered = false;

/** Offers the burner wallet to this page, once. */
export async function registerBurner(): Promise<void> {
  if (isRegistered) return;
  isRegistered = true;
  const signer = await createSignerFromKeyPair(await createKeyPairFromPrivateKeyBytes(secret()));
  const account: WalletAccount = {
    address: signer.address,
    publicKey: new Uint8Array(getAddressEncoder().encode(signer.address)),
    chains: CHAINS,
    features: [SolanaSignTransaction],
  };
  const signTransaction: SolanaSignTransactionMethod = async (...inputs) =>
    Promise.all(
      inputs.map(async ({ transaction }) => {
        const decoded = getTransactionDecoder().decode(transaction);
        const [signatures] = await signer.signTransactions([decoded as never]);
        const signed = { ...decoded, signatures: { ...decoded.signatures, ...signatures } };
        return { signedTransaction: new Uint8Array(getTransactionEncoder().encode(signed)) };
      }),
    );
  let accounts: readonly WalletAccount[] = [];
  const wallet: Wallet = {
    version: '1.0.0',
    name: 'Burner (this browser)',
    icon: ICON,
    chains: CHAINS,
    get accounts() {
      return accounts;
    },
    features: {
      [StandardConnect]: { version: '1.0.0', connect: async () => ({ accounts: (accounts = [account]) }) },
      [StandardDisconnect]: { version: '1.0.0', disconnect: async () => void (accounts = []) },
      [StandardEvents]: { version: '1.0.0', on: () => () => {} },
      [SolanaSignTransaction]: { version: '1.0.0', supportedTransactionVersions: ['legacy', 0], signTransaction },
    },
  };
  registerWallet(wallet);
}
