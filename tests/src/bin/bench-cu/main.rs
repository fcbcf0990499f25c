//! Compute units, accounts and bytes of every instruction on the real bytecode, by number of legs.
//!
//! `bench-cu` prints a table, `bench-cu --json` one JSON object, `bench-cu --write FILE` puts the table between the
//! markers of a Markdown file. docs/performance.md says what is counted.

mod governance;
mod perp;
mod stakes;

use std::process::ExitCode;

use breakwater_client::instruction::{self, ALL, TOKEN_ITEM, TargetKeys};
use breakwater_client::{Address, PROGRAM_ID};
use breakwater_sim::chain::{Chain, Outcome, START};
use breakwater_sim::price_path::Price8;
use breakwater_sim::world::{Listing, Trader, World};
use solana_compute_budget_interface::ComputeBudgetInstruction;
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_signer::Signer;

/// Numbers of deposits and debts that are measured.
const LEGS: [usize; 4] = [1, 2, 4, 8];
/// Markers in the Markdown file.
const MARKERS: (&str, &str) = ("<!-- bench cu: begin -->", "<!-- bench cu: end -->");

/// A chain whose keys and addresses are always the same: how long the search for an address takes depends on it.
fn chain() -> Chain {
    Chain::seeded(START, 1)
}

/// One measurement.
struct Row {
    instruction: &'static str,
    kind: &'static str,
    legs: String,
    cu_ix: u64,
    cu_tx: u64,
    accounts: usize,
    bytes: usize,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let rows = measure();
    let size = std::fs::metadata(bytecode_path()).map_or(0, |m| m.len());
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => println!("{}", table(&rows, size)),
        ["--json"] => println!("{}", json(&rows, size)),
        ["--write", file] => return write(file, &table(&rows, size)),
        _ => {
            eprintln!("usage: bench-cu [--json | --write FILE]");
            return ExitCode::from(2);
        }
    }
    ExitCode::SUCCESS
}

fn bytecode_path() -> String {
    std::env::var("BREAKWATER_SO")
        .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../artifacts/breakwater.so").into())
}

fn measure() -> Vec<Row> {
    let mut rows = Vec::new();
    for legs in LEGS {
        let mut bench = Bench::new(legs);
        rows.extend(bench.lending());
        rows.extend(bench.liquidate());
    }
    rows.extend(brake_rows());
    rows.extend(perp::rows());
    rows.extend(receipt_rows());
    rows.extend(refresh_rows());
    rows.extend(bankruptcy_row());
    rows.extend(account_rows());
    rows.extend(stakes::rows());
    rows.extend(governance::rows());
    rows
}

/// Debts are in tokens `D0…`, deposits in `C0…`; the keeper holds `D0`.
struct Bench {
    world: World,
    legs: usize,
    alice: Trader,
    keeper: Trader,
}

impl Bench {
    fn new(legs: usize) -> Bench {
        let mut world = World::new(chain());
        for i in 0..legs {
            list(&mut world, &format!("C{i}"), Listing::volatile(9), 100);
            list(&mut world, &format!("D{i}"), Listing::stable(6), 1);
        }
        let (lender, alice, keeper) = (world.trader(), world.trader(), world.trader());
        for i in 0..legs {
            deposit(&mut world, &lender, &format!("D{i}"), 10_000_000_000_000);
            deposit(&mut world, &alice, &format!("C{i}"), 10_000_000_000);
        }
        deposit(&mut world, &keeper, "D0", 1_000_000_000_000);
        world.freshen().expect("fresh prices");
        for i in 0..legs {
            world.borrow(&alice, &format!("D{i}"), 640_000_000).expect("within initial health");
        }
        Bench { world, legs, alice, keeper }
    }

    fn row(&self, instruction: &'static str, outcome: &Outcome) -> Row {
        row(instruction, "spot", format!("{0}+{0}", self.legs), outcome)
    }

    /// Interest is due and everything is fresh.
    fn settle(&mut self) {
        self.world.chain.advance(60);
        self.world.freshen().expect("fresh prices");
        self.world.chain.advance(5);
    }

    fn lending(&mut self) -> Vec<Row> {
        let alice = self.alice.key.insecure_clone();
        let wallet = self.world.mint_to(&alice.pubkey(), "C0", 10_000_000_000);
        let debts = self.world.wallet(&alice.pubkey(), "D0");
        let (c, d) = (self.world.token("C0").keys, self.world.token("D0").keys);
        let (owner, account, board) = (alice.pubkey(), self.alice.account, self.world.board);
        [
            ("deposit", instruction::deposit(&owner, &account, &c, &wallet, 1_000_000)),
            ("repay", instruction::repay(&owner, &account, &d, &debts, 1_000_000)),
            ("withdraw", instruction::withdraw(&owner, &account, &board, &c, &wallet, 500_000)),
            ("borrow", instruction::borrow(&owner, &account, &board, &d, &debts, 500_000)),
        ]
        .map(|(name, instruction)| {
            self.settle();
            let outcome = self.world.chain.send(&[instruction], &[&alice]).expect(name);
            self.row(name, &outcome)
        })
        .into()
    }

    /// Two compute-budget instructions, refresh of the two feeds that move, liquidate; the quote of it just before.
    fn liquidate(&mut self) -> [Row; 2] {
        self.settle();
        let (c, d) = (self.world.token("C0").clone(), self.world.token("D0").clone());
        for i in 0..self.legs {
            self.world.set_price(&format!("C{i}"), Price8(7_310_000_000)).expect("a fall of 26.9 %");
        }
        self.world.freshen().expect("fresh prices");
        self.world.chain.advance(2);
        self.world.write_sample("C0", &sample(7_300_000_000));
        self.world.write_sample("D0", &sample(100_000_000));
        let instructions = [
            ComputeBudgetInstruction::set_compute_unit_limit(100_000),
            ComputeBudgetInstruction::set_compute_unit_price(1_000),
            instruction::refresh(&self.world.board, &[(c.number, c.oracle), (d.number, d.oracle)]),
            self.world.liquidate_instruction(&self.keeper, &self.alice.account, ("D0", "C0"), ALL),
        ];
        let target = TargetKeys::Spot { debt_bank: d.keys.bank, collateral_bank: c.keys.bank };
        let quoted = quote(&mut self.world, &self.alice, &target);
        let keeper = self.keeper.key.insecure_clone();
        let outcome = send_as(&mut self.world.chain, &instructions, &keeper);
        [self.row("quote_liquidation", &quoted), self.row("liquidate", &outcome)]
    }
}

/// The quote of a liquidation; sent, where a client would simulate.
fn quote(world: &mut World, who: &Trader, target: &TargetKeys) -> Outcome {
    let quote = instruction::quote_liquidation(&who.account, &world.board, Some(target), ALL);
    let limit = ComputeBudgetInstruction::set_compute_unit_limit(1_400_000);
    world.chain.send(&[limit, quote], &[]).unwrap_or_else(|e| panic!("{e}"))
}

/// Sends with the signer paying, as a keeper would: one signature.
fn send_as(chain: &mut Chain, instructions: &[Instruction], key: &Keypair) -> Outcome {
    chain.send_as(key, instructions, &[]).unwrap_or_else(|e| panic!("{e}"))
}

/// The liquidations again, in groups that keep receipts.
fn receipt_rows() -> Vec<Row> {
    let spot = LEGS.map(|legs| {
        let mut bench = Bench::new(legs);
        bench.world.create_log().expect("a log");
        let [_, liquidated] = bench.liquidate();
        Row { kind: "with receipt", ..liquidated }
    });
    spot.into_iter().chain(perp::receipt_rows()).collect()
}

/// Lending again, in banks with a brake that has something to leak.
fn brake_rows() -> Vec<Row> {
    let mut bench = Bench::new(1);
    let admin = bench.world.admin.insecure_clone();
    for symbol in ["C0", "D0"] {
        let bank = bench.world.token(symbol).keys.bank;
        let mut lending = bench.world.bank(symbol).lending;
        (lending.outflow_share, lending.outflow_window) = (500, 60);
        let set = instruction::set_lending(&admin.pubkey(), &bench.world.group, &bank, lending);
        bench.world.chain.send(&[set], &[&admin]).expect("sound parameters");
    }
    bench.settle();
    let lender = bench.world.trader();
    for symbol in ["C0", "D0"] {
        deposit(&mut bench.world, &lender, symbol, 1_000_000_000);
        bench.world.chain.advance(7_200);
        bench.world.freshen().expect("fresh prices");
        bench.world.withdraw(&lender, symbol, 100_000_000).expect("a part of what may leave");
    }
    bench.lending().into_iter().map(|row| Row { kind: "with brake", ..row }).collect()
}

fn refresh_rows() -> Vec<Row> {
    let mut world = World::new(chain());
    for i in 0..16 {
        list(&mut world, &format!("C{i}"), Listing::volatile(9), 100);
    }
    let mut rows: Vec<Row> = [1, 4, 16]
        .map(|feeds| {
            world.chain.advance(1);
            let mut items = Vec::new();
            for i in 0..feeds {
                let symbol = format!("C{i}");
                world.write_sample(&symbol, &sample(10_000_000_000));
                items.push((world.token(&symbol).number, world.token(&symbol).oracle));
            }
            let refresh = instruction::refresh(&world.board, &items);
            let outcome = world.chain.send(&[refresh], &[]).expect("fresh prints");
            row("refresh", "feeds", feeds.to_string(), &outcome)
        })
        .into();
    let bank = world.token("C0").keys.bank;
    let sync = instruction::refresh(&world.board, &[(TOKEN_ITEM, bank)]);
    let outcome = world.chain.send(&[sync], &[]).expect("a bank");
    rows.push(row("refresh", "indices", "1".into(), &outcome));
    rows
}

fn bankruptcy_row() -> Option<Row> {
    let mut bench = Bench::new(1);
    bench.world.set_price("C0", Price8::from_usd(30)).expect("a fall of 70 %");
    bench.world.freshen().expect("fresh prices");
    let alice = bench.alice.account;
    bench.world.liquidate(&bench.keeper, &alice, "D0", "C0", ALL).expect("all collateral is seized");
    let outcome = bench.world.resolve_bankruptcy(&alice, "D0").expect("nothing is left to seize");
    Some(row("resolve_bankruptcy", "spot", "0+1".into(), &outcome))
}

fn account_rows() -> [Row; 3] {
    let mut world = World::new(chain());
    let key = Keypair::new_from_array([7; 32]);
    world.chain.fund(&key.pubkey());
    world.launch().expect("a group with a guardian");
    let account = breakwater_client::address::margin_account(&world.group, &key.pubkey(), 0);
    [
        ("open_account", instruction::open_account(&world.group, &key.pubkey(), 0)),
        ("set_delegate", instruction::set_delegate(&key.pubkey(), &account, &Address::new_unique())),
        ("close_account", instruction::close_account(&key.pubkey(), &account)),
    ]
    .map(|(name, instruction)| row(name, "account", "".into(), &world.chain.send(&[instruction], &[&key]).expect(name)))
}

fn list(world: &mut World, symbol: &str, listing: Listing, price: u32) {
    world.list(symbol, listing).expect("a sound listing");
    world.set_price(symbol, Price8::from_usd(price)).expect("a good print");
}

fn deposit(world: &mut World, trader: &Trader, symbol: &str, amount: u64) {
    world.deposit(trader, symbol, amount).expect("a deposit");
}

fn sample(price: i64) -> breakwater_sim::price_path::Sample {
    breakwater_sim::price_path::Sample { price: Price8(price), conf: Price8(price / 2_000), ema: Price8(price) }
}

fn row(instruction: &'static str, kind: &'static str, legs: String, outcome: &Outcome) -> Row {
    let cu_ix = last_consumed(&outcome.logs);
    Row {
        instruction,
        kind,
        legs,
        cu_ix,
        cu_tx: outcome.compute_units,
        accounts: outcome.accounts,
        bytes: outcome.bytes,
    }
}

/// What the program consumed in its last instruction of a transaction.
fn last_consumed(logs: &[String]) -> u64 {
    let prefix = format!("Program {PROGRAM_ID} consumed ");
    let consumed = |line: &String| line.strip_prefix(&prefix)?.split(' ').next()?.parse().ok();
    logs.iter().rev().find_map(consumed).unwrap_or(0)
}

fn table(rows: &[Row], size: u64) -> String {
    let mut out = String::from(
        "| instruction | legs | CU, instruction | CU, transaction | accounts | bytes |\n|---|---|---|---|---|---|\n",
    );
    for r in rows {
        let legs = match (r.kind, r.legs.as_str()) {
            ("spot", legs) => legs.to_owned(),
            (kind, "") => kind.to_owned(),
            (kind, legs) => format!("{legs} {kind}"),
        };
        out +=
            &format!("| `{}` | {legs} | {} | {} | {} | {} |\n", r.instruction, r.cu_ix, r.cu_tx, r.accounts, r.bytes);
    }
    out + &format!("\nProgram binary: {size} bytes.")
}

fn json(rows: &[Row], size: u64) -> serde_json::Value {
    let rows: Vec<_> = rows
        .iter()
        .map(|r| {
            serde_json::json!({
                "instruction": r.instruction, "kind": r.kind, "legs": r.legs, "cu_ix": r.cu_ix, "cu_tx": r.cu_tx,
                "accounts": r.accounts, "bytes": r.bytes,
            })
        })
        .collect();
    serde_json::json!({ "rows": rows, "binary_bytes": size })
}

fn write(file: &str, table: &str) -> ExitCode {
    let replaced = std::fs::read_to_string(file).ok().and_then(|text| {
        let (before, rest) = text.split_once(MARKERS.0)?;
        let (_, after) = rest.split_once(MARKERS.1)?;
        Some(format!("{before}{}\n{table}\n{}{after}", MARKERS.0, MARKERS.1))
    });
    match replaced.map(|text| std::fs::write(file, text)) {
        Some(Ok(())) => ExitCode::SUCCESS,
        _ => {
            eprintln!("bench-cu: {file} cannot be written or lacks the markers {} and {}", MARKERS.0, MARKERS.1);
            ExitCode::from(1)
        }
    }
}
