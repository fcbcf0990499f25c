/** From instructions to transactions that fit. */
import {
  type Address,
  type BlockhashLifetimeConstraint,
  type Instruction,
  appendTransactionMessageInstructions,
  createTransactionMessage,
  getTransactionMessageSize,
  getTransactionMessageSizeLimit,
  pipe,
  setTransactionMessageComputeUnitLimit,
  setTransactionMessageComputeUnitPrice,
  setTransactionMessageFeePayer,
  setTransactionMessageFeePayerSigner,
  setTransactionMessageLifetimeUsingBlockhash,
} from '@solana/kit';

import { type Authority, addressOf } from './actions/common.js';
import { type RefreshItem, refreshWith } from './actions/refresh.js';
import { PROGRAM_ID } from './constants.js';
import { REFRESH_DISCRIMINATOR, getRefreshInstructionDataDecoder } from './generated/instructions/index.js';

/** Most compute units that a transaction may have. */
export const MOST_UNITS = 1_400_000;

/** What a transaction may use and offers. */
export type Limits = {
  /** Compute units. */
  readonly units?: number | undefined;
  /** For each of them, micro-lamports. */
  readonly price?: bigint | undefined;
};

/** A message without payer and blockhash. */
const draft = (instructions: readonly Instruction[], { units = MOST_UNITS, price = 0n }: Limits) =>
  pipe(
    createTransactionMessage({ version: 0 }),
    (message) => setTransactionMessageComputeUnitLimit(units, message),
    (message) => setTransactionMessageComputeUnitPrice(price, message),
    (message) => appendTransactionMessageInstructions(instructions, message),
  );

/** A message that is ready to be signed: by the signers that it names, and by the wallets of those that it names as addresses. */
export const messageOf = (
  payer: Authority,
  instructions: readonly Instruction[],
  { blockhash, limits = {} }: { readonly blockhash: BlockhashLifetimeConstraint; readonly limits?: Limits | undefined },
) => {
  const message = setTransactionMessageLifetimeUsingBlockhash(blockhash, draft(instructions, limits));
  return typeof payer === 'string'
    ? setTransactionMessageFeePayer(payer, message)
    : setTransactionMessageFeePayerSigner(payer, message);
};

/** Whether instructions fit into one transaction, with limits in front of them. */
export const fits = (payer: Authority, instructions: readonly Instruction[]): boolean => {
  const message = setTransactionMessageFeePayer(addressOf(payer), draft(instructions, { price: 2n ** 64n - 1n }));
  return getTransactionMessageSize(message) <= getTransactionMessageSizeLimit(message);
};

const isRefresh = ({ programAddress, data }: Instruction): boolean =>
  programAddress === PROGRAM_ID && REFRESH_DISCRIMINATOR.every((byte, at) => data?.[at] === byte);

/** What a refresh brings, and to which board. */
const refreshed = ({ accounts = [], data }: Instruction): [board: Address | undefined, items: RefreshItem[]] => {
  const [board, ...sources] = accounts;
  const { items } = getRefreshInstructionDataDecoder().decode(data ?? new Uint8Array());
  return [board?.address, sources.map(({ address }, at) => [items[at] ?? 0, address])];
};

/**
 * Instructions in as few transactions as they fit into. Where one is not enough, prices and snapshots go ahead: all transactions
 * but the last only refresh, and as much of the refresh as fits stays with the action.
 */
export const inTransactions = (payer: Authority, instructions: readonly Instruction[]): Instruction[][] => {
  if (fits(payer, instructions)) return [[...instructions]];
  const at = instructions.findIndex(isRefresh);
  const found = instructions[at];
  const [board, items] = found === undefined ? [undefined, []] : refreshed(found);
  const whole = (own: readonly RefreshItem[]): Instruction[] => {
    const refresh = board === undefined || own.length === 0 ? [] : [refreshWith(board, own)];
    return [...instructions.slice(0, at), ...refresh, ...instructions.slice(at + 1)];
  };
  const first = items.findIndex((_, from) => fits(payer, whole(items.slice(from))));
  const ahead = first === -1 ? items : items.slice(0, first);
  const last = whole(first === -1 ? [] : items.slice(first));
  if (board === undefined || !fits(payer, last)) throw new RangeError('the transaction has too many bytes');
  const parts: Instruction[][] = [];
  for (let from = 0; from < ahead.length;) {
    let to = ahead.length;
    while (to > from + 1 && !fits(payer, [refreshWith(board, ahead.slice(from, to))])) to -= 1;
    parts.push([refreshWith(board, ahead.slice(from, to))]);
    from = to;
  }
  return [...parts, last];
};
