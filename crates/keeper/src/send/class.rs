//! What a failure means to the keeper: every error of the program in one of five classes. `docs/keeper-errors.md` tells
//! people the same.

use breakwater_client::interface::MarginError;

use crate::job::Outcome;
use crate::journal::Kind;
use crate::node::Failed;

/// What a failure means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Nothing is due (any more).
    Healthy,
    /// Something has changed since it was decided, most often by a competitor: decide again.
    Outcompeted,
    /// A price or a snapshot is too old or no good: it needs a newer one.
    Stale,
    /// It cannot be done now, but it may be later.
    Wait,
    /// A fault of the keeper or of how it is set up: people are told.
    Ours,
}

impl Class {
    /// All of them.
    pub const ALL: [Class; 5] = [Class::Healthy, Class::Outcompeted, Class::Stale, Class::Wait, Class::Ours];
}

/// The class of an error. Exhaustive: an error that the program gets must be put somewhere before the keeper compiles.
pub const fn class(error: MarginError) -> Class {
    use MarginError as E;
    match error {
        E::AccountHealthy | E::OrderNotTriggered => Class::Healthy,

        // The legs, the order, the deficit or the own balance are not what they were.
        E::LegNotFound | E::LegNotChosen | E::RequestTooSmall | E::NothingToFlag => Class::Outcompeted,
        E::NoOrder | E::OrderExpired | E::NoPosition | E::SizeZero | E::ReduceOnlyViolated => Class::Outcompeted,
        E::NotBankrupt | E::NoDeficit | E::NotAWinner | E::AccountIsCurrent => Class::Outcompeted,
        E::PositionIsDebt | E::PositionIsDeposit | E::NoDeposit | E::NoDebt | E::MoreThanOwned => Class::Outcompeted,

        E::OracleNotFullyVerified | E::OracleMalformed | E::OracleFromFuture | E::OracleTooOld => Class::Stale,
        E::OraclePriceNotPositive | E::OracleExponent | E::OraclePriceRange | E::OracleConfidence => Class::Stale,
        E::StalePrice | E::StaleIndex | E::StaleLeg => Class::Stale,

        E::FlagTooYoung | E::Calming | E::VelocityLimit | E::ActionPaused | E::NoLegHelps | E::HealthFell => {
            Class::Wait
        }
        E::BelowThreshold | E::ReduceTooSoon | E::PriceLimitExceeded | E::SizeBelowLot => Class::Wait,
        E::PositionTooSmall | E::OverDepositCap | E::OverUtilisation | E::VaultTooSmall | E::BankReduceOnly => {
            Class::Wait
        }
        E::OutflowLimit | E::ProfitNotMatured | E::NothingToSettle => Class::Wait,

        // Arithmetic, accounts that are passed wrongly, what the keeper's own account cannot bear.
        E::MathOverflow | E::MathDivideByZero | E::MathNegative | E::AmountZero => Class::Ours,
        E::NotAccountOwner | E::NotAccountOwnerOrDelegate | E::AccountOfOtherGroup | E::BankOfOtherGroup => Class::Ours,
        E::BoardOfOtherGroup | E::TokenSlotsFull | E::StrangerMayOnlyTopUp | E::AccountNotEmpty => Class::Ours,
        E::VaultMismatch | E::MintMismatch | E::TokenProgramMismatch | E::BankOfOtherToken => Class::Ours,
        E::OracleOwner | E::OracleFeedMismatch | E::FeedNotListed | E::RefreshAccounts => Class::Ours,
        E::InsufficientHealth | E::LegAccounts | E::BoardMissing | E::MarketOfOtherGroup => Class::Ours,
        E::MarketOfOtherNumber | E::NotQuoteBank | E::FundMissing | E::FundOfOtherGroup => Class::Ours,
        E::ReceiptLogMissing | E::ReceiptLogOfOtherGroup | E::NotAMarginAccount | E::AccountOutdated => Class::Ours,
        E::ShortfallReported | E::QuoteNotSet | E::TokenNotListed | E::MarketNotListed => Class::Ours,
        E::GroupNotLaunched | E::BankInsolvent | E::OverBorrowCap => Class::Ours,

        // What no instruction of a keeper answers with: trades, orders of its own, liquidity, stakes, administration.
        E::MarketPaused | E::MarketReduceOnly | E::MarketExpired | E::MarketInDeficit | E::PerpSlotsFull => Class::Ours,
        E::OverOpenInterest | E::OverSkew | E::CooldownNotOver | E::NoRequest | E::PoolBelowRequirement => Class::Ours,
        E::LiquidityOfOtherMarket | E::NotLiquidityOwner | E::OrderFeeTooHigh | E::OrderMalformed => Class::Ours,
        E::StakeOfOtherFund | E::NotStakeOwner | E::StakeNotEmpty | E::NoYoungStake | E::StakeNotMature => Class::Ours,
        E::NotEnoughUnits | E::NoUnstakeRequest | E::UnstakeTooEarly | E::RequestLapsed => Class::Ours,
        E::ExitsStopped | E::NothingToCollect | E::NotRiskManager | E::TokensFull | E::MintExtension => Class::Ours,
        E::TransferFeeTooHigh | E::MintDecimals | E::NotAMint | E::ConfigAssetWeights => Class::Ours,
        E::ConfigLiabilityWeights | E::ConfigEndBuffer | E::ConfigFeed | E::ConfigLiquidation => Class::Ours,
        E::ConfigCurve | E::ConfigLending | E::ConfigWeightGap | E::ConfigOracleKind | E::MarketsFull => Class::Ours,
        E::QuoteDecimals | E::ConfigFund | E::ConfigTiers | E::ConfigPerpFees | E::ConfigSkew => Class::Ours,
        E::ConfigFunding | E::ConfigPerp | E::ConfigStatus | E::ConfigQuarantine | E::NotAdmin => Class::Ours,
        E::NotGuardian | E::AdminByNonce | E::AdminByProgram | E::ChangeMustWait | E::ChangeMismatch => Class::Ours,
        E::ChangeNotDue | E::ChangeExpired | E::ChangeIsOver | E::ChangeIsWaiting | E::ChangeTooLarge => Class::Ours,
        E::ChangeOfOtherGroup | E::NotGoverned | E::VetoNotAllowed | E::NotProposer | E::UnknownRole => Class::Ours,
        E::RolesNotSeparate | E::GroupIsLaunched | E::UnknownAction | E::PauseTooLong => Class::Ours,
        E::PauseAllowanceUsed | E::PauseScope | E::ChangeOvertaken => Class::Ours,
    }
}

/// When a transaction failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// In its simulation: nothing was sent.
    Simulated,
    /// On chain, after it had passed its simulation.
    Landed,
}

/// What a failure means to the keeper, without regard to what was tried.
pub fn classify(failed: &Failed) -> Outcome {
    match failed {
        Failed::Program { instruction, code } => match MarginError::from_code(*code) {
            Some(error) => of_error(error),
            None => Outcome::Ours(format!(
                "instruction {instruction} failed with code {code}, which is none of Breakwater's: a token account or a \
                 balance of the wallet"
            )),
        },
        Failed::Blockhash => Outcome::Expired,
        Failed::AlreadyProcessed => Outcome::Node("the transaction was processed before".to_owned()),
        Failed::Other(fact) => Outcome::Ours(fact.clone()),
    }
}

/// What a failure means, given what was tried and when it failed.
pub fn judge(kind: Kind, failed: &Failed, stage: Stage) -> Outcome {
    let error = match failed {
        Failed::Program { code, .. } => MarginError::from_code(*code),
        _ => None,
    };
    match (kind, error, classify(failed)) {
        // The health is that of the account with the order: its reduction may not be executed as it stands.
        (Kind::Execute, Some(error @ MarginError::InsufficientHealth), _) => Outcome::Wait(error),
        // It was due when it was simulated: somebody has done it in between.
        (_, _, Outcome::Healthy) if stage == Stage::Landed => Outcome::Outcompeted,
        // It fitted when it was simulated: accounts have changed in between, and with them the work.
        (_, None, _) if stage == Stage::Landed && is_out_of_units(failed) => Outcome::Outcompeted,
        (_, _, outcome) => outcome,
    }
}

/// Whether it used more compute units than it had asked for. The program itself does not abort.
fn is_out_of_units(failed: &Failed) -> bool {
    matches!(failed, Failed::Other(fact) if fact.contains("budget exceeded") || fact.contains("failed to complete"))
}

fn of_error(error: MarginError) -> Outcome {
    match class(error) {
        Class::Healthy => Outcome::Healthy,
        Class::Outcompeted => Outcome::Outcompeted,
        Class::Stale => Outcome::Stale,
        Class::Wait => Outcome::Wait(error),
        Class::Ours => Outcome::Ours(format!("{} ({}): {}", error.name(), error.code(), error.message())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What people read, from the table itself.
    fn rendered() -> String {
        let mut text = String::new();
        for class in Class::ALL {
            text.push_str(&format!("\n### {class:?}\n\n| code | error | fact |\n|---|---|---|\n"));
            for error in MarginError::ALL.iter().filter(|error| super::class(**error) == class) {
                text.push_str(&format!("| {} | `{}` | {} |\n", error.code(), error.name(), error.message()));
            }
        }
        text
    }

    /// Every error of the program is in the document, under its class. `BLESS=1` writes the table anew.
    #[test]
    fn the_document_tells_the_class_of_every_error() {
        const MARK: &str = "<!-- from here on: crates/keeper/src/send/class.rs -->\n";
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/keeper-errors.md");
        let document = std::fs::read_to_string(path).expect("docs/keeper-errors.md");
        let (told, table) = document.split_once(MARK).expect("the mark before the table");
        if std::env::var_os("BLESS").is_some() {
            std::fs::write(path, format!("{told}{MARK}{}", rendered())).expect("docs/keeper-errors.md");
        } else {
            assert_eq!(table, rendered(), "run this test with BLESS=1");
        }
    }

    fn program(error: MarginError) -> Failed {
        Failed::Program { instruction: 3, code: error.code() }
    }

    #[test]
    fn healthy_in_a_simulation_is_healthy_and_on_chain_a_lost_race() {
        let failed = program(MarginError::AccountHealthy);
        assert_eq!(judge(Kind::Liquidate, &failed, Stage::Simulated), Outcome::Healthy);
        assert_eq!(judge(Kind::Liquidate, &failed, Stage::Landed), Outcome::Outcompeted);
    }

    #[test]
    fn health_is_the_keepers_in_a_liquidation_and_the_owners_in_an_order() {
        let failed = program(MarginError::InsufficientHealth);
        assert!(matches!(judge(Kind::Liquidate, &failed, Stage::Simulated), Outcome::Ours(_)));
        let wait = Outcome::Wait(MarginError::InsufficientHealth);
        assert_eq!(judge(Kind::Execute, &failed, Stage::Simulated), wait);
    }

    #[test]
    fn too_few_compute_units_on_chain_are_a_change_since_the_simulation() {
        let failed = Failed::Other("Error processing Instruction 3: Computational budget exceeded".to_owned());
        assert!(matches!(judge(Kind::Liquidate, &failed, Stage::Simulated), Outcome::Ours(_)));
        assert_eq!(judge(Kind::Liquidate, &failed, Stage::Landed), Outcome::Outcompeted);
    }

    #[test]
    fn what_is_no_error_of_the_program_is_told_in_words() {
        let Outcome::Ours(fact) = classify(&Failed::Program { instruction: 2, code: 1 }) else { panic!("ours") };
        assert!(fact.contains("instruction 2") && fact.contains("code 1"), "{fact}");
        assert_eq!(classify(&Failed::Blockhash), Outcome::Expired);
        assert_eq!(classify(&Failed::Other("no SOL".to_owned())), Outcome::Ours("no SOL".to_owned()));
    }
}
