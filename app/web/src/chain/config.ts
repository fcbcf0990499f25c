/** Which cluster and which group the page shows. */
import { address, type Address } from '@solana/kit';

/** A name for people; the chain knows only mints and numbers. */
export interface Named {
  readonly symbol: string;
}

export interface Config {
  readonly cluster: string;
  readonly rpcUrl: string;
  readonly wsUrl: string;
  /** First hash of the chain that is meant; a node of another is refused. */
  readonly genesisHash: string | null;
  readonly group: Address;
  readonly tokens: ReadonlyMap<string, Named>;
  readonly markets: ReadonlyMap<number, Named>;
  /** Accounts that a newcomer may look at. */
  readonly examples: readonly Address[];
  /** Whether this page's server gives away tokens: on a local chain only. */
  readonly faucet: boolean;
}

interface Told {
  cluster?: string;
  rpcUrl?: string;
  wsUrl?: string;
  genesisHash?: string | null;
  group?: string;
  tokens?: { mint: string; symbol: string }[];
  markets?: { market: number; symbol: string }[];
  accounts?: string[];
  faucet?: boolean;
}

const env = import.meta.env;

/** Reads `/config.json`, where a server or a static host has put it; `VITE_RPC_URL`, `VITE_WS_URL`, `VITE_GROUP` win. */
export async function readConfig(): Promise<Config> {
  const response = await fetch('/config.json', { headers: { accept: 'application/json' } }).catch(() => null);
  const isJson = response?.ok && response.headers.get('content-type')?.includes('json');
  const told: Told = isJson ? ((await response.json()) as Told) : {};
  const rpcUrl = (env['VITE_RPC_URL'] as string | undefined) ?? told.rpcUrl;
  const group = (env['VITE_GROUP'] as string | undefined) ?? told.group;
  if (!rpcUrl || !group) {
    throw new Error(
      'This page does not know its node: /config.json is missing, and VITE_RPC_URL and VITE_GROUP are not set.',
    );
  }
  return {
    cluster: (env['VITE_CLUSTER'] as string | undefined) ?? told.cluster ?? 'custom',
    rpcUrl,
    wsUrl: (env['VITE_WS_URL'] as string | undefined) ?? told.wsUrl ?? rpcUrl.replace(/^http/, 'ws'),
    genesisHash: told.genesisHash ?? null,
    group: address(group),
    tokens: new Map((told.tokens ?? []).map(({ mint, symbol }) => [mint, { symbol }])),
    markets: new Map((told.markets ?? []).map(({ market, symbol }) => [market, { symbol }])),
    examples: (told.accounts ?? []).map((account) => address(account)),
    faucet: told.faucet ?? false,
  };
}
