import { expect, it } from 'vitest';

import { ORACLE_LEGACY, ORACLE_PULL, TOKEN_PROGRAM, addresses } from '../src/index.js';
import { key, vectors } from './vectors.js';

const [one, two] = [key(1), key(2)];
const feedId = new Uint8Array(32).fill(9);

it('addresses are those of the Rust SDK', async () => {
  const derived: Record<string, string> = {
    group: await addresses.group(one, 513),
    bank: await addresses.bank(one, two),
    vault: await addresses.vault(one),
    marginAccount: await addresses.marginAccount(one, two, 513),
    fund: await addresses.fund(one),
    stake: await addresses.stake(one, two),
    receiptLog: await addresses.receiptLog(one),
    change: await addresses.change(one, 2n ** 40n),
    perpMarket: await addresses.perpMarket(one, 31),
    liquidity: await addresses.liquidity(one, two),
    sponsoredPrice: await addresses.sponsoredPrice(513, feedId),
    oracle: await addresses.oracle({ kind: ORACLE_PULL, feedId }, 1),
    legacyOracle: await addresses.oracle({ kind: ORACLE_LEGACY, feedId }, 1),
    associatedToken: await addresses.associatedToken(one, two, TOKEN_PROGRAM),
  };
  expect(derived).toEqual(Object.fromEntries(vectors.addresses));
});
