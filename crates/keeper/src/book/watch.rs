//! Accounts that are looked for by something else than their health: trigger orders, flags, bankruptcies.

use std::collections::BTreeSet;

use breakwater_client::interface::accounts::{MARKET_FEED, MAX_MARKETS};
use breakwater_client::interface::order::{ORDER_ABOVE, ORDER_BELOW, ORDER_HEALTH};
use breakwater_client::interface::{MarginAccount, RiskBoard, snapshot};
use breakwater_client::margin::perp::Mark;
use breakwater_client::margin::{Index, Price, Side, Value};

/// An account whose deposits are all worth less has nothing left to take, in whole dollars.
const BARE: Value = Value::usd(1);

/// An order as it is sorted: kind and market first, so that what a price triggers lies together.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    kind: u8,
    market: u8,
    trigger: u64,
    account: u32,
    slot: u8,
}

/// The side indices, by accounts' numbers.
#[derive(Default)]
pub(super) struct Watch {
    orders: BTreeSet<Entry>,
    flagged: BTreeSet<u32>,
    bare: BTreeSet<u32>,
}

fn entries(number: u32, account: &MarginAccount) -> impl Iterator<Item = Entry> + '_ {
    let orders = account.orders.iter().enumerate().filter(|(_, order)| !order.is_free());
    orders.map(move |(slot, order)| Entry {
        kind: order.kind,
        market: order.market,
        trigger: order.trigger,
        account: number,
        slot: slot as u8,
    })
}

/// Whether an account owes something and has next to nothing: no deposit worth a dollar, no more than one open base.
fn is_bare(account: &MarginAccount, board: &RiskBoard, now: i64) -> bool {
    let tokens = || account.tokens.iter().filter(|position| !position.is_free());
    let perps = || account.perps.iter().filter(|position| !position.is_free());
    let owes = tokens().any(|position| position.side() == Side::Debt) || perps().any(|position| position.quote < 0);
    let worth = |token: u8, shares: u64| {
        let risk = &board.tokens[usize::from(token) % board.tokens.len()];
        let price: Price = snapshot::interval(board, risk.feed, now).mid;
        Index(risk.deposit_index).amount_down(shares).map_or(Value(i128::MAX), |amount| price.value_down(amount))
    };
    owes && perps().filter(|position| position.base != 0).count() <= 1
        && tokens().all(|position| position.side() == Side::Debt || worth(position.token, position.shares) < BARE)
}

impl Watch {
    /// Takes what an account is; returns whether it is to be taken out again when it changes.
    pub(super) fn put(&mut self, number: u32, account: &MarginAccount, board: &RiskBoard, now: i64) -> bool {
        let mut watched = false;
        for entry in entries(number, account) {
            watched |= self.orders.insert(entry);
        }
        if account.flag_slot != 0 {
            watched |= self.flagged.insert(number);
        }
        if is_bare(account, board, now) {
            watched |= self.bare.insert(number);
        }
        watched
    }

    /// Takes out what an account was.
    pub(super) fn remove(&mut self, number: u32, account: &MarginAccount) {
        for entry in entries(number, account) {
            self.orders.remove(&entry);
        }
        self.flagged.remove(&number);
        self.bare.remove(&number);
    }

    /// Orders whose price has come, and all that wait for a health factor: account and slot.
    pub(super) fn due(&self, board: &RiskBoard, now: i64) -> Vec<(u32, u8)> {
        let decimals = snapshot::quote_decimals(board);
        let mut due = Vec::new();
        let mut take = |kind: u8, market: u8, triggers: std::ops::RangeInclusive<u64>| {
            let at = |trigger: u64, account: u32, slot: u8| Entry { kind, market, trigger, account, slot };
            let range = at(*triggers.start(), 0, 0)..=at(*triggers.end(), u32::MAX, u8::MAX);
            due.extend(self.orders.range(range).map(|entry| (entry.account, entry.slot)));
        };
        for market in 0..MAX_MARKETS as u8 {
            let price = snapshot::interval(board, MARKET_FEED + market, now).mid;
            let Ok(mark) = Mark::of(price, decimals) else { continue };
            if mark.0 > 0 {
                take(ORDER_BELOW, market, mark.0..=u64::MAX);
                take(ORDER_ABOVE, market, 0..=mark.0);
            }
            take(ORDER_HEALTH, market, 0..=u64::MAX);
        }
        due
    }

    /// Accounts with a flag.
    pub(super) fn flagged(&self) -> impl Iterator<Item = u32> + '_ {
        self.flagged.iter().copied()
    }

    /// Accounts that owe and have next to nothing.
    pub(super) fn bare(&self) -> impl Iterator<Item = u32> + '_ {
        self.bare.iter().copied()
    }

    /// Bytes, about: a tree's nodes are at least half full.
    pub(super) fn bytes(&self) -> usize {
        2 * (self.orders.len() * size_of::<Entry>() + 4 * (self.flagged.len() + self.bare.len()))
    }
}
