//! Keepers that die in the middle: nothing that landed is forgotten, and nothing is counted twice.

use std::sync::Arc;

use breakwater_client::Address;
use breakwater_keeper::job::Outcome;
use breakwater_keeper::journal::{Journal, Kind};

use crate::scene::{Scene, USDC, borrower, liquidation, send, world};

fn crowd(count: usize) -> (Scene, Vec<Address>) {
    let mut world = world();
    let accounts = (0..count).map(|_| borrower(&mut world)).collect();
    (Scene::new(world), accounts)
}

/// The keeper dies after its transaction was handed over and before it knows what became of it. The next one finds out.
#[tokio::test]
async fn a_keeper_that_was_killed_after_sending_recovers_to_what_the_chain_says() {
    let (scene, accounts) = crowd(1);
    let sender = scene.sender();
    scene.price(110);
    scene.node.state().faults.forgetful = true;
    let job = liquidation(&scene.node.state().world, &accounts[0]);
    let mut sending = Box::pin(sender.submit(job).expect("free"));
    while scene.node.state().count() == 0 {
        tokio::select! {
            outcome = &mut sending => panic!("{outcome:?}"),
            () = tokio::task::yield_now() => {}
        }
    }
    drop(sending);
    assert_eq!(sender.journal().expect("a journal").unsettled().len(), 1);
    assert!(!sender.is_free(&accounts[0]), "what is in doubt is left alone");
    drop(sender);
    scene.node.state().faults.forgetful = false;

    let sender = scene.sender();
    let before = sender.journal().expect("a journal").report();
    assert_eq!((before.unsettled, before.kinds[&Kind::Liquidate].sent), (1, 1));
    let recovered = sender.recover().await;
    assert!(matches!(recovered[..], [(_, Outcome::Done(_))]), "{recovered:?}");
    let report = sender.journal().expect("a journal").report();
    assert_eq!(report.effects.liquidations, 1);
    scene.assert_report(&report);
    assert_eq!(Journal::report_of(&scene.file.0).expect("readable"), report, "the file says the same");
    assert!(sender.recover().await.is_empty(), "nothing is counted twice");
}

/// The keeper dies between the journal and the network: its transaction expires.
#[tokio::test]
async fn a_transaction_that_was_taken_down_and_never_sent_expires() {
    let (scene, accounts) = crowd(1);
    let sender = scene.sender();
    scene.price(110);
    scene.node.state().faults.drop = u64::MAX;
    let job = liquidation(&scene.node.state().world, &accounts[0]);
    let mut sending = Box::pin(sender.submit(job).expect("free"));
    while scene.node.state().sends == 0 {
        tokio::select! {
            outcome = &mut sending => panic!("{outcome:?}"),
            () = tokio::task::yield_now() => {}
        }
    }
    drop(sending);
    drop(sender);
    scene.node.state().faults.drop = 0;
    let sender = scene.sender();
    let looked = sender.look_up().await.expect("the node answers");
    assert_eq!((looked.open, looked.settled.len()), (1, 0), "it may still land");
    let recovered = sender.recover().await;
    assert!(matches!(recovered[..], [(_, Outcome::Expired)]), "{recovered:?}");
    let report = sender.journal().expect("a journal").report();
    assert_eq!((report.kinds[&Kind::Liquidate].expired, report.fees), (1, 0));
    scene.assert_report(&report);
    assert!(matches!(scene.liquidate(&sender, &accounts[0]).await, Outcome::Done(_)));
    scene.assert_report(&sender.journal().expect("a journal").report());
}

/// The node falls silent after the sending: the transaction stays in doubt, and its account is left alone until it is known.
#[tokio::test]
async fn a_silent_node_leaves_a_transaction_in_doubt() {
    let (scene, accounts) = crowd(1);
    let sender = scene.sender();
    scene.price(110);
    scene.node.state().faults.delay = 20;
    let job = liquidation(&scene.node.state().world, &accounts[0]);
    let mut sending = Box::pin(sender.submit(job).expect("free"));
    let outcome = loop {
        tokio::select! {
            outcome = &mut sending => break outcome,
            () = tokio::task::yield_now() => {
                let mut state = scene.node.state();
                state.faults.silent = state.sends > 0;
            }
        }
    };
    assert!(matches!(outcome, Outcome::Node(_)), "{outcome:?}");
    assert!(!sender.is_free(&accounts[0]));
    assert!(sender.look_up().await.is_err());
    scene.node.state().faults.silent = false;
    scene.node.state().pass(20);
    assert!(matches!(sender.recover().await[..], [(_, Outcome::Done(_))]));
    assert!(sender.is_free(&accounts[0]));
    scene.assert_report(&sender.journal().expect("a journal").report());
}

/// Forty accounts fall in three crashes, five at a time; broadcasts are lost, landings are late, and the keeper is killed again
/// and again. In the end the report is what the chain says, to the unit and to the lamport.
#[tokio::test]
async fn after_a_crash_with_kills_the_report_equals_the_chain_to_the_unit() {
    let (mut scene, accounts) = crowd(40);
    scene.settings.at_once = 5;
    let mut kills = 0;
    for usd in [112, 100, 90] {
        scene.price(usd);
        for round in 0.. {
            assert!(round < 100, "accounts stay under water at ${usd}");
            let sender = scene.sender();
            sender.recover().await;
            let due: Vec<Address> = {
                let world = &scene.node.state().world;
                let broken = |account: &&Address| world.valuation(account).expect("valued").1.is_liquidatable();
                accounts.iter().filter(broken).copied().collect()
            };
            if due.is_empty() {
                break;
            }
            let jobs: Vec<_> = {
                let mut state = scene.node.state();
                (state.faults.drop, state.faults.delay) = (due.len() as u64 / 3, 2);
                due.iter().map(|account| liquidation(&state.world, account)).collect()
            };
            let goal = scene.node.state().count() + due.len() / 2 + 1;
            let all: Vec<_> = jobs.into_iter().map(|job| tokio::spawn(send_one(sender.clone(), job))).collect();
            // Killed once half of them are on chain, whatever the others are doing.
            while scene.node.state().count() < goal && !all.iter().all(|task| task.is_finished()) {
                tokio::time::sleep(std::time::Duration::from_micros(100)).await;
            }
            for task in &all {
                kills += u32::from(!task.is_finished());
                task.abort();
            }
            for task in all {
                let _ = task.await;
            }
            // Whatever was under way passes by.
            scene.node.state().pass(10);
        }
    }
    let report = Journal::report_of(&scene.file.0).expect("readable");
    assert!(report.effects.liquidations >= 60, "{report:?}");
    assert!(kills > 5, "{kills} transactions were left in the middle");
    assert_eq!(report.effects.tokens[&1].gained, 0);
    scene.assert_report(&report);
    assert!(scene.holds("USDC") < i128::from(1_000_000 * USDC));
}

async fn send_one(sender: Arc<breakwater_keeper::send::Sender>, job: breakwater_keeper::job::Job) -> Outcome {
    send(&sender, job).await
}

/// A log that the node cut tells not what was done: the report says that it is incomplete.
#[tokio::test]
async fn a_cut_log_is_told() {
    let (scene, accounts) = crowd(1);
    let sender = scene.sender();
    scene.price(110);
    scene.node.state().faults.cut = true;
    assert!(matches!(scene.liquidate(&sender, &accounts[0]).await, Outcome::Done(_)));
    let report = sender.journal().expect("a journal").report();
    assert_eq!((report.effects.incomplete, report.effects.liquidations), (1, 0));
    assert!(report.to_string().contains("1 transactions did more than their logs"), "{report}");
}
