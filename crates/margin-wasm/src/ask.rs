//! Questions, answered by the functions of [`crate::tell`]. An answer is `{"ok": …}` or `{"refused": …}` in JSON.

use breakwater_client::Address;
use breakwater_interface::MarginAccount;

use crate::action::{Intent, MostOf, unopened};
use crate::answer::Amount;
use crate::json::json;
use crate::session::{Refused, Session};
use crate::tell;
use crate::words::{Words, pair};

/// Answers a question: `ask` names it, the rest is what it is about.
///
/// | ask | about | answer |
/// |---|---|---|
/// | `at` | slot, time | null |
/// | `group` | | GroupAnswer |
/// | `account` | address | AccountAnswer |
/// | `preview` | address, owner, an [`Intent`] | PreviewAnswer |
/// | `most` | address, owner, a [`MostOf`] | Amount |
/// | `owner` | owner | OwnerAnswer |
/// | `mark` | market, price | string |
/// | `whatIf` | address, `move` = feed `:` bps, any number of them | Standing |
/// | `book` | | BookAnswer |
/// | `receipts` | `receipt` = bytes `:` digest before it, hexadecimal, any number of them | ReceiptsAnswer |
pub fn ask(session: &mut Session, question: &[u8]) -> String {
    match Words::read(question).and_then(|words| answered(session, &words)) {
        Ok(answer) => format!("{{\"ok\":{answer}}}"),
        Err(refused) => format!("{{\"refused\":{}}}", json(&refused)),
    }
}

fn answered(session: &mut Session, words: &Words) -> Result<String, Refused> {
    match words.text("ask")? {
        "at" => {
            session.set_time((words.parsed("slot")?, words.parsed("time")?));
            return Ok("null".into());
        }
        "receipts" => return receipts(words),
        _ => session.refresh()?,
    }
    let (session, view) = (&*session, session.view()?);
    match words.text("ask")? {
        "group" => Ok(json(&tell::group(session, view)?)),
        "account" => {
            let address = words.address("address")?;
            Ok(json(&tell::account(view, &address, &session.account(&address)?)?))
        }
        "preview" => {
            let account = account_or_new(session, words)?;
            Ok(json(&tell::preview(session, view, &account, &Intent::read(words)?)?))
        }
        "most" => {
            let (account, of) = (account_or_new(session, words)?, MostOf::read(words)?);
            let most = of.ask(session, view, &account)?;
            Ok(json(&Amount::of(most, tell::Scale(view).decimals(of.leg(view)))))
        }
        "owner" => Ok(json(&tell::owner(session, view, &words.address("owner")?)?)),
        "mark" => {
            let mark = tell::Scale(view).parse_mark(words.parsed("market")?, words.text("price")?)?;
            Ok(json(&mark.0.to_string()))
        }
        "whatIf" => {
            let mut view = view.clone();
            for price in words.all("move") {
                let (feed, bps) = pair(price)?;
                view.move_price(feed, bps);
            }
            Ok(json(&tell::standing(&view, &session.account(&words.address("address")?)?)?))
        }
        "book" => Ok(json(&tell::book(view, session.accounts())?)),
        other => Err(Refused::new("BadQuestion", format!("nothing is known of {other:?}"))),
    }
}

/// A margin account, or the one that its owner would open.
fn account_or_new(session: &Session, words: &Words) -> Result<MarginAccount, Refused> {
    let address: Address = words.address("address")?;
    let group = session.view()?.board.group;
    session.account(&address).or_else(|_| Ok(unopened(group, &words.address("owner")?)))
}

fn receipts(words: &Words) -> Result<String, Refused> {
    let read = |text: &str| -> Result<(Vec<u8>, [u8; 32]), Refused> {
        let bad = || Refused::new("BadBytes", "a receipt is bytes and a digest of 32 bytes, hexadecimal");
        let (bytes, before) = text.split_once(':').ok_or_else(bad)?;
        Ok((unhex(bytes).ok_or_else(bad)?, unhex(before).and_then(|bytes| bytes.try_into().ok()).ok_or_else(bad)?))
    };
    let wanted = words.all("receipt").map(read).collect::<Result<Vec<_>, Refused>>()?;
    Ok(json(&tell::receipts(&wanted)))
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let pair = |at: usize| text.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok());
    (0..text.len()).step_by(2).map(pair).collect()
}
