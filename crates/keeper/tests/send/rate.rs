//! How many liquidations one sender sustains on the embedded chain. Run with
//! `cargo test --workspace --locked --test sending -- --ignored --nocapture rate`.

use std::sync::Arc;
use std::time::{Duration, Instant};

use breakwater_keeper::job::{Job, Outcome};
use breakwater_keeper::send::Sender;

use crate::scene::{Scene, borrower, liquidation, send, world};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "prints a figure of this machine"]
async fn liquidations_in_a_second() {
    const ACCOUNTS: usize = 300;
    let mut world = world();
    let accounts: Vec<_> = (0..ACCOUNTS).map(|_| borrower(&mut world)).collect();
    let mut scene = Scene::new(world);
    scene.settings.poll = Duration::from_millis(1);
    let sender = scene.sender();
    scene.price(112);
    let jobs: Vec<_> = accounts.iter().map(|account| liquidation(&scene.node.state().world, account)).collect();
    let began = Instant::now();
    let all: Vec<_> = jobs.into_iter().map(|job| tokio::spawn(until_done(sender.clone(), job))).collect();
    let mut done = 0;
    for task in all {
        task.await.expect("no panic");
        done += 1;
    }
    let elapsed = began.elapsed();
    println!("{done} liquidations in {elapsed:?}: {:.0} a second", f64::from(done) / elapsed.as_secs_f64());
    scene.assert_report(&sender.journal().expect("a journal").report());
}

/// A block of this chain passes with every question, so that a slow disk lets blockhashes expire.
async fn until_done(sender: Arc<Sender>, job: Job) {
    loop {
        match send(&sender, job.clone()).await {
            Outcome::Done(_) => return,
            Outcome::Expired => {}
            other => panic!("{other:?}"),
        }
    }
}
