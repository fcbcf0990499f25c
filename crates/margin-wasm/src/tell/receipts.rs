//! Receipts, read and repeated.

use std::collections::BTreeMap;

use breakwater_client::decode::{self, Event};
use breakwater_client::receipt::{Fault, chained, replay};

use super::{hex, written};
use crate::answer::{ReceiptRow, ReceiptsAnswer};

/// Reads receipts, each after the digest before it.
pub fn receipts(wanted: &[(Vec<u8>, [u8; 32])]) -> ReceiptsAnswer {
    ReceiptsAnswer { rows: wanted.iter().map(|(bytes, before)| receipt(bytes, before)).collect() }
}

fn receipt(bytes: &[u8], before: &[u8; 32]) -> Option<ReceiptRow> {
    let (kind, account, keeper, numbers) = read(decode::event(bytes)?)?;
    let numbers = numbers.into_iter().map(|(name, number)| (name.to_owned(), number.to_string()));
    Some(ReceiptRow {
        kind: kind.into(),
        account: written(&account),
        keeper: keeper.map(|keeper| written(&keeper)),
        numbers: numbers.collect::<BTreeMap<_, _>>(),
        digest: hex(&chained(before, bytes)),
        fault: replay(bytes).err().map(|fault| words(&fault)),
    })
}

/// What is wrong with a receipt, for people.
fn words(fault: &Fault) -> String {
    match fault {
        Fault::Digest => "its digest does not match".into(),
        Fault::Malformed => "its bytes are no receipt".into(),
        Fault::Refused(error) => format!("the program would have refused it: {}", error.message()),
        Fault::Differs { .. } => "from its inputs something else follows".into(),
    }
}

type Read = (&'static str, [u8; 32], Option<[u8; 32]>, Vec<(&'static str, i128)>);

/// The names and numbers of an event that leaves a receipt.
fn read(event: Event) -> Option<Read> {
    macro_rules! numbers {
        ($event:ident: $($field:ident),*) => { vec![$((stringify!($field), i128::from($event.$field))),*] };
    }
    Some(match event {
        Event::Liquidated(e) => {
            let numbers = numbers!(e: repay, insurance, seize, equity_before, equity_after, health_before, health_after,
                requirement, bonus, debt_token, collateral_token);
            ("liquidation", e.liquidatee, Some(e.keeper), numbers)
        }
        Event::PerpLiquidated(e) => {
            let numbers = numbers!(e: size, mark, settled, fee, insurance, equity_before, equity_after, health_before,
                health_after, requirement, base, market);
            ("position", e.liquidatee, Some(e.keeper), numbers)
        }
        Event::BankruptcyResolved(e) => {
            ("bankLoss", e.account, None, numbers!(e: deficit, tranche, fund, socialised, token))
        }
        Event::MarketLossResolved(e) => {
            ("marketLoss", e.account, None, numbers!(e: deficit, tranche, pool, fund, left, market))
        }
        Event::Deleveraged(e) => {
            ("deleveraging", e.account, None, numbers!(e: closed, mark, taken, secured, left, market))
        }
        _ => return None,
    })
}
