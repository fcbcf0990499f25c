//! The experiment with the safety engine, small: each mechanism does what it is for, and the numbers repeat. Every run checks
//! every law after every print, with flags, buckets and waits as without.

use breakwater_sim::experiment::{Cell, Comparison, Experiment, Market, experiment};
use breakwater_sim::price_path::{DEFAULT_HALF_LIFE, Impact, Scenario, default_assets, synthetic};
use breakwater_sim::record::{RunParameters, RunRecord, StepRecord};
use breakwater_sim::run::{Conditions, RunConfig, run};
use breakwater_sim::safety::{Mechanism, Safety, Strength};

fn small(markets: &[Market]) -> Experiment {
    Experiment {
        markets: markets.to_vec(),
        comparison: Comparison::Mechanisms,
        strength: Strength::RECOMMENDED,
        seeds: 1,
        accounts: 30,
        keepers: 3,
        impact: Some(Impact { depth: 6_000, half_life: DEFAULT_HALF_LIFE }),
        file: None,
        threads: 2,
    }
}

fn cells(markets: &[Market]) -> Vec<Cell> {
    experiment(&small(markets), |_, _| {}).expect("every law holds")
}

fn cell<'a>(cells: &'a [Cell], variant: &str) -> &'a Cell {
    cells.iter().find(|cell| cell.variant == variant).unwrap_or_else(|| panic!("no {variant}"))
}

#[test]
fn the_same_experiment_gives_the_same_numbers_whatever_the_threads() {
    let alone = experiment(&Experiment { threads: 1, ..small(&[Market::Wick]) }, |_, _| {}).expect("every law holds");
    assert_eq!(alone, cells(&[Market::Wick]));
    assert_eq!(alone.len(), 15);
}

#[test]
fn two_touches_liquidate_nobody_in_a_wick_of_twenty_seconds() {
    let cells = cells(&[Market::Wick]);
    let (off, on) = (cell(&cells, "all off"), cell(&cells, "two touches"));
    assert!(off.accounts_liquidated_tenths > 0 && off.outcome.users_loss_micro_usd > 0, "{off:?}");
    assert_eq!(off.accounts_liquidated_tenths, off.accounts_recovered_tenths, "a wick is over within the day");
    assert_eq!((on.accounts_liquidated_tenths, on.outcome.users_loss_micro_usd), (0, 0));
    assert!(on.outcome.flags > 0);
}

#[test]
fn quarantine_keeps_a_pumped_token_from_making_bad_debt() {
    let cells = cells(&[Market::Pump]);
    let (off, on) = (cell(&cells, "all off"), cell(&cells, "quarantine"));
    assert!(off.outcome.bad_debt_micro_usd > 1_000_000_000_000, "{off:?}");
    assert_eq!(on.outcome.bad_debt_micro_usd, 0);
    assert!(on.outcome.late_loans_micro_usd < off.outcome.late_loans_micro_usd, "that is what it costs");
}

#[test]
fn after_an_outage_shallow_breaches_wait_for_the_market() {
    let larger = Experiment { accounts: 100, ..small(&[Market::Outage]) };
    let cells = experiment(&larger, |_, _| {}).expect("every law holds");
    let (at_once, waits) = (cell(&cells, "two touches"), cell(&cells, "two touches + outage wait"));
    assert!(waits.accounts_liquidated_tenths < at_once.accounts_liquidated_tenths, "{waits:?} {at_once:?}");
}

#[test]
fn perpetuals_keep_every_law_with_all_mechanisms_on() {
    let market = Market::Perps;
    let conditions = Conditions {
        safety: Some(Safety::of(&Mechanism::ALL, &Strength::RECOMMENDED)),
        impact: Some(Impact { depth: 60_000, half_life: DEFAULT_HALF_LIFE }),
        keeper_cost: Some(market.keeper_cost()),
        prints_between: true,
        trusts_signatures: true,
        latecomers: 0,
    };
    let parameters = RunParameters { accounts: 20, seed: 1, ..RunParameters::default() };
    let config = RunConfig { parameters, keepers: 3, crowd: market.crowd(), conditions };
    let path = market.path(1, None).expect("it is synthetic");
    let totals = run(&config, &path, |_| {}).expect("every law holds").0.totals;
    assert!(totals.outcome.flags > 0 && totals.perps.closings > 0, "{:?}", totals.outcome);
}

fn crash(conditions: Conditions) -> RunRecord {
    let parameters = RunParameters { accounts: 20, seed: 3, ..RunParameters::default() };
    let path = synthetic(Scenario::Crash, 3, &default_assets());
    let config = RunConfig { parameters, keepers: 3, crowd: None, conditions };
    let (mut record, _) = run(&config, &path, |_| {}).expect("every law holds");
    record.totals.wall_ms = 0;
    record
}

#[test]
fn what_keepers_sell_pushes_prices_further_down() {
    let calm = crash(Conditions::default());
    let moved = crash(Conditions {
        impact: Some(Impact { depth: 5_000, half_life: DEFAULT_HALF_LIFE }),
        ..Conditions::default()
    });
    let falls = |(moved, calm): (&StepRecord, &StepRecord)| moved.prices[0].0 * 100 < calm.prices[0].0 * 99;
    assert!(moved.steps.iter().zip(&calm.steps).any(falls), "SOL falls by another percent somewhere");
    assert!(moved.parameters.notes.iter().any(|note| note.contains("$5000 by 1 %")), "{:?}", moved.parameters.notes);
}

#[test]
fn keepers_that_count_their_costs_wait_for_a_bonus_that_pays() {
    let with = |keeper_cost| crash(Conditions { keeper_cost, prints_between: true, ..Conditions::default() });
    let (free, dear) = (with(None), with(Some(100)));
    assert_eq!(free.totals.outcome.breach_slots_median, Some(0));
    assert!(dear.totals.outcome.breach_slots_median > Some(0), "{:?}", dear.totals.outcome);
}

/// 60 seconds between prints, one touch at one and one at the next: 150 slots.
#[test]
fn a_second_touch_comes_with_a_later_print() {
    let safety = Safety::of(&[Mechanism::TwoTouches], &Strength::RECOMMENDED);
    let outcome = crash(Conditions { safety: Some(safety), ..Conditions::default() }).totals.outcome;
    assert!(outcome.flags > 0);
    assert_eq!(outcome.breach_slots_median, Some(150));
}
