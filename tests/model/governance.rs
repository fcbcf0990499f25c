//! Random sequences of what officers, strangers and users try in a launched group. The test keeps its own ledger of what was
//! queued when and by whom vetoed, and its own table of which direction is tighter, written from the specification.

use breakwater_client::instruction::{self, Scope};
use breakwater_client::interface::accounts::RiskBoard;
use breakwater_client::interface::config::{LendingConfig, LiquidationConfig, OracleConfig, PerpConfig, WeightConfig};
use breakwater_client::interface::governance::{GUARDIAN, RISK_MANAGER};
use breakwater_client::interface::{Bank, Group};
use breakwater_client::{Address, address};
use breakwater_sim::chain::Chain;
use breakwater_sim::listing::{PerpListing, default_perp};
use breakwater_sim::price_path::Price8;
use breakwater_sim::world::{Listing, Trader, World};
use proptest::collection::vec;
use proptest::prelude::*;
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_signer::Signer;

use crate::sequences::runner;

const CASES: u32 = 150;
const STEPS: usize = 60;
const TWO_DAYS: i64 = 172_800;
const SEVEN_DAYS: i64 = 604_800;
const DOLLAR: u64 = 1_000_000;
const SOL: u64 = 1_000_000_000;

/// Everything that is governed and that a sequence touches.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Parameters {
    weights: WeightConfig,
    lending: LendingConfig,
    oracle: OracleConfig,
    liquidation: LiquidationConfig,
    market: PerpConfig,
    reduce_only: u8,
    guardian: [u8; 32],
}

/// A parameter, what makes it larger, and whether that is tighter; `None` if both directions wait.
struct Knob {
    larger_is_tighter: Option<bool>,
    turn: fn(&mut Parameters, i64),
}

fn by(value: u64, step: i64) -> u64 {
    value.saturating_add_signed(step)
}

const KNOBS: [Knob; 12] = [
    Knob {
        larger_is_tighter: Some(false),
        turn: |p, d| p.weights.asset_initial = by(p.weights.asset_initial.into(), d) as u16,
    },
    Knob {
        larger_is_tighter: Some(true),
        turn: |p, d| p.weights.liability_initial = by(p.weights.liability_initial.into(), d) as u16,
    },
    Knob { larger_is_tighter: None, turn: |p, d| p.weights.asset_end = by(p.weights.asset_end.into(), d % 20) as u16 },
    Knob { larger_is_tighter: Some(false), turn: |p, d| p.lending.deposit_cap = by(p.lending.deposit_cap, d << 40) },
    Knob {
        larger_is_tighter: Some(false),
        turn: |p, d| p.lending.max_utilisation = by(p.lending.max_utilisation.into(), d) as u32,
    },
    Knob {
        larger_is_tighter: None,
        turn: |p, d| p.lending.reserve_factor = by(p.lending.reserve_factor.into(), d) as u32,
    },
    Knob {
        larger_is_tighter: None,
        turn: |p, d| p.oracle.max_confidence = by(p.oracle.max_confidence.into(), d) as u16,
    },
    Knob {
        larger_is_tighter: None,
        turn: |p, d| p.liquidation.bonus_max = by(p.liquidation.bonus_max.into(), d) as u16,
    },
    Knob {
        larger_is_tighter: Some(true),
        turn: |p, d| p.liquidation.volatility_multiple = by(p.liquidation.volatility_multiple.into(), d) as u16,
    },
    Knob {
        larger_is_tighter: Some(false),
        turn: |p, d| p.market.pool_leverage = by(p.market.pool_leverage.into(), d) as u16,
    },
    Knob { larger_is_tighter: None, turn: |p, d| p.market.keeper_fee = by(p.market.keeper_fee.into(), d % 5) as u16 },
    Knob {
        larger_is_tighter: Some(true),
        turn: |p, d| p.market.tiers[3].initial = by(p.market.tiers[3].initial.into(), d) as u16,
    },
];

#[derive(Clone, Debug)]
enum Move {
    Set { who: usize, knob: usize, by: i64, queued: bool },
    ReduceOnly { who: usize, on: bool, queued: bool },
    NewGuardian { who: usize },
    Execute { which: usize },
    Veto { who: usize, which: usize },
    Pause { who: usize, scope: usize, actions: u8, seconds: u32 },
    Unpause { who: usize, scope: usize },
    Wait { seconds: i64 },
    Leave,
}

fn moves() -> impl Strategy<Value = Move> {
    let who = prop_oneof![3 => 0usize..2, 1 => 2usize..4];
    let step = prop_oneof![3 => -300i64..300, 1 => -1_000i64..1_000];
    prop_oneof![
        5 => (who.clone(), 0..KNOBS.len(), step, any::<bool>())
            .prop_map(|(who, knob, by, queued)| Move::Set { who, knob, by, queued }),
        1 => (who.clone(), any::<bool>(), any::<bool>()).prop_map(|(who, on, queued)| Move::ReduceOnly { who, on, queued }),
        1 => who.clone().prop_map(|who| Move::NewGuardian { who }),
        6 => (0usize..8).prop_map(|which| Move::Execute { which }),
        1 => (who.clone(), 0usize..8).prop_map(|(who, which)| Move::Veto { who, which }),
        2 => (who.clone(), 0usize..3, any::<u8>(), 0u32..30_000)
            .prop_map(|(who, scope, actions, seconds)| Move::Pause { who, scope, actions: actions & 63, seconds }),
        1 => (who, 0usize..3).prop_map(|(who, scope)| Move::Unpause { who, scope }),
        3 => prop_oneof![1 => 0i64..100_000, 3 => Just(TWO_DAYS), 1 => Just(SEVEN_DAYS)].prop_map(|seconds| Move::Wait { seconds }),
        2 => Just(Move::Leave),
    ]
}

/// A change that the test saw queued.
struct Queued {
    address: Address,
    number: u64,
    change: Instruction,
    /// The new guardian, who signs.
    holder: Option<Keypair>,
    due_at: i64,
    over: bool,
}

struct Scene {
    world: World,
    /// Admin, risk manager, first guardian, stranger.
    cast: [Keypair; 4],
    alice: Trader,
    careful: Trader,
    queue: Vec<Queued>,
    /// Changes at once, changes in time, exits.
    done: [u32; 3],
}

impl Scene {
    fn new() -> Scene {
        let mut world = World::new(Chain::default());
        for (symbol, listing, price) in [("SOL", Listing::volatile(9), 150), ("USDC", Listing::stable(6), 1)] {
            world.list(symbol, listing).expect("a sound listing");
            world.set_price(symbol, Price8::from_usd(price)).expect("a good print");
        }
        world.create_fund("USDC", 2_500).expect("a fund");
        let config = default_perp(1_000 * SOL, SOL / 100, DOLLAR);
        world.list_perp("SOL", PerpListing { decimals: 9, config }).expect("a market");
        world.refresh_perps().expect("a print");
        let manager = world.chain.keys.keypair();
        world.chain.fund(&manager.pubkey());
        let hand_over = instruction::set_role(&world.admin.pubkey(), &world.group, &manager.pubkey(), RISK_MANAGER);
        let admin = world.admin.insecure_clone();
        world.chain.send(&[hand_over], &[&admin, &manager]).expect("both sign");
        world.launch().expect("separate roles");
        let guardian = world.guardian.as_ref().expect("it was launched").insecure_clone();
        let stranger = world.chain.keys.keypair();
        for key in [&guardian, &stranger] {
            world.chain.fund(&key.pubkey());
        }
        let (provider, alice, careful) = (world.trader(), world.trader(), world.trader());
        world.deposit(&provider, "USDC", 4_000_000 * DOLLAR).expect("a deposit");
        world.add_liquidity(&provider, "SOL", 1_000_000 * DOLLAR).expect("liquidity");
        world.deposit(&alice, "SOL", 1_000 * SOL).expect("a deposit");
        world.borrow(&alice, "USDC", 20_000 * DOLLAR).expect("a loan");
        world.trade(&alice, "SOL", 100 * SOL as i64).expect("a position");
        world.deposit(&careful, "SOL", 1_000 * SOL).expect("a deposit");
        Scene { world, cast: [admin, manager, guardian, stranger], alice, careful, queue: Vec::new(), done: [0; 3] }
    }

    fn group(&self) -> Group {
        self.world.chain.state(&self.world.group)
    }

    fn parameters(&self) -> Parameters {
        let (board, bank): (RiskBoard, Bank) = (self.world.board(), self.world.bank("SOL"));
        Parameters {
            weights: board.tokens[0].weights,
            lending: bank.lending,
            oracle: board.feeds[0].oracle,
            liquidation: board.liquidation,
            market: self.world.market("SOL").config,
            reduce_only: bank.reduce_only,
            guardian: self.group().guardian,
        }
    }

    /// The instruction that sets the parameters that a knob belongs to.
    fn setter(&self, who: &Address, knob: usize, to: &Parameters) -> Instruction {
        let (group, board, bank) = (self.world.group, self.world.board, self.world.token("SOL").keys.bank);
        match knob {
            0..=2 => instruction::set_weights(who, &group, &board, &bank, to.weights),
            3..=5 => instruction::set_lending(who, &group, &bank, to.lending),
            6 => instruction::set_oracle(who, &group, &board, 0, to.oracle),
            7 | 8 => instruction::set_liquidation(who, &group, &board, to.liquidation),
            _ => instruction::set_market(who, &group, &board, &self.world.perp("SOL").market, to.market),
        }
    }

    fn send(&mut self, instruction: Instruction, signers: &[&Keypair]) -> bool {
        self.world.chain.send(&[instruction], signers).is_ok()
    }

    fn queue(&mut self, who: usize, change: Instruction, holder: Option<Keypair>, wait: i64) -> Result<(), String> {
        let (before, number) = (self.parameters(), self.group().changes);
        let key = self.cast[who].insecure_clone();
        let queue = instruction::queue_change(&key.pubkey(), &self.world.group, number, &change).expect("it may wait");
        let done = self.send(queue, &[&key]);
        let may = who == 0 || (who == 1 && holder.is_none());
        law(done == may, || format!("queued by {who}: {done}"))?;
        law(before == self.parameters(), || "ADM-2: queueing changed a parameter".into())?;
        if done {
            let address = address::change(&self.world.group, number);
            let due_at = self.world.chain.now() + wait;
            self.queue.push(Queued { address, number, change, holder, due_at, over: false });
        }
        Ok(())
    }

    fn set(&mut self, who: usize, knob: usize, by: i64, queued: bool) -> Result<(), String> {
        let before = self.parameters();
        let mut to = before;
        (KNOBS[knob].turn)(&mut to, by);
        let key = self.cast[who].insecure_clone();
        let change = self.setter(&key.pubkey(), knob, &to);
        if queued {
            return self.queue(who, change, None, TWO_DAYS);
        }
        let health = |scene: &Scene| scene.world.valuation(&scene.alice.account).expect("legs").1.optimistic;
        let health_before = health(self);
        let done = self.send(change, &[&key]);
        let after = self.parameters();
        if !done {
            return law(before == after, || "a refusal changed a parameter".into());
        }
        let rises = by > 0;
        let tightens = before == to || KNOBS[knob].larger_is_tighter.is_some_and(|larger| larger == rises);
        self.done[0] += 1;
        law(who < 2 && tightens, || format!("ADM-2: {who} turned knob {knob} by {by} at once"))?;
        law(after == to, || "something else was set".into())?;
        law(health_before == health(self), || format!("ADM-3: knob {knob} by {by} moved H_hi"))
    }

    fn reduce_only(&mut self, who: usize, on: bool, queued: bool) -> Result<(), String> {
        let key = self.cast[who].insecure_clone();
        let bank = self.world.token("SOL").keys.bank;
        let change = instruction::set_reduce_only(&key.pubkey(), &self.world.group, &bank, on);
        if queued {
            return self.queue(who, change, None, TWO_DAYS);
        }
        let done = self.send(change, &[&key]);
        law(done == (who < 2 && on), || format!("ADM-2: reduce-only {on} by {who}: {done}"))
    }

    fn execute(&mut self, which: usize) -> Result<(), String> {
        let (before, now) = (self.parameters(), self.world.chain.now());
        let stranger = self.cast[3].insecure_clone();
        let Some(queued) = self.queue.get(which) else { return Ok(()) };
        let change = instruction::execute_change(queued.change.clone(), &stranger.pubkey(), &queued.address);
        let holder = queued.holder.as_ref().map(Keypair::insecure_clone);
        let signers: Vec<&Keypair> = [&stranger].into_iter().chain(&holder).collect();
        let in_time = !queued.over && (queued.due_at..queued.due_at + SEVEN_DAYS).contains(&now);
        let done = self.send(change, &signers);
        law(!done || in_time, || format!("ADM-2: change {which} took effect at {now}"))?;
        if done {
            (self.queue[which].over, self.done[1]) = (true, self.done[1] + 1);
            return Ok(());
        }
        law(before == self.parameters(), || "a refusal changed a parameter".into())
    }

    fn veto(&mut self, who: usize, which: usize) -> Result<(), String> {
        let key = self.cast[who].insecure_clone();
        let guardian = self.group().guardian == key.pubkey().to_bytes();
        let Some(queued) = self.queue.get_mut(which) else { return Ok(()) };
        let of_guardian = queued.holder.is_some();
        let may = who == 0 || (who == 1 && !of_guardian) || (guardian && !of_guardian);
        let veto = instruction::veto_change(&key.pubkey(), &self.world.group, queued.number);
        let expected = may && !queued.over;
        queued.over |= expected;
        let done = self.send(veto, &[&key]);
        law(done == expected, || format!("veto of {which} by {who}: {done}"))
    }

    fn scope(&self, scope: usize) -> Scope {
        match scope {
            0 => Scope::Group,
            1 => Scope::Bank(self.world.token("SOL").keys.bank),
            _ => Scope::Market(self.world.perp("SOL").market),
        }
    }

    fn pause(&mut self, who: usize, scope: usize, how: Option<(u8, u32)>) -> Result<(), String> {
        let key = self.cast[who].insecure_clone();
        let (group, board, scope) = (self.world.group, self.world.board, self.scope(scope));
        let guardian = self.group().guardian == key.pubkey().to_bytes();
        let before = self.parameters();
        let (instruction, may) = match how {
            Some(how) => (instruction::pause(&key.pubkey(), &group, &board, &scope, how), guardian),
            None => (instruction::unpause(&key.pubkey(), &group, &board, &scope), guardian || who == 0),
        };
        let done = self.send(instruction, &[&key]);
        law(!done || may, || format!("pause by {who}"))?;
        law(before == self.parameters(), || "a pause changed a parameter".into())
    }

    /// Whatever is paused or forbidden, people bring tokens, pay, reduce, and leave if they owe nothing.
    fn leave(&mut self) -> Result<(), String> {
        let exit =
            |what: &str, sent: breakwater_sim::world::Sent| sent.map(drop).map_err(|e| format!("ADM-1: {what}: {e}"));
        self.world.chain.advance(20);
        self.world.freshen().map_err(|e| format!("freshen: {e}"))?;
        self.world.refresh_perps().map_err(|e| format!("prints: {e}"))?;
        exit("repay", self.world.repay(&self.alice, "USDC", DOLLAR))?;
        if self.world.bank("SOL").reduce_only == 0 && self.world.bank("SOL").lending.deposit_cap > 100_000 * SOL {
            exit("deposit", self.world.deposit(&self.alice, "SOL", SOL / 1_000))?;
        }
        exit("reduce", self.world.reduce(&self.alice, "SOL", SOL / 100))?;
        exit("withdraw", self.world.withdraw(&self.careful, "SOL", SOL / 10))
    }

    fn act(&mut self, step: &Move) -> Result<(), String> {
        match *step {
            Move::Set { who, knob, by, queued } => self.set(who, knob, by, queued),
            Move::ReduceOnly { who, on, queued } => self.reduce_only(who, on, queued),
            Move::NewGuardian { who } => {
                let (key, holder) = (self.cast[who].pubkey(), Keypair::new());
                let change = instruction::set_role(&key, &self.world.group, &holder.pubkey(), GUARDIAN);
                self.queue(who, change, Some(holder), SEVEN_DAYS)
            }
            Move::Execute { which } => self.execute(which),
            Move::Veto { who, which } => self.veto(who, which),
            Move::Pause { who, scope, actions, seconds } => self.pause(who, scope, Some((actions, seconds))),
            Move::Unpause { who, scope } => self.pause(who, scope, None),
            Move::Wait { seconds } => {
                self.world.chain.advance(seconds);
                Ok(())
            }
            Move::Leave => {
                self.done[2] += 1;
                self.leave()
            }
        }
    }
}

fn law(holds: bool, broken: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(broken()) }
}

#[test]
fn ADM_1_ADM_2_ADM_3_hold_whatever_officers_and_strangers_try() {
    let mut done = [0; 3];
    let property = |sequence: Vec<Move>| {
        let mut scene = Scene::new();
        for (number, step) in sequence.iter().enumerate() {
            scene.act(step).map_err(|what| format!("step {number}, {step:?}: {what}"))?;
        }
        done = [0, 1, 2].map(|n| done[n] + scene.done[n]);
        Ok(())
    };
    runner(CASES, property, vec(moves(), STEPS));
    println!("{} changes at once, {} in time, {} exits", done[0], done[1], done[2]);
    assert!(done.iter().all(|count| *count > 100), "{done:?}: hardly anything happened");
}
