import type { BookRow } from '@breakwater-labs/client/margin';
import { fireEvent, render, screen, within } from '@testing-library/react';
import { describe, expect, it, vi } from 'vitest';

import { Accounts } from './Accounts';

vi.mock('../../chain/hooks', () => ({
  useNames: () => ({
    leg: (number: number) => `leg ${number}`,
    market: (number: number) => `market ${number}`,
    token: (number: number) => `token ${number}`,
  }),
}));

const row = (number: number, changed: Partial<BookRow> = {}): BookRow => ({
  address: `Account${String(number).padStart(8, '0')}`,
  owner: 'Owner',
  equity: String(1_000 - number),
  debts: '10',
  factor: 1_000_000 + number,
  stage: 'healthy',
  keeper: null,
  target: null,
  refusal: null,
  ...changed,
});

const thousand = Array.from({ length: 1_000 }, (_, number) => row(number));
const shown = () => document.querySelectorAll('tr[data-account]');

describe('the list of a thousand accounts', () => {
  it('draws only those in sight', () => {
    render(<Accounts rows={thousand} whyNot={null} onDeed={() => {}} onInspect={() => {}} />);
    expect(shown().length).toBeLessThan(60);
    expect(screen.getByRole('table').getAttribute('aria-rowcount')).toBe('1001');
    expect(shown()[0]?.getAttribute('data-account')).toBe('Account00000000');
  });

  it('draws others where it is scrolled to', () => {
    render(<Accounts rows={thousand} whyNot={null} onDeed={() => {}} onInspect={() => {}} />);
    const box = screen.getByRole('region', { name: 'List of accounts' });
    fireEvent.scroll(box, { target: { scrollTop: 500 * 44 } });
    const addresses = [...shown()].map((one) => one.getAttribute('data-account'));
    expect(addresses).toContain('Account00000500');
    expect(addresses).not.toContain('Account00000000');
  });

  it('is sorted and filtered', () => {
    render(<Accounts rows={thousand} whyNot={null} onDeed={() => {}} onInspect={() => {}} />);
    fireEvent.click(screen.getByRole('button', { name: /^Equity/ }));
    fireEvent.click(screen.getByRole('button', { name: /^Equity/ }));
    expect(shown()[0]?.getAttribute('data-account')).toBe('Account00000999');
    fireEvent.change(screen.getByRole('searchbox'), { target: { value: '00000042' } });
    expect([...shown()].map((one) => one.getAttribute('data-account'))).toEqual(['Account00000042']);
    fireEvent.click(screen.getByRole('button', { name: 'Due' }));
    expect(screen.getByText('No account is like that.')).toBeTruthy();
  });
});

describe('the button of an account', () => {
  const rows = [
    row(1, { stage: 'due', factor: 500_000, target: '1:0', keeper: '2.5' }),
    row(2, { stage: 'unflagged', factor: 600_000, target: '0', keeper: '1' }),
    row(3, { stage: 'flagged', factor: 700_000, target: '0', keeper: '1' }),
    row(4, { stage: 'due', factor: 800_000, equity: '-5', refusal: 'no fresh leg' }),
    row(5),
  ];
  const buttonOf = (number: number) => {
    const found = document.querySelector(`tr[data-account="${rows[number - 1]?.address}"]`);
    return within(found as HTMLElement).queryByRole('button', {
      name: /^(Flag|Waits|Liquidate|Write off) /,
    }) as HTMLButtonElement | null;
  };

  it('says what can be done, and does it', () => {
    const onDeed = vi.fn();
    render(<Accounts rows={rows} whyNot={null} onDeed={onDeed} onInspect={() => {}} />);
    expect([1, 2, 3, 4, 5].map((number) => buttonOf(number)?.textContent ?? null)).toEqual([
      'Liquidate',
      'Flag',
      'Waits',
      'Write off',
      null,
    ]);
    expect(buttonOf(3)?.disabled).toBe(true);
    fireEvent.click(buttonOf(1) as HTMLElement);
    expect(onDeed).toHaveBeenCalledWith('liquidate', rows[0]);
    expect(screen.getByText('leg 1 for leg 0')).toBeTruthy();
  });

  it('is off with its reason where nobody can act', () => {
    render(<Accounts rows={rows} whyNot="Connect a wallet first" onDeed={() => {}} onInspect={() => {}} />);
    expect([1, 2, 3, 4].every((number) => buttonOf(number)?.disabled)).toBe(true);
    expect(buttonOf(1)?.title).toBe('Connect a wallet first');
  });
});

it('the next step of an account can be looked at before it is taken', () => {
  const onInspect = vi.fn();
  const due = row(1, { stage: 'due', target: '1:0' });
  render(<Accounts rows={[due, row(2)]} whyNot="Connect a wallet first" onDeed={() => {}} onInspect={onInspect} />);
  fireEvent.click(
    screen.getByRole('button', { name: `leg 1 for leg 0: what the next step with ${due.address} would do` }),
  );
  expect(onInspect).toHaveBeenCalledWith(due);
});
