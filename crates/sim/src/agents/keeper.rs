//! A keeper: scans accounts with the program's own mathematics, asks for what its limits allow, and sells what it seized.
//! Keepers share nothing: each has a key, a margin account, capital, an order of preference and a limit of its own.

use std::cmp::Reverse;
use std::collections::VecDeque;

use breakwater_client::Address;
use breakwater_client::interface::{MarginError, RiskBoard};
use breakwater_client::margin::liquidation::{Pace, Rooms};
use breakwater_client::margin::units::PPM;
use breakwater_client::margin::{Plan, Request, Side, Snapshot, Target, Valuation, Value};
use rand::Rng;
use rand::rngs::StdRng;
use solana_signer::Signer;

use super::costs::Costs;
use super::due::Due;
use super::market::{Market, cost, dollar, proceeds};
use super::population::deposit_own;
use super::problem::{Problem, refused};
use super::view::{View, price, value};
use crate::world::{Sent, Trader, World};

/// Most that a keeper repays in one call, dollars, one of these; the last is no limit in practice.
const LIMITS: [u32; 4] = [10_000, 50_000, 250_000, 1_000_000_000];
/// Below this a keeper leaves what a bucket lets through.
const LEAST_WORTH: Value = Value::usd(1);
/// The program takes a request of a quarter of its plan or more.
const LEAST_PART: u64 = 4;

/// What a keeper looks at first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Taste {
    Deepest,
    Largest,
    BestPaid,
    Any,
}

/// A keeper.
#[derive(Debug)]
pub struct Keeper {
    /// Key and margin account.
    pub trader: Trader,
    /// Calls that the program refused, because another keeper was faster.
    pub refused: u64,
    /// What selling costs it; `None` where it sells at the oracle price whatever the size.
    pub costs: Option<Costs>,
    taste: Taste,
    limit: Value,
    random: StdRng,
}

/// A call that a keeper is about to make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Number of the account.
    pub account: usize,
    /// What it aims at.
    pub target: Target,
    /// The most it wants to repay (native units of the debt) or to close (base units).
    pub most: u64,
}

/// How much of a plan a keeper asks for.
struct Size {
    /// What it aims at.
    target: Target,
    /// The most to repay or to close.
    most: u64,
    /// What that is worth.
    worth: Value,
    /// What the keeper needs for it.
    capital: Value,
    /// What it earns.
    pay: Value,
}

impl Size {
    /// A first touch costs and pays nothing.
    fn flag(target: Target) -> Size {
        Size { target, most: u64::MAX, worth: Value::ZERO, capital: Value::ZERO, pay: Value::ZERO }
    }
}

impl Attempt {
    /// The request as the mathematics takes it, at the pace that the touch allows.
    pub fn request(&self, pace: Pace, rooms: Rooms) -> Request {
        Request { target: self.target, most: self.most, growth: pace.growth, rooms }
    }
}

impl Keeper {
    /// A keeper with a margin account and a source of its own whims. The first has no limit, so that every account finds
    /// somebody.
    pub fn new(trader: Trader, number: u64, mut random: StdRng) -> Keeper {
        let taste = [Taste::Deepest, Taste::Largest, Taste::BestPaid, Taste::Any][number as usize % 4];
        let limit = match number {
            0 => LIMITS[LIMITS.len() - 1],
            _ => LIMITS[random.random_range(0..LIMITS.len())],
        };
        Keeper { trader, refused: 0, costs: None, taste, limit: Value::usd(limit), random }
    }

    /// Scans a view and decides what to send, first things first: each liquidatable account once, as long as the repayments
    /// of the round stay within half of the keeper's own equity (the first is always tried). A shallow breach without a
    /// flag is called for too: that call flags it. One that must wait, or does not pay, is left for later.
    ///
    /// # Errors
    /// The mathematics' refusal of an account that it can never value.
    pub fn scan(&mut self, world: &World, view: &View, own_equity: Value) -> Result<VecDeque<Attempt>, Problem> {
        let mut legs = Snapshot::default();
        let mut found: Vec<(i128, u64, Value, Attempt)> = Vec::new();
        for &account in &view.under_water {
            let valuation = view.value(account, &mut legs)?;
            let size = match Due::of(world, view, account, (&legs, &valuation))? {
                Due::Flag(target) => Size::flag(target),
                Due::Liquidate(plan, pace) => match self.size(view, &plan, &valuation)? {
                    _ if is_trifle(view, &plan, pace) => continue,
                    Some(size) => size,
                    None => continue,
                },
                Due::Wait(_) | Due::Stuck => continue,
            };
            let rank = self.rank(&valuation, &size);
            let attempt = Attempt { account, target: size.target, most: size.most };
            found.push((rank, self.random.random(), size.capital, attempt));
        }
        found.sort_by_key(|(rank, tie, ..)| (Reverse(*rank), *tie));
        let mut left = own_equity.0 / 2;
        let affordable = found.into_iter().enumerate().filter_map(|(position, (_, _, capital, attempt))| {
            let takes = position == 0 || capital.0 <= left;
            left -= if takes { capital.0 } else { 0 };
            takes.then_some(attempt)
        });
        Ok(affordable.collect())
    }

    /// How much of a plan the keeper asks for, and what that means to it; `None` where even the least that it may ask for does
    /// not pay. Closing a position takes no capital, and no market to sell in.
    fn size(&self, view: &View, plan: &Plan, valuation: &Valuation) -> Result<Option<Size>, MarginError> {
        match plan {
            Plan::Spot(plan) => {
                let price = view.price(plan.pair.debt);
                let least = plan.repay.div_ceil(LEAST_PART);
                let mut limit = price.amount_down(self.limit).unwrap_or(u64::MAX);
                if let Some(costs) = self.costs.filter(|costs| !costs.last_resort(valuation)) {
                    let share = view.board.liquidation.params().insurance_share;
                    let pays = price.amount_down(costs.most(plan.bonus, share)).unwrap_or(u64::MAX);
                    if pays < least {
                        return Ok(None);
                    }
                    limit = limit.min(pays);
                }
                let most = limit.max(least).min(plan.repay);
                let worth = price.value_up(most);
                let pay = Value(worth.0 / i128::from(PPM) * i128::from(plan.bonus));
                Ok(Some(Size { target: Target::Spot(plan.pair), most, worth, capital: worth, pay }))
            }
            Plan::Perp(plan) => {
                let (mark, price) = (view.marks[usize::from(plan.market)], view.price(view.board.quote_token));
                let limit = mark.size_up(price.amount_down(self.limit).unwrap_or(u64::MAX));
                let most = limit.max(plan.size.div_ceil(LEAST_PART)).min(plan.size);
                let worth = price.value_up(mark.notional(most).up);
                let pay = price.value_down(plan.fee - plan.insurance);
                Ok(Some(Size { target: Target::Perp(plan.market), most, worth, capital: Value::ZERO, pay }))
            }
        }
    }

    fn rank(&mut self, valuation: &Valuation, size: &Size) -> i128 {
        match self.taste {
            Taste::Deepest => -valuation.maintenance.0,
            Taste::Largest => size.worth.0,
            Taste::BestPaid => size.pay.0,
            Taste::Any => i128::from(self.random.random::<u32>()),
        }
    }

    /// Sends an attempt.
    ///
    /// # Errors
    /// The program's refusal.
    pub fn send(&self, world: &mut World, liquidatee: &Address, attempt: &Attempt) -> Sent {
        world.liquidate_target(&self.trader, liquidatee, attempt.target, attempt.most)
    }

    /// What the keeper itself is worth.
    ///
    /// # Errors
    /// The mathematics' refusal.
    pub fn equity(&self, world: &World, board: &RiskBoard) -> Result<Value, Problem> {
        Ok(self.value(world, board)?.1.equity)
    }

    fn value(&self, world: &World, board: &RiskBoard) -> Result<(Snapshot, Valuation), Problem> {
        let mut legs = Snapshot::default();
        let account = world.margin_account(&self.trader.account);
        let valuation = value(board, &account, world.chain.now(), &mut legs)?;
        Ok((legs, valuation))
    }

    /// Nets the inventory: sells every deposit that is not the dollar token, buys back every debt, and pays the dollars in.
    /// What the bank cannot pay out now, or the keeper may not take out now, stays until the next round.
    ///
    /// # Errors
    /// A refusal that no busy keeper should meet.
    pub fn net(&self, world: &mut World, market: &Market, board: &RiskBoard) -> Result<(), Problem> {
        let (legs, _) = self.value(world, board)?;
        let usd = dollar(world).clone();
        let me = self.trader.key.pubkey();
        let usd_price = price(board, usd.number);
        for leg in legs.tokens.iter().filter(|leg| leg.token != usd.number && leg.side == Side::Deposit) {
            let symbol = world.tokens[usize::from(leg.token)].symbol.clone();
            if patiently(world.withdraw(&self.trader, &symbol, u64::MAX))? {
                let amount = world.wallet_balance(&me, &symbol);
                let fetched = proceeds(amount, leg.price.mid, usd_price).map_err(MarginError::from)?;
                let swap = market.swap(world, &self.trader.key, (&symbol, amount), (&usd.symbol, fetched));
                swap.map_err(refused("swap"))?;
            }
        }
        for leg in legs.tokens.iter().filter(|leg| leg.token != usd.number && leg.side == Side::Debt) {
            let symbol = world.tokens[usize::from(leg.token)].symbol.clone();
            let paid = cost(leg.amount, leg.price.mid, usd_price).map_err(MarginError::from)?;
            let short = paid.saturating_sub(world.wallet_balance(&me, &usd.symbol));
            if short == 0 || patiently(world.withdraw(&self.trader, &usd.symbol, short))? {
                let swap = market.swap(world, &self.trader.key, (&usd.symbol, paid), (&symbol, leg.amount));
                swap.map_err(refused("swap"))?;
                world.repay(&self.trader, &symbol, u64::MAX).map_err(refused("repay"))?;
            }
        }
        self.pay_in(world, &usd.symbol, usd.number)
    }

    /// Pays the wallet's dollars into the margin account: its debt first.
    fn pay_in(&self, world: &mut World, symbol: &str, token: u8) -> Result<(), Problem> {
        let owner = self.trader.key.pubkey();
        let owes = |world: &World| {
            let account = world.margin_account(&self.trader.account);
            account.find(token).is_some_and(|slot| account.tokens[slot].side() == Side::Debt)
        };
        if world.wallet_balance(&owner, symbol) > 0 && owes(world) {
            let most = world.wallet_balance(&owner, symbol);
            world.repay(&self.trader, symbol, most).map_err(refused("repay"))?;
        }
        let rest = world.wallet_balance(&owner, symbol);
        if rest > 0 && !owes(world) {
            patiently(deposit_own(world, &self.trader, symbol, rest))?;
        }
        Ok(())
    }
}

/// Whether a bucket lets so little through that it may not buy a unit of the collateral.
pub(crate) fn is_trifle(view: &View, plan: &Plan, pace: Pace) -> bool {
    let worth = match plan {
        Plan::Spot(plan) => view.price(plan.pair.debt).value_up(plan.repay),
        Plan::Perp(plan) => {
            let notional = view.marks[usize::from(plan.market)].notional(plan.size).up;
            view.price(view.board.quote_token).value_up(notional)
        }
    };
    pace.limited && worth < LEAST_WORTH
}

/// Whether it happened; `false` where a later round may have better luck.
fn patiently(sent: Sent) -> Result<bool, Problem> {
    match sent {
        Ok(_) => Ok(true),
        Err(failure) => match failure.margin_error() {
            Some(
                MarginError::VaultTooSmall
                | MarginError::InsufficientHealth
                | MarginError::MoreThanOwned
                | MarginError::NoDeposit
                | MarginError::BankReduceOnly
                | MarginError::AmountZero,
            ) => Ok(false),
            _ => Err(Problem::Refused("netting", failure)),
        },
    }
}
