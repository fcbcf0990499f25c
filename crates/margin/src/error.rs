//! Why a calculation or a decision is refused. No strings: the interface gives each cause its code and message.

/// An arithmetic failure. It never happens on amounts that a configured bank can hold; it is an error value all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MathError {
    /// A result does not fit its integer type.
    Overflow,
    /// A divisor is 0.
    DivideByZero,
    /// A result would be below 0 where only amounts ≥ 0 exist.
    Negative,
}

/// The two legs of a spot liquidation, by their numbers on the risk board: tokens, or from 128 on what is owed to or by a
/// market.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair {
    /// The debt to repay.
    pub debt: u8,
    /// The deposit or the profit to seize.
    pub collateral: u8,
}

/// What a liquidation is aimed at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// Repay a debt, seize collateral.
    Spot(Pair),
    /// Settle and close the position in a market.
    Perp(u8),
}

/// An economic reason to refuse an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The arithmetic failed.
    Math(MathError),

    /// The print is published further in the future than the clock tolerance allows.
    PrintFromFuture,
    /// The print is too old for any action.
    PrintTooOld,
    /// The price is 0 or below.
    PriceNotPositive,
    /// The exponent is outside the supported range.
    ExponentOutOfRange,
    /// The normalised price does not fit its range.
    PriceOutOfRange,
    /// The confidence interval is wider than the feed allows.
    ConfidenceTooWide,

    /// A leg's price is older than the action allows.
    StalePrice,
    /// A leg's index snapshot is older than the action allows.
    StaleIndex,
    /// Initial health would be below 0.
    InsufficientHealth,

    /// The account is healthy at the optimistic end of the price interval.
    AccountHealthy,
    /// The account holds no such debt or no such deposit.
    LegNotFound,
    /// The passed leg's price is too old to repay or seize at.
    StaleLeg,
    /// Another leg or pair scores better by more than the tolerance.
    LegNotChosen(Target),
    /// No pair of fresh legs improves health.
    NoLegHelps,
    /// The request is below a quarter of the plan.
    RequestTooSmall,
    /// The account still holds something to seize, or its equity is not negative.
    NotBankrupt,
    /// The account has been flagged too recently, or a leg's print is not newer than the flag.
    FlagTooYoung,
    /// Shallow breaches wait after an outage.
    Calming,
    /// Liquidations have moved as much in the window as they may.
    VelocityLimit,

    /// The size is 0.
    SizeZero,
    /// The order would do more than reduce the position.
    ReduceOnlyViolated,
    /// The position was increased on this print or within three slots.
    ReduceTooSoon,
    /// The market is paused.
    MarketPaused,
    /// The market takes reductions only.
    MarketReduceOnly,
    /// The market has expired.
    MarketExpired,
    /// The market's pool owes more than it has.
    MarketInDeficit,
    /// The size is not a multiple of the lot.
    SizeBelowLot,
    /// The fill would be worse than the trader's limit.
    PriceLimitExceeded,
    /// The position would be smaller than the least that may be opened.
    PositionTooSmall,
    /// Open interest would exceed the market's cap.
    OverOpenInterest,
    /// The skew would exceed what the pool can carry.
    OverSkew,
    /// There is no such position.
    NoPosition,
    /// More profit than has matured.
    ProfitNotMatured,
    /// The amount is too small to be worth one liquidity share.
    AmountZero,
    /// Nothing can be settled.
    NothingToSettle,
    /// The pool would be left below its requirement.
    PoolBelowRequirement,
    /// The market's pool can pay all that it owes.
    NoDeficit,
    /// The position has no profit beyond what is secured, or its account owes all of it to others.
    NotAWinner,
    /// The position's profit is below the threshold of the moment.
    BelowThreshold,

    /// The order's trigger does not hold.
    OrderNotTriggered,
    /// There is no such order, or its position is gone.
    NoOrder,
    /// The order's time is over.
    OrderExpired,
    /// The order promises its executor too much.
    OrderFeeTooHigh,

    /// No young stake is held.
    NoYoungStake,
    /// The stake is younger than it must be to earn.
    StakeNotMature,
    /// The stake has fewer units.
    NotEnoughUnits,
    /// Nothing is to leave.
    NoUnstakeRequest,
    /// The cooldown of the request has not passed.
    UnstakeTooEarly,
    /// The window of the request has passed.
    RequestLapsed,

    /// A configured parameter is outside its bound.
    Config(crate::config::ConfigError),
    /// A lending rule refuses the amount.
    Lending(crate::lending::LendingError),
}

impl From<MathError> for Refusal {
    fn from(e: MathError) -> Self {
        Refusal::Math(e)
    }
}

impl From<crate::config::ConfigError> for Refusal {
    fn from(e: crate::config::ConfigError) -> Self {
        Refusal::Config(e)
    }
}

impl From<crate::lending::LendingError> for Refusal {
    fn from(e: crate::lending::LendingError) -> Self {
        Refusal::Lending(e)
    }
}
