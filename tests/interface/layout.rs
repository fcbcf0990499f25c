//! Sizes and offsets of every account, parameter and event, pinned: indexers read them without this crate.
//! `docs/accounts.md` has the same numbers.

use std::mem::offset_of;

use breakwater_client::decode::{account_size, discriminator};
use breakwater_client::interface::accounts::{
    DISCRIMINATOR, Feed, MARGIN_ACCOUNT_SIZE_1, MarketRisk, TokenPosition, TokenRisk,
};
use breakwater_client::interface::config::{
    LendingConfig, LiquidationConfig, OracleConfig, PerpConfig, TierConfig, WeightConfig,
};
use breakwater_client::interface::events::{
    AccountClosed, AccountOpened, AccountUpgraded, BalanceChanged, BankruptcyResolved, ChangeExecuted, ChangeQueued,
    ChangeVetoed, Collected, DelegateSet, Deleveraged, FlagCleared, Flagged, GroupLaunched, Insured, Liquidated,
    LiquidityChanged, MarketListed, MarketLossResolved, OrderCanceled, OrderExecuted, OrderPlaced, ParameterSet,
    PauseSet, PerpLiquidated, PnlSettled, RoleSet, ShortfallReported, StakeChanged, TokenListed, Traded,
};
use breakwater_client::interface::governance::{Pause, PauseAllowance};
use breakwater_client::interface::perp::PerpPosition;
use breakwater_client::interface::quote::{ReturnedLeg, ReturnedQuote};
use breakwater_client::interface::receipt::{
    BankLossInputs, Basis, DeleverageInputs, LiquidationInputs, MarketLossInputs, PerpRecord, RING, ReceiptEntry,
    TokenRecord,
};
use breakwater_client::interface::{
    Bank, Group, InsuranceFund, InsuranceStake, LiquidityPosition, MarginAccount, PerpMarket, QueuedChange, ReceiptLog,
    RiskBoard, TriggerOrder,
};
use bytemuck::Zeroable;

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
    account!(Group, "d1f9d03fb659bafe", 184:
        creator 8, admin 40, risk_manager 72, guardian 104, board 136, number 168, bump 170, launched 171, version 172,
        reserved 173, changes 176);
    layout!(Pause, 0, 16: until 0, actions 8, reserved 9);
    layout!(PauseAllowance, 0, 16: end 0, day 8, used 12);
    account!(QueuedChange, "b2d1d4f031413203", 400:
        group 8, proposer 40, target 72, queued_at 104, due_at 112, expires_at 120, number 128, data 136, length 392,
        status 394, bump 395, reserved 396);
}

#[test]
fn a_board_keeps_its_layout() {
    account!(RiskBoard, "a585f381b96a7038", 12_680:
        group 8, token_count 40, market_count 41, quote_token 42, quote_set 43, liquidation 44, receipts 70, version 71,
        accepted_at 72, calm_at 80, pause 88, pause_allowance 104, halt_until 120, liquidation_set_at 128, feeds 136,
        tokens 7_304, markets 9_352);
    layout!(Feed, 0, 112: price 0, ema 8, publish_time 16, accepted_slot 24, confidence_band 32, listed 36, oracle 40,
        volatility 84, variance 88, sample_price 96, sample_time 104);
    layout!(TokenRisk, 0, 64: deposit_index 0, borrow_index 8, index_time 16, listed_at 24, deposits 32, weights 40,
        feed 60, listed 61, reserved 62);
    layout!(MarketRisk, 0, 104: tiers 0, funding_index 64, funding_time 72, payable 80, maturity 88, keeper_fee 92,
        insurance_fee 94, listed 96, in_deficit 97, reserved 98);
}

#[test]
fn a_bank_keeps_its_layout() {
    account!(Bank, "8e31a6f2324261bc", 304:
        group 8, mint 40, vault 72, vault_amount 104, deposit_shares 112, borrow_shares 120, deposit_index 128,
        borrow_index 136, tranche 144, fees 152, socialised 160, accrued_at 168, bucket_level 176,
        bucket_time 184, outflow_level 192, outflow_time 200, lending 208, lending_set_at 264, weights_set_at 272,
        pause 280, token 296, decimals 297, reduce_only 298, transfer_fee 299, bump 300, vault_bump 301, capped 302,
        version 303);
}

#[test]
fn a_margin_account_keeps_its_layout() {
    account!(MarginAccount, "85dcadd5b3d32bee", 1_312:
        group 8, owner 40, delegate 72, flag_slot 104, flag_time 112, tokens 120, perps 376, orders 1_080,
        number 1_240, version 1_242, bump 1_243, reserved 1_244, shortfall 1_248, reserved_tail 1_256);
    assert_eq!(MARGIN_ACCOUNT_SIZE_1, 1_248, "where version 1 ended, version 2 goes on");
    layout!(TriggerOrder, 0, 40: trigger 0, limit 8, size 16, expires_at 24, fee 32, market 36, kind 37, side 38,
        reserved 39);
    layout!(TokenPosition, 0, 16: shares 0, token 8, side 9, reserved 10);
    layout!(PerpPosition, 0, 88: base 0, quote 8, matured 16, seen 24, secured 32, escrow 40, touched_at 48,
        funding_index 56, increased_at 64, increased_slot 72, market 80, reserved 81);
}

#[test]
fn a_market_keeps_its_layout() {
    account!(PerpMarket, "0adf0c2c6bf537f7", 344:
        group 8, long 40, short 48, claims_quote 56, claims_fraction 64, dust 72, funding_index 80, funding_time 88,
        pool 96, tranche 104, fees 112, liquidity 120, escrow 128, secured 136, deficit_since 144, pool_losses 152,
        expires_at 160, bucket_level 168, bucket_time 176, config 184, config_set_at 312,
        pause 320, market 336, status 337, bump 338, version 339, reserved 340);
}

#[test]
fn a_fund_keeps_its_layout() {
    account!(InsuranceFund, "2b86aa5766108e93", 192:
        group 8, bank 40, shares 72, epoch_start 80, epoch_left 88, epoch_cap 96, bump 98, frozen 99, generation 100,
        passive 104, active_units 112, own_units 120, passive_units 128, known_shortfall 136, frozen_since 144,
        frozen_until 152, reserved 160);
}

#[test]
fn a_stake_keeps_its_layout() {
    account!(InsuranceStake, "6e6ee9a07cbf2da1", 160:
        fund 8, owner 40, active_units 72, young_units 80, young_cap 88, young_since 96, leaving_units 104,
        leaving_cap 112, requested_at 120, generation 128, bump 132, version 133, reserved 134, reserved_tail 136);
}

#[test]
fn receipts_keep_their_layout() {
    account!(ReceiptLog, "1c69b63fd402e639", 6_232: group 8, head 40, count 72, bump 80, reserved 81, entries 88);
    layout!(ReceiptEntry, 0, 96: digest 0, account 32, slot 64, amount 72, result 80, kind 88, leg 89, collateral 90,
        reserved 91);
    layout!(Basis, 0, 56: slot 0, now 8, quote_price 16, quote_ema 24, quote_age 32, index_age 36, quote_band 40,
        quote_liquidation_band 42, quote_volatility 44, quote_token 46, quote_decimals 47, tokens 48, perps 49,
        reserved 50);
    layout!(TokenRecord, 0, 48: amount 0, price 8, ema 16, age 24, band 28, liquidation_band 30, volatility 32,
        initial 34, end 36, maintenance 38, token 40, debt 41, reserved 42);
    layout!(PerpRecord, 0, 128: base 0, quote 8, matured 16, secured 24, payable 32, price 40, ema 48, edges 56,
        rates 88, age 112, band 116, liquidation_band 118, volatility 120, keeper_fee 122, insurance_fee 124,
        market 126, in_deficit 127);
    assert_eq!(size_of::<LiquidationInputs>(), 144);
    assert_eq!((size_of::<BankLossInputs>(), size_of::<MarketLossInputs>()), (152, 232));
    assert_eq!(size_of::<DeleverageInputs>(), 208);
}

/// The ring forgets the oldest entry; the count goes on.
#[test]
fn a_receipt_log_keeps_the_last_entries() {
    let mut log = ReceiptLog::zeroed();
    for n in 0..RING as u64 + 2 {
        log.push(ReceiptEntry { digest: [n as u8 + 1; 32], slot: n, ..ReceiptEntry::zeroed() });
    }
    assert_eq!((log.count, log.head), (RING as u64 + 2, [RING as u8 + 2; 32]));
    assert_eq!((log.entries[0].slot, log.entries[1].slot, log.entries[2].slot), (RING as u64, RING as u64 + 1, 2));
}

#[test]
fn a_share_of_a_pool_keeps_its_layout() {
    account!(LiquidityPosition, "99386a22372a71b0", 112:
        market 8, owner 40, shares 72, requested 80, requested_value 88, requested_at 96, bump 104, reserved 105);
}

#[test]
fn parameters_keep_their_layout() {
    layout!(LendingConfig, 0, 56: deposit_cap 0, borrow_cap 8, tranche_target 16, base_rate 24, kink_utilisation 28,
        kink_rate 32, max_rate 36, reserve_factor 40, max_utilisation 44, velocity 48, outflow_share 52,
        outflow_window 54);
    layout!(WeightConfig, 0, 20: asset_initial 0, asset_end 2, asset_maintenance 4, liability_initial 6,
        liability_end 8, liability_maintenance 10, ramp 12, collateral_cap 16);
    layout!(OracleConfig, 0, 44: feed_id 0, max_confidence 32, confidence_multiple 34, drift 36, max_band 38,
        max_liquidation_band 40, kind 42, decimals 43);
    layout!(LiquidationConfig, 0, 26: bonus_min 0, bonus_max 2, full_bonus_depth 4, insurance_share 6, dust 8,
        wait_slots 10, grace_slots 12, auction_slots 14, deep_breach 16, velocity_window 18, volatility_multiple 20,
        reserved 22);
    layout!(TierConfig, 0, 16: edge 0, initial 8, end 10, maintenance 12, reserved 14);
    layout!(PerpConfig, 0, 128: tiers 0, skew_scale 64, open_interest_cap 72, lot 80, funding_slope 88, funding_max 92,
        maturity 96, cooldown 100, adl_slots 104, taker_fee 108, tranche_share 110, protocol_share 112, keeper_fee 114,
        insurance_fee 116, pool_leverage 118, adl_threshold 120, velocity 122, reserved 124);
}

#[test]
fn events_keep_their_layout() {
    layout!(BalanceChanged, DISCRIMINATOR, 80: account 8, amount 40, shares 48, index 56, token 64, action 72);
    layout!(Liquidated, DISCRIMINATOR, 160: liquidatee 8, keeper 40, repay 72, insurance 80, seize 88, debt_price 96,
        collateral_price 104, equity_before 112, equity_after 120, health_before 128, health_after 136,
        requirement 144, bonus 152, debt_token 156, collateral_token 158);
    layout!(BankruptcyResolved, DISCRIMINATOR, 88: account 8, deficit 40, tranche 48, fund 56, socialised 64,
        deposit_index 72, token 80, reduce_only 84);
    layout!(TokenListed, DISCRIMINATOR, 112: group 8, bank 40, mint 72, token 104);
    layout!(ParameterSet, DISCRIMINATOR, 88: group 8, authority 40, token 72, parameter 80);
    layout!(AccountOpened, DISCRIMINATOR, 104: group 8, account 40, owner 72);
    layout!(AccountClosed, DISCRIMINATOR, 40: account 8);
    layout!(DelegateSet, DISCRIMINATOR, 72: account 8, delegate 40);
}

#[test]
fn events_of_markets_keep_their_layout() {
    layout!(PerpLiquidated, DISCRIMINATOR, 168: liquidatee 8, keeper 40, size 72, mark 80, settled 88, fee 96,
        insurance 104, equity_before 112, equity_after 120, health_before 128, health_after 136, requirement 144,
        base 152, market 160);
    layout!(Traded, DISCRIMINATOR, 120: account 8, delta 40, cost 48, fee 56, mark 64, base 72, quote 80, long 88,
        short 96, funding_index 104, market 112);
    layout!(OrderPlaced, DISCRIMINATOR, 80: account 8, trigger 40, limit 48, size 56, expires_at 64, fee 72, market 76,
        kind 77, side 78, slot 79);
    layout!(OrderCanceled, DISCRIMINATOR, 56: account 8, market 40, slot 48);
    layout!(OrderExecuted, DISCRIMINATOR, 120: account 8, executor 40, size 72, mark 80, trigger 88, fee 96, market 104,
        slot 112);
    layout!(PnlSettled, DISCRIMINATOR, 72: account 8, amount 40, paid 48, quote 56, market 64);
    layout!(LiquidityChanged, DISCRIMINATOR, 104: market 8, owner 40, amount 72, shares 80, liquidity 88, action 96);
    layout!(MarketLossResolved, DISCRIMINATOR, 88: account 8, deficit 40, tranche 48, pool 56, fund 64, left 72,
        market 80);
    layout!(Deleveraged, DISCRIMINATOR, 88: account 8, closed 40, mark 48, taken 56, secured 64, left 72, market 80);
    layout!(Flagged, DISCRIMINATOR, 56: account 8, slot 40, newest_print 48);
    layout!(FlagCleared, DISCRIMINATOR, 48: account 8, slot 40);
    layout!(Insured, DISCRIMINATOR, 80: account 8, receiver 40, amount 72);
    layout!(ChangeQueued, DISCRIMINATOR, 152: group 8, change 40, target 72, proposer 104, due_at 136, expires_at 144);
    layout!(ChangeVetoed, DISCRIMINATOR, 104: group 8, change 40, authority 72);
    layout!(ChangeExecuted, DISCRIMINATOR, 104: group 8, change 40, executor 72);
    layout!(RoleSet, DISCRIMINATOR, 80: group 8, holder 40, role 72);
    layout!(GroupLaunched, DISCRIMINATOR, 40: group 8);
    layout!(PauseSet, DISCRIMINATOR, 88: group 8, scope 40, until 72, actions 80);
    layout!(MarketListed, DISCRIMINATOR, 80: group 8, market 40, number 72);
    layout!(StakeChanged, DISCRIMINATOR, 136: fund 8, owner 40, amount 72, shares 80, active 88, young 96, leaving 104,
        fund_shares 112, fund_passive 120, action 128);
    layout!(Collected, DISCRIMINATOR, 64: source 8, tranche 40, amount 48, shares 56);
    layout!(ShortfallReported, DISCRIMINATOR, 72: account 8, before 40, shortfall 48, known 56, frozen 64);
    layout!(AccountUpgraded, DISCRIMINATOR, 56: account 8, from 40, to 48);
}

#[test]
fn a_returned_quote_keeps_its_layout() {
    layout!(ReturnedQuote, 0, 800: slot 0, time 8, equity 16, initial 24, optimistic 32, maintenance 40, end 48,
        requirement 56, flag_slot 64, flag_time 72, trigger_slot 80, prints_after 88, calm_at 96, repay 104, seize 112,
        size 120, settled 128, fee 136, insurance 144, revenue 152, equity_after 160, maintenance_after 168, end_after 176,
        bonus 184, refusal 188, stage 192, target 193, debt 194, collateral 195, market 196, leg_count 197, reserved 198,
        legs 200);
    layout!(ReturnedLeg, 0, 24: maintenance 0, trigger 8, leg 16, reserved 17);
    const { assert!(size_of::<ReturnedQuote>() <= 1_024, "the runtime's limit of return data") };
}
