//! What is told, to people and to machines.

use breakwater_client::Address;
use breakwater_sim::report::date_time;
use serde_json::{Value, json};

use super::crossing::Change;
use super::reading::Reading;
use crate::quote::accounts::leg_name;
use crate::quote::render::{price, units};

/// What is watched of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The health factor.
    Health,
    /// The distance to the liquidation price.
    Distance,
    /// The flag.
    Flag,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Kind::Health => "health",
            Kind::Distance => "distance",
            Kind::Flag => "flag",
        }
    }
}

/// Something told.
#[derive(Clone, Debug)]
pub struct Notice {
    /// For people, without time and account.
    pub text: String,
    /// For machines, without time and text.
    pub facts: Value,
    /// Its time on the chain, unix seconds; that of this machine where there is none.
    pub time: i64,
}

impl Notice {
    /// A change of what is watched.
    pub fn of(account: &Address, kind: Kind, change: Change, threshold: i64, reading: &Reading) -> Notice {
        let over = change == Change::Recovered;
        let words = match (change, kind) {
            (Change::Warned, _) => "WARNING",
            (Change::Worse, _) => "WORSE",
            (Change::Again, _) => "STILL",
            (Change::Recovered, _) => "fine again",
        };
        let fact = match kind {
            Kind::Health => {
                let side = if over { "above" } else { "below" };
                format!(
                    "health factor {} is {side} {}",
                    health(reading),
                    units(threshold.into(), 6).trim_end_matches('0')
                )
            }
            Kind::Distance => {
                let side = if over { "further than" } else { "nearer than" };
                format!("{}: {side} {} %", distance(reading), units(threshold.into(), 2))
            }
            Kind::Flag if over => "the flag is gone".to_owned(),
            Kind::Flag => match (reading.flag, reading.from_slot) {
                (Some(slot), Some(from)) => format!("flagged in slot {slot}, can be liquidated from slot {from}"),
                (Some(slot), None) => format!("flagged in slot {slot}, healthy now: anybody may take the flag away"),
                (None, _) => "flagged".to_owned(),
            },
        };
        let due = match reading.from_slot {
            Some(slot) if slot <= reading.slot && !over => ", and it can be liquidated now",
            _ => "",
        };
        let mut facts = facts(account, reading);
        (facts["event"], facts["kind"]) = (change.name().into(), kind.name().into());
        Notice { text: format!("{words:10}  {account}  {fact}{due}"), facts, time: reading.time }
    }

    /// How an account stands.
    pub fn status(account: &Address, warned: bool, reading: &Reading) -> Notice {
        let word = if warned { "warned" } else { "fine" };
        let flag = reading.flag.map_or_else(|| "no flag".to_owned(), |slot| format!("flagged in slot {slot}"));
        let (health, distance) = (health(reading), distance(reading));
        let old = reading.oldest;
        let mut facts = facts(account, reading);
        (facts["event"], facts["warned"]) = ("status".into(), warned.into());
        let text = format!("{word:10}  {account}  health factor {health}, {distance}, {flag}, prices {old} s old");
        Notice { text, facts, time: reading.time }
    }

    /// Something that keeps an account, or all of them, from being seen; or its end.
    pub fn sight(account: Option<&Address>, lost: Option<&str>, time: i64) -> Notice {
        let who = account.map_or_else(|| "all accounts".to_owned(), Address::to_string);
        let (word, event) = if lost.is_some() { ("BLIND", "blind") } else { ("seen again", "seen") };
        let fact = lost.unwrap_or("can be read again");
        let facts = json!({ "event": event, "kind": "node", "account": account.map(Address::to_string) });
        Notice { text: format!("{word:10}  {who}  {fact}"), facts, time }
    }

    /// Whether it says only how an account stands.
    pub fn is_status(&self) -> bool {
        self.facts["event"] == "status"
    }

    /// One line for people.
    pub fn line(&self) -> String {
        format!("{} UTC  {}", date_time(self.time), self.text)
    }

    /// One object for machines.
    pub fn json(&self) -> Value {
        let mut object = self.facts.clone();
        object["time"] = self.time.into();
        object["text"] = self.text.split_whitespace().collect::<Vec<_>>().join(" ").into();
        object
    }
}

fn facts(account: &Address, reading: &Reading) -> Value {
    json!({
        "account": account.to_string(),
        "slot": reading.slot,
        "health_factor": reading.health.map(|ppm| units(ppm.into(), 6)),
        "distance_percent": reading.nearest.map(|nearest| units(nearest.bps.into(), 2)),
        "nearest": reading.nearest.map(|nearest| json!({
            "leg": leg_name(nearest.leg),
            "price": price(nearest.price, nearest.decimals),
            "liquidation_price": price(nearest.liquidation, nearest.decimals),
        })),
        "flag_slot": reading.flag,
        "liquidated_from_slot": reading.from_slot,
        "oldest_price_seconds": reading.oldest,
    })
}

/// The health factor for people, rounded down.
pub fn health(reading: &Reading) -> String {
    reading.health.map_or_else(|| "without bound".to_owned(), |ppm| units(ppm.div_euclid(100).into(), 4))
}

fn distance(reading: &Reading) -> String {
    match &reading.nearest {
        None => "no price liquidates it".to_owned(),
        Some(nearest) => {
            let (at, liquidation) =
                (price(nearest.price, nearest.decimals), price(nearest.liquidation, nearest.decimals));
            let (leg, percent) = (leg_name(nearest.leg), units(nearest.bps.into(), 2));
            match nearest.bps {
                0 => format!("{leg} at ${at} is beyond its liquidation price ${liquidation}"),
                _ => format!("{leg} at ${at} is {percent} % from its liquidation price ${liquidation}"),
            }
        }
    }
}
