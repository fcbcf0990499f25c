//! How many liquidations one sender sustains on the embedded chain. Run with
//! `cargo test --workspace --locked --test sending -- --ignored --nocapture rate`.

use std::time::{Duration, Instant};

use breakwater_keeper::job::Outcome;

use crate::scene::{Scene, borrower, liquidation, world};

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
    let all: Vec<_> = jobs.into_iter().filter_map(|job| sender.submit(job)).map(tokio::spawn).collect();
    let mut done = 0;
    for task in all {
        done += u32::from(matches!(task.await, Ok(Outcome::Done(_))));
    }
    let elapsed = began.elapsed();
    println!("{done} liquidations in {elapsed:?}: {:.0} a second", f64::from(done) / elapsed.as_secs_f64());
    assert_eq!(usize::try_from(done), Ok(ACCOUNTS));
    scene.assert_report(&sender.journal().expect("a journal").report());
}
