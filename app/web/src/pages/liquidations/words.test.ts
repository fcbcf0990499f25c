import { describe, expect, it } from 'vitest';

import { added, tell } from './words';

const group = {
  quoteToken: 1,
  tokens: [
    { token: 0, decimals: 9 },
    { token: 1, decimals: 6 },
  ],
  markets: [{ market: 0, decimals: 9 }],
} as never;
const names = {
  token: (n: number) => ['SOL', 'USDC'][n] ?? '',
  market: () => 'SOL-PERP',
  leg: (n: number) => (n >= 128 ? 'SOL-PERP' : (['SOL', 'USDC'][n] ?? '')),
};
const row = (kind: string, numbers: Record<string, string>) => ({
  kind,
  account: 'a',
  keeper: 'k',
  numbers,
  digest: '',
  fault: null,
});

describe('a receipt in words', () => {
  it('tells amounts of its own tokens', () => {
    const numbers = {
      repay: '1500000',
      seize: '2000000000',
      insurance: '3000',
      bonus: '12500',
      debtToken: '1',
      collateralToken: '0',
      equityBefore: '15000000000',
      equityAfter: '-100000000',
    };
    const told = tell(row('liquidation', numbers), group, names);
    expect(told.legs).toBe('USDC debt for SOL');
    expect(told.parts).toEqual([
      ['repaid', '1.5 USDC'],
      ['seized', '2 SOL'],
      ['bonus', '1.25 %'],
      ['to insurance', '0.003 USDC'],
      ['equity', '$150.00 → −$1.00'],
    ]);
    expect(told.gained).toEqual({ token: 1, native: 3000n });
  });

  it('takes claims on a market for quote tokens', () => {
    const told = tell(
      row('liquidation', { repay: '1000000', seize: '1', debtToken: '128', collateralToken: '0' }),
      group,
      names,
    );
    expect([told.legs, told.parts[0]]).toEqual(['SOL-PERP debt for SOL', ['repaid', '1 USDC']]);
    expect(told.gained).toBeNull();
  });

  it('says where a position was settled and not closed', () => {
    const told = tell(
      row('position', { size: '0', base: '-2000000000', settled: '-1000000', market: '0' }),
      group,
      names,
    );
    expect([told.legs, told.parts]).toEqual([
      'SOL-PERP, settled only',
      [
        ['settled', '−1 USDC'],
        ['left', '−2'],
        ['equity', '$0.00 → $0.00'],
      ],
    ]);
  });

  it('tells who bore a loss', () => {
    const told = tell(
      row('bankLoss', { deficit: '10000000', tranche: '3000000', fund: '2000000', socialised: '5000000', token: '1' }),
      group,
      names,
    );
    expect([told.paid, told.borne]).toEqual([
      { token: 1, native: 5_000_000n },
      { token: 1, native: 5_000_000n },
    ]);
  });

  it('flows are added up by token', () => {
    expect(added([{ token: 1, native: 2n }, null, { token: 0, native: 1n }, { token: 1, native: 3n }])).toEqual([
      { token: 0, native: 1n },
      { token: 1, native: 5n },
    ]);
  });
});
