//! An action as a page asks about it: amounts in native units as strings, and what the page need not know filled in.

use breakwater_client::Address;
use breakwater_client::view::{Action, Kind, View};
use breakwater_interface::{InsuranceFund, InsuranceStake, LiquidityPosition, MarginAccount};
use breakwater_margin::perp::{Direction, Mark};
use breakwater_margin::position::MARKET_LEG;
use bytemuck::Zeroable;
use serde::Deserialize;

use crate::session::{Refused, Session};

/// What somebody may want to do. Amounts are native units as decimal strings; "all" takes all there is.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Intent {
    /// Deposits a token.
    Deposit {
        /// Number of the token.
        token: u8,
        /// How much.
        amount: String,
    },
    /// Withdraws a deposit.
    Withdraw {
        /// Number of the token.
        token: u8,
        /// How much.
        amount: String,
    },
    /// Borrows a token.
    Borrow {
        /// Number of the token.
        token: u8,
        /// How much.
        amount: String,
    },
    /// Repays a debt.
    Repay {
        /// Number of the token.
        token: u8,
        /// How much.
        amount: String,
    },
    /// Trades in a market.
    Trade {
        /// Number of the market.
        market: u8,
        /// Signed base units.
        delta: String,
        /// How much worse than the fill that is shown the real one may be, bps.
        slippage: u32,
    },
    /// Reduces a position.
    Reduce {
        /// Number of the market.
        market: u8,
        /// Base units.
        size: String,
        /// How much worse than the fill that is shown the real one may be, bps.
        slippage: u32,
    },
    /// Settles profit or loss.
    Settle {
        /// Number of the market.
        market: u8,
        /// Quote units.
        amount: String,
    },
    /// Adds liquidity to a pool.
    AddLiquidity {
        /// Number of the market.
        market: u8,
        /// Quote units.
        amount: String,
    },
    /// Announces a removal of liquidity.
    RequestLiquidity {
        /// Number of the market.
        market: u8,
        /// Liquidity shares.
        shares: String,
    },
    /// Removes the liquidity that was announced.
    RemoveLiquidity {
        /// Number of the market.
        market: u8,
    },
    /// Stakes in the shared fund.
    Stake {
        /// Quote units.
        amount: String,
    },
    /// Makes young stake earn.
    MatureStake,
    /// Announces that stake is to leave.
    RequestUnstake {
        /// Units of the active pool; "0" for all that is young.
        units: String,
    },
    /// Pays out the stake that was announced.
    Unstake,
    /// Takes the announcement back.
    Restake,
}

/// What the largest amount is asked of. A wallet may hold less.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
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
    /// The action, with what the session knows filled in. Trades have no limit yet.
    pub(crate) fn action(&self, session: &Session, account: &MarginAccount) -> Result<Action, Refused> {
        let fund_of = || fund(session);
        let stake_of = || Ok::<_, Refused>(stake(session, &account.owner));
        Ok(match self {
            Intent::Deposit { token, amount } => {
                Action::Deposit { token: *token, amount: number(amount)?, arrived: None }
            }
            Intent::Withdraw { token, amount } => Action::Withdraw { token: *token, amount: number(amount)? },
            Intent::Borrow { token, amount } => Action::Borrow { token: *token, amount: number(amount)? },
            Intent::Repay { token, amount } => Action::Repay { token: *token, amount: number(amount)?, arrived: None },
            Intent::Trade { market, delta, .. } => {
                let delta: i64 = delta.parse().map_err(|_| not_a_number(delta))?;
                Action::Trade { market: *market, delta, limit: any_price(delta > 0) }
            }
            Intent::Reduce { market, size, .. } => {
                let buys = account.base_in(*market) < 0;
                Action::Reduce { market: *market, size: number(size)?, limit: any_price(buys) }
            }
            Intent::Settle { market, amount } => Action::Settle { market: *market, amount: number(amount)? },
            Intent::AddLiquidity { market, amount } => Action::AddLiquidity {
                market: *market,
                amount: number(amount)?,
                liquidity: liquidity(session, *market, account)?,
            },
            Intent::RequestLiquidity { market, shares } => Action::RequestLiquidity {
                market: *market,
                shares: number(shares)?,
                liquidity: liquidity(session, *market, account)?,
            },
            Intent::RemoveLiquidity { market } => {
                Action::RemoveLiquidity { market: *market, liquidity: liquidity(session, *market, account)? }
            }
            Intent::Stake { amount } => Action::Stake { amount: number(amount)?, fund: fund_of()?, stake: stake_of()? },
            Intent::MatureStake => Action::MatureStake { fund: fund_of()?, stake: stake_of()? },
            Intent::RequestUnstake { units } => {
                Action::RequestUnstake { units: number(units)?, fund: fund_of()?, stake: stake_of()? }
            }
            Intent::Unstake => Action::Unstake { fund: fund_of()?, stake: stake_of()? },
            Intent::Restake => Action::Restake { fund: fund_of()?, stake: stake_of()? },
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

/// A number of native units.
pub(crate) fn number(text: &str) -> Result<u64, Refused> {
    if text == "all" {
        return Ok(u64::MAX);
    }
    text.parse().map_err(|_| not_a_number(text))
}

fn not_a_number(text: &str) -> Refused {
    Refused::new("BadNumber", format!("{text:?} is not a whole number of native units"))
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
