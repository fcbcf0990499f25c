//! Leaves an order to reduce on a margin account, or takes it back. The owner or the delegate may; only the owner may promise
//! the executor a fee. Anybody may clear an order that has expired. Errors: NotAccountOwnerOrDelegate, OrderMalformed,
//! MarketOfOtherNumber, OrderExpired, NoPosition, SizeBelowLot, OrderFeeTooHigh, NotAccountOwner; NoOrder.

use anchor_lang::prelude::*;
use breakwater_interface::events::{OrderCanceled, OrderPlaced};
use breakwater_interface::order::max_fee;
use breakwater_interface::{MarginError, PerpMarket, RiskBoard, TriggerOrder, snapshot};

use crate::state::Margin;

#[derive(Accounts)]
pub struct PlaceOrder {
    pub authority: Signer,
    #[account(mut)]
    pub margin_account: Margin,
    #[account(constraint = board.group == margin_account.group @ MarginError::BoardOfOtherGroup)]
    pub board: Account<RiskBoard>,
    #[account(constraint = market.group == margin_account.group @ MarginError::MarketOfOtherGroup)]
    pub market: Account<PerpMarket>,
}

#[derive(Accounts)]
pub struct CancelOrder {
    pub authority: Signer,
    #[account(mut)]
    pub margin_account: Margin,
}

pub fn place(ctx: &mut Context<PlaceOrder>, slot: u8, order: TriggerOrder) -> Result<()> {
    let accounts = &mut ctx.accounts;
    let account = &mut accounts.margin_account;
    account.verify_operator(accounts.authority.address())?;
    if order.market != accounts.market.market {
        return Err(MarginError::MarketOfOtherNumber.into());
    }
    let base = account.base_in(order.market);
    let most_fee = max_fee(snapshot::quote_decimals(&accounts.board)).map_err(MarginError::from)?;
    let (lot, now) = (accounts.market.config.lot, Clock::get()?.unix_timestamp);
    order.exit()?.verify_new(base, lot, most_fee, now).map_err(MarginError::from)?;
    if order.fee > 0 && account.owner != *accounts.authority.address() {
        return Err(MarginError::NotAccountOwner.into());
    }
    *account.orders.get_mut(usize::from(slot)).ok_or(MarginError::OrderMalformed)? =
        TriggerOrder { reserved: 0, ..order };

    emit!(OrderPlaced {
        account: *account.address(),
        trigger: order.trigger,
        limit: order.limit,
        size: order.size,
        expires_at: order.expires_at,
        fee: order.fee,
        market: order.market,
        kind: order.kind,
        side: order.side,
        slot,
    });
    Ok(())
}

pub fn cancel(ctx: &mut Context<CancelOrder>, slot: u8) -> Result<()> {
    let account = &mut ctx.accounts.margin_account;
    let order = *account.order(slot)?;
    if !order.exit()?.is_expired(Clock::get()?.unix_timestamp) {
        account.verify_operator(ctx.accounts.authority.address())?;
    }
    account.orders[usize::from(slot)] = bytemuck::Zeroable::zeroed();
    emit!(OrderCanceled { account: *account.address(), market: order.market.into(), slot: slot.into() });
    Ok(())
}
