//! Perp markets of a world. The market of the suites is about BTC at $62,500 with six decimals of a base unit: one base unit
//! is worth 62,500 quote units exactly, and every number of a test can be computed by hand.

use breakwater_client::instruction::{self, BankKeys, Creditor, MARKET_FEED, TargetKeys};
use breakwater_client::interface::config::PerpConfig;
use breakwater_client::interface::snapshot;
use breakwater_client::interface::{InsuranceFund, LiquidityPosition, PerpMarket};
use breakwater_client::margin::Price;
use breakwater_client::margin::perp::Mark;
use breakwater_client::{Address, address};
use breakwater_sim::invariants::MarketPicture;
use breakwater_sim::price_path::Price8;
use breakwater_sim::world::{Listing, Perp, PerpListing, Sent, default_oracle, default_perp};
use solana_instruction::Instruction;
use solana_signer::Signer;

use super::world::{feed_id, without_interest};
use super::{SecondGroup, Trader, Verdict, World, usd, usdc};

/// The token that all markets settle in.
pub const QUOTE: &str = "USDC";
/// Largest open interest of a side of the BTC market: 1,000 BTC.
pub const CAP: u64 = btc(1_000).unsigned_abs();
/// Trades of the BTC market are multiples of a thousandth of a BTC.
pub const LOT: u64 = btc(1).unsigned_abs() / 1_000;
/// S of the BTC market: 250,000 BTC.
pub const SKEW_SCALE: u64 = 250 * CAP;
/// What one base unit of BTC is worth at $62,500, quote units.
pub const UNIT: u64 = 62_500;

/// Whole BTC in base units.
pub const fn btc(whole: i64) -> i64 {
    whole * 1_000_000
}

/// $62,500.
pub fn btc_price() -> Price8 {
    usd(62_500)
}

/// How the BTC market is listed.
pub fn btc_listing() -> PerpListing {
    PerpListing { decimals: 6, config: default_perp(CAP, LOT, usdc(1)) }
}

/// A price by its symbol: its feed on the board and its oracle account.
#[derive(Clone, Copy, Debug)]
pub struct Source {
    /// Number of the feed.
    pub feed: u8,
    /// The oracle account.
    pub oracle: Address,
}

impl World {
    /// SOL, USDC and ETH without interest, a shared fund that pays a quarter of itself a day, and the BTC market with an
    /// empty pool.
    pub async fn with_market() -> World {
        let mut world = World::still().await;
        world.create_fund(2_500).await.succeeds();
        world.list_perp("BTC", btc_listing()).await.succeeds();
        world.price("BTC", btc_price()).await;
        world
    }

    /// As above, with a million USDC in the pool; its provider comes with it.
    pub async fn with_pool() -> (World, Trader) {
        let mut world = World::with_market().await;
        let provider = world.provider("BTC", usdc(1_000_000)).await;
        (world, provider)
    }

    /// Somebody who puts an amount of the quote token into a pool.
    pub async fn provider(&mut self, symbol: &str, amount: u64) -> Trader {
        let provider = self.trader().await;
        provider.deposit(self, QUOTE, amount).await.succeeds();
        self.freshen(&[symbol]).await;
        provider.add_liquidity(self, symbol, amount).await.succeeds();
        provider
    }

    /// Somebody with a deposit of the quote token.
    pub async fn funded(&mut self, amount: u64) -> Trader {
        let trader = self.trader().await;
        trader.deposit(self, QUOTE, amount).await.succeeds();
        trader
    }

    /// Creates the shared fund; USDC becomes the quote token.
    ///
    /// # Errors
    /// The program's refusal.
    pub async fn create_fund(&mut self, epoch_cap: u16) -> Sent {
        let create = self.create_fund_instruction(QUOTE, epoch_cap);
        let fund = address::fund(&self.group);
        self.send_as_admin(&[create]).await.inspect(|_| self.fund = Some(fund))
    }

    /// Creates the group's receipt log.
    ///
    /// # Errors
    /// The program's refusal.
    pub async fn create_log(&mut self) -> Sent {
        let create = instruction::create_log(&self.admin.pubkey(), &self.group, &self.board);
        let log = address::receipt_log(&self.group);
        self.send_as_admin(&[create]).await.inspect(|_| self.receipt_log = Some(log))
    }

    /// A liquidation, write-off or deleveraging with the receipt log, where the group keeps one.
    pub fn receipted(&self, instruction: Instruction) -> Instruction {
        match &self.receipt_log {
            Some(log) => instruction::with_receipt_log(instruction, log),
            None => instruction,
        }
    }

    /// The instruction that makes a token the quote token.
    pub fn create_fund_instruction(&self, symbol: &str, epoch_cap: u16) -> Instruction {
        let bank = self.keys(symbol).bank;
        instruction::create_fund(&self.admin.pubkey(), &self.group, &self.board, &bank, epoch_cap)
    }

    /// Lists the next market.
    ///
    /// # Errors
    /// The program's refusal.
    pub async fn list_perp(&mut self, symbol: &str, listing: PerpListing) -> Sent {
        let number = self.perps.len() as u8;
        let create = self.list_perp_instruction(symbol, number, listing);
        self.send_as_admin(&[create]).await.inspect(|_| {
            let (market, oracle) = (address::perp_market(&self.group, number), Address::new_unique());
            self.perps.push(Perp { symbol: symbol.to_owned(), decimals: listing.decimals, number, market, oracle });
        })
    }

    /// The instruction that lists a market with a number.
    pub fn list_perp_instruction(&self, symbol: &str, number: u8, listing: PerpListing) -> Instruction {
        let mut oracle = default_oracle(feed_id(symbol));
        oracle.decimals = listing.decimals;
        let parameters = (listing.config, oracle);
        instruction::create_market(&self.admin.pubkey(), &self.group, &self.board, number, parameters)
    }

    /// Sets a market's parameters.
    ///
    /// # Errors
    /// The program's refusal.
    pub async fn set_market(&mut self, symbol: &str, change: impl FnOnce(&mut PerpConfig)) -> Sent {
        let mut config = self.market(symbol).await.config;
        change(&mut config);
        let market = self.perp(symbol).market;
        let set = instruction::set_market(&self.admin.pubkey(), &self.group, &self.board, &market, config);
        self.send_as_admin(&[set]).await
    }

    /// Sets which trades a market takes.
    ///
    /// # Errors
    /// The program's refusal.
    pub async fn set_market_status(&mut self, symbol: &str, status: u8, expires_at: i64) -> Sent {
        let market = self.perp(symbol).market;
        let (admin, terms) = (self.admin.pubkey(), (status, expires_at));
        let set = instruction::set_market_status(&admin, &self.group, &self.board, &market, terms);
        self.send_as_admin(&[set]).await
    }

    /// A listed market.
    ///
    /// # Panics
    /// If there is none of that name.
    pub fn perp(&self, symbol: &str) -> &Perp {
        self.find_perp(symbol).unwrap_or_else(|| panic!("no market {symbol}"))
    }

    /// A listed market, if the name is one's.
    pub fn find_perp(&self, symbol: &str) -> Option<&Perp> {
        self.perps.iter().find(|perp| perp.symbol == symbol)
    }

    /// Where a token's or a market's price comes from.
    pub fn source(&self, symbol: &str) -> Source {
        match self.find_perp(symbol) {
            Some(perp) => Source { feed: MARKET_FEED + perp.number, oracle: perp.oracle },
            None => Source { feed: self.token(symbol).number, oracle: self.token(symbol).oracle },
        }
    }

    /// What a liquidation of a pair of legs, debt and collateral, names; either may be a market.
    pub fn pair(&self, (debt, collateral): (&str, &str)) -> TargetKeys {
        let (quote_bank, bank) = (|| self.keys(QUOTE).bank, |symbol| self.keys(symbol).bank);
        match (self.find_perp(debt), self.find_perp(collateral)) {
            (Some(perp), _) => TargetKeys::MarketDebt {
                market: perp.market,
                quote_bank: quote_bank(),
                collateral_bank: bank(collateral),
            },
            (None, Some(perp)) => {
                TargetKeys::MarketProfit { debt_bank: bank(debt), market: perp.market, quote_bank: quote_bank() }
            }
            (None, None) => TargetKeys::Spot { debt_bank: bank(debt), collateral_bank: bank(collateral) },
        }
    }

    /// Writes off what an account owes a market.
    ///
    /// # Errors
    /// The program's refusal.
    pub async fn resolve_market_loss(&mut self, who: &Address, symbol: &str) -> Sent {
        let resolve = self.resolve_market_loss_instruction(who, symbol);
        self.send(&[resolve], &[]).await
    }

    /// The instruction of [`World::resolve_market_loss`].
    pub fn resolve_market_loss_instruction(&self, who: &Address, symbol: &str) -> Instruction {
        let (market, quote_bank) = (self.perp(symbol).market, self.keys(QUOTE).bank);
        let creditor = Creditor::Market { market, quote_bank, fund: address::fund(&self.group) };
        self.receipted(instruction::resolve_bankruptcy(who, &self.board, &creditor))
    }

    /// Closes a winner of a market in deficit.
    ///
    /// # Errors
    /// The program's refusal.
    pub async fn deleverage(&mut self, who: &Address, symbol: &str) -> Sent {
        let deleverage = self.deleverage_instruction(who, symbol);
        self.send(&[deleverage], &[]).await
    }

    /// The instruction of [`World::deleverage`].
    pub fn deleverage_instruction(&self, who: &Address, symbol: &str) -> Instruction {
        let (market, quote_bank) = (self.perp(symbol).market, self.keys(QUOTE).bank);
        self.receipted(instruction::deleverage(who, &self.board, &quote_bank, &market))
    }

    /// A market.
    pub async fn market(&mut self, symbol: &str) -> PerpMarket {
        let market = self.perp(symbol).market;
        self.chain.state(&market).await
    }

    /// The shared fund.
    pub async fn insurance_fund(&mut self) -> Option<InsuranceFund> {
        match self.fund {
            Some(fund) => self.chain.find(&fund).await,
            None => None,
        }
    }

    /// A market's mark at the board's last print.
    pub async fn mark(&mut self, symbol: &str) -> Mark {
        let (board, feed) = (self.board().await, self.source(symbol).feed);
        let price = Price(board.feeds[usize::from(feed)].price);
        Mark::of(price, snapshot::quote_decimals(&board)).expect("the quote token has six decimals")
    }

    /// Every market with the shares of its pool, for the invariants.
    pub(super) async fn market_pictures(&mut self) -> Vec<MarketPicture> {
        let mut shares = Vec::new();
        for liquidity in self.liquidity.clone() {
            shares.extend(self.chain.find::<LiquidityPosition>(&liquidity).await);
        }
        let mut pictures = Vec::new();
        for perp in self.perps.clone() {
            let address = perp.market.to_bytes();
            let liquidity = shares.iter().filter(|share| share.market == address).copied().collect();
            let market = self.chain.state(&perp.market).await;
            pictures.push(MarketPicture { symbol: perp.symbol, market, liquidity });
        }
        pictures
    }

    /// Publishes what everything costs already, again and now: no leg of anybody is stale.
    pub async fn freshen_all(&mut self) {
        let tokens = self.tokens.iter().map(|token| token.symbol.clone());
        let symbols: Vec<String> = tokens.chain(self.perps.iter().map(|perp| perp.symbol.clone())).collect();
        let symbols: Vec<&str> = symbols.iter().map(String::as_str).collect();
        self.freshen(&symbols).await;
    }

    /// Slots and a second or more pass, so that a position may be reduced; all prices are fresh again.
    pub async fn let_positions_settle(&mut self) {
        self.chain.skip(3);
        self.freshen_all().await;
    }
}

/// Markets of a second group: a bank of USDC, a fund and a BTC market of its own.
pub struct SecondMarket {
    /// The group.
    pub group: SecondGroup,
    /// Its bank of USDC.
    pub usdc: BankKeys,
    /// Its shared fund.
    pub fund: Address,
    /// Its BTC market.
    pub market: Address,
}

impl World {
    /// Another group of the same admin with a quote token and a market.
    pub async fn second_market(&mut self) -> SecondMarket {
        let group = self.second_group().await;
        let (admin, board) = (self.admin.pubkey(), group.board);
        let token = self.token(QUOTE).clone();
        let usdc = BankKeys::new(&group.group, token.keys.mint, token.keys.token_program);
        let listing = without_interest(Listing::stable(6));
        let parameters = (listing.lending, listing.weights, default_oracle(token.feed_id));
        let list = instruction::list_token(&admin, &group.group, &board, &usdc, parameters);
        let create = instruction::create_fund(&admin, &group.group, &board, &usdc.bank, 2_500);
        let (listing, mut oracle) = (btc_listing(), default_oracle(feed_id("BTC")));
        oracle.decimals = listing.decimals;
        let market = instruction::create_market(&admin, &group.group, &board, 0, (listing.config, oracle));
        self.chain.send(&[list, create, market], &[&self.admin]).await.succeeds();
        let (fund, market) = (address::fund(&group.group), address::perp_market(&group.group, 0));
        SecondMarket { group, usdc, fund, market }
    }
}
