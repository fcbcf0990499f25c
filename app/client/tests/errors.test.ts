import {
  SOLANA_ERROR__BLOCK_HEIGHT_EXCEEDED,
  SOLANA_ERROR__JSON_RPC__SERVER_ERROR_SEND_TRANSACTION_PREFLIGHT_FAILURE,
  SOLANA_ERROR__RPC__TRANSPORT_HTTP_ERROR,
  SolanaError,
  getSolanaErrorFromTransactionError,
} from '@solana/kit';
import { describe, expect, it } from 'vitest';

import {
  BREAKWATER_ERRORS,
  PROGRAM_ID,
  SYSTEM_PROGRAM,
  TOKEN_PROGRAM,
  errorOf,
  failureIn,
  failureOf,
  failureText,
} from '../src/index.js';
import { vectors } from './vectors.js';

const invoked = `Program ${PROGRAM_ID} invoke [1]`;
const refused = (program: string, code: number) =>
  `Program ${program} failed: custom program error: 0x${code.toString(16)}`;

describe('errors of the program', () => {
  it('are those of Rust, with their messages', () => {
    expect(BREAKWATER_ERRORS).toEqual(vectors.errors);
    for (const [code, name, message] of vectors.errors) expect(errorOf(code)).toMatchObject({ code, name, message });
    expect(errorOf(5999)).toBeUndefined();
  });

  it.each(vectors.logs.map((log, number) => [number, log] as const))(
    'are found in logs as Rust finds them: %i',
    (_, log) => {
      const failure = failureIn(log.lines);
      if (log.failure === null) {
        // Rust looks for our program alone; here any other that failed is told too.
        expect(failure?.source).not.toBe('breakwater');
      } else if (failure?.source === 'breakwater') {
        expect(failureText(failure)).toBe(log.failure);
      } else if (failure?.code !== undefined) {
        expect(log.failure).toContain(`custom error ${failure.code},`);
      } else {
        expect(failure?.message).toBe('the transaction used up its compute units');
      }
    },
  );
});

describe('errors of others', () => {
  it('the innermost program tells why', () => {
    const logs = [invoked, `Program ${TOKEN_PROGRAM} invoke [2]`, refused(TOKEN_PROGRAM, 1), refused(PROGRAM_ID, 1)];
    expect(failureIn(logs)).toMatchObject({ source: 'token', name: 'InsufficientFunds', code: 1 });
  });

  it('a code without its program is taken for ours where we have it, and for nobody’s else', () => {
    expect(failureOf({ InstructionError: [1, { Custom: 6001 }] })).toMatchObject({ name: 'NotAccountOwner' });
    expect(failureOf({ InstructionError: [1n, { Custom: 2012n }] })).toMatchObject({ name: 'ConstraintAddress' });
    expect(failureOf({ InstructionError: [0, { Custom: 7 }] })).toMatchObject({ source: 'program', code: 7 });
  });

  it('the code of another program is not taken for ours', () => {
    const failure = failureIn([refused('DRiP2Pn2K6fuMLKQmt5rZWyHiUZ6WK3GChEySUpHSS4x', 6001)]);
    expect(failure).toMatchObject({ source: 'program', code: 6001 });
  });

  it('too little SOL', () => {
    expect(failureIn([refused(SYSTEM_PROGRAM, 1), refused(PROGRAM_ID, 1)])).toMatchObject({
      source: 'system',
      message: 'the wallet holds too little SOL',
    });
    expect(failureOf('InsufficientFundsForFee').message).toContain('too little SOL');
    expect(failureOf({ InsufficientFundsForRent: { account_index: 2 } }).name).toBe('InsufficientFundsForRent');
  });

  it('a blockhash that has expired', () => {
    expect(failureOf('BlockhashNotFound')).toMatchObject({ source: 'runtime', name: 'BlockhashNotFound' });
    const late = new SolanaError(SOLANA_ERROR__BLOCK_HEIGHT_EXCEEDED, {
      currentBlockHeight: 2n,
      lastValidBlockHeight: 1n,
    });
    expect(failureOf(late)).toMatchObject({ source: 'runtime', name: 'BlockhashExpired' });
  });

  it('a simulation that fails, as kit throws it', () => {
    const cause = getSolanaErrorFromTransactionError({ InstructionError: [0, { Custom: 6001 }] });
    const context = { logs: [invoked, refused(PROGRAM_ID, 6001)], accounts: null, unitsConsumed: 5n, returnData: null };
    const error = new SolanaError(SOLANA_ERROR__JSON_RPC__SERVER_ERROR_SEND_TRANSACTION_PREFLIGHT_FAILURE, {
      ...context,
      cause,
    } as never);
    expect(failureOf(error)).toMatchObject({ source: 'breakwater', name: 'NotAccountOwner' });
    expect(failureOf(new Error('send', { cause: error }))).toMatchObject({ name: 'NotAccountOwner' });
  });

  it('a wallet that does not sign', () => {
    expect(failureOf(new Error('User rejected the request.'))).toMatchObject({ source: 'wallet', name: 'Rejected' });
    expect(failureOf(Object.assign(new Error('x'), { code: 4001 }))).toMatchObject({ source: 'wallet' });
  });

  it('a node that does not answer', () => {
    const busy = new SolanaError(SOLANA_ERROR__RPC__TRANSPORT_HTTP_ERROR, {
      headers: new Headers(),
      message: 'x',
      statusCode: 429,
    });
    expect(failureOf(busy)).toMatchObject({ source: 'network', message: 'the node refuses so many requests' });
    expect(failureOf(new TypeError('fetch failed'))).toMatchObject({ source: 'network', name: 'Unreachable' });
    expect(failureOf(new DOMException('x', 'AbortError'))).toMatchObject({ source: 'network', name: 'Aborted' });
  });

  it('anything else in its own words', () => {
    expect(failureOf(new Error('odd'))).toEqual({ source: 'unknown', name: 'Unknown', message: 'odd' });
    expect(failureOf('odd things').message).toBe('odd things');
    expect(failureOf(undefined).source).toBe('unknown');
  });
});
