/** Decoded values as Rust's `Debug` writes them, without the names of types. */
import { type ReadonlyUint8Array, getAddressEncoder, isAddress } from '@solana/kit';

const isBytes = (value: object): value is ReadonlyUint8Array => value instanceof Uint8Array;

/** A field's name in Rust. */
export const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

export const debug = (value: unknown): string => {
  if (typeof value === 'bigint' || typeof value === 'number') return value.toString();
  if (typeof value === 'string' && isAddress(value)) return debug(getAddressEncoder().encode(value));
  if (typeof value !== 'object' || value === null) throw new Error(`nothing that the program has: ${String(value)}`);
  if (isBytes(value)) return `[${[...value].join(', ')}]`;
  if (Array.isArray(value)) return `[${value.map(debug).join(', ')}]`;
  const fields = Object.entries(value).filter(([name]) => name !== 'discriminator');
  return `{ ${fields.map(([name, field]) => `${snake(name)}: ${debug(field)}`).join(', ')} }`;
};
