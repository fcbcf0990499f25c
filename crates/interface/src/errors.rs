//! Every cause of failure with its code, name and message. Codes are append-only inside their blocks; a test pins them.

use breakwater_margin::config::ConfigError;
use breakwater_margin::lending::LendingError;
use breakwater_margin::{MathError, Refusal};

macro_rules! errors {
    ($($name:ident = $code:tt, $message:tt;)*) => {
        /// Why an instruction fails.
        #[cfg(feature = "anchor")]
        #[anchor_lang::prelude::error_code(offset = 0)]
        #[derive(Debug, PartialEq, Eq)]
        pub enum MarginError { $(#[doc = $message] #[msg($message)] $name = $code,)* }

        /// Why an instruction fails.
        #[cfg(not(feature = "anchor"))]
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u32)]
        pub enum MarginError { $(#[doc = $message] $name = $code,)* }

        impl MarginError {
            /// All errors in the order of their codes.
            pub const ALL: &'static [MarginError] = &[$(MarginError::$name,)*];

            /// The code that a failed transaction carries.
            pub const fn code(self) -> u32 {
                self as u32
            }

            /// The error's name.
            pub const fn name(self) -> &'static str {
                match self { $(MarginError::$name => stringify!($name),)* }
            }

            /// The fact that the error states.
            pub const fn message(self) -> &'static str {
                match self { $(MarginError::$name => $message,)* }
            }

            /// The error with a code.
            pub const fn from_code(code: u32) -> Option<MarginError> {
                match code { $($code => Some(MarginError::$name),)* _ => None }
            }
        }
    };
}

errors! {
    // 60xx account
    MathOverflow = 6000, "an amount does not fit its integer type";
    NotAccountOwner = 6001, "the signer is not the owner of the margin account";
    NotAccountOwnerOrDelegate = 6002, "the signer is neither owner nor delegate of the margin account";
    AccountOfOtherGroup = 6003, "the margin account belongs to another group";
    BankOfOtherGroup = 6004, "the bank belongs to another group";
    BoardOfOtherGroup = 6005, "the risk board belongs to another group";
    TokenSlotsFull = 6006, "the margin account holds sixteen tokens already";
    PositionIsDebt = 6007, "the margin account owes this token: repay it first";
    PositionIsDeposit = 6008, "the margin account holds a deposit of this token: withdraw it first";
    NoDeposit = 6009, "the margin account holds no deposit of this token";
    NoDebt = 6010, "the margin account owes nothing of this token";
    StrangerMayOnlyTopUp = 6011, "a third party may deposit only a token that the account already holds";
    AccountNotEmpty = 6012, "the margin account still holds a deposit, a debt or a position";
    VaultMismatch = 6014, "the vault is not the bank's vault";
    MintMismatch = 6015, "the mint is not the bank's mint";
    TokenProgramMismatch = 6016, "the token program does not own the mint";
    BankOfOtherToken = 6017, "the bank is not that of the token";
    MathDivideByZero = 6018, "an amount would be divided by zero";
    MathNegative = 6019, "an amount would be negative";

    // 61xx oracle
    OracleOwner = 6100, "the oracle account is not owned by a Pyth program of the feed's kind";
    OracleFeedMismatch = 6101, "the oracle account is not the feed that the risk board expects";
    OracleMalformed = 6102, "the oracle account's bytes are not a price";
    OracleNotFullyVerified = 6103, "the oracle price is not verified by the full set of guardians";
    OracleFromFuture = 6104, "the oracle price is published more than ten seconds in the future";
    OracleTooOld = 6105, "the oracle price is older than any action accepts";
    OraclePriceNotPositive = 6106, "the oracle price is zero or negative";
    OracleExponent = 6107, "the oracle price has an exponent outside -12 to 0";
    OraclePriceRange = 6108, "the oracle price does not fit the range of a token's native unit";
    OracleConfidence = 6109, "the oracle price's confidence interval is wider than the feed accepts";
    FeedNotListed = 6110, "the risk board has no such feed";
    RefreshAccounts = 6111, "the number of accounts differs from the number of items to refresh";

    // 62xx health
    StalePrice = 6200, "a leg's price is older than the action accepts";
    StaleIndex = 6201, "a leg's index snapshot is older than the action accepts";
    InsufficientHealth = 6202, "the margin account's initial health would be negative";

    // 63xx liquidation
    AccountHealthy = 6300, "the margin account is healthy at the best end of the price intervals";
    LegNotFound = 6301, "the margin account has no such debt, deposit or position";
    StaleLeg = 6302, "the leg's price is too old to repay or seize at";
    LegNotChosen = 6303, "another leg is clearly better for the margin account";
    NoLegHelps = 6304, "no fresh leg improves the margin account's health";
    RequestTooSmall = 6305, "the request is below a quarter of the plan";
    HealthFell = 6306, "the liquidation would lower the margin account's health";
    LegAccounts = 6307, "the accounts passed stand for no leg of the margin account";
    FlagTooYoung = 6308, "the margin account was flagged too recently or a leg's print is not newer than the flag";
    Calming = 6309, "shallow breaches wait after an outage of the prices";
    VelocityLimit = 6310, "liquidations have moved as much in the window as they may";
    NothingToFlag = 6311, "the margin account may be liquidated without a flag";

    // 64xx admin
    NotRiskManager = 6401, "the signer is neither admin nor risk manager of the group";
    TokensFull = 6402, "the risk board holds thirty-two tokens already";
    MintExtension = 6404, "the mint has an extension that is not allowed";
    TransferFeeTooHigh = 6405, "the mint's transfer fee exceeds one percent";
    MintDecimals = 6406, "the mint has more than twelve decimals";
    NotAMint = 6407, "the account is not an initialised mint";
    TokenNotListed = 6408, "the risk board has no such token";
    ConfigAssetWeights = 6410, "asset weights must rise from initial to maintenance and stay at or below one";
    ConfigLiabilityWeights = 6411, "liability weights must fall from initial to maintenance and stay at or above one";
    ConfigEndBuffer = 6412, "end weights must be 25 to 100 basis points stricter than maintenance weights";
    ConfigFeed = 6413, "the feed's bands or confidence limit are out of bounds";
    ConfigLiquidation = 6414, "the bonus, its depth, the insurance share or the dust limit is out of bounds";
    ConfigCurve = 6415, "the rate curve must rise and its kink lie between zero and one";
    ConfigLending = 6416, "the reserve factor, the utilisation limit or the brake on outflow is out of bounds";
    ConfigWeightGap = 6417, "a first liquidation could start below zero equity with these weights";
    ConfigOracleKind = 6418, "the oracle kind is unknown";
    MarketsFull = 6419, "the risk board holds thirty-two markets already";
    MarketNotListed = 6420, "the risk board has no such market";
    QuoteDecimals = 6421, "the quote token has more than six decimals";
    QuoteNotSet = 6422, "the group has no quote token yet: create its shared fund first";
    ConfigFund = 6423, "the shared fund cannot pay more than all of itself in an epoch";
    ConfigTiers = 6424, "margin tiers must rise, with end rates 25 to 100 basis points above maintenance rates";
    ConfigPerpFees = 6425, "the market's fees leave no margin for doubt, or its shares exceed the fee";
    ConfigSkew = 6426, "the market's open interest is too large for its skew scale, or its leverage exceeds two";
    ConfigFunding = 6427, "the market's funding is out of bounds";
    ConfigPerp = 6428, "the market's times or deleveraging threshold is out of bounds";
    ConfigStatus = 6429, "the market status is unknown";

    // 65xx lending
    AmountZero = 6500, "the amount is zero or too small to be worth one share";
    MoreThanOwned = 6501, "the amount is more than the margin account owns";
    OverDepositCap = 6502, "the bank's deposits would exceed its cap";
    OverBorrowCap = 6503, "the bank's debts would exceed its cap";
    OverUtilisation = 6504, "the bank's utilisation would exceed its limit";
    VaultTooSmall = 6505, "the bank's vault holds less than the amount";
    BankInsolvent = 6506, "the bank's vault and debts would not cover its claims";
    BankReduceOnly = 6507, "the bank is reduce-only: it takes no new deposits and gives no new loans";
    BoardMissing = 6508, "the bank's collateral is capped: pass the risk board, which counts what depositors own";
    OutflowLimit = 6509, "the bank's net outflow in the window would exceed its limit";

    // 66xx perp
    SizeZero = 6600, "the size is zero";
    ReduceOnlyViolated = 6601, "the order would do more than reduce the position";
    ReduceTooSoon = 6602, "the position was increased on this print or within the last three slots";
    MarketPaused = 6603, "the market is paused: only reductions are taken";
    MarketReduceOnly = 6604, "the market is reduce-only";
    MarketExpired = 6605, "the market has expired: only reductions are taken";
    MarketInDeficit = 6606, "the market's pool owes more than it has";
    SizeBelowLot = 6607, "the size is not a multiple of the market's lot";
    PerpSlotsFull = 6608, "the margin account holds eight positions already";
    PriceLimitExceeded = 6609, "the fill would be worse than the price limit";
    PositionTooSmall = 6610, "the position would be worth less than twenty-five quote tokens";
    OverOpenInterest = 6611, "the market's open interest on this side would exceed its cap";
    OverSkew = 6612, "the market's skew would exceed what its pool can carry";
    NoPosition = 6613, "the margin account has no position in this market";
    ProfitNotMatured = 6614, "the amount is more than the profit that has matured";
    NothingToSettle = 6615, "the position has nothing that can be settled";
    MarketOfOtherGroup = 6616, "the market belongs to another group";
    MarketOfOtherNumber = 6617, "the market is not the one that was named";
    NotQuoteBank = 6618, "the bank is not that of the group's quote token";
    CooldownNotOver = 6619, "the cooldown of the liquidity has not passed";
    NoRequest = 6620, "no removal of liquidity is requested";
    PoolBelowRequirement = 6621, "the removal would leave the pool below its requirement";
    LiquidityOfOtherMarket = 6622, "the liquidity belongs to another market";
    NotLiquidityOwner = 6623, "the signer is not the owner of the liquidity";
    OrderNotTriggered = 6624, "the order's trigger does not hold at the board's prices";
    NoOrder = 6625, "the margin account has no such order, or its position is gone";
    OrderExpired = 6626, "the order has expired";
    OrderFeeTooHigh = 6627, "the order promises its executor more than five quote tokens";
    OrderMalformed = 6628, "the order's slot, kind or side is unknown";

    // 67xx insurance and waterfall
    NotBankrupt = 6700, "the margin account still holds something to seize or its equity is not negative";
    NoDeficit = 6701, "the market's pool can pay all that it owes";
    NotAWinner = 6702, "the position has no profit that its owner could lose";
    BelowThreshold = 6703, "the position's profit is below the deleveraging threshold of the moment";
    FundMissing = 6704, "the group's shared fund must be passed";
    FundOfOtherGroup = 6705, "the shared fund belongs to another group";
    ReceiptLogMissing = 6706, "the group keeps receipts: its receipt log must be passed";
    ReceiptLogOfOtherGroup = 6707, "the receipt log belongs to another group";
    StakeOfOtherFund = 6708, "the stake belongs to another fund";
    NotStakeOwner = 6709, "the signer is not the owner of the stake";
    StakeNotEmpty = 6710, "the stake still holds units";
    NoYoungStake = 6711, "the stake has nothing that is young";
    StakeNotMature = 6712, "the stake is younger than the seven days after which it may earn";
    NotEnoughUnits = 6713, "the stake has fewer active units";
    NoUnstakeRequest = 6714, "nothing of the stake is requested to leave";
    UnstakeTooEarly = 6715, "the seven days after the request to leave have not passed";
    RequestLapsed = 6716, "the window in which the stake could leave has passed: restake it";
    ExitsStopped = 6717, "known negative equity exceeds a thousandth of the shared fund: no stake may leave";
    NothingToCollect = 6718, "there is no income to collect";
    ShortfallReported = 6719, "a shortfall of the margin account is reported: report it again first";
    NotAMarginAccount = 6720, "the account is not a margin account of this program";
    AccountIsCurrent = 6721, "the margin account has the current layout already";
    AccountOutdated = 6722, "the margin account has an older layout: upgrade it first";

    // 68xx governance
    NotAdmin = 6800, "the signer is not the admin of the group";
    NotGuardian = 6801, "the signer is not the guardian of the group";
    AdminByNonce = 6802, "an administrative instruction may not stand in a transaction with a durable nonce";
    AdminByProgram = 6803, "an administrative instruction may not be called by another program";
    ChangeMustWait = 6804, "the change loosens a parameter, touches a liquidation or lists something: queue it";
    ChangeMismatch = 6805, "the queued change is another instruction, or one for another account";
    ChangeNotDue = 6806, "the queued change is not due yet";
    ChangeExpired = 6807, "the queued change has expired";
    ChangeIsOver = 6808, "the queued change was executed, vetoed or taken back";
    ChangeIsWaiting = 6809, "the queued change may still be executed";
    ChangeTooLarge = 6810, "the change goes further than one change may";
    ChangeOfOtherGroup = 6811, "the queued change belongs to another group";
    NotGoverned = 6812, "the instruction data is none that waits in the queue";
    VetoNotAllowed = 6813, "the signer may not veto this change";
    NotProposer = 6814, "the rent goes back to who queued the change";
    UnknownRole = 6815, "the role is unknown";
    RolesNotSeparate = 6816, "the guardian must be neither admin nor risk manager";
    GroupNotLaunched = 6817, "the group is not launched yet: it takes no users";
    GroupIsLaunched = 6818, "the group is launched already";
    ActionPaused = 6819, "the guardian has paused this action; the pause ends by itself";
    UnknownAction = 6820, "the pause names no action, or an unknown one";
    PauseTooLong = 6821, "a pause lasts between one second and six hours";
    PauseAllowanceUsed = 6822, "twelve hours of this day are paused already";
    PauseScope = 6823, "a pause is of the group, of one bank or of one market";
    ChangeOvertaken = 6824, "another change of these parameters took effect since this one was queued: queue it again";
    ConfigQuarantine = 6825, "a token listed after the launch needs a ramp of fourteen days and a cap of at most a million dollars";
}

impl From<MathError> for MarginError {
    fn from(e: MathError) -> Self {
        match e {
            MathError::Overflow => MarginError::MathOverflow,
            MathError::DivideByZero => MarginError::MathDivideByZero,
            MathError::Negative => MarginError::MathNegative,
        }
    }
}

impl From<Refusal> for MarginError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Math(e) => e.into(),
            Refusal::PrintFromFuture => MarginError::OracleFromFuture,
            Refusal::PrintTooOld => MarginError::OracleTooOld,
            Refusal::PriceNotPositive => MarginError::OraclePriceNotPositive,
            Refusal::ExponentOutOfRange => MarginError::OracleExponent,
            Refusal::PriceOutOfRange => MarginError::OraclePriceRange,
            Refusal::ConfidenceTooWide => MarginError::OracleConfidence,
            Refusal::StalePrice => MarginError::StalePrice,
            Refusal::StaleIndex => MarginError::StaleIndex,
            Refusal::InsufficientHealth => MarginError::InsufficientHealth,
            Refusal::AccountHealthy => MarginError::AccountHealthy,
            Refusal::LegNotFound => MarginError::LegNotFound,
            Refusal::StaleLeg => MarginError::StaleLeg,
            Refusal::LegNotChosen(_) => MarginError::LegNotChosen,
            Refusal::NoLegHelps => MarginError::NoLegHelps,
            Refusal::RequestTooSmall => MarginError::RequestTooSmall,
            Refusal::NotBankrupt => MarginError::NotBankrupt,
            Refusal::FlagTooYoung => MarginError::FlagTooYoung,
            Refusal::Calming => MarginError::Calming,
            Refusal::VelocityLimit => MarginError::VelocityLimit,
            Refusal::SizeZero => MarginError::SizeZero,
            Refusal::ReduceOnlyViolated => MarginError::ReduceOnlyViolated,
            Refusal::ReduceTooSoon => MarginError::ReduceTooSoon,
            Refusal::MarketPaused => MarginError::MarketPaused,
            Refusal::MarketReduceOnly => MarginError::MarketReduceOnly,
            Refusal::MarketExpired => MarginError::MarketExpired,
            Refusal::MarketInDeficit => MarginError::MarketInDeficit,
            Refusal::SizeBelowLot => MarginError::SizeBelowLot,
            Refusal::PriceLimitExceeded => MarginError::PriceLimitExceeded,
            Refusal::PositionTooSmall => MarginError::PositionTooSmall,
            Refusal::OverOpenInterest => MarginError::OverOpenInterest,
            Refusal::OverSkew => MarginError::OverSkew,
            Refusal::NoPosition => MarginError::NoPosition,
            Refusal::ProfitNotMatured => MarginError::ProfitNotMatured,
            Refusal::AmountZero => MarginError::AmountZero,
            Refusal::NothingToSettle => MarginError::NothingToSettle,
            Refusal::PoolBelowRequirement => MarginError::PoolBelowRequirement,
            Refusal::NoDeficit => MarginError::NoDeficit,
            Refusal::NotAWinner => MarginError::NotAWinner,
            Refusal::BelowThreshold => MarginError::BelowThreshold,
            Refusal::OrderNotTriggered => MarginError::OrderNotTriggered,
            Refusal::NoOrder => MarginError::NoOrder,
            Refusal::OrderExpired => MarginError::OrderExpired,
            Refusal::OrderFeeTooHigh => MarginError::OrderFeeTooHigh,
            Refusal::NoYoungStake => MarginError::NoYoungStake,
            Refusal::StakeNotMature => MarginError::StakeNotMature,
            Refusal::NotEnoughUnits => MarginError::NotEnoughUnits,
            Refusal::NoUnstakeRequest => MarginError::NoUnstakeRequest,
            Refusal::UnstakeTooEarly => MarginError::UnstakeTooEarly,
            Refusal::RequestLapsed => MarginError::RequestLapsed,
            Refusal::Config(e) => e.into(),
            Refusal::Lending(e) => e.into(),
        }
    }
}

impl From<ConfigError> for MarginError {
    fn from(e: ConfigError) -> Self {
        match e {
            ConfigError::AssetWeights => MarginError::ConfigAssetWeights,
            ConfigError::LiabilityWeights => MarginError::ConfigLiabilityWeights,
            ConfigError::EndBuffer => MarginError::ConfigEndBuffer,
            ConfigError::Feed => MarginError::ConfigFeed,
            ConfigError::Liquidation => MarginError::ConfigLiquidation,
            ConfigError::Curve => MarginError::ConfigCurve,
            ConfigError::Lending => MarginError::ConfigLending,
            ConfigError::WeightGap => MarginError::ConfigWeightGap,
            ConfigError::Tiers => MarginError::ConfigTiers,
            ConfigError::PerpFees => MarginError::ConfigPerpFees,
            ConfigError::Skew => MarginError::ConfigSkew,
            ConfigError::Funding => MarginError::ConfigFunding,
            ConfigError::Perp => MarginError::ConfigPerp,
        }
    }
}

impl From<LendingError> for MarginError {
    fn from(e: LendingError) -> Self {
        match e {
            LendingError::MoreThanOwned => MarginError::MoreThanOwned,
            LendingError::OverDepositCap => MarginError::OverDepositCap,
            LendingError::OverBorrowCap => MarginError::OverBorrowCap,
            LendingError::OverUtilisation => MarginError::OverUtilisation,
            LendingError::VaultTooSmall => MarginError::VaultTooSmall,
            LendingError::Insolvent => MarginError::BankInsolvent,
            LendingError::OutflowLimit => MarginError::OutflowLimit,
        }
    }
}
