/** What is published: generated code that is up to date, and a bundle that holds no more than what is used. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { build } from 'vite';
import { expect, it } from 'vitest';

const path = (inside: string): string => fileURLToPath(new URL(inside, import.meta.url));

it('generated code is what the IDL gives', { timeout: 60_000 }, async () => {
  const run = promisify(execFile)(process.execPath, [path('../scripts/generate.mjs'), '--check']);
  await expect(run).resolves.toMatchObject({ stderr: '' });
});

/** The client's own code in a bundle of a module, without kit, in bytes before minification. */
const bundled = async (code: string): Promise<string> => {
  // A module that stands beside the sources, on no disk.
  const entry = path('../src/entry.ts');
  const built = await build({
    configFile: false,
    logLevel: 'silent',
    root: path('..'),
    resolve: { conditions: ['breakwater-source'] },
    plugins: [
      {
        name: 'entry',
        enforce: 'pre',
        resolveId: (id) => (id === entry ? id : undefined),
        load: (id) => (id === entry ? code : undefined),
      },
    ],
    build: {
      write: false,
      minify: false,
      lib: { entry, formats: ['es'] },
      rollupOptions: { external: /^@solana\// },
    },
  });
  const [output] = Array.isArray(built) ? built : [built];
  if (output === undefined || !('output' in output)) throw new Error('nothing was built');
  return output.output.map((chunk) => ('code' in chunk ? chunk.code : '')).join('\n');
};

it(
  'a bundle holds the instructions, accounts and texts that are used, and no others',
  { timeout: 60_000 },
  async () => {
    const code = await bundled(`
    import { actions } from './index.js';
    export const repay = actions.repay;
  `);
    expect(code).toContain('getRepayInstruction');
    for (const unused of [
      'getCreateGroupInstruction',
      'getTradeInstruction',
      'getRiskBoardDecoder',
      'getTradedDecoder',
    ]) {
      expect(code).not.toContain(unused);
    }
    expect(code).not.toContain('an amount does not fit its integer type');
    expect(code.length).toBeLessThan(20_000);
  },
);

it('has no script that runs where it is installed, and names all that it exports', () => {
  const manifest = JSON.parse(readFileSync(path('../package.json'), 'utf8')) as {
    scripts: Record<string, string>;
    exports: Record<string, string | Record<string, string>>;
    files: string[];
  };
  expect(Object.keys(manifest.scripts).filter((name) => /install$/.test(name))).toEqual([]);
  for (const target of Object.values(manifest.exports).flatMap((to) =>
    typeof to === 'string' ? [to] : Object.values(to),
  )) {
    const folder = target.split('/')[1] ?? '';
    expect([...manifest.files, 'package.json']).toContain(folder);
  }
});
