//! What a network and other keepers do to a transaction.

use breakwater_client::interface::MarginError;
use breakwater_client::margin::Value;
use breakwater_keeper::job::{Action, Outcome};
use breakwater_keeper::journal::Kind;
use breakwater_keeper::node::{Failed, NodeError};
use breakwater_sim::world::Trader;

use crate::scene::{Scene, USDC, borrower, job, liquidation, send, sender, world};

/// Alice under water, and a keeper that sends.
fn under_water() -> (Scene, breakwater_client::Address) {
    let mut world = world();
    let alice = borrower(&mut world);
    let scene = Scene::new(world);
    scene.price(110);
    (scene, alice)
}

fn second_keeper(scene: &Scene) -> Trader {
    let world = &mut scene.node.state().world;
    let keeper = world.trader();
    world.deposit(&keeper, "USDC", 1_000_000 * USDC).expect("capital");
    keeper
}

/// Both pass their simulation before either lands; the second lands on an account that is healthy by then, and pays its fee.
#[tokio::test]
async fn the_loser_of_a_race_is_outcompeted() {
    let (scene, alice) = under_water();
    let other = second_keeper(&scene);
    let file = crate::scene::TemporaryFile::new();
    let owner = crate::scene::owner(&scene.node.state(), &other);
    let journal = breakwater_keeper::journal::Journal::open(&file.0, &owner).expect("a journal");
    let theirs = sender(&scene.node, &other, Some(std::sync::Arc::new(journal)), scene.settings.clone());
    let ours = scene.sender();
    scene.node.state().faults.delay = 3;
    let (first, second) = tokio::join!(scene.liquidate(&theirs, &alice), scene.liquidate(&ours, &alice));
    // Whose line was written first is the disk's affair.
    let lost = matches!(first, Outcome::Done(_));
    let (winner, loser) = if lost { (first, second) } else { (second, first) };
    assert!(matches!(winner, Outcome::Done(_)), "{winner:?}");
    assert_eq!(loser, Outcome::Outcompeted);
    let report = ours.journal().expect("a journal").report();
    let count = report.kinds[&Kind::Liquidate];
    assert_eq!((count.failed, count.done, report.effects.liquidations), (lost.into(), (!lost).into(), (!lost).into()));
    assert!(report.fees > 0);
    scene.assert_report(&report);
}

/// Somebody was faster before the simulation: nothing is sent and nothing paid.
#[tokio::test]
async fn a_healthy_account_is_not_sent_for() {
    let (scene, alice) = under_water();
    let sender = scene.sender();
    let late = liquidation(&scene.node.state().world, &alice);
    assert!(matches!(scene.liquidate(&sender, &alice).await, Outcome::Done(_)));
    let paid = scene.paid();
    assert_eq!(send(&sender, late).await, Outcome::Healthy);
    assert_eq!(scene.paid(), paid);
    assert_eq!(sender.journal().expect("a journal").report().kinds[&Kind::Liquidate].sent, 1);
}

/// 61 seconds after its print a price is too old to liquidate by; without a newer one in the oracle's account there is nothing
/// to send.
#[tokio::test]
async fn an_old_price_is_stale() {
    let (scene, alice) = under_water();
    let sender = scene.sender();
    // So deep that the interval of an old price is under water too.
    scene.price(105);
    let mut late = liquidation(&scene.node.state().world, &alice);
    scene.node.state().world.chain.advance(61);
    late.refresh.clear();
    assert_eq!(send(&sender, late).await, Outcome::Stale);
    assert_eq!(scene.paid(), 0);
}

/// What the first broadcasts lose, a later one brings.
#[tokio::test]
async fn what_is_lost_is_sent_again() {
    let (scene, alice) = under_water();
    let sender = scene.sender();
    scene.node.state().faults.drop = 5;
    assert!(matches!(scene.liquidate(&sender, &alice).await, Outcome::Done(_)));
    let state = scene.node.state();
    assert_eq!((state.sends, state.count()), (6, 1));
    drop(state);
    scene.assert_report(&sender.journal().expect("a journal").report());
}

/// Every repetition is the same transaction: however late the first lands, there is one.
#[tokio::test]
async fn a_late_landing_is_one_landing() {
    let (scene, alice) = under_water();
    let sender = scene.sender();
    scene.node.state().faults.delay = 40;
    assert!(matches!(scene.liquidate(&sender, &alice).await, Outcome::Done(_)));
    let state = scene.node.state();
    assert!(state.sends > 1 && state.count() == 1, "{} sent", state.sends);
    drop(state);
    scene.assert_report(&sender.journal().expect("a journal").report());
}

/// Nothing lands in 150 blocks: the blockhash is void, nothing was paid, and the account is free for another job.
#[tokio::test]
async fn what_never_lands_expires() {
    let (scene, alice) = under_water();
    let sender = scene.sender();
    scene.node.state().faults.drop = u64::MAX;
    assert_eq!(scene.liquidate(&sender, &alice).await, Outcome::Expired);
    let report = sender.journal().expect("a journal").report();
    assert_eq!((report.kinds[&Kind::Liquidate].expired, report.fees), (1, 0));
    scene.assert_report(&report);
    scene.node.state().faults.drop = 0;
    assert!(matches!(scene.liquidate(&sender, &alice).await, Outcome::Done(_)));
}

/// The node has lost the status, but not the transaction: it is no expiry.
#[tokio::test]
async fn what_landed_without_a_status_is_found() {
    let (scene, alice) = under_water();
    let sender = scene.sender();
    scene.node.state().faults.forgetful = true;
    assert!(matches!(scene.liquidate(&sender, &alice).await, Outcome::Done(_)));
    scene.assert_report(&sender.journal().expect("a journal").report());
}

/// A gain of a thousandth of a cent pays no fee.
#[tokio::test]
async fn fees_above_the_share_of_the_gain_are_unprofitable() {
    let (scene, alice) = under_water();
    let sender = scene.sender();
    let mut poor = liquidation(&scene.node.state().world, &alice);
    poor.gain = Value(Value::usd(1).0 / 100_000);
    assert_eq!(send(&sender, poor.clone()).await, Outcome::Unprofitable);
    poor.gain = Value::ZERO;
    assert_eq!(send(&sender, poor).await, Outcome::Unprofitable);
    assert_eq!((scene.paid(), scene.node.state().sends), (0, 0));
}

#[tokio::test]
async fn an_account_has_one_job_at_a_time() {
    let (scene, alice) = under_water();
    let sender = scene.sender();
    let one = liquidation(&scene.node.state().world, &alice);
    let sending = sender.submit(one.clone()).expect("free");
    assert!(sender.submit(one.clone()).is_none() && !sender.is_free(&alice));
    assert_eq!(sender.in_flight(), 1);
    assert!(matches!(sending.await, Outcome::Done(_)));
    assert!(sender.is_free(&alice) && sender.submit(one).is_some());
}

/// Without a journal nothing is sent.
#[tokio::test]
async fn a_dry_run_ends_with_the_simulation() {
    let (scene, alice) = under_water();
    let dry = sender(&scene.node, &scene.keeper, None, scene.settings.clone());
    assert_eq!(scene.liquidate(&dry, &alice).await, Outcome::Dry);
    assert_eq!((scene.paid(), scene.node.state().sends), (0, 0));
}

#[tokio::test]
async fn a_failing_simulation_sends_nothing() {
    let (scene, alice) = under_water();
    let sender = scene.sender();
    let unreachable = NodeError::Unreachable { method: "simulateTransaction", fact: "connection refused".to_owned() };
    scene.node.state().faults.simulation = Some(unreachable.clone());
    assert_eq!(scene.liquidate(&sender, &alice).await, Outcome::Node(unreachable.to_string()));
    scene.node.state().faults.simulation =
        Some(NodeError::Transaction(Failed::Program { instruction: 3, code: MarginError::Calming.code() }));
    assert_eq!(scene.liquidate(&sender, &alice).await, Outcome::Wait(MarginError::Calming));
    assert_eq!(scene.node.state().sends, 0);
}

/// A wallet without SOL and a margin account without capital are faults of the keeper's own.
#[tokio::test]
async fn a_keeper_without_means_is_told_so() {
    let (mut scene, alice) = under_water();
    scene.keeper = scene.node.state().world.trader();
    let sender = scene.sender();
    match scene.liquidate(&sender, &alice).await {
        Outcome::Ours(fact) => assert!(fact.starts_with("InsufficientHealth (6202)"), "{fact}"),
        other => panic!("{other:?}"),
    }
    let wallet = solana_signer::Signer::pubkey(&scene.keeper.key);
    scene.node.state().world.chain.set_account(&wallet, solana_account::Account::default());
    let healthy = job(&scene.node.state().world, &alice, Action::Flag, Value::ZERO);
    assert!(matches!(send(&sender, healthy).await, Outcome::Ours(_)));
    assert_eq!(scene.node.state().sends, 0);
}

/// What the node refuses outright is nowhere: it is settled at once, and its account is free.
#[tokio::test]
async fn a_refused_transaction_is_settled_at_once() {
    let (scene, alice) = under_water();
    let sender = scene.sender();
    let failed = Failed::Program { instruction: 3, code: MarginError::AccountHealthy.code() };
    scene.node.state().faults.refusal = Some(NodeError::Transaction(failed));
    scene.node.state().faults.drop = 1;
    assert_eq!(scene.liquidate(&sender, &alice).await, Outcome::Healthy);
    assert!(sender.is_free(&alice));
    scene.assert_report(&sender.journal().expect("a journal").report());
}

/// Whatever the node says of a transaction that is on chain all the same, the chain decides.
#[tokio::test]
async fn a_refused_transaction_that_landed_is_done() {
    let refusals = [
        NodeError::Transaction(Failed::AlreadyProcessed),
        NodeError::Transaction(Failed::Blockhash),
        NodeError::Refused { method: "sendTransaction", fact: "too many requests".to_owned() },
        NodeError::Unreachable { method: "sendTransaction", fact: "connection reset".to_owned() },
    ];
    for refusal in refusals {
        for forgetful in [false, true] {
            let (scene, alice) = under_water();
            let sender = scene.sender();
            scene.node.state().faults.refusal = Some(refusal.clone());
            scene.node.state().faults.forgetful = forgetful;
            let outcome = scene.liquidate(&sender, &alice).await;
            assert!(matches!(outcome, Outcome::Done(_)), "{refusal}: {outcome:?}");
            scene.assert_report(&sender.journal().expect("a journal").report());
        }
    }
}
