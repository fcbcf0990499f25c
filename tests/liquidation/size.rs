//! How much is repaid and seized, to the unit. The numbers were computed apart from this code from docs/spec.md §5.

use breakwater_client::instruction::ALL;
use breakwater_client::interface::accounts::{SIDE_DEBT, SIDE_DEPOSIT};
use breakwater_client::interface::events::Liquidated;

use super::{Scene, USDC_FOR_SOL, liquidated, scene, under_water};
use crate::common::{MarginError, Verdict, sol, usd, usdc};

/// ```text
/// H_maint = 1,150·0.9 − 1,000·1.05 = −15      Req = 1,050      x_h = 15/105 = 0.142857
/// β       = 0.5 % + 5.5 %·x_h = 1.2857 %      equity 150 is no limit, nor is 0.9·(1.05 − 0.9)/0.9 = 15 %
/// k       = 1.055 − 0.895·1.012857 = 0.148492985
/// H_end   = 1,150·0.895 − 1,000·1.055 = −25.75
/// R       = ceil(25.75 / k) = 173.408866      S = floor(R·1.012857 / 115) = 1.527290293
/// insurance = ceil(R·0.012857·0.4) = 0.891808
/// ```
#[tokio::test]
async fn a_liquidation_moves_exactly_what_the_formulas_say() {
    let Scene { mut world, alice, keeper } = under_water().await;
    let (vaults, before) = ((world.bank("USDC").await, world.bank("SOL").await), world.chain.now());
    let sent = keeper.liquidate(&mut world, &alice, USDC_FOR_SOL, ALL).await.succeeds();
    let expected = Liquidated {
        liquidatee: alice.account.to_bytes(),
        keeper: keeper.account.to_bytes(),
        repay: 173_408_866,
        insurance: 891_808,
        seize: 1_527_290_293,
        debt_price: 18_446_744_073_709,
        collateral_price: 2_121_375_568_476,
        equity_before: 14_999_999_999,
        equity_after: 14_777_048_230,
        health_before: -1_500_000_001,
        health_after: 900_476_397,
        requirement: 105_000_000_000,
        bonus: 12_857,
        debt_token: 1,
        collateral_token: 0,
    };
    assert_eq!(liquidated(&sent), expected);
    assert!(expected.health_after > expected.health_before, "LIQ-2");

    assert_eq!(alice.owed(&mut world, "USDC").await, usdc(1_000) - 173_408_866);
    assert_eq!(alice.deposited(&mut world, "SOL").await, sol(10) - 1_527_290_293);
    assert_eq!(keeper.deposited(&mut world, "USDC").await, usdc(5_000) - 173_408_866 - 891_808);
    assert_eq!(keeper.deposited(&mut world, "SOL").await, 1_527_290_293);
    let (debt, collateral) = (world.bank("USDC").await, world.bank("SOL").await);
    assert_eq!((debt.tranche, collateral.tranche), (891_808, 0), "INS-1");
    assert_eq!((debt.vault_amount, collateral.vault_amount), (vaults.0.vault_amount, vaults.1.vault_amount));
    assert_eq!(world.chain.now(), before);
    // It stops where the account is healthy: a second one at the same prices is refused.
    keeper.liquidate(&mut world, &alice, USDC_FOR_SOL, ALL).await.fails_with(MarginError::AccountHealthy);
}

/// R = 173.408866, a quarter of it rounded up is 43.352217.
#[tokio::test]
async fn a_request_covers_at_least_a_quarter_of_the_plan() {
    let Scene { mut world, alice, keeper } = under_water().await;
    for request in [0, 1, 43_352_216] {
        let sent = keeper.liquidate(&mut world, &alice, USDC_FOR_SOL, request).await;
        sent.fails_with(MarginError::RequestTooSmall);
    }
    let sent = keeper.liquidate(&mut world, &alice, USDC_FOR_SOL, 43_352_217).await.succeeds();
    assert_eq!(liquidated(&sent).repay, 43_352_217);
}

#[tokio::test]
async fn a_request_above_the_plan_is_the_plan() {
    for request in [173_408_866, 173_408_867, ALL] {
        let Scene { mut world, alice, keeper } = under_water().await;
        let sent = keeper.liquidate(&mut world, &alice, USDC_FOR_SOL, request).await.succeeds();
        assert_eq!(liquidated(&sent).repay, 173_408_866, "request {request}");
    }
}

/// A hundredth of the scene: the plan alone would leave a debt of $9.92, less than the dust of $10, so all 12 USDC go.
/// S = floor(12·1.012857 / 115) = 0.105689426 SOL, insurance = ceil(12·0.012857·0.4) = 0.061714 USDC.
#[tokio::test]
async fn what_would_leave_dust_is_taken_whole() {
    let Scene { mut world, keeper, .. } = scene().await;
    let bob = world.trader().await;
    bob.deposit(&mut world, "SOL", 120_000_000).await.succeeds();
    bob.borrow(&mut world, "USDC", usdc(12)).await.succeeds();
    world.prices(&[("SOL", usd(115)), ("USDC", usd(1))]).await;
    let sent = keeper.liquidate(&mut world, &bob, USDC_FOR_SOL, 2_999_999).await;
    sent.fails_with(MarginError::RequestTooSmall);
    let sent = keeper.liquidate(&mut world, &bob, USDC_FOR_SOL, ALL).await.succeeds();
    let event = liquidated(&sent);
    assert_eq!((event.repay, event.seize, event.insurance), (usdc(12), 105_689_426, 61_714));
    assert_eq!(bob.position(&mut world, "USDC", SIDE_DEBT).await, None);
    assert_eq!(bob.deposited(&mut world, "SOL").await, 120_000_000 - 105_689_426);
}

/// A request may leave dust: 3 of 12 USDC, S = floor(3·1.012857 / 115) = 0.026422356 SOL.
#[tokio::test]
async fn a_request_may_leave_dust() {
    let Scene { mut world, keeper, .. } = scene().await;
    let bob = world.trader().await;
    bob.deposit(&mut world, "SOL", 120_000_000).await.succeeds();
    bob.borrow(&mut world, "USDC", usdc(12)).await.succeeds();
    world.prices(&[("SOL", usd(115)), ("USDC", usd(1))]).await;
    let sent = keeper.liquidate(&mut world, &bob, USDC_FOR_SOL, usdc(3)).await.succeeds();
    let event = liquidated(&sent);
    assert_eq!((event.repay, event.seize, event.insurance), (usdc(3), 26_422_356, 15_429));
}

/// At $90 equity is −$100: no bonus is left to give, and the whole deposit goes for what it is worth, 900 USDC. What
/// remains is a debt of 100 USDC without anything to seize.
#[tokio::test]
async fn an_insolvent_account_gives_all_it_has_for_no_bonus() {
    let Scene { mut world, alice, keeper } = scene().await;
    world.prices(&[("SOL", usd(90)), ("USDC", usd(1))]).await;
    let sent = keeper.liquidate(&mut world, &alice, USDC_FOR_SOL, ALL).await.succeeds();
    let event = liquidated(&sent);
    assert_eq!((event.repay, event.seize, event.insurance, event.bonus), (usdc(900), sol(10), 0, 0));
    assert_eq!(alice.position(&mut world, "SOL", SIDE_DEPOSIT).await, None);
    assert_eq!(alice.owed(&mut world, "USDC").await, usdc(100));
    keeper.liquidate(&mut world, &alice, USDC_FOR_SOL, ALL).await.fails_with(MarginError::LegNotFound);
}

/// The bonus never takes more than the equity (LIQ-4): at $101 it is 10 of 1,000, one percent, far below the 6 % that the
/// health factor of 909/1,050 would give.
#[tokio::test]
async fn LIQ_4_the_bonus_leaves_a_solvent_account_solvent() {
    let Scene { mut world, alice, keeper } = scene().await;
    world.prices(&[("SOL", usd(101)), ("USDC", usd(1))]).await;
    let event = liquidated(&keeper.liquidate(&mut world, &alice, USDC_FOR_SOL, ALL).await.succeeds());
    assert_eq!(event.bonus, 9_999, "0.9999 %: the equity is a little below $10");
    assert!(event.equity_after >= 0, "LIQ-4: equity {}", event.equity_after);
}

/// What moves to a keeper counts against no cap, and a bank that is reduce-only is liquidated like any other.
#[tokio::test]
async fn neither_caps_nor_reduce_only_stop_a_liquidation() {
    use breakwater_client::instruction;
    use breakwater_sim::world::default_lending;
    use solana_signer::Signer;
    let Scene { mut world, alice, keeper } = under_water().await;
    let mut closed = default_lending();
    (closed.deposit_cap, closed.borrow_cap, closed.max_utilisation) = (0, 0, 0);
    (closed.base_rate, closed.kink_rate, closed.max_rate) = (0, 0, 0);
    let admin = world.admin.pubkey();
    for symbol in ["SOL", "USDC"] {
        let (group, bank) = (world.group, world.keys(symbol).bank);
        let set = instruction::set_lending(&admin, &group, &bank, closed);
        let switch = instruction::set_reduce_only(&admin, &group, &bank, true);
        world.send_as_admin(&[set, switch]).await.succeeds();
    }
    keeper.liquidate(&mut world, &alice, USDC_FOR_SOL, ALL).await.succeeds();
}

/// A deep breach pays the full bonus: at $105 H_maint = 945 − 1,050 = −105 is 10 % of the requirement.
#[tokio::test]
async fn the_bonus_grows_with_depth_up_to_its_limit() {
    let mut last = 0;
    for (price, most) in [(116, 12_000), (114, 20_000), (110, 60_000), (107, 60_000)] {
        let Scene { mut world, alice, keeper } = scene().await;
        world.prices(&[("SOL", usd(price)), ("USDC", usd(1))]).await;
        let bonus = liquidated(&keeper.liquidate(&mut world, &alice, USDC_FOR_SOL, ALL).await.succeeds()).bonus;
        assert!(last < bonus && bonus <= most, "at {price}: {last} < {bonus} <= {most}");
        last = bonus;
    }
}

/// LIQ-6: what a keeper computes from the bytes of board, bank and account is what happens, to the unit.
#[tokio::test]
async fn LIQ_6_the_plan_of_the_keeper_is_the_plan_of_the_program() {
    use breakwater_client::interface::snapshot::{Own, build};
    use breakwater_client::margin::error::Pair;
    use breakwater_client::margin::{Plan, Request, Snapshot, Target, health, plan_liquidation};
    let Scene { mut world, alice, keeper } = under_water().await;
    world.chain.advance(7);
    let (board, account) = (world.board().await, world.margin_account(&alice.account).await);
    let mut legs = Snapshot::default();
    let now = world.chain.now();
    build(&mut legs, &board, &account, &Own::default(), now).expect("a snapshot");
    let valuation = health::value(&legs).expect("a valuation");
    let request = Request::new(Target::Spot(Pair { debt: 1, collateral: 0 }), 100_000_000);
    let plan = plan_liquidation(&legs, &valuation, &board.liquidation.params(), &request);
    let Ok(Plan::Spot(plan)) = plan else { panic!("not a pair: {plan:?}") };
    let event = liquidated(&keeper.liquidate(&mut world, &alice, USDC_FOR_SOL, 100_000_000).await.succeeds());
    assert_eq!(
        (event.repay, event.seize, event.insurance, event.bonus),
        (plan.repay, plan.seize, plan.insurance, plan.bonus),
        "LIQ-6"
    );
}
