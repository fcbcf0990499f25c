/** The legs of a liquidation's next step, as the book writes them, for the action that carries it out. */
import { type actions, type MarginAccount, SIDE_DEBT } from '@breakwater-labs/client';

/** From here on a leg is a market. */
const MARKET_LEG = 128;

/** "debt:collateral" or "market"; null where it is neither. */
export function targetOf(written: string | null): actions.Target | null {
  const match = /^(\d+)(?::(\d+))?$/.exec(written ?? '');
  if (!match) return null;
  const first = Number(match[1]);
  if (match[2] === undefined) return { kind: 'perp', market: first };
  const second = Number(match[2]);
  if (first >= MARKET_LEG) return { kind: 'marketDebt', market: first - MARKET_LEG, collateral: second };
  if (second >= MARKET_LEG) return { kind: 'marketProfit', debt: first, market: second - MARKET_LEG };
  return { kind: 'spot', debt: first, collateral: second };
}

/** The same for people. */
export function targetText(
  written: string | null,
  leg: (number: number) => string,
  market: (number: number) => string,
): string {
  const [first, second] = (written ?? '').split(':');
  if (!first) return '–';
  return second === undefined ? market(Number(first)) : `${leg(Number(first))} for ${leg(Number(second))}`;
}

/** To whom an account owes something: its token debts, and markets in which only a loss is left. */
export const creditorsOf = (account: Pick<MarginAccount, 'tokens' | 'perps'> | undefined): actions.Creditor[] => [
  ...(account?.tokens ?? [])
    .filter(({ shares, side }) => shares !== 0n && side === SIDE_DEBT)
    .map(({ token }) => ({ kind: 'token', token }) as const),
  ...(account?.perps ?? [])
    .filter(({ base, quote }) => base === 0n && quote < 0n)
    .map(({ market }) => ({ kind: 'market', market: Number(market) }) as const),
];
