//! Pyth's pull oracle: `PriceUpdateV2` as either receiver program writes it.
//!
//! Layout: discriminator 8 · write authority 32 · verification level 1 (`Full`; `Partial` takes two bytes and shifts all
//! that follows, so it is refused) · feed id 32 · price i64 · confidence u64 · exponent i32 · publish time i64 · previous
//! publish time i64 · ema price i64 · ema confidence u64 · posted slot u64.

use breakwater_margin::Print;

use super::OracleAccount;
use crate::errors::MarginError;

/// `rec5EKMGg6MxZYaMdyBfgwp4d5rB9T1VQH5pJv5LtFJ`
pub const RECEIVER: [u8; 32] = [
    12, 183, 250, 187, 82, 247, 166, 72, 187, 91, 49, 125, 154, 1, 139, 144, 87, 203, 2, 71, 116, 250, 254, 1, 230,
    196, 223, 152, 204, 56, 88, 129,
];
/// `rec2HHDDnjLfj4kE7VyEtFA1HPGQLK33259532cRyHp`
pub const RECEIVER_2: [u8; 32] = [
    12, 183, 250, 122, 93, 166, 40, 251, 172, 169, 154, 234, 153, 247, 191, 59, 220, 54, 137, 104, 96, 42, 191, 65, 77,
    78, 139, 165, 103, 187, 176, 191,
];

const ACCOUNT_DISCRIMINATOR: [u8; 8] = [0x22, 0xf1, 0x23, 0x63, 0x9d, 0x7e, 0xf4, 0xcd];
const VERIFICATION: usize = 40;
const FULL: u8 = 1;
const MESSAGE: usize = 41;
const END: usize = MESSAGE + 32 + 8 + 8 + 4 + 8 + 8 + 8 + 8 + 8;

/// Reads a print.
///
/// Errors: OracleOwner, OracleMalformed, OracleNotFullyVerified, OracleFeedMismatch
pub fn decode(feed_id: &[u8; 32], account: OracleAccount) -> Result<Print, MarginError> {
    if account.owner != &RECEIVER && account.owner != &RECEIVER_2 {
        return Err(MarginError::OracleOwner);
    }
    let data: &[u8; END] = account.data.first_chunk().ok_or(MarginError::OracleMalformed)?;
    if data[..8] != ACCOUNT_DISCRIMINATOR {
        return Err(MarginError::OracleMalformed);
    }
    if data[VERIFICATION] != FULL {
        return Err(MarginError::OracleNotFullyVerified);
    }
    let message = &data[MESSAGE..];
    if &message[..32] != feed_id {
        return Err(MarginError::OracleFeedMismatch);
    }
    Ok(Print {
        price: i64::from_le_bytes(bytes(message, 32)?),
        confidence: u64::from_le_bytes(bytes(message, 40)?),
        exponent: i32::from_le_bytes(bytes(message, 48)?),
        publish_time: i64::from_le_bytes(bytes(message, 52)?),
        ema: i64::from_le_bytes(bytes(message, 68)?),
    })
}

#[inline(always)]
fn bytes<const N: usize>(message: &[u8], at: usize) -> Result<[u8; N], MarginError> {
    message.get(at..).and_then(|rest| rest.first_chunk()).copied().ok_or(MarginError::OracleMalformed)
}
