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

/// The two token legs of a spot liquidation, by their numbers on the risk board.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair {
    /// Token of the debt to repay.
    pub debt: u8,
    /// Token of the deposit to seize.
    pub collateral: u8,
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
    /// Another pair of legs scores better by more than the tolerance.
    LegNotChosen(Pair),
    /// No pair of fresh legs improves health.
    NoLegHelps,
    /// The request is below a quarter of the plan.
    RequestTooSmall,
    /// The account still holds something to seize, or its equity is not negative.
    NotBankrupt,

    /// A perp leg is present; perps are not implemented yet.
    PerpUnsupported,
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
