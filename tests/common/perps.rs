//! What people do with perpetuals: trade, settle, provide liquidity, insure, close somebody out.

use breakwater_client::address;
use breakwater_client::instruction::{self, Insured, LiquidateKeys, LiquidityKeys, TargetKeys};
use breakwater_client::interface::LiquidityPosition;
use breakwater_client::interface::perp::PerpPosition;
use breakwater_client::interface::snapshot::{self, Own};
use breakwater_client::margin::{Snapshot, Valuation, health};
use breakwater_sim::world::Sent;
use solana_instruction::Instruction;

use super::markets::QUOTE;
use super::{Trader, World};

/// The worst limit of a trade: any price will do.
pub const fn any_price(delta: i64) -> u64 {
    if delta > 0 { u64::MAX } else { 0 }
}

impl Trader {
    /// The account as a keeper values it.
    ///
    /// # Panics
    /// If it cannot be valued.
    pub async fn valuation(&self, world: &mut World) -> Valuation {
        let (board, account) = (world.board().await, world.margin_account(&self.account).await);
        let mut legs = Snapshot::default();
        snapshot::build(&mut legs, &board, &account, &Own::default(), world.chain.now()).expect("a snapshot");
        health::value(&legs).expect("a valuation")
    }

    /// Buys (positive) or sells base units at any price.
    ///
    /// # Errors
    /// The program's refusal.
    pub async fn trade(&self, world: &mut World, symbol: &str, delta: i64) -> Sent {
        self.trade_at(world, symbol, delta, any_price(delta)).await
    }

    /// Buys or sells at a price of at most or at least a limit.
    ///
    /// # Errors
    /// The program's refusal.
    pub async fn trade_at(&self, world: &mut World, symbol: &str, delta: i64, limit: u64) -> Sent {
        let trade = self.trade_instruction(world, symbol, delta, limit);
        world.send(&[trade], &[&self.key]).await
    }

    /// The instruction of [`Trader::trade_at`].
    pub fn trade_instruction(&self, world: &World, symbol: &str, delta: i64, limit: u64) -> Instruction {
        instruction::trade(&self.address(), &self.account, &world.board, &world.perp(symbol).market, delta, limit)
    }

    /// Reduces or closes at any price; 2^64 − 1 closes.
    ///
    /// # Errors
    /// The program's refusal.
    pub async fn reduce(&self, world: &mut World, symbol: &str, size: u64) -> Sent {
        let short = self.perp(world, symbol).await.is_some_and(|position| position.base < 0);
        let reduce = self.reduce_instruction(world, symbol, size, if short { u64::MAX } else { 0 });
        world.send(&[reduce], &[&self.key]).await
    }

    /// The instruction of [`Trader::reduce`] with a limit.
    pub fn reduce_instruction(&self, world: &World, symbol: &str, size: u64, limit: u64) -> Instruction {
        instruction::reduce(&self.address(), &self.account, &world.board, &world.perp(symbol).market, size, limit)
    }

    /// Settles the own PnL; 2^64 − 1 settles what there is.
    ///
    /// # Errors
    /// The program's refusal.
    pub async fn settle(&self, world: &mut World, symbol: &str, amount: u64) -> Sent {
        self.settle_for(world, self, symbol, amount).await
    }

    /// Settles somebody's PnL.
    ///
    /// # Errors
    /// The program's refusal.
    pub async fn settle_for(&self, world: &mut World, who: &Trader, symbol: &str, amount: u64) -> Sent {
        let settle = self.settle_instruction(world, who, symbol, amount);
        world.send(&[settle], &[&self.key]).await
    }

    /// The instruction of [`Trader::settle_for`].
    pub fn settle_instruction(&self, world: &World, who: &Trader, symbol: &str, amount: u64) -> Instruction {
        let (market, bank) = (world.perp(symbol).market, world.keys(QUOTE).bank);
        instruction::settle(&self.address(), &who.account, &world.board, &market, &bank, amount)
    }

    /// Opens a share of a pool.
    ///
    /// # Errors
    /// The program's refusal.
    pub async fn open_liquidity(&self, world: &mut World, symbol: &str) -> Sent {
        let market = world.perp(symbol).market;
        world.liquidity.push(address::liquidity(&market, &self.address()));
        world.send(&[instruction::open_liquidity(&self.address(), &market)], &[&self.key]).await
    }

    /// Moves quote tokens of the margin account into a pool; opens the share on first use.
    ///
    /// # Errors
    /// The program's refusal.
    pub async fn add_liquidity(&self, world: &mut World, symbol: &str, amount: u64) -> Sent {
        if self.liquidity(world, symbol).await.is_none() {
            self.open_liquidity(world, symbol).await?;
        }
        let add = instruction::add_liquidity(&self.liquidity_keys(world, symbol), amount);
        world.send(&[add], &[&self.key]).await
    }

    /// Requests the removal of liquidity shares.
    ///
    /// # Errors
    /// The program's refusal.
    pub async fn request_liquidity(&self, world: &mut World, symbol: &str, shares: u64) -> Sent {
        let request = instruction::request_liquidity(&self.liquidity_keys(world, symbol), shares);
        world.send(&[request], &[&self.key]).await
    }

    /// Removes the liquidity that was requested.
    ///
    /// # Errors
    /// The program's refusal.
    pub async fn remove_liquidity(&self, world: &mut World, symbol: &str) -> Sent {
        let remove = instruction::remove_liquidity(&self.liquidity_keys(world, symbol));
        world.send(&[remove], &[&self.key]).await
    }

    /// The accounts of the own liquidity.
    pub fn liquidity_keys(&self, world: &World, symbol: &str) -> LiquidityKeys {
        LiquidityKeys {
            owner: self.address(),
            account: self.account,
            board: world.board,
            quote_bank: world.keys(QUOTE).bank,
            market: world.perp(symbol).market,
        }
    }

    /// The own share of a pool.
    pub async fn liquidity(&self, world: &mut World, symbol: &str) -> Option<LiquidityPosition> {
        let liquidity = address::liquidity(&world.perp(symbol).market, &self.address());
        world.chain.find(&liquidity).await
    }

    /// Gives quote tokens of the margin account to the shared fund.
    ///
    /// # Errors
    /// The program's refusal.
    pub async fn insure_group(&self, world: &mut World, amount: u64) -> Sent {
        let fund = address::fund(&world.group);
        let insure = self.insure_instruction(world, &Insured::Fund(fund), amount);
        world.send(&[insure], &[&self.key]).await
    }

    /// Gives quote tokens of the margin account to a market's tranche.
    ///
    /// # Errors
    /// The program's refusal.
    pub async fn insure_market(&self, world: &mut World, symbol: &str, amount: u64) -> Sent {
        let insure = self.insure_instruction(world, &Insured::Market(world.perp(symbol).market), amount);
        world.send(&[insure], &[&self.key]).await
    }

    /// The instruction that insures.
    pub fn insure_instruction(&self, world: &World, insured: &Insured, amount: u64) -> Instruction {
        let bank = world.keys(QUOTE).bank;
        instruction::insure(&self.address(), &self.account, &world.board, &bank, insured, amount)
    }

    /// Closes a position of an account under water.
    ///
    /// # Errors
    /// The program's refusal.
    pub async fn close_out(&self, world: &mut World, who: &Trader, symbol: &str, most: u64) -> Sent {
        let close = self.close_out_instruction(world, who, symbol, most);
        world.send(&[close], &[&self.key]).await
    }

    /// The instruction of [`Trader::close_out`].
    pub fn close_out_instruction(&self, world: &World, who: &Trader, symbol: &str, most: u64) -> Instruction {
        let keys = LiquidateKeys {
            keeper: self.address(),
            keeper_account: self.account,
            liquidatee: who.account,
            board: world.board,
            target: TargetKeys::Perp { market: world.perp(symbol).market, quote_bank: world.keys(QUOTE).bank },
        };
        world.receipted(instruction::liquidate(&keys, most))
    }

    /// The position in a market.
    pub async fn perp(&self, world: &mut World, symbol: &str) -> Option<PerpPosition> {
        let number = world.perp(symbol).number;
        let account = world.margin_account(&self.account).await;
        account.find_perp(number).map(|slot| account.perps[slot])
    }

    /// Profit or loss in a market at the board's last print, without funding that is due; 0 without a position.
    pub async fn pnl(&self, world: &mut World, symbol: &str) -> i64 {
        let mark = world.mark(symbol).await;
        self.perp(world, symbol).await.map_or(0, |position| position.position().pnl(mark))
    }
}
