// A browser for a test: Debian's Chromium, or the one that CHROMIUM names. What a page complains of fails its test.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { expect, inject, test as base } from 'vitest';

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const OUT = fileURLToPath(new URL('../out/', import.meta.url));
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export const THEMES = ['light', 'dark'] as const;
export const DESKTOP = { width: 1280, height: 800 };
export const PHONE = { width: 390, height: 844 };

export interface Look {
  theme?: (typeof THEMES)[number];
  size?: { width: number; height: number };
  /** Before the page's own scripts. */
  prepare?: (context: BrowserContext) => Promise<unknown>;
}

/** A page with what it complained of. */
export class Visit {
  private readonly complaints: string[] = [];
  private readonly allowed: RegExp[] = [];

  constructor(
    readonly page: Page,
    readonly url: string,
  ) {
    page.on('console', (message) => {
      if (message.type() === 'error') this.complaints.push(`${message.text()} (${message.location().url})`);
    });
    page.on('pageerror', (error) => this.complaints.push(error.stack ?? String(error)));
  }

  /** From now on the page may complain of this. */
  allow(...complaints: RegExp[]): void {
    this.allowed.push(...complaints);
  }

  /** What nobody expected. */
  get unexpected(): string[] {
    return this.complaints.filter((text) => !this.allowed.some((known) => known.test(text)));
  }

  /** As the switch of the page does it. Colours that fade are taken to their end. */
  async theme(theme: (typeof THEMES)[number]): Promise<void> {
    await this.page.evaluate(async (name) => {
      document.documentElement.dataset['theme'] = name;
      await new Promise(requestAnimationFrame);
      for (const animation of document.getAnimations()) animation.finish();
    }, theme);
  }

  /** A view, by its path. */
  async go(path: string): Promise<void> {
    await this.page.goto(this.url + path);
  }

  /** Files in out/: both themes, wide and as narrow as a phone. Fails if a view is wider than its window. */
  async shoot(name: string): Promise<void> {
    const before = this.page.viewportSize();
    for (const [width, size] of Object.entries({ wide: DESKTOP, phone: PHONE })) {
      await this.page.setViewportSize(size);
      for (const theme of THEMES) {
        await this.theme(theme);
        await this.page.screenshot({
          path: `${OUT}${name}-${width}-${theme}.png`,
          fullPage: true,
          animations: 'disabled',
        });
      }
      const over = await this.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect.soft(over, `${name} is wider than its ${size.width} px, px`).toBeLessThanOrEqual(0);
    }
    if (before) await this.page.setViewportSize(before);
  }
}

/** No violation that axe-core calls serious or critical, in either theme. */
export async function expectAccessible(visit: Visit): Promise<void> {
  // Not as a script of the page: its policy loads nothing of others.
  await visit.page.evaluate(AXE);
  for (const theme of THEMES) {
    await visit.theme(theme);
    expect.soft(await violations(visit), `violations, ${theme}`).toEqual([]);
  }
}

function violations({ page }: Visit): Promise<string[]> {
  return page.evaluate(async () => {
    const axe = (window as unknown as { axe: { run: (scope: Document, options: object) => Promise<AxeResults> } }).axe;
    const { violations } = await axe.run(document, { resultTypes: ['violations'] });
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ target }) => target.join(' ')).join(' | ')}`);
  });
}

interface AxeResults {
  violations: { id: string; impact?: string | null; help: string; nodes: { target: string[] }[] }[];
}

interface Fixtures {
  browser: Browser;
  /** Opens a page with a fresh profile: no wallet, no settings. */
  open: (path?: string, look?: Look) => Promise<Visit>;
}

/** A test with a browser. Fails on every error in a page's console that it does not allow. */
export const test = base.extend<Fixtures>({
  browser: [
    async ({}, use) => {
      const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
      const browser = await chromium.launch({ executablePath, headless: true, args: FLAGS });
      await use(browser);
      await browser.close();
    },
    { scope: 'file' },
  ],
  open: async ({ browser, task }, use) => {
    const visits: Visit[] = [];
    await use(async (path = '/', look = {}) => {
      const context = await browser.newContext({
        viewport: look.size ?? DESKTOP,
        colorScheme: look.theme ?? 'light',
        serviceWorkers: 'block',
      });
      context.setDefaultTimeout(15_000);
      await look.prepare?.(context);
      const visit = new Visit(await context.newPage(), inject('stack').url);
      visits.push(visit);
      await visit.go(path);
      return visit;
    });
    const failed = task.result?.state === 'fail';
    for (const [number, { page }] of visits.entries()) {
      if (failed) await page.screenshot({ path: `${OUT}failed-${task.id}-${number}.png` }).catch(() => {});
      await page.context().close();
    }
    expect(visits.flatMap((visit) => visit.unexpected)).toEqual([]);
  },
});

export { expect };
