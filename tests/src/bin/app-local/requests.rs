//! What page and tests ask of the stack, and what it answers: JSON in, JSON out.

use std::sync::atomic::Ordering;
use std::time::Duration;

use breakwater_client::instruction::MARKET_FEED;
use breakwater_client::{Address, PROGRAM_ID, TOKEN_PROGRAM};
use breakwater_tests::local::people::supplies;
use breakwater_tests::local::rpc::Trouble;
use breakwater_tests::local::water::Water;
use serde_json::{Value, json};

use crate::prices::Market;
use crate::stack::Stack;

/// What the faucet gives at a time: lamports, and dollars of each token.
const FAUCET_SOL: u64 = 100_000_000_000;
const FAUCET: u64 = 10_000;
/// Margin accounts that the page is told of, for a look at somebody's.
const SHOWN: usize = 50;
/// A crash and its way back.
const CRASH_BPS: i64 = -3_500;
const CRASH: Duration = Duration::from_secs(45);
const RECOVERY: Duration = Duration::from_secs(30);
/// The longest way of a price, seconds, and the farthest, bps of itself.
const LONGEST: u64 = 3_600;
const FARTHEST: std::ops::RangeInclusive<i64> = -9_900..=90_000;

/// Why a request got no answer.
pub enum Refusal {
    /// There is no such thing.
    Unknown,
    /// The request says something that cannot be done, in a sentence.
    Wrong(String),
    /// The stack cannot do it now.
    Trouble(Trouble),
}

impl From<Trouble> for Refusal {
    fn from(trouble: Trouble) -> Refusal {
        Refusal::Trouble(trouble)
    }
}

type Answer = Result<Value, Refusal>;

fn wrong<T>(fact: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal::Wrong(fact.into()))
}

impl Stack {
    /// Answers one request. It may take seconds.
    pub fn answer(&self, method: &str, path: &str, body: &[u8]) -> Answer {
        let asked = || match serde_json::from_slice::<Value>(body) {
            Ok(value) if value.is_object() => Ok(value),
            _ => wrong(format!("{path} takes a JSON object")),
        };
        match (method, path) {
            ("GET", "/config.json") => Ok(self.config()),
            ("GET", "/state") => self.state(),
            ("POST", "/faucet") => self.faucet(&asked()?),
            ("POST", "/price") => self.price(&asked()?),
            ("POST", "/scenario") => self.scenario(&asked()?),
            ("POST", "/pause_prices") => self.pause(&asked()?),
            ("POST", "/run_keeper") => self.keeper(&asked()?),
            ("POST", "/fault") => self.fault(&asked()?),
            _ => Err(Refusal::Unknown),
        }
    }

    /// What a page must know to begin.
    pub fn config(&self) -> Value {
        let token = |(token, symbol): (&breakwater_tests::local::place::Token, &String)| {
            json!({
                "token": token.number,
                "mint": token.keys.mint.to_string(),
                "symbol": symbol,
                "decimals": token.decimals,
                "tokenProgram": TOKEN_PROGRAM.to_string(),
            })
        };
        let market = |(market, symbol): (&breakwater_tests::local::place::Market, &String)| json!({ "market": market.number, "symbol": symbol });
        json!({
            "rpcUrl": self.door.url,
            "wsUrl": self.door.ws_url,
            "cluster": "localnet",
            "genesisHash": self.genesis,
            "programId": PROGRAM_ID.to_string(),
            "group": self.place.group.to_string(),
            "tokens": self.place.tokens.iter().zip(&self.symbols.tokens).map(token).collect::<Vec<_>>(),
            "markets": self.place.markets.iter().zip(&self.symbols.markets).map(market).collect::<Vec<_>>(),
            "accounts": self.accounts.iter().take(SHOWN).map(Address::to_string).collect::<Vec<_>>(),
            "faucet": true,
        })
    }

    /// How everybody does, by the program's own mathematics.
    fn state(&self) -> Answer {
        let water = Water::read(&self.node.rpc, &self.place)?;
        let (slot, time) = self.node.rpc.clock()?;
        let (prices, still, paused) = self.crank.look(|market| (market.prices(), market.still, market.paused));
        let price = |(symbol, price): (&String, &breakwater_sim::price_path::Price8)| json!({ "symbol": symbol, "price": price.to_string() });
        Ok(json!({
            "slot": slot,
            "time": time,
            "prices": self.symbols.tokens.iter().zip(&prices).map(price).collect::<Vec<_>>(),
            "still": still,
            "pricesPaused": paused,
            "newestPrint": water.newest_print,
            "keeper": self.keeper_runs(),
            "accounts": water.accounts,
            "underWater": water.under.iter().map(|(account, _)| account.to_string()).collect::<Vec<_>>(),
            "flagged": water.flagged,
            "bankrupt": water.bankrupt.iter().map(Address::to_string).collect::<Vec<_>>(),
            "orders": water.orders,
        }))
    }

    fn faucet(&self, asked: &Value) -> Answer {
        let Some(owner) = asked["owner"].as_str().and_then(|text| text.parse::<Address>().ok()) else {
            return wrong("\"owner\" is the address of a wallet");
        };
        let prices = self.crank.look(|market| market.prices());
        let amounts = supplies(&self.place, &prices, FAUCET);
        self.place.give(&self.node.rpc, &owner, FAUCET_SOL, &amounts)?;
        let tokens = self.place.tokens.iter().zip(&amounts);
        let tokens: Vec<Value> =
            tokens.map(|(token, amount)| json!({ "token": token.number, "amount": amount.to_string() })).collect();
        Ok(json!({ "owner": owner.to_string(), "lamports": FAUCET_SOL.to_string(), "tokens": tokens }))
    }

    fn price(&self, asked: &Value) -> Answer {
        let token = self.token(asked)?;
        let Some(bps) = asked["factor_bps"].as_i64().filter(|bps| FARTHEST.contains(bps)) else {
            return wrong(format!("\"factor_bps\" is a whole number in {FARTHEST:?}: -2000 for a fall by a fifth"));
        };
        let over = seconds(asked, Duration::ZERO)?;
        self.crank.order(|market| market.shift(token, bps, over))?;
        Ok(json!({ "symbol": self.symbols.tokens[token], "factor_bps": bps, "over_seconds": over.as_secs() }))
    }

    /// The token whose price a request means, by the number of a feed or by the symbol of a token or market.
    fn token(&self, asked: &Value) -> Result<usize, Refusal> {
        let by_market = |number: usize| self.place.markets.get(number).map(|market| usize::from(market.token));
        let found = match (asked["feed"].as_u64().and_then(|feed| u8::try_from(feed).ok()), asked["symbol"].as_str()) {
            (Some(feed), None) if feed >= MARKET_FEED => by_market(usize::from(feed - MARKET_FEED)),
            (Some(feed), None) => Some(usize::from(feed)).filter(|token| *token < self.place.tokens.len()),
            (None, Some(symbol)) => {
                let position = |list: &[String]| list.iter().position(|one| one.eq_ignore_ascii_case(symbol));
                position(&self.symbols.tokens).or_else(|| by_market(position(&self.symbols.markets)?))
            }
            _ => None,
        };
        found.map_or_else(
            || {
                let all = [self.symbols.tokens.as_slice(), &self.symbols.markets].concat().join(", ");
                wrong(format!("\"symbol\" is one of {all}, or \"feed\" is the number of a feed"))
            },
            Ok,
        )
    }

    fn scenario(&self, asked: &Value) -> Answer {
        let name = asked["name"].as_str().unwrap_or_default();
        match name {
            "crash" => {
                let over = seconds(asked, CRASH)?;
                self.crank.order(|market| market.shift_all(CRASH_BPS, over))?;
            }
            "recover" => {
                let over = seconds(asked, RECOVERY)?;
                self.crank.order(|market| market.recover(over))?;
            }
            "calm" => self.crank.order(Market::calm)?,
            _ => return wrong("\"name\" is crash, recover or calm"),
        }
        Ok(json!({ "name": name }))
    }

    fn pause(&self, asked: &Value) -> Answer {
        let paused = switch(asked, "paused")?;
        self.crank.order(|market| market.paused = paused)?;
        Ok(json!({ "paused": paused }))
    }

    fn keeper(&self, asked: &Value) -> Answer {
        let running = switch(asked, "running")?;
        self.run_keeper(running)?;
        Ok(json!({ "running": running }))
    }

    /// What goes wrong between the page and the node. Whatever a request does not name is off.
    fn fault(&self, asked: &Value) -> Answer {
        let faults = &self.door.faults;
        let is_on = |name: &str| asked[name].as_bool().unwrap_or(false);
        let number = |name: &str| asked[name].as_u64().unwrap_or(0);
        faults.drop_per_mille.store(u32::try_from(number("drop_per_mille")).unwrap_or(1_000), Ordering::Relaxed);
        faults.delay_ms.store(number("delay_ms"), Ordering::Relaxed);
        faults.stalled.store(is_on("stalled"), Ordering::Relaxed);
        faults.old_hash.store(is_on("old_hash"), Ordering::Relaxed);
        faults.swallowed.store(is_on("swallowed"), Ordering::Relaxed);
        faults.down.store(is_on("down"), Ordering::Relaxed);
        if is_on("close") {
            faults.closings.fetch_add(1, Ordering::Relaxed);
        }
        Ok(asked.clone())
    }
}

/// How long a price may take, where a request says it.
fn seconds(asked: &Value, usual: Duration) -> Result<Duration, Refusal> {
    match &asked["over_seconds"] {
        Value::Null => Ok(usual),
        value => match value.as_u64().filter(|seconds| *seconds <= LONGEST) {
            Some(seconds) => Ok(Duration::from_secs(seconds)),
            None => wrong(format!("\"over_seconds\" is a whole number of seconds, {LONGEST} at most")),
        },
    }
}

fn switch(asked: &Value, name: &str) -> Result<bool, Refusal> {
    asked[name].as_bool().map_or_else(|| wrong(format!("\"{name}\" is true or false")), Ok)
}
