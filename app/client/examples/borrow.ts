/** Opens a margin account, deposits USDC and borrows SOL, in one transaction: what a wallet is asked to sign. */
import {
  type Address,
  type BlockhashLifetimeConstraint,
  type Instruction,
  compileTransaction,
  getBase64EncodedWireTransaction,
} from '@solana/kit';

import { type GroupRpc, actions, addresses, directoryFrom, loadGroup, messageOf } from '@breakwater-labs/client';

const [SOL, USDC] = [0, 3];

export type Wanted = {
  group: Address;
  owner: Address;
  blockhash: BlockhashLifetimeConstraint;
  oracles?: ReadonlyMap<number, Address>;
};

/** The instructions, and the transaction in base64, not signed yet. */
export const borrow = async (
  rpc: GroupRpc,
  { group, owner, blockhash, oracles }: Wanted,
): Promise<{ instructions: Instruction[]; transaction: string }> => {
  // Once: where everything is. Later `readGroup(rpc, accounts.places)` brings all of it as of one slot.
  const accounts = await loadGroup(rpc, group, { oracles });
  const directory = await directoryFrom(accounts);

  const address = await addresses.marginAccount(group, owner, 1);
  const instructions = [
    ...(await actions.openAccount(directory, { owner, number: 1 })),
    ...(await actions.deposit(directory, { authority: owner, account: address, token: USDC, amount: 1_000_000_000n })),
    ...(await actions.borrow(directory, {
      owner,
      // What the same transaction has deposited counts, so its price is wanted too.
      account: { address, adds: { tokens: [USDC] } },
      token: SOL,
      amount: 1_000_000_000n,
    })),
  ];
  const message = messageOf(owner, instructions, { blockhash });
  return { instructions, transaction: getBase64EncodedWireTransaction(compileTransaction(message)) };
};
