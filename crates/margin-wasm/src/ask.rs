//! Questions in JSON, answered by the functions of [`crate::tell`]. An answer is `{"ok": …}` or `{"refused": …}`.

use breakwater_client::Address;
use breakwater_interface::MarginAccount;
use serde::{Deserialize, Serialize};

use crate::action::{Intent, MostOf, unopened};
use crate::answer::Amount;
use crate::session::{Refused, Session};
use crate::tell;

/// What a page may ask.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Question {
    /// Sets slot and time for the answers that follow. → null
    At {
        /// The slot.
        slot: u32,
        /// Unix seconds.
        #[cfg_attr(test, ts(type = "number"))]
        time: i64,
    },
    /// The group. → GroupAnswer
    Group,
    /// A margin account. → AccountAnswer
    Account {
        /// Its address.
        address: String,
    },
    /// What an action would do. An account that is not there yet is taken for one that the owner opens with it.
    /// → PreviewAnswer
    Preview {
        /// The margin account.
        address: String,
        /// Who owns it.
        owner: String,
        /// What is to be done.
        intent: Intent,
    },
    /// The largest amount that an action accepts. An account that is not there yet is taken for one that the owner opens.
    /// → Amount
    Most {
        /// The margin account.
        address: String,
        /// Who owns it.
        owner: String,
        /// What the amount is of.
        of: MostOf,
    },
    /// Margin accounts, liquidity and stake of an owner. → OwnerAnswer
    Owner {
        /// The owner.
        owner: String,
    },
    /// A price as a mark, quote units for one base unit × 2^44. → string
    Mark {
        /// Number of the market.
        market: u8,
        /// Quote tokens for one whole base, a decimal.
        price: String,
    },
    /// How a margin account would stand at other prices, all else equal. → Standing
    WhatIf {
        /// Its address.
        address: String,
        /// What moves.
        moves: Vec<Move>,
    },
    /// All margin accounts. → BookAnswer
    Book,
    /// Reads receipts and repeats them. → ReceiptsAnswer
    Receipts {
        /// Bytes of each receipt and the digest before it, hexadecimal.
        receipts: Vec<ReceiptBytes>,
    },
}

/// A price that moves.
#[derive(Clone, Copy, Debug, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Move {
    /// Number of the feed.
    pub feed: u8,
    /// By which part of the price, bps, signed.
    pub bps: i32,
}

/// A receipt as it was logged.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ReceiptBytes {
    /// Its bytes, hexadecimal.
    pub bytes: String,
    /// Digest of the receipt before it, hexadecimal.
    pub before: String,
}

/// Answers a question.
pub fn ask(session: &mut Session, question: &[u8]) -> String {
    let told = serde_json::from_slice(question)
        .map_err(|error| Refused::new("BadQuestion", error.to_string()))
        .and_then(|question| answered(session, question));
    match told {
        Ok(answer) => format!("{{\"ok\":{answer}}}"),
        Err(refused) => format!("{{\"refused\":{}}}", json(&refused).unwrap_or_default()),
    }
}

fn answered(session: &mut Session, question: Question) -> Result<String, Refused> {
    match question {
        Question::At { slot, time } => {
            session.set_time((slot.into(), time));
            Ok("null".into())
        }
        Question::Group => {
            session.refresh()?;
            json(&tell::group(session, session.view()?)?)
        }
        Question::Account { address } => {
            session.refresh()?;
            let address = parsed(&address)?;
            json(&tell::account(session.view()?, &address, &session.account(&address)?)?)
        }
        Question::Preview { address, owner, intent } => {
            session.refresh()?;
            let account = account_or_new(session, &address, &owner)?;
            json(&tell::preview(session, session.view()?, &account, &intent)?)
        }
        Question::Most { address, owner, of } => {
            session.refresh()?;
            let (account, view) = (account_or_new(session, &address, &owner)?, session.view()?);
            let most = of.ask(session, view, &account)?;
            json(&Amount::of(most, tell::Scale(view).decimals(of.leg(view))))
        }
        Question::Owner { owner } => {
            session.refresh()?;
            json(&tell::owner(session, session.view()?, &parsed(&owner)?)?)
        }
        Question::Mark { market, price } => {
            session.refresh()?;
            json(&tell::Scale(session.view()?).parse_mark(market, &price)?.0.to_string())
        }
        Question::WhatIf { address, moves } => {
            session.refresh()?;
            let mut view = session.view()?.clone();
            for Move { feed, bps } in moves {
                view.move_price(feed, bps);
            }
            json(&tell::standing(&view, &session.account(&parsed(&address)?)?)?)
        }
        Question::Book => {
            session.refresh()?;
            json(&tell::book(session.view()?, session.accounts())?)
        }
        Question::Receipts { receipts } => {
            let wanted = receipts.iter().map(|receipt| Ok((unhex(&receipt.bytes)?, digest(&receipt.before)?)));
            json(&tell::receipts(&wanted.collect::<Result<Vec<_>, Refused>>()?))
        }
    }
}

/// A margin account, or the one that its owner would open.
fn account_or_new(session: &Session, address: &str, owner: &str) -> Result<MarginAccount, Refused> {
    let group = session.view()?.board.group;
    session.account(&parsed(address)?).or_else(|_| Ok(unopened(group, &parsed(owner)?)))
}

fn json(answer: &impl Serialize) -> Result<String, Refused> {
    serde_json::to_string(answer).map_err(|error| Refused::new("BadAnswer", error.to_string()))
}

fn parsed(address: &str) -> Result<Address, Refused> {
    address.parse().map_err(|_| Refused::new("BadAddress", format!("{address:?} is not an address")))
}

fn unhex(text: &str) -> Result<Vec<u8>, Refused> {
    let bad = || Refused::new("BadBytes", "bytes are not hexadecimal");
    let pair = |at: usize| text.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok());
    (0..text.len()).step_by(2).map(|at| pair(at).ok_or_else(bad)).collect()
}

fn digest(text: &str) -> Result<[u8; 32], Refused> {
    unhex(text)?.try_into().map_err(|_| Refused::new("BadBytes", "a digest has 32 bytes"))
}
