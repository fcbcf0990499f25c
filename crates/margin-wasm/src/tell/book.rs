//! All accounts of a group, those in most danger first.

use breakwater_client::Address;
use breakwater_client::view::View;
use breakwater_interface::MarginAccount;
use breakwater_margin::liquidation::Plan;
use breakwater_margin::{Valuation, health};

use super::account::stage;
use super::written;
use crate::answer::{BookAnswer, BookRow};
use crate::session::Refused;
use crate::text::dollars;

/// Upper edges of the health bands, health factor in millionths; the last band is open.
const EDGES: [i64; 5] = [1_000_000, 1_050_000, 1_100_000, 1_250_000, 2_000_000];

/// All accounts. Only those that can be liquidated are planned for; the rest are valued.
pub fn book<'a>(
    view: &View,
    accounts: impl Iterator<Item = (&'a Address, &'a MarginAccount)>,
) -> Result<BookAnswer, Refused> {
    let mut answer = BookAnswer { rows: Vec::new(), bands: vec![0; EDGES.len() + 1], edges: EDGES.into(), riskless: 0 };
    for (address, account) in accounts {
        if account.is_empty() {
            continue;
        }
        let valuation = health::value(&view.snapshot(account)?).map_err(breakwater_interface::MarginError::from)?;
        match valuation.health_factor_ppm() {
            Some(ppm) if !account.is_riskless() => {
                answer.bands[EDGES.iter().position(|edge| ppm < *edge).unwrap_or(EDGES.len())] += 1;
            }
            _ => answer.riskless += 1,
        }
        answer.rows.push(row(view, address, account, &valuation)?);
    }
    answer.rows.sort_by_key(|row| row.factor.unwrap_or(i64::MAX));
    Ok(answer)
}

fn row(view: &View, address: &Address, account: &MarginAccount, valuation: &Valuation) -> Result<BookRow, Refused> {
    let mut row = BookRow {
        address: address.to_string(),
        owner: written(&account.owner),
        equity: dollars(valuation.equity),
        debts: dollars(valuation.debts),
        factor: valuation.health_factor_ppm(),
        stage: "healthy".into(),
        keeper: None,
        target: None,
        refusal: None,
    };
    if valuation.is_liquidatable() {
        let told = view.step(account, u64::MAX)?.told;
        row.stage = stage(&told.outlook).into();
        row.refusal = told.refusal().map(|error| error.message().to_owned());
        if let Ok(step) = &told.next {
            row.keeper = Some(dollars(step.revenue));
            row.target = Some(match &step.plan {
                Plan::Spot(plan) => format!("{}:{}", plan.pair.debt, plan.pair.collateral),
                Plan::Perp(plan) => plan.market.to_string(),
            });
        }
    }
    Ok(row)
}
