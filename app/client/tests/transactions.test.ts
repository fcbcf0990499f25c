import {
  type Blockhash,
  generateKeyPairSigner,
  getSignatureFromTransaction,
  signTransactionMessageWithSigners,
} from '@solana/kit';
import { expect, it } from 'vitest';

import {
  MARKET_FEED,
  MARKET_ITEM,
  TOKEN_ITEM,
  actions,
  fits,
  getRefreshInstructionDataDecoder,
  inTransactions,
  messageOf,
} from '../src/index.js';
import { ACCOUNT, BOARD, OWNER, directory } from './stage.js';
import { key } from './vectors.js';

const item = (number: number): actions.RefreshItem => [number, key(number)];
const touch = async () => actions.touch(await directory(), { account: { address: ACCOUNT } });

/** Every leg that a margin account can have: 16 tokens and 8 markets, all with print and snapshot. */
const MOST: actions.RefreshItem[] = [
  ...Array.from({ length: 16 }, (_, at) => item(at)),
  ...Array.from({ length: 8 }, (_, at) => item(MARKET_FEED + at)),
  ...Array.from({ length: 16 }, (_, at) => item(TOKEN_ITEM + at)),
  ...Array.from({ length: 8 }, (_, at) => item(MARKET_ITEM + at)),
];

const itemsOf = (data = new Uint8Array() as never) => [...getRefreshInstructionDataDecoder().decode(data).items];

it('what fits stays together', async () => {
  const together = [actions.refreshWith(BOARD, MOST.slice(0, 20)), ...(await touch())];
  expect(fits(OWNER, together)).toBe(true);
  expect(inTransactions(OWNER, together)).toEqual([together]);
});

it('what does not goes ahead, in order, and as much as fits stays with the action', async () => {
  const [action] = await touch();
  const parts = inTransactions(OWNER, [actions.refreshWith(BOARD, MOST), ...(await touch())]);
  expect(parts.length).toBe(2);
  expect(parts.every((part) => fits(OWNER, part))).toBe(true);
  const refreshes = parts.map(([refresh]) => itemsOf(refresh?.data as never));
  expect(refreshes.flat()).toEqual(MOST.map(([number]) => number));
  expect(parts.at(-1)?.at(-1)?.data).toEqual(action?.data);
  const longer = [...MOST.slice(MOST.length - (refreshes[1]?.length ?? 0) - 1)];
  expect(fits(OWNER, [actions.refreshWith(BOARD, longer), ...(await touch())])).toBe(false);
});

it('what can never fit is refused', async () => {
  const [action] = await touch();
  const large = { ...action, programAddress: BOARD, data: new Uint8Array(1_300) };
  expect(() => inTransactions(OWNER, [large])).toThrow('too many bytes');
});

it('a payer that is a signer signs, whoever else an instruction names', async () => {
  const payer = await generateKeyPairSigner();
  const blockhash = { blockhash: BOARD as string as Blockhash, lastValidBlockHeight: 1n };
  const signed = await signTransactionMessageWithSigners(messageOf(payer, await touch(), { blockhash }));
  expect(getSignatureFromTransaction(signed)).toBeTruthy();
  expect(Object.keys(signed.signatures)).toEqual([payer.address]);
});
