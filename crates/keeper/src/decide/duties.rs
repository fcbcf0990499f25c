//! What pays nothing and somebody must do: writing off the debts of a bankrupt account, deleveraging the winners of a market
//! in deficit.

use breakwater_client::address;
use breakwater_client::instruction::Creditor;
use breakwater_client::interface::live::{Live, accrued, own_index};
use breakwater_client::interface::snapshot::{self, Own};
use breakwater_client::interface::{MarginAccount, MarginError};
use breakwater_client::margin::perp::MAX_AGE_TRADE;
use breakwater_client::margin::{Refusal, Side, Snapshot, Value, health};

use crate::group::Group;
use crate::job::Action;

/// To whom a bankrupt account owes the first of its debts; `None` for one that is not bankrupt.
///
/// Errors: MathOverflow
pub(super) fn creditor(group: &Group, account: &MarginAccount) -> Result<Option<Creditor>, MarginError> {
    let view = &group.view;
    let mut legs = Snapshot::default();
    snapshot::build(&mut legs, &view.board, account, &Own::default(), view.time)?;
    let valuation = health::value(&legs)?;
    let fund = address::fund(&group.address);
    let quote_bank = view.banks.get(&view.board.quote_token).map(|(bank, _)| *bank);
    let is_quote = |token: u8| view.board.is_quote(token);
    if valuation.verify_bankrupt(&legs, None).is_ok() {
        let debts = legs.tokens.iter().filter(|leg| leg.side == Side::Debt && leg.amount > 0);
        for leg in debts {
            let Some((bank, _)) = view.banks.get(&leg.token) else { continue };
            return Ok(Some(match is_quote(leg.token) {
                true => Creditor::QuoteBank { quote_bank: *bank, fund },
                false => Creditor::Bank(*bank),
            }));
        }
    }
    for leg in legs.perps.iter().filter(|leg| leg.pnl < 0) {
        let number = leg.terms.market;
        if valuation.verify_bankrupt(&legs, Some(number)).is_err() {
            continue;
        }
        if let (Some((market, _)), Some(quote_bank)) = (view.markets.get(&number), quote_bank) {
            return Ok(Some(Creditor::Market { market: *market, quote_bank, fund }));
        }
    }
    Ok(None)
}

/// Whether the program would deleverage an account in a market now.
///
/// Errors: MathOverflow
pub fn deleverage(group: &Group, account: &MarginAccount, market: u8) -> Result<Option<Action>, MarginError> {
    let view = &group.view;
    let Some((market_key, listed)) = view.markets.get(&market) else { return Ok(None) };
    let Some((quote_bank, bank)) = view.banks.get(&view.board.quote_token) else { return Ok(None) };
    let books = accrued(bank, view.time)?;
    let mut live = Live::new(listed, &view.board, books.deposit_index, view.time, view.slot)?;
    if live.deficit == 0 || live.verify_fresh(MAX_AGE_TRADE).is_err() {
        return Ok(None);
    }
    let mut account = *account;
    let Ok(mut held) = live.touch(&mut account, view.time) else { return Ok(None) };
    let mut legs = Snapshot::default();
    let banks = [own_index(bank, &books)];
    let own = Own { banks: &banks, market: Some(live.own()?) };
    snapshot::build(&mut legs, &view.board, &account, &own, view.time)?;
    let valuation = health::value(&legs)?;
    if valuation.debts > Value::ZERO && valuation.verify_known(&legs).is_err() {
        return Ok(None);
    }
    let spare = valuation.spare(&snapshot::quote(&view.board, view.time).price);
    let at = (live.mark, live.index);
    match live.books.deleverage(&mut held.position, &listed.config.adl(), spare, at, view.slot) {
        Ok(_) => Ok(Some(Action::Deleverage { market: *market_key, quote_bank: *quote_bank })),
        Err(Refusal::Math(error)) => Err(error.into()),
        Err(_) => Ok(None),
    }
}
