// @vitest-environment node
/**
 * The law of this folder: no formula of the protocol in TypeScript. Health, interest, funding, fills and plans come from the
 * WebAssembly module, as text. A formula needs multiplication, division or rounding; so every place that has one is listed
 * here with what it is for, and a new one has to be added by somebody who has read this sentence.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

import ts from 'typescript';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '../../..');

/** Files that multiply, divide or round, with what for; nothing of it decides or tells an amount of money. */
const ALLOWED: Readonly<Record<string, string>> = {
  'client/src/constants.ts': 'the largest integer',
  'client/src/transactions.ts': 'compute units with a reserve',
  'web/src/chain/store.ts': 'every so many readings',
  'web/src/format/index.ts': 'basis points, millionths and seconds for people',
  'web/src/pages/insurance/Fund.tsx': 'width of a bar',
  'web/src/pages/insurance/Tranches.tsx': 'width of a bar',
  'web/src/pages/insurance/parts.ts': 'a quarter or half of what is typed in',
  'web/src/pages/keeper/rows.ts': 'which rows are in sight',
  'web/src/pages/liquidations/Feed.tsx': 'milliseconds',
  'web/src/pages/markets/Market.tsx': 'width of a bar',
  'web/src/pages/markets/Perps.tsx': 'hundredths for people',
  'web/src/pages/markets/Token.tsx': 'width of a bar, places on an axis',
  'web/src/pages/markets/Tokens.tsx': 'width of a bar',
  'web/src/pages/markets/change.ts': 'the largest integer',
  'web/src/pages/trade/Chart.tsx': 'places on an axis',
  'web/src/pages/trade/Header.tsx': 'basis points for people',
  'web/src/pages/trade/Market.tsx': 'hundredths for people',
  'web/src/pages/trade/OrderForm.tsx': 'the largest integer',
  'web/src/pages/trade/PerpForm.tsx': 'steps of the slider',
  'web/src/pages/trade/Preview.tsx': 'a distance without its sign',
  'web/src/pages/trade/WhatIf.tsx': 'steps of the slider',
  'web/src/pages/trade/balance.ts': 'every so many readings',
  'web/src/pages/trade/orders.ts': 'the largest integer',
  'web/src/pages/trade/remedies.ts': 'which amount to ask the module about next',
  'web/src/pages/trade/words.ts': 'milliseconds, a distance without its sign',
  'web/src/send/transaction.ts': 'compute units with a reserve, a percentile of fees',
  'web/src/ui/Bars.tsx': 'heights of bars',
  'web/src/ui/HealthBar.tsx': 'widths of bars',
  'web/src/ui/Lines.tsx': 'places on an axis',
};

const OPERATORS = new Set([
  ts.SyntaxKind.AsteriskToken,
  ts.SyntaxKind.SlashToken,
  ts.SyntaxKind.PercentToken,
  ts.SyntaxKind.AsteriskAsteriskToken,
  ts.SyntaxKind.AsteriskEqualsToken,
  ts.SyntaxKind.SlashEqualsToken,
]);

const isCalculation = (node: ts.Node): boolean => {
  if (ts.isBinaryExpression(node)) return OPERATORS.has(node.operatorToken.kind);
  // Largest, smallest and random choose; the rest of Math computes.
  if (!ts.isCallExpression(node)) return false;
  const called = node.expression.getText();
  return called.startsWith('Math.') && !['Math.max', 'Math.min', 'Math.random'].includes(called);
};

const sources = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name) && !/\.test\.tsx?$|\.d\.ts$/.test(name) && !name.startsWith('generated'))
    .map((name) => join(folder, name));

/** Lines of a file that compute. */
function calculations(file: string): number[] {
  const kind = file.endsWith('x') ? ts.ScriptKind.TSX : ts.ScriptKind.TS;
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ES2022, true, kind);
  const lines: number[] = [];
  const visit = (node: ts.Node): void => {
    if (isCalculation(node)) lines.push(source.getLineAndCharacterOfPosition(node.getStart()).line + 1);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return lines;
}

it('no file of the client or the page computes, but those that are known to', () => {
  const files = [...sources(join(root, 'client/src')), ...sources(join(root, 'web/src'))];
  expect(files.length).toBeGreaterThan(50);
  const found = files.flatMap((file) => {
    const lines = calculations(file);
    return lines.length > 0 ? [[relative(root, file), lines] as const] : [];
  });
  const unknown = found.filter(([file]) => !(file in ALLOWED)).map(([file, lines]) => `${file}:${lines.join(',')}`);
  expect(unknown, 'these compute: ask the module instead, or say above what for').toEqual([]);
  const gone = Object.keys(ALLOWED).filter((file) => !found.some(([name]) => name === file));
  expect(gone, 'these compute no more').toEqual([]);
});

it('money is never a floating-point number', () => {
  const files = sources(join(root, 'web/src'));
  const parsed = files.filter((file) => /\bparseFloat\(/.test(readFileSync(file, 'utf8')));
  expect(parsed.map((file) => relative(root, file))).toEqual([]);
});
