import { readFileSync, readdirSync } from 'node:fs';

import { expect, it } from 'vitest';

const read = (file: string): string => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');
const lines = (text: string): string[] => text.split('\n').map((line) => line.trim());

it('what the README shows stands in an example that runs', () => {
  const examples = readdirSync(new URL('../examples', import.meta.url)).map((file) => lines(read(`examples/${file}`)));
  const shown = [...read('README.md').matchAll(/```ts\n([^]*?)```/g)].map(([, code = '']) => lines(code.trim()));
  expect(shown.length).toBeGreaterThan(3);
  for (const code of shown) {
    const runs = examples.some((example) => example.join('\n').includes(code.join('\n')));
    expect(runs, code.join('\n')).toBe(true);
  }
});
