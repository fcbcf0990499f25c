//! Sizes and offsets of every account, parameter and event, pinned: indexers read them without this crate.
//! `docs/accounts.md` has the same numbers.

use std::mem::offset_of;

use breakwater_client::decode::{account_size, discriminator};
use breakwater_client::interface::accounts::{DISCRIMINATOR, Feed, MarketRisk, PerpPosition, TokenPosition, TokenRisk};
use breakwater_client::interface::config::{LendingConfig, LiquidationConfig, OracleConfig, WeightConfig};
use breakwater_client::interface::events::{
    AccountClosed, AccountOpened, BalanceChanged, BankruptcyResolved, DelegateSet, Liquidated, ParameterSet,
    TokenListed,
};
use breakwater_client::interface::{Bank, Group, MarginAccount, RiskBoard};

/// Asserts a type's size and the offsets of all its fields, counted from `$from` bytes before the type.
macro_rules! layout {
    ($type:ty, $from:expr, $size:literal: $($field:ident $at:literal),* $(,)?) => {
        assert_eq!($from + size_of::<$type>(), $size, "size of {}", stringify!($type));
        $(assert_eq!($from + offset_of!($type, $field), $at, "{}.{}", stringify!($type), stringify!($field));)*
    };
}

/// As an account's data has it, discriminator in front.
macro_rules! account {
    ($type:ty, $discriminator:literal, $size:literal: $($field:ident $at:literal),* $(,)?) => {
        let hex: String = discriminator("account", stringify!($type)).iter().map(|b| format!("{b:02x}")).collect();
        assert_eq!(hex, $discriminator, "discriminator of {}", stringify!($type));
        assert_eq!(account_size::<$type>(), $size);
        layout!($type, DISCRIMINATOR, $size: $($field $at),*);
    };
}

#[test]
fn a_group_keeps_its_layout() {
    account!(Group, "d1f9d03fb659bafe", 144:
        creator 8, admin 40, risk_manager 72, board 104, number 136, bump 138, reserved 139);
}

#[test]
fn a_board_keeps_its_layout() {
    account!(RiskBoard, "a585f381b96a7038", 9_016:
        group 8, token_count 40, reserved 42, liquidation 44, feeds 56, tokens 5_688, markets 6_968);
    layout!(Feed, 0, 88: price 0, ema 8, publish_time 16, accepted_slot 24, confidence_band 32, listed 36, oracle 40,
        reserved 84);
    layout!(TokenRisk, 0, 40: deposit_index 0, borrow_index 8, index_time 16, weights 24, feed 36, listed 37, reserved 38);
    layout!(MarketRisk, 0, 64: reserved 0);
}

#[test]
fn a_bank_keeps_its_layout() {
    account!(Bank, "8e31a6f2324261bc", 232:
        group 8, mint 40, vault 72, vault_amount 104, deposit_shares 112, borrow_shares 120, deposit_index 128,
        borrow_index 136, tranche 144, fees 152, socialised 160, accrued_at 168, lending 176, token 224, decimals 225,
        reduce_only 226, transfer_fee 227, bump 228, vault_bump 229, reserved 230);
}

#[test]
fn a_margin_account_keeps_its_layout() {
    account!(MarginAccount, "85dcadd5b3d32bee", 768:
        group 8, owner 40, delegate 72, flag_slot 104, flag_time 112, tokens 120, perps 376, number 760, version 762,
        bump 763, reserved 764);
    layout!(TokenPosition, 0, 16: shares 0, token 8, side 9, reserved 10);
    layout!(PerpPosition, 0, 48: base 0, quote 8, matured 16, matured_at 24, funding_index 32, market 40, reserved 41);
}

#[test]
fn parameters_keep_their_layout() {
    layout!(LendingConfig, 0, 48: deposit_cap 0, borrow_cap 8, tranche_target 16, base_rate 24, kink_utilisation 28,
        kink_rate 32, max_rate 36, reserve_factor 40, max_utilisation 44);
    layout!(WeightConfig, 0, 12: asset_initial 0, asset_end 2, asset_maintenance 4, liability_initial 6,
        liability_end 8, liability_maintenance 10);
    layout!(OracleConfig, 0, 44: feed_id 0, max_confidence 32, confidence_multiple 34, drift 36, max_band 38,
        max_liquidation_band 40, kind 42, decimals 43);
    layout!(LiquidationConfig, 0, 12: bonus_min 0, bonus_max 2, full_bonus_depth 4, insurance_share 6, dust 8,
        reserved 10);
}

#[test]
fn events_keep_their_layout() {
    layout!(BalanceChanged, DISCRIMINATOR, 80: account 8, amount 40, shares 48, index 56, token 64, action 72);
    layout!(Liquidated, DISCRIMINATOR, 160: liquidatee 8, keeper 40, repay 72, insurance 80, seize 88, debt_price 96,
        collateral_price 104, equity_before 112, equity_after 120, health_before 128, health_after 136,
        requirement 144, bonus 152, debt_token 156, collateral_token 158);
    layout!(BankruptcyResolved, DISCRIMINATOR, 80: account 8, deficit 40, tranche 48, socialised 56, deposit_index 64,
        token 72, reduce_only 76);
    layout!(TokenListed, DISCRIMINATOR, 112: group 8, bank 40, mint 72, token 104);
    layout!(ParameterSet, DISCRIMINATOR, 88: group 8, authority 40, token 72, parameter 80);
    layout!(AccountOpened, DISCRIMINATOR, 104: group 8, account 40, owner 72);
    layout!(AccountClosed, DISCRIMINATOR, 40: account 8);
    layout!(DelegateSet, DISCRIMINATOR, 72: account 8, delegate 40);
}
