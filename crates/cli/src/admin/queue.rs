//! `breakwater admin queue`: parameters by name.

use breakwater_client::instruction;
use breakwater_client::{Address, address};
use breakwater_migrations::fields::{Difference, Fields};
use breakwater_migrations::params::{Params, feed};
use breakwater_migrations::plan::plan_parameters;
use breakwater_migrations::units::Scale;

use super::Session;
use super::options::Queue;
use crate::Failure;
use crate::migrate::{Manner, carry_out};

pub fn run(options: &Queue) -> Result<(), Failure> {
    let manner = Manner { dry_run: options.dry_run, json: options.common.json, yes: options.yes };
    if let Some(file) = &options.from {
        return from_file(options, file, manner);
    }
    let session = Session::open(&options.common)?;
    if let (Some(reduce_only), Some(token)) = (options.reduce_only, &options.token) {
        return set_reduce_only(session, options, (token, reduce_only), manner);
    }
    if let (Some(status), Some(market)) = (options.status, &options.market) {
        return set_status(session, options, (market, status), manner);
    }
    if options.set.is_empty() {
        return Err(Failure::Input("there is nothing to change: pass --set KEY=VALUE or --from FILE".to_owned()));
    }
    let mut params = session.params.as_on_chain(&session.state);
    for (key, value) in &options.set {
        assign(&session, &mut params, options, (key, value))?;
    }
    params.verify()?;
    parameters(session, &params, options, manner)
}

fn from_file(options: &Queue, file: &std::path::Path, manner: Manner) -> Result<(), Failure> {
    let mut session = Session::open(&options.common)?;
    session.params = Params::load(options.common.target.cluster, Some(file))?;
    session.state = breakwater_migrations::state::State::read(&mut session.node, &session.params, &session.ring)?;
    session.state.existing()?;
    let params = session.params.clone();
    parameters(session, &params, options, manner)
}

fn parameters(mut session: Session, params: &Params, options: &Queue, manner: Manner) -> Result<(), Failure> {
    let plan = plan_parameters(&session.state, params, &session.ring);
    let target = &options.common.target;
    carry_out(&mut session.node, &plan, &session.ring, (target.cluster.text(), target.url()), manner)
}

/// Sets one parameter where its key is known.
fn assign(session: &Session, params: &mut Params, options: &Queue, (key, value): (&str, &str)) -> Result<(), Failure> {
    let refuse = |fact: &str| Failure::Input(format!("--set {key}={value}: {fact}"));
    let outcome = if let Some(token) = &options.token {
        let number = session.token(token)?;
        let scale = params.token_scale(number);
        let token = &mut params.tokens[number];
        if key == "feed" {
            (token.oracle.kind, token.oracle.feed_id) = feed(value).map_err(refuse)?;
            return Ok(());
        }
        put(&mut token.weights, key, value, scale)
            .or_else(|| put(&mut token.lending, key, value, scale))
            .or_else(|| put(&mut token.oracle, key, value, scale))
    } else if let Some(market) = &options.market {
        let number = session.market(market)?;
        let scale = params.market_scale(number);
        let market = &mut params.markets[number];
        if key == "feed" {
            (market.oracle.kind, market.oracle.feed_id) = feed(value).map_err(refuse)?;
            return Ok(());
        }
        put(&mut market.config, key, value, scale).or_else(|| put(&mut market.oracle, key, value, scale))
    } else {
        put(&mut params.liquidation, key, value, Scale::default())
    };
    let unknown =
        "no parameter of it is called so: name one of the file's, with --token or --market where it is theirs";
    outcome.ok_or_else(|| refuse(unknown))?.map_err(|fact| refuse(&fact))
}

/// `None` if no parameter is called so.
fn put<C: Fields>(config: &mut C, key: &str, value: &str, scale: Scale) -> Option<Result<(), String>> {
    let field = C::FIELDS.iter().find(|field| field.name == key || field.key() == key)?;
    let number = field.unit.parse(value, scale);
    Some(
        number
            .and_then(|number| if config.put(field.name, number) { Ok(()) } else { Err("it is too large".to_owned()) }),
    )
}

fn line(name: &str, old: &str, new: &str) -> Vec<Difference> {
    vec![Difference { name: name.to_owned(), old: old.to_owned(), new: new.to_owned() }]
}

fn set_reduce_only(
    session: Session,
    options: &Queue,
    (token, on): (&str, bool),
    manner: Manner,
) -> Result<(), Failure> {
    let number = session.token(token)?;
    let bank =
        session.state.banks[number].as_ref().ok_or_else(|| Failure::Input(format!("{token} is not listed yet")))?;
    let text = |on: bool| if on { "on" } else { "off" };
    let lines = line("reduce_only", text(bank.reduce_only != 0), text(on));
    let (authority, group) = (officer(&session)?, session.state.address);
    let keys = session.params.tokens[number].keys(&group);
    let set = instruction::set_reduce_only(&authority, &group, &keys.bank, on);
    session.take(&options.common, (&format!("{token} reduce-only"), lines, set, !on), manner)
}

fn set_status(session: Session, options: &Queue, (market, status): (&str, u8), manner: Manner) -> Result<(), Failure> {
    let number = session.market(market)?;
    let found = session.state.markets[number].as_ref();
    let found = found.ok_or_else(|| Failure::Input(format!("{market} is not listed yet")))?;
    let end = |time: i64| if time == 0 { i64::MAX } else { time };
    let loosens = status < found.status || end(options.expires_at) > end(found.expires_at);
    let text = |status: u8, expires_at: i64| match (
        ["active", "reduce-only", "paused"].get(usize::from(status)),
        expires_at,
    ) {
        (Some(name), 0) => (*name).to_owned(),
        (Some(name), at) => format!("{name} until {}", breakwater_migrations::units::date(at)),
        (None, _) => status.to_string(),
    };
    let lines = line("status", &text(found.status, found.expires_at), &text(status, options.expires_at));
    let (authority, group) = (officer(&session)?, session.state.address);
    let (board, at) = (session.state.board_address, address::perp_market(&group, number as u8));
    let set = instruction::set_market_status(&authority, &group, &board, &at, (status, options.expires_at));
    session.take(&options.common, (&format!("{market} status"), lines, set, loosens), manner)
}

fn officer(session: &Session) -> Result<Address, Failure> {
    Ok(session.ring.officer(session.state.existing()?))
}
