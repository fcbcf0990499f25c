// Writes src/generated from the IDL; with --check says whether it is what the IDL gives.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

import { rootNodeFromAnchor } from '@codama/nodes-from-anchor';
import { renderVisitor } from '@codama/renderers-js';
import { createFromRoot } from 'codama';
import prettier from 'prettier';

const HEAD = '// Made from the IDL by scripts/generate.mjs: do not edit.\n\n';
const path = (inside) => fileURLToPath(new URL(inside, import.meta.url));

/** Events and errors have files of their own: Codama knows no events, and its error texts are gone in production. */
const render = async (folder) => {
  const idl = JSON.parse(readFileSync(path('../../../artifacts/breakwater.json'), 'utf8'));
  const root = rootNodeFromAnchor({ ...idl, events: [], errors: [] });
  await createFromRoot(root).accept(renderVisitor(folder, { syncPackageJson: false }));
  await write(join(folder, 'events.ts'), events(idl));
  await write(join(folder, 'messages.ts'), messages(idl));
  const index = join(folder, 'index.ts');
  await write(index, readFileSync(index, 'utf8') + '\nexport * from "./events";\nexport * from "./messages";\n');
  for (const file of files(folder)) {
    const whole = join(folder, file);
    writeFileSync(whole, named(readFileSync(whole, 'utf8'), file, folder));
  }
};

const write = async (file, text) => writeFileSync(file, await prettier.format(text, { parser: 'typescript' }));

const files = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();

/** Imports as a browser and Node take them: with the file's name. */
const named = (text, file, folder) => {
  const all = new Set(files(folder));
  return text
    .replaceAll(/from "(\.[^"]*)"/g, (_, target) => {
      const plain = join(file, '..', target);
      const whole = all.has(`${plain}.ts`) ? `${target}.js` : `${target.replace(/\/$/, '')}/index.js`;
      return `from "${whole}"`;
    })
    .replaceAll('// TODO: Coded error.\n', '\n');
};

const events = (idl) => {
  const names = idl.events.map(({ name }) => name);
  const decoders = names.map((name) => `get${name}Decoder`);
  const entry = ({ name, discriminator }) =>
    `{ name: "${name}", discriminator: new Uint8Array(${JSON.stringify(discriminator)}), decoder: get${name}Decoder() }`;
  return `${HEAD}import type { FixedSizeDecoder } from "@solana/kit";
import { ${decoders.join(', ')}, ${names.map((name) => `type ${name}`).join(', ')} } from "./types";

/** An event of the program. */
export type BreakwaterEvent = ${names.map((name) => `| { name: "${name}"; data: ${name} }`).join('\n')};

/** What begins an event's bytes, and how the rest is read. */
export type EventCodec = {
  [N in BreakwaterEvent["name"]]: {
    name: N;
    discriminator: Uint8Array;
    decoder: FixedSizeDecoder<Extract<BreakwaterEvent, { name: N }>["data"]>;
  };
}[BreakwaterEvent["name"]];

/** Every event of the program. */
export const getEventCodecs = (): EventCodec[] => [${idl.events.map(entry).join(',')}];
`;
};

const messages = (idl) => {
  const line = ({ code, name, msg }) => `[${code}, ${JSON.stringify(name)}, ${JSON.stringify(msg)}]`;
  return `${HEAD}/** Name of an error of the program. */
export type BreakwaterErrorName = (typeof BREAKWATER_ERRORS)[number][1];

/** Every error of the program: code, name, message. */
export const BREAKWATER_ERRORS = [${idl.errors.map(line).join(',')}] as const;
`;
};

const target = path('../src/generated');
if (process.argv.includes('--check')) {
  const folder = mkdtempSync(join(tmpdir(), 'breakwater-client-'));
  try {
    await render(folder);
    const [fresh, found] = [files(folder), files(target)];
    const same = (file) => readFileSync(join(folder, file), 'utf8') === readFileSync(join(target, file), 'utf8');
    const stale = [
      ...fresh.filter((file) => !found.includes(file) || !same(file)),
      ...found.filter((file) => !fresh.includes(file)),
    ];
    if (stale.length > 0) {
      console.error(`src/generated is not what the IDL gives; run \`npm run generate\`: ${stale.join(', ')}`);
      process.exitCode = 1;
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
} else {
  await render(target);
}
