//! Receipts: read them out of logs and files, check their chain, and repeat what the program decided from the receipt alone.

use breakwater_interface::MarginError;
use breakwater_interface::accounts::DISCRIMINATOR;
use breakwater_interface::events::{BankruptcyResolved, Deleveraged, Liquidated, MarketLossResolved, PerpLiquidated};
use breakwater_interface::receipt::{
    BankLossInputs, Basis, DeleverageInputs, LiquidationInputs, LiquidationTold, MarketLossInputs, RecordedLegs,
};
use breakwater_margin::liquidation::{
    Flag, Moment, Pace, Pair, Rooms, Target, Touch, apply, judge_touch, plan_liquidation,
};
use breakwater_margin::perp::Mark;
use breakwater_margin::waterfall::{write_off, write_off_position};
use breakwater_margin::{Plan, Refusal, Request, Snapshot, Valuation, Value, health};
use bytemuck::Pod;
use sha2::{Digest, Sha256};

use crate::decode::{self, Event};

mod file;

pub use file::{FileError, ReceiptFile};

/// Why a receipt does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The digest is not that of the bytes after the receipt before: one of both was changed, or one is missing.
    Digest,
    /// The bytes are no receipt.
    Malformed,
    /// From its inputs the program would have refused.
    Refused(MarginError),
    /// From its inputs something else follows.
    Differs {
        /// What the receipt says.
        told: Box<Event>,
        /// What follows from it.
        follows: Box<Event>,
    },
}

impl core::fmt::Display for Fault {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Fault::Digest => write!(f, "its digest does not match its bytes and the receipt before it"),
            Fault::Malformed => write!(f, "its bytes are no receipt"),
            Fault::Refused(error) => {
                write!(f, "the program would have refused it: {}: {}", error.name(), error.message())
            }
            Fault::Differs { told, follows } => write!(f, "it says {told:?}, but its inputs give {follows:?}"),
        }
    }
}

impl From<Refusal> for Fault {
    fn from(refusal: Refusal) -> Fault {
        Fault::Refused(refusal.into())
    }
}

impl From<breakwater_margin::MathError> for Fault {
    fn from(error: breakwater_margin::MathError) -> Fault {
        Fault::Refused(error.into())
    }
}

/// The digest of a receipt after another.
///
/// Formula: sha256(digest before ‖ bytes)       (docs/spec.md §11.8)
pub fn chained(before: &[u8; 32], bytes: &[u8]) -> [u8; 32] {
    Sha256::new().chain_update(before).chain_update(bytes).finalize().into()
}

/// The receipts in a transaction's log lines, in order.
pub fn receipts(logs: &[String]) -> Vec<Vec<u8>> {
    decode::data(logs).filter(|bytes| split(bytes).is_some_and(|(_, inputs)| !inputs.is_empty())).collect()
}

/// The event of a receipt and its inputs; `None` for events of other kinds.
fn split(bytes: &[u8]) -> Option<(Event, &[u8])> {
    let event = decode::event(bytes)?;
    let size = match event {
        Event::Liquidated(_) => size_of::<Liquidated>(),
        Event::PerpLiquidated(_) => size_of::<PerpLiquidated>(),
        Event::BankruptcyResolved(_) => size_of::<BankruptcyResolved>(),
        Event::MarketLossResolved(_) => size_of::<MarketLossResolved>(),
        Event::Deleveraged(_) => size_of::<Deleveraged>(),
        _ => return None,
    };
    Some((event, bytes.get(DISCRIMINATOR + size..)?))
}

/// Repeats what a receipt tells from its inputs, and returns it if it is the same to the unit (REC-1).
///
/// # Errors
/// Malformed, Refused, Differs
pub fn replay(bytes: &[u8]) -> Result<Event, Fault> {
    let (told, inputs) = split(bytes).ok_or(Fault::Malformed)?;
    let follows = match told {
        Event::Liquidated(event) => {
            let pair = Pair { debt: event.debt_token as u8, collateral: event.collateral_token as u8 };
            let (legs, plan, valuations) = liquidation(inputs, Target::Spot(pair))?;
            let Plan::Spot(plan) = plan else { return Err(Fault::Malformed) };
            let parties = (event.liquidatee, event.keeper);
            Event::Liquidated(Liquidated::of(parties, &legs, &plan, (&valuations.0, &valuations.1)))
        }
        Event::PerpLiquidated(event) => {
            let market = event.market as u8;
            let (legs, plan, valuations) = liquidation(inputs, Target::Perp(market))?;
            let Plan::Perp(plan) = plan else { return Err(Fault::Malformed) };
            let leg = legs.perps.iter().find(|leg| leg.terms.market == market).ok_or(Fault::Malformed)?;
            let (parties, left) = ((event.liquidatee, event.keeper), (leg.mark, leg.position.base));
            Event::PerpLiquidated(PerpLiquidated::of(parties, left, &plan, (&valuations.0, &valuations.1)))
        }
        Event::BankruptcyResolved(event) => Event::BankruptcyResolved(bank_loss(&event, inputs)?),
        Event::MarketLossResolved(event) => Event::MarketLossResolved(market_loss(&event, inputs)?),
        Event::Deleveraged(event) => Event::Deleveraged(deleveraging(&event, inputs)?),
        _ => return Err(Fault::Malformed),
    };
    if follows == told { Ok(told) } else { Err(Fault::Differs { told: Box::new(told), follows: Box::new(follows) }) }
}

/// A head and the snapshot behind it.
fn read<H: Pod>(inputs: &[u8], basis: impl Fn(&H) -> Basis) -> Result<(H, Snapshot), Fault> {
    let (head, legs) = inputs.split_at_checked(size_of::<H>()).ok_or(Fault::Malformed)?;
    let head: H = bytemuck::pod_read_unaligned(head);
    let legs = RecordedLegs::read(basis(&head), legs).ok_or(Fault::Malformed)?;
    Ok((head, legs.snapshot()?))
}

/// The legs after a liquidation, its plan, and what the account was and is worth.
fn liquidation(inputs: &[u8], target: Target) -> Result<(Snapshot, Plan, (Valuation, health::After)), Fault> {
    let (head, mut legs) = read(inputs, |head: &LiquidationInputs| head.basis)?;
    let before = health::value(&legs)?;
    let request = request(&head, (&legs, &before), target)?;
    let plan = plan_liquidation(&legs, &before, &head.told.config.params(), &request)?;
    let after = apply(&mut legs, &before, &plan)?;
    Ok((legs, plan, (before, after)))
}

/// What the keeper asked for, at the pace that the account's flag allowed.
fn request(
    LiquidationInputs { basis, told }: &LiquidationInputs,
    (legs, before): (&Snapshot, &Valuation),
    target: Target,
) -> Result<Request, Fault> {
    let LiquidationTold { most, flag_slot, flag_time, calm_at, debt_room, collateral_room, base_room, config, .. } =
        *told;
    let flag = Flag { slot: flag_slot, newest_print: flag_time };
    let at = Moment { slot: basis.slot, now: basis.now, calm_at };
    let touch = judge_touch(legs, before, &config.params(), (&config.touches(), flag), at)?;
    let Pace { growth, limited } = match touch {
        Touch::Executes(pace) => pace,
        Touch::Healthy => return Err(Fault::Refused(MarginError::AccountHealthy)),
        Touch::First(_) => return Err(Fault::Refused(MarginError::FlagTooYoung)),
    };
    let rooms = Rooms { debt: debt_room, collateral: collateral_room, base: base_room };
    // A pace without limits leaves no room in the receipt that binds.
    Ok(Request { target, most, growth, rooms: if limited { rooms } else { Rooms::OPEN } })
}

fn bank_loss(event: &BankruptcyResolved, inputs: &[u8]) -> Result<BankruptcyResolved, Fault> {
    let (head, legs) = read(inputs, |head: &BankLossInputs| head.basis)?;
    health::value(&legs)?.verify_bankrupt(&legs, None)?;
    let (mut books, mut fund) = (head.books.books(), head.fund.fund());
    let loss = write_off(&mut books, head.owed, fund.as_mut(), head.basis.now)?;
    let reduce_only = head.fund.reduce_only | u8::from(loss.reduce_only);
    Ok(BankruptcyResolved::of(event.account, &loss, event.token as u8, (books.deposit_index, reduce_only)))
}

fn market_loss(event: &MarketLossResolved, inputs: &[u8]) -> Result<MarketLossResolved, Fault> {
    let (head, legs) = read(inputs, |head: &MarketLossInputs| head.basis)?;
    let number = head.market.number as u8;
    health::value(&legs)?.verify_bankrupt(&legs, Some(number))?;
    let (mut books, mut position) = (head.market.books(), head.position.position());
    let (mut fund, at) = (head.fund.fund().unwrap_or_default(), head.market.at());
    let loss = write_off_position(&mut books, &mut position, &mut fund, at, head.basis.now)?;
    let left = books.judge(at.0, at.1, head.basis.slot)?;
    Ok(MarketLossResolved::of(event.account, &loss, left, number))
}

fn deleveraging(event: &Deleveraged, inputs: &[u8]) -> Result<Deleveraged, Fault> {
    let (head, legs) = read(inputs, |head: &DeleverageInputs| head.basis)?;
    let valuation = health::value(&legs)?;
    if valuation.debts > Value::ZERO {
        valuation.verify_known(&legs)?;
    }
    let (mut books, mut position) = (head.market.books(), head.position.position());
    let (at, slot) = (head.market.at(), head.basis.slot);
    let spare = valuation.spare(&legs.quote.price);
    let step = books.deleverage(&mut position, &head.terms(), spare, at, slot)?;
    let left = books.judge(at.0, at.1, slot)?;
    Ok(Deleveraged::of(event.account, &step, Mark(head.market.mark), left, head.market.number as u8))
}
