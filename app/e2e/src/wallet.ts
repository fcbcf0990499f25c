// Wallets for a test: the page's own burner, and one that is asked and refuses.
import type { BrowserContext } from 'playwright-core';
import { control } from './control.ts';
import type { Visit } from './browser.ts';

export const REFUSER = 'Refuser';
const REFUSED = 'User rejected the request.';

/** Connects a wallet by its name in the page's list, and returns the address. */
export async function connect({ page }: Visit, name: string | RegExp = /burner/i): Promise<string> {
  await page.getByRole('button', { name: 'Connect wallet' }).click();
  await page.getByRole('button', { name }).click();
  const connected = page.getByTitle(/: disconnect$/);
  await connected.waitFor();
  return (await connected.getAttribute('title'))!.split(':')[0]!;
}

/** Connects the burner and fills it. */
export async function connectWithMoney(visit: Visit): Promise<string> {
  const owner = await connect(visit);
  await control.faucet(owner);
  return owner;
}

/** Offers a wallet that connects and signs nothing. Runs before the page's own scripts. */
export const refuser =
  (owner: string, publicKey: Uint8Array) =>
  async (context: BrowserContext): Promise<void> => {
    await context.addInitScript(offer, { owner, publicKey: [...publicKey], name: REFUSER, refused: REFUSED });
  };

interface Offer {
  owner: string;
  publicKey: number[];
  name: string;
  refused: string;
}

// Runs in the page: the wallet standard's own events, without its packages.
function offer({ owner, publicKey, name, refused }: Offer): void {
  const chains = ['solana:localnet'];
  const account = {
    address: owner,
    publicKey: new Uint8Array(publicKey),
    chains,
    features: ['solana:signTransaction'],
  };
  const wallet = {
    version: '1.0.0',
    name,
    icon: 'data:image/svg+xml;base64,PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciLz4=',
    chains,
    accounts: [account],
    features: {
      'standard:connect': { version: '1.0.0', connect: async () => ({ accounts: [account] }) },
      'standard:events': { version: '1.0.0', on: () => () => {} },
      'solana:signTransaction': {
        version: '1.0.0',
        supportedTransactionVersions: ['legacy', 0],
        signTransaction: async () => {
          throw new Error(refused);
        },
      },
    },
  };
  const register = ({ register }: { register: (wallet: object) => void }) => register(wallet);
  window.dispatchEvent(new CustomEvent('wallet-standard:register-wallet', { detail: register }));
  window.addEventListener('wallet-standard:app-ready', (event) =>
    register((event as CustomEvent<{ register: (wallet: object) => void }>).detail),
  );
}
