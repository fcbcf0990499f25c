//! The only code that knows oracle bytes: from an account's owner and data to a [`Print`]. It believes nothing beyond the
//! format; whether a print is accepted is decided by [`breakwater_margin::price::accept`].

use breakwater_margin::Print;

use crate::errors::MarginError;

#[cfg(not(target_family = "wasm"))]
pub mod pyth_legacy;
pub mod pyth_pull;

/// [`crate::config::OracleConfig::kind`] of Pyth's `PriceUpdateV2`.
pub const PULL: u8 = 0;
/// [`crate::config::OracleConfig::kind`] of Pyth's legacy price account.
pub const LEGACY: u8 = 1;

/// An oracle account as a runtime or an RPC server presents it.
#[derive(Clone, Copy, Debug)]
pub struct OracleAccount<'a> {
    /// Its address.
    pub address: &'a [u8; 32],
    /// The program that owns it.
    pub owner: &'a [u8; 32],
    /// Its bytes.
    pub data: &'a [u8],
}

/// Reads a print of the expected feed. In a browser legacy accounts are not read: there the board's own print counts.
///
/// Errors: OracleOwner, OracleFeedMismatch, OracleMalformed, OracleNotFullyVerified, ConfigOracleKind
pub fn decode(kind: u8, feed_id: &[u8; 32], account: OracleAccount) -> Result<Print, MarginError> {
    match kind {
        PULL => pyth_pull::decode(feed_id, account),
        #[cfg(not(target_family = "wasm"))]
        LEGACY => pyth_legacy::decode(feed_id, account),
        _ => Err(MarginError::ConfigOracleKind),
    }
}
