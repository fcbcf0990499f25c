/** From instructions to a confirmed transaction: simulated first, so that a refusal is told before the wallet asks. */
import {
  AccountRole,
  type Address,
  type Base64EncodedWireTransaction,
  type BlockhashLifetimeConstraint,
  compileTransaction,
  getBase58Decoder,
  getBase64Decoder,
  getTransactionDecoder,
  getTransactionEncoder,
  type Instruction,
  type Signature,
} from '@solana/kit';
import { failureOf, type Failure, inTransactions, type Limits, messageOf, MOST_UNITS } from '@breakwater-labs/client';

import type { Store } from '../chain/store';
import { type Connection, sign } from '../wallet/standard';

/** How often a transaction is sent again and asked about, milliseconds. */
const ASK_EVERY = 500;
/** Part of recent priority fees that is enough, and the most that is paid, micro-lamports for a unit. */
const FEE_PERCENTILE = 0.75;
const MOST_PRICE = 200_000n;

/** Why a transaction has not happened, in words for people. */
export class SendFailed extends Error {
  readonly failure: Failure;
  readonly signature: string | null;

  constructor(failure: Failure, signature: string | null = null) {
    super(failure.message);
    this.failure = failure;
    this.signature = signature;
  }
}

const compiled = (
  payer: Address,
  instructions: readonly Instruction[],
  blockhash: BlockhashLifetimeConstraint,
  limits?: Limits,
): Uint8Array =>
  new Uint8Array(
    getTransactionEncoder().encode(compileTransaction(messageOf(payer, instructions, { blockhash, limits }))),
  );

const base64 = (bytes: Uint8Array) => getBase64Decoder().decode(bytes) as Base64EncodedWireTransaction;

async function priceOf(store: Store, writable: readonly { readonly address: Address }[]): Promise<bigint> {
  const recent = await store.rpc
    .getRecentPrioritizationFees(writable.slice(0, 128).map(({ address }) => address))
    .send()
    .catch(() => []);
  const fees = recent.map(({ prioritizationFee }) => BigInt(prioritizationFee)).sort((a, b) => (a < b ? -1 : 1));
  const fee = fees[Math.floor(fees.length * FEE_PERCENTILE)] ?? 0n;
  return fee < MOST_PRICE ? fee : MOST_PRICE;
}

/** Asks the node what a transaction would do. Returns its compute units; throws what would refuse it. */
async function simulated(store: Store, transaction: Uint8Array): Promise<number> {
  const { value } = await store.rpc
    .simulateTransaction(base64(transaction), {
      encoding: 'base64',
      sigVerify: false,
      replaceRecentBlockhash: true,
      commitment: 'confirmed',
    })
    .send();
  if (value.err !== null) throw new SendFailed(failureOf(value.err, value.logs));
  return Number(value.unitsConsumed ?? MOST_UNITS);
}

/**
 * Simulates, has the wallet sign, sends until the transaction is confirmed or can never be. Where the prices of many legs do not
 * fit beside the action they go ahead in transactions of their own.
 */
export async function send(
  store: Store,
  connection: Connection,
  instructions: readonly Instruction[],
  onSigned: (signature: Signature) => void = () => {},
): Promise<Signature> {
  try {
    const [...ahead] = inTransactions(connection.address, instructions);
    const last = ahead.pop() ?? [];
    for (const part of ahead) await sendOne(store, connection, part, onSigned);
    return await sendOne(store, connection, last, onSigned);
  } catch (error) {
    throw error instanceof SendFailed ? error : new SendFailed(failureOf(error));
  }
}

async function sendOne(
  store: Store,
  connection: Connection,
  instructions: readonly Instruction[],
  onSigned: (signature: Signature) => void,
): Promise<Signature> {
  const payer = connection.address;
  const { value: first } = await store.rpc.getLatestBlockhash({ commitment: 'confirmed' }).send();
  const units = await simulated(store, compiled(payer, instructions, first));
  const price = await priceOf(
    store,
    instructions.flatMap(({ accounts = [] }) => accounts.filter(isWritable)),
  );
  // A wallet may take its time: the blockhash is as new as can be.
  const { value: lifetime } = await store.rpc.getLatestBlockhash({ commitment: 'confirmed' }).send();
  const limits = { units: Math.ceil(units * 1.2) + 5_000, price };
  const chain = `solana:${store.config.cluster}` as const;
  const signed = await sign(connection, compiled(payer, instructions, lifetime, limits), chain);
  const signature = signatureOf(signed);
  onSigned(signature);
  await confirmed(store, signed, signature, lifetime.lastValidBlockHeight);
  return signature;
}

const isWritable = ({ role }: { readonly role: AccountRole }) =>
  role === AccountRole.WRITABLE || role === AccountRole.WRITABLE_SIGNER;

function signatureOf(signed: Uint8Array): Signature {
  const [first] = Object.values(getTransactionDecoder().decode(signed).signatures);
  if (!first) throw new SendFailed({ source: 'wallet', name: 'Unsigned', message: 'the wallet has not signed' });
  return getBase58Decoder().decode(first) as Signature;
}

async function confirmed(store: Store, signed: Uint8Array, signature: Signature, lastHeight: bigint): Promise<void> {
  const wire = base64(signed);
  for (;;) {
    // A node that is away for a moment has lost nothing: the transaction is sent again.
    const status = await sendAndAsk(store, wire, signature).catch((error: unknown) => {
      if (error instanceof SendFailed) throw error;
      return null;
    });
    if (status?.err) {
      const told = await store.rpc
        .getTransaction(signature, { commitment: 'confirmed', encoding: 'base64', maxSupportedTransactionVersion: 0 })
        .send()
        .catch(() => null);
      throw new SendFailed(failureOf(status.err, told?.meta?.logMessages ?? null), signature);
    }
    if (status?.confirmationStatus === 'confirmed' || status?.confirmationStatus === 'finalized') return;
    const height = await store.rpc
      .getBlockHeight({ commitment: 'confirmed' })
      .send()
      .catch(() => 0n);
    if (height > lastHeight) {
      const message = 'the transaction was not taken in time and never will be: nothing has changed, try again';
      throw new SendFailed({ source: 'runtime', name: 'Expired', message }, signature);
    }
    await new Promise((resolve) => setTimeout(resolve, ASK_EVERY));
  }
}

async function sendAndAsk(store: Store, wire: Base64EncodedWireTransaction, signature: Signature) {
  const asked = await store.rpc.getSignatureStatuses([signature]).send();
  const status = asked.value[0] ?? null;
  if (status === null) {
    await store.rpc.sendTransaction(wire, { encoding: 'base64', skipPreflight: true, maxRetries: 0n }).send();
  }
  return status;
}
