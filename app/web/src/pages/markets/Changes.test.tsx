import { getSetLendingInstructionDataEncoder } from '@breakwater-labs/client';
import type { ChangeInfo, GroupAnswer } from '@breakwater-labs/client/margin';
import { render, screen } from '@testing-library/react';
import { describe, expect, it, vi } from 'vitest';

import { Changes } from './Changes';

vi.mock('../../chain/hooks', () => ({
  useNames: () => ({ token: (number: number) => `T${number}`, market: (number: number) => `M${number}` }),
}));

const lending = {
  depositCap: 1_000_000n,
  borrowCap: 500_000n,
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
const data = Array.from(getSetLendingInstructionDataEncoder().encode({ lending }), (byte) =>
  byte.toString(16).padStart(2, '0'),
).join('');
const change = (number: number, status: string, changed: Partial<ChangeInfo> = {}): ChangeInfo => ({
  address: `change ${number}`,
  number: String(number),
  target: 'bank',
  queuedAt: 0,
  dueAt: 172_800,
  expiresAt: 777_600,
  status,
  data,
  ...changed,
});
const group = (changes: ChangeInfo[], time: number) =>
  ({
    changes,
    time,
    board: 'board',
    address: 'group',
    tokens: [{ token: 2, bank: 'bank', mint: 'mint' }],
    markets: [],
  }) as unknown as GroupAnswer;

describe('pending changes', () => {
  it('say what they set and how long there is still time', () => {
    render(<Changes group={group([change(0, 'waiting')], 86_400)} />);
    expect(screen.getByText('Set lending: T2')).toBeTruthy();
    expect(screen.getByText(/may be executed in 1 d 0 h/)).toBeTruthy();
    expect(screen.getByText('kink utilisation').nextSibling?.textContent).toBe('8000');
  });

  it('stand in the order in which something can still be done about them', () => {
    render(
      <Changes
        group={group([change(0, 'executed'), change(1, 'waiting'), change(2, 'due'), change(3, 'vetoed')], 180_000)}
      />,
    );
    const order = screen
      .getAllByRole('listitem')
      .map((item) => /due|waiting|executed|vetoed/.exec(item.textContent ?? '')?.[0]);
    expect(order).toEqual(['due', 'waiting', 'executed', 'vetoed']);
    expect(screen.getByText(/anybody may execute it now/)).toBeTruthy();
  });

  it('are not there where nothing is queued', () => {
    render(<Changes group={group([], 0)} />);
    expect(screen.getByText('No parameter is about to change.')).toBeTruthy();
  });
});
