//! A margin account: what it has, how healthy it is, when and how it would be liquidated.

use super::{Amount, answers};
use crate::session::Refused;

answers! {
    /// What an account is worth, in dollars; the levels of docs/spec.md §4.
    pub struct Health {
        /// Deposits less debts, with profit and loss.
        equity: String,
        /// Debts and losses.
        debts: String,
        /// H_init: new risk is refused below 0.
        initial: String,
        /// H_hi: liquidatable below 0.
        optimistic: String,
        /// H_maint: depth of a breach below 0.
        maintenance: String,
        /// H_end: where a liquidation stops.
        end: String,
        /// What must be answered for, at maintenance.
        requirement: String,
        /// Health factor in millionths; null without any requirement.
        factor: Option<i64>,
        /// What all positions are worth together, whichever side.
        notional: String,
        /// Notional over equity, bps; null where equity is not positive.
        leverage: Option<u32>,
    }

    /// A deposit or a debt.
    pub struct TokenRow {
        /// Number of the token.
        token: u8,
        /// Whether it is owed.
        is_debt: bool,
        /// How much.
        amount: Amount,
        /// Worth at mid, dollars; negative for a debt.
        value: String,
        /// Part of H_maint, dollars.
        maintenance: String,
        /// Part of H_end, dollars.
        end: String,
    }

    /// A perpetual position.
    pub struct PositionRow {
        /// Number of the market.
        market: u8,
        /// Signed base; negative for a short, 0 for one that only owes or is owed.
        base: Amount,
        /// Price at which neither is won or lost, fees and funding counted, dollars of the quote token; null without base.
        break_even: Option<String>,
        /// Index price in the quote token.
        mark: String,
        /// Worth of the base, quote token.
        notional: Amount,
        /// Profit or loss, quote token.
        pnl: Amount,
        /// Profit that has matured and can be settled, quote token.
        matured: Amount,
        /// Profit or loss at mid, dollars.
        value: String,
        /// Part of H_maint, dollars.
        maintenance: String,
        /// Part of H_end, dollars.
        end: String,
    }

    /// Prices of one feed at which an account would be liquidated, all else equal.
    pub struct LiquidationPrices {
        /// Number of the token, or 128 + number of the market.
        leg: u8,
        /// Price now, dollars.
        mid: String,
        /// Where H_maint falls below 0; null where no price does that.
        maintenance: Option<String>,
        /// Where the account is liquidated; null where no price does that.
        trigger: Option<String>,
        /// True where the account is beyond it at any price.
        always: bool,
        /// From the price to the trigger, bps of the price, signed; null where there is none.
        distance: Option<i32>,
    }

    /// An order to reduce a position.
    pub struct OrderRow {
        /// Its slot.
        slot: u8,
        /// Number of the market.
        market: u8,
        /// "below", "above" or "health".
        kind: String,
        /// Whether it closes a long.
        closes_long: bool,
        /// Price in the quote token, or health factor as a decimal.
        trigger: String,
        /// Worst fill price in the quote token; null where any will do.
        limit: Option<String>,
        /// Base that it closes; null for all of it.
        size: Option<Amount>,
        /// When it ends, unix seconds; null for never.
        expires_at: Option<i64>,
        /// What the executor gets, quote token.
        fee: Amount,
    }

    /// The next step of a liquidation.
    pub struct Next {
        /// "pair" (a debt for collateral) or "position".
        kind: String,
        /// Debt of a pair: number of the token, or 128 + number of the market.
        debt: Option<u8>,
        /// Collateral of a pair, likewise.
        collateral: Option<u8>,
        /// Market of a position.
        market: Option<u8>,
        /// What a pair's keeper repays.
        repay: Option<Amount>,
        /// What it receives.
        seize: Option<Amount>,
        /// Base of a position that is closed.
        size: Option<Amount>,
        /// What a position settles first, quote token: negative where profit pays a debt.
        settled: Option<Amount>,
        /// Bonus of a pair, millionths.
        bonus: Option<u32>,
        /// Fee of a position, quote token.
        fee: Option<Amount>,
        /// Part of the cost that goes to insurance: of the debt token, or of the quote token.
        insurance: Amount,
        /// What the keeper gains at mid prices, dollars.
        keeper: String,
        /// What the account loses by it, dollars.
        cost: String,
        /// Equity afterwards, dollars.
        equity_after: String,
        /// H_maint afterwards, dollars.
        maintenance_after: String,
        /// H_end afterwards, dollars.
        end_after: String,
    }

    /// What the first step of a liquidation would be at the nearest price that brings it.
    pub struct AtTrigger {
        /// Number of the token, or 128 + number of the market, whose price it is; never the quote token.
        leg: u8,
        /// The price, dollars.
        price: String,
        /// From the price now, bps of it, signed.
        distance: i32,
        /// The step.
        next: Next,
    }

    /// When an account could be liquidated, if no price moves.
    pub struct Outlook {
        /// "healthy", "unflagged", "flagged" or "due".
        stage: String,
        /// Earliest slot; null of a healthy account.
        slot: Option<String>,
        /// Slots until then.
        slots_left: Option<u32>,
        /// Every print must be newer than this for it, unix seconds; null where all are.
        prints_after: Option<i64>,
        /// Not before this time, unix seconds; null where it has passed.
        not_before: Option<i64>,
    }

    /// How an account stands, and what would happen to it.
    pub struct Standing {
        /// What it is worth.
        health: Health,
        /// When it could be liquidated.
        outlook: Outlook,
        /// Prices at which it would be.
        prices: Vec<LiquidationPrices>,
        /// The next step, as it would be now; null where nothing could be done.
        next: Option<Next>,
        /// Why the next step could not be carried out, a wait aside.
        refusal: Option<Refused>,
        /// What would happen at the nearest price that brings a liquidation, all else equal; null where there is none, or where
        /// the account is liquidatable already.
        at_trigger: Option<AtTrigger>,
        /// Deposits and debts.
        tokens: Vec<TokenRow>,
        /// Positions.
        positions: Vec<PositionRow>,
    }

    /// A margin account.
    pub struct AccountAnswer {
        /// Its address.
        address: String,
        /// Who owns it.
        owner: String,
        /// Who may trade with it; null for nobody.
        delegate: Option<String>,
        /// Number among the owner's accounts.
        number: u16,
        /// Layout version.
        version: u8,
        /// Whether it is the current one: the program refuses any other until the account is upgraded.
        is_current: bool,
        /// Slot of the flag; null without one.
        flag_slot: Option<String>,
        /// Whether nothing is held, owed or open.
        is_empty: bool,
        /// How it stands.
        standing: Standing,
        /// Orders.
        orders: Vec<OrderRow>,
    }
}
