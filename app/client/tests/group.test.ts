import { describe, expect, it } from 'vitest';

import {
  CLOCK,
  MARKET_FEED,
  PROGRAM_ID,
  TOKEN_PROGRAM,
  addresses,
  clockOf,
  decodeMargin,
  directoryFrom,
  fetchChanges,
  fetchHoldings,
  fetchLiquidity,
  fetchMarginAccounts,
  fetchStakes,
  getBankDecoder,
  getGroupDecoder,
  getInsuranceFundDecoder,
  getLiquidityPositionDecoder,
  getPerpMarketDecoder,
  getReceiptLogDecoder,
  getRiskBoardDecoder,
  loadGroup,
  readGroup,
} from '../src/index.js';
import { asked, group, logs, oracles, owner, recordedRpc } from '../examples/recorded.js';
import { eventsIn, receiptsIn } from '../src/index.js';
import { createHash } from 'node:crypto';
import { key } from './vectors.js';

const rpc = recordedRpc();
const accounts = await loadGroup(rpc, group, { oracles });

describe('a group is read from a node', () => {
  it('with everything that belongs to it', () => {
    const told = getGroupDecoder().decode(accounts.group.data);
    expect(told.board).toBe(accounts.board.address);
    expect(told.launched).toBe(1);
    expect(accounts.banks.map(({ data }) => getBankDecoder().decode(data).token).sort()).toEqual([0, 1, 2, 3]);
    expect(accounts.markets.map(({ data }) => getPerpMarketDecoder().decode(data).market)).toEqual([0]);
    expect(getInsuranceFundDecoder().decode(accounts.fund?.data ?? new Uint8Array()).group).toBe(group);
    expect([...accounts.oracles.keys()]).toEqual([0, 1, 2, 3, MARKET_FEED]);
    for (const account of [accounts.group, accounts.board, ...accounts.banks]) expect(account.owner).toBe(PROGRAM_ID);
  });

  it('as of a slot and the chain’s time', () => {
    expect(accounts.clock.address).toBe(CLOCK);
    expect(clockOf(accounts.clock).time).toBe(accounts.now);
    expect(accounts.now).toBeGreaterThan(1_735_689_600n);
    expect(accounts.slot).toBe(4_779_432_006n);
  });

  it('again in one request', async () => {
    asked.length = 0;
    const again = await readGroup(rpc, accounts.places);
    expect(asked).toEqual(['getMultipleAccounts']);
    expect(again).toEqual(accounts);
  });

  it('and gives the directory that actions are built by', async () => {
    const directory = await directoryFrom(accounts);
    const board = getRiskBoardDecoder().decode(accounts.board.data);
    expect(directory.quoteToken).toBe(board.quoteToken);
    expect([...directory.tokens.values()].map(({ token, wantsBoard }) => [token, wantsBoard]).sort()).toEqual([
      [0, false],
      [1, false],
      [2, false],
      [3, true],
    ]);
    for (const { bank, mint, vault, tokenProgram } of directory.tokens.values()) {
      expect(bank).toBe(await addresses.bank(group, mint));
      expect(vault).toBe(await addresses.vault(bank));
      expect(tokenProgram).toBe(TOKEN_PROGRAM);
    }
    expect(directory.markets.get(0)?.address).toBe(accounts.markets[0]?.address);
    expect(directory.receiptLog).toBe(accounts.receiptLog?.address);
    expect(directory.brought).toBeUndefined();
  });

  it('which knows the prints that are young enough, where somebody has judged them', async () => {
    const prints = [
      { feed: 0, publishTime: Number(accounts.now) - 50 },
      { feed: 1, publishTime: Number(accounts.now) - 51 },
      { feed: 2, publishTime: Number(accounts.now) + 1 },
    ];
    expect((await directoryFrom(accounts, prints)).brought).toEqual(new Set([0, 2]));
  });

  it('and says where there is none', async () => {
    await expect(loadGroup(rpc, key(1))).rejects.toThrow(`there is no group ${key(1)} on this network`);
  });
});

describe('what somebody has in it', () => {
  it('margin accounts: all, or an owner’s', async () => {
    const all = (await fetchMarginAccounts(rpc, { group })).map(decodeMargin);
    expect(all).toHaveLength(3);
    const own = (await fetchMarginAccounts(rpc, { group, owner })).map(decodeMargin);
    expect(own.map(({ data }) => data.owner)).toEqual([owner]);
    expect(own[0]?.address).toBe(await addresses.marginAccount(group, owner, 0));
    expect(own[0]?.data.perps[0]).toMatchObject({ base: 20_000_000_000n, market: 0 });
    expect(await fetchMarginAccounts(rpc, { group: key(1) })).toEqual([]);
  });

  it('liquidity and stakes', async () => {
    const [market] = accounts.places.markets;
    const all = await fetchLiquidity(rpc, { market: market ?? group });
    expect(all).toHaveLength(1);
    const lender = getLiquidityPositionDecoder().decode(all[0]?.data ?? new Uint8Array()).owner;
    expect(await fetchHoldings(rpc, accounts.places, lender)).toEqual({ liquidity: all, stake: undefined });
    expect(await fetchHoldings(rpc, accounts.places, owner)).toEqual({ liquidity: [], stake: undefined });
    expect(await fetchStakes(rpc, { fund: accounts.places.fund })).toEqual([]);
    expect(await fetchChanges(rpc, group)).toEqual([]);
  });
});

it('the receipt of a liquidation is in its logs, and its digest in the log', () => {
  expect(eventsIn(logs).map(({ name }) => name)).toContain('Liquidated');
  const receipts = receiptsIn(logs);
  expect(receipts).toHaveLength(1);
  const log = getReceiptLogDecoder().decode(accounts.receiptLog?.data ?? new Uint8Array());
  const digest = createHash('sha256')
    .update(new Uint8Array(32))
    .update(Uint8Array.from(receipts[0] ?? []))
    .digest();
  expect(Uint8Array.from(digest)).toEqual(Uint8Array.from(log.head));
  expect(log.count).toBe(1n);
});
