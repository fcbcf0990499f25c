import { MarginRefused } from '@breakwater-labs/client/margin';
import { fireEvent, render, screen, waitFor } from '@testing-library/react';
import { beforeEach, describe, expect, it, vi } from 'vitest';

import type { Own } from '../../chain/own';
import { AmountForm } from './Amount';

const fakes = vi.hoisted(() => ({ send: vi.fn(), preview: vi.fn(), most: vi.fn() }));
vi.mock('../../send/context', () => ({ useSend: () => ({ send: fakes.send, isBusy: false }) }));
vi.mock('../../chain/hooks', () => ({
  usePreview: (_: unknown, __: unknown, intent: unknown) =>
    intent ? fakes.preview(intent) : { answer: null, refused: null },
  useMost: () => fakes.most(),
}));

const own = { account: 'account', owner: 'owner' } as unknown as Own;
const health = (equity: string, factor: number) => ({ health: { equity, factor } });
const answer = {
  before: health('100', 2_000_000),
  after: health('90', 1_500_000),
  amount: { native: '10000000', ui: '10' },
};
const refused = new MarginRefused({
  code: 6200,
  name: 'BelowInitial',
  message: 'it would be below its initial margin',
});

function show(whyNot: string | null = null) {
  const build = vi.fn(async () => []);
  render(
    <AmountForm
      own={own}
      label="Stake"
      button="Stake it"
      unit="USDC"
      decimals={6}
      most="stake"
      name="Comes in"
      intent={(amount) => ({ stake: { amount } })}
      build={build}
      whyNot={whyNot}
    />,
  );
  return {
    build,
    field: screen.getByLabelText('Stake') as HTMLInputElement,
    button: screen.getByRole('button', { name: 'Stake it' }) as HTMLButtonElement,
  };
}

describe('the form of an amount', () => {
  beforeEach(() => {
    fakes.send
      .mockReset()
      .mockImplementation(async (_: string, build: () => Promise<unknown>) => (await build(), 'signature'));
    fakes.preview.mockReset().mockReturnValue({ answer, refused: null });
    fakes.most.mockReset().mockReturnValue({ answer: { native: '12345678', ui: '12.345678' }, refused: null });
  });

  it('previews native units and sends the same', async () => {
    const { build, field, button } = show();
    expect(button.disabled).toBe(true);
    fireEvent.change(field, { target: { value: '10.5' } });
    expect(fakes.preview).toHaveBeenLastCalledWith({ stake: { amount: '10500000' } });
    expect(screen.getByText('2.00 → 1.50')).toBeTruthy();
    fireEvent.click(button);
    await waitFor(() => expect(build).toHaveBeenCalledWith(10_500_000n));
    await waitFor(() => expect(field.value).toBe(''));
  });

  it('fills in the largest amount to the last unit', () => {
    const { field } = show();
    fireEvent.click(screen.getByRole('button', { name: /^max/ }));
    expect(field.value).toBe('12.345678');
  });

  it('refuses what is no amount, and previews nothing', () => {
    const { field, button } = show();
    for (const text of ['abc', '0', '1.2345678', '-1']) {
      fireEvent.change(field, { target: { value: text } });
      expect(button.disabled).toBe(true);
      expect(screen.getByText(/no amount/)).toBeTruthy();
    }
    expect(fakes.preview).not.toHaveBeenCalled();
  });

  it('tells why the program would refuse it, and does not send', () => {
    fakes.preview.mockReturnValue({ answer: null, refused });
    const { field, button } = show();
    fireEvent.change(field, { target: { value: '10' } });
    expect(screen.getByText(/below its initial margin/)).toBeTruthy();
    expect(button.disabled).toBe(true);
    fireEvent.submit(field);
    expect(fakes.send).not.toHaveBeenCalled();
  });

  it('is off while something is paused', () => {
    const { field, button } = show('No liquidity is taken in while that is paused.');
    fireEvent.change(field, { target: { value: '10' } });
    expect(button.disabled).toBe(true);
  });
});
