//! The quote of a liquidation: from the accounts that `liquidate` would name to what it would do (docs/spec.md §11.7), and as
//! bytes that the program returns. Program and client run the same function.

use alloc::vec::Vec;

use breakwater_margin::error::{Pair, Target};
use breakwater_margin::health::{self, Valuation};
use breakwater_margin::liquidation::{Flag, Moment, Outlook, Plan, Rooms, Wait};
use breakwater_margin::perp::Position;
use breakwater_margin::position::MARKET_LEG;
use breakwater_margin::price::MAX_AGE_LIQUIDATION;
use breakwater_margin::quote::{self as margin, LegPrices, LiquidationQuote, Question, Resolution, Step, Threshold};
use breakwater_margin::{Refusal, Snapshot};
use bytemuck::{Pod, Zeroable};

use crate::accounts::{Bank, MAX_PERP_POSITIONS, MAX_TOKEN_POSITIONS, MarginAccount, RiskBoard};
use crate::errors::MarginError;
use crate::live::{Live, accrued, bank_bucket, market_bucket, own_index, verify_quote};
use crate::perp::{PerpMarket, PerpPosition};
use crate::snapshot::{self, Own, OwnIndex, OwnMarket};

type Outcome<T> = Result<T, MarginError>;

/// The accounts by which a liquidation would name its target. Without any the best target is quoted, by the board's snapshots
/// and without velocity limits.
#[derive(Clone, Copy, Default)]
pub struct Named<'a> {
    /// Bank of the debt; the quote bank for a position.
    pub bank: Option<&'a Bank>,
    /// Bank of the collateral.
    pub collateral_bank: Option<&'a Bank>,
    /// The market.
    pub market: Option<&'a PerpMarket>,
}

/// What the named accounts say of themselves.
struct Touched {
    target: Option<Target>,
    banks: Vec<OwnIndex>,
    market: Option<OwnMarket>,
    rooms: Rooms,
}

impl Named<'_> {
    /// Charges interest and funding and touches the account's position, as `liquidate` does first.
    ///
    /// Errors: LegAccounts, QuoteNotSet, NotQuoteBank, StaleLeg, LegNotFound, MathOverflow
    fn touch(&self, board: &RiskBoard, account: &mut MarginAccount, (slot, now): (u64, i64)) -> Outcome<Touched> {
        let mut touched = Touched { target: None, banks: Vec::new(), market: None, rooms: Rooms::OPEN };
        let Some(bank) = self.bank else {
            let alone = self.collateral_bank.is_none() && self.market.is_none();
            return if alone { Ok(touched) } else { Err(MarginError::LegAccounts) };
        };
        let window = board.liquidation.velocity_window.into();
        let mut rooms = [u64::MAX; 2];
        touched.banks.reserve(2);
        for (bank, room) in [Some(bank), self.collateral_bank].into_iter().zip(&mut rooms) {
            let Some(bank) = bank else { continue };
            let books = accrued(bank, now)?;
            *room = bank_bucket(bank, &books, window, now).1;
            touched.banks.push(own_index(bank, &books));
        }
        let target = self.target(bank, board)?;
        match target {
            Target::Spot(pair) => {
                let limited = |leg: u8, room: u64| if leg < MARKET_LEG { room } else { u64::MAX };
                touched.rooms.debt = limited(pair.debt, rooms[0]);
                touched.rooms.collateral = limited(pair.collateral, rooms[1]);
            }
            Target::Perp(_) => {
                touched.rooms.base = self.market.map_or(u64::MAX, |market| market_bucket(market, window, now).1);
            }
        }
        if let Some(market) = self.market {
            let quote = touched.banks.iter().find(|own| own.token == board.quote_token);
            let index = quote.ok_or(MarginError::NotQuoteBank)?.deposit;
            let mut live = Live::new(market, board, index, now, slot)?;
            live.verify_fresh(MAX_AGE_LIQUIDATION).map_err(|_| MarginError::StaleLeg)?;
            live.touch(account, now).map_err(|_| MarginError::LegNotFound)?;
            touched.market = Some(live.own()?);
        }
        touched.target = Some(target);
        Ok(touched)
    }

    /// The leg that the accounts stand for.
    fn target(&self, bank: &Bank, board: &RiskBoard) -> Outcome<Target> {
        let debt = bank.token;
        match (self.collateral_bank, self.market) {
            (Some(collateral), None) => Ok(Target::Spot(Pair { debt, collateral: collateral.token })),
            (Some(collateral), Some(market)) if collateral.token == board.quote_token => {
                verify_quote(collateral, board)?;
                Ok(Target::Spot(Pair { debt, collateral: MARKET_LEG | market.market }))
            }
            (Some(collateral), Some(market)) => {
                verify_quote(bank, board)?;
                Ok(Target::Spot(Pair { debt: MARKET_LEG | market.market, collateral: collateral.token }))
            }
            (None, Some(market)) => {
                verify_quote(bank, board)?;
                Ok(Target::Perp(market.market))
            }
            (None, None) => Err(MarginError::LegAccounts),
        }
    }
}

/// Quotes a liquidation of an account at a slot and a time.
///
/// Formula:  docs/spec.md §11.7
/// Units:    most: native units of the debt, or base units; now: unix seconds
/// Errors:   LegAccounts, QuoteNotSet, NotQuoteBank, StaleLeg, LegNotFound, MathOverflow
#[inline(never)]
pub fn quote(
    board: &RiskBoard,
    account: &MarginAccount,
    named: &Named,
    (most, resolution): (u64, Resolution),
    at: (u64, i64),
) -> Outcome<LiquidationQuote> {
    ask(board, account, named, (most, resolution), at, |legs, own, question| {
        Ok(margin::quote(legs, &stored(account, board, own)?, question)?)
    })
}

/// What a liquidation of an account would do now and when, without the prices at which it would begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NextStep {
    /// What the account is worth.
    pub valuation: Valuation,
    /// The earliest possible trigger, if no price moves.
    pub outlook: Outlook,
    /// The next step, as it would be now; while the account waits, as it would be if it did not.
    pub next: Result<Step, Refusal>,
}

/// As [`quote`], without searching for liquidation prices, which is most of its work: for keepers.
///
/// Formula:  docs/spec.md §11.7
/// Units:    most: native units of the debt, or base units; now: unix seconds
/// Errors:   LegAccounts, QuoteNotSet, NotQuoteBank, StaleLeg, LegNotFound, MathOverflow
pub fn next_step(
    board: &RiskBoard,
    account: &MarginAccount,
    named: &Named,
    most: u64,
    at: (u64, i64),
) -> Outcome<NextStep> {
    ask(board, account, named, (most, Resolution::Coarse), at, |legs, _, question| {
        let valuation = health::value(legs)?;
        let (outlook, next) = margin::next_step(legs, &valuation, question)?;
        Ok(NextStep { valuation, outlook, next })
    })
}

/// Answers a question about an account as its target's own accounts let it be seen.
#[inline(always)]
fn ask<T>(
    board: &RiskBoard,
    account: &MarginAccount,
    named: &Named,
    (most, resolution): (u64, Resolution),
    (slot, now): (u64, i64),
    answer: impl FnOnce(&Snapshot, &Own, &Question) -> Outcome<T>,
) -> Outcome<T> {
    let mut copy = alloc::boxed::Box::new(*account);
    let touched = named.touch(board, &mut copy, (slot, now))?;
    let own = Own { banks: &touched.banks, market: touched.market };
    let mut legs = Snapshot::with_capacity(MAX_TOKEN_POSITIONS);
    snapshot::build(&mut legs, board, &copy, &own, now)?;
    let question = Question {
        params: board.liquidation.params(),
        touches: board.liquidation.touches(),
        flag: Flag { slot: account.flag_slot, newest_print: account.flag_time },
        at: Moment { slot, now, calm_at: board.calm_at },
        target: touched.target,
        most,
        rooms: touched.rooms,
        resolution,
    };
    answer(&legs, &own, &question)
}

/// The positions of an account as they lie there, in the order of a snapshot's legs; only what the quote bank has lost is off.
///
/// Errors: MathOverflow
pub fn stored(account: &MarginAccount, board: &RiskBoard, own: &Own) -> Outcome<Vec<Position>> {
    let mut positions = Vec::with_capacity(account.perps.len());
    let index = snapshot::quote_index(board, own);
    for position in account.perps.iter().filter(|position| !PerpPosition::is_free(position)) {
        let mut position = position.position();
        if position.secured > 0 {
            position.bear_loss(index)?;
        }
        positions.push(position);
    }
    Ok(positions)
}

/// Why the next step of a quote cannot be carried out even once the account need not wait; `None` where it can.
pub fn refusal(valuation: &Valuation, next: &Result<Step, Refusal>) -> Option<MarginError> {
    match next {
        Err(refusal) => Some((*refusal).into()),
        Ok(Step { after, .. }) => {
            (after.maintenance < valuation.maintenance || after.end < valuation.end).then_some(MarginError::HealthFell)
        }
    }
}

impl NextStep {
    /// Why the next step cannot be carried out even once the account need not wait; `None` where it can.
    pub fn refusal(&self) -> Option<MarginError> {
        refusal(&self.valuation, &self.next)
    }
}

/// [`ReturnedQuote::stage`] of a healthy account.
pub const STAGE_HEALTHY: u8 = 0;
/// [`ReturnedQuote::stage`] of an account that the next call flags.
pub const STAGE_UNFLAGGED: u8 = 1;
/// [`ReturnedQuote::stage`] of an account that is flagged and waits.
pub const STAGE_FLAGGED: u8 = 2;
/// [`ReturnedQuote::stage`] of an account that the next call liquidates.
pub const STAGE_DUE: u8 = 3;

/// [`ReturnedQuote::target`] where there is no plan.
pub const TARGET_NONE: u8 = 0;
/// [`ReturnedQuote::target`] of a pair of legs.
pub const TARGET_PAIR: u8 = 1;
/// [`ReturnedQuote::target`] of a position.
pub const TARGET_POSITION: u8 = 2;

/// A threshold that no price reaches.
pub const PRICE_NEVER: u64 = 0;
/// A threshold that every price is beyond.
pub const PRICE_ALWAYS: u64 = u64::MAX;

/// Most feeds that an account's health depends on: its tokens, its markets' indices and the quote token.
pub const MAX_QUOTED_LEGS: usize = MAX_TOKEN_POSITIONS + MAX_PERP_POSITIONS + 1;

/// Liquidation prices of one feed, dollars for one native unit × 2^64.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct ReturnedLeg {
    /// Where H_maint falls below 0; [`PRICE_NEVER`], [`PRICE_ALWAYS`].
    pub maintenance: u64,
    /// Where H_hi falls below 0, which is what liquidates; [`PRICE_NEVER`], [`PRICE_ALWAYS`].
    pub trigger: u64,
    /// Number of the token, or 128 + number of the market.
    pub leg: u8,
    /// Zero.
    pub reserved: [u8; 7],
}

/// What `quote_liquidation` returns. Its length is its version. Values are dollars × 10^8, rounded down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct ReturnedQuote {
    /// Slot of the quote.
    pub slot: u64,
    /// Its time, unix seconds.
    pub time: i64,
    /// Equity.
    pub equity: i64,
    /// H_init.
    pub initial: i64,
    /// H_hi: liquidatable below 0.
    pub optimistic: i64,
    /// H_maint.
    pub maintenance: i64,
    /// H_end.
    pub end: i64,
    /// Req.
    pub requirement: i64,
    /// Slot of the flag; 0 without one.
    pub flag_slot: u64,
    /// The flag's newest print, unix seconds.
    pub flag_time: i64,
    /// Earliest slot of a liquidation if no price moves; 0 of a healthy account.
    pub trigger_slot: u64,
    /// Every print that is not stale must be newer for it, unix seconds; 0 where all are.
    pub prints_after: i64,
    /// Not before this time, unix seconds; 0 where it has passed.
    pub calm_at: i64,
    /// R: what a pair's keeper repays, native units of the debt.
    pub repay: u64,
    /// S: what a pair's keeper receives, native units of the collateral.
    pub seize: u64,
    /// Base units of a position that are closed.
    pub size: u64,
    /// What a position settles first, quote units: positive, a deposit pays a loss; negative, profit pays a debt.
    pub settled: i64,
    /// Fee of a position, quote units.
    pub fee: u64,
    /// Insurance share: native units of a pair's debt, or the part of a position's fee.
    pub insurance: u64,
    /// What the keeper gains, at mid prices.
    pub revenue: i64,
    /// Equity afterwards.
    pub equity_after: i64,
    /// H_maint afterwards.
    pub maintenance_after: i64,
    /// H_end afterwards.
    pub end_after: i64,
    /// β of a pair, millionths.
    pub bonus: u32,
    /// Code of the [`MarginError`] that keeps the plan from being carried out, a wait aside; 0 for none.
    pub refusal: u32,
    /// [`STAGE_HEALTHY`], [`STAGE_UNFLAGGED`], [`STAGE_FLAGGED`] or [`STAGE_DUE`].
    pub stage: u8,
    /// [`TARGET_NONE`], [`TARGET_PAIR`] or [`TARGET_POSITION`].
    pub target: u8,
    /// Debt of a pair: number of the token, or 128 + number of the market.
    pub debt: u8,
    /// Collateral of a pair, likewise.
    pub collateral: u8,
    /// Market of a position.
    pub market: u8,
    /// Entries of `legs` in use.
    pub leg_count: u8,
    /// Zero.
    pub reserved: [u8; 2],
    /// Liquidation prices.
    pub legs: [ReturnedLeg; MAX_QUOTED_LEGS],
}

impl ReturnedQuote {
    /// Takes a quote of an account over, in an all-zero place.
    pub fn fill(&mut self, quoted: &LiquidationQuote, account: &MarginAccount, (slot, now): (u64, i64)) {
        let valuation = &quoted.valuation;
        (self.slot, self.time) = (slot, now);
        (self.flag_slot, self.flag_time) = (account.flag_slot, account.flag_time);
        self.equity = valuation.equity.to_e8();
        self.initial = quoted.initial.to_e8();
        self.optimistic = valuation.optimistic.to_e8();
        self.maintenance = valuation.maintenance.to_e8();
        self.end = valuation.end.to_e8();
        self.requirement = valuation.requirement.to_e8();
        self.fill_outlook(&quoted.outlook);
        self.refusal = refusal(valuation, &quoted.next).map_or(0, MarginError::code);
        if let Ok(step) = &quoted.next {
            self.revenue = step.revenue.to_e8();
            self.equity_after = step.after.equity.to_e8();
            self.maintenance_after = step.after.maintenance.to_e8();
            self.end_after = step.after.end.to_e8();
            self.fill_plan(&step.plan);
        }
        for (leg, prices) in self.legs.iter_mut().zip(&quoted.legs) {
            *leg = prices.into();
            self.leg_count += 1;
        }
    }

    fn fill_outlook(&mut self, outlook: &Outlook) {
        let (stage, wait) = match outlook {
            Outlook::Healthy => (STAGE_HEALTHY, Wait::default()),
            Outlook::Unflagged(wait) => (STAGE_UNFLAGGED, *wait),
            Outlook::Flagged(wait) => (STAGE_FLAGGED, *wait),
            Outlook::Due => (STAGE_DUE, Wait { slot: self.slot, ..Wait::default() }),
        };
        self.stage = stage;
        (self.trigger_slot, self.prints_after, self.calm_at) = (wait.slot, wait.prints_after, wait.calm_at);
    }

    fn fill_plan(&mut self, plan: &Plan) {
        match plan {
            Plan::Spot(plan) => {
                (self.target, self.debt, self.collateral) = (TARGET_PAIR, plan.pair.debt, plan.pair.collateral);
                (self.repay, self.seize, self.insurance) = (plan.repay, plan.seize, plan.insurance);
                self.bonus = plan.bonus;
            }
            Plan::Perp(plan) => {
                (self.target, self.market, self.size) = (TARGET_POSITION, plan.market, plan.size);
                (self.fee, self.insurance) = (plan.fee, plan.insurance);
                self.settled = plan.settlement.signed();
            }
        }
    }

    /// The liquidation prices.
    pub fn legs(&self) -> &[ReturnedLeg] {
        &self.legs[..usize::from(self.leg_count).min(MAX_QUOTED_LEGS)]
    }
}

impl From<&LegPrices> for ReturnedLeg {
    fn from(prices: &LegPrices) -> ReturnedLeg {
        let price = |threshold: Threshold| match threshold {
            Threshold::Never => PRICE_NEVER,
            Threshold::Always => PRICE_ALWAYS,
            Threshold::At(price) => price.0,
        };
        ReturnedLeg {
            maintenance: price(prices.maintenance),
            trigger: price(prices.trigger),
            leg: prices.leg,
            reserved: [0; 7],
        }
    }
}
