//! From a risk board and a margin account to the mathematics' snapshot. The only place that turns shares into legs.

use breakwater_margin::perp::{PerpLeg, PerpTerms, Standing};
use breakwater_margin::position::Quote;
use breakwater_margin::quarantine::Quarantine;
use breakwater_margin::{Index, Interval, MathError, Price, Side, Snapshot, TokenLeg, Weights, price, volatility};

use crate::accounts::{
    MARKET_FEED, MAX_FEEDS, MAX_MARKETS, MAX_TOKENS, MarginAccount, MarketRisk, RiskBoard, TokenPosition, TokenRisk,
};
use crate::errors::MarginError;
use crate::perp::PerpPosition;

/// A bank's own accrued indices, which an instruction that touches the bank uses in place of the board's snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OwnIndex {
    /// Number of the token.
    pub token: u8,
    /// Deposit index.
    pub deposit: Index,
    /// Borrow index.
    pub borrow: Index,
    /// What all depositors own, native units; any number where the bank is not `capped`.
    pub deposits: u64,
}

/// A market's own funding index and standing, which an instruction that touches the market uses in place of the board's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OwnMarket {
    /// Number of the market.
    pub market: u8,
    /// Its index.
    pub price: Interval,
    /// Funding index.
    pub funding_index: i64,
    /// Whether its pool can pay what it owes.
    pub standing: Standing,
    /// What its pool has, quote units.
    pub payable: u64,
}

/// What an instruction knows better than the board: of the banks and the market that it touches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Own<'a> {
    /// Accrued indices.
    pub banks: &'a [OwnIndex],
    /// Funding index and standing.
    pub market: Option<OwnMarket>,
}

impl<'a> Own<'a> {
    /// Banks alone.
    pub fn banks(banks: &'a [OwnIndex]) -> Own<'a> {
        Own { banks, market: None }
    }
}

/// Fills a snapshot of an account.
///
/// Formula:  amount = shares × index; deposits floor, debts ceil       (docs/spec.md §3.1); positions as in §10.4
/// Units:    now: unix seconds; own: of the banks and the market that the instruction touches
/// Errors:   MathOverflow
#[inline(never)]
pub fn build(
    snapshot: &mut Snapshot,
    board: &RiskBoard,
    account: &MarginAccount,
    own: &Own,
    now: i64,
) -> Result<(), MarginError> {
    snapshot.clear();
    for position in account.tokens.iter().filter(|position| !position.is_free()) {
        let token = &board.tokens[usize::from(position.token) % MAX_TOKENS];
        let index = match own.banks.iter().find(|own| own.token == position.token) {
            Some(own) => *own,
            None => {
                snapshot.index_age = snapshot.index_age.max(price::age(token.index_time, now));
                OwnIndex {
                    token: position.token,
                    deposit: Index(token.deposit_index),
                    borrow: Index(token.borrow_index),
                    deposits: token.deposits,
                }
            }
        };
        snapshot.tokens.push(leg(position, &index, interval(board, token.feed, now), token, now)?);
    }
    if account.perps.iter().all(PerpPosition::is_free) {
        return Ok(());
    }
    snapshot.quote = quote(board, now);
    let decimals = quote_decimals(board);
    let index = quote_index(board, own);
    snapshot.perps.reserve(account.perps.len());
    for position in account.perps.iter().filter(|position| !position.is_free()) {
        // Filled in place: a leg is large, and copies of it cost more than its arithmetic.
        let slot = snapshot.perps.len();
        snapshot.perps.push(PerpLeg::default());
        let age =
            fill_perp_leg(&mut snapshot.perps[slot], board, position, own.market.as_ref(), (index, decimals, now))?;
        snapshot.index_age = snapshot.index_age.max(age);
    }
    Ok(())
}

/// The group's quote token at its price.
pub fn quote(board: &RiskBoard, now: i64) -> Quote {
    let token = &board.tokens[usize::from(board.quote_token) % MAX_TOKENS];
    Quote { token: board.quote_token, price: interval(board, token.feed, now) }
}

/// The quote bank's deposit index: its own where the instruction touches it, or the board's.
pub(crate) fn quote_index(board: &RiskBoard, own: &Own) -> Index {
    let touched = own.banks.iter().find(|bank| bank.token == board.quote_token).map(|bank| bank.deposit);
    touched.unwrap_or(Index(board.tokens[usize::from(board.quote_token) % MAX_TOKENS].deposit_index))
}

/// Decimals of the group's quote token.
pub fn quote_decimals(board: &RiskBoard) -> u8 {
    let token = &board.tokens[usize::from(board.quote_token) % MAX_TOKENS];
    board.feeds[usize::from(token.feed) % MAX_FEEDS].oracle.decimals
}

/// A feed's interval at a time, with what its volatility adds in initial health.
pub fn interval(board: &RiskBoard, feed: u8, now: i64) -> Interval {
    let feed = &board.feeds[usize::from(feed) % MAX_FEEDS];
    let volatility = volatility::widening(feed.volatility, board.liquidation.volatility_multiple);
    Interval { volatility, ..Interval::at(&feed.oracle.judge(), &feed.state(), now) }
}

/// A market's terms of health.
#[inline(always)]
fn fill_terms(terms: &mut PerpTerms, risk: &MarketRisk, market: u8) {
    terms.market = market;
    for (tier, config) in terms.tiers.0.iter_mut().zip(&risk.tiers) {
        tier.edge = config.edge;
        tier.initial = config.initial;
        tier.end = config.end;
        tier.maintenance = config.maintenance;
    }
    terms.maturity = risk.maturity;
    terms.payable = risk.payable;
    terms.keeper_fee = risk.keeper_fee.into();
    terms.insurance_fee = risk.insurance_fee.into();
    terms.standing = if risk.in_deficit == 0 { Standing::Sound } else { Standing::InDeficit };
}

/// Fills a position's leg; returns the age of the funding snapshot that it was computed with.
#[inline(always)]
fn fill_perp_leg(
    leg: &mut PerpLeg,
    board: &RiskBoard,
    position: &PerpPosition,
    own: Option<&OwnMarket>,
    (index, decimals, now): (Index, u8, i64),
) -> Result<u32, MathError> {
    let risk = &board.markets[usize::from(position.market) % MAX_MARKETS];
    fill_terms(&mut leg.terms, risk, position.market);
    leg.position = position.position();
    if leg.position.secured > 0 {
        leg.position.bear_loss(index)?;
    }
    let (funding_index, age) = match own.filter(|own| own.market == position.market) {
        Some(own) => {
            leg.price = own.price;
            leg.terms.standing = own.standing;
            leg.terms.payable = own.payable;
            (own.funding_index, 0)
        }
        None => {
            leg.price = interval(board, MARKET_FEED + position.market, now);
            (risk.funding_index, price::age(risk.funding_time, now))
        }
    };
    leg.bring_up_to_date(funding_index, decimals, now)?;
    Ok(age)
}

#[inline(always)]
fn leg(
    position: &TokenPosition,
    index: &OwnIndex,
    interval: Interval,
    token: &TokenRisk,
    now: i64,
) -> Result<TokenLeg, MathError> {
    let side = position.side();
    let (amount, weights) = match side {
        Side::Deposit => (index.deposit.amount_down(position.shares)?, collateral(index, interval.mid, token, now)),
        Side::Debt => (index.borrow.amount_up(position.shares)?, token.weights.liability()),
    };
    Ok(TokenLeg::new(position.token, side, amount, interval, weights))
}

/// Weights of a deposit; that for new risk as far as the token's ramp and cap let it count.
#[inline(always)]
fn collateral(index: &OwnIndex, mid: Price, token: &TokenRisk, now: i64) -> Weights {
    let (weights, terms) = (token.weights.asset(), &token.weights);
    if terms.ramp == 0 && terms.collateral_cap == 0 {
        return weights;
    }
    let listed_for = price::age(token.listed_at, now);
    let quarantine = Quarantine { ramp: terms.ramp, listed_for, cap: terms.collateral_cap, deposits: index.deposits };
    Weights { initial: quarantine.weight(weights.initial, mid), ..weights }
}
