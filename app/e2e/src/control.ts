// What a test does to the world behind the page.
import { inject } from 'vitest';

/** How everybody does; see `/state` of tests/src/bin/app-local. */
export interface State {
  slot: number;
  prices: { symbol: string; price: string }[];
  keeper: boolean;
  accounts: number;
  underWater: string[];
  flagged: number;
  bankrupt: string[];
  orders: number;
}

/** What goes wrong between the page and the node; whatever is not named is off. */
export interface Fault {
  drop_per_mille?: number;
  delay_ms?: number;
  stalled?: boolean;
  old_hash?: boolean;
  swallowed?: boolean;
  down?: boolean;
  close?: boolean;
}

async function answer<T>(path: string, asked?: object): Promise<T> {
  const request = asked && { method: 'POST', body: JSON.stringify(asked) };
  const response = await fetch(inject('stack').url + path, request);
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}

export const control = {
  state: () => answer<State>('/state'),
  /** Resolves when the board has the price; with seconds, when it is on its way. */
  price: (symbol: string, factor_bps: number, over_seconds = 0) =>
    answer('/price', { symbol, factor_bps, over_seconds }),
  scenario: (name: 'crash' | 'calm' | 'recover', over_seconds?: number) => answer('/scenario', { name, over_seconds }),
  pausePrices: (paused: boolean) => answer('/pause_prices', { paused }),
  keeper: (running: boolean) => answer('/run_keeper', { running }),
  faucet: (owner: string) => answer('/faucet', { owner }),
  fault: (fault: Fault) => answer('/fault', fault),
  /** A call of the node itself, past all faults of the page's connection. */
  rpc: async (method: string, params: unknown[] = []) => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(inject('stack').config.rpcUrl, { method: 'POST', headers, body });
    return ((await response.json()) as { result: unknown }).result;
  },
};

/** Asks again until what is asked for holds. */
export async function until<T>(what: string, ask: () => Promise<T | false | undefined>, seconds = 30): Promise<T> {
  const end = Date.now() + seconds * 1_000;
  for (;;) {
    const found = await ask();
    if (found) return found;
    if (Date.now() > end) throw new Error(`after ${seconds} s: not yet ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
