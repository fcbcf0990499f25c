import { describe, expect, it } from 'vitest';

import { History, type Source } from './history';

const told = (number: number, err: unknown = null) =>
  ({ signature: `s${number}`, slot: BigInt(number), blockTime: 100n, err }) as never;

/** A node that has transactions 1 to `count`, the highest newest; number 3 has failed. */
function node(count: number) {
  const state = { count, asked: 0 };
  const source: Source = {
    signatures: async (_, { before, until, limit }) => {
      state.asked += 1;
      const from = before ? Number(before.slice(1)) - 1 : state.count;
      const to = until ? Number(until.slice(1)) : 0;
      const all: never[] = [];
      for (let at = from; at > to && all.length < limit; at -= 1) all.push(told(at, at === 3 ? { Custom: 1 } : null));
      return all;
    },
    logs: async (signature) => [`log of ${signature}`],
  };
  return { source, state };
}

const numbers = (history: History) => history.known.transactions.map(({ signature }) => Number(signature.slice(1)));

describe('the history of an account', () => {
  it('begins with the newest, leaves out what failed and goes back until there is nothing older', async () => {
    const { source } = node(8);
    const history = new History(source, 'log' as never, 4);
    await history.follow();
    expect(numbers(history)).toEqual([8, 7, 6, 5]);
    expect(history.known.isWhole).toBe(false);
    await history.older();
    expect(numbers(history)).toEqual([8, 7, 6, 5, 4, 2, 1]);
    await history.older();
    expect(history.known.isWhole).toBe(true);
    expect(numbers(history)).toHaveLength(7);
  });

  it('follows without a gap where more came than a page holds', async () => {
    const { source, state } = node(4);
    const history = new History(source, 'log' as never, 2);
    await history.follow();
    state.count = 11;
    expect(await history.follow()).toBe(true);
    expect(numbers(history)).toEqual([11, 10, 9, 8, 7, 6, 5, 4]);
    expect(await history.follow()).toBe(false);
  });

  it('begins empty and takes the first one that comes', async () => {
    const { source, state } = node(0);
    const history = new History(source, 'log' as never, 4);
    await history.follow();
    expect(history.known).toEqual({ transactions: [], isWhole: true });
    state.count = 1;
    await history.follow();
    expect(numbers(history)).toEqual([1]);
  });
});
