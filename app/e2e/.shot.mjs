import { chromium } from 'playwright-core';
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox','--disable-gpu','--disable-quic','--disable-background-networking','--disable-component-update','--disable-sync'] });
const config = await (await fetch('http://127.0.0.1:4173/config.json')).json();
const pages = [['trade','/trade'],['account','/trade/'+config.accounts[0]],['markets','/markets'],['liquidations','/liquidations'],['keeper','/keeper'],['insurance','/insurance']];
for (const [theme,w,h] of [['dark',1440,1000],['light',1440,1000],['dark',390,844]]) {
  const context = await browser.newContext({ viewport: { width: w, height: h } });
  await context.addInitScript((t) => localStorage.setItem('theme', t), theme);
  const page = await context.newPage();
  page.on('console', (m) => m.type()==='error' && console.log('CONSOLE', m.text()));
  page.on('pageerror', (e) => console.log('PAGEERR', e.message));
  for (const [name, path] of pages) {
    await page.goto('http://127.0.0.1:4173'+path); await page.waitForTimeout(4000);
    await page.screenshot({ path: `/tmp/shots/${name}-${theme}-${w}.png`, fullPage: true });
  }
  await context.close();
}
await browser.close();
