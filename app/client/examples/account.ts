/** Reads an owner's margin accounts and tells what they hold. */
import type { Address } from '@solana/kit';

import { type GroupRpc, SIDE_DEBT, decodeMargin, fetchMarginAccounts } from '@breakwater-labs/client';

export const holdings = async (rpc: GroupRpc, group: Address, owner: Address): Promise<string[]> => {
  const accounts = await fetchMarginAccounts(rpc, { group, owner });
  const margins = accounts.map(decodeMargin);
  return margins.flatMap(({ address, data }) => [
    `${address}, number ${data.number}`,
    ...data.tokens
      .filter(({ shares }) => shares !== 0n)
      .map(
        ({ token, side, shares }) => `  token ${token}: ${side === SIDE_DEBT ? 'debt' : 'deposit'} of ${shares} shares`,
      ),
    ...data.perps
      .filter(({ base, quote }) => base !== 0n || quote !== 0n)
      .map(
        ({ market, base }) =>
          `  market ${market}: ${base > 0n ? 'long' : 'short'} of ${base < 0n ? -base : base} base units`,
      ),
  ]);
};
