//! Two touches: a shallow breach is flagged first and liquidated when it lasts.

use breakwater_client::decode::Event;
use breakwater_client::instruction::ALL;
use breakwater_client::interface::config::LiquidationConfig;

use super::{PAIR, Scene, liquidated, two_touches};
use crate::common::{MarginError, Verdict, sol, usd, usdc};

/// At $115 H_maint = −15 of 1,050 required: 1.4 %, shallow. The first call moves nothing; calls that come too soon, or with a
/// new print of one leg only, are refused; three slots and two prints later the breach is liquidated and the flag is gone.
#[tokio::test]
async fn a_shallow_breach_takes_two_touches_and_two_prints() {
    let mut scene = Scene::at(two_touches(), 115).await;
    let claims =
        |bank: breakwater_client::interface::Bank| (bank.deposit_shares, bank.borrow_shares, bank.vault_amount);
    let before = (claims(scene.world.bank("SOL").await), claims(scene.world.bank("USDC").await));
    let held = scene.world.margin_account(&scene.alice.account).await.tokens;
    let sent = scene.liquidate().await.succeeds();
    let [Event::Flagged(event)] = sent.events[..] else { panic!("{:?}", sent.events) };
    assert_eq!((event.slot, event.newest_print), (scene.world.chain.slot(), scene.world.chain.now()));
    assert!(scene.world.margin_account(&scene.alice.account).await.tokens == held, "nothing moves");
    let after = (claims(scene.world.bank("SOL").await), claims(scene.world.bank("USDC").await));
    assert_eq!(before, after);

    scene.liquidate().await.fails_with(MarginError::FlagTooYoung);
    scene.world.chain.skip(2);
    scene.print(115).await;
    if scene.world.chain.slot() < event.slot + 3 {
        scene.liquidate().await.fails_with(MarginError::FlagTooYoung);
    }
    scene.world.chain.skip(3);
    let sent = scene.liquidate().await.succeeds();
    assert!(liquidated(&sent).repay > 0);
    assert_eq!(scene.flag_slot().await, 0, "what is mended is no longer flagged");
}

#[tokio::test]
async fn a_new_print_of_one_leg_confirms_nothing() {
    let mut scene = Scene::at(two_touches(), 115).await;
    scene.liquidate().await.succeeds();
    scene.world.chain.skip(5);
    scene.world.price("USDC", usd(1)).await;
    scene.liquidate().await.fails_with(MarginError::FlagTooYoung);
    scene.world.price("SOL", usd(115)).await;
    scene.liquidate().await.succeeds();
    assert_eq!(scene.flag_slot().await, 0);
}

/// One wick to $115 and back: whoever touches the account takes the flag away, and the next wick is a first touch again.
#[tokio::test]
async fn LIQ_1_one_wick_liquidates_nobody() {
    for by_keeper in [false, true] {
        let mut scene = Scene::at(two_touches(), 115).await;
        scene.touch().await.succeeds();
        scene.world.chain.skip(5);
        scene.print(150).await;
        let sent = if by_keeper { scene.liquidate().await } else { scene.touch().await }.succeeds();
        assert!(matches!(sent.events[..], [Event::FlagCleared(_)]), "{:?}", sent.events);
        scene.liquidate().await.fails_with(MarginError::AccountHealthy);
        scene.touch().await.fails_with(MarginError::AccountHealthy);
        scene.world.chain.skip(5);
        scene.print(115).await;
        let sent = scene.liquidate().await.succeeds();
        assert!(matches!(sent.events[..], [Event::Flagged(_)]), "{:?}", sent.events);
    }
}

/// At $100 H_maint = −150 of 1,050: deeper than 10 %. And at $100.2 with the limit at 50 % equity of 2 is not more than half of
/// the 5 that the least bonus on 1,000 would cost.
#[tokio::test]
async fn a_deep_breach_executes_at_once() {
    let mut scene = Scene::at(two_touches(), 100).await;
    scene.touch().await.fails_with(MarginError::NothingToFlag);
    liquidated(&scene.liquidate().await.succeeds());

    let config = LiquidationConfig { deep_breach: 5_000, ..two_touches() };
    for (cents, deep) in [(10_020, true), (10_040, false)] {
        let mut scene = Scene::with(config).await;
        let price = breakwater_sim::price_path::Price8(cents * 1_000_000);
        scene.world.prices(&[("SOL", price), ("USDC", usd(1))]).await;
        let sent = scene.liquidate().await.succeeds();
        assert_eq!(matches!(sent.events[..], [Event::Liquidated(_)]), deep, "{:?}", sent.events);
    }
}

/// A flag lives for 2T slots. After that the next touch is the first one again: nobody is flagged in advance.
#[tokio::test]
async fn a_flag_expires() {
    for (slots, executes) in [(600, true), (601, false)] {
        let mut scene = Scene::at(two_touches(), 115).await;
        scene.touch().await.succeeds();
        let flagged = scene.flag_slot().await;
        scene.print(115).await;
        scene.world.chain.skip(flagged + slots - scene.world.chain.slot());
        assert_eq!(scene.world.chain.slot(), flagged + slots);
        let sent = scene.liquidate().await.succeeds();
        assert_eq!(matches!(sent.events[..], [Event::Liquidated(_)]), executes, "{slots}: {:?}", sent.events);
    }
}

/// x_t = (age − 10) / 300: β grows from β_min + x_h to β_max, and never beyond.
#[tokio::test]
async fn the_bonus_grows_with_the_age_of_the_flag() {
    let mut seen = Vec::new();
    for slots in [5, 160, 310, 590] {
        let mut scene = Scene::at(two_touches(), 115).await;
        scene.touch().await.succeeds();
        let flagged = scene.flag_slot().await;
        scene.world.chain.skip(slots);
        scene.print(115).await;
        let age = scene.world.chain.slot() - flagged;
        let event = liquidated(&scene.liquidate().await.succeeds());
        let config = two_touches();
        let (min, max) = (u64::from(config.bonus_min) * 100, u64::from(config.bonus_max) * 100);
        let grown = min + (max - min) * (age.saturating_sub(10).min(300) * 1_000_000 / 300) / 1_000_000;
        assert!(u64::from(event.bonus) >= grown.min(max), "{age} slots: {event:?}");
        seen.push(event.bonus);
    }
    assert!(seen[0] < seen[1] && seen[1] < seen[2] && seen[2] == seen[3], "{seen:?}");
}

/// A keeper takes a quarter: the flag stays and the rest needs no new touch.
#[tokio::test]
async fn a_part_keeps_the_flag() {
    let mut scene = Scene::at(two_touches(), 115).await;
    scene.touch().await.succeeds();
    scene.world.chain.skip(5);
    scene.print(115).await;
    let flagged = scene.flag_slot().await;
    scene.keeper.liquidate(&mut scene.world, &scene.alice, PAIR, usdc(60)).await.succeeds();
    assert_eq!(scene.flag_slot().await, flagged);
    liquidated(&scene.keeper.liquidate(&mut scene.world, &scene.alice, PAIR, ALL).await.succeeds());
    assert_eq!(scene.flag_slot().await, 0);
}

/// Flagging costs a stranger his fee and the owner nothing: he may do all that his health allows, and mend it.
#[tokio::test]
async fn flags_bind_nobody() {
    let mut scene = Scene::at(two_touches(), 115).await;
    scene.touch().await.succeeds();
    for _ in 0..3 {
        scene.touch().await.fails_with(MarginError::FlagTooYoung);
    }
    scene.alice.deposit(&mut scene.world, "SOL", sol(10)).await.succeeds();
    scene.print(115).await;
    scene.alice.borrow(&mut scene.world, "USDC", usdc(100)).await.succeeds();
    scene.touch().await.succeeds();
    assert_eq!(scene.flag_slot().await, 0);
}

/// `wait_slots` = 0: one touch executes, as if there were no flags.
#[tokio::test]
async fn without_a_wait_one_touch_executes() {
    let mut scene = Scene::at(LiquidationConfig { wait_slots: 0, ..two_touches() }, 115).await;
    scene.touch().await.fails_with(MarginError::NothingToFlag);
    liquidated(&scene.liquidate().await.succeeds());
}

/// Alice has ETH too, whose index nobody has brought to the board for more than an hour. By an old index nobody is flagged.
#[tokio::test]
async fn no_flag_is_set_by_an_old_index() {
    let mut scene = Scene::with(two_touches()).await;
    scene.alice.deposit(&mut scene.world, "ETH", 1_000).await.succeeds();
    scene.world.sync(&["ETH"]).await.succeeds();
    scene.world.chain.advance(3_601);
    scene.world.prices(&[("SOL", usd(115)), ("USDC", usd(1)), ("ETH", usd(3_000))]).await;
    scene.liquidate().await.fails_with(MarginError::StaleIndex);
    scene.touch().await.fails_with(MarginError::StaleIndex);
    assert_eq!(scene.flag_slot().await, 0);
    scene.world.sync(&["ETH", "SOL", "USDC"]).await.succeeds();
    scene.liquidate().await.succeeds();
    assert!(scene.flag_slot().await > 0);
}
