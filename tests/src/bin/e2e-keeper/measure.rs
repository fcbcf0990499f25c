//! How fast one keeper is against a node: from a price to a transaction, and liquidations a second.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use breakwater_client::decode::{self, Event, account_size, discriminator};
use breakwater_client::interface::MarginAccount;
use breakwater_client::{Address, PROGRAM_ID, address};
use breakwater_sim::price_path::Price8;
use breakwater_tests::local::keeper::Keeper;
use breakwater_tests::local::node::SLOT_MS;
use breakwater_tests::local::rpc::{Draft, Outcome, Raw, Trouble};
use breakwater_tests::local::water::Water;
use bytemuck::bytes_of;
use serde_json::{Value, json};
use solana_signer::Signer;

use crate::history::{self, Ledger};
use crate::options::Options;
use crate::suite::Stage;

/// Margin accounts in the keeper's book.
const LOADED: usize = 10_000;
/// Steps of the slow fall, what each leaves of prices in thousandths, and the time between two.
const STEPS: u64 = 30;
const FALL: i64 = 997;
const STEP: Duration = Duration::from_millis(1_500);
/// What the sudden fall at the end leaves of prices, thousandths.
const CRASH: i64 = 700;
/// Slots of ten seconds, over which a rate is taken.
const WINDOW: u64 = 25;
/// Transactions that are sent to see what the node takes without a keeper.
const PLAIN: u64 = 100;
/// How long the sudden fall may take to be worked off.
const PATIENCE: Duration = Duration::from_secs(240);
/// Markers in the Markdown file.
const MARKERS: (&str, &str) = ("<!-- e2e keeper: begin -->", "<!-- e2e keeper: end -->");

/// What was measured.
struct Figures {
    accounts: usize,
    sent: usize,
    p50_ms: f64,
    p99_ms: f64,
    liquidations: usize,
    a_second: f64,
    /// Of everything that the keeper sent and that succeeded.
    all_a_second: f64,
    /// Of deposits that nobody simulates, four at a time.
    plain_a_second: f64,
}

/// Measures and prints.
pub fn run(options: &Options) -> Outcome<bool> {
    let mut stage = Stage::set(options)?;
    eprintln!("traders");
    let Stage { people, node, place, prices, .. } = &mut stage;
    let traders = people.trade(&node.rpc, place, prices, options.accounts, || ())?;
    eprintln!("{LOADED} accounts");
    let plain_a_second = plain(&stage)?;
    load(&stage, &traders)?;
    let upstream = stage.upstream()?;
    let mut keeper = stage.keeper(&upstream, "measured")?;
    keeper.start()?;
    keeper.ready()?;
    eprintln!("a slow fall");
    let accounts = gauge(&keeper, "breakwater_accounts")? as usize;
    for _ in 0..STEPS {
        let began = Instant::now();
        stage.fall(FALL)?;
        std::thread::sleep(STEP.saturating_sub(began.elapsed()));
    }
    let (sent, p50, p99) = quantiles(&keeper)?;
    eprintln!("a sudden fall");
    let (liquidations, all) = sudden(&mut stage, &keeper)?;
    keeper.stop()?;
    let figures = Figures {
        accounts,
        sent,
        p50_ms: p50,
        p99_ms: p99,
        liquidations: liquidations.len(),
        a_second: rate(&liquidations),
        all_a_second: rate(&all),
        plain_a_second,
    };
    match &options.write {
        Some(file) => write(file, &table(&figures))?,
        None if options.json => println!("{}", as_json(&figures)),
        None => println!("{}", table(&figures)),
    }
    Ok(true)
}

/// Fills the node with copies of traders under other addresses, whose debts are a quarter: they are never liquidated, which
/// the group's books would not bear.
fn load(stage: &Stage, traders: &[Address]) -> Outcome<()> {
    let rpc = &stage.node.rpc;
    let all: Vec<(Address, MarginAccount)> = rpc.states::<MarginAccount>()?;
    let borrowers: Vec<MarginAccount> = all
        .iter()
        .filter(|(key, account)| traders.contains(key) && account.perps.iter().all(|perp| perp.base == 0))
        .map(|(_, account)| *account)
        .collect();
    if borrowers.is_empty() {
        return Err(Trouble("no trader has a loan".to_owned()));
    }
    let lamports = rpc.rent(account_size::<MarginAccount>())?;
    let copies: Vec<(Address, Raw)> = (all.len()..LOADED)
        .map(|number| {
            let mut copy = borrowers[number % borrowers.len()];
            for position in copy.tokens.iter_mut().filter(|position| position.side != 0) {
                position.shares /= 4;
            }
            let mut data = discriminator("account", "MarginAccount").to_vec();
            data.extend_from_slice(bytes_of(&copy));
            (Address::new_unique(), Raw { lamports, owner: PROGRAM_ID, data })
        })
        .collect();
    rpc.set_all(&copies, || ())
}

/// A page's gauge without labels.
fn gauge(keeper: &Keeper, name: &str) -> Outcome<f64> {
    let (_, text) = keeper.page("/metrics")?;
    let value = text.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok());
    value.ok_or_else(|| Trouble(format!("/metrics has no {name}")))
}

/// Transactions sent, and median and 99th percentile of the time from the update, milliseconds: each the upper bound of its
/// bucket of the keeper's own histogram, interpolated within the bucket.
fn quantiles(keeper: &Keeper) -> Outcome<(usize, f64, f64)> {
    let (_, text) = keeper.page("/metrics")?;
    let mut buckets: BTreeMap<u64, f64> = BTreeMap::new();
    for line in text.lines() {
        let Some(rest) = line.strip_prefix("breakwater_seen_to_sent_seconds_bucket{le=\"") else { continue };
        let Some((bound, count)) = rest.split_once("\"}") else { continue };
        if let (Ok(bound), Ok(count)) = (bound.parse::<f64>(), count.trim().parse::<f64>())
            && bound.is_finite()
        {
            buckets.insert((bound * 1e6) as u64, count);
        }
    }
    let all = buckets.values().copied().fold(0.0, f64::max);
    let at = |part: f64| {
        let (mut bound_before, mut count_before) = (0.0, 0.0);
        for (bound, count) in &buckets {
            let bound = *bound as f64 / 1e3;
            if *count >= part * all && *count > count_before {
                return bound_before + (bound - bound_before) * (part * all - count_before) / (count - count_before);
            }
            (bound_before, count_before) = (bound, *count);
        }
        bound_before
    };
    Ok((all as usize, at(0.5), at(0.99)))
}

/// Transactions a second that the node takes without a keeper.
fn plain(stage: &Stage) -> Outcome<f64> {
    let (lender, token) = (&stage.people.lender, &stage.place.tokens[2]);
    let account = address::margin_account(&stage.place.group, &lender.pubkey(), 0);
    let draft = |amount| Draft {
        name: "a deposit".to_owned(),
        instructions: vec![stage.place.deposit(&lender.pubkey(), &account, token, amount)],
        signers: vec![lender],
    };
    let drafts: Vec<Draft> = (1..=PLAIN).map(draft).collect();
    let began = Instant::now();
    stage.node.rpc.land_all(&drafts, || ())?;
    Ok(PLAIN as f64 / began.elapsed().as_secs_f64())
}

/// Lets prices fall at once. Slots of the liquidations that landed until nobody is left, and of everything that succeeded.
fn sudden(stage: &mut Stage, keeper: &Keeper) -> Outcome<(Vec<u64>, Vec<u64>)> {
    let (wallet, mut before) = (keeper.key.pubkey(), Ledger::new());
    history::read(&stage.node.rpc, &wallet, &mut before)?;
    stage.fall(CRASH)?;
    let began = Instant::now();
    loop {
        std::thread::sleep(STEP);
        stage.fall(1_000)?;
        stage.node.rpc.land("refresh", &[stage.place.refresh()], &[&stage.people.lender])?;
        let left = Water::read(&stage.node.rpc, &stage.place)?.under.len();
        if left == 0 || began.elapsed() > PATIENCE {
            break;
        }
    }
    let mut after = Ledger::new();
    history::read(&stage.node.rpc, &wallet, &mut after)?;
    after.retain(|signature, _| !before.contains_key(signature));
    let is_liquidation = |event: &Event| matches!(event, Event::Liquidated(_) | Event::PerpLiquidated(_));
    let (mut liquidations, mut all) = (Vec::new(), Vec::new());
    for (status, transaction) in after.values().filter(|(_, transaction)| transaction["meta"]["err"].is_null()) {
        let logs: Vec<String> = serde_json::from_value(transaction["meta"]["logMessages"].clone()).unwrap_or_default();
        all.extend(status["slot"].as_u64());
        if decode::events(&logs).iter().any(is_liquidation) {
            liquidations.extend(status["slot"].as_u64());
        }
    }
    Ok((liquidations, all))
}

/// The most of some slots in ten seconds, a second.
fn rate(slots: &[u64]) -> f64 {
    let in_window = |first: &u64| slots.iter().filter(|slot| (*first..*first + WINDOW).contains(slot)).count();
    let most = slots.iter().map(in_window).max().unwrap_or(0);
    most as f64 * 1e3 / (WINDOW * SLOT_MS) as f64
}

impl Stage {
    /// Prices of volatile tokens fall to a part, thousandths, and are published.
    pub fn fall(&mut self, part: i64) -> Outcome<()> {
        for (number, price) in self.prices.iter_mut().enumerate() {
            if number != usize::from(self.place.quote) {
                *price = Price8(price.units() * part / 1_000);
            }
        }
        self.place.publish(&self.node.rpc, &self.prices).map(|_| ())
    }
}

fn as_json(figures: &Figures) -> Value {
    json!({
        "accounts": figures.accounts,
        "sent": figures.sent,
        "seen_to_sent_p50_ms": figures.p50_ms,
        "seen_to_sent_p99_ms": figures.p99_ms,
        "liquidations": figures.liquidations,
        "liquidations_a_second": figures.a_second,
        "transactions_a_second": figures.all_a_second,
        "plain_transactions_a_second": figures.plain_a_second,
    })
}

fn table(figures: &Figures) -> String {
    let Figures { accounts, sent, p50_ms, p99_ms, liquidations, a_second, all_a_second, plain_a_second } = figures;
    format!(
        "| what | measured |\n|---|---|\n\
         | margin accounts in the keeper's book | {accounts} |\n\
         | price update seen → transaction sent, median of {sent} | {p50_ms:.0} ms |\n\
         | the same, 99th percentile | {p99_ms:.0} ms |\n\
         | liquidations a second of one keeper, the most in ten seconds of {liquidations} that were due at once | {a_second:.1} |\n\
         | everything that it lands a second, flags and write-offs too, the most in ten seconds | {all_a_second:.1} |\n\
         | deposits a second that the same node takes from four senders, not simulated | {plain_a_second:.1} |"
    )
}

/// Puts a table between the markers of a file.
fn write(file: &str, table: &str) -> Outcome<()> {
    let text = std::fs::read_to_string(file)?;
    let (start, end) = MARKERS;
    let parts = text.split_once(start).and_then(|(head, rest)| Some((head, rest.split_once(end)?.1)));
    let (head, tail) = parts.ok_or_else(|| Trouble(format!("{file} has no line {start} and {end}")))?;
    Ok(std::fs::write(file, format!("{head}{start}\n{table}\n{end}{tail}"))?)
}
