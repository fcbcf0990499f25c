/** The program's short words in the words of a trader. */
import type { LiquidationPrices, Next, Outlook, PauseInfo } from '@breakwater-labs/client/margin';

import { amount, isNegative, isZero, percentOfMillionths, usd } from '../../format';
import type { Tone } from '../../ui';

/** The program's messages begin small: they are parts of its logs. */
export const sentence = (message: string): string =>
  message.charAt(0).toUpperCase() + message.slice(1) + (message.endsWith('.') ? '' : '.');

type Names = {
  readonly token: (token: number) => string;
  readonly market: (market: number) => string;
  readonly leg: (leg: number) => string;
};

/** Position legs are numbered from here on. */
export const MARKET_LEG = 128;

const STAGES: Record<string, { readonly name: string; readonly tone: Tone }> = {
  healthy: { name: 'healthy', tone: 'gain' },
  unflagged: { name: 'can be flagged', tone: 'warn' },
  flagged: { name: 'flagged', tone: 'loss' },
  due: { name: 'can be liquidated', tone: 'loss' },
};

export const stageOf = ({ stage }: Outlook) => STAGES[stage] ?? { name: stage, tone: 'warn' as const };

const slots = (count: number): string => `${count} ${count === 1 ? 'slot' : 'slots'}`;

/** When an account could be liquidated, in a sentence. */
export function whenOf(outlook: Outlook): string {
  const left = outlook.slotsLeft ?? 0;
  const later = outlook.notBefore === null ? '' : ' The network has been away: shallow breaches still wait.';
  switch (outlook.stage) {
    case 'healthy':
      return 'Nobody can liquidate this account.';
    case 'unflagged':
      return `Anybody may flag this account now; ${slots(left)} after the flag it can be liquidated.${later}`;
    case 'flagged':
      return left > 0
        ? `This account is flagged: it can be liquidated in ${slots(left)}.${later}`
        : `This account is flagged: the next new prices can liquidate it.${later}`;
    default:
      return 'This account can be liquidated right now.';
  }
}

/** What something costs; a step may also cost nothing, or less than a cent. */
export const costOf = (cost: string): string => (isNegative(cost) || usd(cost) === '$0.00' ? 'nothing' : usd(cost));

/** What the next step of a liquidation would do, in a sentence. */
export function stepOf(next: Next, names: Names): string {
  const cost = `It would cost ${costOf(next.cost)}`;
  if (next.kind === 'position') {
    const market = names.market(next.market ?? 0);
    const settled = next.settled && !isZero(next.settled.native) ? amount(next.settled.ui.replace('-', ''), 2) : null;
    // A loss is paid out of the account first; that may already be enough.
    const first =
      settled === null
        ? ''
        : isNegative(next.settled?.native ?? '0')
          ? `${settled} of profit in ${market} would pay a debt. `
          : `${settled} of loss in ${market} would be paid from the deposits. `;
    const closed =
      next.size && !isZero(next.size.native)
        ? `${amount(next.size.ui.replace('-', ''))} of ${market} would be closed. `
        : '';
    const fee = next.fee && !isZero(next.fee.native) ? `, a fee of ${amount(next.fee.ui, 2)} included` : '';
    return `${first}${closed}${cost}${fee}.`;
  }
  const repaid = `${amount(next.repay?.ui ?? '0')} ${legUnit(next.debt, names)}`;
  const seized = `${amount(next.seize?.ui ?? '0')} ${legUnit(next.collateral, names)}`;
  const bonus = next.bonus === null ? '' : `, a bonus of ${percentOfMillionths(next.bonus)}`;
  return `${repaid} of debt would be repaid for ${seized}. ${cost}${bonus}.`;
}

/** What a claim is counted in: debts and profits of a market are of the quote token, so the market is said. */
const legUnit = (leg: number | null, names: Names): string => {
  if (leg === null) return '';
  return leg >= MARKET_LEG ? `(result of ${names.leg(leg)})` : names.leg(leg);
};

/**
 * The price that is nearest to liquidating the account; null where none does. The quote token's counts only where no other
 * does: it hardly moves.
 */
export function nearest(prices: readonly LiquidationPrices[], quoteToken: number | null): LiquidationPrices | null {
  const all = prices.filter(({ distance, trigger }) => distance !== null && trigger !== null);
  const others = all.filter(({ leg }) => leg !== quoteToken);
  const reachable = others.length > 0 ? others : all;
  return reachable.reduce<LiquidationPrices | null>(
    (found, price) => (found === null || Math.abs(price.distance ?? 0) < Math.abs(found.distance ?? 0) ? price : found),
    null,
  );
}

/** What is paused, in a sentence; null where nothing is. */
export function pausedOf(pause: PauseInfo | null | undefined, where: string, now: number): string | null {
  if (!pause || pause.until <= now || pause.actions.length === 0) return null;
  const until = new Date(pause.until * 1000).toISOString().replace('T', ' ').slice(0, 16);
  return `Paused ${where} until ${until} UTC: ${pause.actions.join(', ')}.`;
}
