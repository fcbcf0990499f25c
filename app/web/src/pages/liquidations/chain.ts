/**
 * Receipts as transactions logged them, compared with what the chain keeps of them: each has to follow from its own inputs, and the
 * digest that this browser computes has to be the one in the group's receipt log.
 */
import type { ReceiptBytes, ReceiptEntryInfo, ReceiptLogInfo, ReceiptRow } from '@breakwater-labs/client/margin';

/** A receipt in a transaction's logs. */
export interface LoggedReceipt {
  readonly signature: string;
  readonly slot: string;
  readonly time: number | null;
  /** Hexadecimal. */
  readonly bytes: string;
}

export type Verdict =
  /** Its inputs give what it tells, and its digest is the chain's. */
  | 'verified'
  /** Its inputs give what it tells; the chain keeps no digest of one so old, and the way to it has not been read. */
  | 'old'
  /** The reading of the log is older than the receipt. */
  | 'pending'
  | 'wrong';

export interface Checked {
  readonly logged: LoggedReceipt;
  /** Number of the receipt; null where its place is not known. */
  readonly number: number | null;
  /** Null where the bytes are none. */
  readonly row: ReceiptRow | null;
  readonly verdict: Verdict;
  /** What is wrong, in words. */
  readonly fault: string | null;
}

type Ask = (receipts: ReceiptBytes[]) => readonly (ReceiptRow | null)[];

const NOTHING = '0'.repeat(64);

/** Whether an entry is a summary of a receipt. */
const fits = (entry: ReceiptEntryInfo, logged: LoggedReceipt, row: ReceiptRow) =>
  entry.slot === logged.slot && entry.account === row.account && entry.kind === row.kind;

interface Placed {
  readonly logged: LoggedReceipt;
  readonly row: ReceiptRow | null;
  readonly number: number | null;
  readonly place: 'none' | 'pending' | 'ring' | 'before' | 'unknown';
}

/** Which number each receipt has: by the log's summaries, and beyond them by counting, where nothing is left out. */
function placed(
  receipts: readonly LoggedReceipt[],
  rows: readonly (ReceiptRow | null)[],
  log: ReceiptLogInfo,
  isWhole: boolean,
): Placed[] {
  const { entries } = log;
  const newest = BigInt(entries[0]?.slot ?? '-1');
  const oldest = BigInt(entries.at(-1)?.slot ?? '0');
  // The first summary that is still free; summaries go from the newest to the oldest, as receipts do.
  let free = 0;
  let next = Number(log.count) - 1 - entries.length;
  return receipts.map((logged, at) => {
    const row = rows[at] ?? null;
    const slot = BigInt(logged.slot);
    if (!row) return { logged, row, number: null, place: 'none' };
    const found = entries.findIndex((entry, index) => index >= free && fits(entry, logged, row));
    if (found >= 0) {
      free = found + 1;
      return { logged, row, number: Number(entries[found]?.number), place: 'ring' };
    }
    // What came after the log was read, perhaps in the same slot as its last one, is not in it yet.
    if (slot > newest || (slot === newest && free === 0)) return { logged, row, number: null, place: 'pending' };
    // The oldest summary's slot may have had receipts that the ring has forgotten.
    const isBefore = slot < oldest || (slot === oldest && free >= entries.length && next >= 0);
    if (!isBefore) return { logged, row, number: null, place: 'unknown' };
    next -= 1;
    return { logged, row, number: isWhole ? next + 1 : null, place: 'before' };
  });
}

/**
 * Checks receipts, the newest first. `isWhole`: all there have ever been are among them, so that their chain can be followed from
 * its beginning, where nothing is before the first.
 */
export function check(receipts: readonly LoggedReceipt[], log: ReceiptLogInfo, isWhole: boolean, ask: Ask): Checked[] {
  const digests = new Map(log.entries.map(({ number, digest }) => [Number(number), digest]));
  const firstKept = Number(log.count) - log.entries.length;
  const rows = ask(receipts.map(({ bytes }) => ({ bytes, before: NOTHING })));
  const all = placed(receipts, rows, log, isWhole);
  const digestOf = (logged: LoggedReceipt, before: string) => ask([{ bytes: logged.bytes, before }])[0]?.digest ?? null;
  // From the beginning to the oldest digest that the log keeps.
  let before: string | null = isWhole ? NOTHING : null;
  const early = all.filter(({ place }) => place === 'before').reverse();
  for (const [at, { logged, number }] of early.entries()) {
    before = before !== null && number === at ? digestOf(logged, before) : null;
  }
  const linked = early.length === firstKept ? before : null;
  if (firstKept > 0 && linked !== null) digests.set(firstKept - 1, linked);
  const oldestKept = all.find(({ number }) => number === firstKept);
  const meets =
    linked !== null && oldestKept !== undefined && digestOf(oldestKept.logged, linked) === digests.get(firstKept);
  return all.map(({ logged, row, number, place }) => {
    const told = (verdict: Verdict, fault: string | null = null): Checked => ({ logged, number, row, verdict, fault });
    if (!row || place === 'none') return told('wrong', 'its bytes are no receipt');
    if (row.fault) return told('wrong', row.fault);
    if (place === 'pending') return told('pending');
    if (place === 'unknown' || number === null)
      return place === 'before' ? told('old') : told('wrong', 'the log has no such receipt');
    if (place === 'before') {
      if (linked === null || !oldestKept) return told('old');
      return meets ? told('verified') : told('wrong', 'the chain from here does not lead to the digests in the log');
    }
    const previous = number === 0 ? NOTHING : digests.get(number - 1);
    // The log does not keep what was before its oldest digest.
    if (previous === undefined) return told('old');
    return digestOf(logged, previous) === digests.get(number)
      ? told('verified')
      : told('wrong', 'its digest is not the one in the log');
  });
}

/** Receipts that the log has between those that were read, or after them, and no transaction that the node told of. */
export function missing(checked: readonly Checked[], log: ReceiptLogInfo, isWhole: boolean): ReceiptEntryInfo[] {
  const known = new Set(checked.map(({ number }) => number));
  const numbers = checked.flatMap(({ number }) => (number === null ? [] : [number]));
  const oldest = isWhole || numbers.length === 0 ? -1 : Math.min(...numbers);
  return log.entries.filter(({ number }) => !known.has(Number(number)) && Number(number) > oldest);
}

/** Whether the log's own parts agree: its head is the digest of its last receipt. */
export const isHeadRight = (log: ReceiptLogInfo): boolean =>
  log.count === '0' ? log.head === NOTHING : log.entries[0]?.digest === log.head;
