import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

import type { FixedSizeDecoder } from '@solana/kit';
import { describe, expect, it } from 'vitest';

import {
  decodeMargin,
  getBankDecoder,
  getGroupDecoder,
  getInsuranceFundDecoder,
  getInsuranceStakeDecoder,
  getLiquidityPositionDecoder,
  getMarginAccountDecoder,
  getPerpMarketDecoder,
  getQueuedChangeDecoder,
  getReceiptLogDecoder,
  getRiskBoardDecoder,
} from '../src/index.js';
import { debug, snake } from './text.js';
import { key, hex, pattern, unhex, vectors } from './vectors.js';

type Fields = { discriminator: unknown };

const DECODERS: Record<string, () => FixedSizeDecoder<Fields>> = {
  Group: getGroupDecoder,
  RiskBoard: getRiskBoardDecoder,
  Bank: getBankDecoder,
  MarginAccount: getMarginAccountDecoder,
  PerpMarket: getPerpMarketDecoder,
  InsuranceFund: getInsuranceFundDecoder,
  InsuranceStake: getInsuranceStakeDecoder,
  LiquidityPosition: getLiquidityPositionDecoder,
  ReceiptLog: getReceiptLogDecoder,
  QueuedChange: getQueuedChangeDecoder,
};

const decoderOf = (name: string): FixedSizeDecoder<Fields> => {
  const decoder = DECODERS[name];
  if (decoder === undefined) throw new Error(`no decoder of ${name}`);
  return decoder();
};

/** Accounts as docs/accounts.md tells them: name, bytes, discriminator, and their first table's rows. */
const documented = () => {
  const text = readFileSync(new URL('../../../docs/accounts.md', import.meta.url), 'utf8');
  const heading = /^### (\w+), ([\d,]+) bytes, `([0-9a-f]{16})`$/gm;
  return [...text.matchAll(heading)].map((found) => {
    const [, name = '', size = '', discriminator = ''] = found;
    const table = text.slice(text.indexOf('\n| offset |', found.index)).trimStart().split('\n\n')[0] ?? '';
    const rows = [...table.matchAll(/^\| (\d[\d,]*) \| ([\d, ×]+) \| `(\w+)` \|/gm)];
    const fields = rows.map(([, offset = '', bytes = '', field = '']) => {
      const length = bytes
        .replaceAll(',', '')
        .split(' × ')
        .reduce((product, factor) => product * Number(factor), 1);
      return { offset: Number(offset.replaceAll(',', '')), length, field };
    });
    return { name, size: Number(size.replaceAll(',', '')), discriminator, fields };
  });
};

describe('accounts are laid out as docs/accounts.md says', () => {
  it.each(documented().map((account) => [account.name, account] as const))('%s', (name, account) => {
    const decoder = decoderOf(name);
    expect(decoder.fixedSize).toBe(account.size);
    const none = decoder.decode(new Uint8Array(account.size));
    expect(account.fields.length).toBeGreaterThan(3);
    for (const { offset, length, field } of account.fields) {
      const bytes = new Uint8Array(account.size).fill(1, offset, offset + length);
      const decoded = decoder.decode(bytes);
      const changed = Object.keys(none).filter((key) => {
        const [before, after] = [none, decoded].map((fields) => debug(fields[key as keyof Fields]));
        return before !== after;
      });
      expect(changed.map(snake), `bytes ${offset} to ${offset + length}`).toEqual([field]);
    }
  });

  it('all of them', () => {
    expect(
      documented()
        .map(({ name }) => name)
        .sort(),
    ).toEqual(Object.keys(DECODERS).sort());
  });
});

describe('accounts decode as they do in Rust', () => {
  it.each(vectors.accounts)('%s', (name, size, discriminator, first, digest) => {
    const decoder = decoderOf(name);
    expect(decoder.fixedSize).toBe(size);
    const bytes = Uint8Array.of(...unhex(discriminator), ...pattern(first, size - 8));
    const text = debug(decoder.decode(bytes));
    expect(createHash('sha256').update(text).digest('hex')).toBe(digest);
  });

  it('all of them', () => {
    expect(vectors.accounts.map(([name]) => name).sort()).toEqual(Object.keys(DECODERS).sort());
  });
});

it('a margin account of version 1 is read, and what version 2 has more is zero', () => {
  const data = Uint8Array.of(
    ...unhex(vectors.accounts.find(([name]) => name === 'MarginAccount')?.[2] ?? ''),
    ...pattern(4, 1240),
  );
  const old = decodeMargin({ address: key(4), data });
  const whole = decodeMargin({ address: key(4), data: Uint8Array.of(...data, ...new Uint8Array(64)) });
  expect(debug(old.data)).toBe(debug(whole.data));
  expect(old.data.shortfall).toBe(0n);
  expect(hex(old.data.reserved)).toBe(hex(data.slice(1244)));
});
