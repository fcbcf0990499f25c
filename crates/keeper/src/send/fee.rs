//! What a transaction may cost and what it offers for a compute unit.

use breakwater_client::margin::fixed::{mul_div_down, mul_div_up};
use breakwater_client::margin::{BPS, Bps, Price, Value};

use crate::journal::Kind;

/// Lamports that a signature costs.
pub const SIGNATURE_FEE: u64 = 5_000;
/// Micro-lamports of a lamport.
const MICRO: u64 = 1_000_000;

/// What transactions may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spending {
    /// Which percentile of what was lately paid for the written accounts is offered, 0 to 100.
    pub percentile: u8,
    /// The least that is offered for a compute unit, micro-lamports.
    pub least_price: u64,
    /// The most that is offered for a compute unit, micro-lamports.
    pub most_price: u64,
    /// The part of the gain that a fee may take, bps.
    pub share: Bps,
    /// The most that a fee may be while the price of SOL is not known, lamports.
    pub unknown: u64,
    /// The most that a fee may be of what pays nothing by itself (a flag, a write-off, a deleveraging, an upgrade, a refresh, the
    /// own inventory), lamports.
    pub unpaid: u64,
    /// The most that a fee of a liquidation or an order may be although it does not pay, lamports; 0 for nothing. Accounts
    /// below water to the last dollar pay no bonus, and somebody must take them to their end.
    pub at_a_loss: u64,
}

impl Default for Spending {
    /// The 75th percentile but at most 5 lamports for a compute unit; half of the gain; a thousandth of a SOL where its price is
    /// not known, a tenth of that for what pays nothing.
    fn default() -> Spending {
        Spending {
            percentile: 75,
            least_price: 1,
            most_price: 5_000_000,
            share: 5_000,
            unknown: 1_000_000,
            unpaid: 100_000,
            at_a_loss: 0,
        }
    }
}

/// What a transaction offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offer {
    /// For a compute unit, micro-lamports.
    pub price: u64,
    /// The whole fee, lamports.
    pub fee: u64,
}

impl Spending {
    /// The most that a fee may be, lamports.
    ///
    /// Formula:  max(share × gain / P_sol, what it may cost without a gain)
    /// Units:    gain: dollars × 2^32; sol: dollars for one lamport × 2^64; returns lamports
    /// Rounding: floor
    pub fn most(&self, kind: Kind, gain: Value, sol: Option<Price>) -> u64 {
        let by_gain = match sol {
            _ if gain <= Value::ZERO => 0,
            // A gain that does not fit is beyond all fees.
            Some(sol) => {
                let lamports = sol.amount_down(gain).unwrap_or(u64::MAX);
                mul_div_down(lamports, self.share.into(), BPS).unwrap_or(u64::MAX)
            }
            None => self.unknown,
        };
        by_gain.max(if kind.pays() { self.at_a_loss } else { self.unpaid })
    }

    /// What is offered; `None` where even the least would cost too much.
    ///
    /// Formula:  fee = signature + ceil(price × units / 10^6) ≤ most
    /// Units:    recent: micro-lamports for a compute unit; most: lamports
    /// Rounding: the fee ceil, the price that may be offered floor
    pub fn offer(&self, recent: &[u64], units: u32, most: u64) -> Option<Offer> {
        let room = most.checked_sub(SIGNATURE_FEE)?;
        let affordable = mul_div_down(room, MICRO, u64::from(units).max(1)).unwrap_or(u64::MAX);
        if affordable < self.least_price {
            return None;
        }
        let wanted = percentile(recent, self.percentile).clamp(self.least_price, self.most_price.max(self.least_price));
        let price = wanted.min(affordable);
        let fee = SIGNATURE_FEE.checked_add(mul_div_up(price, units.into(), MICRO).ok()?)?;
        Some(Offer { price, fee })
    }
}

/// The smallest of some prices that at least this part of them do not exceed; 0 without any.
fn percentile(prices: &[u64], percent: u8) -> u64 {
    let mut sorted = prices.to_vec();
    sorted.sort_unstable();
    let place = (sorted.len() * usize::from(percent.min(100))).div_ceil(100).max(1) - 1;
    sorted.get(place).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPENDING: Spending = Spending {
        percentile: 75,
        least_price: 10,
        most_price: 1_000_000,
        share: 1_000,
        unknown: 20_000,
        unpaid: 6_000,
        at_a_loss: 0,
    };

    /// SOL at $128 = 2^7: a lamport is 2^7 × 10^-9 dollars.
    fn sol() -> Price {
        Price(((128_u128 << 64) / 1_000_000_000) as u64)
    }

    /// A tenth of $1.28 is $0.128, that is a thousandth of a SOL; the price rounds down by a lamport or two.
    #[test]
    fn a_fee_takes_at_most_its_share_of_the_gain() {
        let most = SPENDING.most(Kind::Liquidate, Value(Value::usd(128).0 / 100), Some(sol()));
        assert!((999_990..=1_000_010).contains(&most), "{most}");
        assert_eq!(SPENDING.most(Kind::Liquidate, Value::usd(1), None), 20_000);
        assert_eq!(SPENDING.most(Kind::Liquidate, Value(-1), Some(sol())), 0);
        assert_eq!(SPENDING.most(Kind::Flag, Value::ZERO, Some(sol())), 6_000);
        assert_eq!(Spending { at_a_loss: 7_000, ..SPENDING }.most(Kind::Execute, Value::ZERO, None), 7_000);
    }

    #[test]
    fn the_percentile_of_recent_prices_is_offered_within_floor_ceiling_and_room() {
        let recent: Vec<u64> = (1..=100).collect();
        assert_eq!(SPENDING.offer(&recent, 200_000, 1_000_000), Some(Offer { price: 75, fee: 5_015 }));
        assert_eq!(SPENDING.offer(&[], 200_000, 1_000_000).map(|offer| offer.price), Some(10));
        assert_eq!(SPENDING.offer(&[u64::MAX], 200_000, u64::MAX).map(|offer| offer.price), Some(1_000_000));
        // 5 lamports are left for 200,000 units: 25 micro-lamports for each.
        assert_eq!(SPENDING.offer(&recent, 200_000, 5_005), Some(Offer { price: 25, fee: 5_005 }));
    }

    #[test]
    fn what_cannot_pay_the_floor_is_not_sent() {
        // The floor of 10 costs 2 lamports for 200,000 units.
        assert_eq!(SPENDING.offer(&[], 200_000, 5_002).map(|offer| offer.fee), Some(5_002));
        assert_eq!(SPENDING.offer(&[], 200_000, 5_001), None);
        assert_eq!(SPENDING.offer(&[], 200_000, 4_999), None);
    }

    #[test]
    fn a_percentile_is_one_of_the_prices() {
        assert_eq!(percentile(&[], 75), 0);
        assert_eq!(percentile(&[9, 1, 5], 0), 1);
        assert_eq!(percentile(&[9, 1, 5], 50), 5);
        assert_eq!(percentile(&[9, 1, 5], 100), 9);
    }
}
