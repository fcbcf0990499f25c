// How long the WebAssembly module takes to answer, with a thousand margin accounts. `npm run measure`; the figures are in
// docs/performance.md.
import { readFile } from 'node:fs/promises';

import { address, getBase58Decoder, getBase64Encoder } from '@solana/kit';

import { Margin } from '../dist/margin/index.js';

const read = (file) => readFile(new URL(`../${file}`, import.meta.url));
const [{ accounts, answers }] = JSON.parse(await read('vectors/margin.json'));
const raw = accounts.map(({ address: key, owner, data }) => ({
  address: address(key),
  owner: address(owner),
  data: getBase64Encoder().encode(data),
}));
const told = (ask) => answers.find(({ question }) => question.startsWith(ask))?.answer.ok;
const borrower = told('ask=account');
const margins = raw.filter(({ data }) => data.length === 1312);
const copies = Array.from({ length: 1_000 }, (_, at) => {
  const key = Uint8Array.from({ length: 32 }, (_, byte) => (byte < 4 ? (at >> (8 * byte)) & 255 : 77));
  return { ...margins[at % margins.length], address: address(getBase58Decoder().decode(key)) };
});

const before = performance.now();
const margin = await Margin.load(await read('src/margin/margin.wasm'));
console.log(`compile and start  ${(performance.now() - before).toFixed(1)} ms`);
margin.put([...raw, ...copies]);

const { address: who, owner } = borrower;
const group = raw.filter(({ data }) => data.length !== 1312);
const asked = {
  'a reading of the group, and the group': () => (margin.put(group), margin.group()),
  'an account': () => margin.account(who),
  'a preview': () => margin.preview(who, owner, { borrow: { token: 3, amount: '50000000' } }),
  'a largest amount': () => margin.most(who, owner, { borrow: { token: 3 } }),
  'what if': () => margin.whatIf(who, [{ feed: 0, bps: -1_500 }]),
  'the book of 1,000': () => margin.book(),
};
for (const [name, ask] of Object.entries(asked)) {
  const times = Array.from({ length: 60 }, () => {
    const from = performance.now();
    ask();
    return performance.now() - from;
  }).sort((one, other) => one - other);
  console.log(`${name.padEnd(40)} p50 ${times[30].toFixed(2)} ms, p95 ${times[57].toFixed(2)} ms`);
}
