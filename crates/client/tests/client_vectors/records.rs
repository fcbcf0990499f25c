//! Accounts and events of which every byte is another, as they are decoded, and what is found in log lines.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use breakwater_client::decode::{self, ProgramAccount};
use breakwater_client::interface::{
    Bank, Group, InsuranceFund, InsuranceStake, LiquidityPosition, MarginAccount, PerpMarket, QueuedChange, ReceiptLog,
    RiskBoard, events,
};
use breakwater_client::{PROGRAM_ID, TOKEN_PROGRAM, receipt};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{bytes, hex};

/// A value's text without the names of its types, which other languages do not have.
fn plain(value: &dyn std::fmt::Debug) -> String {
    let text = format!("{value:?}");
    let (most, last) = text.rsplit_once(" {").unwrap_or(("", &text));
    let named: Vec<&str> = most.split(" {").map(|part| part.trim_end_matches(char::is_alphanumeric)).collect();
    format!("{}{{{last}", named.join("{"))
}

fn account<T: ProgramAccount + std::fmt::Debug>(first: u8) -> Value {
    let data = [&decode::discriminator("account", T::NAME)[..], &bytes(first, size_of::<T>())].concat();
    let decoded: T = decode::account(&data).expect("the account's bytes");
    let digest: [u8; 32] = Sha256::digest(plain(&decoded)).into();
    json!([T::NAME, data.len(), hex(&data[..8]), first, hex(&digest)])
}

/// Every account: name, size, discriminator, first byte of the pattern, digest of the decoded account's text.
pub fn accounts() -> Vec<Value> {
    vec![
        account::<Group>(1),
        account::<RiskBoard>(2),
        account::<Bank>(3),
        account::<MarginAccount>(4),
        account::<PerpMarket>(5),
        account::<InsuranceFund>(6),
        account::<InsuranceStake>(7),
        account::<LiquidityPosition>(8),
        account::<ReceiptLog>(9),
        account::<QueuedChange>(10),
    ]
}

/// Names and sizes of all events.
const EVENTS: [(&str, usize); 31] = {
    macro_rules! sizes {
        ($($name:ident),*) => { [$((events::$name::NAME, size_of::<events::$name>())),*] };
    }
    sizes!(
        BalanceChanged,
        Liquidated,
        PerpLiquidated,
        Traded,
        OrderPlaced,
        OrderCanceled,
        OrderExecuted,
        PnlSettled,
        LiquidityChanged,
        MarketLossResolved,
        Deleveraged,
        Flagged,
        FlagCleared,
        Insured,
        MarketListed,
        BankruptcyResolved,
        TokenListed,
        ParameterSet,
        ChangeQueued,
        ChangeVetoed,
        ChangeExecuted,
        RoleSet,
        GroupLaunched,
        PauseSet,
        AccountOpened,
        AccountClosed,
        DelegateSet,
        StakeChanged,
        Collected,
        ShortfallReported,
        AccountUpgraded
    )
};

fn event(name: &str, size: usize, first: u8) -> Vec<u8> {
    [&decode::discriminator("event", name)[..], &bytes(first, size)].concat()
}

/// Every event: name, bytes, text of the decoded event.
pub fn events() -> Vec<Value> {
    let told = |(first, (name, size)): (u8, (&str, usize))| {
        let data = event(name, size, first);
        let decoded = decode::event(&data).expect("an event");
        let text = plain(&decoded);
        // `Name(Name { … })`: the name is told apart.
        let body = text.strip_prefix(name).and_then(|rest| rest.strip_prefix('(')).unwrap_or(&text);
        json!([name, hex(&data), body.strip_suffix(')').unwrap_or(body)])
    };
    (0..).zip(EVENTS).map(told).collect()
}

/// Log lines of several transactions, with the events and receipts that are found in them, and why the program failed.
pub fn logs() -> Vec<Value> {
    let data = |bytes: &[u8]| format!("Program data: {}", BASE64_STANDARD.encode(bytes));
    let size = |name| EVENTS.iter().find(|(event, _)| *event == name).expect("an event").1;
    let plain_event = event("Traded", size("Traded"), 40);
    let receipted = [event("Liquidated", size("Liquidated"), 41), bytes(42, 300)].concat();
    let written_off = [event("BankruptcyResolved", size("BankruptcyResolved"), 43), bytes(44, 96)].concat();
    let (program, token) = (PROGRAM_ID, TOKEN_PROGRAM);
    let ran = |inner: &[String]| {
        let mut lines = vec![format!("Program {program} invoke [1]")];
        lines.extend_from_slice(inner);
        lines.extend([
            format!("Program {program} consumed 11995 of 200000 compute units"),
            format!("Program {program} success"),
        ]);
        lines
    };
    let failed =
        |words: &str| vec![format!("Program {program} invoke [1]"), format!("Program {program} failed: {words}")];
    let called =
        [format!("Program {token} invoke [2]"), "Program log: moved".into(), format!("Program {token} success")];
    let all = [
        ran(&[data(&plain_event), data(&receipted)]),
        ran(&[data(&event("Unknown", 64, 45)), data(&written_off), data(&[1, 2, 3])]),
        [ran(&[called.to_vec(), vec![data(&plain_event)]].concat()), ran(&[data(&receipted)])].concat(),
        failed("custom program error: 0x1770"),
        failed("custom program error: 0x7d6"),
        failed("exceeded CUs meter at BPF instruction"),
        vec!["Program 11111111111111111111111111111111 failed: custom program error: 0x1".to_owned()],
    ];
    all.iter().map(|lines| told(lines)).collect()
}

fn told(lines: &[String]) -> Value {
    let names: Vec<String> = decode::events(lines)
        .iter()
        .map(|event| {
            let text = format!("{event:?}");
            text.split('(').next().unwrap_or_default().to_owned()
        })
        .collect();
    let receipts: Vec<String> = receipt::receipts(lines).iter().map(|bytes| hex(bytes)).collect();
    let failure = decode::failure(lines).map(|failure| failure.to_string());
    json!({ "lines": lines, "events": names, "receipts": receipts, "failure": failure })
}
