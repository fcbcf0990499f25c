//! What must hold at the end, each in a sentence.

use std::collections::BTreeMap;
use std::process::{Command, ExitStatus};

use breakwater_client::decode::Event;
use breakwater_client::interface::{Bank, MarginAccount};
use breakwater_client::margin::position::MARKET_LEG;
use breakwater_client::margin::{Index, Side};
use breakwater_tests::local::keeper::{Keeper, SOL};
use breakwater_tests::local::rpc::{Outcome, Rpc};
use breakwater_tests::local::water::Water;
use serde_json::Value;
use solana_signer::Signer;

use crate::fault::{Fault, PLANS};
use crate::history::{self, Landed, Ledger};
use crate::suite::Stage;

/// Units that rounding takes of each movement, at most: shares are whole numbers.
const ROUNDING: i128 = 2;

/// How a keeper ended.
pub struct Ended {
    /// Before it was told to.
    pub by_itself: Option<ExitStatus>,
    /// The exit code after Ctrl-C.
    pub code: Option<i32>,
}

/// Native units of every token, by number: deposits positive, debts negative.
type Balances = BTreeMap<u8, i128>;

/// What is checked, and what was found.
pub struct Checks {
    results: Vec<bool>,
    /// What the keepers' accounts held at first, and the indices then.
    first: Vec<Balances>,
    indices: BTreeMap<u8, (u64, u64)>,
    /// Transactions that keepers had paid before they began.
    before: Ledger,
    killed: Option<bool>,
    restarted: bool,
}

impl Checks {
    /// Notes how keepers begin.
    pub fn new(stage: &Stage, keepers: &[Keeper]) -> Outcome<Checks> {
        let first = keepers.iter().map(|keeper| balances(&stage.node.rpc, keeper)).collect::<Outcome<_>>()?;
        let indices = indices(&stage.node.rpc)?;
        let mut before = Ledger::new();
        for keeper in keepers {
            history::read(&stage.node.rpc, &keeper.key.pubkey(), &mut before)?;
        }
        Ok(Checks { results: Vec::new(), first, indices, before, killed: None, restarted: false })
    }

    /// One check: what must hold, whether it does, and what was found.
    pub fn hold(&mut self, law: &str, holds: bool, found: String) {
        println!("{}  {law}: {found}", if holds { "ok    " } else { "FAILED" });
        self.results.push(holds);
    }

    pub fn all_hold(&self) -> bool {
        self.results.iter().all(|holds| *holds)
    }

    pub fn killed(&mut self, by_signal: bool) {
        self.killed = Some(by_signal);
    }

    pub fn restarted(&mut self) {
        self.restarted = true;
    }

    /// Nobody is left.
    pub fn water(&mut self, water: &Water) {
        let left: Vec<String> = water.under.iter().take(5).map(|(key, target)| format!("{key} {target:?}")).collect();
        let found = format!("{} of {} {}", water.under.len(), water.accounts, left.join(", "));
        self.hold("no account is left that may be liquidated", water.under.is_empty(), found);
        let found = format!("{}", water.bankrupt.len());
        self.hold("no bankrupt account is left with a debt", water.bankrupt.is_empty(), found);
    }

    /// Every fault was there.
    pub fn faults(&mut self, keepers: &[Keeper], only: Option<Fault>) {
        for plan in PLANS.iter().filter(|plan| only.is_none_or(|only| only == plan.fault)) {
            let times: u64 =
                plan.keepers.iter().map(|number| plan.fault.happened(&keepers[*number].proxy.faults.count)).sum();
            let (happened, found) = match plan.fault {
                Fault::Killed => (self.killed.is_some(), "once".to_owned()),
                Fault::Restarted => (self.restarted, "once".to_owned()),
                _ => (times > 0, format!("{times} times")),
            };
            self.hold(&format!("it happened that {}", plan.what), happened, found);
        }
    }

    /// Nobody ended but when told to.
    pub fn ended(&mut self, keepers: &[Keeper], ended: &[Ended]) {
        if let Some(by_signal) = self.killed {
            self.hold("a killed keeper ends by that signal (exit code 137 in a shell)", by_signal, "once".to_owned());
        }
        for (keeper, end) in keepers.iter().zip(ended) {
            let law = format!("keeper {} runs until Ctrl-C and ends with exit code 0", keeper.name);
            let found = match end.by_itself {
                Some(status) => format!("it ended by itself: {status}"),
                None => end.code.map_or("it did not end".to_owned(), |code| format!("exit code {code}")),
            };
            self.hold(&law, end.by_itself.is_none() && end.code == Some(0), found);
        }
    }

    /// What keepers serve.
    pub fn pages(&mut self, keepers: &[Keeper]) {
        for keeper in keepers {
            for path in ["/metrics", "/livez", "/readyz"] {
                let (holds, found) = match keeper.page(path) {
                    Ok((status, text)) => (
                        status == 200 && (path != "/metrics" || text.contains("breakwater_accounts")),
                        if text.len() < 100 { format!("{status} {}", text.trim()) } else { format!("{status}") },
                    ),
                    Err(trouble) => (false, trouble.to_string()),
                };
                self.hold(&format!("keeper {} answers at {path}", keeper.name), holds, found);
            }
        }
    }

    /// Every lamport and every token.
    pub fn books(&mut self, stage: &Stage, keepers: &[Keeper], ledger: &mut Ledger) -> Outcome<()> {
        let mut all = 0;
        for (number, keeper) in keepers.iter().enumerate() {
            history::read(&stage.node.rpc, &keeper.key.pubkey(), ledger)?;
            ledger.retain(|signature, _| !self.before.contains_key(signature));
            let landed = history::landed(ledger, &keeper.key.pubkey());
            all += landed.iter().map(|transaction| Did::of(&transaction.events, keeper).liquidations).sum::<u64>();
            self.lamports(stage, keeper, &landed)?;
            self.report(keeper, &landed)?;
            self.tokens(stage, (number, keeper), &landed)?;
        }
        self.hold("keepers liquidate", all > 0, format!("{all} liquidations"));
        Ok(())
    }

    /// SOL = what it began with − fees of its own transactions, each by its own words.
    fn lamports(&mut self, stage: &Stage, keeper: &Keeper, landed: &[Landed]) -> Outcome<()> {
        let left = stage.node.rpc.account(&keeper.key.pubkey())?.map_or(0, |wallet| wallet.lamports);
        let due: u64 = landed.iter().map(|transaction| transaction.due).sum();
        let others: Vec<String> = landed
            .iter()
            .filter(|one| one.lamports.0.checked_sub(one.lamports.1) != Some(one.due))
            .map(|one| format!("{} {:?} for {} {}", one.signature, one.lamports, one.due, one.error))
            .collect();
        let found = format!(
            "{SOL} − {due} = {left} lamports after {} transactions, {} of them failed; {} cost anything but their fee {}",
            landed.len(),
            landed.iter().filter(|transaction| transaction.failed).count(),
            others.len(),
            others.join(", ")
        );
        let law = format!("no lamport of keeper {} is unaccounted for", keeper.name);
        self.hold(&law, SOL.checked_sub(due) == Some(left) && others.is_empty(), found);
        Ok(())
    }

    /// What it says of itself is what the chain says.
    fn report(&mut self, keeper: &Keeper, landed: &[Landed]) -> Outcome<()> {
        let law = format!("the report of keeper {} is what the chain says", keeper.name);
        let report = match keeper.report() {
            Ok(report) => report,
            Err(trouble) => {
                self.hold(&law, false, trouble.to_string());
                return Ok(());
            }
        };
        let kinds: Vec<&Value> = report["kinds"].as_object().into_iter().flatten().map(|(_, kind)| kind).collect();
        let sum = |field: &str| kinds.iter().filter_map(|kind| kind[field].as_u64()).sum::<u64>();
        let mut did = Did::default();
        landed.iter().for_each(|transaction| did.add(&Did::of(&transaction.events, keeper)));
        let failed = landed.iter().filter(|transaction| transaction.failed).count() as u64;
        let effects = &report["effects"];
        let mut pairs = vec![
            ("done", sum("done"), landed.len() as u64 - failed),
            ("failed", sum("failed"), failed),
            ("fees", report["fees"].as_u64().unwrap_or(0), landed.iter().map(|transaction| transaction.fee).sum()),
            ("in doubt", report["unsettled"].as_u64().unwrap_or(1), 0),
        ];
        for (name, own) in [
            ("liquidations", did.liquidations),
            ("closings", did.closings),
            ("orders", did.orders),
            ("flags", did.flags),
            ("resolved", did.resolved),
        ] {
            pairs.push((name, effects[name].as_u64().unwrap_or(0), own));
        }
        let wrong: Vec<String> = pairs
            .iter()
            .filter(|(_, said, own)| said != own)
            .map(|(name, said, own)| format!("{name}: it says {said}, the chain {own}"))
            .chain(did.differences(&effects["tokens"]))
            .collect();
        let right = pairs.iter().map(|(name, said, _)| format!("{name} {said}")).collect::<Vec<_>>().join(", ");
        let holds = wrong.is_empty();
        self.hold(&law, holds, if holds { right } else { wrong.join("; ") });
        Ok(())
    }

    /// What its margin account holds is what it held, plus what events say, plus interest.
    fn tokens(&mut self, stage: &Stage, (number, keeper): (usize, &Keeper), landed: &[Landed]) -> Outcome<()> {
        let rpc = &stage.node.rpc;
        let (last, after) = (balances(rpc, keeper)?, indices(rpc)?);
        let mut did = Did::default();
        landed.iter().for_each(|transaction| did.add(&Did::of(&transaction.events, keeper)));
        for token in &stage.place.tokens {
            let of = |balances: &Balances| balances.get(&token.number).copied().unwrap_or(0);
            let (began, ended, net) = (of(&self.first[number]), of(&last), did.net(token.number));
            let interest = ended - began - net;
            let largest = began.abs().max(ended.abs()) + net.abs();
            let growth = |old: u64, new: u64| largest * i128::from(new - old) / i128::from(old.max(1));
            let ((deposit, borrow), (deposit_now, borrow_now)) = (self.indices[&token.number], after[&token.number]);
            let (most, least) = (growth(deposit, deposit_now), -growth(borrow, borrow_now));
            let rounding = ROUNDING * (did.movements + 2);
            let law = format!("keeper {} holds of token {} what it got", keeper.name, token.number);
            let holds = (least - rounding..=most + rounding).contains(&interest);
            self.hold(&law, holds, format!("{began} {net:+} {interest:+} (interest) = {ended}"));
        }
        Ok(())
    }

    /// The books of the group.
    pub fn audit(&mut self, stage: &Stage) -> Outcome<()> {
        let mut audit = Command::new(&stage.command);
        audit.args(["audit", "--url", &stage.node.rpc.url, "--group", &stage.place.group.to_string()]);
        let output = audit.output()?;
        let said = String::from_utf8_lossy(if output.status.success() { &output.stdout } else { &output.stderr });
        let last = said.lines().rfind(|line| !line.trim().is_empty()).unwrap_or("it said nothing").to_owned();
        self.hold("breakwater audit finds the group's books in order", output.status.success(), last);
        Ok(())
    }
}

/// What a keeper did by the events of the chain. Written apart from the keeper's own journal, on purpose.
#[derive(Clone, Debug, Default)]
struct Did {
    liquidations: u64,
    closings: u64,
    orders: u64,
    flags: u64,
    resolved: u64,
    movements: i128,
    /// Native units by token: gained, repaid, insurance, order fees.
    tokens: BTreeMap<u8, [u64; 4]>,
}

impl Did {
    fn of(events: &[Event], keeper: &Keeper) -> Did {
        let (mut did, me) = (Did::default(), keeper.account.to_bytes());
        for event in events {
            match event {
                Event::Liquidated(event) if event.keeper == me => {
                    did.liquidations += 1;
                    did.movements += 2;
                    let debt = did.token(event.debt_token);
                    debt[1] += event.repay;
                    debt[2] += event.insurance;
                    did.token(event.collateral_token)[0] += event.seize;
                }
                Event::PerpLiquidated(event) if event.keeper == me => {
                    did.closings += 1;
                    did.movements += 1;
                    did.token(u16::MAX)[0] += event.fee - event.insurance;
                }
                Event::OrderExecuted(event) if event.executor == me => {
                    did.orders += 1;
                    did.movements += 1;
                    did.token(u16::MAX)[3] += event.fee;
                }
                Event::Flagged(_) => did.flags += 1,
                Event::BankruptcyResolved(_) | Event::MarketLossResolved(_) => did.resolved += 1,
                _ => {}
            }
        }
        did
    }

    /// The figures of a leg's token: that of markets is the quote token.
    fn token(&mut self, leg: u16) -> &mut [u64; 4] {
        let token = if leg < u16::from(MARKET_LEG) { leg as u8 } else { QUOTE };
        self.tokens.entry(token).or_default()
    }

    fn add(&mut self, other: &Did) {
        self.liquidations += other.liquidations;
        self.closings += other.closings;
        self.orders += other.orders;
        self.flags += other.flags;
        self.resolved += other.resolved;
        self.movements += other.movements;
        for (token, figures) in &other.tokens {
            let own = self.tokens.entry(*token).or_default();
            own.iter_mut().zip(figures).for_each(|(own, more)| *own += more);
        }
    }

    /// What the keeper's account has more of a token.
    fn net(&self, token: u8) -> i128 {
        let [gained, repaid, insurance, fees] = self.tokens.get(&token).copied().unwrap_or_default().map(i128::from);
        gained + fees - repaid - insurance
    }

    /// Where a report's tokens differ.
    fn differences(&self, tokens: &Value) -> Vec<String> {
        let mut wrong = Vec::new();
        for token in 0..16u8 {
            let own = self.tokens.get(&token).copied().unwrap_or_default();
            for (name, own) in ["gained", "repaid", "insurance", "order_fees"].iter().zip(own) {
                let said = tokens[token.to_string()][name].as_u64().unwrap_or(0);
                if said != own {
                    wrong.push(format!("token {token} {name}: it says {said}, the chain {own}"));
                }
            }
        }
        wrong
    }
}

/// Number of the quote token in migrations/params/localnet.toml.
const QUOTE: u8 = 1;

fn indices(rpc: &Rpc) -> Outcome<BTreeMap<u8, (u64, u64)>> {
    let banks = rpc.states::<Bank>()?;
    Ok(banks.into_iter().map(|(_, bank)| (bank.token, (bank.deposit_index, bank.borrow_index))).collect())
}

/// What a keeper's margin account holds and owes.
fn balances(rpc: &Rpc, keeper: &Keeper) -> Outcome<Balances> {
    let (account, indices) = (rpc.state::<MarginAccount>(&keeper.account)?, indices(rpc)?);
    let mut balances = Balances::new();
    for position in account.tokens.iter().filter(|position| !position.is_free()) {
        let (deposit, borrow) = indices[&position.token];
        let amount = match position.side() {
            Side::Deposit => Index(deposit).amount_down(position.shares).map(i128::from),
            Side::Debt => Index(borrow).amount_up(position.shares).map(|amount| -i128::from(amount)),
        };
        balances.insert(position.token, amount.unwrap_or(0));
    }
    Ok(balances)
}
