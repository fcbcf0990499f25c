import { AccountRole, type Instruction, generateKeyPairSigner, isTransactionSigner } from '@solana/kit';
import { describe, expect, it } from 'vitest';

import {
  ASSOCIATED_TOKEN_PROGRAM,
  type Directory,
  MARKET_FEED,
  MARKET_ITEM,
  type MarginAccount,
  PROGRAM_ID,
  REFRESH_DISCRIMINATOR,
  SIDE_DEBT,
  SIDE_DEPOSIT,
  SYSTEM_PROGRAM,
  TOKEN_ITEM,
  actions,
  addresses,
  getRefreshInstructionDataDecoder,
} from '../src/index.js';
import { ACCOUNT, AMOUNT, BOARD, KEEPER, NOW, OTHER, OWNER, WALLET, directory, margin, oracleOf } from './stage.js';

const MARKET = MARKET_FEED + 3;

/** An account that holds deposits and debts of tokens, and a position in market 3 if there is a base. */
const holding = (tokens: [token: number, side: number][], base = 0n): MarginAccount => {
  const data = margin();
  for (const [at, [token, side]] of tokens.entries()) {
    data.tokens[at] = { shares: 1n, token, side, reserved: new Uint8Array(6) };
  }
  const [perp] = data.perps;
  if (perp !== undefined) data.perps[0] = { ...perp, base, market: 3 };
  return data;
};

/** What stands in for an instruction: the items of a refresh, a token account that is created, or its first byte. */
const kinds = (instructions: Instruction[]): unknown[] =>
  instructions.map(({ programAddress, accounts = [], data = new Uint8Array() }) => {
    if (programAddress === ASSOCIATED_TOKEN_PROGRAM) return 'create';
    expect(programAddress).toBe(PROGRAM_ID);
    if (!REFRESH_DISCRIMINATOR.every((byte, at) => data[at] === byte)) return 'action';
    const { items } = getRefreshInstructionDataDecoder().decode(data);
    expect(accounts).toHaveLength(items.length + 1);
    return [...items];
  });

const unseen = (changed: Partial<Directory> = {}) => directory({ brought: undefined, ...changed });
const out = { owner: OWNER, token: 1, amount: AMOUNT, destination: WALLET };

describe('prices and snapshots go before the action', () => {
  it('deposits and repayments need none', async () => {
    const intent = { authority: OWNER, account: ACCOUNT, token: 1, amount: AMOUNT };
    expect(kinds(await actions.deposit(await unseen(), intent))).toEqual(['action']);
    expect(kinds(await actions.repay(await unseen(), intent))).toEqual(['action']);
  });

  it('a withdrawal without debts needs none, one with a debt those of all legs and of the token', async () => {
    const rich = { address: ACCOUNT, data: holding([[1, SIDE_DEPOSIT]]) };
    expect(kinds(await actions.withdraw(await unseen(), { ...out, account: rich }))).toEqual(['action']);
    const owing = {
      address: ACCOUNT,
      data: holding([
        [0, SIDE_DEPOSIT],
        [2, SIDE_DEBT],
      ]),
    };
    expect(kinds(await actions.withdraw(await unseen(), { ...out, account: owing }))).toEqual([[0, 1, 2], 'action']);
    const trading = { address: ACCOUNT, data: holding([[1, SIDE_DEPOSIT]], -5n) };
    expect(kinds(await actions.withdraw(await unseen(), { ...out, account: trading }))).toEqual([
      [1, 2, MARKET],
      'action',
    ]);
  });

  it('a loan needs those of all legs and of the debt', async () => {
    const account = { address: ACCOUNT, data: holding([[0, SIDE_DEPOSIT]]) };
    expect(kinds(await actions.borrow(await unseen(), { ...out, account }))).toEqual([[0, 1], 'action']);
    const opened = { address: ACCOUNT, adds: { tokens: [2] } };
    expect(kinds(await actions.borrow(await unseen(), { ...out, account: opened }))).toEqual([[1, 2], 'action']);
  });

  it('a trade needs those of the market and of the quote token too', async () => {
    const intent = { authority: OWNER, account: { address: ACCOUNT }, market: 3, limit: 1n };
    expect(kinds(await actions.trade(await unseen(), { ...intent, delta: 1n }))).toEqual([[2, MARKET], 'action']);
    expect(kinds(await actions.reduce(await unseen(), intent))).toEqual([[2, MARKET], 'action']);
    expect(kinds(await actions.settle(await unseen(), intent))).toEqual([[2, MARKET], 'action']);
  });

  it('orders need none', async () => {
    const order = { trigger: 1n, limit: 1n, size: 1n, expiresAt: 0n, fee: 0, market: 3, kind: 1, side: 0 };
    const intent = { authority: OWNER, account: ACCOUNT, slot: 0, order };
    expect(kinds(await actions.placeOrder(await unseen(), intent))).toEqual(['action']);
    expect(kinds(await actions.cancelOrder(await unseen(), intent))).toEqual(['action']);
  });

  it('a liquidation needs those of both accounts', async () => {
    const keeperAccount = { address: OTHER, data: holding([[2, SIDE_DEPOSIT]]) };
    const liquidatee = {
      address: ACCOUNT,
      data: holding([
        [0, SIDE_DEPOSIT],
        [1, SIDE_DEBT],
      ]),
    };
    const target = { kind: 'spot', debt: 1, collateral: 0 } as const;
    const built = await actions.liquidate(await unseen(), { keeper: KEEPER, keeperAccount, liquidatee, target });
    expect(kinds(built)).toEqual([[0, 1, 2], 'action']);
  });

  it('stakes and insurance need none without debts', async () => {
    const free = { owner: OWNER, account: { address: ACCOUNT, data: holding([[2, SIDE_DEPOSIT]]) }, amount: 1n };
    const owing = {
      ...free,
      account: {
        address: ACCOUNT,
        data: holding([
          [2, SIDE_DEPOSIT],
          [0, SIDE_DEBT],
        ]),
      },
    };
    expect(kinds(await actions.stake(await unseen(), free))).toEqual(['action']);
    expect(kinds(await actions.stake(await unseen(), { ...owing, open: true }))).toEqual(['action', [0, 2], 'action']);
    expect(kinds(await actions.insure(await unseen(), owing))).toEqual([[0, 2], 'action']);
  });

  it('liquidity needs that of its market', async () => {
    const intent = { owner: OWNER, market: 3, account: { address: ACCOUNT }, amount: 1n };
    const opened = await actions.addLiquidity(await unseen(), { ...intent, open: true });
    expect(kinds(opened)).toEqual(['action', [2, MARKET], 'action']);
    const account = ACCOUNT;
    expect(kinds(await actions.removeLiquidity(await unseen(), { ...intent, account }))).toEqual([
      [2, MARKET],
      'action',
    ]);
    expect(kinds(await actions.requestLiquidity(await unseen(), { ...intent, shares: 1n }))).toEqual([
      [2, MARKET],
      'action',
    ]);
  });
});

describe('what need not be brought is not', () => {
  const account = { address: ACCOUNT, data: holding([[0, SIDE_DEPOSIT]], 1n) };
  const legs = actions.legsOf(account);

  it('prints that are too old', async () => {
    expect(actions.refreshItems(await directory(), legs)).toEqual([]);
    expect(actions.refreshItems(await directory({ brought: new Set([0]) }), legs)).toEqual([[0, oracleOf(0)]]);
  });

  it('snapshots older than two minutes, at second 120 not yet', async () => {
    const numbers = async (now: bigint) => actions.refreshItems(await directory({ now }), legs).map(([item]) => item);
    expect(await numbers(NOW + 120n)).toEqual([]);
    expect(await numbers(NOW + 121n)).toEqual([TOKEN_ITEM, TOKEN_ITEM + 2, MARKET_ITEM + 3]);
  });

  it('a market is written, what else is read is not', async () => {
    const items = actions.refreshItems(await unseen({ now: NOW + 121n }), legs);
    const { accounts = [] } = actions.refreshWith(BOARD, items);
    const written = accounts.filter(({ role }) => role === AccountRole.WRITABLE).map(({ address }) => address);
    expect(written).toEqual([BOARD, (await directory()).markets.get(3)?.address]);
  });
});

describe('token accounts', () => {
  it('what comes out goes to the owner’s, which is created where it is missing', async () => {
    const built = await actions.borrow(await directory(), {
      owner: OWNER,
      account: { address: ACCOUNT },
      token: 1,
      amount: 1n,
    });
    expect(kinds(built)).toEqual(['create', 'action']);
    const { mint, tokenProgram } = (await directory()).tokens.get(1) ?? { mint: OWNER, tokenProgram: OWNER };
    const wallet = await addresses.associatedToken(OWNER, mint, tokenProgram);
    const keys = built[0]?.accounts?.map(({ address }) => address);
    expect(keys).toEqual([OWNER, wallet, OWNER, mint, SYSTEM_PROGRAM, tokenProgram]);
    expect(built[1]?.accounts?.[5]?.address).toBe(wallet);
  });

  it('what goes in comes from the payer’s', async () => {
    const intent = { authority: OTHER, account: ACCOUNT, token: 0, amount: 1n };
    const [deposit] = await actions.deposit(await directory(), intent);
    const { mint, tokenProgram } = (await directory()).tokens.get(0) ?? { mint: OWNER, tokenProgram: OWNER };
    expect(deposit?.accounts?.[4]?.address).toBe(await addresses.associatedToken(OTHER, mint, tokenProgram));
  });
});

it('a signer goes along with its instruction', async () => {
  const owner = await generateKeyPairSigner();
  const [open] = await actions.openAccount(await directory(), { owner, number: 0 });
  const [first] = open?.accounts ?? [];
  expect(first).toMatchObject({ address: owner.address, role: AccountRole.WRITABLE_SIGNER, signer: owner });
  const [named] = await actions.openAccount(await directory(), { owner: OWNER, number: 0 });
  const signer = (named?.accounts?.[0] as { signer?: never })?.signer;
  expect(signer !== undefined && isTransactionSigner(signer)).toBe(true);
});

it('what the group does not have is said', async () => {
  const bare = await directory({ quoteToken: undefined });
  const intent = { authority: OWNER, account: { address: ACCOUNT }, market: 4 };
  await expect(actions.settle(await directory(), intent)).rejects.toThrow('the group has no market 4');
  await expect(actions.settle(bare, { ...intent, market: 3 })).rejects.toThrow('the group has no quote token');
  const order = {
    executor: KEEPER,
    executorAccount: { address: OTHER },
    account: { address: ACCOUNT, data: margin() },
    slot: 0,
  };
  await expect(actions.executeOrder(await directory(), order)).rejects.toThrow('has no order 0');
  expect(() => actions.refreshItems(bare, { tokens: new Set([9]), markets: new Set() })).toThrow(
    'the group has no token 9',
  );
});

it('what the WebAssembly module aims at is a target', () => {
  const step = (debt: number | null, collateral: number | null, market: number | null = null) => ({
    debt,
    collateral,
    market,
  });
  const targets = {
    spot: { kind: 'spot', debt: 1, collateral: 127 },
    debt: { kind: 'marketDebt', market: 0, collateral: 2 },
    profit: { kind: 'marketProfit', debt: 1, market: 3 },
    perp: { kind: 'perp', market: 3 },
  };
  expect([step(1, 127), step(128, 2), step(1, 131), step(null, null, 3)].map(actions.targetOf)).toEqual(
    Object.values(targets),
  );
  expect(['1:127', '128:2', '1:131', '3'].map(actions.targetOf)).toEqual(Object.values(targets));
  expect(actions.targetOf(step(null, null))).toBeUndefined();
});
