/** Events and receipts out of a transaction's log lines. */
import { type ReadonlyUint8Array, getBase64Encoder } from '@solana/kit';

import { PROGRAM_ID } from './constants.js';
import { type BreakwaterEvent, type EventCodec, getEventCodecs } from './generated/events.js';
import { attributed } from './logs.js';

const DATA = 'Program data: ';
const DISCRIMINATOR = 8;

/** Events that a group with a receipt log extends by their inputs: together they are a receipt. */
const RECEIPTED: ReadonlySet<string> = new Set<BreakwaterEvent['name']>([
  'Liquidated',
  'PerpLiquidated',
  'BankruptcyResolved',
  'MarketLossResolved',
  'Deleveraged',
]);

let byDiscriminator: Map<string, EventCodec> | undefined;

const codecOf = (bytes: ReadonlyUint8Array): EventCodec | undefined => {
  byDiscriminator ??= new Map(getEventCodecs().map((codec) => [codec.discriminator.join(), codec]));
  return byDiscriminator.get(bytes.slice(0, DISCRIMINATOR).join());
};

const isWhole = (codec: EventCodec, bytes: ReadonlyUint8Array): boolean =>
  bytes.length >= DISCRIMINATOR + codec.decoder.fixedSize;

/** Reads one event's bytes; `undefined` if it is none of ours. What follows an event is left alone. */
export const decodeEvent = (bytes: ReadonlyUint8Array): BreakwaterEvent | undefined => {
  const codec = codecOf(bytes);
  if (codec === undefined || !isWhole(codec, bytes)) return undefined;
  // Name and data come from the same codec, which the type of a union does not say.
  return { name: codec.name, data: codec.decoder.decode(bytes, DISCRIMINATOR) } as BreakwaterEvent;
};

/** What the program logged as data, in order. Lines that another program wrote, called by whomever, are left out. */
export const programData = (logs: readonly string[]): ReadonlyUint8Array[] => {
  const base64 = getBase64Encoder();
  return attributed(logs).flatMap(({ program, text }) => {
    if (program !== PROGRAM_ID || !text.startsWith(DATA)) return [];
    try {
      return [base64.encode(text.slice(DATA.length))];
    } catch {
      return [];
    }
  });
};

/** The events in a transaction's log lines, in order. */
export const eventsIn = (logs: readonly string[]): BreakwaterEvent[] =>
  programData(logs).flatMap((bytes) => decodeEvent(bytes) ?? []);

/** Whether an event's bytes go on with the inputs that its outcome followed from. */
const isReceipt = (bytes: ReadonlyUint8Array): boolean => {
  const codec = codecOf(bytes);
  if (codec === undefined || !RECEIPTED.has(codec.name)) return false;
  return bytes.length > DISCRIMINATOR + codec.decoder.fixedSize;
};

/** The receipts in a transaction's log lines, in order: their bytes, of which the group's chain of digests is made. */
export const receiptsIn = (logs: readonly string[]): ReadonlyUint8Array[] => programData(logs).filter(isReceipt);
