//! The keeper's own inventory on the chain.

use std::collections::BTreeMap;

use breakwater_client::Address;
use breakwater_client::margin::Value;
use breakwater_keeper::inventory::{Cannot, Inventory, Mine, Rules, after, token_wallet};
use breakwater_keeper::job::{Action, Outcome};
use breakwater_keeper::journal::Kind;
use breakwater_sim::tokens;
use solana_signer::Signer;

use crate::scene::{SOL, Scene, USDC, borrower, liquidation, long, provider, refresh, send, view, world};

/// Puts tokens into the wallet's associated account.
fn fill(scene: &Scene, symbol: &str, amount: u64) {
    let world = &mut scene.node.state().world;
    let (wallet, keys) = (scene.keeper.key.pubkey(), world.token(symbol).keys);
    let data = tokens::token_account(&keys.mint, &wallet, amount);
    world.chain.set_data(&token_wallet(&wallet, &keys), &keys.token_program, data);
}

fn wallet(scene: &Scene, symbol: &str) -> u64 {
    let world = &scene.node.state().world;
    world.token_balance(&token_wallet(&scene.keeper.key.pubkey(), &world.token(symbol).keys))
}

async fn net(scene: &Scene, rules: &Rules) -> Vec<(&'static str, u8, Outcome)> {
    let sender = scene.sender();
    let (own, view, items) = {
        let world = &scene.node.state().world;
        (world.margin_account(&scene.keeper.account), view(world), refresh(world))
    };
    sender.net(rules, &own, &view, &items).await
}

/// What was seized goes to the wallet, whose token account is made on the way; sold elsewhere, what it fetched comes back.
#[tokio::test]
async fn what_was_seized_is_withdrawn_and_what_it_fetched_is_deposited() {
    let mut world = world();
    let alice = borrower(&mut world);
    let scene = Scene::new(world);
    scene.price(110);
    assert!(matches!(scene.liquidate(&scene.sender(), &alice).await, Outcome::Done(_)));
    let seized = u64::try_from(scene.holds("SOL")).expect("a deposit");
    let rules = Rules {
        hold: BTreeMap::from([(1, 1_000_000 * USDC)]),
        deposit: true,
        withdraw: true,
        repay: true,
        ..Rules::FREE
    };
    let moved = net(&scene, &rules).await;
    assert!(matches!(moved[..], [("withdraw", 0, Outcome::Done(_))]), "{moved:?}");
    assert_eq!((wallet(&scene, "SOL"), scene.holds("SOL")), (seized, 0));
    let missing = 1_000_000 * USDC - u64::try_from(scene.holds("USDC")).expect("a deposit");
    fill(&scene, "USDC", missing + 5);
    let moved = net(&scene, &rules).await;
    assert!(matches!(moved[..], [("deposit", 1, Outcome::Done(_))]), "{moved:?}");
    assert_eq!((wallet(&scene, "USDC"), scene.holds("USDC")), (5, i128::from(1_000_000 * USDC)));
    assert!(net(&scene, &rules).await.is_empty(), "nothing is left to move");
    let sender = scene.sender();
    let report = sender.journal().expect("a journal").report();
    assert_eq!(report.kinds[&Kind::Inventory].done, 2);
    let tokens = &report.effects.tokens;
    assert_eq!((tokens[&0].net(), tokens[&0].moved_out), (0, seized));
    assert_eq!((tokens[&1].net(), tokens[&1].moved_in), (0, missing));
}

/// A keeper without USDC takes Alice's debt over as a debt of its own, against its SOL; its wallet repays it whole.
#[tokio::test]
async fn a_debt_that_was_taken_over_is_repaid_from_the_wallet() {
    let mut world = world();
    let alice = borrower(&mut world);
    let mut scene = Scene::new(world);
    scene.keeper = {
        let world = &mut scene.node.state().world;
        let keeper = world.trader();
        world.deposit(&keeper, "SOL", 1_000 * SOL).expect("capital");
        keeper
    };
    scene.price(110);
    assert!(matches!(scene.liquidate(&scene.sender(), &alice).await, Outcome::Done(_)));
    let debt = u64::try_from(-scene.holds("USDC")).expect("a debt");
    fill(&scene, "USDC", debt + 7);
    let moved = net(&scene, &Rules { repay: true, ..Rules::FREE }).await;
    assert!(matches!(moved[..], [("repay", 1, Outcome::Done(_))]), "{moved:?}");
    assert_eq!((wallet(&scene, "USDC"), scene.holds("USDC")), (7, 0));
}

/// Spot and perp, from a deposit and into a debt: what the keeper computes of its own account is what the program makes of it.
#[tokio::test]
async fn the_keepers_account_after_a_plan_is_the_programs() {
    for (capital, price) in [(1_000_000 * USDC, 110), (2_000 * USDC, 110), (1_000_000 * USDC, 135)] {
        let mut world = world();
        provider(&mut world, 1_000_000 * USDC);
        let account = if price == 135 { long(&mut world).account } else { borrower(&mut world) };
        let mut scene = Scene::new(world);
        scene.keeper = {
            let world = &mut scene.node.state().world;
            let keeper = world.trader();
            world.deposit(&keeper, "USDC", capital).expect("capital");
            keeper
        };
        scene.price(price);
        let expected = {
            let world = &scene.node.state().world;
            let view = view(world);
            let plan =
                view.step(&world.margin_account(&account), u64::MAX).expect("an answer").told.next.expect("a plan");
            let own = world.margin_account(&scene.keeper.account);
            let mine = Mine { account: &own, board: &view.board, now: view.time };
            after(&mine, &plan.plan).expect("it fits").tokens
        };
        let outcome = scene.liquidate(&scene.sender(), &account).await;
        assert!(matches!(outcome, Outcome::Done(_)), "{outcome:?}");
        assert_eq!(scene.node.state().world.margin_account(&scene.keeper.account).tokens, expected);
    }
}

/// $3,000 of SOL is less than Alice's plan: the keeper asks for as much as it may hold, and the chain serves it.
#[tokio::test]
async fn a_liquidation_is_cut_to_the_exposure_that_the_rules_allow() {
    let mut world = world();
    let alice = borrower(&mut world);
    let scene = Scene::new(world);
    let sender = scene.sender();
    scene.price(110);
    let whole = liquidation(&scene.node.state().world, &alice);
    let shape = |dollars: u32| {
        let mut inventory = Inventory::new(Rules { most_exposure: Value::usd(dollars), ..Rules::FREE });
        let (mut job, world) = (whole.clone(), &scene.node.state().world);
        let (liquidatee, own) = (world.margin_account(&alice), world.margin_account(&scene.keeper.account));
        let shaped = inventory.shape(&mut job, &liquidatee, &own, &view(world));
        // A second keeper's worth of the same while the first is under way.
        let again = inventory.shape(&mut job.clone(), &liquidatee, &own, &view(world));
        (shaped.map(|()| job), again)
    };
    let (shaped, again) = shape(3_000);
    let shaped = shaped.expect("a part fits");
    assert_eq!(again, Err(Cannot::Exposure), "what is under way counts");
    let Action::Liquidate { most, .. } = shaped.action else { panic!("a liquidation") };
    assert!(most < u64::MAX && shaped.gain < whole.gain && shaped.gain > Value::ZERO);
    assert!(matches!(send(&sender, shaped).await, Outcome::Done(_)));
    let worth = scene.holds("SOL") * 110;
    let limit = i128::from(3_000 * SOL);
    assert!(worth <= limit && worth > limit - i128::from(SOL), "{worth}");
    assert_eq!(shape(100_000).0.map(|job| job.action), Ok(whole.action.clone()), "a high limit cuts nothing");
    assert_eq!(shape(100).0.map(|_| ()), Err(Cannot::Exposure), "a quarter of the plan is the least");
}

fn capital(scene: &Scene, amount: u64) -> Address {
    let world = &mut scene.node.state().world;
    let keeper = world.trader();
    world.deposit(&keeper, "USDC", amount).expect("capital");
    keeper.account
}

/// With 600 USDC a keeper can take some of the debt over, with 50 none: the program would say InsufficientHealth.
#[tokio::test]
async fn a_liquidation_is_cut_to_what_the_keepers_health_bears() {
    let mut world = world();
    let alice = borrower(&mut world);
    let scene = Scene::new(world);
    scene.price(110);
    let mut job = liquidation(&scene.node.state().world, &alice);
    let whole = job.gain;
    let (some, little) = (capital(&scene, 800 * USDC), capital(&scene, 10 * USDC));
    let mut shape = |own: &Address| {
        let world = &scene.node.state().world;
        let (liquidatee, own) = (world.margin_account(&alice), world.margin_account(own));
        Inventory::new(Rules::FREE).shape(&mut job, &liquidatee, &own, &view(world)).map(|()| job.gain)
    };
    let none = shape(&little);
    assert!(matches!(none, Err(Cannot::Health(_))), "{none:?}");
    let gain = shape(&some).expect("a part");
    assert!(gain < whole && gain > Value::ZERO, "{gain:?} of {whole:?}");
}

#[tokio::test]
async fn a_keeper_below_its_least_equity_takes_nothing_over() {
    let mut world = world();
    let alice = borrower(&mut world);
    let scene = Scene::new(world);
    scene.price(110);
    let world = &scene.node.state().world;
    let mut job = liquidation(world, &alice);
    let (liquidatee, own) = (world.margin_account(&alice), world.margin_account(&scene.keeper.account));
    let rules = Rules { least_equity: Value::usd(2_000_000), ..Rules::FREE };
    assert_eq!(Inventory::new(rules).shape(&mut job, &liquidatee, &own, &view(world)), Err(Cannot::Equity));
}
