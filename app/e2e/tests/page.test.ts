import { describe } from 'vitest';
import { expect, expectAccessible, test } from '../src/browser.ts';

const PAGES = ['trade', 'markets', 'liquidations', 'keeper', 'insurance'];

describe('every page', () => {
  for (const name of PAGES) {
    test(`${name}: loads without an error in the console, fits a phone, and can be used without seeing it`, async ({
      open,
    }) => {
      const visit = await open(`/${name}`);
      expect(await visit.page.title()).toContain('Breakwater');
      await visit.page.getByRole('main').waitFor();
      await visit.page.waitForTimeout(1_500);
      await visit.shoot(name);
      await expectAccessible(visit);
    });
  }
});
