//! A group as a client has read it, and what the program would do to an account of it: one implementation for keepers,
//! previews and watchers. All numbers come from `breakwater_margin` by the functions that the program itself calls.

use std::collections::BTreeMap;

use breakwater_interface::live::Live;
use breakwater_interface::oracle::OracleAccount;
use breakwater_interface::quote::{self, Named, NextStep, ReturnedQuote};
use breakwater_interface::snapshot::{self, Own};
use breakwater_interface::{Bank, MarginAccount, MarginError, PerpMarket, RiskBoard, act, refresh};
use breakwater_margin::liquidation::{Plan, Target};
use breakwater_margin::position::MARKET_LEG;
use breakwater_margin::quote::{LiquidationQuote, Resolution, Step};
use breakwater_margin::{NativeAmount, Price, Refusal, Shares, Snapshot};

use crate::Address;
use crate::instruction::TargetKeys;

mod action;
mod most;
mod preview;

pub use action::Action;
pub use most::Kind;
pub use preview::{FillPreview, Preview};

/// How often the target is replaced by a better one that its own banks show.
const ATTEMPTS: usize = 3;

/// A group's accounts at a slot and a time.
#[derive(Clone, Debug)]
pub struct View {
    /// The risk board.
    pub board: Box<RiskBoard>,
    /// Banks with their addresses, by number of the token.
    pub banks: BTreeMap<u8, (Address, Bank)>,
    /// Markets with their addresses, by number.
    pub markets: BTreeMap<u8, (Address, PerpMarket)>,
    /// Slot for which answers are given.
    pub slot: u64,
    /// Its time, unix seconds.
    pub time: i64,
}

/// By what an answer was computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// By the target's own banks and market, interest and funding charged until now: what the program would do, to the unit.
    Own,
    /// By the board's snapshots, because there is no target, or one of its accounts is not in the view.
    Board,
}

/// An answer with what it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer<T> {
    /// The answer.
    pub told: T,
    /// What the next step is aimed at; `None` where there is nothing to liquidate.
    pub target: Option<Target>,
    /// By what it was computed.
    pub basis: Basis,
}

impl View {
    /// A group of which only the board is known.
    pub fn new(board: &RiskBoard, (slot, time): (u64, i64)) -> View {
        View { board: Box::new(*board), banks: BTreeMap::new(), markets: BTreeMap::new(), slot, time }
    }

    /// Adds a bank, or what it is now.
    ///
    /// Errors: BankOfOtherGroup
    pub fn put_bank(&mut self, address: &Address, bank: &Bank) -> Result<(), MarginError> {
        if bank.group != self.board.group {
            return Err(MarginError::BankOfOtherGroup);
        }
        self.banks.insert(bank.token, (*address, *bank));
        Ok(())
    }

    /// Adds a market, or what it is now.
    ///
    /// Errors: MarketOfOtherGroup
    pub fn put_market(&mut self, address: &Address, market: &PerpMarket) -> Result<(), MarginError> {
        if market.group != self.board.group {
            return Err(MarginError::MarketOfOtherGroup);
        }
        self.markets.insert(market.market, (*address, *market));
        Ok(())
    }

    /// The board as it will be once `refresh` has brought an oracle account to it; false where the board knows a print that is
    /// as new.
    ///
    /// Errors: FeedNotListed; those of the oracle's bytes and of the acceptance of a print; nothing is changed then
    pub fn refresh(&mut self, feed: u8, account: OracleAccount) -> Result<bool, MarginError> {
        let (at, last) = (self.at(), self.board.accepted_at);
        let newer = refresh::refresh_feed(&mut self.board, feed, account, at)?;
        refresh::end_outage(&mut self.board, last);
        Ok(newer)
    }

    /// The board as it will be once `refresh` has brought the indices of a bank of the view to it.
    ///
    /// Errors: TokenNotListed without such a bank, MathOverflow
    pub fn refresh_index(&mut self, token: u8) -> Result<(), MarginError> {
        let (_, bank) = self.banks.get(&token).ok_or(MarginError::TokenNotListed)?;
        refresh::refresh_index(&mut self.board, token, bank, self.time)
    }

    /// Board and market as they will be once `refresh` has charged the funding of a market of the view.
    ///
    /// Errors: MarketNotListed without such a market, MathOverflow
    pub fn refresh_market(&mut self, number: u8) -> Result<(), MarginError> {
        let at = self.at();
        let (_, market) = self.markets.get_mut(&number).ok_or(MarginError::MarketNotListed)?;
        let live = refresh::refresh_market(&mut self.board, number, market, at)?;
        market.set_books(&live.books);
        Ok(())
    }

    /// The view with interest and funding of all its banks and markets charged and brought to the board.
    ///
    /// Errors: MathOverflow
    pub fn brought_up_to_date(mut self) -> Result<View, MarginError> {
        let tokens: Vec<u8> = self.banks.keys().copied().collect();
        for token in tokens {
            self.refresh_index(token)?;
        }
        let markets: Vec<u8> = self.markets.keys().copied().collect();
        for market in markets {
            self.refresh_market(market)?;
        }
        Ok(self)
    }

    /// What liquidity shares of a market could be redeemed for at the least, if they could now.
    ///
    /// Formula: docs/spec.md §10.7
    /// Errors:  MarketNotListed, MathOverflow
    pub fn liquidity_worth(&self, number: u8, shares: Shares) -> Result<NativeAmount, MarginError> {
        let (_, market) = self.markets.get(&number).ok_or(MarginError::MarketNotListed)?;
        let live = Live::new(market, &self.board, refresh::board_index(&self.board), self.time, self.slot)?;
        Ok(act::pool_bounds(market, &self.board, &live)?.redeemable(shares, live.books.liquidity)?)
    }

    /// Moves the price of a feed by a part of itself, all else equal: what would be, not what is.
    ///
    /// Units: bps, signed
    pub fn move_price(&mut self, feed: u8, bps: i32) {
        if let Some(now) = self.board.feeds.get(usize::from(feed)).map(|feed| Price(feed.price)) {
            self.set_price(feed, now.moved(bps));
        }
    }

    /// Puts another price into a feed, all else equal: what would be, not what is.
    pub fn set_price(&mut self, feed: u8, price: Price) {
        if let Some(feed) = self.board.feeds.get_mut(usize::from(feed)) {
            feed.price = price.0;
        }
    }

    /// The legs of an account by the board.
    ///
    /// Errors: BoardOfOtherGroup, MathOverflow
    pub fn snapshot(&self, account: &MarginAccount) -> Result<Snapshot, MarginError> {
        if account.group != self.board.group {
            return Err(MarginError::BoardOfOtherGroup);
        }
        let mut legs = Snapshot::with_capacity(account.tokens.len());
        snapshot::build(&mut legs, &self.board, account, &Own::default(), self.time)?;
        Ok(legs)
    }

    /// When an account could be liquidated, and the best next step; no liquidation prices, which are what a quote takes its
    /// time for.
    ///
    /// Formula:  the best target by the board's snapshots, then by its own banks and market, replaced by a better one that
    ///           these show, at most three times       (docs/spec.md §11.7)
    /// Units:    most: the most to repay (native units of the debt) or to close (base units)
    /// Errors:   BoardOfOtherGroup, StaleLeg, LegNotFound, MathOverflow
    pub fn step(&self, account: &MarginAccount, most: NativeAmount) -> Result<Answer<NextStep>, MarginError> {
        if account.group != self.board.group {
            return Err(MarginError::BoardOfOtherGroup);
        }
        let ask = |named: &Named| quote::next_step(&self.board, account, named, most, self.at());
        let first = ask(&Named::default())?;
        let mut wanted = first.next.as_ref().ok().map(aim);
        let mut answer = Answer { told: first, target: wanted, basis: Basis::Board };
        for _ in 0..ATTEMPTS {
            let Some(target) = wanted else { break };
            let Some(named) = self.named(target) else { break };
            let told = ask(&named)?;
            wanted = match told.next {
                Err(Refusal::LegNotChosen(better)) => Some(better),
                _ => None,
            };
            answer = Answer { told, target: Some(target), basis: Basis::Own };
        }
        Ok(answer)
    }

    /// Everything about a liquidation: health, outlook, liquidation prices, and the step that [`View::step`] finds.
    ///
    /// Formula:  docs/spec.md §11.7; liquidation prices to one step of price
    /// Units:    most: the most to repay (native units of the debt) or to close (base units)
    /// Errors:   BoardOfOtherGroup, StaleLeg, LegNotFound, MathOverflow
    pub fn quote(&self, account: &MarginAccount, most: NativeAmount) -> Result<Answer<LiquidationQuote>, MarginError> {
        let Answer { target, basis, .. } = self.step(account, most)?;
        let own = target.filter(|_| basis == Basis::Own).and_then(|target| self.named(target));
        let how = (most, Resolution::Exact);
        let told = quote::quote(&self.board, account, &own.unwrap_or_default(), how, self.at())?;
        Ok(Answer { told, target, basis })
    }

    /// A quote as the program returns it.
    pub fn returned(&self, account: &MarginAccount, quoted: &LiquidationQuote) -> ReturnedQuote {
        let mut returned: ReturnedQuote = bytemuck::Zeroable::zeroed();
        returned.fill(quoted, account, self.at());
        returned
    }

    /// What a target is as accounts of an instruction; `None` where one of them is not in the view.
    pub fn keys(&self, target: Target) -> Option<TargetKeys> {
        let bank = |token: u8| self.banks.get(&token).map(|(key, _)| *key);
        let market = |number: u8| self.markets.get(&number).map(|(key, _)| *key);
        let quote_bank = || bank(self.board.quote_token);
        let pair = match target {
            Target::Spot(pair) => pair,
            Target::Perp(number) => {
                return Some(TargetKeys::Perp { market: market(number)?, quote_bank: quote_bank()? });
            }
        };
        let of_market = |leg: u8| leg.checked_sub(MARKET_LEG);
        Some(match (of_market(pair.debt), of_market(pair.collateral)) {
            (None, None) => TargetKeys::Spot { debt_bank: bank(pair.debt)?, collateral_bank: bank(pair.collateral)? },
            (Some(number), _) => TargetKeys::MarketDebt {
                market: market(number)?,
                quote_bank: quote_bank()?,
                collateral_bank: bank(pair.collateral)?,
            },
            (None, Some(number)) => TargetKeys::MarketProfit {
                debt_bank: bank(pair.debt)?,
                market: market(number)?,
                quote_bank: quote_bank()?,
            },
        })
    }

    /// The accounts of a target; `None` where one of them is not in the view.
    pub fn named(&self, target: Target) -> Option<Named<'_>> {
        let bank = |leg: u8| {
            let token = if leg < MARKET_LEG { leg } else { self.board.quote_token };
            self.banks.get(&token).map(|(_, bank)| bank)
        };
        let market = |number: u8| self.markets.get(&number).map(|(_, market)| market);
        match target {
            Target::Spot(pair) => {
                let number = [pair.debt, pair.collateral].iter().find_map(|leg| leg.checked_sub(MARKET_LEG));
                let market = match number {
                    Some(number) => Some(market(number)?),
                    None => None,
                };
                Some(Named { bank: Some(bank(pair.debt)?), collateral_bank: Some(bank(pair.collateral)?), market })
            }
            Target::Perp(number) => {
                let quote_bank = bank(self.board.quote_token)?;
                Some(Named { bank: Some(quote_bank), collateral_bank: None, market: Some(market(number)?) })
            }
        }
    }

    pub(crate) fn at(&self) -> (u64, i64) {
        (self.slot, self.time)
    }
}

/// What a step is aimed at.
fn aim(step: &Step) -> Target {
    match &step.plan {
        Plan::Spot(plan) => Target::Spot(plan.pair),
        Plan::Perp(plan) => Target::Perp(plan.market),
    }
}
