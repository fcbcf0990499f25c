import type { BrowserContext } from 'playwright-core';
import { afterEach, describe, inject } from 'vitest';
import { expect, test } from '../src/browser.ts';
import { control } from '../src/control.ts';
import { connect } from '../src/wallet.ts';

afterEach(async () => {
  await control.fault({});
});

describe('the connection', () => {
  test('a node that goes away is told, and forgotten when it is back', async ({ open }) => {
    const visit = await open('/markets');
    const { page } = visit;
    await page.getByText('localnet · live').waitFor();
    visit.allow(/net::ERR_|Failed to fetch/);
    await control.fault({ down: true });
    const notice = page.getByRole('alert');
    await notice.getByText('cannot be reached').waitFor();
    await visit.shoot('offline');
    await control.fault({});
    await notice.waitFor({ state: 'detached' });
    await page.getByText('localnet · live').waitFor();
  });

  test('requests that are lost now and then are not told', async ({ open }) => {
    const visit = await open('/markets');
    const { page } = visit;
    await page.getByText('localnet · live').waitFor();
    visit.allow(/net::ERR_|Failed to fetch/);
    await control.fault({ drop_per_mille: 20 });
    await page.waitForTimeout(4_000);
    expect(await page.getByRole('alert').count()).toBe(0);
  });

  test('a node of another network is refused', async ({ open }) => {
    const config = { ...inject('stack').config, genesisHash: '5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d' };
    const prepare = (context: BrowserContext) =>
      context.route('**/config.json', (route) => route.fulfill({ json: config }));
    const { page } = await open('/trade', { prepare });
    await page.getByRole('alert').getByText('another network').waitFor();
  });

  test('a page without a configuration says so', async ({ open }) => {
    const prepare = (context: BrowserContext) =>
      context.route('**/config.json', (route) => route.fulfill({ json: {} }));
    const { page } = await open('/trade', { prepare });
    await page.getByText('does not know its node').waitFor();
  });
});

describe('the wallet', () => {
  test('the burner connects, is filled, and is there again after a reload', async ({ open }) => {
    const visit = await open('/trade');
    const { page } = visit;
    const owner = await connect(visit);
    await page.getByRole('button', { name: 'Get test tokens' }).click();
    await page.getByText('Tokens have arrived').waitFor();
    const lamports = (await control.rpc('getBalance', [owner])) as { value: number };
    expect(lamports.value).toBe(100_000_000_000);
    await page.reload();
    await page.getByTitle(`${owner}: disconnect`).click();
    await page.getByRole('button', { name: 'Connect wallet' }).waitFor();
  });
});
