//! Every error's code, name and message, pinned: clients and runbooks match on them. Codes are append-only.

use std::collections::HashSet;

use breakwater_client::interface::MarginError;

#[rustfmt::skip]
const TABLE: &[(u32, &str, &str)] = &[
    (6000, "MathOverflow", "an amount does not fit its integer type"),
    (6001, "NotAccountOwner", "the signer is not the owner of the margin account"),
    (6002, "NotAccountOwnerOrDelegate", "the signer is neither owner nor delegate of the margin account"),
    (6003, "AccountOfOtherGroup", "the margin account belongs to another group"),
    (6004, "BankOfOtherGroup", "the bank belongs to another group"),
    (6005, "BoardOfOtherGroup", "the risk board belongs to another group"),
    (6006, "TokenSlotsFull", "the margin account holds sixteen tokens already"),
    (6007, "PositionIsDebt", "the margin account owes this token: repay it first"),
    (6008, "PositionIsDeposit", "the margin account holds a deposit of this token: withdraw it first"),
    (6009, "NoDeposit", "the margin account holds no deposit of this token"),
    (6010, "NoDebt", "the margin account owes nothing of this token"),
    (6011, "StrangerMayOnlyTopUp", "a third party may deposit only a token that the account already holds"),
    (6012, "AccountNotEmpty", "the margin account still holds a deposit, a debt or a position"),
    (6014, "VaultMismatch", "the vault is not the bank's vault"),
    (6015, "MintMismatch", "the mint is not the bank's mint"),
    (6016, "TokenProgramMismatch", "the token program does not own the mint"),
    (6017, "BankOfOtherToken", "the bank is not that of the token"),
    (6018, "MathDivideByZero", "an amount would be divided by zero"),
    (6019, "MathNegative", "an amount would be negative"),
    (6100, "OracleOwner", "the oracle account is not owned by a Pyth program of the feed's kind"),
    (6101, "OracleFeedMismatch", "the oracle account is not the feed that the risk board expects"),
    (6102, "OracleMalformed", "the oracle account's bytes are not a price"),
    (6103, "OracleNotFullyVerified", "the oracle price is not verified by the full set of guardians"),
    (6104, "OracleFromFuture", "the oracle price is published more than ten seconds in the future"),
    (6105, "OracleTooOld", "the oracle price is older than any action accepts"),
    (6106, "OraclePriceNotPositive", "the oracle price is zero or negative"),
    (6107, "OracleExponent", "the oracle price has an exponent outside -12 to 0"),
    (6108, "OraclePriceRange", "the oracle price does not fit the range of a token's native unit"),
    (6109, "OracleConfidence", "the oracle price's confidence interval is wider than the feed accepts"),
    (6110, "FeedNotListed", "the risk board has no such feed"),
    (6111, "RefreshAccounts", "the number of accounts differs from the number of items to refresh"),
    (6200, "StalePrice", "a leg's price is older than the action accepts"),
    (6201, "StaleIndex", "a leg's index snapshot is older than the action accepts"),
    (6202, "InsufficientHealth", "the margin account's initial health would be negative"),
    (6300, "AccountHealthy", "the margin account is healthy at the best end of the price intervals"),
    (6301, "LegNotFound", "the margin account has no such debt, deposit or position"),
    (6302, "StaleLeg", "the leg's price is too old to repay or seize at"),
    (6303, "LegNotChosen", "another leg is clearly better for the margin account"),
    (6304, "NoLegHelps", "no fresh leg improves the margin account's health"),
    (6305, "RequestTooSmall", "the request is below a quarter of the plan"),
    (6306, "HealthFell", "the liquidation would lower the margin account's health"),
    (6307, "LegAccounts", "the accounts passed stand for no leg of the margin account"),
    (6308, "FlagTooYoung", "the margin account was flagged too recently or a leg's print is not newer than the flag"),
    (6309, "Calming", "shallow breaches wait after an outage of the prices"),
    (6310, "VelocityLimit", "liquidations have moved as much in the window as they may"),
    (6311, "NothingToFlag", "the margin account may be liquidated without a flag"),
    (6401, "NotRiskManager", "the signer is neither admin nor risk manager of the group"),
    (6402, "TokensFull", "the risk board holds thirty-two tokens already"),
    (6404, "MintExtension", "the mint has an extension that is not allowed"),
    (6405, "TransferFeeTooHigh", "the mint's transfer fee exceeds one percent"),
    (6406, "MintDecimals", "the mint has more than twelve decimals"),
    (6407, "NotAMint", "the account is not an initialised mint"),
    (6408, "TokenNotListed", "the risk board has no such token"),
    (6410, "ConfigAssetWeights", "asset weights must rise from initial to maintenance and stay at or below one"),
    (6411, "ConfigLiabilityWeights", "liability weights must fall from initial to maintenance and stay at or above one"),
    (6412, "ConfigEndBuffer", "end weights must be 25 to 100 basis points stricter than maintenance weights"),
    (6413, "ConfigFeed", "the feed's bands or confidence limit are out of bounds"),
    (6414, "ConfigLiquidation", "the bonus, its depth, the insurance share or the dust limit is out of bounds"),
    (6415, "ConfigCurve", "the rate curve must rise and its kink lie between zero and one"),
    (6416, "ConfigLending", "the reserve factor or the utilisation limit is out of bounds"),
    (6417, "ConfigWeightGap", "a first liquidation could start below zero equity with these weights"),
    (6418, "ConfigOracleKind", "the oracle kind is unknown"),
    (6419, "MarketsFull", "the risk board holds thirty-two markets already"),
    (6420, "MarketNotListed", "the risk board has no such market"),
    (6421, "QuoteDecimals", "the quote token has more than six decimals"),
    (6422, "QuoteNotSet", "the group has no quote token yet: create its shared fund first"),
    (6423, "ConfigFund", "the shared fund cannot pay more than all of itself in an epoch"),
    (6424, "ConfigTiers", "margin tiers must rise, with end rates 25 to 100 basis points above maintenance rates"),
    (6425, "ConfigPerpFees", "the market's fees leave no margin for doubt, or its shares exceed the fee"),
    (6426, "ConfigSkew", "the market's open interest is too large for its skew scale, or its leverage exceeds two"),
    (6427, "ConfigFunding", "the market's funding is out of bounds"),
    (6428, "ConfigPerp", "the market's times or deleveraging threshold is out of bounds"),
    (6429, "ConfigStatus", "the market status is unknown"),
    (6500, "AmountZero", "the amount is zero or too small to be worth one share"),
    (6501, "MoreThanOwned", "the amount is more than the margin account owns"),
    (6502, "OverDepositCap", "the bank's deposits would exceed its cap"),
    (6503, "OverBorrowCap", "the bank's debts would exceed its cap"),
    (6504, "OverUtilisation", "the bank's utilisation would exceed its limit"),
    (6505, "VaultTooSmall", "the bank's vault holds less than the amount"),
    (6506, "BankInsolvent", "the bank's vault and debts would not cover its claims"),
    (6507, "BankReduceOnly", "the bank is reduce-only: it takes no new deposits and gives no new loans"),
    (6508, "BoardMissing", "the bank's collateral is capped: pass the risk board, which counts what depositors own"),
    (6600, "SizeZero", "the size is zero"),
    (6601, "ReduceOnlyViolated", "the order would do more than reduce the position"),
    (6602, "ReduceTooSoon", "the position was increased on this print or within the last three slots"),
    (6603, "MarketPaused", "the market is paused: only reductions are taken"),
    (6604, "MarketReduceOnly", "the market is reduce-only"),
    (6605, "MarketExpired", "the market has expired: only reductions are taken"),
    (6606, "MarketInDeficit", "the market's pool owes more than it has"),
    (6607, "SizeBelowLot", "the size is not a multiple of the market's lot"),
    (6608, "PerpSlotsFull", "the margin account holds eight positions already"),
    (6609, "PriceLimitExceeded", "the fill would be worse than the price limit"),
    (6610, "PositionTooSmall", "the position would be worth less than twenty-five quote tokens"),
    (6611, "OverOpenInterest", "the market's open interest on this side would exceed its cap"),
    (6612, "OverSkew", "the market's skew would exceed what its pool can carry"),
    (6613, "NoPosition", "the margin account has no position in this market"),
    (6614, "ProfitNotMatured", "the amount is more than the profit that has matured"),
    (6615, "NothingToSettle", "the position has nothing that can be settled"),
    (6616, "MarketOfOtherGroup", "the market belongs to another group"),
    (6617, "MarketOfOtherNumber", "the market is not the one that was named"),
    (6618, "NotQuoteBank", "the bank is not that of the group's quote token"),
    (6619, "CooldownNotOver", "the cooldown of the liquidity has not passed"),
    (6620, "NoRequest", "no removal of liquidity is requested"),
    (6621, "PoolBelowRequirement", "the removal would leave the pool below its requirement"),
    (6622, "LiquidityOfOtherMarket", "the liquidity belongs to another market"),
    (6623, "NotLiquidityOwner", "the signer is not the owner of the liquidity"),
    (6624, "OrderNotTriggered", "the order's trigger does not hold at the board's prices"),
    (6625, "NoOrder", "the margin account has no such order, or its position is gone"),
    (6626, "OrderExpired", "the order has expired"),
    (6627, "OrderFeeTooHigh", "the order promises its executor more than five quote tokens"),
    (6628, "OrderMalformed", "the order's slot, kind or side is unknown"),
    (6700, "NotBankrupt", "the margin account still holds something to seize or its equity is not negative"),
    (6701, "NoDeficit", "the market's pool can pay all that it owes"),
    (6702, "NotAWinner", "the position has no profit that its owner could lose"),
    (6703, "BelowThreshold", "the position's profit is below the deleveraging threshold of the moment"),
    (6704, "FundMissing", "the group's shared fund must be passed"),
    (6705, "FundOfOtherGroup", "the shared fund belongs to another group"),
    (6706, "ReceiptLogMissing", "the group keeps receipts: its receipt log must be passed"),
    (6707, "ReceiptLogOfOtherGroup", "the receipt log belongs to another group"),
    (6708, "StakeOfOtherFund", "the stake belongs to another fund"),
    (6709, "NotStakeOwner", "the signer is not the owner of the stake"),
    (6710, "StakeNotEmpty", "the stake still holds units"),
    (6711, "NoYoungStake", "the stake has nothing that is young"),
    (6712, "StakeNotMature", "the stake is younger than the seven days after which it may earn"),
    (6713, "NotEnoughUnits", "the stake has fewer active units"),
    (6714, "NoUnstakeRequest", "nothing of the stake is requested to leave"),
    (6715, "UnstakeTooEarly", "the seven days after the request to leave have not passed"),
    (6716, "RequestLapsed", "the window in which the stake could leave has passed: restake it"),
    (6717, "ExitsStopped", "known negative equity exceeds a thousandth of the shared fund: no stake may leave"),
    (6718, "NothingToCollect", "there is no income to collect"),
    (6719, "ShortfallReported", "a shortfall of the margin account is reported: report it again first"),
    (6720, "NotAMarginAccount", "the account is not a margin account of this program"),
    (6721, "AccountIsCurrent", "the margin account has the current layout already"),
    (6722, "AccountOutdated", "the margin account has an older layout: upgrade it first"),
];

#[test]
fn every_error_keeps_its_code_name_and_message() {
    let now: Vec<_> = MarginError::ALL.iter().map(|error| (error.code(), error.name(), error.message())).collect();
    assert_eq!(now, TABLE);
    for error in MarginError::ALL {
        assert_eq!(MarginError::from_code(error.code()), Some(*error));
    }
    assert_eq!(MarginError::from_code(5_999), None);
}

#[test]
fn no_two_errors_share_code_name_or_message_and_none_is_silent() {
    let distinct = |column: Vec<String>| column.iter().collect::<HashSet<_>>().len();
    assert_eq!(distinct(MarginError::ALL.iter().map(|e| e.code().to_string()).collect()), TABLE.len());
    assert_eq!(distinct(MarginError::ALL.iter().map(|e| e.name().to_owned()).collect()), TABLE.len());
    assert_eq!(distinct(MarginError::ALL.iter().map(|e| e.message().to_owned()).collect()), TABLE.len());
    for error in MarginError::ALL {
        let message = error.message();
        assert!(!message.trim().is_empty() && message.trim() == message, "{error:?} says nothing or says it untidily");
    }
}

#[test]
fn codes_rise_within_blocks_of_a_hundred() {
    const BLOCKS: [u32; 8] = [60, 61, 62, 63, 64, 65, 66, 67];
    assert!(TABLE.windows(2).all(|pair| pair[0].0 < pair[1].0));
    assert!(TABLE.iter().all(|row| BLOCKS.contains(&(row.0 / 100))));
}
