//! The bytes of a mint that listing must judge: owner aside, decimals and Token-2022 extensions. An allow-list: an
//! extension that nobody has thought about is refused.

use crate::errors::MarginError;

/// Highest transfer fee of a listed mint, bps.
pub const MAX_TRANSFER_FEE: u16 = 100;

const MINT_LENGTH: usize = 82;
const DECIMALS: usize = 44;
const INITIALIZED: usize = 45;
/// Where the account type stands: mints are padded to a token account's length.
const ACCOUNT_TYPE: usize = 165;
const ACCOUNT_TYPE_MINT: u8 = 1;
const FIRST_EXTENSION: usize = 166;

const TRANSFER_FEE_CONFIG: u16 = 1;
const METADATA_POINTER: u16 = 18;
const TOKEN_METADATA: u16 = 19;
/// In TransferFeeConfig: two authorities and the withheld amount, then older and newer fee of 18 bytes each
/// (epoch u64, maximum u64, bps u16).
const OLDER_FEE_BPS: usize = 32 + 32 + 8 + 16;
const NEWER_FEE_BPS: usize = OLDER_FEE_BPS + 18;

/// What listing needs to know of a mint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MintFacts {
    /// Decimals.
    pub decimals: u8,
    /// Whether transfers may arrive short.
    pub transfer_fee: bool,
}

/// Why a mint is refused, with the extension's number where one is to blame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MintRefusal {
    /// The error.
    pub error: MarginError,
    /// The extension's number in Token-2022, 0 for none.
    pub extension: u16,
}

/// Judges a mint's bytes.
///
/// Errors: NotAMint, MintExtension, TransferFeeTooHigh
pub fn judge_mint(data: &[u8]) -> Result<MintFacts, MintRefusal> {
    let refuse = |error, extension| Err(MintRefusal { error, extension });
    if data.len() < MINT_LENGTH || data[INITIALIZED] != 1 {
        return refuse(MarginError::NotAMint, 0);
    }
    let mut facts = MintFacts { decimals: data[DECIMALS], transfer_fee: false };
    if data.len() == MINT_LENGTH {
        return Ok(facts);
    }
    if data.get(ACCOUNT_TYPE) != Some(&ACCOUNT_TYPE_MINT) {
        return refuse(MarginError::NotAMint, 0);
    }
    let mut rest = &data[FIRST_EXTENSION..];
    while let Some((kind, value, after)) = next_extension(rest) {
        match kind {
            0 => break,
            METADATA_POINTER | TOKEN_METADATA => {}
            TRANSFER_FEE_CONFIG => {
                let fees = (bps_at(value, OLDER_FEE_BPS), bps_at(value, NEWER_FEE_BPS));
                match fees {
                    (Some(older), Some(newer)) if older.max(newer) <= MAX_TRANSFER_FEE => facts.transfer_fee = true,
                    _ => return refuse(MarginError::TransferFeeTooHigh, kind),
                }
            }
            _ => return refuse(MarginError::MintExtension, kind),
        }
        rest = after;
    }
    Ok(facts)
}

/// Name of a Token-2022 mint extension.
pub const fn extension_name(extension: u16) -> &'static str {
    match extension {
        1 => "TransferFeeConfig",
        3 => "MintCloseAuthority",
        4 => "ConfidentialTransferMint",
        6 => "DefaultAccountState",
        9 => "NonTransferable",
        10 => "InterestBearingConfig",
        12 => "PermanentDelegate",
        14 => "TransferHook",
        16 => "ConfidentialTransferFeeConfig",
        18 => "MetadataPointer",
        19 => "TokenMetadata",
        20 => "GroupPointer",
        21 => "TokenGroup",
        22 => "GroupMemberPointer",
        23 => "TokenGroupMember",
        24 => "ConfidentialMintBurn",
        25 => "ScaledUiAmount",
        26 => "Pausable",
        _ => "unknown extension",
    }
}

fn next_extension(rest: &[u8]) -> Option<(u16, &[u8], &[u8])> {
    let kind = u16::from_le_bytes([*rest.first()?, *rest.get(1)?]);
    let length = usize::from(u16::from_le_bytes([*rest.get(2)?, *rest.get(3)?]));
    let value = rest.get(4..4 + length)?;
    Some((kind, value, &rest[4 + length..]))
}

fn bps_at(value: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes([*value.get(at)?, *value.get(at + 1)?]))
}
