//! Transactions that would be too large.

use breakwater_client::Address;
use breakwater_client::instruction;
use breakwater_client::margin::Value;
use breakwater_keeper::job::{Action, Outcome};
use breakwater_keeper::journal::Kind;
use breakwater_keeper::send::{MAX_BYTES, Me};

use crate::scene::{Scene, borrower, job, liquidation, send, world};

fn me(scene: &Scene) -> Me {
    crate::scene::sender(&scene.node, &scene.keeper, None, scene.settings.clone()).me().clone()
}

/// An account with everything in it needs some forty accounts for its refresh: more than fit beside the action.
#[test]
fn a_refresh_that_does_not_fit_goes_ahead() {
    let scene = Scene::new(world());
    let me = me(&scene);
    let items: Vec<(u8, Address)> = (0..60).map(|number| (number, Address::new_unique())).collect();
    let touch = instruction::touch(&Address::new_unique(), &me.board);
    let parts = me.split(&items, std::slice::from_ref(&touch)).expect("it can be split");
    assert!(parts.len() == 3, "{}", parts.len());
    let refreshed: Vec<Address> =
        parts.iter().flat_map(|part| &part[0].accounts[1..]).map(|meta| meta.pubkey).collect();
    assert_eq!(refreshed, items.iter().map(|(_, address)| *address).collect::<Vec<_>>(), "all of it, in order");
    assert_eq!(parts.last().and_then(|part| part.last()), Some(&touch), "the action is in the last");
    let one = me.split(&items[..5], std::slice::from_ref(&touch)).expect("it fits");
    assert_eq!((one.len(), one[0].len()), (1, 2));
    assert_eq!(me.split(&[], std::slice::from_ref(&touch)).expect("it fits"), [vec![touch.clone()]]);
    let huge = vec![touch; 400];
    assert_eq!(me.split(&[], &huge), Err(format!("the transaction would have more than {MAX_BYTES} bytes")));
}

/// The refreshes are transactions of their own, in the journal like all others.
#[tokio::test]
async fn refreshes_ahead_are_sent_and_told() {
    let mut world = world();
    let alice = borrower(&mut world);
    let scene = Scene::new(world);
    let sender = scene.sender();
    scene.price(110);
    let mut job = liquidation(&scene.node.state().world, &alice);
    // The same three feeds in copies of their accounts: each is a known print, which changes nothing.
    {
        let world = &mut scene.node.state().world;
        let items = job.refresh.clone();
        for (number, oracle) in items.iter().cycle().take(30) {
            let copy = world.chain.keys.address();
            let account = world.chain.account(oracle).expect("an oracle");
            world.chain.set_account(&copy, account);
            job.refresh.push((*number, copy));
        }
    }
    assert!(matches!(send(&sender, job).await, Outcome::Done(_)));
    let report = sender.journal().expect("a journal").report();
    assert_eq!((report.kinds[&Kind::Refresh].done, report.kinds[&Kind::Liquidate].done), (1, 1));
    scene.assert_report(&report);
}

/// Without anything to refresh there is no such instruction.
#[tokio::test]
async fn a_job_without_a_refresh_has_none() {
    let mut world = world();
    let alice = borrower(&mut world);
    let scene = Scene::new(world);
    let sender = scene.sender();
    scene.price(110);
    let mut bare = liquidation(&scene.node.state().world, &alice);
    bare.refresh.clear();
    assert!(matches!(send(&sender, bare).await, Outcome::Done(_)));
    let healthy = job(&scene.node.state().world, &alice, Action::Flag, Value::ZERO);
    assert_eq!(send(&sender, healthy).await, Outcome::Healthy);
}
