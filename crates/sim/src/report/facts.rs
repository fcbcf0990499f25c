//! Sentences that page and terminal share, so that they never say different things. Owns wording; refuses to know layout.

use crate::record::{RunParameters, RunRecord};

use super::format::{change, counted, date_time, grouped};
use super::plots::span;

/// `200 accounts, crash scenario, seed 7`.
pub(super) fn setting(parameters: &RunParameters) -> String {
    let accounts = counted(parameters.accounts, "account");
    let prices = match (&parameters.scenario, parameters.price_files.as_slice()) {
        (Some(scenario), _) => format!("{scenario} scenario"),
        (None, [file]) => format!("prices of {}", file_name(&file.path)),
        (None, files) => format!("prices of {} files", files.len()),
    };
    format!("{accounts}, {prices}, seed {}", parameters.seed)
}

/// `2020-03-08 00:00 to 2020-03-16 23:45 UTC, 864 steps`.
pub(super) fn time(record: &RunRecord) -> String {
    let (start, end) = span(record);
    format!("{} to {} UTC, {}", date_time(start), date_time(end), counted(record.steps.len() as u64, "step"))
}

/// `137 of 200 accounts were liquidated`, or why none was.
pub(super) fn outcome(record: &RunRecord) -> String {
    let totals = &record.totals;
    match (totals.accounts_liquidated, &record.why_none) {
        (0, Some(why)) => format!("No account was liquidated: {}", why.trim_end_matches('.')),
        (0, None) => "No account was liquidated".to_owned(),
        (one, _) => format!(
            "{} of {} {} liquidated, in {}",
            grouped(one.into()),
            counted(record.parameters.accounts, "account"),
            if one == 1 { "was" } else { "were" },
            counted(totals.liquidations, "call")
        ),
    }
}

/// How far each token's price fell at most and ended, apart from tokens that moved less than 1 %: (symbol, lowest, end).
pub(super) fn falls(record: &RunRecord) -> Vec<(String, String, String)> {
    let of_token = |(i, token): (usize, &crate::record::TokenRecord)| {
        let mut prices = record.steps.iter().filter_map(|step| step.prices.get(i)).map(|price| price.0);
        let start = prices.next()?;
        let (lowest, last) = prices.fold((start, start), |(lowest, _), price| (lowest.min(price), price));
        let moved = (start - lowest).max((last - start).abs());
        (i128::from(moved) * 100 >= i128::from(start))
            .then(|| (token.symbol.clone(), change(start, lowest), change(start, last)))
    };
    record.tokens.iter().enumerate().filter_map(of_token).collect()
}

/// Whether every vault holds what is claimed on it.
pub(super) fn covered(record: &RunRecord) -> bool {
    record.totals.vaults.iter().all(|vault| vault.surplus_native >= 0)
}

/// The last part of a path, whichever separator it has.
fn file_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::PriceFileRecord;

    #[test]
    fn the_setting_names_scenario_or_files() {
        let mut parameters = crate::report::example().parameters;
        assert_eq!(setting(&parameters), "200 accounts, crash scenario, seed 7");
        parameters.scenario = None;
        parameters.price_files = vec![PriceFileRecord { symbol: None, path: "a/btc.csv".into() }];
        assert_eq!(setting(&parameters), "200 accounts, prices of btc.csv, seed 7");
    }

    #[test]
    fn a_run_without_liquidation_says_why() {
        let mut record = crate::report::example();
        record.totals.accounts_liquidated = 0;
        record.why_none = Some("no price fell far enough.".into());
        assert_eq!(outcome(&record), "No account was liquidated: no price fell far enough");
    }

    #[test]
    fn a_token_that_stood_still_has_no_fall() {
        let falls = falls(&crate::report::example());
        let symbols: Vec<&str> = falls.iter().map(|fall| fall.0.as_str()).collect();
        assert_eq!(symbols, ["SOL", "BTC", "ETH"]);
    }
}
