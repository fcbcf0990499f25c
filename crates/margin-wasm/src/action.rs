//! An action as a page asks about it: amounts in native units as strings, and what the page need not know filled in.

use breakwater_client::Address;
use breakwater_client::view::{Action, Kind, View};
use breakwater_interface::{InsuranceFund, InsuranceStake, LiquidityPosition, MarginAccount};
use breakwater_margin::perp::{Direction, Mark};
use breakwater_margin::position::MARKET_LEG;
use bytemuck::Zeroable;

use crate::session::{Refused, Session};
use crate::words::Words;

/// What somebody may want to do. Amounts are native units; "all" takes all there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(test, derive(ts_rs::TS), ts(rename_all = "camelCase", rename_all_fields = "camelCase"))]
pub enum Intent {
    /// Deposits a token.
    Deposit {
        /// Number of the token.
        token: u8,
        /// How much.
        #[cfg_attr(test, ts(type = "string"))]
        amount: u64,
    },
    /// Withdraws a deposit.
    Withdraw {
        /// Number of the token.
        token: u8,
        /// How much.
        #[cfg_attr(test, ts(type = "string"))]
        amount: u64,
    },
    /// Borrows a token.
    Borrow {
        /// Number of the token.
        token: u8,
        /// How much.
        #[cfg_attr(test, ts(type = "string"))]
        amount: u64,
    },
    /// Repays a debt.
    Repay {
        /// Number of the token.
        token: u8,
        /// How much.
        #[cfg_attr(test, ts(type = "string"))]
        amount: u64,
    },
    /// Trades in a market.
    Trade {
        /// Number of the market.
        market: u8,
        /// Signed base units.
        #[cfg_attr(test, ts(type = "string"))]
        delta: i64,
        /// How much worse than the fill that is shown the real one may be, bps.
        slippage: u32,
    },
    /// Reduces a position.
    Reduce {
        /// Number of the market.
        market: u8,
        /// Base units.
        #[cfg_attr(test, ts(type = "string"))]
        size: u64,
        /// How much worse than the fill that is shown the real one may be, bps.
        slippage: u32,
    },
    /// Settles profit or loss.
    Settle {
        /// Number of the market.
        market: u8,
        /// Quote units.
        #[cfg_attr(test, ts(type = "string"))]
        amount: u64,
    },
    /// Adds liquidity to a pool.
    AddLiquidity {
        /// Number of the market.
        market: u8,
        /// Quote units.
        #[cfg_attr(test, ts(type = "string"))]
        amount: u64,
    },
    /// Announces a removal of liquidity.
    RequestLiquidity {
        /// Number of the market.
        market: u8,
        /// Liquidity shares.
        #[cfg_attr(test, ts(type = "string"))]
        shares: u64,
    },
    /// Removes the liquidity that was announced.
    RemoveLiquidity {
        /// Number of the market.
        market: u8,
    },
    /// Stakes in the shared fund.
    Stake {
        /// Quote units.
        #[cfg_attr(test, ts(type = "string"))]
        amount: u64,
    },
    /// Makes young stake earn.
    MatureStake,
    /// Announces that stake is to leave.
    RequestUnstake {
        /// Units of the active pool; "0" for all that is young.
        #[cfg_attr(test, ts(type = "string"))]
        units: u64,
    },
    /// Pays out the stake that was announced.
    Unstake,
    /// Takes the announcement back.
    Restake,
}

/// What the largest amount is asked of. A wallet may hold less.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(test, derive(ts_rs::TS), ts(rename_all = "camelCase", rename_all_fields = "camelCase"))]
pub enum MostOf {
    /// A deposit.
    Deposit {
        /// Number of the token.
        token: u8,
    },
    /// A withdrawal.
    Withdraw {
        /// Number of the token.
        token: u8,
    },
    /// A loan.
    Borrow {
        /// Number of the token.
        token: u8,
    },
    /// A repayment.
    Repay {
        /// Number of the token.
        token: u8,
    },
    /// A reduction of a position.
    Reduce {
        /// Number of the market.
        market: u8,
    },
    /// A trade that opens or increases a position, with at most a leverage.
    Open {
        /// Number of the market.
        market: u8,
        /// Whether it is a long.
        is_long: bool,
        /// Largest leverage of the account, bps; null for no other limit than health.
        leverage: Option<u32>,
    },
    /// An addition of liquidity.
    AddLiquidity {
        /// Number of the market.
        market: u8,
    },
    /// A stake in the shared fund.
    Stake,
}

impl MostOf {
    /// Reads out of a question what the largest amount is asked of: `of` names it.
    ///
    /// # Errors
    /// BadQuestion
    pub fn read(words: &Words) -> Result<MostOf, Refused> {
        let token = || words.parsed("token");
        let market = || words.parsed("market");
        Ok(match words.text("of")? {
            "deposit" => MostOf::Deposit { token: token()? },
            "withdraw" => MostOf::Withdraw { token: token()? },
            "borrow" => MostOf::Borrow { token: token()? },
            "repay" => MostOf::Repay { token: token()? },
            "reduce" => MostOf::Reduce { market: market()? },
            "open" => {
                let leverage = if words.text("leverage")? == "null" { None } else { Some(words.parsed("leverage")?) };
                MostOf::Open { market: market()?, is_long: words.parsed("isLong")?, leverage }
            }
            "addLiquidity" => MostOf::AddLiquidity { market: market()? },
            "stake" => MostOf::Stake,
            other => return Err(Refused::new("BadQuestion", format!("there is no largest amount of {other:?}"))),
        })
    }

    /// The largest amount that the program would accept.
    pub(crate) fn ask(&self, session: &Session, view: &View, account: &MarginAccount) -> Result<u64, Refused> {
        let kind = match *self {
            MostOf::Deposit { token } => Kind::Deposit { token },
            MostOf::Withdraw { token } => Kind::Withdraw { token },
            MostOf::Borrow { token } => Kind::Borrow { token },
            MostOf::Repay { token } => Kind::Repay { token },
            MostOf::Reduce { market } => Kind::Reduce { market },
            MostOf::Open { market, is_long, leverage } => {
                let side = if is_long { Direction::Long } else { Direction::Short };
                if let Some(leverage) = leverage {
                    return Ok(view.size_for_leverage(account, (market, side), leverage)?);
                }
                Kind::Open { market, side }
            }
            MostOf::AddLiquidity { market } => Kind::AddLiquidity { market },
            MostOf::Stake => Kind::Stake { fund: fund(session)?, stake: stake(session, &account.owner) },
        };
        Ok(view.most(account, kind)?)
    }

    /// What the amount is of, as a leg.
    pub(crate) fn leg(&self, view: &View) -> u8 {
        match *self {
            MostOf::Deposit { token }
            | MostOf::Withdraw { token }
            | MostOf::Borrow { token }
            | MostOf::Repay { token } => token,
            MostOf::Reduce { market } | MostOf::Open { market, .. } => MARKET_LEG | market,
            MostOf::AddLiquidity { .. } | MostOf::Stake => view.board.quote_token,
        }
    }
}

impl Intent {
    /// Reads an intent out of a question: `intent` names it.
    ///
    /// # Errors
    /// BadQuestion
    pub fn read(words: &Words) -> Result<Intent, Refused> {
        let token = || words.parsed("token");
        let market = || words.parsed("market");
        let amount = || words.units("amount");
        Ok(match words.text("intent")? {
            "deposit" => Intent::Deposit { token: token()?, amount: amount()? },
            "withdraw" => Intent::Withdraw { token: token()?, amount: amount()? },
            "borrow" => Intent::Borrow { token: token()?, amount: amount()? },
            "repay" => Intent::Repay { token: token()?, amount: amount()? },
            "trade" => {
                Intent::Trade { market: market()?, delta: words.parsed("delta")?, slippage: words.parsed("slippage")? }
            }
            "reduce" => {
                Intent::Reduce { market: market()?, size: words.units("size")?, slippage: words.parsed("slippage")? }
            }
            "settle" => Intent::Settle { market: market()?, amount: amount()? },
            "addLiquidity" => Intent::AddLiquidity { market: market()?, amount: amount()? },
            "requestLiquidity" => Intent::RequestLiquidity { market: market()?, shares: words.units("shares")? },
            "removeLiquidity" => Intent::RemoveLiquidity { market: market()? },
            "stake" => Intent::Stake { amount: amount()? },
            "matureStake" => Intent::MatureStake,
            "requestUnstake" => Intent::RequestUnstake { units: words.units("units")? },
            "unstake" => Intent::Unstake,
            "restake" => Intent::Restake,
            other => return Err(Refused::new("BadQuestion", format!("nobody can intend {other:?}"))),
        })
    }

    /// The action, with what the session knows filled in. Trades have no limit yet.
    pub(crate) fn action(&self, session: &Session, account: &MarginAccount) -> Result<Action, Refused> {
        let held = || Ok::<_, Refused>((fund(session)?, stake(session, &account.owner)));
        let share_of = |market| liquidity(session, market, account);
        Ok(match *self {
            Intent::Deposit { token, amount } => Action::Deposit { token, amount, arrived: None },
            Intent::Withdraw { token, amount } => Action::Withdraw { token, amount },
            Intent::Borrow { token, amount } => Action::Borrow { token, amount },
            Intent::Repay { token, amount } => Action::Repay { token, amount, arrived: None },
            Intent::Trade { market, delta, .. } => Action::Trade { market, delta, limit: any_price(delta > 0) },
            Intent::Reduce { market, size, .. } => {
                Action::Reduce { market, size, limit: any_price(account.base_in(market) < 0) }
            }
            Intent::Settle { market, amount } => Action::Settle { market, amount },
            Intent::AddLiquidity { market, amount } => {
                Action::AddLiquidity { market, amount, liquidity: share_of(market)? }
            }
            Intent::RequestLiquidity { market, shares } => {
                Action::RequestLiquidity { market, shares, liquidity: share_of(market)? }
            }
            Intent::RemoveLiquidity { market } => Action::RemoveLiquidity { market, liquidity: share_of(market)? },
            Intent::Stake { amount } => held().map(|(fund, stake)| Action::Stake { amount, fund, stake })?,
            Intent::MatureStake => held().map(|(fund, stake)| Action::MatureStake { fund, stake })?,
            Intent::RequestUnstake { units } => {
                held().map(|(fund, stake)| Action::RequestUnstake { units, fund, stake })?
            }
            Intent::Unstake => held().map(|(fund, stake)| Action::Unstake { fund, stake })?,
            Intent::Restake => held().map(|(fund, stake)| Action::Restake { fund, stake })?,
        })
    }

    /// How much worse than shown a fill may be, bps.
    pub(crate) fn slippage(&self) -> u32 {
        match self {
            Intent::Trade { slippage, .. } | Intent::Reduce { slippage, .. } => *slippage,
            _ => 0,
        }
    }

    /// The token that an action moves.
    pub(crate) fn token(&self, view: &View) -> u8 {
        match self {
            Intent::Deposit { token, .. }
            | Intent::Withdraw { token, .. }
            | Intent::Borrow { token, .. }
            | Intent::Repay { token, .. } => *token,
            _ => view.board.quote_token,
        }
    }
}

/// The worst price that a fill may have.
pub(crate) fn limit(price: Mark, buys: bool, slippage: u32) -> u64 {
    let one = breakwater_margin::BPS as u32;
    price.times(if buys { one.saturating_add(slippage) } else { one.saturating_sub(slippage) }).0
}

fn any_price(buys: bool) -> u64 {
    if buys { u64::MAX } else { 0 }
}

/// The group's fund.
pub(crate) fn fund(session: &Session) -> Result<InsuranceFund, Refused> {
    let found = session.funds().next().map(|(_, fund)| *fund);
    found.ok_or_else(|| Refused::new("NoFund", "this group has no shared insurance fund"))
}

/// Somebody's stake; an empty one where there is none.
pub(crate) fn stake(session: &Session, owner: &[u8; 32]) -> InsuranceStake {
    let found = session.stakes().find(|(_, stake)| stake.owner == *owner).map(|(_, stake)| *stake);
    found.unwrap_or_else(|| {
        let fund = session.funds().next();
        let (address, generation) = fund.map_or(([0; 32], 0), |(at, fund)| (at.to_bytes(), fund.generation));
        InsuranceStake { fund: address, owner: *owner, generation, ..InsuranceStake::zeroed() }
    })
}

/// Somebody's share of a pool; an empty one where there is none.
fn liquidity(session: &Session, market: u8, account: &MarginAccount) -> Result<LiquidityPosition, Refused> {
    let of_market = session.markets().find(|(_, at)| at.market == market).map(|(address, _)| address.to_bytes());
    let address = of_market.ok_or_else(|| Refused::from(breakwater_interface::MarginError::MarketNotListed))?;
    let own = |held: &LiquidityPosition| held.market == address && held.owner == account.owner;
    let found = session.liquidity().find(|(_, held)| own(held)).map(|(_, held)| *held);
    Ok(found.unwrap_or(LiquidityPosition { market: address, owner: account.owner, ..LiquidityPosition::zeroed() }))
}

/// A margin account that has not been opened yet.
pub(crate) fn unopened(group: [u8; 32], owner: &Address) -> MarginAccount {
    MarginAccount {
        group,
        owner: owner.to_bytes(),
        version: breakwater_interface::accounts::MARGIN_ACCOUNT_VERSION,
        ..MarginAccount::zeroed()
    }
}
