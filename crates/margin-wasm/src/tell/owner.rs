//! What an owner has in a group.

use breakwater_client::Address;
use breakwater_client::view::View;
use breakwater_interface::act::EXIT_WINDOW;
use breakwater_interface::{InsuranceStake, LiquidityPosition, MarginError};
use breakwater_margin::health;
use breakwater_margin::stake::{COOLDOWN, Exit, MATURITY};

use super::Scale;
use crate::answer::{LiquidityRow, OwnedAccount, OwnerAnswer, StakeRow};
use crate::session::{Refused, Session};
use crate::text::dollars;

/// Margin accounts, liquidity and stake of an owner.
pub fn owner(session: &Session, view: &View, owner: &Address) -> Result<OwnerAnswer, Refused> {
    let own = |key: &[u8; 32]| *key == owner.to_bytes();
    let mut accounts = Vec::new();
    for (address, account) in session.accounts().filter(|(_, account)| own(&account.owner)) {
        let valuation = health::value(&view.snapshot(account)?).map_err(MarginError::from)?;
        let equity = dollars(valuation.equity);
        accounts.push(OwnedAccount { address: address.to_string(), number: account.number, equity });
    }
    accounts.sort_by_key(|account| account.number);
    let mut liquidity = Vec::new();
    for (address, held) in session.liquidity().filter(|(_, held)| own(&held.owner)) {
        liquidity.extend(liquidity_row(view, address, held)?);
    }
    let stake = session.stakes().find(|(_, stake)| own(&stake.owner));
    let stake = stake.map(|(address, stake)| stake_row(session, view, address, stake)).transpose()?;
    Ok(OwnerAnswer { accounts, liquidity, stake })
}

fn liquidity_row(
    view: &View,
    address: &Address,
    held: &LiquidityPosition,
) -> Result<Option<LiquidityRow>, MarginError> {
    let Some((_, market)) = view.markets.values().find(|(market, _)| market.to_bytes() == held.market) else {
        return Ok(None);
    };
    let scale = Scale(view);
    let opens_at = held.requested_at.saturating_add(market.config.cooldown.into());
    let is_requested = held.requested > 0;
    Ok(Some(LiquidityRow {
        address: address.to_string(),
        market: market.market,
        shares: held.shares.to_string(),
        worth: scale.quoted(view.liquidity_worth(market.market, held.shares)?),
        requested: held.requested.to_string(),
        requested_value: scale.quoted(held.requested_value),
        opens_at: is_requested.then_some(opens_at),
        closes_at: is_requested.then(|| opens_at.saturating_add(EXIT_WINDOW.min(market.config.cooldown.into()))),
    }))
}

fn stake_row(session: &Session, view: &View, address: &Address, stake: &InsuranceStake) -> Result<StakeRow, Refused> {
    let fund = crate::action::fund(session)?;
    let ownership = fund.ownership();
    let held = stake.stake(&fund);
    let index = breakwater_interface::refresh::board_index(&view.board);
    let scale = Scale(view);
    let worth = |shares: u64| index.amount_down(shares).map_err(MarginError::from);
    let of_passive = |units: u64| match units {
        0 => Ok(0),
        units => ownership.passive().redeemed(units).map_err(MarginError::from).and_then(worth),
    };
    let active = match held.active {
        0 => 0,
        units => worth(ownership.active().and_then(|pool| pool.redeemed(units)).map_err(MarginError::from)?)?,
    };
    let leaves = held.leaving.units > 0;
    let exit = match fund.freeze().exit(held.requested_at, view.time) {
        Exit::TooEarly => "waiting",
        Exit::Open => "open",
        Exit::Lapsed => "lapsed",
    };
    Ok(StakeRow {
        address: address.to_string(),
        active_units: held.active.to_string(),
        active: scale.quoted(active),
        young: scale.quoted(of_passive(held.young.units)?.min(held.young.cap)),
        matures_at: (held.young.units > 0).then(|| held.since.saturating_add(MATURITY)),
        leaving: scale.quoted(of_passive(held.leaving.units)?.min(held.leaving.cap)),
        opens_at: leaves.then(|| held.requested_at.saturating_add(COOLDOWN)),
        exit: leaves.then(|| exit.into()),
        is_void: stake.generation != fund.generation,
    })
}
