//! Closes a part of an account under water. Anybody may call with a margin account of its own (owner or delegate). The
//! program decides whether, how much and at what bonus or fee; the caller names a leg by the accounts that it passes, which
//! must be close to the best, and the most that it wants to repay or close. Balances move inside banks and markets: no
//! tokens, no lookup table, always these accounts.
//!
//! A bank and a collateral bank are a pair of legs. A market beside them makes the quote bank of the two stand for the
//! market: a debt to it, or profit in it. The quote bank and a market alone are the position in it.
//!
//! A shallow breach is flagged by the first call, which moves nothing, and liquidated by one that comes slots and prints later;
//! a call that finds a flagged account healthy takes the flag away.
//!
//! Errors: NotAccountOwnerOrDelegate, LegAccounts, NotQuoteBank, AccountHealthy, FlagTooYoung, Calming, StaleIndex,
//! LegNotFound, StaleLeg, LegNotChosen, NoLegHelps, VelocityLimit, RequestTooSmall, HealthFell, ReceiptLogMissing; the keeper's: TokenSlotsFull,
//! StalePrice, InsufficientHealth.

use alloc::boxed::Box;

use anchor_lang::prelude::*;
use breakwater_interface::governance::LIQUIDATE;
use breakwater_interface::snapshot::{self, Own, OwnIndex, OwnMarket};
use breakwater_interface::{Bank, MarginAccount, MarginError, PerpMarket, RiskBoard};
use breakwater_margin::error::Pair;
use breakwater_margin::health::After;
use breakwater_margin::lending::Books;
use breakwater_margin::liquidation::{Rooms, Target, apply};
use breakwater_margin::position::MARKET_LEG;
use breakwater_margin::price::MAX_AGE_LIQUIDATION;
use breakwater_margin::{Plan, Refusal, Request, Snapshot, Valuation, health, plan_liquidation};

use super::emit::{emit_plan, take_down};
use super::transfer::transfer;
use super::{bucket, flag};
use crate::state::Held;
use crate::state::receipt::open;
use crate::state::verify_quote;
use crate::state::{Live, Margin, accrued, own_index, settle, verify_initial};

extern crate alloc;

#[derive(Accounts)]
pub struct Liquidate {
    pub keeper: Signer,
    #[account(mut)]
    pub keeper_account: Margin,
    #[account(mut, constraint = liquidatee.group == keeper_account.group @ MarginError::AccountOfOtherGroup)]
    pub liquidatee: Margin,
    #[account(constraint = board.group == keeper_account.group @ MarginError::BoardOfOtherGroup)]
    pub board: Account<RiskBoard>,
    /// Bank of the debt; the quote bank for a position.
    #[account(mut, constraint = bank.group == keeper_account.group @ MarginError::BankOfOtherGroup)]
    pub bank: Account<Bank>,
    #[account(mut, constraint = collateral_bank.group == keeper_account.group @ MarginError::BankOfOtherGroup)]
    pub collateral_bank: Option<Account<Bank>>,
    #[account(mut, constraint = market.group == keeper_account.group @ MarginError::MarketOfOtherGroup)]
    pub market: Option<Account<PerpMarket>>,
}

/// The books that a liquidation touches.
pub struct Touched {
    pub debt: Books,
    pub collateral: Option<Books>,
    pub market: Option<(Live, Held)>,
    /// Whether the collateral bank, and not the bank, is that of the quote token. Means something beside a market only.
    pub quote_is_collateral: bool,
    /// Number of the quote token.
    pub quote_token: u8,
}

impl Touched {
    /// What a snapshot uses for the market.
    fn own_market(&self) -> core::result::Result<Option<OwnMarket>, MarginError> {
        self.market.as_ref().map(|(live, _)| live.own()).transpose()
    }
}

impl Liquidate {
    /// Refuses where liquidations are paused.
    #[cold]
    #[inline(never)]
    fn verify_running(&self, now: i64) -> core::result::Result<(), MarginError> {
        self.board.pause.verify(LIQUIDATE, now)?;
        self.bank.pause.verify(LIQUIDATE, now)?;
        if let Some(bank) = &self.collateral_bank {
            bank.pause.verify(LIQUIDATE, now)?;
        }
        if let Some(market) = &self.market {
            market.pause.verify(LIQUIDATE, now)?;
        }
        Ok(())
    }

    /// Charges interest and funding until now, and brings the liquidatee's position up to date.
    fn touch(&mut self, clock: &Clock) -> core::result::Result<Touched, MarginError> {
        let now = clock.unix_timestamp;
        let debt = accrued(&self.bank, now)?;
        let collateral = self.collateral_bank.as_deref().map(|bank| accrued(bank, now)).transpose()?;
        let quote_token = self.board.quote_token;
        let mut touched = Touched { debt, collateral, market: None, quote_is_collateral: false, quote_token };
        let Some(market) = &self.market else { return Ok(touched) };
        let index = match (&self.collateral_bank, &touched.collateral) {
            (Some(bank), Some(books)) if bank.token == self.board.quote_token => {
                verify_quote(bank, &self.board)?;
                touched.quote_is_collateral = true;
                books.deposit_index
            }
            _ => {
                verify_quote(&self.bank, &self.board)?;
                touched.debt.deposit_index
            }
        };
        let mut live = Live::new(market, &self.board, index, now, clock.slot)?;
        live.verify_fresh(MAX_AGE_LIQUIDATION).map_err(|_| MarginError::StaleLeg)?;
        let held = live.touch(&mut self.liquidatee, now).map_err(|_| MarginError::LegNotFound)?;
        touched.market = Some((live, held));
        Ok(touched)
    }

    /// The leg that the accounts stand for.
    fn target(&self, touched: &Touched) -> core::result::Result<Target, MarginError> {
        let debt = self.bank.token;
        match (&self.collateral_bank, &self.market) {
            (Some(bank), None) => Ok(Target::Spot(Pair { debt, collateral: bank.token })),
            (Some(_), Some(market)) if touched.quote_is_collateral => {
                Ok(Target::Spot(Pair { debt, collateral: MARKET_LEG | market.market }))
            }
            (Some(bank), Some(market)) => {
                Ok(Target::Spot(Pair { debt: MARKET_LEG | market.market, collateral: bank.token }))
            }
            (None, Some(market)) => Ok(Target::Perp(market.market)),
            (None, None) => Err(MarginError::LegAccounts),
        }
    }

    /// What this instruction knows better than the board, of the banks that it touches.
    fn own_banks(&self, touched: &Touched) -> ([OwnIndex; 2], usize) {
        let debt = own_index(&self.bank, &touched.debt);
        match (&self.collateral_bank, &touched.collateral) {
            (Some(bank), Some(books)) => ([debt, own_index(bank, books)], 2),
            _ => ([debt, debt], 1),
        }
    }

    /// An account's legs with what this instruction knows.
    fn legs(
        &self,
        account: &MarginAccount,
        touched: &Touched,
        now: i64,
    ) -> core::result::Result<Box<Snapshot>, MarginError> {
        let mut legs = Box::new(Snapshot::with_capacity(account.tokens.len()));
        let (banks, count) = self.own_banks(touched);
        let own = Own { banks: &banks[..count], market: touched.own_market()? };
        snapshot::build(&mut legs, &self.board, account, &own, now)?;
        Ok(legs)
    }

    /// The keeper must be able to answer for what it has taken over.
    fn verify_keeper(&self, touched: &Touched, now: i64) -> core::result::Result<(), MarginError> {
        if self.keeper_account.is_riskless() {
            return Ok(());
        }
        let (banks, count) = self.own_banks(touched);
        let own = Own { banks: &banks[..count], market: touched.own_market()? };
        verify_initial(&self.board, &self.keeper_account, &own, MAX_AGE_LIQUIDATION, now)
    }

    /// How the breach may be liquidated by this call; `None` where it was flagged, or its flag taken away.
    #[cold]
    #[inline(never)]
    fn judge(
        &mut self,
        touched: &Touched,
        (legs, before): (&Snapshot, &Valuation),
        (target, most): (Target, u64),
        at: (u64, i64),
    ) -> core::result::Result<Option<Request>, MarginError> {
        let Some(pace) = flag::judge(&mut self.liquidatee, &self.board, legs, before, at)? else { return Ok(None) };
        let rooms = if pace.limited { self.rooms(touched, target, at.1) } else { Rooms::OPEN };
        Ok(Some(Request { target, most, growth: pace.growth, rooms }))
    }

    /// Counts what a limited liquidation moved, and takes the flag away where the account is mended.
    #[cold]
    #[inline(never)]
    fn conclude(&mut self, plan: &Plan, request: &Request, after: &After) {
        if request.rooms != Rooms::OPEN {
            self.count(plan, &request.rooms);
        }
        flag::clear_if_mended(&mut self.liquidatee, after);
    }

    /// What fits into the velocity buckets of a target's legs.
    #[inline(never)]
    fn rooms(&mut self, touched: &Touched, target: Target, now: i64) -> Rooms {
        let mut rooms = Rooms::OPEN;
        let window = self.board.liquidation.velocity_window.into();
        match target {
            Target::Spot(pair) => {
                if pair.debt < MARKET_LEG {
                    rooms.debt = bucket::room_of_bank(&mut self.bank, &touched.debt, window, now);
                }
                if let (Some(bank), Some(books)) = (&mut self.collateral_bank, &touched.collateral)
                    && pair.collateral < MARKET_LEG
                {
                    rooms.collateral = bucket::room_of_bank(bank, books, window, now);
                }
            }
            Target::Perp(_) => {
                if let Some(market) = &mut self.market {
                    rooms.base = bucket::room_of_market(market, window, now);
                }
            }
        }
        rooms
    }

    /// Counts what a limited liquidation moved.
    #[inline(never)]
    fn count(&mut self, plan: &Plan, rooms: &Rooms) {
        match plan {
            Plan::Spot(plan) => {
                if rooms.debt != Rooms::OPEN.debt {
                    self.bank.bucket_level = self.bank.bucket_level.saturating_add(plan.repay);
                }
                if let Some(bank) = &mut self.collateral_bank
                    && rooms.collateral != Rooms::OPEN.collateral
                {
                    bank.bucket_level = bank.bucket_level.saturating_add(plan.seize);
                }
            }
            Plan::Perp(plan) => {
                if let Some(market) = &mut self.market {
                    market.bucket_level = market.bucket_level.saturating_add(plan.size);
                }
            }
        }
    }

    /// Writes the books back after their invariants have been checked.
    fn settle(&mut self, touched: &Touched, now: i64) -> core::result::Result<(), MarginError> {
        settle(&mut self.bank, &touched.debt, now)?;
        if let (Some(bank), Some(books)) = (&mut self.collateral_bank, &touched.collateral) {
            settle(bank, books, now)?;
        }
        if let (Some(market), Some((live, _))) = (&mut self.market, &touched.market) {
            market.set_books(&live.books);
        }
        Ok(())
    }
}

pub fn handle(ctx: &mut Context<Liquidate>, most: u64) -> Result<()> {
    let log = match ctx.accounts.board.receipts {
        0 => None,
        _ => Some(open(ctx.remaining_accounts()?, &ctx.accounts.board)?),
    };
    let accounts = &mut ctx.accounts;
    accounts.keeper_account.verify_operator(accounts.keeper.address())?;
    let clock = Clock::get()?;
    let now = clock.unix_timestamp;
    if now < accounts.board.halt_until {
        accounts.verify_running(now)?;
    }
    let mut touched = accounts.touch(&clock)?;

    let mut legs = accounts.legs(&accounts.liquidatee, &touched, now)?;
    let before = health::value(&legs).map_err(MarginError::from)?;
    let target = accounts.target(&touched)?;
    // `flag::judge` says the same of a group without two touches; asking it costs 100 units more.
    let one_touch = accounts.board.liquidation.wait_slots == 0 && accounts.liquidatee.flag_slot == 0;
    let request = if one_touch {
        Request::new(target, most)
    } else {
        match accounts.judge(&touched, (&legs, &before), (target, most), (clock.slot, now))? {
            Some(request) => request,
            None => return Ok(accounts.settle(&touched, now)?),
        }
    };
    let params = accounts.board.liquidation.params();
    let plan = plan_liquidation(&legs, &before, &params, &request).map_err(|refusal| explain(refusal, &before))?;
    let draft = log.map(|log| take_down(accounts, log, &legs, (&plan, &request), (clock.slot, now)));

    let after = verify_health(&mut legs, &before, &plan)?;
    transfer(&mut accounts.liquidatee, &mut accounts.keeper_account, &accounts.bank, &mut touched, &plan)?;
    accounts.verify_keeper(&touched, now)?;
    if !one_touch {
        accounts.conclude(&plan, &request, &after);
    }
    accounts.settle(&touched, now)?;
    emit_plan(accounts, &touched, &legs, &plan, (&before, &after), draft)
}

/// Health after the plan, which must not be lower at any level that decides (LIQ-2).
fn verify_health(legs: &mut Snapshot, before: &Valuation, plan: &Plan) -> core::result::Result<After, MarginError> {
    let after = apply(legs, before, plan)?;
    if after.maintenance < before.maintenance || after.end < before.end {
        return Err(MarginError::HealthFell);
    }
    Ok(after)
}

/// The error of a refusal, with what a keeper needs to know in the log.
#[cold]
fn explain(refusal: Refusal, valuation: &Valuation) -> MarginError {
    match refusal {
        Refusal::AccountHealthy => {
            msg!("health at the best prices, dollars x 10^8: {}", valuation.optimistic.to_e8());
        }
        Refusal::LegNotChosen(Target::Spot(best)) => {
            msg!("best pair: debt {} collateral {}", best.debt, best.collateral);
        }
        Refusal::LegNotChosen(Target::Perp(market)) => msg!("best leg: position in market {}", market),
        _ => {}
    }
    refusal.into()
}
