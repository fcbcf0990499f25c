//! A record with plausible numbers, for the tests of record and report. Its sums agree with its parts.

use crate::price_path::{Price8, Scenario, default_assets, synthetic};
use crate::record::*;

/// The crash scenario with seed 7: 200 accounts of which the debt melts as prices fall.
pub(crate) fn example() -> RunRecord {
    let path = synthetic(Scenario::Crash, 7, &default_assets());
    let tokens = [("SOL", 9), ("BTC", 8), ("ETH", 8), ("USDC", 6)];
    let tokens = tokens.map(|(symbol, decimals)| TokenRecord { symbol: symbol.into(), decimals });
    let mut record = RunRecord {
        version: RECORD_VERSION,
        parameters: RunParameters {
            command: "breakwater demo --accounts 200 --scenario crash --seed 7".into(),
            accounts: 200,
            seed: 7,
            scenario: Some("crash".into()),
            notes: path.notes.clone(),
            ..Default::default()
        },
        tokens: tokens.to_vec(),
        markets: Vec::new(),
        steps: Vec::new(),
        liquidations: Vec::new(),
        closings: Vec::new(),
        keepers: (0..4).map(|keeper| KeeperRecord { keeper, ..Default::default() }).collect(),
        totals: RunTotals::default(),
        why_none: None,
    };
    let (mut debt, mut tranche) = (9_400_000_000_000u64, 250_000_000_000u64);
    record.totals.tranche_before_micro_usd = tranche;
    let mut lowest = i64::MAX;
    for (i, step) in path.steps.iter().enumerate() {
        let btc = step.samples[1].price.0;
        let fell =
            if i > 0 && btc < lowest { (lowest.min(60_000 * Price8::PER_USD) - btc) as u64 / 2_000_000 } else { 0 };
        lowest = lowest.min(btc);
        let calls = (fell / 6_000).min(9);
        let first = record.liquidations.len();
        for k in 0..calls {
            record.liquidations.push(liquidation(i as u64, step.time, k, fell));
        }
        for call in &record.liquidations[first..] {
            debt -= call.repaid_micro_usd;
            tranche += call.insurance_micro_usd;
            let keeper = &mut record.keepers[call.keeper as usize];
            keeper.liquidations += 1;
            keeper.repaid_micro_usd += call.repaid_micro_usd;
            keeper.profit_micro_usd += call.bonus_micro_usd as i64;
            let totals = &mut record.totals;
            totals.liquidations += 1;
            totals.repaid_micro_usd += call.repaid_micro_usd;
            totals.seized_micro_usd += call.seized_micro_usd;
            totals.bonuses_micro_usd += call.bonus_micro_usd;
        }
        let repaid = record.liquidations[first..].iter().map(|call| call.repaid_micro_usd).sum();
        let bad_debt = if i > 160 { 12_345_670_000 } else { 0 };
        record.steps.push(StepRecord {
            time: step.time,
            prices: step.samples.iter().map(|sample| sample.price).collect(),
            value_at_risk_micro_usd: debt / 12 + fell * 60_000_000,
            liquidatable_accounts: calls + calls / 3,
            liquidations: calls,
            repaid_micro_usd: repaid,
            debt_micro_usd: debt,
            collateral_micro_usd: debt / 2 * 3,
            tranche_micro_usd: tranche - bad_debt,
            bad_debt_micro_usd: bad_debt,
            markets: Vec::new(),
        });
    }
    let totals = &mut record.totals;
    totals.accounts_liquidated = totals.liquidations.min(143);
    totals.tranche_after_micro_usd = tranche - 12_345_670_000;
    totals.bad_debt_micro_usd = 12_345_670_000;
    totals.set_compute_units(&record.liquidations, &record.closings);
    totals.vaults = tokens
        .iter()
        .zip([(48_211_304_551_207, 11), (13_400_550_120, 3), (211_004_551_873, 0), (4_811_302_551_730, 27)])
        .map(|(token, (vault, surplus))| VaultRecord {
            symbol: token.symbol.clone(),
            decimals: token.decimals,
            vault_native: vault,
            claims_native: vault - surplus,
            surplus_native: surplus as i64,
        })
        .collect();
    totals.invariants_checked = 201 * 14;
    totals.wall_ms = 18_432;
    record
}

/// The same run with a market about SOL whose pool ends below zero, and two positions that were closed.
pub(crate) fn example_with_perps() -> RunRecord {
    let mut record = example();
    record.markets = vec![MarketRecord { symbol: "SOL".into(), decimals: 9 }];
    for (step, i) in record.steps.iter_mut().zip(0i64..) {
        step.markets = vec![MarketStepRecord {
            equity_micro_usd: 1_900_000_000_000 - i * 10_000_000_000,
            assets_micro_usd: 1_500_000_000_000,
            deficit_micro_usd: u64::from(i > 190) * 100_000_000_000,
            tranche_micro_usd: 20_000_000_000,
            long_micro_usd: 4_000_000_000_000,
            short_micro_usd: 3_000_000_000_000,
        }];
    }
    record.closings = (0..2).map(closing).collect();
    let totals = &mut record.totals;
    totals.liquidations += 2;
    totals.perps = PerpTotals {
        closings: 2,
        market_debts: 3,
        closed_micro_usd: 90_000_000_000,
        write_offs: 4,
        loss_micro_usd: 1_000_000_000_000,
        deleveraged: 5,
        waterfall: Waterfall {
            account_micro_usd: 2_000_000_000_000,
            tranche_micro_usd: 100_000_000_000,
            pool_micro_usd: 600_000_000_000,
            fund_micro_usd: 50_000_000_000,
            adl_micro_usd: 250_000_000_000,
        },
        equity_before_micro_usd: 1_900_000_000_000,
        equity_after_micro_usd: -100_000_000_000,
        withdrawn_micro_usd: 1_000_000_000,
        fund_before_micro_usd: 100_000_000_000,
        fund_after_micro_usd: 50_000_000_000,
        ..PerpTotals::default()
    };
    record
}

fn closing(number: u64) -> ClosingRecord {
    ClosingRecord {
        step: 81,
        time: 1_735_694_460,
        account: 7 + number,
        keeper: number,
        symbol: "SOL".into(),
        size_native: 450_000_000_000,
        notional_micro_usd: 45_000_000_000,
        settled_micro_usd: 3_000_000_000,
        bonus_micro_usd: 180_000_000,
        insurance_micro_usd: 180_000_000,
        health_factor_before_ppm: 940_000,
        health_factor_after_ppm: None,
        cu: 21_000,
    }
}

fn liquidation(step: u64, time: i64, k: u64, fell: u64) -> LiquidationRecord {
    let repaid = 4_000_000_000 + (step * 7_919 + k * 104_729) % 61_000 * 400_000;
    let (collateral_symbol, price, decimals) = match (step + k) % 3 {
        0 => ("SOL", 95, 1_000_000_000),
        1 => ("BTC", 41_000, 100_000_000),
        _ => ("ETH", 1_900, 100_000_000),
    };
    let seized = repaid * 104 / 100;
    LiquidationRecord {
        step,
        time,
        account: (step * 31 + k * 17) % 200,
        keeper: (step + k * k) % 4,
        debt_symbol: "USDC".into(),
        collateral_symbol: collateral_symbol.into(),
        repaid_native: repaid,
        repaid_micro_usd: repaid,
        seized_native: seized * (decimals / 1_000_000) / price,
        seized_micro_usd: seized,
        bonus_micro_usd: repaid * 24 / 1_000,
        insurance_micro_usd: repaid * 16 / 1_000,
        health_factor_before_ppm: 998_000 - (fell as i64 % 61_000),
        health_factor_after_ppm: Some(1_004_000 + (k as i64) * 310),
        cu: 13_900 + (step * 13 + k * 401) % 1_900,
    }
}
