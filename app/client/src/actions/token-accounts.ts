/** Token accounts of wallets. */
import { AccountRole, type Address, type Instruction } from '@solana/kit';

import * as address from '../addresses.js';
import { ASSOCIATED_TOKEN_PROGRAM, SYSTEM_PROGRAM } from '../constants.js';
import { type Authority, addressOf, signerOf } from './common.js';

/** `CreateIdempotent` of the associated token program. */
const CREATE_IDEMPOTENT = Uint8Array.of(1);

/** What a token account is for. */
export type TokenKeys = { readonly mint: Address; readonly tokenProgram: Address };

/** Creates an owner's associated token account, or does nothing where there is one. */
export const createTokenAccount = async (
  payer: Authority,
  owner: Address,
  { mint, tokenProgram }: TokenKeys,
): Promise<Instruction> => {
  const account = await address.associatedToken(owner, mint, tokenProgram);
  const signer = signerOf(payer);
  const accounts = [
    { address: addressOf(payer), role: AccountRole.WRITABLE_SIGNER, signer },
    { address: account, role: AccountRole.WRITABLE },
    { address: owner, role: AccountRole.READONLY },
    { address: mint, role: AccountRole.READONLY },
    { address: SYSTEM_PROGRAM, role: AccountRole.READONLY },
    { address: tokenProgram, role: AccountRole.READONLY },
  ];
  return { accounts, data: CREATE_IDEMPOTENT, programAddress: ASSOCIATED_TOKEN_PROGRAM };
};
