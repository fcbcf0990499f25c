import { getSetLendingInstructionDataEncoder, getSetReduceOnlyInstructionDataEncoder } from '@breakwater-labs/client';
import { describe, expect, it } from 'vitest';

import { changeOf, targetOf } from './change';

const hex = (bytes: ArrayLike<number>) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

const LENDING = {
  depositCap: 1_000_000n,
  borrowCap: 2n ** 64n - 1n,
  trancheTarget: 5n,
  baseRate: 100,
  kinkUtilisation: 8_000,
  kinkRate: 900,
  maxRate: 20_000,
  reserveFactor: 1_000,
  maxUtilisation: 9_500,
  velocity: 0,
  outflowShare: 0,
  outflowWindow: 0,
};

describe('a queued change', () => {
  it('tells its name and all values that it would set', () => {
    const { name, values } = changeOf(hex(getSetLendingInstructionDataEncoder().encode({ lending: LENDING })));
    expect(name).toBe('Set lending');
    expect(values).toContainEqual(['deposit cap', '1000000']);
    expect(values).toContainEqual(['kink utilisation', '8000']);
    expect(values).toContainEqual(['borrow cap', 'no limit']);
    expect(values.some(([path]) => path.includes('discriminator'))).toBe(false);
  });

  it('tells a single value by its name', () => {
    const data = getSetReduceOnlyInstructionDataEncoder().encode({ token: 2, reduceOnly: 1 } as never);
    expect(changeOf(hex(data)).name).toBe('Set reduce-only');
  });

  it('keeps its name where the data is too short', () => {
    const data = hex(getSetLendingInstructionDataEncoder().encode({ lending: LENDING })).slice(0, 40);
    expect(changeOf(data)).toEqual({ name: 'Set lending', values: [] });
  });

  it('is shown by its first bytes where nobody knows it', () => {
    expect(changeOf('0102030405060708ff').name).toBe('Unknown instruction 0102030405060708');
    expect(changeOf('').values).toEqual([]);
  });

  it('names what it sets', () => {
    const group = {
      tokens: [{ token: 3, bank: 'B', mint: 'M' }],
      markets: [{ market: 1, address: 'P' }],
      board: 'R',
      address: 'G',
    };
    const names = { token: (n: number) => `T${n}`, market: (n: number) => `M${n}` };
    const told = ['B', 'M', 'P', 'R', 'G', 'X'].map((target) => targetOf(target, group as never, names));
    expect(told).toEqual(['T3', 'T3', 'M1', 'risk board', 'group', null]);
  });
});
