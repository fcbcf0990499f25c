//! A file of parameters: what a group is to be. It is checked by the very functions that the program checks with.

mod section;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use breakwater_client::instruction::BankKeys;
use breakwater_client::interface::MarginError;
use breakwater_client::interface::accounts::{MAX_MARKETS, MAX_TOKENS};
use breakwater_client::interface::config::{LendingConfig, LiquidationConfig, OracleConfig, PerpConfig, WeightConfig};
use breakwater_client::interface::governance::{ADMIN, GUARDIAN, RISK_MANAGER};
use breakwater_client::interface::oracle::{LEGACY, PULL};
use breakwater_client::margin::config::{Extremes, verify_lending, verify_market};
use breakwater_client::margin::perp::MAX_QUOTE_DECIMALS;
use breakwater_client::{Address, TOKEN_2022_PROGRAM, TOKEN_PROGRAM, address};
use solana_signer::Signer;
use toml::Table;

use crate::Failure;
use crate::fields::unhex;
use crate::keys::{ROLES, Ring};
use crate::units::Scale;
use section::Section;

/// Stands for the key at hand, in place of an address.
const SIGNER: &str = "signer";

/// A chain that parameters are kept for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Name {
    /// A chain on this machine.
    Localnet,
    /// Devnet.
    Devnet,
    /// Mainnet.
    Mainnet,
}

impl Name {
    /// All of them.
    pub const ALL: [Name; 3] = [Name::Localnet, Name::Devnet, Name::Mainnet];

    /// As it is written.
    pub fn text(self) -> &'static str {
        match self {
            Name::Localnet => "localnet",
            Name::Devnet => "devnet",
            Name::Mainnet => "mainnet-beta",
        }
    }

    /// The node to ask unless told otherwise.
    pub fn url(self) -> &'static str {
        match self {
            Name::Localnet => "http://127.0.0.1:8899",
            Name::Devnet => "https://api.devnet.solana.com",
            Name::Mainnet => "https://api.mainnet-beta.solana.com",
        }
    }

    /// The first hash of the chain, which no other chain has.
    pub fn genesis(self) -> Option<&'static str> {
        match self {
            Name::Localnet => None,
            Name::Devnet => Some("EtWTRABZaYq6iMfeYKouRu166VU2xqa1wcaWoxPkrZBG"),
            Name::Mainnet => Some("5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d"),
        }
    }

    /// The file that is kept for it.
    fn built_in(self) -> (&'static str, &'static str) {
        match self {
            Name::Localnet => ("migrations/params/localnet.toml", include_str!("../../params/localnet.toml")),
            Name::Devnet => ("migrations/params/devnet.toml", include_str!("../../params/devnet.toml")),
            Name::Mainnet => ("migrations/params/mainnet-beta.toml", include_str!("../../params/mainnet-beta.toml")),
        }
    }
}

/// Somebody who signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// Known by address.
    Address(Address),
    /// Whoever's key is at hand.
    Signer,
    /// Not filled in yet.
    Nobody,
}

/// A token to be listed.
#[derive(Clone, Debug)]
pub struct TokenParams {
    /// What people call it.
    pub symbol: String,
    /// Mint.
    pub mint: Address,
    /// The token program of the mint.
    pub token_program: Address,
    /// Decimals of the mint.
    pub decimals: u8,
    /// Lending.
    pub lending: LendingConfig,
    /// Weights.
    pub weights: WeightConfig,
    /// Feed.
    pub oracle: OracleConfig,
}

impl TokenParams {
    /// Bank and mint in a group.
    pub fn keys(&self, group: &Address) -> BankKeys {
        BankKeys::new(group, self.mint, self.token_program)
    }
}

/// A market to be listed.
#[derive(Clone, Debug)]
pub struct MarketParams {
    /// What people call it.
    pub symbol: String,
    /// Parameters.
    pub config: PerpConfig,
    /// Index feed, with the decimals of a base unit.
    pub oracle: OracleConfig,
}

/// The shared fund.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FundParams {
    /// The quote token: number in the file.
    pub quote: usize,
    /// Part of itself that the fund pays in an epoch, bps.
    pub epoch_cap: u16,
}

/// What a group is to be.
#[derive(Clone, Debug)]
pub struct Params {
    /// What the file is called in a sentence.
    pub file: String,
    /// The chain that it is for.
    pub cluster: Name,
    /// Who creates the group; part of its address.
    pub creator: Who,
    /// Number among the creator's groups.
    pub number: u16,
    /// Whether the group keeps receipts.
    pub receipts: bool,
    /// Who holds the roles, by their numbers.
    pub roles: [Who; 3],
    /// Liquidation.
    pub liquidation: LiquidationConfig,
    /// Tokens, in the order of listing.
    pub tokens: Vec<TokenParams>,
    /// Fund and quote token.
    pub fund: Option<FundParams>,
    /// Markets by number.
    pub markets: Vec<MarketParams>,
}

impl Params {
    /// Reads a file, or the one that is kept for the cluster.
    ///
    /// # Errors
    /// One sentence with file, key and what to do.
    pub fn load(cluster: Name, path: Option<&Path>) -> Result<Params, Failure> {
        let Some(path) = path else {
            let (file, text) = cluster.built_in();
            return Params::parse(file, text, cluster);
        };
        let file = path.display().to_string();
        let text = fs::read_to_string(path).map_err(|error| Failure::Input(format!("{file}: {error}")))?;
        Params::parse(&file, &text, cluster)
    }

    /// Reads the text of a file.
    ///
    /// # Errors
    /// One sentence with file, key and what to do.
    pub fn parse(file: &str, text: &str, cluster: Name) -> Result<Params, Failure> {
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
        extremes(&root, &tokens, &liquidation, fund.is_some())?;
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

    /// The group's creator and address.
    ///
    /// # Errors
    /// The creator is not known.
    pub fn group(&self, ring: &Ring) -> Result<(Address, Address), Failure> {
        let creator = match (self.creator, &ring.payer) {
            (Who::Address(creator), _) => creator,
            (Who::Signer, Some(payer)) => payer.pubkey(),
            (Who::Signer, None) => {
                let fact = "it is \"signer\", and no key is at hand: pass --keypair";
                return Err(Failure::Input(format!("{}: group.creator: {fact}", self.file)));
            }
            (Who::Nobody, _) => return Err(self.unfilled("group.creator")),
        };
        Ok((creator, address::group(&creator, self.number)))
    }

    /// Who is to hold a role; `None` where the file leaves it to a key that is not at hand.
    ///
    /// # Errors
    /// The file does not say.
    pub fn holder(&self, role: u8, ring: &Ring) -> Result<Option<Address>, Failure> {
        match self.roles[usize::from(role)] {
            Who::Address(holder) => Ok(Some(holder)),
            Who::Signer => Ok(ring.role(role)),
            Who::Nobody => Err(self.unfilled(&format!("roles.{}", ROLES[usize::from(role)]))),
        }
    }

    fn unfilled(&self, key: &str) -> Failure {
        Failure::Input(format!("{}: {key}: it is empty: write the address, or pass a file of your own with --params", self.file))
    }

    /// Decimals that a token's amounts are written with.
    pub fn token_scale(&self, token: usize) -> Scale {
        Scale { own: self.tokens[token].decimals, quote: self.quote_decimals() }
    }

    /// Decimals that a market's amounts are written with.
    pub fn market_scale(&self, market: usize) -> Scale {
        Scale { own: self.markets[market].oracle.decimals, quote: self.quote_decimals() }
    }

    fn quote_decimals(&self) -> u8 {
        self.fund.map_or(0, |fund| self.tokens[fund.quote].decimals)
    }
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
    let text = section.text("feed")?;
    let refuse = || section.refuse("feed", "it is no feed: write \"pyth:\" and 64 hexadecimal digits, or \"legacy:\" and an account");
    let (kind, name) = text.split_once(':').ok_or_else(refuse)?;
    let (kind, id) = match kind {
        "pyth" => (PULL, unhex(name)),
        "legacy" => (LEGACY, name.parse::<Address>().ok().map(|address| address.to_bytes().to_vec())),
        _ => return Err(refuse()),
    };
    let mut config: OracleConfig = section.parameters(Scale::default())?;
    config.feed_id = id.and_then(|id| id.try_into().ok()).ok_or_else(refuse)?;
    config.kind = kind;
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
    let [lending, weights, feed] = [section.section("lending")?, section.section("weights")?, section.section("oracle")?];
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
    verify_lending(&params.lending.pricing(), &params.lending.limits()).map_err(|error| bound(&lending, error.into()))?;
    params.weights.verify().map_err(|error| bound(&weights, error))?;
    Ok(params)
}

fn fund(section: &Section, tokens: &[TokenParams]) -> Result<FundParams, Failure> {
    let symbol = section.text("quote")?;
    let quote = tokens.iter().position(|token| token.symbol == symbol);
    let quote = quote.ok_or_else(|| section.refuse("quote", &format!("no [[token]] is called {symbol:?}: name one")))?;
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
    let params =
        MarketParams { symbol, config: perp.parameters(Scale { own, quote })?, oracle: oracle(&feed, own)? };
    perp.finish()?;
    section.finish()?;
    verify_market(&params.config.bounds(&params.oracle)).map_err(|error| bound(&perp, error.into()))?;
    Ok(params)
}

/// The bound over all tokens together (CFG-1).
fn extremes(root: &Section, tokens: &[TokenParams], liquidation: &LiquidationConfig, quote: bool) -> Result<(), Failure> {
    let all = tokens.iter().fold(Extremes::NONE, |extremes, token| {
        extremes.with(&token.weights.both(), token.oracle.max_liquidation_band.into())
    });
    let params = liquidation.params();
    let outcome = all.verify(&params).and_then(|()| if quote { all.verify_with_markets(&params) } else { Ok(()) });
    outcome.map_err(|error| bound(root, error.into()))
}
