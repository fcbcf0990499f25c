import type { Instruction } from '@solana/kit';
import { describe, expect, it } from 'vitest';

import {
  ALL,
  MARKET_ITEM,
  SYSTEM_PROGRAM,
  TOKEN_ITEM,
  actions,
  addresses,
  getCloseChangeInstruction,
  getCreateFundInstruction,
  getCreateGroupInstruction,
  getCreateLogInstruction,
  getCreateMarketInstruction,
  getLaunchGroupInstruction,
  getLendingConfigDecoder,
  getLiquidationConfigDecoder,
  getListTokenInstruction,
  getOracleConfigDecoder,
  getPauseInstruction,
  getPerpConfigDecoder,
  getQueueChangeInstruction,
  getSetLendingInstruction,
  getSetLiquidationInstruction,
  getSetMarketInstruction,
  getSetMarketStatusInstruction,
  getSetOracleInstruction,
  getSetReduceOnlyInstruction,
  getSetRoleInstruction,
  getSetWeightsInstruction,
  getTriggerOrderDecoder,
  getUnpauseInstruction,
  getVetoChangeInstruction,
  getWeightConfigDecoder,
} from '../src/index.js';
import { signerOf } from '../src/actions/common.js';
import { ACCOUNT, AMOUNT, BOARD, GROUP, KEEPER, OTHER, OWNER, WALLET, directory, margin } from './stage.js';
import { key, pattern, told, vectors } from './vectors.js';

type Built = Instruction | Instruction[] | Promise<Instruction | Instruction[]>;

const group = await directory();
const receipted = await directory({ receiptLog: await addresses.receiptLog(GROUP) });
const account = { address: ACCOUNT };
const bank = await addresses.bank(GROUP, key(20));
const market = await addresses.perpMarket(GROUP, 3);
const quoteBank = await addresses.bank(GROUP, key(22));
const change = await addresses.change(GROUP, AMOUNT);
const [admin, other, guardian] = [signerOf(OWNER), signerOf(OTHER), signerOf(KEEPER)];

const fixed = {
  lending: getLendingConfigDecoder().decode(pattern(1, 64 * 4)),
  weights: getWeightConfigDecoder().decode(pattern(2, 64 * 4)),
  oracle: getOracleConfigDecoder().decode(pattern(3, 64 * 4)),
  liquidation: getLiquidationConfigDecoder().decode(pattern(4, 64 * 4)),
  perp: getPerpConfigDecoder().decode(pattern(5, 64 * 8)),
};
const { reserved: _, ...order } = getTriggerOrderDecoder().decode(pattern(3, 40));
const setLending = getSetLendingInstruction({ authority: admin, group: GROUP, bank, lending: fixed.lending });

const moveIn = (token: number, amount: bigint) => ({
  authority: OWNER,
  account: ACCOUNT,
  token,
  amount,
  source: WALLET,
});
const moveOut = (token: number) => ({ owner: OWNER, account, token, amount: AMOUNT, destination: WALLET });
const inMarket = { authority: OWNER, account, market: 3 };
const ofMarket = { owner: OWNER, market: 3, account };
const keyed = { group: GROUP, board: BOARD };
const staker = { owner: OWNER, account };
const paused = { actions: 3, seconds: 3_600 };
const targets = {
  spot: { kind: 'spot', debt: 0, collateral: 1 },
  marketDebt: { kind: 'marketDebt', market: 3, collateral: 1 },
  marketProfit: { kind: 'marketProfit', debt: 0, market: 3 },
  perp: { kind: 'perp', market: 3 },
} as const;
const liquidation = (target: actions.Target) =>
  actions.liquidate(group, {
    keeper: KEEPER,
    keeperAccount: { address: OTHER },
    liquidatee: account,
    target,
    most: AMOUNT,
  });
const quote = (target: actions.Target) => actions.quoteLiquidation(group, { account: ACCOUNT, target, most: AMOUNT });
const resolution = (creditor: actions.Creditor) => actions.resolveBankruptcy(group, { account, creditor });
const deleverage = (of: typeof group) => actions.deleverage(of, { account, market: 3 });
const executed = () => {
  const data = margin();
  data.orders[2] = { ...order, reserved: 0, market: 3, kind: 1, side: 1 };
  const intent = { executor: KEEPER, executorAccount: { address: OTHER }, account: { ...account, data }, slot: 2 };
  return actions.executeOrder(group, intent);
};

/** How this client builds what each builder of the Rust SDK builds, by its name and form. */
const BUILT: Record<string, () => Built> = {
  'open_account ': () => actions.openAccount(group, { owner: OWNER, number: 513 }),
  'close_account ': () => actions.closeAccount(group, { owner: OWNER, account: ACCOUNT }),
  'set_delegate ': () => actions.setDelegate(group, { owner: OWNER, account: ACCOUNT, delegate: key(9) }),
  'upgrade_account ': () => actions.upgradeAccount(group, { payer: OWNER, account: ACCOUNT }),
  'deposit ': () => actions.deposit(group, moveIn(0, AMOUNT)),
  'with_board deposit': () => actions.deposit(group, moveIn(1, AMOUNT)),
  'repay ': () => actions.repay(group, moveIn(0, ALL)),
  'with_board repay': () => actions.repay(group, moveIn(1, ALL)),
  'withdraw ': () => actions.withdraw(group, moveOut(0)),
  'borrow ': () => actions.borrow(group, moveOut(1)),
  'refresh none': () => actions.refreshWith(BOARD, []),
  'refresh ': async () =>
    actions.refreshWith(BOARD, [
      [1, key(30)],
      [TOKEN_ITEM + 1, await addresses.bank(GROUP, key(21))],
      [MARKET_ITEM + 3, market],
    ]),
  'trade ': () => actions.trade(group, { ...inMarket, delta: -AMOUNT, limit: 7n }),
  'reduce ': () => actions.reduce(group, { ...inMarket, limit: 9n }),
  'settle ': () => actions.settle(group, { ...inMarket, amount: AMOUNT }),
  'place_order ': () =>
    actions.placeOrder(group, {
      authority: OWNER,
      account: ACCOUNT,
      slot: 2,
      order: { ...order, market: 3, kind: 1, side: 1 },
    }),
  'cancel_order ': () => actions.cancelOrder(group, { authority: OWNER, account: ACCOUNT, slot: 2 }),
  'execute_order ': executed,
  'open_liquidity ': () => actions.openLiquidity(group, ofMarket),
  'add_liquidity ': () => actions.addLiquidity(group, { ...ofMarket, amount: AMOUNT }),
  'request_liquidity ': () => actions.requestLiquidity(group, { ...ofMarket, shares: AMOUNT }),
  'remove_liquidity ': () => actions.removeLiquidity(group, { ...ofMarket, account: ACCOUNT }),
  'open_stake ': () => actions.openStake(group, staker),
  'close_stake ': () => actions.closeStake(group, staker),
  'stake ': () => actions.stake(group, { ...staker, amount: AMOUNT }),
  'unstake ': () => actions.unstake(group, { ...staker, account: ACCOUNT }),
  'mature_stake ': () => actions.matureStake(group, staker),
  'request_unstake ': () => actions.requestUnstake(group, { ...staker, units: ALL }),
  'restake ': () => actions.restake(group, staker),
  'insure fund': () => actions.insure(group, { ...staker, amount: AMOUNT }),
  'insure market': () => actions.insure(group, { ...staker, amount: AMOUNT, market: 3 }),
  'collect bank': () => actions.collect(group, { token: 0 }),
  'collect market': () => actions.collect(group, { market: 3 }),
  'report_shortfall ': () => actions.reportShortfall(group, { account }),
  'touch ': () => actions.touch(group, { account }),
  'deleverage ': () => deleverage(group),
  'with_receipt_log deleverage': () => deleverage(receipted),
  'quote_liquidation best': () => actions.quoteLiquidation(group, { account: ACCOUNT }),
  ...Object.fromEntries(
    Object.entries(targets).flatMap(([name, target]) => [
      [`liquidate ${name}`, () => liquidation(target)],
      [`quote_liquidation ${name}`, () => quote(target)],
    ]),
  ),
  'resolve_bankruptcy token': () => resolution({ kind: 'token', token: 0 }),
  'resolve_bankruptcy quote': () => resolution({ kind: 'token', token: 2 }),
  'resolve_bankruptcy market': () => resolution({ kind: 'market', market: 3 }),
  'create_group ': async () =>
    getCreateGroupInstruction({
      creator: admin,
      group: await addresses.group(OWNER, 513),
      board: BOARD,
      number: 513,
      liquidation: fixed.liquidation,
    }),
  'list_token ': async () =>
    getListTokenInstruction({
      authority: admin,
      ...keyed,
      bank,
      vault: await addresses.vault(bank),
      mint: key(20),
      lending: fixed.lending,
      weights: fixed.weights,
      oracle: fixed.oracle,
    }),
  'set_lending ': () => setLending,
  'set_reduce_only ': () => getSetReduceOnlyInstruction({ authority: admin, group: GROUP, bank, reduceOnly: 1 }),
  'set_weights ': () => getSetWeightsInstruction({ authority: admin, ...keyed, bank, weights: fixed.weights }),
  'set_oracle ': () => getSetOracleInstruction({ authority: admin, ...keyed, token: 3, oracle: fixed.oracle }),
  'set_liquidation ': () =>
    getSetLiquidationInstruction({ authority: admin, ...keyed, liquidation: fixed.liquidation }),
  'create_market ': () =>
    getCreateMarketInstruction({
      authority: admin,
      ...keyed,
      market,
      number: 3,
      config: fixed.perp,
      oracle: fixed.oracle,
    }),
  'set_market ': () => getSetMarketInstruction({ authority: admin, ...keyed, market, config: fixed.perp }),
  'set_market_status ': () =>
    getSetMarketStatusInstruction({ authority: admin, ...keyed, market, status: 2, expiresAt: -5n }),
  'create_fund ': () =>
    getCreateFundInstruction({ authority: admin, ...keyed, bank: quoteBank, fund: group.fund, epochCap: 513 }),
  'create_log ': async () =>
    getCreateLogInstruction({ authority: admin, ...keyed, receiptLog: await addresses.receiptLog(GROUP) }),
  'pause group': () => getPauseInstruction({ authority: guardian, ...keyed, ...paused }),
  'pause bank': () => getPauseInstruction({ authority: guardian, ...keyed, ...paused, bank }),
  'pause market': () => getPauseInstruction({ authority: guardian, ...keyed, ...paused, market }),
  'unpause ': () => getUnpauseInstruction({ authority: guardian, ...keyed }),
  'set_role ': () => getSetRoleInstruction({ authority: admin, group: GROUP, holder: other, role: 2 }),
  'launch_group ': () => getLaunchGroupInstruction({ admin, group: GROUP }),
  'queue_change ': () =>
    getQueueChangeInstruction({ authority: admin, group: GROUP, change, target: bank, data: setLending.data }),
  'veto_change ': () => getVetoChangeInstruction({ authority: guardian, group: GROUP, change }),
  'close_change ': () => getCloseChangeInstruction({ proposer: OWNER, change }),
  'execute_change ': () =>
    getSetLendingInstruction({ authority: other, group: GROUP, bank, lending: fixed.lending, change }),
  'execution ': () =>
    getSetLendingInstruction({ authority: other, group: GROUP, bank, lending: fixed.lending, change }),
};

describe('instructions are those of the Rust SDK, byte for byte', () => {
  it.each(vectors.instructions.map((vector) => [`${vector[0]} ${vector[1]}`, vector] as const))(
    '%s',
    async (name, vector) => {
      const build = BUILT[name];
      if (build === undefined) throw new Error(`this client builds no ${name}`);
      const built = [await build()].flat();
      expect(built).toHaveLength(1);
      expect(built.map(told)[0]).toEqual([vector[2], vector[3]]);
    },
  );

  it('and there is none here that the Rust SDK lacks', () => {
    const known = vectors.instructions.map(([builder, form]) => `${builder} ${form}`);
    expect(Object.keys(BUILT).filter((name) => !known.includes(name))).toEqual([]);
  });

  it('nobody as a delegate is the zero address', async () => {
    const [instruction] = await actions.setDelegate(group, { owner: OWNER, account: ACCOUNT, delegate: undefined });
    const zero = await actions.setDelegate(group, { owner: OWNER, account: ACCOUNT, delegate: SYSTEM_PROGRAM });
    expect(instruction?.data).toEqual(zero[0]?.data);
    expect(instruction?.data?.slice(8)).toEqual(new Uint8Array(32));
  });
});
