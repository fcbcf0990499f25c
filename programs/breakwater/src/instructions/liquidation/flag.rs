//! `touch`: flags a margin account whose breach is shallow, or takes the flag of a healthy one away. Anybody may call, without a
//! margin account; nothing moves, and there is nothing to gain. `liquidate` judges alike. Errors: BoardOfOtherGroup, StaleIndex,
//! AccountHealthy, FlagTooYoung, Calming, NothingToFlag.

use anchor_lang::prelude::*;
use breakwater_interface::events::{FlagCleared, Flagged};
use breakwater_interface::snapshot::{self, Own};
use breakwater_interface::{MarginAccount, MarginError, RiskBoard};
use breakwater_margin::health::After;
use breakwater_margin::interest::MAX_INDEX_AGE_LIQUIDATION;
use breakwater_margin::liquidation::{Flag, Moment, Pace, Touch, judge_touch};
use breakwater_margin::perp::MAX_AGE_TRADE;
use breakwater_margin::{Snapshot, Valuation, Weighted, health};

use crate::state::Margin;

#[derive(Accounts)]
pub struct TouchAccount {
    #[account(mut)]
    pub margin_account: Margin,
    #[account(constraint = board.group == margin_account.group @ MarginError::BoardOfOtherGroup)]
    pub board: Account<RiskBoard>,
}

pub fn handle(ctx: &mut Context<TouchAccount>) -> Result<()> {
    let TouchAccount { margin_account, board } = &mut ctx.accounts;
    let clock = Clock::get()?;
    let mut legs = Snapshot::with_capacity(margin_account.tokens.len());
    snapshot::build(&mut legs, board, margin_account, &Own::default(), clock.unix_timestamp)?;
    let valuation = health::value(&legs).map_err(MarginError::from)?;
    match judge(margin_account, board, &legs, &valuation, (clock.slot, clock.unix_timestamp))? {
        Some(_) => Err(MarginError::NothingToFlag.into()),
        None => Ok(()),
    }
}

/// Judges a touch. The pace of a liquidation, or `None` where the touch has flagged the account or taken its flag away.
///
/// Errors: StaleIndex, AccountHealthy, FlagTooYoung, Calming
#[inline(never)]
pub fn judge(
    account: &mut Margin,
    board: &RiskBoard,
    legs: &Snapshot,
    valuation: &Valuation,
    (slot, now): (u64, i64),
) -> core::result::Result<Option<Pace>, MarginError> {
    legs.verify_indices(MAX_INDEX_AGE_LIQUIDATION)?;
    let flag = Flag { slot: account.flag_slot, newest_print: account.flag_time };
    let at = Moment { slot, now, calm_at: board.calm_at };
    let (params, terms) = (board.liquidation.params(), board.liquidation.touches());
    match judge_touch(legs, valuation, &params, (&terms, flag), at)? {
        Touch::Executes(pace) => Ok(Some(pace)),
        Touch::First(flag) => {
            (account.flag_slot, account.flag_time) = (flag.slot, flag.newest_print);
            emit!(Flagged { account: *account.address(), slot: flag.slot, newest_print: flag.newest_print });
            Ok(None)
        }
        // An old price is a wide interval, in which many are healthy: that is no reason to begin anew.
        Touch::Healthy if flag.slot == 0 || valuation.oldest_price > MAX_AGE_TRADE => {
            msg!("health at the best prices, dollars x 10^8: {}", valuation.optimistic.to_e8());
            Err(MarginError::AccountHealthy)
        }
        Touch::Healthy => {
            (account.flag_slot, account.flag_time) = (0, 0);
            emit!(FlagCleared { account: *account.address(), slot });
            Ok(None)
        }
    }
}

/// A liquidation that mended the account takes its flag away; a smaller one keeps it.
pub fn clear_if_mended(account: &mut MarginAccount, after: &After) {
    if account.flag_slot != 0 && after.end >= Weighted::ZERO {
        (account.flag_slot, account.flag_time) = (0, 0);
    }
}
