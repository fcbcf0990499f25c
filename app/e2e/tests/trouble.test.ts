import { afterEach, describe, inject } from 'vitest';
import { generateKeyPairSync } from 'node:crypto';
import { getAddressDecoder } from '@solana/kit';
import { expect, test, type Visit } from '../src/browser.ts';
import { control, until } from '../src/control.ts';
import { Desk } from '../src/desk.ts';
import { connect, connectWithMoney, REFUSER, refuser } from '../src/wallet.ts';

/** A blockhash is good for 150 slots. */
const EXPIRY = 160;

afterEach(async () => {
  await control.fault({});
  await control.pausePrices(false);
});

/** Asks for a deposit and returns what the page says in the end. */
async function deposit(visit: Visit, amount = '100', seconds = 30): Promise<string> {
  const desk = new Desk(visit);
  await desk.token('Deposit', 'USDC', amount);
  await desk.submit(`Deposit ${amount} USDC`).click();
  const toast = visit.page
    .locator('[data-toast=done], [data-toast=failed]')
    .filter({ hasText: `Deposit ${amount} USDC` });
  await toast.waitFor({ timeout: seconds * 1_000 });
  return toast.innerText();
}

async function tokensOf(owner: string): Promise<number> {
  const { mint } = inject('stack').config.tokens.find(({ symbol }) => symbol === 'USDC')!;
  const options = [owner, { mint }, { encoding: 'jsonParsed' }];
  const { value } = (await control.rpc('getTokenAccountsByOwner', options)) as {
    value: { account: { data: { parsed: { info: { tokenAmount: { uiAmount: number } } } } } }[];
  };
  return value[0]!.account.data.parsed.info.tokenAmount.uiAmount;
}

describe('a transaction', () => {
  test('that the wallet refuses changes nothing, and the page says who refused', async ({ open }) => {
    const key = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' }).x!;
    const publicKey = new Uint8Array(Buffer.from(key, 'base64url'));
    const owner = getAddressDecoder().decode(publicKey);
    await control.faucet(owner);
    const visit = await open('/trade', { prepare: refuser(owner, publicKey) });
    expect(await connect(visit, REFUSER)).toBe(owner);
    expect(await deposit(visit)).toContain('the wallet did not sign');
    expect(await tokensOf(owner)).toBe(10_000);
  });

  test('gets through a connection that loses three requests of ten', async ({ open }) => {
    const visit = await open('/trade');
    const owner = await connectWithMoney(visit);
    visit.allow(/net::ERR_|Failed to fetch/);
    await control.fault({ drop_per_mille: 300 });
    // What is read before the wallet signs may be lost: then the page says so, and the next try goes through.
    await until(
      'a deposit',
      async () =>
        (await deposit(visit)).includes('Confirmed.') ||
        void (await visit.page.getByRole('button', { name: 'Dismiss' }).first().click()),
      50,
    );
    await control.fault({});
    expect(await tokensOf(owner)).toBe(9_900);
  });

  test('that the node threw away is sent again', async ({ open }) => {
    const visit = await open('/trade');
    const owner = await connectWithMoney(visit);
    await control.fault({ swallowed: true });
    const done = deposit(visit);
    await visit.page.getByText('waiting for the network').waitFor();
    await visit.page.waitForTimeout(1_500);
    await control.fault({});
    expect(await done).toContain('Confirmed.');
    expect(await tokensOf(owner)).toBe(9_900);
  });

  test(
    'with an expired blockhash is told to be lost, and nothing has changed',
    { timeout: 150_000 },
    async ({ open }) => {
      await until('old hashes', async () => (await control.state()).slot > EXPIRY, 90);
      const visit = await open('/trade');
      const owner = await connectWithMoney(visit);
      await control.fault({ old_hash: true });
      expect(await deposit(visit, '100', 60)).toMatch(/not taken in time|blockhash/);
      await control.fault({});
      expect(await tokensOf(owner)).toBe(10_000);
      expect(await deposit(visit, '50')).toContain('Confirmed.');
    },
  );

  test('that the program refuses is told before the wallet is asked, with the error’s own text', async ({ open }) => {
    const visit = await open('/trade');
    await connectWithMoney(visit);
    expect(await deposit(visit)).toContain('Confirmed.');
    const desk = new Desk(visit);
    await desk.token('Borrow', 'SOL', '100');
    await visit.page.getByText('The program would refuse this.').waitFor();
    await visit.page.getByText('InsufficientHealth').waitFor();
    expect(await desk.submit('Borrow 100 SOL').isDisabled()).toBe(true);
  });
});

describe('prices', () => {
  test('that nobody publishes any more are shown as old', { timeout: 120_000 }, async ({ open }) => {
    const visit = await open('/markets');
    await control.pausePrices(true);
    await visit.page.waitForTimeout(6_000);
    const cells = await visit.page.getByRole('row').filter({ hasText: 'SOL-PERP' }).first().innerText();
    expect(cells).toMatch(/\b([5-9]|1\d) s\b/);
  });
});

describe('anybody’s account', () => {
  test('is shown without a wallet, by its own address and by its owner’s', async ({ open }) => {
    const [address] = inject('stack').config.accounts;
    const visit = await open(`/trade/${address}`);
    const { page } = visit;
    await page.getByText('read only').waitFor();
    await page.getByRole('region', { name: 'Account', exact: true }).getByText('Equity').waitFor();
    await visit.shoot('trade-read-only');
    await page.getByLabel('Look at any account or owner').fill('no address');
    await page.getByRole('button', { name: 'Show' }).click();
    await page.getByText('This is no address.').waitFor();
  });
});
