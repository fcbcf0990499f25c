/** What a queued change would do: the name of its instruction and the values that it would set, out of the instruction's own data. */
import {
  CREATE_FUND_DISCRIMINATOR,
  CREATE_LOG_DISCRIMINATOR,
  CREATE_MARKET_DISCRIMINATOR,
  getCreateMarketInstructionDataDecoder,
  getListTokenInstructionDataDecoder,
  getSetLendingInstructionDataDecoder,
  getSetLiquidationInstructionDataDecoder,
  getSetMarketInstructionDataDecoder,
  getSetMarketStatusInstructionDataDecoder,
  getSetOracleInstructionDataDecoder,
  getSetReduceOnlyInstructionDataDecoder,
  getSetRoleInstructionDataDecoder,
  getSetWeightsInstructionDataDecoder,
  LIST_TOKEN_DISCRIMINATOR,
  SET_LENDING_DISCRIMINATOR,
  SET_LIQUIDATION_DISCRIMINATOR,
  SET_MARKET_DISCRIMINATOR,
  SET_MARKET_STATUS_DISCRIMINATOR,
  SET_ORACLE_DISCRIMINATOR,
  SET_REDUCE_ONLY_DISCRIMINATOR,
  SET_ROLE_DISCRIMINATOR,
  SET_WEIGHTS_DISCRIMINATOR,
} from '@breakwater-labs/client';
import type { GroupAnswer } from '@breakwater-labs/client/margin';

interface Reader {
  readonly name: string;
  readonly begins: Uint8Array;
  readonly decode: ((bytes: Uint8Array) => object) | null;
}

const reader = (
  name: string,
  begins: Uint8Array,
  decoder?: () => { decode: (bytes: Uint8Array) => object },
): Reader => ({
  name,
  begins,
  decode: decoder ? (bytes) => decoder().decode(bytes) : null,
});

const READERS: readonly Reader[] = [
  reader('Set lending', SET_LENDING_DISCRIMINATOR, getSetLendingInstructionDataDecoder),
  reader('Set weights', SET_WEIGHTS_DISCRIMINATOR, getSetWeightsInstructionDataDecoder),
  reader('Set oracle', SET_ORACLE_DISCRIMINATOR, getSetOracleInstructionDataDecoder),
  reader('Set liquidation', SET_LIQUIDATION_DISCRIMINATOR, getSetLiquidationInstructionDataDecoder),
  reader('Set reduce-only', SET_REDUCE_ONLY_DISCRIMINATOR, getSetReduceOnlyInstructionDataDecoder),
  reader('Set market', SET_MARKET_DISCRIMINATOR, getSetMarketInstructionDataDecoder),
  reader('Set market status', SET_MARKET_STATUS_DISCRIMINATOR, getSetMarketStatusInstructionDataDecoder),
  reader('Set role', SET_ROLE_DISCRIMINATOR, getSetRoleInstructionDataDecoder),
  reader('List a token', LIST_TOKEN_DISCRIMINATOR, getListTokenInstructionDataDecoder),
  reader('Create a market', CREATE_MARKET_DISCRIMINATOR, getCreateMarketInstructionDataDecoder),
  reader('Create the fund', CREATE_FUND_DISCRIMINATOR),
  reader('Create the receipt log', CREATE_LOG_DISCRIMINATOR),
];

/** A change in words. */
export interface Change {
  readonly name: string;
  /** What would be set, by name; empty where the data cannot be read. */
  readonly values: readonly (readonly [name: string, value: string])[];
}

const bytesOf = (hex: string) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));

/** `maxRate` as people write it. */
const spoken = (name: string) => name.replace(/([A-Z])/g, (letter) => ` ${letter.toLowerCase()}`);

/** Values by their path; bytes and paddings are left out, and what is nested is named after what holds it. */
function flat(value: unknown, path: string): [string, string][] {
  if (value instanceof Uint8Array || path === 'discriminator' || path.endsWith('reserved')) return [];
  if (Array.isArray(value)) return value.flatMap((one, at) => flat(one, `${path} ${at + 1}`));
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).flatMap(([name, one]) => flat(one, path ? `${path}: ${spoken(name)}` : spoken(name)));
  }
  // 2^64 − 1 is how the program says that there is no limit.
  return [[path, value === 2n ** 64n - 1n ? 'no limit' : String(value)]];
}

/** Reads a change's data. What is not known keeps its first bytes as its name. */
export function changeOf(data: string): Change {
  const bytes = bytesOf(data);
  const found = READERS.find(({ begins }) => begins.every((byte, at) => bytes[at] === byte));
  if (!found) return { name: `Unknown instruction ${data.slice(0, 16)}`, values: [] };
  if (!found.decode) return { name: found.name, values: [] };
  try {
    const decoded = Object.entries(found.decode(bytes)).filter(([name]) => name !== 'discriminator');
    // One struct of parameters needs no name of its own.
    const [only] = decoded;
    const isOne = decoded.length === 1 && typeof only?.[1] === 'object' && !(only[1] instanceof Uint8Array);
    return { name: found.name, values: isOne ? flat(only[1], '') : flat(Object.fromEntries(decoded), '') };
  } catch {
    return { name: found.name, values: [] };
  }
}

/** What a change sets, in words: a bank by its token, a market by its symbol, the board, or an address. */
export function targetOf(
  target: string,
  group: Pick<GroupAnswer, 'tokens' | 'markets' | 'board' | 'address'>,
  names: { token: (number: number) => string; market: (number: number) => string },
): string | null {
  const token = group.tokens.find(({ bank, mint }) => bank === target || mint === target);
  if (token) return names.token(token.token);
  const market = group.markets.find(({ address }) => address === target);
  if (market) return names.market(market.market);
  if (target === group.board) return 'risk board';
  return target === group.address ? 'group' : null;
}
