//! Whole runs on the embedded chain, as the demo makes them.

use std::collections::BTreeSet;

use breakwater_sim::agents::Crowd;
use breakwater_sim::price_path::{Price8, PricePath, Scenario, default_assets, synthetic};
use breakwater_sim::record::{MarketStepRecord, RunParameters, RunRecord};
use breakwater_sim::run::{Conditions, Progress, RunConfig, RunError, run};

fn config(accounts: u64, seed: u64) -> RunConfig {
    RunConfig {
        parameters: RunParameters { accounts, seed, ..RunParameters::default() },
        keepers: 3,
        crowd: None,
        conditions: Conditions::default(),
    }
}

fn record_of(accounts: u64, seed: u64, path: &PricePath) -> RunRecord {
    record_with(config(accounts, seed), path)
}

fn record_with(config: RunConfig, path: &PricePath) -> RunRecord {
    let (mut record, receipts) = run(&config, path, |_| {}).expect("every law holds");
    let calls = record.totals.liquidations + record.totals.perps.write_offs;
    assert!(receipts.receipts.len() as u64 >= calls, "REC-1: each call leaves a receipt");
    record.totals.wall_ms = 0;
    record
}

/// A run of a scenario with the perpetuals that belong to it.
fn record_of_scenario(accounts: u64, seed: u64, scenario: Scenario) -> RunRecord {
    record_with(RunConfig { crowd: Crowd::of(scenario), ..config(accounts, seed) }, &prices(scenario, seed))
}

fn prices(scenario: Scenario, seed: u64) -> PricePath {
    synthetic(scenario, seed, &default_assets())
}

#[test]
fn the_same_seed_gives_the_same_record_to_the_last_compute_unit() {
    let path = prices(Scenario::Crash, 3);
    let record = record_of(20, 3, &path);
    assert_eq!(record, record_of(20, 3, &path));
    assert_ne!(record.liquidations, record_of(20, 4, &path).liquidations);
}

#[test]
fn every_scenario_liquidates_and_every_sum_agrees_with_its_parts() {
    for scenario in Scenario::ALL {
        let record = record_of_scenario(40, 2, scenario);
        let (totals, calls, closings) = (&record.totals, &record.liquidations, &record.closings);
        assert!(totals.accounts_liquidated > 5 && totals.accounts_liquidated < 40, "{scenario}");
        assert_eq!(record.why_none, None, "{scenario}");
        assert_eq!(totals.liquidations, (calls.len() + closings.len()) as u64);
        assert_eq!(totals.perps.closings, closings.len() as u64);
        assert_eq!(totals.perps.closings > 0, Crowd::of(scenario).is_some(), "{scenario}");
        assert_eq!(totals.liquidations, record.steps.iter().map(|step| step.liquidations).sum::<u64>());
        assert_eq!(totals.liquidations, record.keepers.iter().map(|keeper| keeper.liquidations).sum::<u64>());
        assert_eq!(
            totals.accounts_liquidated,
            calls
                .iter()
                .map(|call| call.account)
                .chain(closings.iter().map(|c| c.account))
                .collect::<BTreeSet<_>>()
                .len() as u64
        );
        assert_eq!(totals.repaid_micro_usd, calls.iter().map(|call| call.repaid_micro_usd).sum::<u64>());
        assert_eq!(totals.repaid_micro_usd, record.steps.iter().map(|step| step.repaid_micro_usd).sum::<u64>());
        let (bonuses, fees) =
            (calls.iter().map(|call| call.bonus_micro_usd), closings.iter().map(|c| c.bonus_micro_usd));
        assert_eq!(totals.bonuses_micro_usd, bonuses.chain(fees).sum::<u64>());
        assert_eq!(
            totals.perps.closed_micro_usd,
            closings.iter().map(|closing| closing.notional_micro_usd).sum::<u64>()
        );
        assert!(totals.vaults.iter().all(|vault| vault.surplus_native >= 0), "{:?}", totals.vaults);
    }
}

#[test]
fn several_keepers_share_the_work_and_meet_refusals() {
    let record = record_of(60, 1, &prices(Scenario::Crash, 1));
    assert!(record.keepers.iter().all(|keeper| keeper.liquidations > 0 && keeper.refused > 0), "{:?}", record.keepers);
}

#[test]
fn a_crash_in_stages_closes_accounts_in_parts_and_leaves_no_bad_debt() {
    let record = record_of(60, 1, &prices(Scenario::Crash, 1));
    let partial = record.liquidations.iter().filter(|call| call.health_factor_after_ppm.is_some()).count();
    assert!(partial * 10 > record.liquidations.len() * 8, "{partial} of {} are partial", record.liquidations.len());
    assert_eq!(record.totals.bad_debt_micro_usd, 0);
    assert!(record.totals.tranche_after_micro_usd > record.totals.tranche_before_micro_usd);
}

#[test]
fn a_print_far_below_the_market_leaves_bad_debt_that_tranche_and_lenders_bear() {
    let record = record_of(60, 1, &prices(Scenario::Wick, 1));
    let totals = &record.totals;
    assert!(totals.bad_debt_micro_usd > 0 && totals.socialised_micro_usd <= totals.bad_debt_micro_usd);
    assert_eq!(record.steps.last().map(|step| step.bad_debt_micro_usd), Some(totals.bad_debt_micro_usd));
}

#[test]
fn a_squeeze_closes_the_crowd_in_parts_and_costs_nobody_else() {
    for scenario in [Scenario::LongSqueeze, Scenario::ShortSqueeze] {
        let record = record_of_scenario(60, 1, scenario);
        let perps = &record.totals.perps;
        let partial = record.closings.iter().filter(|call| call.health_factor_after_ppm.is_some()).count();
        assert!(partial * 10 > record.closings.len() * 8, "{partial} of {} are partial", record.closings.len());
        assert_eq!((perps.loss_micro_usd, perps.deleveraged), (0, 0), "{scenario}");
        assert!(perps.waterfall.account_micro_usd > 0, "{scenario}");
        assert!(
            perps.equity_after_micro_usd > perps.equity_before_micro_usd,
            "{scenario}: the pool was the other side"
        );
        let (first, last) = (&record.steps[0].markets, &record.steps[200].markets);
        let open = |markets: &[MarketStepRecord]| {
            let side = |market: &MarketStepRecord| match scenario {
                Scenario::LongSqueeze => market.long_micro_usd,
                _ => market.short_micro_usd,
            };
            markets.iter().map(side).sum::<u64>()
        };
        assert!(open(last) * 2 < open(first), "{scenario}: the crowd is gone");
    }
}

/// Tranches, pools, fund and winners bear all of what the losers do not, each only after the one before (WFL-1, ADL-1).
#[test]
fn a_gap_through_bankruptcy_goes_down_the_whole_waterfall() {
    let record = record_of_scenario(60, 1, Scenario::Gap);
    let (perps, waterfall) = (&record.totals.perps, &record.totals.perps.waterfall);
    assert!(waterfall.parts().iter().all(|(_, part)| *part > 0), "{waterfall:?}");
    assert!(perps.deleveraged > 0 && perps.fund_after_micro_usd < perps.fund_before_micro_usd, "{perps:?}");
    let borne: u64 = waterfall.parts().iter().skip(1).map(|(_, part)| part).sum();
    assert!(borne.abs_diff(perps.loss_micro_usd) < 1_000, "{borne} of {} micro-dollars", perps.loss_micro_usd);
    let last = record.steps.last().expect("there are steps");
    assert!(last.markets.iter().all(|market| market.deficit_micro_usd == 0), "{:?}", last.markets);
}

#[test]
fn a_run_with_perpetuals_repeats_to_the_last_compute_unit() {
    let record = record_of_scenario(20, 5, Scenario::Gap);
    assert_eq!(record, record_of_scenario(20, 5, Scenario::Gap));
    assert_ne!(record.closings, record_of_scenario(20, 6, Scenario::Gap).closings);
}

#[test]
fn a_calm_market_liquidates_nobody_and_says_why() {
    let mut path = prices(Scenario::Crash, 1);
    path.steps.truncate(10);
    let record = record_of(20, 1, &path);
    assert_eq!(record.totals.accounts_liquidated, 0);
    let why = record.why_none.expect("a reason is given");
    assert!(why.starts_with("the deepest fall was ") && why.contains("health factor of 1."), "{why}");
}

#[test]
fn progress_tells_of_every_account_and_every_step() {
    let mut path = prices(Scenario::Crash, 1);
    path.steps.truncate(5);
    let mut told = Vec::new();
    run(&config(3, 1), &path, |progress| told.push(progress)).expect("every law holds");
    assert_eq!(told.len(), 3 + 5);
    assert_eq!(told[2], Progress::SetUp { done: 3, total: 3 });
    assert!(matches!(told[7], Progress::Step { done: 5, total: 5, .. }), "{:?}", told[7]);
}

#[test]
fn a_price_that_no_amount_fits_is_bad_input() {
    let mut path = prices(Scenario::Crash, 1);
    path.steps[0].samples[0].price = Price8(1);
    let error = run(&config(20, 1), &path, |_| {}).expect_err("the price is refused");
    assert!(matches!(error, RunError::AmountTooLarge) && error.is_input(), "{error}");
}

#[test]
fn a_print_that_the_program_refuses_is_bad_input_with_its_reason() {
    let mut path = prices(Scenario::Crash, 1);
    path.steps[2].samples[1].conf = path.steps[2].samples[1].price;
    let error = run(&config(2, 1), &path, |_| {}).expect_err("the print is refused");
    assert!(error.is_input());
    let text = error.to_string();
    assert!(text.contains("of BTC at 2025-01-01 00:02") && text.contains("confidence"), "{text}");
}

#[test]
fn prices_before_the_clock_begins_are_bad_input() {
    let mut path = prices(Scenario::Crash, 1);
    path.steps.iter_mut().for_each(|step| step.time -= 1_735_689_600);
    let error = run(&config(2, 1), &path, |_| {}).expect_err("the time is refused");
    assert!(matches!(error, RunError::TooEarly) && error.is_input(), "{error}");
}
