import type { ReceiptBytes, ReceiptLogInfo, ReceiptRow } from '@breakwater-labs/client/margin';
import { describe, expect, it } from 'vitest';

import { check, isHeadRight, type LoggedReceipt, missing } from './chain';

const NOTHING = '0'.repeat(64);
/** A digest that a test can compute: what was before, and the bytes, in short. */
const digestOf = (before: string, bytes: string) => `${before === NOTHING ? '' : before}/${bytes}`;

/** A module that reads "a1" as a receipt of account "a", and finds a fault in those that end with "!". */
const ask = (receipts: ReceiptBytes[]): (ReceiptRow | null)[] =>
  receipts.map(({ bytes, before }) => {
    if (bytes.startsWith('?')) return null;
    const fault = bytes.endsWith('!') ? 'from its inputs something else follows' : null;
    return {
      kind: 'liquidation',
      account: bytes[0] ?? '',
      keeper: null,
      numbers: {},
      digest: digestOf(before, bytes),
      fault,
    };
  });

const logged = (bytes: string, slot: number): LoggedReceipt => ({
  signature: bytes,
  slot: String(slot),
  time: null,
  bytes,
});

/** What the chain keeps after receipts, oldest first: the last `kept` of them. */
function logOf(receipts: readonly LoggedReceipt[], kept = 64): ReceiptLogInfo {
  let head = NOTHING;
  const entries = receipts.map(({ bytes, slot }, number) => {
    head = digestOf(head, bytes);
    const amount = { native: '0', ui: '0' };
    return {
      number: String(number),
      digest: head,
      account: bytes[0] ?? '',
      slot,
      kind: 'liquidation',
      leg: 0,
      collateral: 1,
      amount,
      result: amount,
    };
  });
  return { address: 'log', count: String(receipts.length), head, entries: entries.reverse().slice(0, kept) };
}

const all = [logged('a0', 10), logged('b1', 10), logged('a2', 11), logged('c3', 12), logged('a4', 15)];
const newestFirst = (some: readonly LoggedReceipt[]) => some.toReversed();
const verdicts = (some: readonly LoggedReceipt[], log: ReceiptLogInfo, isWhole: boolean) =>
  check(some, log, isWhole, ask).map(({ verdict }) => verdict);

describe('receipts and the chain of their digests', () => {
  it('are verified where each follows from the one before', () => {
    const checked = check(newestFirst(all), logOf(all), true, ask);
    expect(checked.map(({ number }) => number)).toEqual([4, 3, 2, 1, 0]);
    expect(checked.every(({ verdict, fault }) => verdict === 'verified' && fault === null)).toBe(true);
  });

  it('are verified beyond what the log keeps, from the beginning of the chain', () => {
    expect(verdicts(newestFirst(all), logOf(all, 2), true)).toEqual(Array(5).fill('verified'));
  });

  it('are old where the log does not keep the digest and not all have been read', () => {
    expect(verdicts(newestFirst(all), logOf(all, 3), false)).toEqual(['verified', 'verified', 'old', 'old', 'old']);
  });

  it('are wrong where a byte was changed', () => {
    const forged = all.map((one) => (one.bytes === 'a2' ? { ...one, bytes: 'a9' } : one));
    const checked = check(newestFirst(forged), logOf(all), true, ask);
    expect(checked.map(({ verdict }) => verdict)).toEqual(['verified', 'verified', 'wrong', 'verified', 'verified']);
    expect(checked[2]?.fault).toBe('its digest is not the one in the log');
  });

  it('are wrong where an early one was changed that only the chain can tell', () => {
    const forged = all.map((one) => (one.bytes === 'a0' ? { ...one, bytes: 'a9' } : one));
    expect(verdicts(newestFirst(forged), logOf(all, 2), true)).toEqual([
      'verified',
      'wrong',
      'wrong',
      'wrong',
      'wrong',
    ]);
  });

  it('are wrong where their inputs give something else, or nothing', () => {
    const told = [logged('a0!', 10), logged('b1', 11)];
    const [second, first] = check(newestFirst(told), logOf(told), true, ask);
    expect([first?.verdict, first?.fault]).toEqual(['wrong', 'from its inputs something else follows']);
    expect(second?.verdict).toBe('verified');
    expect(check([logged('?', 10)], logOf([]), true, ask)[0]?.fault).toBe('its bytes are no receipt');
  });

  it('are wrong where the log has no such receipt', () => {
    const told = [...all.slice(0, 3), logged('z9', 11), ...all.slice(3)];
    const found = check(newestFirst(told), logOf(all), true, ask).find(({ logged: { bytes } }) => bytes === 'z9');
    expect([found?.verdict, found?.fault]).toEqual(['wrong', 'the log has no such receipt']);
  });

  it('wait where the log was read before them', () => {
    expect(verdicts(newestFirst(all), logOf(all.slice(0, 4)), true)).toEqual([
      'pending',
      'verified',
      'verified',
      'verified',
      'verified',
    ]);
    expect(verdicts([logged('a0', 5)], logOf([]), true)).toEqual(['pending']);
  });

  it('that the node keeps back are missed, and the others still verified', () => {
    const told = newestFirst(all.filter(({ bytes }) => bytes !== 'a2'));
    const checked = check(told, logOf(all), true, ask);
    expect(checked.every(({ verdict }) => verdict === 'verified')).toBe(true);
    expect(missing(checked, logOf(all), true).map(({ number }) => number)).toEqual(['2']);
    expect(missing(check(newestFirst(all), logOf(all), true, ask), logOf(all), true)).toEqual([]);
  });

  it('have a head that is the digest of the last', () => {
    expect([isHeadRight(logOf(all)), isHeadRight(logOf([])), isHeadRight({ ...logOf(all), head: NOTHING })]).toEqual([
      true,
      true,
      false,
    ]);
  });
});
