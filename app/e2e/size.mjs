// What the first load of the built page weighs, gzipped: index.html, what it names, the trader's page, what these import
// statically, and the WebAssembly. The chart comes later, with an import of its own, and does not count.
import { readFileSync, readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { gzipSync } from 'node:zlib';

const LIMIT = 300 * 1024;
const DIST = new URL('../web/dist/', import.meta.url);

const read = (name) => readFileSync(new URL(name, DIST));
const seen = new Set();

function visit(name) {
  if (seen.has(name)) return;
  seen.add(name);
  if (!name.endsWith('.js')) return;
  const text = read(name).toString();
  for (const [, next] of text.matchAll(/(?:\bfrom|\bimport)\s*["']\.\/([^"']+)["']/g)) visit(`assets/${next}`);
}

const page = read('index.html').toString();
for (const [, name] of page.matchAll(/(?:src|href)="\/?((?:assets\/)[^"]+)"/g)) visit(name);
// The view that `/` leads to is loaded by name.
for (const name of readdirSync(new URL('assets/', DIST)))
  if (/\.wasm$|^trade-.*\.js$/.test(name)) visit(`assets/${name}`);
seen.add('index.html');

const files = [...seen].map((name) => ({ name: basename(name), bytes: gzipSync(read(name), { level: 9 }).length }));
files.sort((one, other) => other.bytes - one.bytes);
const sum = files.reduce((all, { bytes }) => all + bytes, 0);
for (const { name, bytes } of files) console.log(`${(bytes / 1024).toFixed(1).padStart(8)} KB  ${name}`);
console.log(`${(sum / 1024).toFixed(1).padStart(8)} KB  first load, gzipped; ${LIMIT / 1024} KB at most`);
if (sum > LIMIT) process.exit(1);
