//! What the keeper shows of itself.

use std::time::Instant;

use breakwater_client::interface::snapshot::{self, Own};
use breakwater_client::margin::{Side, health};

use super::Keeper;
use crate::decide;
use crate::metrics;
use crate::picture::{BANDS, Flight, Picture};

/// Accounts that are valued for the bands at one scan: with more, every n-th stands for its neighbours.
const SAMPLE: usize = 20_000;

impl Keeper {
    /// The keeper as it is now; gauges are set on the way.
    pub(super) fn picture(&mut self) -> Picture {
        let (inventory, equity) = self.own();
        let picture = Picture {
            at: Instant::now(),
            slot: (self.group.view.slot, self.slot_seen.elapsed()),
            live: self.live,
            loaded: self.loaded,
            accounts: self.book.len(),
            bands: self.shown.bands,
            riskless: self.shown.riskless,
            candidates: self.shown.candidates.clone(),
            in_flight: self
                .flights
                .iter()
                .map(|(account, flight)| Flight { account: *account, action: flight.action, since: flight.since })
                .collect(),
            outcomes: self.shown.outcomes.clone(),
            feeds: self.group.feed_ages(),
            lamports: self.group.lamports,
            inventory,
            equity,
            gained: self.shown.gained,
            fees: self.shown.fees,
            ..self.blank()
        };
        gauges(&picture, self.hot.len());
        picture
    }

    /// What the keeper's margin account holds and owes, and its equity in dollars × 10^8.
    fn own(&mut self) -> (Vec<(u8, bool, u64)>, i64) {
        let Some(own) = &self.group.own else { return (Vec::new(), 0) };
        let view = &self.group.view;
        if snapshot::build(&mut self.legs, &view.board, own, &Own::default(), view.time).is_err() {
            return (Vec::new(), 0);
        }
        let legs = self.legs.tokens.iter().map(|leg| (leg.token, leg.side == Side::Debt, leg.amount)).collect();
        (legs, health::value(&self.legs).map_or(0, |valuation| valuation.equity.to_e8()))
    }

    /// Counts accounts by health.
    pub(super) fn count_bands(&mut self) {
        let step = self.book.len().div_ceil(SAMPLE).max(1);
        let (mut bands, mut riskless) = ([0; BANDS.len() + 1], 0);
        let addresses: Vec<_> = self.book.addresses().step_by(step).collect();
        for address in addresses {
            let Some(account) = self.book.get(&address) else { continue };
            let Ok(valuation) = decide::valuation(&self.group, &account, &mut self.legs) else { continue };
            match valuation.health_factor_ppm() {
                None => riskless += step,
                Some(ppm) => {
                    let ppm = u64::try_from(ppm).unwrap_or(0);
                    let band = BANDS.iter().position(|edge| ppm < *edge).unwrap_or(BANDS.len());
                    bands[band] += step;
                }
            }
        }
        (self.shown.bands, self.shown.riskless) = (bands, riskless);
    }
}

fn gauges(picture: &Picture, under_water: usize) {
    metrics::set(metrics::ACCOUNTS, picture.accounts as f64);
    metrics::set(metrics::LIQUIDATABLE, under_water as f64);
    metrics::set(metrics::IN_FLIGHT, picture.in_flight.len() as f64);
    metrics::set(metrics::SLOT, picture.slot.0 as f64);
    metrics::set(metrics::SLOT_AGE, picture.slot.1.as_secs_f64());
    metrics::set(metrics::STREAM_LIVE, f64::from(u8::from(picture.live)));
    metrics::set(metrics::EQUITY, (picture.equity / 100) as f64);
    if let Some(lamports) = picture.lamports {
        metrics::set(metrics::WALLET, lamports as f64);
    }
    for (feed, age) in &picture.feeds {
        metrics::feed_age(*feed, age.unwrap_or(u32::MAX));
    }
    for (token, is_debt, amount) in &picture.inventory {
        metrics::inventory(*token, if *is_debt { "debt" } else { "deposit" }, *amount as f64);
    }
}
