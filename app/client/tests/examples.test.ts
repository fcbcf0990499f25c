/** Every example runs. */
import { readFile } from 'node:fs/promises';

import { type Blockhash, getBase64Encoder } from '@solana/kit';
import { expect, it } from 'vitest';

import { holdings } from '../examples/account.js';
import { borrow } from '../examples/borrow.js';
import { foreseen } from '../examples/preview.js';
import { story } from '../examples/events.js';
import { attempt } from '../examples/failures.js';
import { group, logs, oracles, owner, recordedRpc } from '../examples/recorded.js';

it('an account is opened, and borrows, in one transaction', async () => {
  const blockhash = { blockhash: group as string as Blockhash, lastValidBlockHeight: 1_000n };
  const { instructions, transaction } = await borrow(recordedRpc(), { group, owner, blockhash, oracles });
  // Open, deposit, a token account for SOL, refresh, borrow.
  expect(instructions).toHaveLength(5);
  expect(getBase64Encoder().encode(transaction).length).toBeLessThanOrEqual(1_232);
});

it('a loan is foreseen', async () => {
  const wasm = await readFile(new URL('../src/margin/margin.wasm', import.meta.url));
  const told = await foreseen(recordedRpc(), { group, owner, oracles }, wasm);
  expect(told[0]).toMatch(/^equity \d+(\.\d+)?, liquidated at /);
  expect(told[1]).toMatch(/^\d+(\.\d+)? can be borrowed, which leaves \d+(\.\d+)? for new risk$/);
});

it('an account is read', async () => {
  const told = await holdings(recordedRpc(), group, owner);
  expect(told.map((line) => line.trim().split(' ').slice(0, 3).join(' ')).slice(1)).toEqual([
    'token 3: deposit',
    'market 0: long',
  ]);
});

it('logs tell a story', () => {
  const told = story(logs);
  expect(told[0]).toMatch(/ was liquidated by /);
  expect(told.at(-1)).toMatch(/^with 1 receipt of \d+ bytes$/);
});

it('a failure is one line', async () => {
  expect(await attempt(() => Promise.resolve())).toBe('done');
  expect(await attempt(() => Promise.reject({ InstructionError: [0, { Custom: 6001 }] }))).toBe(
    'NotAccountOwner (6001): the signer is not the owner of the margin account',
  );
  expect(await attempt(() => Promise.reject(new Error('User rejected the request')))).toBe('the wallet did not sign');
});
