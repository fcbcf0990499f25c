/**
 * What would bring an account out of a breach. Nothing is computed here: amounts are tried on the module's previews, and the
 * least that it says is enough is offered.
 */
import type { Intent, PreviewAnswer, Standing } from '@breakwater-labs/client/margin';

import { drawn, isNegative } from '../../format';
import type { TraderIntent } from './intents';
import { lesser } from './units';

/** A way out, with what it leads to. */
export interface Remedy {
  readonly kind: 'repay' | 'deposit' | 'reduce';
  /** Token or market. */
  readonly of: number;
  readonly intent: TraderIntent;
  readonly preview: PreviewAnswer;
  /** Whether the account is out of the breach afterwards; else it only helps. */
  readonly heals: boolean;
}

/** What the module is asked; `null` is a refusal. */
export interface Asked {
  readonly preview: (intent: Intent) => PreviewAnswer | null;
  /** The largest amount that is accepted, native units. */
  readonly most: (
    of: { deposit: { token: number } } | { repay: { token: number } } | { reduce: { market: number } },
  ) => bigint | null;
}

export interface Situation {
  readonly standing: Standing;
  /** What the wallet holds, native units. */
  readonly balances: ReadonlyMap<number, bigint>;
  readonly quoteToken: number | null;
  /** Trades are multiples of this. */
  readonly lotOf: (market: number) => bigint;
  readonly slippage: number;
  /** Whether the wallet may only trade. */
  readonly onlyTrades: boolean;
}

/** How often an amount is halved in the search: to a thousandth of what there is. */
const STEPS = 10;

/** Out of the breach, and as far as a liquidation would have brought it. */
export const isHealed = ({ after }: PreviewAnswer): boolean =>
  after.outlook.stage === 'healthy' && !isNegative(after.health.end);

/** The least multiple of a step up to a bound that works, nearly; null where the bound itself does not. */
export function least(bound: bigint, step: bigint, works: (amount: bigint) => boolean): bigint | null {
  let high = bound / step;
  if (high <= 0n || !works(high * step)) return null;
  let low = 0n;
  for (let turn = 0; turn < STEPS && high - low > 1n; turn += 1) {
    const middle = (low + high) / 2n;
    if (works(middle * step)) high = middle;
    else low = middle;
  }
  return high * step;
}

function tried(
  asked: Asked,
  bound: bigint,
  step: bigint,
  intentOf: (amount: bigint) => TraderIntent,
): Pick<Remedy, 'intent' | 'preview' | 'heals'> | null {
  if (bound < step) return null;
  const at = (amount: bigint) => asked.preview(intentOf(amount));
  const works = (amount: bigint) => {
    const preview = at(amount);
    return preview !== null && isHealed(preview);
  };
  const enough = least(bound, step, works);
  const amount = enough ?? (bound / step) * step;
  const preview = at(amount);
  return preview && { intent: intentOf(amount), preview, heals: enough !== null };
}

/** Ways out, the best first: those that heal before those that only help; repaying before depositing before reducing. */
export function remediesOf(situation: Situation, asked: Asked): Remedy[] {
  const { standing, balances, quoteToken, lotOf, slippage, onlyTrades } = situation;
  const found: Remedy[] = [];
  const held = (token: number) => balances.get(token) ?? 0n;
  const debts = onlyTrades ? [] : standing.tokens.filter(({ isDebt }) => isDebt);
  for (const { token } of debts) {
    const most = asked.most({ repay: { token } });
    if (most === null) continue;
    const way = tried(asked, lesser(most, held(token)), 1n, (amount) => ({
      repay: { token, amount: amount.toString() },
    }));
    if (way) found.push({ kind: 'repay', of: token, ...way });
  }
  const owesQuote = debts.some(({ token }) => token === quoteToken);
  if (quoteToken !== null && !owesQuote && !onlyTrades) {
    const most = asked.most({ deposit: { token: quoteToken } });
    const bound = most === null ? 0n : lesser(most, held(quoteToken));
    const way = tried(asked, bound, 1n, (amount) => ({ deposit: { token: quoteToken, amount: amount.toString() } }));
    if (way) found.push({ kind: 'deposit', of: quoteToken, ...way });
  }
  // The position that takes most health is tried; closing others may come after it.
  const open = standing.positions.filter(({ base }) => /[1-9]/.test(base.native));
  const worst = open.reduce<(typeof open)[number] | null>(
    (last, row) => (last === null || drawn(row.maintenance) < drawn(last.maintenance) ? row : last),
    null,
  );
  if (worst) {
    const { market } = worst;
    const most = asked.most({ reduce: { market } });
    const way = tried(asked, most ?? 0n, lotOf(market), (size) => ({
      reduce: { market, size: size.toString(), slippage },
    }));
    if (way) found.push({ kind: 'reduce', of: market, ...way });
  }
  return [...found.filter(({ heals }) => heals), ...found.filter(({ heals }) => !heals)];
}
