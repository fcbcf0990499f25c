import { describe, expect, it } from 'vitest';

import { shifted, sum } from './sum';

describe('decimal strings', () => {
  it('are shifted without a loss of digits', () => {
    expect(shifted('1500000', 6)).toBe('1.5');
    expect(shifted('-1', 8)).toBe('-0.00000001');
    expect(shifted(18_446_744_073_709_551_615n, 9)).toBe('18446744073.709551615');
    expect(shifted('7', 0)).toBe('7');
    expect(shifted('0', 6)).toBe('0');
  });
  it('are added up exactly', () => {
    expect(sum(['0.1', '0.2', '-0.05'])).toBe('0.25');
    expect(sum(['9007199254740993', '0.00000001'])).toBe('9007199254740993.00000001');
    expect(sum(['-0.5', '0.25'])).toBe('-0.25');
    expect(sum([])).toBe('0');
  });
});
