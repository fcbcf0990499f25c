import { getBase64Decoder } from '@solana/kit';
import { describe, expect, it } from 'vitest';

import { PROGRAM_ID, TOKEN_PROGRAM, decodeEvent, eventsIn, getEventCodecs, receiptsIn } from '../src/index.js';
import { debug } from './text.js';
import { hex, unhex, vectors } from './vectors.js';

describe('events decode as they do in Rust', () => {
  it.each(vectors.events)('%s', (name, bytes, text) => {
    const event = decodeEvent(unhex(bytes));
    expect(event?.name).toBe(name);
    expect(debug(event?.data)).toBe(text);
  });

  it('all of them', () => {
    const names = vectors.events.map(([name]) => name);
    expect(
      getEventCodecs()
        .map(({ name }) => name as string)
        .sort(),
    ).toEqual(names.sort());
  });

  it('an event that is cut off is none', () => {
    const [, bytes] = vectors.events[0] ?? ['', ''];
    expect(decodeEvent(unhex(bytes.slice(0, -2)))).toBeUndefined();
    expect(decodeEvent(new Uint8Array(3))).toBeUndefined();
  });
});

describe('logs tell what Rust finds in them', () => {
  it.each(vectors.logs.map((log, number) => [number, log] as const))('%i', (_, { lines, events, receipts }) => {
    expect(eventsIn(lines).map(({ name }) => name)).toEqual(events);
    expect(receiptsIn(lines).map(hex)).toEqual(receipts);
  });

  it('data that another program logged is not believed', () => {
    const [, bytes = ''] = vectors.events.find(([name]) => name === 'Liquidated') ?? [];
    const data = `Program data: ${getBase64Decoder().decode(unhex(bytes))}`;
    const forged = [
      `Program ${TOKEN_PROGRAM} invoke [1]`,
      `Program ${PROGRAM_ID} invoke [2]`,
      `Program ${PROGRAM_ID} success`,
      data,
      `Program ${TOKEN_PROGRAM} success`,
    ];
    expect(eventsIn(forged)).toEqual([]);
    const called = [
      `Program ${PROGRAM_ID} invoke [1]`,
      `Program ${TOKEN_PROGRAM} invoke [2]`,
      data,
      `Program ${TOKEN_PROGRAM} success`,
      data,
      `Program ${PROGRAM_ID} success`,
    ];
    expect(eventsIn(called)).toHaveLength(1);
  });

  it('data that is no base64 is passed over', () => {
    expect(eventsIn([`Program ${PROGRAM_ID} invoke [1]`, 'Program data: %%%', 'Log truncated'])).toEqual([]);
  });
});
