/** Tells what a loan would do to an account before anybody signs it: the program's own code, in the WebAssembly module. */
import type { Address } from '@solana/kit';

import { type GroupRpc, accountsOf, fetchMarginAccounts, loadGroup } from '@breakwater-labs/client';
import { Margin } from '@breakwater-labs/client/margin';

type Place = { group: Address; owner: Address; oracles?: ReadonlyMap<number, Address> };

export const foreseen = async (
  rpc: GroupRpc,
  { group, owner, oracles }: Place,
  wasm: BufferSource,
): Promise<string[]> => {
  // In a browser: await Margin.load(fetch(url)), with the URL of '@breakwater-labs/client/margin.wasm'.
  const margin = await Margin.load(wasm);
  const accounts = await loadGroup(rpc, group, { oracles });
  const margins = await fetchMarginAccounts(rpc, { group, owner });
  margin.put([...accountsOf(accounts), ...margins]);

  const [account] = margins;
  if (account === undefined) return ['nothing is open'];
  const { standing } = margin.account(account.address);
  const most = margin.most(account.address, owner, { borrow: { token: 0 } });
  const { after } = margin.preview(account.address, owner, { borrow: { token: 0, amount: most.native } });
  return [
    `equity ${standing.health.equity}, liquidated at ${standing.prices.map(({ trigger }) => trigger).join(', ')}`,
    `${most.ui} can be borrowed, which leaves ${after.health.initial} for new risk`,
  ];
};
