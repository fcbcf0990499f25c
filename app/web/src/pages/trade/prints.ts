/** Prices of markets since the page was opened: no server keeps a history, so the page remembers what it has read. */
import type { GroupAnswer } from '@breakwater-labs/client/margin';

import type { Store } from '../../chain/store';
import { drawn } from '../../format';

/** A price at a second, for drawing. */
export interface Print {
  readonly time: number;
  readonly value: number;
}

/** An hour, where a price comes every second. */
const MOST = 3_600;

const kept = new WeakMap<Store, Map<number, Print[]>>();

/** Adds a reading to the marks of each market; a second has one price, its last. */
export function remember(prints: Map<number, Print[]>, { markets, time }: Pick<GroupAnswer, 'markets' | 'time'>): void {
  for (const { market, mark } of markets) {
    const list = prints.get(market) ?? [];
    const last = list.at(-1);
    const print = { time, value: drawn(mark) };
    if (last && time < last.time) continue;
    if (last?.time === time) list[list.length - 1] = print;
    else list.push(print);
    if (list.length > MOST) list.shift();
    prints.set(market, list);
  }
}

/** The prints of a store's markets, from the first call on for as long as the page is open. */
export function printsOf(store: Store): ReadonlyMap<number, readonly Print[]> {
  const found = kept.get(store);
  if (found) return found;
  const prints = new Map<number, Print[]>();
  kept.set(store, prints);
  const read = () => {
    const { group } = store.snapshot();
    if (group) remember(prints, group);
  };
  read();
  store.subscribe(read);
  return prints;
}
