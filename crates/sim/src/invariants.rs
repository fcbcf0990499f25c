//! The laws that hold after every instruction, checked over a whole group at once. Ids are those of `docs/invariants.md`.

use std::collections::HashMap;

use breakwater_client::Address;
use breakwater_client::audit::{self, Comparison};
use breakwater_client::interface::{
    Bank, InsuranceFund, InsuranceStake, LiquidityPosition, MarginAccount, PerpMarket, RiskBoard,
};
use breakwater_client::margin::perp::MARK_BITS;
use breakwater_client::margin::stake::Pool;

use crate::world::World;

/// A law that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Id of the law.
    pub law: &'static str,
    /// What was found.
    pub what: String,
}

impl std::fmt::Display for Violation {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(f, "{}: {}", self.law, self.what)
    }
}

/// A whole group at one moment, however its bytes were read.
#[derive(Clone, Debug)]
pub struct Picture {
    /// The risk board.
    pub board: RiskBoard,
    /// Every bank.
    pub banks: Vec<BankPicture>,
    /// Every margin account.
    pub accounts: Vec<MarginAccount>,
    /// Every perp market.
    pub markets: Vec<MarketPicture>,
    /// The shared fund.
    pub fund: Option<InsuranceFund>,
    /// Every stake in it.
    pub stakes: Vec<InsuranceStake>,
}

/// A perp market and who owns its pool.
#[derive(Clone, Debug)]
pub struct MarketPicture {
    /// What people call it.
    pub symbol: String,
    /// The market.
    pub market: PerpMarket,
    /// Every share of its pool.
    pub liquidity: Vec<LiquidityPosition>,
}

/// A bank and its vault.
#[derive(Clone, Debug)]
pub struct BankPicture {
    /// What people call the token.
    pub symbol: String,
    /// The bank's address.
    pub address: Address,
    /// The bank.
    pub bank: Bank,
    /// Tokens in the vault.
    pub vault: u64,
}

impl Picture {
    fn of(world: &World) -> Picture {
        let banks = world.tokens.iter().map(|token| {
            let bank = world.bank(&token.symbol);
            let vault = world.token_balance(&Address::new_from_array(bank.vault));
            BankPicture { symbol: token.symbol.clone(), address: token.keys.bank, bank, vault }
        });
        Picture {
            board: world.board(),
            banks: banks.collect(),
            accounts: world.accounts.iter().filter_map(|account| world.chain.find(account)).collect(),
            markets: world.perps.iter().map(|perp| MarketPicture::of(world, &perp.symbol)).collect(),
            fund: world.insurance_fund(),
            stakes: world.stakes.iter().filter_map(|stake| world.chain.find(stake)).collect(),
        }
    }
}

impl MarketPicture {
    fn of(world: &World, symbol: &str) -> MarketPicture {
        let address = world.perp(symbol).market.to_bytes();
        let positions = world.liquidity.iter().filter_map(|liquidity| world.chain.find::<LiquidityPosition>(liquidity));
        MarketPicture {
            symbol: symbol.to_owned(),
            market: world.market(symbol),
            liquidity: positions.filter(|position| position.market == address).collect(),
        }
    }
}

/// What an earlier check saw, for the laws that compare.
#[derive(Clone, Debug, Default)]
pub struct Watch {
    banks: HashMap<Address, Bank>,
    publish_times: Vec<i64>,
    /// Laws checked so far.
    pub checks: u64,
}

impl Watch {
    /// Checks a group on the embedded chain.
    ///
    /// # Errors
    /// The first law that does not hold.
    pub fn check(&mut self, world: &World) -> Result<(), Violation> {
        self.check_picture(&Picture::of(world))
    }

    /// Checks a group.
    ///
    /// # Errors
    /// The first law that does not hold.
    pub fn check_picture(&mut self, picture: &Picture) -> Result<(), Violation> {
        let Picture { board, accounts, markets, fund, .. } = picture;
        let quote = (board.quote_set == 1).then_some(board.quote_token);
        let owned = audit::owned(accounts, markets.iter().map(|picture| &picture.market), fund.as_ref(), quote);
        for BankPicture { symbol, address, bank, vault } in &picture.banks {
            let all = audit::of_bank(bank, *vault, owned[usize::from(bank.token)])
                .map_err(|error| Violation { law: "SOL-1", what: format!("{symbol}: {error:?} {:?}", bank.books()) })?;
            self.add_up(symbol, all)?;
            self.indices_rise(symbol, *address, *bank)?;
        }
        for MarketPicture { symbol, market, liquidity } in markets {
            self.add_up(symbol, audit::of_market(market, accounts, liquidity.iter()))?;
            self.holds("FND-1", market.dust < 1 << MARK_BITS, || {
                format!("{symbol}: {} of funding is still without an owner", market.dust)
            })?;
        }
        self.staked(picture)?;
        self.watermarks_rise(board)
    }

    /// SOL-1, SOL-2 and CON-1: what banks and markets count is what all accounts together have.
    fn add_up(&mut self, symbol: &str, all: impl Iterator<Item = Comparison>) -> Result<(), Violation> {
        for comparison in all {
            self.holds(comparison.law, comparison.holds(), || format!("{symbol}: {comparison}"))?;
        }
        Ok(())
    }

    /// SOL-2 and INS-1 of the shared fund: every unit has an owner, no more can be claimed than there is, and what is known to
    /// be missing is what was reported of the accounts.
    fn staked(&mut self, picture: &Picture) -> Result<(), Violation> {
        let Some(fund) = &picture.fund else { return Ok(()) };
        self.add_up("fund", audit::of_fund(fund, picture.stakes.iter(), &picture.accounts))?;
        let stakes = picture.stakes.iter().map(|stake| stake.stake(fund));
        let redeemed =
            |pool: Pool, units| if units == 0 { 0 } else { pool.redeemed(units).map_or(u128::MAX, u128::from) };
        let claims = stakes.map(|stake| {
            let active = fund.ownership().active().map_or(u128::MAX, |pool| redeemed(pool, stake.active));
            active.saturating_add(redeemed(fund.ownership().passive(), stake.young.units + stake.leaving.units))
        });
        let claims = claims.fold(0, u128::saturating_add);
        self.holds("INS-1", claims <= u128::from(fund.shares), || {
            format!("stakes claim {claims} of the fund's {} shares", fund.shares)
        })
    }

    fn holds(&mut self, law: &'static str, holds: bool, what: impl FnOnce() -> String) -> Result<(), Violation> {
        self.checks += 1;
        if holds { Ok(()) } else { Err(Violation { law, what: what() }) }
    }

    /// IDX-1: indices never fall but by a socialised loss.
    fn indices_rise(&mut self, symbol: &str, address: Address, bank: Bank) -> Result<(), Violation> {
        if let Some(before) = self.banks.insert(address, bank) {
            self.holds("IDX-1", bank.borrow_index >= before.borrow_index, || format!("{symbol}: borrow index fell"))?;
            let fell = bank.deposit_index < before.deposit_index;
            let loss = bank.socialised > before.socialised;
            self.holds("IDX-1", !fell || loss, || format!("{symbol}: deposit index fell without a loss"))?;
        }
        Ok(())
    }

    /// ORA-1: publish times on the board never fall.
    fn watermarks_rise(&mut self, board: &RiskBoard) -> Result<(), Violation> {
        let now: Vec<i64> = board.feeds.iter().map(|feed| feed.publish_time).collect();
        let before = std::mem::replace(&mut self.publish_times, now.clone());
        for (feed, (before, now)) in before.iter().zip(&now).enumerate() {
            self.holds("ORA-1", now >= before, || format!("feed {feed}: watermark fell from {before} to {now}"))?;
        }
        Ok(())
    }
}
