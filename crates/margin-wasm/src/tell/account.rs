//! How a margin account stands.

use breakwater_client::Address;
use breakwater_client::view::{Answer, View};
use breakwater_interface::accounts::MARGIN_ACCOUNT_VERSION;
use breakwater_interface::order::{ORDER_ABOVE, ORDER_BELOW, SIDE_LONG};
use breakwater_interface::{MarginAccount, MarginError, TriggerOrder, quote};
use breakwater_margin::leverage::{exposure, leverage};
use breakwater_margin::liquidation::{Outlook as Told, Plan, Wait};
use breakwater_margin::parts::{Part, parts};
use breakwater_margin::perp::{Mark, PerpLeg};
use breakwater_margin::quote::{LegPrices, LiquidationQuote, Step, Threshold};
use breakwater_margin::{Side, Snapshot, Value};

use super::{Scale, written};
use crate::answer::{
    AccountAnswer, AtTrigger, Health, LiquidationPrices, Next, OrderRow, Outlook, PositionRow, Standing, TokenRow,
};
use crate::session::Refused;
use crate::text::{self, dollars, weighted};

/// A margin account with how it stands.
pub fn account(view: &View, address: &Address, account: &MarginAccount) -> Result<AccountAnswer, Refused> {
    Ok(AccountAnswer {
        address: address.to_string(),
        owner: written(&account.owner),
        delegate: (account.delegate != [0; 32]).then(|| written(&account.delegate)),
        number: account.number,
        version: account.version,
        is_current: account.version == MARGIN_ACCOUNT_VERSION,
        flag_slot: (account.flag_slot != 0).then(|| account.flag_slot.to_string()),
        is_empty: account.is_empty(),
        standing: standing(view, account)?,
        orders: orders(view, account),
    })
}

/// Health, outlook, liquidation prices, the next step, and the part of each leg.
pub fn standing(view: &View, account: &MarginAccount) -> Result<Standing, Refused> {
    let Answer { told, .. } = view.quote(account, u64::MAX)?;
    let legs = view.snapshot(account)?;
    let parts = parts(&legs).map_err(MarginError::from)?;
    let scale = Scale(view);
    let tokens = legs.tokens.iter().zip(&parts).map(|(leg, part)| token_row(scale, leg, part)).collect();
    let of_perps = parts.get(legs.tokens.len()..).unwrap_or_default();
    let positions = legs.perps.iter().zip(of_perps).map(|(leg, part)| position_row(scale, leg, part)).collect();
    Ok(Standing {
        health: health(&told, &legs),
        outlook: outlook(view, &told.outlook),
        prices: told.legs.iter().map(|leg| prices(scale, leg)).collect(),
        next: told.next.as_ref().ok().map(|step| next(scale, step, told.valuation.equity)),
        refusal: quote::refusal(&told.valuation, &told.next).map(Refused::from),
        at_trigger: at_trigger(view, account, &told)?,
        tokens,
        positions,
    })
}

/// The first step at the nearest trigger: the same question at that price.
fn at_trigger(view: &View, account: &MarginAccount, told: &LiquidationQuote) -> Result<Option<AtTrigger>, Refused> {
    if told.valuation.is_liquidatable() {
        return Ok(None);
    }
    let near = |leg: &LegPrices| match leg.trigger {
        Threshold::At(price) if leg.leg != view.board.quote_token => {
            leg.mid.distance(price).map(|distance| (leg.leg, price, distance))
        }
        _ => None,
    };
    let Some((leg, price, distance)) = told.legs.iter().filter_map(near).min_by_key(|found| found.2.unsigned_abs())
    else {
        return Ok(None);
    };
    let scale = Scale(view);
    let mut there = view.clone();
    there.set_price(scale.feed(leg), price);
    let step = there.step(account, u64::MAX)?.told;
    let before = step.valuation.equity;
    Ok(step.next.ok().map(|step| AtTrigger {
        leg,
        price: text::price(price, scale.decimals(leg)),
        distance,
        next: next(Scale(&there), &step, before),
    }))
}

fn health(told: &LiquidationQuote, legs: &Snapshot) -> Health {
    let valuation = &told.valuation;
    Health {
        equity: dollars(valuation.equity),
        debts: dollars(valuation.debts),
        initial: weighted(told.initial),
        optimistic: weighted(valuation.optimistic),
        maintenance: weighted(valuation.maintenance),
        end: weighted(valuation.end),
        requirement: weighted(valuation.requirement),
        factor: valuation.health_factor_ppm(),
        notional: dollars(exposure(legs)),
        leverage: leverage(legs, valuation),
    }
}

fn token_row(scale: Scale, leg: &breakwater_margin::TokenLeg, part: &Part) -> TokenRow {
    TokenRow {
        token: leg.token,
        is_debt: leg.side == Side::Debt,
        amount: scale.token(leg.token, leg.amount),
        value: dollars(part.value),
        maintenance: weighted(part.maintenance),
        end: weighted(part.end),
    }
}

fn position_row(scale: Scale, leg: &PerpLeg, part: &Part) -> PositionRow {
    let market = leg.terms.market;
    PositionRow {
        market,
        base: scale.base(market, leg.position.base),
        break_even: leg.position.break_even().map(|mark| scale.mark(market, mark)),
        mark: scale.mark(market, leg.mark),
        notional: scale.quoted(leg.notional.down),
        pnl: scale.quoted(leg.pnl),
        matured: scale.quoted(leg.position.matured),
        value: dollars(part.value),
        maintenance: weighted(part.maintenance),
        end: weighted(part.end),
    }
}

/// The words of an outlook.
pub(super) fn stage(told: &Told) -> &'static str {
    match told {
        Told::Healthy => "healthy",
        Told::Unflagged(_) => "unflagged",
        Told::Flagged(_) => "flagged",
        Told::Due => "due",
    }
}

fn outlook(view: &View, told: &Told) -> Outlook {
    let wait = match told {
        Told::Healthy => None,
        Told::Unflagged(wait) | Told::Flagged(wait) => Some(*wait),
        Told::Due => Some(Wait { slot: view.slot, ..Wait::default() }),
    };
    let time = |time: i64| (time != 0).then_some(time);
    Outlook {
        stage: stage(told).into(),
        slot: wait.map(|wait| wait.slot.to_string()),
        slots_left: wait.map(|wait| u32::try_from(wait.slot.saturating_sub(view.slot)).unwrap_or(u32::MAX)),
        prints_after: wait.and_then(|wait| time(wait.prints_after)),
        not_before: wait.and_then(|wait| time(wait.calm_at)),
    }
}

fn prices(scale: Scale, leg: &LegPrices) -> LiquidationPrices {
    let decimals = scale.decimals(leg.leg);
    let at = |threshold: &Threshold| match threshold {
        Threshold::At(price) => Some(text::price(*price, decimals)),
        Threshold::Never | Threshold::Always => None,
    };
    let distance = match leg.trigger {
        Threshold::At(price) => leg.mid.distance(price),
        Threshold::Never | Threshold::Always => None,
    };
    LiquidationPrices {
        leg: leg.leg,
        mid: text::price(leg.mid, decimals),
        maintenance: at(&leg.maintenance),
        trigger: at(&leg.trigger),
        always: leg.trigger == Threshold::Always,
        distance,
    }
}

fn next(scale: Scale, step: &Step, before: Value) -> Next {
    let cost = before.minus(step.after.equity).unwrap_or(Value::ZERO);
    let common = Next {
        kind: "pair".into(),
        debt: None,
        collateral: None,
        market: None,
        repay: None,
        seize: None,
        size: None,
        settled: None,
        bonus: None,
        fee: None,
        insurance: scale.quoted(step.insurance()),
        keeper: dollars(step.revenue),
        cost: dollars(cost),
        equity_after: dollars(step.after.equity),
        maintenance_after: weighted(step.after.maintenance),
        end_after: weighted(step.after.end),
    };
    match &step.plan {
        Plan::Spot(plan) => Next {
            debt: Some(plan.pair.debt),
            collateral: Some(plan.pair.collateral),
            repay: Some(scale.claim(plan.pair.debt, plan.repay)),
            seize: Some(scale.claim(plan.pair.collateral, plan.seize)),
            bonus: Some(plan.bonus),
            insurance: scale.claim(plan.pair.debt, step.insurance()),
            ..common
        },
        Plan::Perp(plan) => Next {
            kind: "position".into(),
            market: Some(plan.market),
            size: Some(scale.base(plan.market, plan.size)),
            settled: Some(scale.quoted(plan.settlement.signed())),
            fee: Some(scale.quoted(plan.fee)),
            ..common
        },
    }
}

fn orders(view: &View, account: &MarginAccount) -> Vec<OrderRow> {
    let live = account.orders.iter().enumerate().filter(|(_, order)| !order.is_free());
    live.map(|(slot, order)| order_row(Scale(view), slot as u8, order)).collect()
}

fn order_row(scale: Scale, slot: u8, order: &TriggerOrder) -> OrderRow {
    let market = order.market;
    let (kind, trigger) = match order.kind {
        ORDER_BELOW => ("below", scale.mark(market, Mark(order.trigger))),
        ORDER_ABOVE => ("above", scale.mark(market, Mark(order.trigger))),
        _ => ("health", text::units(order.trigger.into(), 6)),
    };
    let any = if order.side == SIDE_LONG { 0 } else { u64::MAX };
    OrderRow {
        slot,
        market,
        kind: kind.into(),
        closes_long: order.side == SIDE_LONG,
        trigger,
        limit: (order.limit != any).then(|| scale.mark(market, Mark(order.limit))),
        size: (order.size != u64::MAX).then(|| scale.base(market, order.size)),
        expires_at: (order.expires_at != 0).then_some(order.expires_at),
        fee: scale.quoted(order.fee),
    }
}
