// The trader's page as a person uses it.
import type { Locator } from 'playwright-core';
import { expect } from './browser.ts';
import type { Visit } from './browser.ts';

export type Tab = 'Trade' | 'Deposit' | 'Withdraw' | 'Borrow' | 'Repay';

/** Figures that preview and account panel both show. */
export const FIGURES = [
  'Equity',
  'Health factor',
  'To take new risk',
  'Where a liquidation stops',
  'To be left alone',
  'Leverage',
] as const;
export type Figures = Record<(typeof FIGURES)[number], string>;

export class Desk {
  constructor(readonly visit: Visit) {}

  private get page() {
    return this.visit.page;
  }

  private get act(): Locator {
    return this.page.getByRole('region', { name: 'Act', exact: true });
  }

  get account(): Locator {
    return this.page.getByRole('region', { name: 'Account', exact: true });
  }

  get preview(): Locator {
    return this.page.getByRole('region', { name: 'Preview' });
  }

  /** Says what is to be done with a token. */
  async token(tab: Exclude<Tab, 'Trade'>, token: string, amount: string): Promise<void> {
    await this.act.getByRole('button', { name: tab, exact: true }).click();
    await this.act.getByLabel('Token').selectOption({ label: token });
    await this.act.getByLabel('Amount').fill(amount);
  }

  /** Says what is to be traded. */
  async trade(side: 'Long' | 'Short' | 'Reduce', size: string, market = 'SOL-PERP'): Promise<void> {
    await this.act.getByRole('button', { name: 'Trade', exact: true }).click();
    await this.act.getByLabel('Market').selectOption({ label: market });
    await this.act.getByRole('button', { name: side, exact: true }).click();
    await this.act.getByLabel(/^Size/).fill(size);
  }

  /** The button that signs. */
  submit(title: string): Locator {
    return this.act.getByRole('button', { name: title, exact: true });
  }

  /** Signs, and waits until the transaction is confirmed. */
  async sign(title: string): Promise<void> {
    await this.submit(title).click();
    const toast = this.page.locator('[data-toast]').filter({ hasText: title });
    await this.page.locator('[data-toast=done], [data-toast=failed]').filter({ hasText: title }).waitFor();
    expect(await toast.innerText()).toContain('Confirmed.');
    await toast.getByRole('button', { name: 'Dismiss' }).click();
  }

  /** What the preview says of the time after. */
  async foreseen(): Promise<Figures> {
    const figure = async (name: string) =>
      (
        await this.preview
          .getByRole('row')
          .filter({ has: this.page.getByRole('rowheader', { name, exact: true }) })
          .locator('td')
          .last()
          .innerText()
      ).trim();
    return Object.fromEntries(await Promise.all(FIGURES.map(async (name) => [name, await figure(name)]))) as Figures;
  }

  /** What the account panel says now. */
  async stands(): Promise<Figures> {
    const lines = (await this.account.innerText())
      .split('\n')
      .map((line) => line.trim())
      .filter(Boolean);
    const after = (name: string) => lines[lines.indexOf(name) + 1] ?? '';
    return Object.fromEntries(FIGURES.map((name) => [name, after(name)])) as Figures;
  }

  /** A row of a table, by what it begins with. */
  row(table: string, start: string | RegExp): Locator {
    return this.page
      .getByRole('table', { name: table })
      .getByRole('row')
      .filter({ has: this.page.getByRole('rowheader', { name: start }) });
  }
}

/** A number as it is shown. */
export const shown = (text: string): number => Number(text.replace('−', '-').replace(/[^0-9.-]/g, ''));

/** A figure that follows from prices moves a little with their age, until the next print. */
export function expectSame(now: Figures, foreseen: Figures): void {
  for (const name of FIGURES) {
    const [is, was] = [shown(now[name]), shown(foreseen[name])];
    expect(Math.abs(is - was), `${name} is ${now[name]}, and was to be ${foreseen[name]}`).toBeLessThanOrEqual(
      0.02 + Math.abs(was) * 0.002,
    );
  }
}
