//! A file of parameters: what a group is to be. It is checked by the very functions that the program checks with.

mod read;
mod section;

use std::fs;
use std::path::Path;

use breakwater_client::instruction::{BankKeys, MARKET_FEED};
use breakwater_client::interface::MarginError;
use breakwater_client::interface::config::{LendingConfig, LiquidationConfig, OracleConfig, PerpConfig, WeightConfig};
use breakwater_client::interface::oracle::{LEGACY, PULL};
use breakwater_client::margin::config::{ConfigError, Extremes, verify_lending, verify_market};
use breakwater_client::{Address, address};
use solana_signer::Signer;

use crate::Failure;
use crate::fields::unhex;
use crate::keys::{ROLES, Ring};
use crate::state::State;
use crate::units::Scale;

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
            Name::Devnet => Some(breakwater_client::DEVNET_GENESIS),
            Name::Mainnet => Some(breakwater_client::MAINNET_GENESIS),
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
        read::parse(file, text, cluster)
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

    /// Who is to hold a role; `None` where the file leaves it to whoever's key is brought for it, and none is: then it stays.
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
        Failure::Input(format!(
            "{}: {key}: it is empty: write the address, or pass a file of your own with --params",
            self.file
        ))
    }

    /// Decimals that a token's amounts are written with.
    pub fn token_scale(&self, token: usize) -> Scale {
        Scale { own: self.tokens[token].decimals, quote: self.quote_decimals() }
    }

    /// Decimals that a market's amounts are written with.
    pub fn market_scale(&self, market: usize) -> Scale {
        Scale { own: self.markets[market].oracle.decimals, quote: self.quote_decimals() }
    }

    /// The same file with the parameters that the chain has, where it has any: what a single change starts from.
    #[must_use]
    pub fn as_on_chain(&self, state: &State) -> Params {
        let mut params = self.clone();
        let Some(board) = &state.board else { return params };
        params.liquidation = board.liquidation;
        for (token, bank) in params.tokens.iter_mut().zip(&state.banks) {
            let Some(bank) = bank else { continue };
            token.lending = bank.lending;
            token.weights = board.tokens[usize::from(bank.token)].weights;
            token.oracle = board.feeds[usize::from(bank.token)].oracle;
        }
        for (number, (market, found)) in params.markets.iter_mut().zip(&state.markets).enumerate() {
            let Some(found) = found else { continue };
            market.config = found.config;
            market.oracle = board.feeds[usize::from(MARKET_FEED) + number].oracle;
        }
        params
    }

    /// Checks every bound of the program, as the file's are checked when it is read.
    ///
    /// # Errors
    /// The first that does not hold, by the program's error.
    pub fn verify(&self) -> Result<(), Failure> {
        let refuse = |what: &str, error: MarginError| {
            Failure::Input(format!(
                "{what}: {}: {}: see docs/spec.md §7, §10.10 and §11",
                error.name(),
                error.message()
            ))
        };
        self.liquidation.verify().map_err(|error| refuse("liquidation", error))?;
        for token in &self.tokens {
            let lending = verify_lending(&token.lending.pricing(), &token.lending.limits()).map_err(MarginError::from);
            let all = lending.and_then(|()| token.weights.verify()).and_then(|()| token.oracle.verify());
            all.map_err(|error| refuse(&token.symbol, error))?;
        }
        for market in &self.markets {
            let bounds = verify_market(&market.config.bounds(&market.oracle)).map_err(MarginError::from);
            bounds.and_then(|()| market.oracle.verify()).map_err(|error| refuse(&market.symbol, error))?;
        }
        extremes(&self.tokens, &self.liquidation, self.fund.is_some()).map_err(|error| refuse("tokens", error.into()))
    }

    fn quote_decimals(&self) -> u8 {
        self.fund.map_or(0, |fund| self.tokens[fund.quote].decimals)
    }
}

/// The bound over all tokens together (CFG-1).
fn extremes(tokens: &[TokenParams], liquidation: &LiquidationConfig, quote: bool) -> Result<(), ConfigError> {
    let all = tokens.iter().fold(Extremes::NONE, |extremes, token| {
        extremes.with(&token.weights.both(), token.oracle.max_liquidation_band.into())
    });
    let params = liquidation.params();
    all.verify(&params)?;
    if quote { all.verify_with_markets(&params) } else { Ok(()) }
}

/// Kind and id of a feed from its text.
///
/// # Errors
/// What to write instead.
pub fn feed(text: &str) -> Result<(u8, [u8; 32]), &'static str> {
    let found = match text.split_once(':') {
        Some(("pyth", id)) => unhex(id).and_then(|id| id.try_into().ok()).map(|id| (PULL, id)),
        Some(("legacy", account)) => account.parse::<Address>().ok().map(|account| (LEGACY, account.to_bytes())),
        _ => None,
    };
    found.ok_or("it is no feed: write \"pyth:\" and 64 hexadecimal digits, or \"legacy:\" and an account")
}
