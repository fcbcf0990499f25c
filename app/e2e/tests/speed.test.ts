import { randomBytes } from 'node:crypto';
import { getAddressDecoder } from '@solana/kit';
import type { BrowserContext } from 'playwright-core';
import { afterAll, describe, inject } from 'vitest';
import { expect, test } from '../src/browser.ts';
import { control } from '../src/control.ts';

const ACCOUNTS = 1_000;
/** A frame at sixty a second, milliseconds. */
const FRAME = 1_000 / 60;

afterAll(async () => {
  await control.scenario('recover', 0);
});

/** Lets the node tell of a thousand margin accounts: those that are there, under many addresses. */
async function crowd(context: BrowserContext): Promise<void> {
  const addresses = Array.from({ length: ACCOUNTS }, () => getAddressDecoder().decode(randomBytes(32)));
  await context.route(inject('stack').config.rpcUrl + '/**', async (route) => {
    if (!route.request().postData()?.includes('getProgramAccounts')) return route.continue();
    const response = await route.fetch();
    const answer = (await response.json()) as { result: { value: { pubkey: string }[] } };
    const { value } = answer.result;
    if (value.length < 10) return route.fulfill({ response, json: answer });
    const copies = addresses.map((pubkey, at) => ({ ...value[at % value.length]!, pubkey }));
    await route.fulfill({ response, json: { ...answer, result: { ...answer.result, value: copies } } });
  });
}

interface Times {
  long: number[];
  clicks: number[];
  gaps: number[];
}

/** In the page: how long tasks, clicks and frames take. */
function watch(): void {
  const times: Times = { long: [], clicks: [], gaps: [] };
  (window as unknown as { times: Times }).times = times;
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) times.long.push(duration);
  }).observe({ type: 'longtask' });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as PerformanceEventTiming[]) {
      if (entry.name === 'click') times.clicks.push(entry.processingEnd - entry.processingStart);
    }
  }).observe({ type: 'event', durationThreshold: 0 } as PerformanceObserverInit);
  let last = performance.now();
  const frame = (now: number) => {
    times.gaps.push(now - last);
    last = now;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
}

const quantile = (numbers: number[], part: number): number =>
  numbers.toSorted((one, other) => one - other)[Math.floor((numbers.length - 1) * part)] ?? 0;

describe('with a thousand accounts', () => {
  test('a new price keeps nobody waiting for more than a frame', { timeout: 120_000 }, async ({ open }) => {
    const { page } = await open('/keeper', { prepare: crowd });
    // Empty accounts are not listed, and another test may have emptied some.
    await page.getByText(/^(9\d\d|1000) accounts are listed/).waitFor({ timeout: 30_000 });
    await page.evaluate(watch);
    const buttons = ['Equity', 'Debts', 'Health'];
    for (let round = 0; round < 9; round += 1) {
      await control.price('SOL', round % 2 ? 30 : -30);
      await page
        .getByRole('columnheader', { name: buttons[round % 3]! })
        .getByRole('button')
        .click();
      await page.waitForTimeout(400);
    }
    const times = await page.evaluate(() => (window as unknown as { times: Times }).times);
    const told = {
      frames: times.gaps.length,
      gap50: quantile(times.gaps, 0.5).toFixed(1),
      gap95: quantile(times.gaps, 0.95).toFixed(1),
      gapMost: Math.max(...times.gaps).toFixed(1),
      click50: quantile(times.clicks, 0.5).toFixed(1),
      clickMost: Math.max(...times.clicks).toFixed(1),
      long: times.long.map((duration) => duration.toFixed(0)).join(' '),
    };
    console.log(told);
    expect(times.clicks.length).toBeGreaterThan(5);
    expect(quantile(times.clicks, 0.5)).toBeLessThanOrEqual(FRAME);
    expect(quantile(times.gaps, 0.95)).toBeLessThanOrEqual(2 * FRAME);
  });
});
