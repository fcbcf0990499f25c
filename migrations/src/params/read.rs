//! From a file's text to parameters, with every bound checked.

use std::collections::BTreeSet;

use breakwater_client::interface::MarginError;
use breakwater_client::interface::accounts::{MAX_MARKETS, MAX_TOKENS};
use breakwater_client::interface::config::{LiquidationConfig, OracleConfig};
use breakwater_client::interface::governance::{ADMIN, GUARDIAN, RISK_MANAGER};
use breakwater_client::margin::config::{verify_lending, verify_market};
use breakwater_client::margin::perp::MAX_QUOTE_DECIMALS;
use breakwater_client::{TOKEN_2022_PROGRAM, TOKEN_PROGRAM};
use toml::Table;

use super::section::Section;
use super::{FundParams, MarketParams, Name, Params, TokenParams, Who, extremes, feed};
use crate::Failure;
use crate::keys::ROLES;
use crate::units::Scale;

/// Stands for the key at hand, in place of an address.
const SIGNER: &str = "signer";

pub(super) fn parse(file: &str, text: &str, cluster: Name) -> Result<Params, Failure> {
    let table: Table = text.parse().map_err(|error: toml::de::Error| {
        let line = error.span().map_or(1, |span| text[..span.start.min(text.len())].matches('\n').count() + 1);
        Failure::Input(format!("{file}: line {line}: it is no TOML: {}", error.message().replace('\n', " ")))
    })?;
    let root = Section::root(file, &table);
    let named = root.text("cluster")?;
    if named != cluster.text() {
        let fact = format!("it is for {named:?}, not for {}: pass the file of this cluster", cluster.text());
        return Err(root.refuse("cluster", &fact));
    }
    let group = root.section("group")?;
    let roles = root.section("roles")?;
    let liquidation = liquidation(&root.section("liquidation")?)?;
    let tokens = tokens(&root)?;
    let fund = if root.has("fund") { Some(fund(&root.section("fund")?, &tokens)?) } else { None };
    let quote = fund.map_or(0, |fund| tokens[fund.quote].decimals);
    let markets = markets(&root, quote)?;
    if fund.is_none() && !markets.is_empty() {
        return Err(root.refuse("fund", "markets settle in the fund's quote token: add [fund]"));
    }
    extremes(&tokens, &liquidation, fund.is_some()).map_err(|error| bound(&root, error.into()))?;
    let params = Params {
        file: file.to_owned(),
        cluster,
        creator: who(&group, "creator")?,
        number: group.whole("number", u16::MAX.into())? as u16,
        receipts: group.flag("receipts")?,
        roles: [who(&roles, ROLES[0])?, who(&roles, ROLES[1])?, who(&roles, ROLES[2])?],
        liquidation,
        tokens,
        fund,
        markets,
    };
    let guardian = params.roles[usize::from(GUARDIAN)];
    let shared = [ADMIN, RISK_MANAGER].iter().any(|role| params.roles[usize::from(*role)] == guardian);
    if shared && matches!(guardian, Who::Address(_)) {
        let fact = "the guardian also holds another role, and could let its own changes pass: name somebody else";
        return Err(roles.refuse("guardian", fact));
    }
    group.finish()?;
    roles.finish()?;
    root.finish()?;
    Ok(params)
}

/// A bound that does not hold, as the program would say it.
fn bound(section: &Section, error: MarginError) -> Failure {
    section.refuse("", &format!("{}: {}: see docs/spec.md §7, §10.10 and §11", error.name(), error.message()))
}

fn liquidation(section: &Section) -> Result<LiquidationConfig, Failure> {
    let config: LiquidationConfig = section.parameters(Scale::default())?;
    section.finish()?;
    config.verify().map_err(|error| bound(section, error))?;
    Ok(config)
}

fn who(section: &Section, key: &str) -> Result<Who, Failure> {
    match section.text(key)? {
        "" => Ok(Who::Nobody),
        SIGNER => Ok(Who::Signer),
        _ => Ok(Who::Address(section.address(key)?)),
    }
}

fn oracle(section: &Section, decimals: u8) -> Result<OracleConfig, Failure> {
    let (kind, feed_id) = feed(section.text("feed")?).map_err(|fact| section.refuse("feed", fact))?;
    let mut config: OracleConfig = section.parameters(Scale::default())?;
    (config.kind, config.feed_id) = (kind, feed_id);
    config.decimals = decimals;
    section.finish()?;
    config.verify().map_err(|error| bound(section, error))?;
    Ok(config)
}

fn tokens(root: &Section) -> Result<Vec<TokenParams>, Failure> {
    let sections = root.sections("token")?;
    if sections.is_empty() || sections.len() > MAX_TOKENS {
        return Err(root.refuse("token", &format!("a group has 1 to {MAX_TOKENS} tokens: write [[token]] for each")));
    }
    let mut seen = BTreeSet::new();
    sections.iter().map(|section| token(section, &mut seen)).collect()
}

fn token(section: &Section, seen: &mut BTreeSet<String>) -> Result<TokenParams, Failure> {
    let symbol = section.text("symbol")?.to_owned();
    let mint = section.address("mint")?;
    for name in [symbol.clone(), mint.to_string()] {
        if !seen.insert(name.clone()) {
            return Err(section.refuse("symbol", &format!("{name} is in the file twice: leave one out")));
        }
    }
    let token_program = match section.text("token_program")? {
        "spl-token" => TOKEN_PROGRAM,
        "token-2022" => TOKEN_2022_PROGRAM,
        _ => return Err(section.refuse("token_program", "it is neither \"spl-token\" nor \"token-2022\"")),
    };
    let decimals = section.whole("decimals", 12)? as u8;
    let scale = Scale { own: decimals, quote: 0 };
    let [lending, weights, feed] =
        [section.section("lending")?, section.section("weights")?, section.section("oracle")?];
    let params = TokenParams {
        symbol,
        mint,
        token_program,
        decimals,
        lending: lending.parameters(scale)?,
        weights: weights.parameters(scale)?,
        oracle: oracle(&feed, decimals)?,
    };
    lending.finish()?;
    weights.finish()?;
    section.finish()?;
    verify_lending(&params.lending.pricing(), &params.lending.limits())
        .map_err(|error| bound(&lending, error.into()))?;
    params.weights.verify().map_err(|error| bound(&weights, error))?;
    Ok(params)
}

fn fund(section: &Section, tokens: &[TokenParams]) -> Result<FundParams, Failure> {
    let symbol = section.text("quote")?;
    let quote = tokens.iter().position(|token| token.symbol == symbol);
    let quote =
        quote.ok_or_else(|| section.refuse("quote", &format!("no [[token]] is called {symbol:?}: name one")))?;
    if tokens[quote].decimals > MAX_QUOTE_DECIMALS {
        return Err(bound(section, MarginError::QuoteDecimals));
    }
    let epoch_cap = section.whole("epoch_cap_bps", 10_000)? as u16;
    section.finish()?;
    Ok(FundParams { quote, epoch_cap })
}

fn markets(root: &Section, quote: u8) -> Result<Vec<MarketParams>, Failure> {
    let sections = root.sections("market")?;
    if sections.len() > MAX_MARKETS {
        return Err(root.refuse("market", &format!("a group has at most {MAX_MARKETS} markets: leave the others out")));
    }
    let mut seen = BTreeSet::new();
    sections.iter().map(|section| market(section, quote, &mut seen)).collect()
}

fn market(section: &Section, quote: u8, seen: &mut BTreeSet<String>) -> Result<MarketParams, Failure> {
    let symbol = section.text("symbol")?.to_owned();
    if !seen.insert(symbol.clone()) {
        return Err(section.refuse("symbol", &format!("{symbol} is in the file twice: leave one out")));
    }
    let own = section.whole("base_decimals", 12)? as u8;
    let (perp, feed) = (section.section("perp")?, section.section("oracle")?);
    let params = MarketParams { symbol, config: perp.parameters(Scale { own, quote })?, oracle: oracle(&feed, own)? };
    perp.finish()?;
    section.finish()?;
    verify_market(&params.config.bounds(&params.oracle)).map_err(|error| bound(&perp, error.into()))?;
    Ok(params)
}
