//! A quote for people and as JSON. Dollars and prices are decimal strings, native amounts are strings of integers.

use std::fmt::Write;

use breakwater_client::Address;
use breakwater_client::decode;
use breakwater_client::interface::accounts::MARKET_FEED;
use breakwater_client::interface::quote::{
    PRICE_ALWAYS, PRICE_NEVER, ReturnedLeg, STAGE_DUE, STAGE_FLAGGED, STAGE_HEALTHY, TARGET_NONE, TARGET_PAIR,
};
use breakwater_client::margin::position::MARKET_LEG;
use breakwater_sim::report::date_time;
use serde_json::{Value, json};

use super::accounts::{Answer, State, leg_name};

/// Decimals of dollars in a quote.
const VALUE_DECIMALS: u8 = 8;
/// Decimals of a price.
const PRICE_DECIMALS: u8 = 8;

/// One JSON object on one line.
pub fn json(state: &State, answer: &Answer) -> Value {
    let quoted = &answer.returned;
    let some = |time: i64| (time != 0).then_some(time);
    let flag = (quoted.flag_slot != 0).then(|| json!({ "slot": quoted.flag_slot, "newest_print": quoted.flag_time }));
    let trigger = (quoted.stage != STAGE_HEALTHY).then(|| {
        let (prints_after, not_before) = (some(quoted.prints_after), some(quoted.calm_at));
        json!({ "slot": quoted.trigger_slot, "prints_after": prints_after, "not_before": not_before })
    });
    let refusal = decode::error(quoted.refusal)
        .map(|error| json!({ "code": error.code(), "name": error.name(), "message": error.message() }));
    json!({
        "account": state.address.to_string(),
        "group": Address::from(state.account.group).to_string(),
        "slot": quoted.slot,
        "time": quoted.time,
        "stage": stage(quoted.stage),
        "health": {
            "equity": dollars(quoted.equity),
            "initial": dollars(quoted.initial),
            "maintenance": dollars(quoted.maintenance),
            "end": dollars(quoted.end),
            "optimistic": dollars(quoted.optimistic),
            "requirement": dollars(quoted.requirement),
        },
        "flag": flag,
        "trigger": trigger,
        "prices": quoted.legs().iter().map(|leg| json_leg(state, leg)).collect::<Vec<_>>(),
        "next": json_next(answer),
        "refusal": refusal,
        "caveat": answer.caveat,
    })
}

fn json_leg(state: &State, leg: &ReturnedLeg) -> Value {
    let decimals = feed_decimals(state, leg.leg);
    let price = |raw: u64| match raw {
        PRICE_NEVER => "never".to_owned(),
        PRICE_ALWAYS => "always".to_owned(),
        raw => price(raw, decimals),
    };
    let (kind, number) = match leg.leg.checked_sub(MARKET_LEG) {
        Some(market) => ("market", market),
        None => ("token", leg.leg),
    };
    json!({
        kind: number,
        "mint": mint(state, leg.leg),
        "price": price(mid(state, leg.leg)),
        "maintenance": price(leg.maintenance),
        "trigger": price(leg.trigger),
        "maintenance_raw": leg.maintenance.to_string(),
        "trigger_raw": leg.trigger.to_string(),
    })
}

fn json_next(answer: &Answer) -> Value {
    let quoted = &answer.returned;
    let common = |mut next: Value| {
        next["insurance"] = quoted.insurance.to_string().into();
        next["keeper_revenue"] = dollars(quoted.revenue).into();
        next["after"] = json!({
            "equity": dollars(quoted.equity_after),
            "maintenance": dollars(quoted.maintenance_after),
            "end": dollars(quoted.end_after),
        });
        next
    };
    match quoted.target {
        TARGET_NONE => Value::Null,
        TARGET_PAIR => common(json!({
            "debt": leg_name(quoted.debt),
            "collateral": leg_name(quoted.collateral),
            "repay": quoted.repay.to_string(),
            "seize": quoted.seize.to_string(),
            "bonus_millionths": quoted.bonus,
        })),
        _ => common(json!({
            "position": leg_name(MARKET_LEG | quoted.market),
            "size": quoted.size.to_string(),
            "settled": quoted.settled.to_string(),
            "fee": quoted.fee.to_string(),
        })),
    }
}

/// Lines for people.
pub fn text(state: &State, answer: &Answer) -> String {
    let quoted = &answer.returned;
    let mut out = String::new();
    let mut line = |name: &str, value: String| {
        let _ = writeln!(out, "{name:14}{value}");
    };
    line("account", state.address.to_string());
    line("at", format!("slot {}, {} UTC", quoted.slot, date_time(quoted.time)));
    line("state", outlook(answer));
    line("equity", usd(quoted.equity));
    line("H_init", format!("{:>20}   borrows and withdraws from 0 up", usd(quoted.initial)));
    line("H_end", format!("{:>20}   where a liquidation stops", usd(quoted.end)));
    line("H_maint", format!("{:>20}   {} required", usd(quoted.maintenance), usd(quoted.requirement)));
    line("H_hi", format!("{:>20}   at the best prices: liquidated below 0", usd(quoted.optimistic)));
    if quoted.leg_count > 0 {
        line("", format!("{:>24} {:>24} {:>24}", "price now", "H_maint below 0", "liquidated at"));
    }
    for leg in quoted.legs() {
        let decimals = feed_decimals(state, leg.leg);
        let price = |raw: u64| match raw {
            PRICE_NEVER => "at no price".to_owned(),
            PRICE_ALWAYS => "at any price".to_owned(),
            raw => price(raw, decimals),
        };
        let (now, maintenance, trigger) = (price(mid(state, leg.leg)), price(leg.maintenance), price(leg.trigger));
        line(&leg_name(leg.leg), format!("{now:>24} {maintenance:>24} {trigger:>24}"));
    }
    for (name, value) in next(state, answer) {
        line(name, value);
    }
    if let Some(caveat) = &answer.caveat {
        line("note", (*caveat).to_owned());
    }
    out
}

/// When it could be liquidated, in words.
fn outlook(answer: &Answer) -> String {
    let quoted = &answer.returned;
    let mut words = match quoted.stage {
        STAGE_HEALTHY => return "healthy: no liquidation while prices stay".to_owned(),
        STAGE_DUE => return "can be liquidated now".to_owned(),
        STAGE_FLAGGED => {
            format!("flagged in slot {}, can be liquidated from slot {}", quoted.flag_slot, quoted.trigger_slot)
        }
        _ => format!("under water, not flagged: a touch now lets it be liquidated from slot {}", quoted.trigger_slot),
    };
    if quoted.prints_after != 0 {
        words += &format!(", with prints of all legs after {} UTC", date_time(quoted.prints_after));
    }
    if quoted.calm_at != 0 {
        words += &format!(", not before {} UTC", date_time(quoted.calm_at));
    }
    words
}

/// The next step in words.
fn next(state: &State, answer: &Answer) -> Vec<(&'static str, String)> {
    let quoted = &answer.returned;
    let mut lines = Vec::new();
    let tokens =
        |amount: u64, leg: u8| format!("{} of {}", units(amount.into(), amount_decimals(state, leg)), leg_name(leg));
    let quote = |amount: i128| units(amount, amount_decimals(state, MARKET_LEG));
    match quoted.target {
        TARGET_NONE => {}
        TARGET_PAIR => {
            lines.push(("next step", format!("repay {}", tokens(quoted.repay, quoted.debt))));
            let bonus = units(quoted.bonus.into(), 4);
            lines.push(("", format!("seize {}, bonus {bonus} %", tokens(quoted.seize, quoted.collateral))));
            lines.push(("", format!("{} to insurance", tokens(quoted.insurance, quoted.debt))));
        }
        _ => {
            let decimals = feed_decimals(state, MARKET_LEG | quoted.market);
            let size = units(quoted.size.into(), decimals);
            lines.push(("next step", format!("close {size} of {}", leg_name(MARKET_LEG | quoted.market))));
            let (settled, fee) = (quote(quoted.settled.into()), quote(quoted.fee.into()));
            lines.push((
                "",
                format!("settle {settled} first, fee {fee}, {} of it to insurance", quote(quoted.insurance.into())),
            ));
        }
    }
    if quoted.target != TARGET_NONE {
        lines.push(("", format!("the keeper gains {} at mid prices", usd(quoted.revenue))));
        let after = (usd(quoted.equity_after), usd(quoted.maintenance_after), usd(quoted.end_after));
        lines.push(("", format!("leaves equity {}, H_maint {}, H_end {}", after.0, after.1, after.2)));
    }
    if let Some(error) = decode::error(quoted.refusal).filter(|_| quoted.stage != STAGE_HEALTHY) {
        lines.push(("refused", format!("{}: {}", error.name(), error.message())));
    }
    lines
}

fn stage(stage: u8) -> &'static str {
    match stage {
        STAGE_HEALTHY => "healthy",
        STAGE_DUE => "due",
        STAGE_FLAGGED => "flagged",
        _ => "unflagged",
    }
}

/// The feed of a leg on the board.
fn feed(leg: u8) -> usize {
    leg.checked_sub(MARKET_LEG).map_or(leg, |market| MARKET_FEED + market).into()
}

fn mid(state: &State, leg: u8) -> u64 {
    state.view.board.feeds[feed(leg) % state.view.board.feeds.len()].price
}

fn feed_decimals(state: &State, leg: u8) -> u8 {
    state.view.board.feeds[feed(leg) % state.view.board.feeds.len()].oracle.decimals
}

/// Decimals of what a leg's amounts are in: claims on markets are quote tokens.
fn amount_decimals(state: &State, leg: u8) -> u8 {
    feed_decimals(state, if leg >= MARKET_LEG { state.view.board.quote_token } else { leg })
}

fn mint(state: &State, leg: u8) -> Option<String> {
    state.view.banks.get(&leg).map(|(_, bank)| Address::from(bank.mint).to_string())
}

/// Dollars × 10^8 as a decimal.
fn dollars(e8: i64) -> String {
    units(e8.into(), VALUE_DECIMALS)
}

/// Dollars for people.
fn usd(e8: i64) -> String {
    match e8 {
        ..0 => format!("-${}", units(-i128::from(e8), VALUE_DECIMALS)),
        _ => format!("${}", dollars(e8)),
    }
}

/// An integer as a decimal with a number of decimals.
pub fn units(amount: i128, decimals: u8) -> String {
    let (sign, amount) = (if amount < 0 { "-" } else { "" }, amount.unsigned_abs());
    let one = 10u128.pow(decimals.into());
    match decimals {
        0 => format!("{sign}{amount}"),
        _ => format!("{sign}{}.{:0width$}", amount / one, amount % one, width = decimals.into()),
    }
}

/// Dollars for one whole token, to the nearest.
pub fn price(raw: u64, decimals: u8) -> String {
    let scaled = u128::from(raw) * 10u128.pow(decimals.into());
    let fraction = (((scaled & u128::from(u64::MAX)) * 10u128.pow(PRICE_DECIMALS.into())) + (1 << 63)) >> 64;
    units(((scaled >> 64) * 10u128.pow(PRICE_DECIMALS.into()) + fraction) as i128, PRICE_DECIMALS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_exact_decimals() {
        assert_eq!((units(-1, 8), units(12_345, 3), units(7, 0)), ("-0.00000001".into(), "12.345".into(), "7".into()));
        assert_eq!((usd(-150_000_000), usd(1)), ("-$1.50000000".into(), "$0.00000001".into()));
        // $115 for a token of nine decimals, as a board floors it.
        assert_eq!(price(2_121_375_568_476, 9), "115.00000000");
        assert_eq!(price(1 << 63, 0), "0.50000000");
    }
}
