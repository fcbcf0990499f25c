//! Receipts: everything that decided an outcome, chained and repeatable.

use breakwater_client::instruction;
use breakwater_client::interface::ReceiptLog;
use breakwater_client::interface::receipt::{BANK_LOSS, RING, SPOT};
use breakwater_client::receipt::{Fault, ReceiptFile, receipts, replay};
use breakwater_client::{Address, address};
use breakwater_sim::chain::Outcome;
use solana_signer::Signer;

use super::{Scene, default_liquidation, two_touches};
use crate::common::told::{liquidated, written_off};
use crate::common::{InstructionError, MarginError, Verdict, World, usd};

async fn log(world: &mut World) -> ReceiptLog {
    let log = address::receipt_log(&world.group);
    world.chain.state(&log).await
}

/// Alice is liquidated and, after a fall to $10, once more; what is left of her debt is written off.
async fn story() -> (World, Address, ReceiptFile, Vec<Outcome>) {
    let mut scene = Scene::with(default_liquidation()).await;
    scene.world.create_log().await.succeeds();
    let mut sent = Vec::new();
    for price in [115, 10] {
        scene.print(price).await;
        sent.push(scene.liquidate().await.succeeds());
    }
    sent.push(scene.world.resolve_bankruptcy(&scene.alice.account, "USDC").await.succeeds());
    let mut file = ReceiptFile::new(scene.world.group);
    for outcome in &sent {
        receipts(&outcome.logs).into_iter().for_each(|bytes| file.push(bytes));
    }
    (scene.world, scene.alice.account, file, sent)
}

#[tokio::test]
async fn REC_1_a_receipt_follows_from_itself_and_its_log_has_the_same_chain() {
    let (mut world, alice, file, sent) = story().await;
    assert_eq!(file.receipts.len(), 3);
    assert_eq!(file.verify().map(|events| events.len()), Ok(3));
    let log = log(&mut world).await;
    assert_eq!((log.count, log.head), (3, file.head()));

    let (first, loss) = (liquidated(&sent[0]), written_off(&sent[2]));
    let slot = |n: usize| log.entries[n].slot;
    assert!(slot(0) <= slot(1) && slot(1) <= slot(2));
    for (entry, (_, digest)) in log.entries.iter().zip(&file.receipts) {
        assert_eq!((entry.digest, entry.account), (*digest, alice.to_bytes()));
    }
    let entry = &log.entries[0];
    assert_eq!((entry.kind, entry.leg, entry.collateral), (SPOT, 1, 0));
    assert_eq!((entry.amount, entry.result), (first.repay, first.seize));
    let entry = &log.entries[2];
    assert_eq!((entry.kind, entry.leg), (BANK_LOSS, 1));
    assert_eq!((entry.amount, entry.result), (loss.deficit, loss.socialised));
}

#[tokio::test]
async fn REC_1_two_touches_and_a_bonus_that_has_grown_are_repeated() {
    let mut scene = Scene::with(two_touches()).await;
    scene.world.create_log().await.succeeds();
    scene.print(115).await;
    let flagged = scene.touch().await.succeeds();
    assert_eq!(receipts(&flagged.logs).len(), 0, "nothing moves");
    scene.world.chain.skip(100);
    scene.print(115).await;
    let sent = scene.liquidate().await.succeeds();
    let bytes = receipts(&sent.logs).remove(0);
    assert!(replay(&bytes).is_ok(), "{:?}", replay(&bytes));
}

/// Whatever byte is changed, the chain breaks at that receipt.
#[tokio::test]
async fn REC_1_a_receipt_with_one_changed_byte_is_refused() {
    let (_, _, file, _) = story().await;
    for (n, (bytes, _)) in file.receipts.iter().enumerate() {
        for at in 0..bytes.len() {
            let mut changed = file.clone();
            changed.receipts[n].0[at] ^= 1;
            assert_eq!(changed.verify(), Err((n + 1, Fault::Digest)), "byte {at} of receipt {}", n + 1);
        }
    }
    let mut shorter = file.clone();
    shorter.receipts.remove(1);
    assert_eq!(shorter.verify(), Err((2, Fault::Digest)), "one is left out");
}

/// Whoever chains anew what he has changed is caught by the outcome: amounts, prices and health of the event, and prices,
/// amounts and weights of the legs.
#[tokio::test]
async fn REC_1_an_outcome_that_does_not_follow_is_named() {
    let (_, _, file, _) = story().await;
    let bytes = &file.receipts[0].0;
    // Behind discriminator and both accounts: amounts, prices, values, bonus.
    for at in 72..156 {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        assert!(matches!(replay(&changed), Err(Fault::Differs { .. })), "byte {at}: {:?}", replay(&changed));
    }
    // The first leg's amount and price begin behind event, basis, request and parameters.
    let legs = bytes.len() - 2 * 48;
    for at in [legs + 2, legs + 10, legs + 48 + 2, legs + 48 + 10] {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        let fault = replay(&changed).expect_err("another outcome");
        assert!(matches!(fault, Fault::Differs { .. } | Fault::Refused(_)), "byte {at}: {fault}");
    }
    assert_eq!(replay(&bytes[..bytes.len() - 1]), Err(Fault::Malformed));
    assert_eq!(replay(&bytes[8..]), Err(Fault::Malformed));
}

#[tokio::test]
async fn a_group_that_keeps_receipts_wants_its_own_log() {
    let mut scene = Scene::with(default_liquidation()).await;
    scene.world.create_log().await.succeeds();
    scene.print(115).await;
    let own = scene.world.receipt_log.take();
    scene.liquidate().await.fails_with(MarginError::ReceiptLogMissing);

    let (admin, other) = (scene.world.admin.insecure_clone(), scene.world.second_group().await);
    let create = instruction::create_log(&admin.pubkey(), &other.group, &other.board);
    scene.world.chain.send(&[create], &[&admin]).await.succeeds();
    scene.world.receipt_log = Some(address::receipt_log(&other.group));
    scene.liquidate().await.fails_with(MarginError::ReceiptLogOfOtherGroup);
    scene.world.receipt_log = own;
    scene.liquidate().await.succeeds();
}

#[tokio::test]
async fn a_log_is_created_once_by_an_admin() {
    let mut world = World::new().await;
    let stranger = world.chain.funded_key();
    let create = instruction::create_log(&stranger.pubkey(), &world.group, &world.board);
    world.send(&[create], &[&stranger]).await.fails_with(MarginError::NotRiskManager);
    world.create_log().await.succeeds();
    world.prices(&[("SOL", usd(150))]).await;
    world.create_log().await.fails_with(InstructionError::Custom(0));
    let log = log(&mut world).await;
    assert_eq!((log.count, log.head, log.entries.len()), (0, [0; 32], RING));
}
