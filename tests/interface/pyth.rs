//! Pyth's bytes as Pyth itself writes them: through its own crates, and from accounts that were read on mainnet.

use std::path::PathBuf;

use base64::Engine;
use breakwater_client::interface::MarginError;
use breakwater_client::interface::oracle::{LEGACY, OracleAccount, PULL, decode, pyth_legacy, pyth_pull};
use breakwater_client::margin::price::accept;
use breakwater_client::margin::{FeedConfig, FeedState, Print, Refusal};
use breakwater_sim::oracle::PriceUpdate;
use breakwater_sim::price_path::{Price8, Sample};
use pyth_sdk_solana::state::{PriceStatus, SolanaPriceAccount};
use pyth_solana_receiver_sdk::price_update::{PriceUpdateV2, VerificationLevel};

use crate::common_pyth::{legacy_account, receiver_bytes};

/// 17 October 2024, 03:42:53 UTC.
const OCTOBER_2024: i64 = 1_729_136_573;
/// 23 November 2026.
const NOVEMBER_2026: i64 = 1_795_392_000;
const ADDRESS: [u8; 32] = [7; 32];
const FEED: [u8; 32] = [9; 32];

const JUDGE: FeedConfig = FeedConfig {
    decimals: 8,
    max_confidence: 300,
    confidence_multiple: 21_200,
    drift: 2,
    max_band: 500,
    max_liquidation_band: 100,
};

fn update(level: VerificationLevel) -> PriceUpdateV2 {
    crate::common_pyth::update(FEED, OCTOBER_2024, level)
}

fn pull(owner: &[u8; 32], data: &[u8]) -> Result<Print, MarginError> {
    decode(PULL, &FEED, OracleAccount { address: &ADDRESS, owner, data })
}

#[test]
fn a_fully_verified_update_of_either_receiver_is_read_to_the_last_field() {
    let data = receiver_bytes(&update(VerificationLevel::Full));
    let print = Print {
        price: 15_012_345_678,
        confidence: 7_654_321,
        exponent: -8,
        ema: 14_987_654_321,
        publish_time: OCTOBER_2024,
    };
    for owner in [pyth_pull::RECEIVER, pyth_pull::RECEIVER_2] {
        assert_eq!(pull(&owner, &data), Ok(print));
    }
    assert_eq!(pull(&pyth_legacy::ORACLE_PROGRAM, &data), Err(MarginError::OracleOwner));
}

/// `Partial` takes two bytes and shifts all that follows, so it must be recognised by its tag and not by what it makes of
/// the rest.
#[test]
fn a_partially_verified_update_is_refused_whatever_the_number_of_signatures() {
    for num_signatures in [0, 1, 5, 13, u8::MAX] {
        let data = receiver_bytes(&update(VerificationLevel::Partial { num_signatures }));
        assert_eq!(pull(&pyth_pull::RECEIVER, &data), Err(MarginError::OracleNotFullyVerified));
    }
}

#[test]
fn the_simulator_writes_what_pyth_would_write() {
    let sample = Sample { price: Price8(15_012_345_678), conf: Price8(7_654_321), ema: Price8(14_987_654_321) };
    let ours = PriceUpdate {
        write_authority: [3; 32],
        ema_confidence: 8_765_432,
        posted_slot: 296_061_666,
        ..PriceUpdate::new(FEED, &sample, OCTOBER_2024)
    };
    assert_eq!(ours.to_bytes(), receiver_bytes(&update(VerificationLevel::Full)));
}

#[test]
fn every_truncation_of_an_update_is_malformed() {
    let data = receiver_bytes(&update(VerificationLevel::Full));
    for length in 0..PriceUpdateV2::LEN - 1 {
        assert_eq!(pull(&pyth_pull::RECEIVER, &data[..length]), Err(MarginError::OracleMalformed), "{length} bytes");
    }
    let mut other_type = data;
    other_type[0] ^= 1;
    assert_eq!(pull(&pyth_pull::RECEIVER, &other_type), Err(MarginError::OracleMalformed));
}

fn legacy(owner: &[u8; 32], data: &[u8]) -> Result<Print, MarginError> {
    decode(LEGACY, &ADDRESS, OracleAccount { address: &ADDRESS, owner, data })
}

#[test]
fn a_legacy_account_that_trades_is_its_aggregate_and_else_its_last_trade() {
    let account = legacy_account(OCTOBER_2024);
    let print = Print {
        price: 15_000_000_000,
        confidence: 10_000_000,
        exponent: -8,
        ema: 14_900_000_000,
        publish_time: OCTOBER_2024,
    };
    for owner in [pyth_legacy::ORACLE_PROGRAM, pyth_legacy::ORACLE_PROGRAM_DEVNET] {
        assert_eq!(legacy(&owner, bytemuck::bytes_of(&account)), Ok(print));
    }
    let last = Print { price: 14_800_000_000, confidence: 20_000_000, publish_time: OCTOBER_2024 - 3, ..print };
    for status in [PriceStatus::Unknown, PriceStatus::Halted, PriceStatus::Auction, PriceStatus::Ignored] {
        let mut halted = account;
        halted.agg.status = status;
        assert_eq!(legacy(&pyth_legacy::ORACLE_PROGRAM, bytemuck::bytes_of(&halted)), Ok(last));
    }
}

#[test]
fn a_legacy_account_must_be_the_one_that_is_listed_owned_by_pyth_and_whole() {
    let account = legacy_account(OCTOBER_2024);
    let data = bytemuck::bytes_of(&account);
    let owner = &pyth_legacy::ORACLE_PROGRAM;
    assert_eq!(legacy(&pyth_pull::RECEIVER, data), Err(MarginError::OracleOwner));
    let elsewhere = OracleAccount { address: &FEED, owner, data };
    assert_eq!(decode(LEGACY, &ADDRESS, elsewhere), Err(MarginError::OracleFeedMismatch));
    assert_eq!(legacy(owner, &data[..data.len() - 1]), Err(MarginError::OracleMalformed));
    let no_price = SolanaPriceAccount { atype: 2, ..account };
    assert_eq!(legacy(owner, bytemuck::bytes_of(&no_price)), Err(MarginError::OracleMalformed));
    let no_magic = SolanaPriceAccount { magic: 0, ..account };
    assert_eq!(legacy(owner, bytemuck::bytes_of(&no_magic)), Err(MarginError::OracleMalformed));
}

#[test]
fn an_unknown_kind_of_oracle_is_never_read() {
    let account = OracleAccount { address: &ADDRESS, owner: &pyth_pull::RECEIVER, data: &[] };
    assert_eq!(decode(2, &FEED, account), Err(MarginError::ConfigOracleKind));
}

/// The folder of real accounts beside the repository, if it is there.
fn mainnet() -> Option<PathBuf> {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data/pyth"));
    if !folder.is_dir() {
        println!("skipped: no real Pyth accounts at {}", folder.display());
        return None;
    }
    Some(folder)
}

fn read(folder: &std::path::Path, file: &str) -> Vec<u8> {
    std::fs::read(folder.join(file)).unwrap_or_else(|e| panic!("{file}: {e}"))
}

/// Symbol, file, feed id, price and confidence in 10^-8 dollars, publication.
type Real = (&'static str, &'static str, &'static str, i64, u64, i64);

const REAL_UPDATES: [Real; 4] = [
    (
        "ETH",
        "42amVS4KgzR9rA28tkVYqVXjq9Qa8dcZQMbH5EYFX6XC.json",
        "ff61491a931112ddf1bd8147cd1b641375f79f5825126d665480874634fd0ace",
        263_841_214_254,
        140_974_554,
        1_729_136_568,
    ),
    (
        "BTC",
        "4cSM2e6rvbGQUFiJbqytoVMi5GgghSMr8LwVrT9VPSPo.json",
        "e62df6c8b4a85fe1a67db44dc12de5db330f7ac66b72dc658afedf0f4a415b43",
        6_762_983_865_419,
        3_003_854_611,
        1_729_136_573,
    ),
    (
        "SOL",
        "7UVimffxr9ow1uXYxsr4LHAcV58mLzhmwaeKvJ1pjLiE.json",
        "ef0d8b6fda2ceba41da15d4095d1da392a0d2f8ed0c6c7bc0f4cfac8c280b56d",
        15_453_505_538,
        18_134_120,
        1_729_136_558,
    ),
    (
        "USDC",
        "Dpw1EAVrSB1ibxiDQyTAW6Zip3J4Btk2x4SgApQCeFbX.json",
        "eaa020c61cc479712813461ce153894a96a6c00b21ed0cfc2798d1f9a9e9c94a",
        99_991_553,
        48_451,
        1_729_136_563,
    ),
];

fn from_hex(hex: &str) -> [u8; 32] {
    std::array::from_fn(|i| u8::from_str_radix(&hex[2 * i..2 * i + 2], 16).expect("two hexadecimal digits"))
}

/// Accepts a print at its own time, and refuses it as too old two years later.
fn is_accepted_only_in_its_time(symbol: &str, print: &Print) {
    let fresh = FeedState::default();
    let accepted = accept(&JUDGE, &fresh, print, print.publish_time);
    assert!(matches!(accepted, Ok(breakwater_client::margin::price::Accepted::Newer(_))), "{symbol}: {accepted:?}");
    assert_eq!(accept(&JUDGE, &fresh, print, NOVEMBER_2026), Err(Refusal::PrintTooOld), "{symbol}");
}

#[test]
fn real_updates_of_mainnet_are_read_accepted_in_their_time_and_stale_today() {
    let Some(folder) = mainnet() else { return };
    for (symbol, file, feed, price, confidence, publish_time) in REAL_UPDATES {
        let json: serde_json::Value = serde_json::from_slice(&read(&folder, file)).expect("an account as JSON");
        let data = base64::prelude::BASE64_STANDARD.decode(json["account"]["data"][0].as_str().expect("base64"));
        let owner = json["account"]["owner"].as_str().expect("an address");
        let owner = breakwater_client::Address::from_str_const(owner).to_bytes();
        let account = OracleAccount { address: &ADDRESS, owner: &owner, data: &data.expect("base64") };
        let print = decode(PULL, &from_hex(feed), account).unwrap_or_else(|e| panic!("{symbol}: {}", e.name()));
        assert_eq!(
            (print.price, print.confidence, print.exponent, print.publish_time),
            (price, confidence, -8, publish_time),
            "{symbol}"
        );
        is_accepted_only_in_its_time(symbol, &print);
        assert_eq!(decode(PULL, &FEED, account), Err(MarginError::OracleFeedMismatch), "{symbol}");
    }
}

#[test]
fn real_legacy_accounts_of_mainnet_are_read_accepted_in_their_time_and_stale_today() {
    let Some(folder) = mainnet() else { return };
    for (symbol, price, publish_time) in [("sol", 13_272_457_249, 1_720_094_645), ("usdc", 100_019_396, 1_720_094_657)]
    {
        let data = read(&folder, &format!("{symbol}_legacy.bin"));
        assert_eq!(data.len(), size_of::<SolanaPriceAccount>(), "{symbol}");
        let print = legacy(&pyth_legacy::ORACLE_PROGRAM, &data).unwrap_or_else(|e| panic!("{symbol}: {}", e.name()));
        assert_eq!((print.price, print.exponent, print.publish_time), (price, -8, publish_time), "{symbol}");
        is_accepted_only_in_its_time(symbol, &print);
    }
}
