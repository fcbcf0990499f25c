import { describe, expect, it } from 'vitest';

import { amount, decimal, factor, native, percent, price, short, usd } from '.';

describe('decimals for people', () => {
  it('are grouped and cut, never rounded up', () => {
    expect(decimal('1234567.899')).toBe('1,234,567.89');
    expect(decimal('-0.001')).toBe('0.00');
    expect(usd('-1500.5')).toBe('−$1,500.50');
    expect(usd('0.004')).toBe('< $0.01');
    expect(usd('-0.004')).toBe('> −$0.01');
    expect(amount('1.500000')).toBe('1.5');
    expect(amount('1000')).toBe('1,000');
  });
  it('show as much of a price as tells something', () => {
    expect(price('64250.1234')).toBe('64,250.12');
    expect(price('1.00012345')).toBe('1.0001');
    expect(price('0.0000234567')).toBe('0.00002345');
    expect(price(null)).toBe('–');
  });
  it('become native units exactly, or nothing', () => {
    expect(native('1.5', 6)).toBe(1_500_000n);
    expect(native('1,5', 6)).toBe(1_500_000n);
    expect(native('.000001', 6)).toBe(1n);
    expect(native('0.0000001', 6)).toBeNull();
    expect(native('abc', 6)).toBeNull();
    expect(native('', 6)).toBeNull();
    expect(native('-1', 6)).toBeNull();
  });
  it('are short', () => {
    expect([percent(250), factor(1_234_567), factor(null), short('abcdefghijkl')]).toEqual([
      '2.50 %',
      '1.23',
      '∞',
      'abcd…ijkl',
    ]);
  });
});
