//! A group: its tokens, markets, feeds, insurance, parameters and what is about to change.

use super::{Amount, answers};
use crate::session::Refused;

answers! {
    /// What is paused, and until when.
    pub struct PauseInfo {
        /// When it ends, unix seconds.
        until: i64,
        /// "borrow", "withdraw", "trade", "liquidity", "liquidate".
        actions: Vec<String>,
    }

    /// A feed's price.
    pub struct FeedInfo {
        /// Number on the board.
        feed: u8,
        /// The oracle account.
        oracle: String,
        /// Price of a whole token, dollars; null before the first print.
        price: Option<String>,
        /// Moving average, dollars.
        ema: Option<String>,
        /// Seconds since publication.
        age: u32,
        /// When it was published, unix seconds.
        publish_time: i64,
        /// Confidence as a half-width, bps of the price.
        confidence: u32,
        /// Half-width that liquidations use, bps.
        liquidation_band: u32,
        /// Half-width that new risk is judged by, bps.
        initial_band: u32,
        /// Whether the price is too old to take risk at.
        too_old_for_risk: bool,
        /// Whether it is too old to liquidate at.
        stale: bool,
        /// Volatility of a minute, millionths.
        volatility: u32,
        /// Why the newest print that was published is refused; null where it is not. Who brings it is refused with it.
        refused_print: Option<Refused>,
    }

    /// Weights of a token, bps.
    pub struct WeightsInfo {
        /// Deposit, to take on risk.
        asset_initial: u16,
        /// Deposit, where a liquidation stops.
        asset_end: u16,
        /// Deposit, to be left alone.
        asset_maintenance: u16,
        /// Debt, to take on risk.
        liability_initial: u16,
        /// Debt, where a liquidation stops.
        liability_end: u16,
        /// Debt, to be left alone.
        liability_maintenance: u16,
        /// Seconds over which a new token's weight rises.
        ramp: u32,
        /// Most that all deposits may count for new risk, dollars; null for no limit.
        collateral_cap: Option<u32>,
    }

    /// Rates at a utilisation, millionths (a year).
    pub struct RatesInfo {
        /// Borrowed over supplied.
        utilisation: u32,
        /// Of a debt.
        borrow: String,
        /// Of a deposit.
        deposit: String,
    }

    /// A token of the group.
    pub struct TokenInfo {
        /// Number on the board.
        token: u8,
        /// The bank.
        bank: String,
        /// The mint.
        mint: String,
        /// The bank's vault.
        vault: String,
        /// Decimals of the mint.
        decimals: u8,
        /// Its feed.
        feed: FeedInfo,
        /// What depositors own.
        deposits: Amount,
        /// What borrowers owe.
        debts: Amount,
        /// What is in the vault.
        cash: Amount,
        /// Deposits in dollars.
        deposits_value: String,
        /// Debts in dollars.
        debts_value: String,
        /// Most that depositors may own.
        deposit_cap: Amount,
        /// Most that borrowers may owe.
        borrow_cap: Amount,
        /// Rates now.
        rates: RatesInfo,
        /// The curve at every fortieth of utilisation, with its kink.
        curve: Vec<RatesInfo>,
        /// Utilisation of the kink, bps.
        kink: u32,
        /// Highest utilisation after a loan, bps.
        max_utilisation: u32,
        /// Part of the interest that depositors do not get, bps.
        reserve_factor: u32,
        /// Weights.
        weights: WeightsInfo,
        /// Own insurance.
        tranche: Amount,
        /// What it is filled up to.
        tranche_target: Amount,
        /// Losses that lenders have borne so far.
        socialised: Amount,
        /// What may still leave the vault in the window; null without a brake.
        outflow_room: Option<Amount>,
        /// Whether no deposit and no loan is accepted.
        reduce_only: bool,
        /// Whether the mint may charge a transfer fee.
        transfer_fee: bool,
        /// Whether deposits pass the board.
        wants_board: bool,
        /// What is paused in this bank.
        pause: Option<PauseInfo>,
    }

    /// Margin of the part of a notional up to an edge.
    pub struct TierInfo {
        /// Upper edge, quote token; null in the last tier.
        edge: Option<String>,
        /// To take on risk, bps.
        initial: u16,
        /// Where a liquidation stops, bps.
        end: u16,
        /// To be left alone, bps.
        maintenance: u16,
    }

    /// A perpetual market.
    pub struct MarketInfo {
        /// Number on the board.
        market: u8,
        /// Its address.
        address: String,
        /// Its index.
        feed: FeedInfo,
        /// Decimals of the base.
        decimals: u8,
        /// Index price in the quote token.
        mark: String,
        /// Longs.
        long: Amount,
        /// Shorts.
        short: Amount,
        /// Longs less shorts.
        net: Amount,
        /// Longs at the mark, quote token.
        long_notional: Amount,
        /// Shorts at the mark, quote token.
        short_notional: Amount,
        /// Largest open interest of a side.
        open_interest_cap: Amount,
        /// Trades are multiples of this.
        lot: Amount,
        /// What longs pay shorts, millionths an hour, a decimal; negative where shorts pay.
        funding: String,
        /// Largest funding, millionths an hour.
        funding_max: u32,
        /// What the pool has, quote token.
        pool: Amount,
        /// What liquidity is worth, quote token.
        pool_equity: Amount,
        /// What the pool owes beyond what it has, quote token.
        deficit: Amount,
        /// All liquidity shares.
        liquidity: String,
        /// Own insurance, quote token.
        tranche: Amount,
        /// Losses that the pool has borne so far, quote token.
        pool_losses: Amount,
        /// Fee of a trade, bps.
        taker_fee: u16,
        /// Liquidation fee, bps of notional: keeper and insurance.
        liquidation_fee: u16,
        /// Largest leverage of a new position, in hundredths: 1 over the initial margin of the first tier.
        max_leverage: u32,
        /// Margin by size.
        tiers: Vec<TierInfo>,
        /// How long profit takes to mature, seconds.
        maturity: u32,
        /// From a request to the removal of liquidity, seconds.
        cooldown: u32,
        /// "active", "reduceOnly", "paused" or "expired".
        status: String,
        /// From when on only reductions are taken, unix seconds; null for never.
        expires_at: Option<i64>,
        /// What is paused in this market.
        pause: Option<PauseInfo>,
    }

    /// The shared insurance fund, in the quote token.
    pub struct FundInfo {
        /// Its address.
        address: String,
        /// All of it.
        total: Amount,
        /// What earns.
        active: Amount,
        /// What is young or leaving.
        passive: Amount,
        /// What it could pay now: what is left of this epoch's part.
        epoch_left: Amount,
        /// Part of itself that it pays in an epoch, bps.
        epoch_cap: u16,
        /// Whether known negative equity stops exits.
        frozen: bool,
        /// Sum of the shortfalls that are reported.
        known_shortfall: Amount,
        /// Seconds from a request to the exit.
        cooldown: i64,
        /// All debts and all losing exposure that it stands behind, in dollars: debts of the quote token.
        coverage: Option<u32>,
    }

    /// Parameters of liquidations.
    pub struct LiquidationInfo {
        /// Least bonus, bps.
        bonus_min: u16,
        /// Largest bonus, bps.
        bonus_max: u16,
        /// Part of the bonus that goes to insurance, bps.
        insurance_share: u16,
        /// Slots between the two touches of a shallow breach; 0 where one touch executes.
        wait_slots: u16,
        /// Slots after a flag in which the bonus does not grow with time.
        grace_slots: u16,
        /// Slots in which the bonus grows to its maximum.
        auction_slots: u16,
        /// A breach deeper than this part of the requirement executes at once, bps.
        deep_breach: u16,
        /// What is left on a side below this value is taken whole, dollars.
        dust: u16,
    }

    /// A change of parameters that waits.
    pub struct ChangeInfo {
        /// Its address.
        address: String,
        /// Number among the group's changes.
        number: String,
        /// What it sets: a bank, a market, the board, a mint, or a role's new holder.
        target: String,
        /// When it was queued, unix seconds.
        queued_at: i64,
        /// From when on it may be executed, unix seconds.
        due_at: i64,
        /// From when on it may not any more, unix seconds.
        expires_at: i64,
        /// "waiting", "due", "executed", "vetoed" or "expired".
        status: String,
        /// The instruction's data, hexadecimal.
        data: String,
    }

    /// One of the last receipts, as the chain keeps it.
    pub struct ReceiptEntryInfo {
        /// Number of the receipt, counted from 0.
        number: String,
        /// Digest of the receipt and all before it, hexadecimal.
        digest: String,
        /// The account.
        account: String,
        /// Slot.
        slot: String,
        /// "liquidation", "position", "bankLoss", "marketLoss" or "deleveraging".
        kind: String,
        /// Token or market; from 128 on a debt to market number − 128.
        leg: u8,
        /// Collateral of a liquidation.
        collateral: u8,
        /// Repaid, closed or written off.
        amount: Amount,
        /// Seized, charged, borne or set apart.
        result: Amount,
    }

    /// The chain of receipts.
    pub struct ReceiptLogInfo {
        /// Its address.
        address: String,
        /// Number of receipts so far.
        count: String,
        /// Digest of the last one, hexadecimal.
        head: String,
        /// The last ones, newest first.
        entries: Vec<ReceiptEntryInfo>,
    }

    /// A group.
    pub struct GroupAnswer {
        /// Slot of the answer.
        slot: String,
        /// Its time, unix seconds.
        time: i64,
        /// The group's address.
        address: String,
        /// Its risk board.
        board: String,
        /// Whether it takes users.
        launched: bool,
        /// May hand roles over.
        admin: String,
        /// May tighten parameters and queue changes.
        risk_manager: String,
        /// May pause and veto.
        guardian: String,
        /// Token that all markets settle in; null before there is one.
        quote_token: Option<u8>,
        /// Tokens.
        tokens: Vec<TokenInfo>,
        /// Markets.
        markets: Vec<MarketInfo>,
        /// The shared fund.
        fund: Option<FundInfo>,
        /// Parameters of liquidations.
        liquidation: LiquidationInfo,
        /// What is paused in the whole group.
        pause: Option<PauseInfo>,
        /// Until when shallow breaches wait after an outage, unix seconds; null where they do not.
        calm_at: Option<i64>,
        /// Changes that were queued.
        changes: Vec<ChangeInfo>,
        /// The chain of receipts.
        receipts: Option<ReceiptLogInfo>,
    }
}
