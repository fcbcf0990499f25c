// Every action of the TypeScript client against the program on a local node: what it builds is taken, in the order in which it is
// built, and what the program refuses is told by its name.
import {
  ALL,
  ORDER_BELOW,
  SIDE_DEBT,
  SIDE_LONG,
  actions,
  addresses,
  decodeMargin,
  directoryFrom,
  eventsIn,
  failureOf,
  fetchHoldings,
  fetchMarginAccounts,
  inTransactions,
  loadGroup,
  messageOf,
  readAccounts,
  readGroup,
} from "@breakwater-labs/client";
import {
  type Address,
  type Instruction,
  createSolanaRpc,
  generateKeyPairSigner,
  getBase64EncodedWireTransaction,
  getSignatureFromTransaction,
  signTransactionMessageWithSigners,
} from "@solana/kit";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { control, until } from "../src/control.ts";

const { config } = inject("stack");
const rpc = createSolanaRpc(config.rpcUrl);
const group = config.group as Address;
const owner = await generateKeyPairSigner();
const accounts = await loadGroup(rpc, group);
const USDC = numberOf("USDC");
const SOL = numberOf("SOL");
const MARKET = config.markets[0]?.market ?? 0;
const account = await addresses.marginAccount(group, owner.address, 0);
const dollars = (amount: number) => BigInt(amount) * 1_000_000n;

function numberOf(symbol: string): number {
  const found = config.tokens.find((token) => token.symbol === symbol);
  if (!found) throw new Error(`the stack has no ${symbol}`);
  return found.token;
}

/** The group's directory as of now. */
const now = async () => directoryFrom(await readGroup(rpc, accounts.places));

/** A margin account as it is. */
const marginOf = async (address: Address) => {
  const [found] = await readAccounts(rpc, [address]);
  if (!found) throw new Error(`there is no ${address}`);
  return decodeMargin(found);
};
const own = () => marginOf(account);

/** Sends instructions until they are confirmed; the names of the program's events. */
async function land(instructions: readonly Instruction[]): Promise<string[]> {
  const events: string[] = [];
  for (const part of inTransactions(owner, instructions)) events.push(...(await landOne(part)));
  return events;
}

async function landOne(instructions: readonly Instruction[]): Promise<string[]> {
  const { value: blockhash } = await rpc.getLatestBlockhash().send();
  const message = messageOf(owner, instructions, { blockhash });
  const signed = await signTransactionMessageWithSigners(message);
  const wire = getBase64EncodedWireTransaction(signed);
  const { value: simulated } = await rpc.simulateTransaction(wire, { encoding: "base64" }).send();
  if (simulated.err) throw Object.assign(new Error("refused"), { cause: simulated.err, logs: simulated.logs });
  const signature = getSignatureFromTransaction(signed);
  await rpc.sendTransaction(wire, { encoding: "base64", skipPreflight: true }).send();
  await until(`${signature} is confirmed`, async () => {
    const { value } = await rpc.getSignatureStatuses([signature]).send();
    if (value[0]?.err) throw Object.assign(new Error("failed"), { cause: value[0].err });
    return value[0]?.confirmationStatus === "confirmed" || value[0]?.confirmationStatus === "finalized";
  });
  return eventsIn(simulated.logs ?? []).map(({ name }) => name);
}

/** By which name the program refuses. */
const refused = async (instructions: readonly Instruction[]): Promise<string> => {
  const error: unknown = await land(instructions).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error === undefined) return "not at all";
  const { logs, cause } = error as { logs?: string[]; cause?: unknown };
  return failureOf(cause ?? error, logs).name;
};

describe.sequential("actions", () => {
  beforeAll(async () => {
    await control.faucet(owner.address);
    const directory = await now();
    const deposited = await land([
      ...(await actions.openAccount(directory, { owner, number: 0 })),
      ...(await actions.deposit(directory, { authority: owner, account, token: USDC, amount: dollars(6_000) })),
    ]);
    expect(deposited).toEqual(["AccountOpened", "BalanceChanged"]);
  });

  it("a second account is opened, given to a delegate and closed", async () => {
    const directory = await now();
    const second = await addresses.marginAccount(group, owner.address, 1);
    const delegate = group;
    const events = await land([
      ...(await actions.openAccount(directory, { owner, number: 1 })),
      ...(await actions.setDelegate(directory, { owner, account: second, delegate })),
      ...(await actions.closeAccount(directory, { owner, account: second })),
    ]);
    expect(events).toEqual(["AccountOpened", "DelegateSet", "AccountClosed"]);
  });

  it("borrows, repays and withdraws", async () => {
    const loan = { owner, account: await own(), token: SOL, amount: 1_000_000_000n };
    expect(await land(await actions.borrow(await now(), loan))).toEqual(["BalanceChanged"]);
    expect((await own()).data.tokens.some(({ token, side }) => token === SOL && side === SIDE_DEBT)).toBe(true);
    const withdrawal = { owner, account: await own(), token: USDC, amount: dollars(100) };
    expect(await land(await actions.withdraw(await now(), withdrawal))).toEqual(["BalanceChanged"]);
    const repayment = { authority: owner, account, token: SOL, amount: ALL };
    expect(await land(await actions.repay(await now(), repayment))).toEqual(["BalanceChanged"]);
    const tooMuch = { ...loan, account: await own(), amount: 1_000_000_000_000n };
    expect(await refused(await actions.borrow(await now(), tooMuch))).toBe("InsufficientHealth");
    const nothing = { ...withdrawal, account: await own(), token: SOL, amount: ALL };
    expect(await refused(await actions.withdraw(await now(), nothing))).toBe("NoDeposit");
  });

  it("trades, leaves an order and takes it back, reduces and settles", async () => {
    const base = 1_000_000_000n;
    const intent = async () => ({ authority: owner, account: await own(), market: MARKET });
    expect(await land(await actions.trade(await now(), { ...(await intent()), delta: base, limit: ALL }))).toEqual(["Traded"]);
    const order = { trigger: 1n, limit: 0n, size: ALL, expiresAt: 0n, fee: 0, market: MARKET, kind: ORDER_BELOW, side: SIDE_LONG };
    const place = { authority: owner, account, slot: 0, order };
    expect(await land(await actions.placeOrder(await now(), place))).toEqual(["OrderPlaced"]);
    expect(await land(await actions.cancelOrder(await now(), place))).toEqual(["OrderCanceled"]);
    expect(await land(await actions.placeOrder(await now(), place))).toEqual(["OrderPlaced"]);
    const executor = await addresses.marginAccount(group, owner.address, 2);
    await land(await actions.openAccount(await now(), { owner, number: 2 }));
    const order0 = { executor: owner, executorAccount: await marginOf(executor), account: await own(), slot: 0 };
    expect(await refused(await actions.executeOrder(await now(), order0))).toBe("OrderNotTriggered");
    const reduce = async () => actions.reduce(await now(), { ...(await intent()), limit: 0n });
    await until("the position may be reduced", async () => (await refused(await reduce())) === "not at all");
    expect((await own()).data.perps[0]?.base).toBe(0n);
    const settled = await land(await actions.settle(await now(), await intent()));
    expect(settled).toEqual(["PnlSettled"]);
  });

  it("gives liquidity, asks for it back, and has to wait", async () => {
    const intent = async () => ({ owner, market: MARKET, account: await own() });
    const added = await actions.addLiquidity(await now(), { ...(await intent()), amount: dollars(500), open: true });
    expect(await land(added)).toEqual(["LiquidityChanged"]);
    const { liquidity, stake } = await fetchHoldings(rpc, accounts.places, owner.address);
    expect([liquidity.length, stake]).toEqual([1, undefined]);
    const request = { owner, market: MARKET, shares: 1_000n };
    expect(await land(await actions.requestLiquidity(await now(), request))).toEqual(["LiquidityChanged"]);
    const removal = { owner, market: MARKET, account };
    expect(await refused(await actions.removeLiquidity(await now(), removal))).toBe("CooldownNotOver");
  });

  it("stakes, asks for it back, takes the request back, and gives insurance", async () => {
    const staked = await actions.stake(await now(), { owner, account: await own(), amount: dollars(200), open: true });
    expect(await land(staked)).toEqual(["StakeChanged"]);
    expect(await land(await actions.requestUnstake(await now(), { owner, units: 0n }))).toEqual(["StakeChanged"]);
    expect(await refused(await actions.unstake(await now(), { owner, account }))).toBe("UnstakeTooEarly");
    expect(await land(await actions.restake(await now(), { owner }))).toEqual(["StakeChanged"]);
    expect(await refused(await actions.matureStake(await now(), { owner: owner.address }))).toBe("StakeNotMature");
    expect(await refused(await actions.closeStake(await now(), { owner }))).toBe("StakeNotEmpty");
    const gift = async () => ({ owner, account: await own(), amount: dollars(1) });
    expect(await land(await actions.insure(await now(), await gift()))).toEqual(["Insured"]);
    expect(await land(await actions.insure(await now(), { ...(await gift()), market: MARKET }))).toEqual(["Insured"]);
  });

  it("touches nobody who is healthy", async () => {
    expect(await refused(await actions.touch(await now(), { account: await own() }))).toMatch(/AccountHealthy|NothingToFlag/);
    expect(await refused(await actions.deleverage(await now(), { account: await own(), market: MARKET }))).toBe("NoDeficit");
    const creditor = { kind: "token", token: SOL } as const;
    expect(await refused(await actions.resolveBankruptcy(await now(), { account: await own(), creditor }))).toBe("NotBankrupt");
  });

  it("may be asked by anybody for what helps all", async () => {
    expect(await refused(await actions.collect(await now(), { market: MARKET }))).toMatch(/not at all|NothingToCollect/);
    expect(await refused(await actions.collect(await now(), { token: SOL }))).toMatch(/not at all|NothingToCollect/);
    expect(await land(await actions.reportShortfall(await now(), { account: await own() }))).toEqual(["ShortfallReported"]);
    expect(await refused(await actions.upgradeAccount(await now(), { payer: owner, account }))).toBe("AccountIsCurrent");
    expect(await refused(await actions.quoteLiquidation(await now(), { account }))).toBe("not at all");
  });

  it("liquidates somebody under water", { timeout: 120_000 }, async () => {
    await control.price("SOL", -3_500);
    const { underWater } = await until("somebody is under water", async () => {
      const state = await control.state();
      return state.underWater.length > 0 && state;
    });
    const attempt = async (address: Address): Promise<string[]> => {
      const liquidatee = await marginOf(address);
      const held = liquidatee.data.tokens.filter(({ shares }) => shares !== 0n);
      const debt = held.find(({ side }) => side === SIDE_DEBT)?.token;
      const collateral = held.find(({ side }) => side !== SIDE_DEBT)?.token;
      if (debt === undefined || collateral === undefined) return [];
      const target = { kind: "spot", debt, collateral } as const;
      const intent = { keeper: owner, keeperAccount: await own(), liquidatee, target };
      const instructions = await actions.liquidate(await now(), intent);
      return land(instructions).catch((error: unknown) => {
        const { logs, cause } = error as { logs?: string[]; cause?: unknown };
        return [failureOf(cause ?? error, logs).name];
      });
    };
    const ours = (await fetchMarginAccounts(rpc, { group })).map(({ address }) => address);
    const told = new Set<string>();
    // A shallow breach is flagged first, and liquidated a few slots and a print later.
    await until("somebody is liquidated", async () => {
      for (const address of ours.filter((known) => underWater.includes(known))) for (const name of await attempt(address)) told.add(name);
      return told.has("Liquidated");
    }).catch((error: unknown) => expect.fail(`${String(error)}: ${[...told].join()}`));
    await control.scenario("recover");
  });
});
