//! The laws that hold after every instruction, checked over a whole group at once. Ids are those of `docs/invariants.md`.

use std::collections::HashMap;

use breakwater_client::Address;
use breakwater_client::interface::accounts::SIDE_DEBT;
use breakwater_client::interface::perp::PerpPosition;
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

    /// Deposit shares of a bank that belong to no account: those of markets and of the fund.
    fn held_by_markets(&self, bank: &Bank) -> u128 {
        let Some(fund) = self.fund.filter(|_| bank.token == self.board.quote_token) else { return 0 };
        let held = |market: &PerpMarket| {
            [market.pool, market.escrow, market.tranche, market.fees].map(u128::from).iter().sum::<u128>()
        };
        u128::from(fund.shares) + self.markets.iter().map(|picture| held(&picture.market)).sum::<u128>()
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
        let sums = share_sums(&picture.accounts);
        for BankPicture { symbol, address, bank, vault } in &picture.banks {
            self.solvent(symbol, bank, *vault)?;
            let (deposits, debts) = sums.get(&bank.token).copied().unwrap_or_default();
            let deposits = deposits + picture.held_by_markets(bank);
            self.holds("SOL-2", deposits == u128::from(bank.deposit_shares), || {
                format!("{symbol}: {deposits} deposit shares have an owner, the bank counts {}", bank.deposit_shares)
            })?;
            self.holds("SOL-2", debts == u128::from(bank.borrow_shares), || {
                format!("{symbol}: accounts owe {debts} debt shares, the bank counts {}", bank.borrow_shares)
            })?;
            self.indices_rise(symbol, *address, *bank)?;
        }
        for market in &picture.markets {
            self.conserved(market, &picture.accounts)?;
        }
        self.staked(picture)?;
        self.watermarks_rise(&picture.board)
    }

    /// SOL-2 and INS-1 of the shared fund: every unit has an owner, no more can be claimed than there is, and what is known to
    /// be missing is what was reported of the accounts.
    fn staked(&mut self, picture: &Picture) -> Result<(), Violation> {
        let Some(fund) = &picture.fund else { return Ok(()) };
        let stakes = || picture.stakes.iter().map(|stake| stake.stake(fund));
        let active = stakes().map(|stake| u128::from(stake.active)).sum::<u128>();
        let passive =
            stakes().map(|stake| u128::from(stake.young.units) + u128::from(stake.leaving.units)).sum::<u128>();
        let counted = (u128::from(fund.active_units), u128::from(fund.passive_units));
        self.holds("SOL-2", (active, passive) == counted, || {
            format!("stakes have {active} active and {passive} passive units, the fund counts {counted:?}")
        })?;
        self.holds("INS-1", fund.passive <= fund.shares, || {
            format!("{} of {} shares are passive", fund.passive, fund.shares)
        })?;
        let redeemed =
            |pool: Pool, units| if units == 0 { 0 } else { pool.redeemed(units).map_or(u128::MAX, u128::from) };
        let claims = stakes().map(|stake| {
            let active = fund.ownership().active().map_or(u128::MAX, |pool| redeemed(pool, stake.active));
            active.saturating_add(redeemed(fund.ownership().passive(), stake.young.units + stake.leaving.units))
        });
        let claims = claims.fold(0, u128::saturating_add);
        self.holds("INS-1", claims <= u128::from(fund.shares), || {
            format!("stakes claim {claims} of the fund's {} shares", fund.shares)
        })?;
        let reported = picture.accounts.iter().map(|account| u128::from(account.shortfall)).sum::<u128>();
        self.holds("INS-1", reported == u128::from(fund.known_shortfall), || {
            format!("accounts lack {reported} as reported, the fund counts {}", fund.known_shortfall)
        })
    }

    fn holds(&mut self, law: &'static str, holds: bool, what: impl FnOnce() -> String) -> Result<(), Violation> {
        self.checks += 1;
        if holds { Ok(()) } else { Err(Violation { law, what: what() }) }
    }

    /// SOL-1: the vault holds what the bank counts, and with the debts it covers all claims.
    fn solvent(&mut self, symbol: &str, bank: &Bank, vault: u64) -> Result<(), Violation> {
        self.holds("SOL-1", vault >= bank.vault_amount, || {
            format!("{symbol}: the vault holds {vault}, the bank counts {}", bank.vault_amount)
        })?;
        let solvent = bank.books().verify_solvent();
        self.holds("SOL-1", solvent.is_ok(), || format!("{symbol}: {solvent:?} {:?}", bank.books()))
    }

    /// SOL-2, CON-1 and FND-1 of a market: whose its pool is, open interest, and what traders are owed, to the last fraction.
    fn conserved(&mut self, picture: &MarketPicture, accounts: &[MarginAccount]) -> Result<(), Violation> {
        let MarketPicture { symbol, market, liquidity } = picture;
        let shares = liquidity.iter().map(|position| u128::from(position.shares)).sum::<u128>();
        self.holds("SOL-2", shares == u128::from(market.liquidity), || {
            format!("{symbol}: providers hold {shares} liquidity shares, the market counts {}", market.liquidity)
        })?;
        let positions = || {
            let perps = accounts.iter().flat_map(|account| &account.perps);
            perps.filter(|position| !position.is_free() && position.market == market.market)
        };
        let side = |sign: i64| positions().map(move |p| i128::from(p.base) * i128::from(sign)).filter(|base| *base > 0);
        let (long, short) = (side(1).sum::<i128>(), side(-1).sum::<i128>());
        let counted = (i128::from(market.long), i128::from(market.short));
        self.holds("CON-1", (long, short) == counted, || {
            format!("{symbol}: accounts are long {long} and short {short}, the market counts {counted:?}")
        })?;
        let claims = (i128::from(market.claims_quote) << MARK_BITS) + i128::from(market.claims_fraction);
        let secured = positions().map(|position| u128::from(position.secured)).sum::<u128>();
        self.holds("CON-1", secured == u128::from(market.secured), || {
            format!("{symbol}: {secured} is secured for accounts, the market counts {}", market.secured)
        })?;
        let apart = positions().map(|position| u128::from(position.escrow)).sum::<u128>();
        self.holds("SOL-2", apart == u128::from(market.escrow), || {
            format!("{symbol}: {apart} shares lie apart for accounts, the market counts {}", market.escrow)
        })?;
        let owed = positions().map(|position| exact_claim(position, market.funding_index)).sum::<i128>();
        let owed = owed - (i128::from(market.secured) << MARK_BITS);
        self.holds("CON-1", claims == owed, || {
            format!("{symbol}: accounts claim {owed} beyond their base, the market counts {claims}")
        })?;
        self.holds("FND-1", market.dust < 1 << MARK_BITS, || {
            format!("{symbol}: {} of funding is still without an owner", market.dust)
        })
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

/// A position's quote with the funding that is due, quote units × 2^44.
fn exact_claim(position: &PerpPosition, funding_index: i64) -> i128 {
    let due = i128::from(position.base) * (i128::from(position.funding_index) - i128::from(funding_index));
    (i128::from(position.quote) << MARK_BITS) + due
}

/// Deposit and debt shares of all accounts, by token.
fn share_sums(accounts: &[MarginAccount]) -> HashMap<u8, (u128, u128)> {
    let mut sums: HashMap<u8, (u128, u128)> = HashMap::new();
    for position in accounts.iter().flat_map(|account| &account.tokens).filter(|position| !position.is_free()) {
        let sum = sums.entry(position.token).or_default();
        let side = if position.side == SIDE_DEBT { &mut sum.1 } else { &mut sum.0 };
        *side += u128::from(position.shares);
    }
    sums
}
