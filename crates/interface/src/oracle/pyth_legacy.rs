//! Pyth's legacy price account, through Pyth's own SDK. Mainnet publishers stopped in 2024, so staleness rejects nearly
//! all of them; forks and private clusters still use the format.

use breakwater_margin::Print;
use pyth_sdk_solana::state::{PriceStatus, SolanaPriceAccount, load_price_account};

use super::OracleAccount;
use crate::errors::MarginError;

/// `FsJ3A3u2vn5cTVofAjvy6y5kwABJAqYWpe4975bi2epH`, mainnet.
pub const ORACLE_PROGRAM: [u8; 32] = [
    220, 229, 235, 225, 228, 156, 59, 159, 17, 76, 181, 84, 76, 80, 169, 158, 192, 214, 146, 214, 63, 86, 121, 90, 224,
    41, 172, 131, 217, 234, 139, 226,
];
/// `gSbePebfvPy7tRqimPoVecS2UsBvYv46ynrzWocc92s`, devnet.
pub const ORACLE_PROGRAM_DEVNET: [u8; 32] = [
    10, 26, 152, 51, 163, 118, 85, 43, 86, 183, 202, 13, 237, 25, 41, 23, 0, 87, 232, 39, 160, 198, 39, 244, 182, 71,
    185, 238, 144, 153, 175, 180,
];

/// Reads a print. An aggregate that is not trading counts as its last trading price, at that price's time.
///
/// Errors: OracleOwner, OracleFeedMismatch, OracleMalformed
pub fn decode(feed_id: &[u8; 32], account: OracleAccount) -> Result<Print, MarginError> {
    if account.owner != &ORACLE_PROGRAM && account.owner != &ORACLE_PROGRAM_DEVNET {
        return Err(MarginError::OracleOwner);
    }
    if account.address != feed_id {
        return Err(MarginError::OracleFeedMismatch);
    }
    let price: &SolanaPriceAccount = load_price_account(account.data).map_err(|_| MarginError::OracleMalformed)?;
    let (value, confidence, publish_time) = match price.agg.status {
        PriceStatus::Trading => (price.agg.price, price.agg.conf, price.timestamp),
        _ => (price.prev_price, price.prev_conf, price.prev_timestamp),
    };
    Ok(Print { price: value, confidence, exponent: price.expo, ema: price.ema_price.val, publish_time })
}
