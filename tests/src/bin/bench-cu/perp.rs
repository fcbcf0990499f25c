//! Rows of perpetuals: positions beside one quote deposit, and positions beside eight tokens.

use breakwater_client::instruction::{self, ExecuteKeys, MARKET_ITEM, TargetKeys};
use breakwater_client::interface::TriggerOrder;
use breakwater_client::interface::order::{ORDER_ABOVE, SIDE_LONG};
use breakwater_client::margin::Target;
use breakwater_sim::chain::Outcome;
use breakwater_sim::listing::{PerpListing, default_perp};
use breakwater_sim::price_path::Price8;
use breakwater_sim::world::{Listing, Trader, World};
use bytemuck::Zeroable;
use solana_compute_budget_interface::ComputeBudgetInstruction;
use solana_signer::Signer;

use super::{ALL, LEGS, Row, chain, deposit, list, row, sample, send_as};

/// Base units of a position: 100 tokens of $100.
const SIZE: i64 = 100_000_000_000;
/// Quote units of a quote token.
const UNIT: u64 = 1_000_000;
/// Quote tokens that a position is backed with.
const BACKING: u64 = 1_250;

/// Positions in markets about `P0…`, quote token `Q`.
struct Bench {
    world: World,
    alice: Trader,
    keeper: Trader,
    positions: usize,
}

impl Bench {
    fn new(positions: usize) -> Bench {
        let mut world = World::new(chain());
        list(&mut world, "Q", Listing::stable(6), 1);
        world.create_fund("Q", 2_500).expect("a quote token");
        let (provider, alice, keeper) = (world.trader(), world.trader(), world.trader());
        deposit(&mut world, &provider, "Q", 100_000_000 * UNIT);
        for i in 0..positions {
            let symbol = market(i);
            list(&mut world, &symbol, Listing::volatile(9), 100);
            let config = default_perp(100_000_000_000_000, 1_000_000, UNIT);
            world.list_perp(&symbol, PerpListing { decimals: 9, config }).expect("a sound market");
        }
        world.freshen().expect("fresh prices");
        for i in 0..positions {
            world.add_liquidity(&provider, &market(i), 1_000_000 * UNIT).expect("a pool");
        }
        deposit(&mut world, &alice, "Q", BACKING * UNIT * positions as u64);
        Bench { world, alice, keeper, positions }
    }

    /// Seven more tokens: three deposits and four debts, which just carry each other.
    fn with_tokens(mut self) -> Bench {
        let lender = self.world.trader();
        for i in 0..4 {
            list(&mut self.world, &format!("D{i}"), Listing::stable(6), 1);
            deposit(&mut self.world, &lender, &format!("D{i}"), 1_000_000 * UNIT);
        }
        for i in 0..3 {
            list(&mut self.world, &format!("C{i}"), Listing::volatile(9), 100);
            deposit(&mut self.world, &self.alice, &format!("C{i}"), 10_000_000_000);
        }
        self.settle();
        for i in 0..4 {
            self.world.borrow(&self.alice, &format!("D{i}"), 480 * UNIT).expect("within initial health");
        }
        self
    }

    /// Funding and interest are due and everything is fresh.
    fn settle(&mut self) {
        self.world.chain.advance(60);
        self.world.freshen().expect("fresh prices");
    }

    fn row(&self, instruction: &'static str, outcome: &Outcome) -> Row {
        row(instruction, "perp", self.positions.to_string(), outcome)
    }

    /// Opens all positions; returns what the last one took.
    fn open(&mut self) -> Outcome {
        let mut last = None;
        for i in 0..self.positions {
            self.settle();
            last = Some(self.world.trade(&self.alice, &market(i), SIZE).expect("within initial health"));
        }
        last.expect("a position")
    }

    /// Leaves an order that is triggered already and pays a fee, and executes it.
    fn order(&mut self) -> [Row; 2] {
        let Trader { key, account } = &self.alice;
        let (board, market) = (self.world.board, self.world.perp(&market(0)).market);
        let order =
            TriggerOrder { size: ALL, fee: UNIT as u32, kind: ORDER_ABOVE, side: SIDE_LONG, ..TriggerOrder::zeroed() };
        let place = instruction::place_order(&key.pubkey(), account, &board, &market, 0, &order);
        let placed = self.world.chain.send(&[place], &[key]).expect("a position");
        let keys = ExecuteKeys {
            executor: self.keeper.key.pubkey(),
            executor_account: self.keeper.account,
            account: *account,
            board,
            market,
            quote_bank: self.world.token("Q").keys.bank,
        };
        self.settle();
        let executed = self.world.chain.send(&[instruction::execute_order(&keys, 0)], &[&self.keeper.key]);
        [self.row("place_order", &placed), self.row("execute_order", &executed.expect("the trigger holds"))]
    }

    /// Two compute-budget instructions, refresh of the quote token and the index, liquidate; the quote of it just before.
    fn liquidate(&mut self, cents: i64) -> [Outcome; 2] {
        self.settle();
        for i in 0..self.positions {
            self.world.set_price(&market(i), Price8(cents * 1_000_000 + 10_000_000)).expect("a fall");
        }
        self.world.freshen().expect("fresh prices");
        self.world.chain.advance(2);
        self.world.write_sample("Q", &sample(100_000_000));
        self.world.write_sample(&market(0), &sample(cents * 1_000_000));
        let (quote, index) = (self.world.token("Q").clone(), self.world.perp(&market(0)).feed_item());
        let alice = self.alice.account;
        let instructions = [
            ComputeBudgetInstruction::set_compute_unit_limit(100_000),
            ComputeBudgetInstruction::set_compute_unit_price(1_000),
            instruction::refresh(&self.world.board, &[(quote.number, quote.oracle), index]),
            self.world.liquidate_target_instruction(&self.keeper, &alice, Target::Perp(0), ALL),
        ];
        let target = TargetKeys::Perp {
            market: self.world.perp(&market(0)).market,
            quote_bank: self.world.token("Q").keys.bank,
        };
        let quoted = super::quote(&mut self.world, &self.alice, &target);
        let keeper = self.keeper.key.insecure_clone();
        [quoted, send_as(&mut self.world.chain, &instructions, &keeper)]
    }
}

fn market(i: usize) -> String {
    format!("P{i}")
}

/// Everything that perpetuals add.
pub fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    for positions in LEGS {
        let mut bench = Bench::new(positions);
        let opened = bench.open();
        rows.push(bench.row("trade", &opened));
        let [quoted, liquidated] = bench.liquidate(9_200);
        rows.push(bench.row("quote_liquidation", &quoted));
        rows.push(bench.row("liquidate", &liquidated));

        let mut bench = Bench::new(positions);
        bench.open();
        bench.settle();
        let closed = bench.world.reduce(&bench.alice, &market(0), ALL).expect("a position");
        rows.push(bench.row("reduce", &closed));

        let mut bench = Bench::new(positions);
        bench.open();
        rows.extend(bench.order());
    }
    let mut mixed = Bench::new(8).with_tokens();
    mixed.open();
    let [quoted, liquidated] = mixed.liquidate(9_200);
    rows.push(row("quote_liquidation", "mixed", "8+8".into(), &quoted));
    rows.push(row("liquidate", "mixed", "8+8".into(), &liquidated));
    rows.extend(market_rows());
    rows
}

/// The liquidations again, in groups that keep receipts.
pub fn receipt_rows() -> Vec<Row> {
    let mut rows = Vec::new();
    for positions in LEGS {
        let mut bench = Bench::new(positions);
        bench.world.create_log().expect("a log");
        bench.open();
        let [_, liquidated] = bench.liquidate(9_200);
        rows.push(Row { kind: "perp with receipt", ..bench.row("liquidate", &liquidated) });
    }
    let mut mixed = Bench::new(8).with_tokens();
    mixed.world.create_log().expect("a log");
    mixed.open();
    let [_, liquidated] = mixed.liquidate(9_200);
    rows.push(row("liquidate", "mixed with receipt", "8+8".into(), &liquidated));
    rows
}

/// What concerns a market and one position.
fn market_rows() -> Vec<Row> {
    let mut bench = Bench::new(1);
    let provider = bench.world.trader();
    deposit(&mut bench.world, &provider, "Q", 10_000 * UNIT);
    bench.open();
    let mut rows = Vec::new();

    bench.settle();
    bench.world.add_liquidity(&provider, "P0", UNIT).expect("a pool");
    bench.settle();
    let outcome = bench.world.add_liquidity(&provider, "P0", 1_000 * UNIT).expect("a pool");
    rows.push(bench.row("add_liquidity", &outcome));
    let outcome = bench.world.request_liquidity(&provider, "P0", 1_000).expect("shares");
    rows.push(bench.row("request_liquidity", &outcome));
    bench.world.chain.advance(3_600);
    bench.settle();
    let outcome = bench.world.remove_liquidity(&provider, "P0").expect("the cooldown is over");
    rows.push(bench.row("remove_liquidity", &outcome));

    bench.world.set_price("P0", Price8::from_usd(99)).expect("a fall");
    bench.settle();
    let outcome = bench.world.settle(&bench.alice, &bench.alice.account, "P0", ALL).expect("a loss");
    rows.push(bench.row("settle", &outcome));
    bench.world.chain.advance(60);
    let crank = instruction::refresh(&bench.world.board, &[(MARKET_ITEM, bench.world.perp("P0").market)]);
    let outcome = bench.world.chain.send(&[crank], &[]).expect("a market");
    rows.push(row("refresh", "markets", "1".into(), &outcome));
    rows
}
