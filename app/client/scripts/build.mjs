// Compiles src to dist and brings along what TypeScript does not: WebAssembly, and the licence that is published with it.
import { execFileSync } from 'node:child_process';
import { cpSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const path = (inside) => fileURLToPath(new URL(inside, import.meta.url));

rmSync(path('../dist'), { recursive: true, force: true });
const compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc');
execFileSync(process.execPath, [compiler, '-p', path('../tsconfig.build.json')], { stdio: 'inherit' });
for (const file of readdirSync(path('../src'), { recursive: true })) {
  if (file.endsWith('.wasm')) cpSync(path(`../src/${file}`), path(`../dist/${file}`));
}
cpSync(path('../../../LICENSE'), path('../LICENSE'));
