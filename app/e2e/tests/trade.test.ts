import { afterEach, describe } from 'vitest';
import { expect, expectAccessible, test } from '../src/browser.ts';
import { control, until } from '../src/control.ts';
import { Desk, expectSame, shown } from '../src/desk.ts';
import { connectWithMoney } from '../src/wallet.ts';

afterEach(async () => {
  await control.keeper(false);
  await control.scenario('recover', 0);
});

describe('a trader', () => {
  test(
    'deposits, borrows and opens what the previews foresee, falls under water, and is liquidated',
    { timeout: 240_000 },
    async ({ open }) => {
      const visit = await open('/trade');
      const { page } = visit;
      await visit.shoot('trade-welcome');
      await connectWithMoney(visit);
      const desk = new Desk(visit);

      await desk.token('Deposit', 'USDC', '2000');
      await desk.preview.waitFor();
      await visit.shoot('trade-deposit');
      await desk.sign('Deposit 2000 USDC');
      await desk.row('Deposits and debts', /^USDC deposit/).waitFor();

      await desk.token('Borrow', 'SOL', '2');
      await desk.preview.waitFor();
      let foreseen = await desk.foreseen();
      await desk.sign('Borrow 2 SOL');
      await desk.row('Deposits and debts', /^SOL debt/).waitFor();
      expectSame(await desk.stands(), foreseen);

      await desk.trade('Long', '60');
      await desk.preview.waitFor();
      await visit.shoot('trade-preview');
      foreseen = await desk.foreseen();
      const fill = shown(await desk.preview.getByText('Fill price').locator('..').locator('dd').innerText());
      await desk.sign('Buy 60 SOL');
      const position = desk.row('Positions', /^SOL-PERP/);
      await position.waitFor();
      expectSame(await desk.stands(), foreseen);
      expect(await position.innerText()).toContain('60');
      expect(fill).toBeGreaterThan(149);
      await visit.shoot('trade-position');
      await expectAccessible(visit);

      await control.price('SOL', -900);
      const banner = page.getByRole('alert').filter({ hasText: 'flag' });
      await until('a breach', async () => {
        await control.price('SOL', -50);
        await page.waitForTimeout(1_200);
        return (await banner.count()) > 0;
      });
      expect(await banner.innerText()).toMatch(/25 slots after the flag it can be liquidated/);
      await visit.shoot('trade-breach');
      await expectAccessible(visit);

      // One click ends the breach; another fall begins the next one.
      await banner.getByRole('button').first().click();
      await banner.waitFor({ state: 'detached' });
      await until('the next breach', async () => {
        await control.price('SOL', -50);
        await page.waitForTimeout(1_200);
        return (await banner.count()) > 0;
      });

      const account = await page.getByLabel('Margin account').inputValue();
      const short = `${account.slice(0, 4)}…${account.slice(-4)}`;
      const watcher = await open('/liquidations');
      const insurance = await open('/insurance');
      const tranche = insurance.page.getByRole('row').filter({ hasText: 'SOL-PERP' }).locator('td').nth(1);
      await tranche.waitFor();
      const insured = shown(await tranche.innerText());

      await control.keeper(true);
      await page
        .getByRole('alert')
        .filter({ hasText: /flagged: / })
        .waitFor();
      // The first step only has the loss paid out of the deposit; another fall has the position closed in part.
      await desk.account.getByText('healthy', { exact: true }).waitFor({ timeout: 60_000 });
      await control.price('SOL', -250);
      const size = position.locator('td').first();
      await until('a smaller position', async () => shown((await size.innerText().catch(() => '')) || '60') < 60, 60);
      const receipt = watcher.page.locator('[data-verdict]').filter({ hasText: short }).first();
      await receipt.waitFor();
      expect(await receipt.innerText()).toContain('verified');
      await until('more insurance', async () => shown(await tranche.innerText()) > insured);
      await watcher.shoot('liquidations-live');
      await insurance.shoot('insurance-after');
      await visit.shoot('trade-liquidated');
    },
  );
});
