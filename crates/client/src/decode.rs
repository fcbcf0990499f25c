//! From bytes to accounts, events and errors.

use base64::Engine;
use breakwater_interface::accounts::{DISCRIMINATOR, MARGIN_ACCOUNT_SIZE_1};
use breakwater_interface::events::{
    AccountClosed, AccountOpened, AccountUpgraded, BalanceChanged, BankruptcyResolved, ChangeExecuted, ChangeQueued,
    ChangeVetoed, Collected, DelegateSet, Deleveraged, FlagCleared, Flagged, GroupLaunched, Insured, Liquidated,
    LiquidityChanged, MarketListed, MarketLossResolved, OrderCanceled, OrderExecuted, OrderPlaced, ParameterSet,
    PauseSet, PerpLiquidated, PnlSettled, RoleSet, ShortfallReported, StakeChanged, TokenListed, Traded,
};
use breakwater_interface::quote::ReturnedQuote;
use breakwater_interface::{
    Bank, Group, InsuranceFund, InsuranceStake, LiquidityPosition, MarginAccount, MarginError, PerpMarket,
    QueuedChange, ReceiptLog, RiskBoard,
};
use bytemuck::Pod;
use sha2::{Digest, Sha256};

/// The first eight bytes of `sha256("namespace:name")`.
pub fn discriminator(namespace: &str, name: &str) -> [u8; DISCRIMINATOR] {
    let digest = Sha256::digest(format!("{namespace}:{name}"));
    core::array::from_fn(|i| digest[i])
}

/// An account of the program.
pub trait ProgramAccount: Pod {
    /// The type's name, which its discriminator is made of.
    const NAME: &'static str;
}

macro_rules! program_accounts {
    ($($name:ident),*) => { $(impl ProgramAccount for $name { const NAME: &'static str = stringify!($name); })* };
}
program_accounts!(
    Group,
    RiskBoard,
    Bank,
    MarginAccount,
    PerpMarket,
    InsuranceFund,
    InsuranceStake,
    LiquidityPosition,
    ReceiptLog,
    QueuedChange
);

/// Where an account's data names the group that it belongs to, for filters of a node.
pub const GROUP_OFFSET: usize = DISCRIMINATOR;

/// Reads an account's data; `None` if it is not such an account.
pub fn account<T: ProgramAccount>(data: &[u8]) -> Option<T> {
    let body = data.strip_prefix(&discriminator("account", T::NAME))?;
    body.get(..size_of::<T>()).map(bytemuck::pod_read_unaligned)
}

/// Reads a margin account of any version. One of version 1 says so: the program refuses it until `upgrade_account`, and what
/// version 2 has more is 0.
pub fn margin_account(data: &[u8]) -> Option<MarginAccount> {
    if data.len() != MARGIN_ACCOUNT_SIZE_1 {
        return account(data);
    }
    let mut whole = [0; account_size::<MarginAccount>()];
    whole[..data.len()].copy_from_slice(data);
    account(&whole)
}

/// Slot and unix time in the data of the clock's account ([`crate::CLOCK`]); `None` if it is too short.
pub fn clock(data: &[u8]) -> Option<(u64, i64)> {
    let word = |at: usize| data.get(at..)?.first_chunk().copied();
    Some((u64::from_le_bytes(word(0)?), i64::from_le_bytes(word(32)?)))
}

/// Bytes of an account of a type, discriminator included.
pub const fn account_size<T: ProgramAccount>() -> usize {
    DISCRIMINATOR + size_of::<T>()
}

/// Reads what `quote_liquidation` returned; `None` if it is of another length, that is of another version.
pub fn quote(data: &[u8]) -> Option<ReturnedQuote> {
    (data.len() == size_of::<ReturnedQuote>()).then(|| bytemuck::pod_read_unaligned(data))
}

/// The quote in a transaction's log lines.
pub fn quote_in(logs: &[String]) -> Option<ReturnedQuote> {
    let prefix = format!("Program return: {} ", crate::PROGRAM_ID);
    let line = logs.iter().find_map(|line| line.strip_prefix(&prefix))?;
    quote(&base64::prelude::BASE64_STANDARD.decode(line).ok()?)
}

/// The program's error behind a custom error code.
pub fn error(code: u32) -> Option<MarginError> {
    MarginError::from_code(code)
}

/// Why the program failed in a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// With an error of its own.
    Margin(MarginError),
    /// With a code that is none of its own: the framework's checks of accounts have 2,000 to 4,999.
    Code(u32),
    /// The runtime stopped it, in the runtime's words: compute units ran out, for example.
    Runtime(String),
}

impl Failure {
    /// The failure behind a custom error code.
    pub fn of(code: u32) -> Failure {
        error(code).map_or(Failure::Code(code), Failure::Margin)
    }

    /// The program's own error, if it is one.
    pub fn error(&self) -> Option<MarginError> {
        match self {
            Failure::Margin(error) => Some(*error),
            _ => None,
        }
    }
}

impl core::fmt::Display for Failure {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Failure::Margin(error) => write!(f, "{} ({}): {}", error.name(), error.code(), error.message()),
            Failure::Code(code) => write!(f, "custom error {code}, which is none of Breakwater's"),
            Failure::Runtime(words) => f.write_str(words),
        }
    }
}

impl core::error::Error for Failure {}

/// Why the program failed, from a transaction's log lines; `None` where it did not, or where another program did.
pub fn failure(logs: &[String]) -> Option<Failure> {
    let prefix = format!("Program {} failed: ", crate::PROGRAM_ID);
    let words = logs.iter().find_map(|line| line.strip_prefix(&prefix))?;
    let code = words.strip_prefix("custom program error: 0x").and_then(|hex| u32::from_str_radix(hex, 16).ok());
    Some(code.map_or_else(|| Failure::Runtime(words.to_owned()), Failure::of))
}

macro_rules! events {
    ($($name:ident),*) => {
        /// An event of the program.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Event { $(#[doc = stringify!($name)] $name($name),)* }

        /// Reads one event's bytes; `None` if it is none of ours.
        pub fn event(data: &[u8]) -> Option<Event> {
            $(
                if let Some(body) = data.strip_prefix(&discriminator("event", $name::NAME)) {
                    return body.get(..size_of::<$name>()).map(|body| Event::$name(bytemuck::pod_read_unaligned(body)));
                }
            )*
            None
        }
    };
}
events!(
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
);

/// What the program has logged as data, in order. Other programs of the same transaction may log what looks like it: a line
/// counts only between the runtime's words that ours was invoked and that it has ended.
pub(crate) fn data(logs: &[String]) -> impl Iterator<Item = Vec<u8>> + '_ {
    let ours = crate::PROGRAM_ID.to_string();
    // Whether each program that is running, the innermost last, is ours.
    let mut running: Vec<bool> = Vec::new();
    logs.iter().filter_map(move |line| {
        if let Some(line) = line.strip_prefix("Program data: ") {
            let own = running.last().is_some_and(|own| *own);
            return base64::prelude::BASE64_STANDARD.decode(line).ok().filter(|_| own);
        }
        let (program, words) = line.strip_prefix("Program ")?.split_once(' ')?;
        if words.starts_with("invoke [") {
            running.push(program == ours);
        } else if words == "success" || words.starts_with("failed: ") {
            running.pop();
        }
        None
    })
}

/// The events in a transaction's log lines, in order.
pub fn events(logs: &[String]) -> Vec<Event> {
    data(logs).filter_map(|bytes| event(&bytes)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn logged(words: &str) -> Option<Failure> {
        let program = crate::PROGRAM_ID;
        failure(&[format!("Program {program} invoke [1]"), format!("Program {program} failed: {words}")])
    }

    #[test]
    fn a_failure_is_found_in_log_lines_whosever_it_is() {
        let healthy = MarginError::AccountHealthy;
        let own = logged(&format!("custom program error: {:#x}", healthy.code()));
        assert_eq!(own, Some(Failure::Margin(healthy)));
        let text = own.expect("an error").to_string();
        assert!(text.starts_with("AccountHealthy (") && text.ends_with(healthy.message()), "{text}");
        assert_eq!(logged("custom program error: 0x7d6"), Some(Failure::Code(2_006)));
        let exhausted = "exceeded CUs meter at BPF instruction";
        assert_eq!(logged(exhausted), Some(Failure::Runtime(exhausted.to_owned())));
        assert_eq!(
            failure(&["Program 11111111111111111111111111111111 failed: custom program error: 0x1".into()]),
            None
        );
    }

    #[test]
    fn only_what_the_program_itself_logs_is_an_event() {
        let ours = crate::PROGRAM_ID;
        let mut bytes = discriminator("event", AccountClosed::NAME).to_vec();
        bytes.resize(bytes.len() + size_of::<AccountClosed>(), 7);
        let data = format!("Program data: {}", base64::prelude::BASE64_STANDARD.encode(&bytes));
        let lines = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>();
        let other = "Program Forger1111111111111111111111111111111111111 invoke [1]";
        let end = "Program Forger1111111111111111111111111111111111111 success";
        let (begin, done) = (format!("Program {ours} invoke [1]"), format!("Program {ours} success"));
        assert_eq!(events(&lines(&[&begin, &data, &done])).len(), 1);
        assert_eq!(events(&lines(&[other, &data, end])), [], "another program's");
        assert_eq!(events(&lines(&[&begin, &done, &data])), [], "after it has ended");
        assert_eq!(events(&lines(&[&begin, &other.replace("[1]", "[2]"), &data, end, &done])), [], "called by ours");
        let nested = [other, &begin.replace("[1]", "[2]"), &data, &done, &data, end];
        assert_eq!(events(&lines(&nested)).len(), 1, "ours, called by another");
        let spoken = format!("Program log: Program {ours} invoke [1]");
        assert_eq!(events(&lines(&[other, &spoken, &data, end])), [], "words are not the runtime's");
    }
}
