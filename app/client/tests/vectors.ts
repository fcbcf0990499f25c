/** The vectors that `crates/client/tests/client_vectors` writes. */
import { readFileSync } from 'node:fs';

import { type Address, type Instruction, AccountRole, getAddressDecoder } from '@solana/kit';

type Roles = 'sw' | 's' | 'w' | '';

/** A vector of an instruction. */
export type InstructionVector = [builder: string, form: string, data: string, accounts: [Address, Roles][]];

type Vectors = {
  addresses: [name: string, address: Address][];
  instructions: InstructionVector[];
  accounts: [name: string, size: number, discriminator: string, first: number, digest: string][];
  events: [name: string, bytes: string, text: string][];
  errors: [code: number, name: string, message: string][];
  logs: { lines: string[]; events: string[]; receipts: string[]; failure: string | null }[];
};

export const vectors = JSON.parse(readFileSync(new URL('../vectors/client.json', import.meta.url), 'utf8')) as Vectors;

/** A fixed key for each byte. */
export const key = (byte: number): Address => getAddressDecoder().decode(new Uint8Array(32).fill(byte));

/** So many bytes that count up by seven. */
export const pattern = (first: number, length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, at) => (first + at * 7) % 251);

export const hex = (bytes: Iterable<number>): string =>
  [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');

export const unhex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'));

const ROLES: Record<AccountRole, Roles> = {
  [AccountRole.READONLY]: '',
  [AccountRole.WRITABLE]: 'w',
  [AccountRole.READONLY_SIGNER]: 's',
  [AccountRole.WRITABLE_SIGNER]: 'sw',
};

/** An instruction as a vector tells it. */
export const told = ({ accounts = [], data = new Uint8Array() }: Instruction): InstructionVector[2 | 3][] => [
  hex(data),
  accounts.map(({ address, role }) => [address, ROLES[role]]),
];
