/** What a trader means by a stop or a target, as the order that the program keeps. */
import {
  ALL,
  ORDER_ABOVE,
  ORDER_BELOW,
  ORDER_HEALTH,
  SIDE_LONG,
  SIDE_SHORT,
  type TriggerOrder,
} from '@breakwater-labs/client';

import { native } from '../../format';

export type OrderKind = 'stop' | 'target' | 'health';

export const ORDER_SLOTS = 4;
/** Decimals of a health factor in an order. */
const FACTOR_DECIMALS = 6;
/** Limits that let any price pass. */
const ANY_LOW = 0n;
const ANY_HIGH = ALL;

export interface OrderText {
  readonly kind: OrderKind;
  readonly market: number;
  readonly closesLong: boolean;
  /** A price of the quote token, or a health factor. */
  readonly trigger: string;
  /** Worst fill price; empty for any. */
  readonly limit: string;
  /** Base; empty for all. */
  readonly size: string;
  readonly baseDecimals: number;
  /** What the executor gets, quote tokens. */
  readonly fee: string;
  readonly quoteDecimals: number;
  /** Unix seconds; 0 for never. */
  readonly expiresAt: number;
}

export type Written =
  | { readonly order: Omit<TriggerOrder, 'reserved'>; readonly problem: null }
  | { readonly order: null; readonly problem: string | null };

const no = (problem: string | null): Written => ({ order: null, problem });

/** A decimal that a person typed, as the module reads one; null where it is none. */
const typed = (text: string): string | null =>
  /^\d+([.,]\d+)?$/.test(text.trim()) ? text.trim().replace(',', '.') : null;

/** The order, or what is wrong with it; `mark` turns a price into the program's unit. */
export function written(text: OrderText, mark: (price: string) => bigint): Written {
  const { kind, closesLong, market, expiresAt } = text;
  if (text.trigger.trim() === '') return no(null);
  const trigger = typed(text.trigger);
  if (trigger === null) return no('The trigger is not a number.');
  const limit = text.limit.trim() === '' ? '' : typed(text.limit);
  if (limit === null) return no('The worst price is not a number.');
  const size = text.size.trim() === '' ? ALL : native(text.size, text.baseDecimals);
  if (size === null || size === 0n) return no(`The size is not a number with at most ${text.baseDecimals} decimals.`);
  const fee = text.fee.trim() === '' ? 0n : native(text.fee, text.quoteDecimals);
  if (fee === null || fee >= 2n ** 32n) return no('The reward is not an amount.');
  const at = kind === 'health' ? native(trigger, FACTOR_DECIMALS) : mark(trigger);
  if (at === null) return no(`A health factor has at most ${FACTOR_DECIMALS} decimals.`);
  // A long is stopped when the price falls and taken when it rises; a short the other way round.
  const isBelow = (kind === 'stop') === closesLong;
  return {
    problem: null,
    order: {
      trigger: at,
      limit: limit === '' ? (closesLong ? ANY_LOW : ANY_HIGH) : mark(limit),
      size,
      expiresAt: BigInt(expiresAt),
      fee: Number(fee),
      market,
      kind: kind === 'health' ? ORDER_HEALTH : isBelow ? ORDER_BELOW : ORDER_ABOVE,
      side: closesLong ? SIDE_LONG : SIDE_SHORT,
    },
  };
}

/** Whether what an order waits for holds: a mark, or a health factor in millionths. */
export const reached = ({ kind, trigger }: Pick<TriggerOrder, 'kind' | 'trigger'>, now: bigint): boolean =>
  kind === ORDER_ABOVE ? now >= trigger : now <= trigger;

/** The first slot that holds no order; null where all do. */
export function freeSlot(used: readonly number[]): number | null {
  for (let slot = 0; slot < ORDER_SLOTS; slot += 1) if (!used.includes(slot)) return slot;
  return null;
}
