/** From what a trader means to the instructions that do it. */
import type { Address, Instruction } from '@solana/kit';
import { actions, ALL, type Directory, type MarginAccount } from '@breakwater-labs/client';
import type { Intent, PreviewAnswer } from '@breakwater-labs/client/margin';

/** Who acts on which account. */
export interface Actor {
  readonly directory: Directory;
  /** The wallet. */
  readonly wallet: Address;
  readonly address: Address;
  readonly number: number;
  /** Undefined of an account that the same transaction opens. */
  readonly data: MarginAccount | undefined;
}

/** Native units as a number; "all" is the program's word for everything. */
const units = (amount: string): bigint => (amount === 'all' ? ALL : BigInt(amount));

/** What a trader can mean on this page. */
export type TraderIntent = Extract<
  Intent,
  | { deposit: unknown }
  | { withdraw: unknown }
  | { borrow: unknown }
  | { repay: unknown }
  | { trade: unknown }
  | { reduce: unknown }
  | { settle: unknown }
>;

/** The instructions of an intent, with the limit price that its preview has shown. */
export async function instructionsOf(
  actor: Actor,
  intent: TraderIntent,
  preview: PreviewAnswer,
): Promise<Instruction[]> {
  const { directory, wallet, address, number, data } = actor;
  const account = { address, data };
  const open = data ? [] : await actions.openAccount(directory, { owner: wallet, number });
  const limit = BigInt(preview.fill?.limit ?? 0);
  const rest = async () => {
    if ('deposit' in intent) {
      const { token, amount } = intent.deposit;
      return actions.deposit(directory, { authority: wallet, account: address, token, amount: units(amount) });
    }
    if ('repay' in intent) {
      const { token, amount } = intent.repay;
      return actions.repay(directory, { authority: wallet, account: address, token, amount: units(amount) });
    }
    if ('withdraw' in intent) {
      const { token, amount } = intent.withdraw;
      return actions.withdraw(directory, { owner: wallet, account, token, amount: units(amount) });
    }
    if ('borrow' in intent) {
      const { token, amount } = intent.borrow;
      return actions.borrow(directory, { owner: wallet, account, token, amount: units(amount) });
    }
    if ('trade' in intent) {
      const { market, delta } = intent.trade;
      return actions.trade(directory, { authority: wallet, account, market, delta: BigInt(delta), limit });
    }
    if ('reduce' in intent) {
      const { market, size } = intent.reduce;
      return actions.reduce(directory, { authority: wallet, account, market, size: units(size), limit });
    }
    const { market, amount } = intent.settle;
    return actions.settle(directory, { authority: wallet, account, market, amount: units(amount) });
  };
  return [...open, ...(await rest())];
}
