//! Perp markets of a world: the shared fund, listings, trades, liquidity and insurance.

use breakwater_client::instruction::{self, Insured, LiquidityKeys, MARKET_FEED, MARKET_ITEM};
use breakwater_client::interface::snapshot::{self, OwnMarket};
use breakwater_client::interface::{InsuranceFund, LiquidityPosition, MarginError, PerpMarket};
use breakwater_client::margin::perp::{Freshness, Mark, Purse, Standing};
use breakwater_client::margin::{Index, MathError, Price};
use breakwater_client::{Address, address};
use solana_signer::Signer;

use super::{Sent, Token, Trader, World};
use crate::listing::{PerpListing, default_oracle};

/// A listed perp market.
#[derive(Clone, Debug)]
pub struct Perp {
    /// The token that it is about; its oracle is the index.
    pub symbol: String,
    /// Decimals of a base unit.
    pub decimals: u8,
    /// Number on the board.
    pub number: u8,
    /// The market.
    pub market: Address,
    /// The oracle account of the index.
    pub oracle: Address,
}

impl Perp {
    /// In `refresh`, the market's index.
    pub fn feed_item(&self) -> (u8, Address) {
        (MARKET_FEED + self.number, self.oracle)
    }

    /// In `refresh`, the market itself.
    pub fn market_item(&self) -> (u8, Address) {
        (MARKET_ITEM + self.number, self.market)
    }
}

impl World {
    /// Creates the group's shared fund; the token becomes the quote token.
    ///
    /// # Errors
    /// The program's refusal.
    pub fn create_fund(&mut self, symbol: &str, epoch_cap: u16) -> Sent {
        let bank = self.token(symbol).keys.bank;
        let create = instruction::create_fund(&self.admin.pubkey(), &self.group, &self.board, &bank, epoch_cap);
        let sent = self.chain.send(&[create], &[&self.admin])?;
        self.fund = Some(address::fund(&self.group));
        Ok(sent)
    }

    /// Creates the group's receipt log.
    ///
    /// # Errors
    /// The program's refusal.
    pub fn create_log(&mut self) -> Sent {
        let create = instruction::create_log(&self.admin.pubkey(), &self.group, &self.board);
        let sent = self.chain.send(&[create], &[&self.admin])?;
        self.receipt_log = Some(address::receipt_log(&self.group));
        Ok(sent)
    }

    /// Lists a market whose index is a listed token's oracle.
    ///
    /// # Errors
    /// The program's refusal.
    pub fn list_perp(&mut self, symbol: &str, listing: PerpListing) -> Sent {
        let number = self.perps.len() as u8;
        let Token { feed_id, oracle, .. } = *self.token(symbol);
        let mut feed = default_oracle(feed_id);
        feed.decimals = listing.decimals;
        let parameters = (listing.config, feed);
        let create = instruction::create_market(&self.admin.pubkey(), &self.group, &self.board, number, parameters);
        let sent = self.chain.send(&[create], &[&self.admin])?;
        let market = address::perp_market(&self.group, number);
        self.perps.push(Perp { symbol: symbol.to_owned(), decimals: listing.decimals, number, market, oracle });
        Ok(sent)
    }

    /// The listed market about a token.
    ///
    /// # Panics
    /// If there is none.
    pub fn perp(&self, symbol: &str) -> &Perp {
        self.perps.iter().find(|perp| perp.symbol == symbol).unwrap_or_else(|| panic!("no market {symbol}"))
    }

    /// The group's quote token.
    ///
    /// # Panics
    /// If there is no shared fund yet.
    pub fn quote(&self) -> &Token {
        assert!(self.fund.is_some(), "no shared fund");
        &self.tokens[usize::from(self.board().quote_token)]
    }

    /// Buys (positive) or sells base units at any price.
    ///
    /// # Errors
    /// The program's refusal.
    pub fn trade(&mut self, trader: &Trader, symbol: &str, delta: i64) -> Sent {
        let limit = if delta > 0 { u64::MAX } else { 0 };
        let market = self.perp(symbol).market;
        let trade = instruction::trade(&trader.key.pubkey(), &trader.account, &self.board, &market, delta, limit);
        self.chain.send(&[trade], &[&trader.key])
    }

    /// Reduces or closes a position at any price; 2^64 − 1 closes it.
    ///
    /// # Errors
    /// The program's refusal.
    pub fn reduce(&mut self, trader: &Trader, symbol: &str, size: u64) -> Sent {
        let Perp { number, market, .. } = *self.perp(symbol);
        let account = self.margin_account(&trader.account);
        let short = account.find_perp(number).is_some_and(|slot| account.perps[slot].base < 0);
        let limit = if short { u64::MAX } else { 0 };
        let reduce = instruction::reduce(&trader.key.pubkey(), &trader.account, &self.board, &market, size, limit);
        self.chain.send(&[reduce], &[&trader.key])
    }

    /// Settles an account's PnL in a market: whatever `by` may settle of it.
    ///
    /// # Errors
    /// The program's refusal.
    pub fn settle(&mut self, by: &Trader, who: &Address, symbol: &str, amount: u64) -> Sent {
        let (market, bank) = (self.perp(symbol).market, self.quote().keys.bank);
        let settle = instruction::settle(&by.key.pubkey(), who, &self.board, &market, &bank, amount);
        self.chain.send(&[settle], &[&by.key])
    }

    /// Moves a part of the trader's quote deposit into a market's pool, and opens the share of it first.
    ///
    /// # Errors
    /// The program's refusal.
    pub fn add_liquidity(&mut self, trader: &Trader, symbol: &str, amount: u64) -> Sent {
        let keys = self.liquidity_keys(trader, symbol);
        let liquidity = address::liquidity(&keys.market, &keys.owner);
        let is_new = self.chain.account(&liquidity).is_none();
        let mut instructions = Vec::with_capacity(2);
        if is_new {
            instructions.push(instruction::open_liquidity(&keys.owner, &keys.market));
        }
        instructions.push(instruction::add_liquidity(&keys, amount));
        let sent = self.chain.send(&instructions, &[&trader.key])?;
        if is_new {
            self.liquidity.push(liquidity);
        }
        Ok(sent)
    }

    /// Requests the removal of liquidity shares.
    ///
    /// # Errors
    /// The program's refusal.
    pub fn request_liquidity(&mut self, trader: &Trader, symbol: &str, shares: u64) -> Sent {
        let request = instruction::request_liquidity(&self.liquidity_keys(trader, symbol), shares);
        self.chain.send(&[request], &[&trader.key])
    }

    /// Removes the liquidity that was requested.
    ///
    /// # Errors
    /// The program's refusal.
    pub fn remove_liquidity(&mut self, trader: &Trader, symbol: &str) -> Sent {
        let remove = instruction::remove_liquidity(&self.liquidity_keys(trader, symbol));
        self.chain.send(&[remove], &[&trader.key])
    }

    /// A trader's share of a market's pool, if it was opened.
    pub fn liquidity_of(&self, trader: &Trader, symbol: &str) -> Option<LiquidityPosition> {
        self.chain.find(&address::liquidity(&self.perp(symbol).market, &trader.key.pubkey()))
    }

    fn liquidity_keys(&self, trader: &Trader, symbol: &str) -> LiquidityKeys {
        LiquidityKeys {
            owner: trader.key.pubkey(),
            account: trader.account,
            board: self.board,
            quote_bank: self.quote().keys.bank,
            market: self.perp(symbol).market,
        }
    }

    /// Gives a part of the trader's quote deposit to the shared fund.
    ///
    /// # Errors
    /// The program's refusal.
    pub fn insure_group(&mut self, trader: &Trader, amount: u64) -> Sent {
        let fund = address::fund(&self.group);
        self.insure(trader, &Insured::Fund(fund), amount)
    }

    /// Gives a part of the trader's quote deposit to a market's tranche.
    ///
    /// # Errors
    /// The program's refusal.
    pub fn insure_market(&mut self, trader: &Trader, symbol: &str, amount: u64) -> Sent {
        let market = self.perp(symbol).market;
        self.insure(trader, &Insured::Market(market), amount)
    }

    fn insure(&mut self, trader: &Trader, insured: &Insured, amount: u64) -> Sent {
        let (bank, owner) = (self.quote().keys.bank, trader.key.pubkey());
        let insure = instruction::insure(&owner, &trader.account, &self.board, &bank, insured, amount);
        self.chain.send(&[insure], &[&trader.key])
    }

    /// Brings every market's index to the board, and the markets themselves.
    ///
    /// # Errors
    /// The program's refusal.
    pub fn refresh_perps(&mut self) -> Sent {
        let feeds = self.perps.iter().map(Perp::feed_item);
        let items: Vec<_> = feeds.chain(self.perps.iter().map(Perp::market_item)).collect();
        self.chain.send(&[instruction::refresh(&self.board, &items)], &[])
    }

    /// Charges funding, judges the deficit and copies both to the board, for every market.
    ///
    /// # Errors
    /// The program's refusal.
    pub fn refresh_markets(&mut self) -> Sent {
        let items: Vec<_> = self.perps.iter().map(Perp::market_item).collect();
        self.chain.send(&[instruction::refresh(&self.board, &items)], &[])
    }

    /// A market.
    pub fn market(&self, symbol: &str) -> PerpMarket {
        self.chain.state(&self.perp(symbol).market)
    }

    /// The shared fund.
    pub fn insurance_fund(&self) -> Option<InsuranceFund> {
        self.chain.find(&self.fund?)
    }

    /// A market's mark at the board's last print.
    ///
    /// # Errors
    /// Overflow.
    pub fn mark(&self, perp: &Perp) -> Result<Mark, MathError> {
        let board = self.board();
        let feed = &board.feeds[usize::from(MARKET_FEED + perp.number)];
        Mark::of(Price(feed.price), snapshot::quote_decimals(&board))
    }

    /// What a market's pool has at the quote bank's own deposit index, quote units.
    ///
    /// # Errors
    /// Overflow.
    pub fn pool(&self, perp: &Perp) -> Result<u64, MathError> {
        let market: PerpMarket = self.chain.state(&perp.market);
        market.books().worth(Purse::Pool, self.quote_index())
    }

    /// What an instruction that touches a market now knows of it.
    ///
    /// # Errors
    /// MathOverflow.
    pub fn own_market(&self, perp: &Perp) -> Result<OwnMarket, MarginError> {
        let market: PerpMarket = self.chain.state(&perp.market);
        let (mut books, mark) = (market.books(), self.mark(perp)?);
        books.accrue_funding(&market.config.funding(), mark, Freshness::Fresh, self.chain.now())?;
        let deficit = books.judge(mark, self.quote_index(), self.chain.clock().slot)?;
        let standing = if deficit == 0 { Standing::Sound } else { Standing::InDeficit };
        let payable = books.worth(Purse::Pool, self.quote_index())?;
        let price = snapshot::interval(&self.chain.state(&self.board), MARKET_FEED + perp.number, self.chain.now());
        Ok(OwnMarket { market: perp.number, price, funding_index: books.funding_index, standing, payable })
    }

    /// What a market's pool owes beyond what it has, quote units.
    ///
    /// # Errors
    /// MathOverflow.
    pub fn deficit(&self, perp: &Perp) -> Result<u64, MarginError> {
        let market: PerpMarket = self.chain.state(&perp.market);
        Ok(market.books().deficit(self.mark(perp)?, self.quote_index())?)
    }

    /// The quote bank's deposit index; one before there is a quote token.
    pub fn quote_index(&self) -> Index {
        match self.fund {
            Some(_) => Index(self.bank(&self.quote().symbol).deposit_index),
            None => Index::ONE,
        }
    }
}
