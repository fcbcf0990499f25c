//! What an action would do, before it is signed.

use super::{Amount, RatesInfo, Standing, answers};

answers! {
    /// What a trade would be filled at.
    pub struct FillInfo {
        /// Signed base.
        size: Amount,
        /// Paid by a buy, received by a sale, fee apart, quote token.
        cost: Amount,
        /// Fee, quote token.
        fee: Amount,
        /// Index price, in the quote token.
        mark: String,
        /// Average price, fee apart, in the quote token.
        price: String,
        /// What it costs beyond the index, fee apart, quote token; negative where the skew pays.
        impact: Amount,
        /// The same as a part of the notional, millionths.
        impact_ppm: String,
        /// Worst price to name in the instruction, quote units for one base unit × 2^44.
        limit: String,
        /// The same for people, in the quote token.
        limit_price: String,
    }

    /// An action before it is signed.
    pub struct PreviewAnswer {
        /// How the account stands now.
        before: Standing,
        /// How it would stand.
        after: Standing,
        /// What leaves the wallet; null for other actions than deposits and repayments.
        sent: Option<Amount>,
        /// What arrives or leaves, is settled, comes, goes or is recorded.
        amount: Amount,
        /// Liquidity shares that are minted, burned or requested; shares of the position or the stake for others.
        shares: String,
        /// PnL that is settled, quote token: positive for a profit that is given up.
        settled: Option<Amount>,
        /// The fill of a trade.
        fill: Option<FillInfo>,
        /// The bank's rates afterwards, where the action moves its tokens.
        rates: Option<RatesInfo>,
    }

    /// Liquidity of a market's pool.
    pub struct LiquidityRow {
        /// Its address.
        address: String,
        /// Number of the market.
        market: u8,
        /// Shares.
        shares: String,
        /// What they are worth at the least, quote token.
        worth: Amount,
        /// Shares whose removal is requested.
        requested: String,
        /// What they were worth at the request, quote token.
        requested_value: Amount,
        /// From when on they can be removed, unix seconds; null without a request.
        opens_at: Option<i64>,
        /// Until when, unix seconds.
        closes_at: Option<i64>,
    }

    /// A stake in the shared fund.
    pub struct StakeRow {
        /// Its address.
        address: String,
        /// Units of the active pool.
        active_units: String,
        /// What they are worth, quote token.
        active: Amount,
        /// What has not matured, quote token.
        young: Amount,
        /// When it does, unix seconds; null where nothing is young.
        matures_at: Option<i64>,
        /// What is to leave, quote token.
        leaving: Amount,
        /// From when on it can, unix seconds; null without a request.
        opens_at: Option<i64>,
        /// "waiting", "open" or "lapsed"; null without a request.
        exit: Option<String>,
        /// Whether the fund has lost everything since, and the stake with it.
        is_void: bool,
    }

    /// What an owner has in a group.
    pub struct OwnerAnswer {
        /// Margin accounts, by their number.
        accounts: Vec<OwnedAccount>,
        /// Liquidity.
        liquidity: Vec<LiquidityRow>,
        /// Stake in the shared fund.
        stake: Option<StakeRow>,
    }

    /// A margin account of an owner.
    pub struct OwnedAccount {
        /// Its address.
        address: String,
        /// Number among the owner's.
        number: u16,
        /// Equity, dollars.
        equity: String,
    }
}
