/** The WebAssembly module gives the answers that the same code gives natively: `vectors/margin.json` is of both. */
import { readFile } from 'node:fs/promises';

import { address, getBase64Encoder, type Address } from '@solana/kit';
import { beforeAll, describe, expect, it } from 'vitest';

import { Margin, MarginRefused, type RawAccount } from '../src/margin/index.js';

interface Part {
  accounts: { address: string; owner: string; data: string }[];
  answers: { question: string; answer: unknown }[];
}

const parts = JSON.parse(await readFile(new URL('../vectors/margin.json', import.meta.url), 'utf8')) as Part[];
const wasm = await WebAssembly.compile(await readFile(new URL('../src/margin/margin.wasm', import.meta.url)));

const raw = ({ address: key, owner, data }: Part['accounts'][number]): RawAccount => ({
  address: address(key),
  owner: address(owner),
  data: getBase64Encoder().encode(data) as Uint8Array,
});

describe.each(parts)('a group', ({ accounts, answers }) => {
  let margin: Margin;
  beforeAll(async () => {
    margin = await Margin.of(wasm);
    // All but the vaults of banks mean something.
    expect(margin.put(accounts.map(raw))).toBe(accounts.length);
  });
  it.each(answers)('answers $question', ({ question, answer }) => {
    expect(JSON.parse(margin.told(question))).toEqual(answer);
  });
});

describe('the typed questions', () => {
  let margin: Margin;
  let alice: { address: Address; owner: Address };
  beforeAll(async () => {
    margin = await Margin.of(wasm);
    margin.put((parts[0]?.accounts ?? []).map(raw));
    const borrower = margin.book().rows.find(({ factor }) => factor !== null);
    alice = { address: address(borrower?.address ?? ''), owner: address(borrower?.owner ?? '') };
  });

  it('are the same questions', () => {
    const { answers } = parts[0] as Part;
    const told = (question: string) => answers.find((pair) => pair.question === question)?.answer;
    expect({ ok: margin.group() }).toEqual(told('ask=group'));
    expect({ ok: margin.account(alice.address) }).toEqual(told(`ask=account\naddress=${alice.address}`));
    expect({ ok: margin.owner(alice.owner) }).toEqual(told(`ask=owner\nowner=${alice.owner}`));
    const moves = [0, 32].map((feed) => ({ feed, bps: -500 }));
    expect({ ok: margin.whatIf(alice.address, moves) }).toEqual(
      told(`ask=whatIf\naddress=${alice.address}\nmove=0:-500\nmove=32:-500`),
    );
    expect(margin.mark(0, '151.25')).toBe(BigInt((told('ask=mark\nmarket=0\nprice=151.25') as { ok: string }).ok));
    const asked = `ask=preview\naddress=${alice.address}\nowner=${alice.owner}\n`;
    expect({ ok: margin.preview(alice.address, alice.owner, { borrow: { token: 3, amount: '50000000' } }) }).toEqual(
      told(`${asked}intent=borrow\ntoken=3\namount=50000000`),
    );
    expect({ ok: margin.most(alice.address, alice.owner, { borrow: { token: 3 } }) }).toEqual(
      told(`ask=most\naddress=${alice.address}\nowner=${alice.owner}\nof=borrow\ntoken=3`),
    );
  });

  it('throw what the program would refuse with', () => {
    const borrow = () => margin.preview(alice.address, alice.owner, { borrow: { token: 3, amount: '5000000000' } });
    expect(borrow).toThrow(MarginRefused);
    expect(borrow).toThrow('initial health would be negative');
  });

  it('stay right while memory grows', () => {
    const big = { address: alice.owner, owner: alice.owner, data: new Uint8Array(4_000_000) };
    for (let round = 0; round < 20; round += 1) margin.put([big]);
    expect(margin.account(alice.address).address).toBe(alice.address);
  });

  it('forget an account that is gone', () => {
    margin.put([{ address: alice.address, owner: alice.owner, data: new Uint8Array() }]);
    expect(() => margin.account(alice.address)).toThrow('not a margin account of this group');
  });
});

describe('a module without a group', () => {
  it('says so', async () => {
    const margin = await Margin.of(wasm);
    expect(() => margin.group()).toThrow('has not been read yet');
  });
});
