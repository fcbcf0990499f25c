//! Random withdrawals, loans and what comes back, in banks with a brake, around what may just leave.

use breakwater_client::instruction;
use breakwater_tests::arena::Arena;
use breakwater_tests::model::{Call, State};
use proptest::collection::vec;
use proptest::prelude::*;
use solana_signer::Signer;

use crate::actions::{self, Action};
use crate::ground::{self, KEEPERS, LENDER};
use crate::sequences::{enough, runner};

const CASES: u32 = 120;
const STEPS: usize = 60;
/// SOL, USDC, BONK and ETH: from 10^-9 of a token worth $150 to 10^-5 of one worth a fraction of a cent.
const BRAKED: [u8; 4] = [0, 2, 3, 4];

/// How much moves.
#[derive(Clone, Copy, Debug)]
enum Amount {
    /// What may just leave, give or take some native units.
    Edge(i64),
    /// Thousandths of it.
    Permille(u64),
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Withdraw(u8, Amount),
    Borrow(u8, Amount),
    Deposit(u8, Amount),
    Repay(u8, Amount),
    /// Comes and goes.
    Flash(u8, u64),
    Wait(i64),
    /// Other parameters for all banks.
    Set(u16, u16),
}

/// How a brake may be set, from the tightest on.
fn terms() -> impl Strategy<Value = (u16, u16)> {
    prop_oneof![Just((500u16, 60u16)), Just((1_000, 61)), Just((2_000, 240)), Just((12_000, 1_440))]
}

fn step() -> impl Strategy<Value = Step> {
    let token = || (0..BRAKED.len()).prop_map(|at| BRAKED[at]);
    let amount = || {
        prop_oneof![
            3 => (-2i64..3).prop_map(Amount::Edge),
            3 => (0u64..1_200).prop_map(Amount::Permille),
        ]
    };
    prop_oneof![
        6 => (token(), amount()).prop_map(|(token, amount)| Step::Withdraw(token, amount)),
        4 => (token(), amount()).prop_map(|(token, amount)| Step::Borrow(token, amount)),
        3 => (token(), amount()).prop_map(|(token, amount)| Step::Deposit(token, amount)),
        2 => (token(), amount()).prop_map(|(token, amount)| Step::Repay(token, amount)),
        2 => (token(), 1u64..2_000_000).prop_map(|(token, dollars)| Step::Flash(token, dollars)),
        4 => prop_oneof![3 => 1i64..60, 3 => 60i64..4_000, 1 => 4_000i64..100_000].prop_map(Step::Wait),
        1 => terms().prop_map(|(share, window)| Step::Set(share, window)),
    ]
}

/// The usual group, where every bank has a brake and nothing has moved for days.
fn braked((share, window): (u16, u16)) -> Arena {
    let mut arena = ground::populated();
    set(&mut arena, (share, window));
    arena.world.chain.advance(3 * 86_400);
    arena
}

/// Sets every bank's brake.
fn set(arena: &mut Arena, (share, window): (u16, u16)) {
    let (admin, group) = (arena.world.admin.insecure_clone(), arena.world.group);
    let state = arena.state();
    for (token, entry) in arena.world.tokens.clone().iter().zip(&state.tokens) {
        let mut lending = entry.bank.lending;
        (lending.outflow_share, lending.outflow_window) = (share, window);
        lending.deposit_cap = u64::MAX / 4;
        let set = instruction::set_lending(&admin.pubkey(), &group, &token.keys.bank, lending);
        arena.world.chain.send(&[set], &[&admin]).unwrap_or_else(|e| panic!("set_lending: {e}"));
    }
}

/// What a step stands for. Time passes here.
fn calls(arena: &mut Arena, step: Step) -> Vec<Call> {
    let state = arena.state();
    let of = |token: u8, amount: Amount| {
        let room = u64::try_from(state.touch(token).outflow_room(state.now)).unwrap_or(u64::MAX);
        match amount {
            Amount::Edge(more) => room.saturating_add_signed(more),
            Amount::Permille(permille) => (u128::from(room) * u128::from(permille) / 1_000) as u64,
        }
    };
    match step {
        Step::Withdraw(token, amount) => {
            vec![Call::Withdraw { account: LENDER, token, amount: of(token, amount) }]
        }
        Step::Borrow(token, amount) => {
            let mut all = actions::calls(arena, &Action::Freshen { feeds: 255, indices: 255 });
            all.push(Call::Borrow { account: KEEPERS[0], token, amount: of(token, amount) });
            all
        }
        Step::Deposit(token, amount) => {
            vec![Call::Deposit { account: LENDER, token, amount: of(token, amount), stranger: false }]
        }
        Step::Repay(token, amount) => {
            vec![Call::Repay { account: KEEPERS[0], token, amount: of(token, amount), stranger: true }]
        }
        Step::Flash(token, dollars) => {
            let amount = ground::units(arena, token, dollars);
            vec![
                Call::Deposit { account: LENDER, token, amount, stranger: false },
                Call::Withdraw { account: LENDER, token, amount },
            ]
        }
        Step::Set(share, window) => {
            set(arena, (share, window));
            Vec::new()
        }
        Step::Wait(seconds) => {
            arena.world.chain.advance(seconds);
            Vec::new()
        }
    }
}

/// OUT-1 on the chain's own numbers: since a time at which nothing more had come in than gone, no more has left a vault than one
/// cap and what leaks of one.
struct Law {
    token: u8,
    vault: u64,
    /// Until when the leak is counted.
    at: i64,
    cap: i128,
    leak: i128,
}

impl Law {
    fn of(state: &State, token: u8) -> Law {
        Law { token, vault: state.token(token).bank.vault, at: state.now, cap: 100_000, leak: 0 }
    }

    /// Another beginning, where no credit is left.
    fn begin_anew(&mut self, state: &State) {
        if state.token(self.token).bank.outflow.level >= 0 {
            *self = Law::of(state, self.token);
        }
    }

    fn check(&mut self, before: &State, after: &State) -> Result<(), String> {
        let bank = before.touch(self.token).hi;
        // A credit makes the base smaller, and may have faded since it was written down.
        let base = i128::from(bank.deposits()) + i128::from(bank.outflow.level.max(0));
        let cap = (base * i128::from(bank.lending.outflow_share) / 10_000 + 1).max(100_000);
        self.cap = self.cap.max(cap);
        self.leak += cap * i128::from(before.now - self.at) / (60 * i128::from(bank.lending.outflow_window)) + 1;
        self.at = before.now;
        let gone = i128::from(self.vault) - i128::from(after.token(self.token).bank.vault);
        if gone > self.cap + self.leak {
            let (token, cap, leak) = (self.token, self.cap, self.leak);
            return Err(format!("OUT-1: token {token}: {gone} has left; a cap is {cap}, and {leak} may have leaked"));
        }
        Ok(())
    }
}

#[test]
fn OUT_1_the_brake_does_what_the_model_says_and_holds_whatever_comes_and_goes() {
    let mut refused = 0;
    let property = |(terms, steps): ((u16, u16), Vec<Step>)| {
        let mut arena = braked(terms);
        let mut laws: Vec<Law> = BRAKED.iter().map(|token| Law::of(&arena.state(), *token)).collect();
        for (number, step) in steps.into_iter().enumerate() {
            let all = calls(&mut arena, step);
            if matches!(step, Step::Set(..)) {
                // A tighter brake forgives what is above its cap.
                laws.iter_mut().for_each(|law| law.begin_anew(&arena.state()));
            }
            for call in all {
                let before = arena.state();
                arena.perform(&call).map_err(|what| format!("step {number}, {step:?}: {what}"))?;
                let after = arena.state();
                let held = laws.iter_mut().try_for_each(|law| law.check(&before, &after));
                held.map_err(|what| format!("step {number}, {step:?}: {what}"))?;
                if number % 20 == 19 {
                    laws.iter_mut().for_each(|law| law.begin_anew(&after));
                }
            }
        }
        refused += arena.tally.refused("OutflowLimit");
        Ok(())
    };
    runner(CASES, property, (terms(), vec(step(), 1..=STEPS)));
    enough(refused, 100, "refusals by the brake");
}
