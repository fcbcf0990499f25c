//! Pyth accounts for the embedded chain: the bytes that Pyth's receiver program would have written.

use borsh::BorshSerialize;
use breakwater_client::Address;
use breakwater_client::interface::oracle::pyth_pull;

use crate::price_path::{Price8, Sample};

const DISCRIMINATOR: [u8; 8] = [0x22, 0xf1, 0x23, 0x63, 0x9d, 0x7e, 0xf4, 0xcd];
/// Bytes that the receiver program allots: one more than `Full` verification needs.
const SPACE: usize = 134;

/// The program that owns price updates.
pub const RECEIVER: Address = Address::new_from_array(pyth_pull::RECEIVER);

/// `PriceUpdateV2` with full verification, field by field.
#[derive(BorshSerialize, Clone, Copy, Debug, PartialEq, Eq)]
pub struct PriceUpdate {
    /// Who may overwrite the account.
    pub write_authority: [u8; 32],
    /// 1: verified by the full set of guardians.
    pub verification: u8,
    /// Which price.
    pub feed_id: [u8; 32],
    /// Dollars for one whole token × 10^−exponent.
    pub price: i64,
    /// Half-width of the confidence interval.
    pub confidence: u64,
    /// Power of ten.
    pub exponent: i32,
    /// Unix seconds.
    pub publish_time: i64,
    /// Unix seconds of the print before.
    pub previous_publish_time: i64,
    /// Moving average.
    pub ema: i64,
    /// Confidence of the moving average.
    pub ema_confidence: u64,
    /// Slot of posting.
    pub posted_slot: u64,
}

impl PriceUpdate {
    /// A print of a sample.
    pub fn new(feed_id: [u8; 32], sample: &Sample, publish_time: i64) -> PriceUpdate {
        PriceUpdate {
            write_authority: [0; 32],
            verification: 1,
            feed_id,
            price: sample.price.units(),
            confidence: sample.conf.units().unsigned_abs(),
            exponent: Price8::EXPONENT,
            publish_time,
            previous_publish_time: publish_time - 1,
            ema: sample.ema.units(),
            ema_confidence: sample.conf.units().unsigned_abs(),
            posted_slot: 0,
        }
    }

    /// The account's bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut data = DISCRIMINATOR.to_vec();
        self.serialize(&mut data).expect("writing to memory does not fail");
        data.resize(SPACE, 0);
        data
    }
}
