//! What this SDK makes of fixed arguments, written to `app/client/vectors`, from which the tests of the TypeScript
//! client compare it: addresses, every instruction builder, decoded accounts and events, errors, and what stands in logs.
//! `BLESS=1` writes the files anew.

mod group;
mod instructions;
mod records;

use std::fmt::Write;
use std::path::Path;

use breakwater_client::interface::MarginError;
use breakwater_client::interface::oracle::{LEGACY, PULL};
use breakwater_client::{Address, address};
use bytemuck::Pod;
use serde_json::{Value, json};

const FOLDER: &str = "../../app/client/vectors";

/// A fixed key for each byte.
pub fn key(byte: u8) -> Address {
    Address::new_from_array([byte; 32])
}

/// A fixed value of any plain type: its bytes count up by seven.
pub fn pattern<T: Pod>(first: u8) -> T {
    bytemuck::pod_read_unaligned(&bytes(first, size_of::<T>()))
}

/// So many bytes that count up by seven.
pub fn bytes(first: u8, length: usize) -> Vec<u8> {
    (0..length).map(|at| ((usize::from(first) + at * 7) % 251) as u8).collect()
}

/// Bytes as two digits each.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a string takes text");
        text
    })
}

fn addresses() -> Vec<Value> {
    let (one, two) = (key(1), key(2));
    let feed = |kind| {
        let config = breakwater_client::interface::config::OracleConfig { kind, feed_id: [9; 32], ..pattern(0) };
        address::oracle(&config, 1)
    };
    let token = Address::find_program_address(
        &[one.as_ref(), breakwater_client::TOKEN_PROGRAM.as_ref(), two.as_ref()],
        &Address::from_str_const("ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL"),
    );
    let all = [
        ("group", address::group(&one, 513)),
        ("bank", address::bank(&one, &two)),
        ("vault", address::vault(&one)),
        ("marginAccount", address::margin_account(&one, &two, 513)),
        ("fund", address::fund(&one)),
        ("stake", address::stake(&one, &two)),
        ("receiptLog", address::receipt_log(&one)),
        ("change", address::change(&one, 1 << 40)),
        ("perpMarket", address::perp_market(&one, 31)),
        ("liquidity", address::liquidity(&one, &two)),
        ("sponsoredPrice", address::sponsored_price(513, &[9; 32])),
        ("oracle", feed(PULL)),
        ("legacyOracle", feed(LEGACY)),
        ("associatedToken", token.0),
    ];
    all.iter().map(|(name, address)| json!([name, address.to_string()])).collect()
}

fn errors() -> Vec<Value> {
    MarginError::ALL.iter().map(|error| json!([error.code(), error.name(), error.message()])).collect()
}

/// The file: one line for each entry, so that a difference is one line too.
fn rendered() -> String {
    let parts = [
        ("addresses", addresses()),
        ("instructions", instructions::all()),
        ("accounts", records::accounts()),
        ("events", records::events()),
        ("errors", errors()),
        ("logs", records::logs()),
    ];
    let parts = parts.map(|(name, entries)| {
        let lines: Vec<String> = entries.iter().map(|entry| format!("    {entry}")).collect();
        format!("  {:?}: [\n{}\n  ]", name, lines.join(",\n"))
    });
    format!("{{\n{}\n}}\n", parts.join(",\n"))
}

/// Compares a file with what it should be, or writes it.
fn compare(name: &str, rendered: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(FOLDER).join(name);
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, rendered).expect("the file can be written");
        return;
    }
    let found = std::fs::read_to_string(&path).expect("the file can be read");
    let parsed = |text: &str| serde_json::from_str::<Value>(text).expect("JSON");
    assert!(parsed(&found) == parsed(rendered), "{name} is not up to date: run this test with BLESS=1");
}

#[test]
fn the_vectors_of_the_typescript_client_are_what_this_client_makes() {
    compare("client.json", &rendered());
}

#[test]
fn the_group_that_the_typescript_client_reads_is_what_the_program_makes() {
    compare("group.json", &group::rendered());
}
