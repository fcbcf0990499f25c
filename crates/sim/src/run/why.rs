//! Why nobody was liquidated: how far prices fell, and how far they would have had to fall.

use crate::record::RunRecord;
use crate::report::date_time;

/// The account that came nearest to its limit, and when.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Nearest(Option<(i64, usize, i64)>);

impl Nearest {
    /// Sees an account's health factor, ppm.
    pub(super) fn see(&mut self, account: usize, factor_ppm: i64, time: i64) {
        if self.0.is_none_or(|(lowest, ..)| factor_ppm < lowest) {
            self.0 = Some((factor_ppm, account, time));
        }
    }

    /// One sentence, without the full stop.
    pub(super) fn explain(&self, record: &RunRecord) -> String {
        let Some((factor, account, time)) = self.0 else { return "no account owed anything".to_owned() };
        let fall = match deepest_fall(record) {
            Some((symbol, ppm)) => format!("the deepest fall was {symbol} by {}", percent(ppm)),
            None => "no price fell".to_owned(),
        };
        // a factor h reaches 1 when collateral falls by 1 − 1/h against the debt
        let missing = (factor - 1_000_000).max(0) * 1_000_000 / factor.max(1);
        format!(
            "{fall}, and account {account}, the nearest to its limit, still had a health factor of {}.{:03} at {} UTC: its \
             collateral would have had to fall by another {} against its debt",
            factor / 1_000_000,
            factor % 1_000_000 / 1_000,
            date_time(time),
            percent(missing)
        )
    }
}

/// The token that fell most below its first price, and how far, ppm.
fn deepest_fall(record: &RunRecord) -> Option<(&str, i64)> {
    let first = record.steps.first()?;
    let fall = |number: usize| {
        let start = first.prices[number].0;
        let lowest = record.steps.iter().map(|step| step.prices[number].0).min()?;
        i64::try_from(i128::from(start - lowest) * 1_000_000 / i128::from(start.max(1))).ok()
    };
    let falls = record.tokens.iter().enumerate().filter_map(|(n, token)| Some((token.symbol.as_str(), fall(n)?)));
    falls.max_by_key(|(_, ppm)| *ppm).filter(|(_, ppm)| *ppm > 0)
}

fn percent(ppm: i64) -> String {
    format!("{}.{} %", ppm / 10_000, ppm % 10_000 / 1_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reason_compares_the_deepest_fall_with_the_nearest_account() {
        let mut record = crate::report::example();
        record.steps.truncate(2);
        (record.steps[0].prices[0].0, record.steps[1].prices[0].0) = (100, 93);
        let mut nearest = Nearest::default();
        nearest.see(4, 1_500_000, 0);
        nearest.see(17, 1_250_000, record.steps[1].time);
        nearest.see(5, 1_300_000, 0);
        assert_eq!(
            nearest.explain(&record),
            "the deepest fall was SOL by 7.0 %, and account 17, the nearest to its limit, still had a health factor of 1.250 \
             at 2025-01-01 00:01 UTC: its collateral would have had to fall by another 20.0 % against its debt"
        );
    }
}
