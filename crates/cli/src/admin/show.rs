//! `breakwater admin show`: who holds which role, what is paused, what waits.

use std::fmt::Write;

use breakwater_client::Address;
use breakwater_client::interface::governance::{PAUSE_ALLOWANCE, Pause};
use breakwater_migrations::change::{Described, describe, status};
use breakwater_migrations::keys::{ROLES, holder};
use breakwater_migrations::units::{date, span};
use serde_json::{Value, json};

use super::Session;
use super::options::ACTIONS;
use crate::migrate::lines;
use crate::{Failure, output};

const DAY: i64 = 86_400;

/// Names of actions.
pub fn actions(set: u8) -> String {
    let named: Vec<&str> = ACTIONS.iter().filter(|(_, action)| set & action != 0).map(|(name, _)| *name).collect();
    named.join(", ")
}

/// A pause, with what it concerns.
struct Paused {
    what: String,
    pause: Pause,
}

impl Paused {
    fn left(&self, now: i64) -> u64 {
        let open = self.pause.actions != 0;
        if open { self.pause.until.saturating_sub(now).max(0).unsigned_abs() } else { 0 }
    }
}

/// Seconds of today's allowance that the group has used.
fn used(session: &Session) -> u32 {
    let allowance = session.state.board.as_ref().map(|board| board.pause_allowance);
    let today = session.state.now.div_euclid(DAY);
    allowance.filter(|allowance| i64::from(allowance.day) == today).map_or(0, |allowance| allowance.used)
}

fn pauses(session: &Session) -> Vec<Paused> {
    let state = &session.state;
    let group = state.board.iter().map(|board| Paused { what: "group".to_owned(), pause: board.pause });
    let banks = session.params.tokens.iter().zip(&state.banks);
    let banks =
        banks.filter_map(|(token, bank)| Some(Paused { what: token.symbol.clone(), pause: bank.as_ref()?.pause }));
    let markets = session.params.markets.iter().zip(&state.markets);
    let markets = markets
        .filter_map(|(market, found)| Some(Paused { what: market.symbol.clone(), pause: found.as_ref()?.pause }));
    group.chain(banks).chain(markets).collect()
}

pub fn run(session: &Session, as_json: bool) -> Result<(), Failure> {
    let text = if as_json { format!("{}\n", to_json(session)?) } else { text(session)? };
    output::print(&text)
}

fn text(session: &Session) -> Result<String, Failure> {
    let (state, now) = (&session.state, session.state.now);
    let group = state.existing()?;
    let mut text = format!("group {}\nboard {}\n", state.address, state.board_address);
    let launched = if state.launched() { "yes" } else { "no: every change takes effect at once" };
    let _ = writeln!(text, "launched {launched}\n\nroles");
    for (role, name) in ROLES.iter().enumerate() {
        let _ = writeln!(text, "  {name:12}  {}", holder(group, role as u8));
    }
    text.push_str("\npauses\n");
    for paused in pauses(session) {
        let left = paused.left(now);
        if left > 0 {
            let _ = writeln!(text, "  {}: {} for {}", paused.what, actions(paused.pause.actions), span(left));
        }
    }
    if text.ends_with("pauses\n") {
        text.push_str("  none\n");
    }
    let _ = writeln!(text, "  {} of {} used today", span(used(session).into()), span(PAUSE_ALLOWANCE.into()));
    text.push_str("\nqueue\n");
    for (_, change) in &state.changes {
        let Described { name, what, lines: differences } = describe(change, state, &session.params);
        let status = status(change, now);
        let time = match status {
            "waits" => format!(", due {} (in {})", date(change.due_at), span((change.due_at - now).unsigned_abs())),
            "due" => {
                format!(", expires {} (in {})", date(change.expires_at), span((change.expires_at - now).unsigned_abs()))
            }
            _ => String::new(),
        };
        let _ = writeln!(text, "  {} {name}: {what}: {status}{time}", change.number);
        for line in lines(&differences, "").lines() {
            let _ = writeln!(text, "  {line}");
        }
    }
    if text.ends_with("queue\n") {
        text.push_str("  empty\n");
    }
    Ok(text)
}

fn to_json(session: &Session) -> Result<Value, Failure> {
    let (state, now) = (&session.state, session.state.now);
    let group = state.existing()?;
    let roles: serde_json::Map<String, Value> = ROLES
        .iter()
        .enumerate()
        .map(|(role, name)| ((*name).to_owned(), holder(group, role as u8).to_string().into()))
        .collect();
    let pauses: Vec<Value> = pauses(session)
        .iter()
        .map(|paused| {
            let left = paused.left(now);
            json!({
                "what": paused.what, "actions": if left == 0 { String::new() } else { actions(paused.pause.actions) },
                "seconds_left": left,
            })
        })
        .collect();
    let queue: Vec<Value> = state
        .changes
        .iter()
        .map(|(at, change)| {
            let told = describe(change, state, &session.params);
            let lines: Vec<Value> = told
                .lines
                .iter()
                .map(|line| json!({ "parameter": line.name, "on_chain": line.old, "changed": line.new }))
                .collect();
            json!({
                "change": change.number, "account": at.to_string(), "instruction": told.name, "what": told.what,
                "target": Address::from(change.target).to_string(), "proposer": Address::from(change.proposer).to_string(),
                "status": status(change, now), "due_at": change.due_at, "expires_at": change.expires_at, "lines": lines,
            })
        })
        .collect();
    Ok(json!({
        "group": state.address.to_string(), "board": state.board_address.to_string(), "launched": state.launched(),
        "now": now, "roles": roles, "pauses": pauses,
        "paused_today": used(session), "pause_allowance": PAUSE_ALLOWANCE, "queue": queue,
    }))
}
