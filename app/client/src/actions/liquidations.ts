/** What anybody may do to an account under water, to a bankrupt one and to the winners of a market in deficit. */
import { AccountRole, type Address, type Instruction } from '@solana/kit';

import { ALL } from '../constants.js';
import type { Directory } from '../directory.js';
import {
  getDeleverageInstruction,
  getExecuteOrderInstruction,
  getLiquidateInstruction,
  getQuoteLiquidationInstruction,
  getReportShortfallInstruction,
  getResolveBankruptcyInstruction,
  getTouchInstruction,
} from '../generated/instructions/index.js';
import {
  type Authority,
  type Instructions,
  type Margin,
  NotInGroup,
  marketOf,
  quoteOf,
  signerOf,
  tokenOf,
} from './common.js';
import { legsOf, refresh, together } from './refresh.js';

/** What a liquidation aims at: tokens and markets by number. */
export type Target =
  /** A debt of one token, for a deposit of another. */
  | { readonly kind: 'spot'; readonly debt: number; readonly collateral: number }
  /** A debt to a market, for a deposit. */
  | { readonly kind: 'marketDebt'; readonly market: number; readonly collateral: number }
  /** A debt of a token, for matured profit in a market. */
  | { readonly kind: 'marketProfit'; readonly debt: number; readonly market: number }
  /** A position, settled and closed. */
  | { readonly kind: 'perp'; readonly market: number };

/** In a pair a leg from here on is market `leg - MARKET_LEG`. */
const MARKET_LEG = 128;

/** The next step of a liquidation as the WebAssembly module tells it: of an account, or in a row of the book as text. */
export type Told =
  string | { readonly debt: number | null; readonly collateral: number | null; readonly market: number | null };

/** What a step is aimed at; `undefined` where there is none. */
export const targetOf = (step: Told): Target | undefined => {
  if (typeof step === 'string') {
    const [first = NaN, second] = step.split(':').map(Number);
    return second === undefined
      ? targetOf({ debt: null, collateral: null, market: first })
      : targetOf({ debt: first, collateral: second, market: null });
  }
  const { debt, collateral, market } = step;
  if (debt === null || collateral === null) return market === null ? undefined : { kind: 'perp', market };
  if (debt >= MARKET_LEG) return { kind: 'marketDebt', market: debt - MARKET_LEG, collateral };
  if (collateral >= MARKET_LEG) return { kind: 'marketProfit', debt, market: collateral - MARKET_LEG };
  return { kind: 'spot', debt, collateral };
};

/** To whom a bankrupt account owes what is written off. */
export type Creditor =
  /** The lenders of a token. */
  | { readonly kind: 'token'; readonly token: number }
  /** A market. */
  | { readonly kind: 'market'; readonly market: number };

/** Bank of the debt, bank of the collateral, market. */
type TargetKeys = { bank: Address; collateralBank?: Address; market?: Address };

/** The accounts of a target. */
export const targetKeys = (directory: Directory, target: Target): TargetKeys => {
  const bank = (token: number) => tokenOf(directory, token).bank;
  const market = (number: number) => marketOf(directory, number).address;
  const quote = () => quoteOf(directory).bank;
  switch (target.kind) {
    case 'spot':
      return { bank: bank(target.debt), collateralBank: bank(target.collateral) };
    case 'marketDebt':
      return { bank: quote(), collateralBank: bank(target.collateral), market: market(target.market) };
    case 'marketProfit':
      return { bank: bank(target.debt), collateralBank: quote(), market: market(target.market) };
    case 'perp':
      return { bank: quote(), market: market(target.market) };
  }
};

const withReceiptLog = ({ receiptLog }: Directory, instruction: Instruction): Instruction => {
  if (receiptLog === undefined) return instruction;
  const log = { address: receiptLog, role: AccountRole.WRITABLE };
  return { ...instruction, accounts: [...(instruction.accounts ?? []), log] };
};

/** Flags an account whose breach is shallow, or takes the flag of a healthy one away. */
export const touch = async (directory: Directory, { account }: { readonly account: Margin }): Promise<Instructions> => [
  ...refresh(directory, legsOf(account)),
  getTouchInstruction({ marginAccount: account.address, board: directory.board }),
];

/** Liquidates a target: at most `most` of the debt's native units to repay, or of base units to close. */
export const liquidate = async (
  directory: Directory,
  intent: {
    /** Owner or delegate of the keeper's account. */
    readonly keeper: Authority;
    readonly keeperAccount: Margin;
    readonly liquidatee: Margin;
    readonly target: Target;
    readonly most?: bigint | undefined;
  },
): Promise<Instructions> => {
  const { keeper, keeperAccount, liquidatee, target, most = ALL } = intent;
  const instruction = getLiquidateInstruction({
    keeper: signerOf(keeper),
    keeperAccount: keeperAccount.address,
    liquidatee: liquidatee.address,
    board: directory.board,
    ...targetKeys(directory, target),
    most,
  });
  const legs = together(legsOf(liquidatee), legsOf(keeperAccount));
  return [...refresh(directory, legs), withReceiptLog(directory, instruction)];
};

/** Asks what a liquidation would do and when: to be simulated, the answer is return data. Without a target the best one. */
export const quoteLiquidation = async (
  directory: Directory,
  intent: { readonly account: Address; readonly target?: Target | undefined; readonly most?: bigint | undefined },
): Promise<Instructions> => {
  const { account, target, most = ALL } = intent;
  const keys = target === undefined ? {} : targetKeys(directory, target);
  return [getQuoteLiquidationInstruction({ marginAccount: account, board: directory.board, ...keys, most })];
};

/** Writes off one debt of a bankrupt account. */
export const resolveBankruptcy = async (
  directory: Directory,
  { account, creditor }: { readonly account: Margin; readonly creditor: Creditor },
): Promise<Instructions> => {
  const { board, fund, quoteToken } = directory;
  const isQuote = creditor.kind === 'token' && creditor.token === quoteToken;
  const keys =
    creditor.kind === 'market'
      ? { bank: quoteOf(directory).bank, market: marketOf(directory, creditor.market).address, fund }
      : { bank: tokenOf(directory, creditor.token).bank, ...(isQuote ? { fund } : {}) };
  const instruction = getResolveBankruptcyInstruction({ marginAccount: account.address, board, ...keys });
  return [...refresh(directory, legsOf(account)), withReceiptLog(directory, instruction)];
};

/** Closes a winner's position, or a part of it, in a market whose pool owes more than it has. */
export const deleverage = async (
  directory: Directory,
  { account, market }: { readonly account: Margin; readonly market: number },
): Promise<Instructions> => {
  const keys = { board: directory.board, bank: quoteOf(directory).bank, market: marketOf(directory, market).address };
  const instruction = getDeleverageInstruction({ marginAccount: account.address, ...keys });
  const legs = together(legsOf(account), { markets: new Set([market]) });
  return [...refresh(directory, legs), withReceiptLog(directory, instruction)];
};

/** Reports what the shared fund may have to pay for an account. */
export const reportShortfall = async (
  directory: Directory,
  { account }: { readonly account: Margin },
): Promise<Instructions> => {
  const { board, fund } = directory;
  const keys = { marginAccount: account.address, board, bank: quoteOf(directory).bank, fund };
  return [...refresh(directory, legsOf(account)), getReportShortfallInstruction(keys)];
};

/** Executes an order whose trigger holds at the board's prices, for the fee that it promises. */
export const executeOrder = async (
  directory: Directory,
  intent: {
    /** Owner or delegate of the account that gets the fee. */
    readonly executor: Authority;
    readonly executorAccount: Margin;
    readonly account: Margin;
    readonly slot: number;
  },
): Promise<Instructions> => {
  const { executor, executorAccount, account, slot } = intent;
  const order = account.data?.orders[slot];
  if (order === undefined || order.kind === 0) throw new NotInGroup(`the margin account has no order ${slot}`);
  const instruction = getExecuteOrderInstruction({
    executor: signerOf(executor),
    executorAccount: executorAccount.address,
    marginAccount: account.address,
    board: directory.board,
    market: marketOf(directory, order.market).address,
    bank: quoteOf(directory).bank,
    slot,
  });
  const legs = together(legsOf(account), legsOf(executorAccount));
  return [...refresh(directory, legs), instruction];
};
