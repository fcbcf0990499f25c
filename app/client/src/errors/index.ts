/** Why a transaction did not do what it should, in words, whoever refused it: the program, another one, runtime, wallet, node. */
import {
  SOLANA_ERROR__INSTRUCTION_ERROR__CUSTOM,
  SOLANA_ERROR__RPC__TRANSPORT_HTTP_ERROR,
  getSolanaErrorFromTransactionError,
  isSolanaError,
} from '@solana/kit';

import {
  ASSOCIATED_TOKEN_PROGRAM,
  PROGRAM_ID,
  SYSTEM_PROGRAM,
  TOKEN_2022_PROGRAM,
  TOKEN_PROGRAM,
} from '../constants.js';
import { BREAKWATER_ERRORS, type BreakwaterErrorName } from '../generated/messages.js';
import { type ErrorTable, FRAMEWORK, RUNTIME, SYSTEM, TOKEN } from './tables.js';

/** Why something failed. */
export type Failure =
  /** The program refused, with an error of its own. */
  | {
      readonly source: 'breakwater';
      readonly code: number;
      readonly name: BreakwaterErrorName;
      readonly message: string;
    }
  /** A check of accounts by the program's framework, or another program, refused with a code. */
  | {
      readonly source: 'framework' | 'token' | 'system' | 'program';
      readonly code: number;
      readonly name: string;
      readonly message: string;
    }
  /** The runtime, the wallet or the node refused, or something unknown happened. */
  | {
      readonly source: 'runtime' | 'wallet' | 'network' | 'unknown';
      readonly code?: undefined;
      readonly name: string;
      readonly message: string;
    };

let byCode: Map<number, (typeof BREAKWATER_ERRORS)[number]> | undefined;

/** The program's own error with a code; `undefined` if it has none such. */
export const errorOf = (code: number): Extract<Failure, { source: 'breakwater' }> | undefined => {
  byCode ??= new Map(BREAKWATER_ERRORS.map((error) => [error[0], error]));
  const [, name, message] = byCode.get(code) ?? [];
  return name === undefined || message === undefined ? undefined : { source: 'breakwater', code, name, message };
};

/** A failure as one line of text. */
export const failureText = ({ code, name, message }: Failure): string =>
  code === undefined ? message : `${name} (${code}): ${message}`;

const TABLES: ReadonlyMap<string, readonly ['token' | 'system', ErrorTable]> = new Map([
  [TOKEN_PROGRAM as string, ['token', TOKEN]],
  [TOKEN_2022_PROGRAM, ['token', TOKEN]],
  [SYSTEM_PROGRAM, ['system', SYSTEM]],
]);

const inTable = (
  source: 'framework' | 'token' | 'system',
  table: ErrorTable,
  code: number,
  otherwise: string,
): Failure => {
  const [name, message] = table.get(code) ?? ['Custom', otherwise];
  return { source, code, name, message };
};

/** The failure behind a custom code; of which program, where that is known. */
const customFailure = (code: number, program: string | undefined): Failure => {
  const [source, table] = TABLES.get(program ?? '') ?? [];
  if (source !== undefined && table !== undefined) {
    return inTable(source, table, code, `the ${source} program refused with error ${code}`);
  }
  const isOurs = program === PROGRAM_ID || program === undefined;
  const own = isOurs ? errorOf(code) : undefined;
  if (own !== undefined) return own;
  if (isOurs && code >= 2000 && code < 5000) {
    return inTable('framework', FRAMEWORK, code, `an account is not as the instruction needs it (error ${code})`);
  }
  const who = program === ASSOCIATED_TOKEN_PROGRAM ? 'the associated token program' : (program ?? 'a program');
  return { source: 'program', code, name: 'Custom', message: `${who} refused with error ${code}` };
};

const FAILED = /^Program (\w+) failed: (.*)$/;
const CUSTOM = /^custom program error: 0x([0-9a-f]+)$/i;
const EXHAUSTED = /exceeded CUs meter|computational budget exceeded/i;

/** Why a transaction failed, from its log lines; `undefined` where no program did. The innermost program tells it. */
export const failureIn = (logs: readonly string[]): Failure | undefined => {
  for (const line of logs) {
    const [, program, words] = FAILED.exec(line) ?? [];
    if (program === undefined || words === undefined) continue;
    const code = CUSTOM.exec(words)?.[1];
    if (code !== undefined) return customFailure(Number.parseInt(code, 16), program);
    const message = EXHAUSTED.test(words) ? 'the transaction used up its compute units' : words;
    return { source: 'runtime', name: 'Runtime', message };
  }
  return undefined;
};

/** An error and what caused it, outermost first. */
const chain = (error: unknown): unknown[] => {
  const all: unknown[] = [];
  for (let at = error; at !== undefined && at !== null && !all.includes(at); at = (at as { cause?: unknown }).cause) {
    all.push(at);
  }
  return all;
};

const logsOf = (error: unknown): readonly string[] | undefined => {
  const logs = (error as { context?: { logs?: unknown } }).context?.logs ?? (error as { logs?: unknown }).logs;
  return Array.isArray(logs) ? (logs as string[]) : undefined;
};

const REJECTED = /\b(reject|denied|declin|cancel)/i;
const UNREACHABLE = /failed to fetch|fetch failed|load failed|networkerror|econnrefused|socket hang up/i;

/** What kit's own errors say. */
const kitFailure = (error: unknown): Failure | undefined => {
  if (isSolanaError(error, SOLANA_ERROR__INSTRUCTION_ERROR__CUSTOM)) {
    return customFailure(Number(error.context.code), undefined);
  }
  if (isSolanaError(error, SOLANA_ERROR__RPC__TRANSPORT_HTTP_ERROR)) {
    const { statusCode } = error.context;
    const message = statusCode === 429 ? 'the node refuses so many requests' : `the node answers with ${statusCode}`;
    return { source: 'network', name: 'NodeRefused', message };
  }
  if (!isSolanaError(error)) return undefined;
  const [name, message] = RUNTIME.get(error.context.__code) ?? [];
  return name === undefined || message === undefined ? undefined : { source: 'runtime', name, message };
};

/** What errors of wallets and of the network say. */
const outerFailure = (error: unknown): Failure | undefined => {
  if (isSolanaError(error) || typeof error !== 'object' || error === null) return undefined;
  const { code, message = '', name } = error as { code?: unknown; message?: string; name?: string };
  if (name === 'AbortError') return { source: 'network', name: 'Aborted', message: 'the request was given up' };
  if (name === 'TimeoutError')
    return { source: 'network', name: 'Timeout', message: 'the node did not answer in time' };
  if (code === 4001 || REJECTED.test(message)) {
    return { source: 'wallet', name: 'Rejected', message: 'the wallet did not sign' };
  }
  if (UNREACHABLE.test(message)) {
    return { source: 'network', name: 'Unreachable', message: 'the node cannot be reached' };
  }
  return undefined;
};

/** A transaction's error as nodes tell it: a name, or an object with one. */
const isTransactionError = (error: unknown): error is Parameters<typeof getSolanaErrorFromTransactionError>[0] => {
  if (typeof error === 'string') return /^[A-Z][A-Za-z]+$/.test(error);
  if (typeof error !== 'object' || error === null || error instanceof Error) return false;
  const keys = Object.keys(error);
  return keys.length === 1 && /^[A-Z]/.test(keys[0] ?? '');
};

/**
 * Why something failed, from whatever was thrown on the way to a confirmed transaction, or from the `err` of a simulation or of
 * a signature's status. Logs tell most; they are taken from the error where they are not given.
 */
export const failureOf = (error: unknown, logs?: readonly string[] | null): Failure => {
  if (isTransactionError(error)) return failureOf(getSolanaErrorFromTransactionError(error), logs);
  const all = chain(error);
  const lines = logs ?? all.map(logsOf).find((found) => found !== undefined);
  const told = failureIn(lines ?? []);
  if (told !== undefined) return told;
  // What lies innermost is the cause, and says most.
  for (const cause of all.reverse()) {
    const failure = kitFailure(cause) ?? outerFailure(cause);
    if (failure !== undefined) return failure;
  }
  const message = error instanceof Error ? error.message : String(error);
  return { source: 'unknown', name: 'Unknown', message };
};
