/** From an intent to the instructions that carry it out, in order, with the prices and snapshots that they need. */
export type { Authority, Instructions, Margin } from './common.js';
export { NotInGroup } from './common.js';
export * from './accounts.js';
export * from './insurance.js';
export * from './liquidations.js';
export * from './liquidity.js';
export * from './perps.js';
export * from './refresh.js';
export * from './token-accounts.js';
export * from './tokens.js';
