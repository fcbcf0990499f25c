/** What a receipt tells, in words and amounts: digits are shifted, nothing is computed. */
import type { GroupAnswer, ReceiptRow } from '@breakwater-labs/client/margin';

import { amount, percentOfMillionths, usd } from '../../format';
import { shifted } from '../../format/sum';

/** From here on a leg is a market. */
const MARKET_LEG = 128;
/** Decimals of dollars in an event. */
const DOLLARS = 8;

export interface Names {
  readonly token: (number: number) => string;
  readonly market: (number: number) => string;
  readonly leg: (number: number) => string;
}

/** A receipt for people. */
export interface Told {
  /** "Liquidation", "Write-off" and so on. */
  readonly what: string;
  readonly legs: string;
  /** Names with amounts, the most important first. */
  readonly parts: readonly (readonly [name: string, value: string])[];
  /** What insurance gained; null where it gained nothing. */
  readonly gained: Flow | null;
  /** What it paid. */
  readonly paid: Flow | null;
  /** What lenders or the pool bore, or a winner lost. */
  readonly borne: Flow | null;
}

/** An amount of a token in native units. */
export interface Flow {
  readonly token: number;
  readonly native: bigint;
}

export const KINDS: Record<string, string> = {
  liquidation: 'Liquidation',
  position: 'Position closed',
  bankLoss: 'Debt written off',
  marketLoss: 'Market loss',
  deleveraging: 'Deleveraging',
};

export const decimalsOf = (group: GroupAnswer, token: number): number =>
  group.tokens.find((one) => one.token === token)?.decimals ?? 0;

/** A flow with its token's name. */
export const flowText = (flow: Flow, group: GroupAnswer, names: Names): string =>
  `${amount(shifted(flow.native, decimalsOf(group, flow.token)))} ${names.token(flow.token)}`;

export function tell(row: ReceiptRow, group: GroupAnswer, names: Names): Told {
  const quote = group.quoteToken ?? 0;
  const number = (name: string) => BigInt(row.numbers[name] ?? '0');
  const index = (name: string) => Number(number(name));
  const flow = (token: number, ...parts: string[]): Flow | null => {
    const native = parts.reduce((all, name) => all + number(name), 0n);
    return native === 0n ? null : { token, native };
  };
  /** Claims on markets are in the quote token. */
  const tokenOfLeg = (leg: number) => (leg >= MARKET_LEG ? quote : leg);
  const inToken = (token: number, name: string) => flowText({ token, native: number(name) }, group, names);
  const inBase = (market: number, name: string) => {
    const decimals = group.markets.find((one) => one.market === market)?.decimals ?? 0;
    return amount(shifted(number(name), decimals));
  };
  const dollars = (name: string) => usd(shifted(number(name), DOLLARS));
  const equity = ['equity', `${dollars('equityBefore')} → ${dollars('equityAfter')}`] as const;
  const what = KINDS[row.kind] ?? row.kind;
  switch (row.kind) {
    case 'liquidation': {
      const [debt, collateral] = [index('debtToken'), index('collateralToken')];
      const owed = tokenOfLeg(debt);
      return {
        what,
        legs: `${names.leg(debt)} debt for ${names.leg(collateral)}`,
        parts: [
          ['repaid', inToken(owed, 'repay')],
          ['seized', inToken(tokenOfLeg(collateral), 'seize')],
          ['bonus', percentOfMillionths(index('bonus'))],
          ['to insurance', inToken(owed, 'insurance')],
          equity,
        ],
        gained: flow(owed, 'insurance'),
        paid: null,
        borne: null,
      };
    }
    case 'position': {
      const market = index('market');
      const settled = number('settled') === 0n ? [] : [['settled', inToken(quote, 'settled')] as const];
      const closed = [
        ['closed', inBase(market, 'size')],
        ['fee', inToken(quote, 'fee')],
        ['to insurance', inToken(quote, 'insurance')],
      ] as const;
      const left = ['left', inBase(market, 'base')] as const;
      // Settling a loss out of the deposit, or a debt out of profit, may be enough: then nothing is closed.
      const onlySettled = number('size') === 0n;
      return {
        what,
        legs: onlySettled ? `${names.market(market)}, settled only` : names.market(market),
        parts: onlySettled ? [...settled, left, equity] : [...closed, ...settled, left, equity],
        gained: flow(quote, 'insurance'),
        paid: null,
        borne: null,
      };
    }
    case 'bankLoss': {
      const token = index('token');
      return {
        what,
        legs: names.token(token),
        parts: [
          ['debt', inToken(token, 'deficit')],
          ['paid by the tranche', inToken(token, 'tranche')],
          ['by the fund', inToken(token, 'fund')],
          ['borne by lenders', inToken(token, 'socialised')],
        ],
        gained: null,
        paid: flow(token, 'tranche', 'fund'),
        borne: flow(token, 'socialised'),
      };
    }
    case 'marketLoss':
      return {
        what,
        legs: names.market(index('market')),
        parts: [
          ['debt', inToken(quote, 'deficit')],
          ['paid by the tranche', inToken(quote, 'tranche')],
          ['by the fund', inToken(quote, 'fund')],
          ['borne by the pool', inToken(quote, 'pool')],
          ['deficit left', inToken(quote, 'left')],
        ],
        gained: null,
        paid: flow(quote, 'tranche', 'fund'),
        borne: flow(quote, 'pool'),
      };
    default: {
      const market = index('market');
      return {
        what,
        legs: names.market(market),
        parts: [
          ['closed', inBase(market, 'closed')],
          ['profit lost', inToken(quote, 'taken')],
          ['set apart', inToken(quote, 'secured')],
          ['deficit left', inToken(quote, 'left')],
        ],
        gained: null,
        paid: null,
        borne: flow(quote, 'taken'),
      };
    }
  }
}

/** Flows of each token added up. */
export function added(flows: readonly (Flow | null)[]): Flow[] {
  const sums = new Map<number, bigint>();
  for (const flow of flows) if (flow) sums.set(flow.token, (sums.get(flow.token) ?? 0n) + flow.native);
  return [...sums].map(([token, native]) => ({ token, native })).sort((a, b) => a.token - b.token);
}
