//! Publishes prices and brings them to the board, once a second and whenever somebody has moved them.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use breakwater_tests::local::people::with_units;
use breakwater_tests::local::place::{Place, Prices};
use breakwater_tests::local::rpc::{Outcome, Rpc, Trouble};
use solana_keypair::Keypair;

use crate::prices::Market;

/// Between two prints.
const BEAT: Duration = Duration::from_secs(1);
/// The node's time is looked at this often until its second is over: a print of the same second is no newer one.
const LOOK: Duration = Duration::from_millis(40);
/// How long somebody who moves a price waits for it to be on the board.
const PATIENCE: Duration = Duration::from_secs(20);
/// A trouble that stays is told again after this time.
const AGAIN: Duration = Duration::from_secs(10);

#[derive(Debug)]
struct State {
    market: Market,
    /// Orders to move prices: how many came, and how many of them are on the board.
    asked: u64,
    done: u64,
    /// What went wrong at the last beat.
    trouble: Option<Trouble>,
}

/// The one who publishes.
pub struct Crank {
    rpc: Rpc,
    place: Place,
    payer: Keypair,
    state: Mutex<State>,
    change: Condvar,
}

impl Crank {
    pub fn new(rpc: &Rpc, place: &Place, payer: &Keypair, market: Market) -> Crank {
        let state = Mutex::new(State { market, asked: 0, done: 0, trouble: None });
        Crank { rpc: rpc.clone(), place: place.clone(), payer: payer.insecure_clone(), state, change: Condvar::new() }
    }

    /// Beats for ever, in a thread of its own.
    pub fn start(self: &Arc<Crank>) {
        let crank = Arc::clone(self);
        std::thread::spawn(move || crank.beat());
    }

    fn beat(&self) {
        let (mut last_print, mut told) = (0, None::<Instant>);
        loop {
            let began = Instant::now();
            let (asked, prices) = self.next();
            let outcome = prices.map_or(Ok(()), |prices| self.print(&prices, &mut last_print));
            if let Err(trouble) = &outcome
                && told.is_none_or(|at| at.elapsed() > AGAIN)
            {
                eprintln!("app: prices: {trouble}");
                told = Some(Instant::now());
            }
            let mut state = self.lock();
            state.trouble = outcome.err();
            state.done = asked;
            self.change.notify_all();
            let idle = |state: &mut State| state.asked == state.done;
            drop(self.change.wait_timeout_while(state, BEAT.saturating_sub(began.elapsed()), idle));
        }
    }

    /// The next prices, unless nothing is published; with the orders that are in them.
    fn next(&self) -> (u64, Option<Prices>) {
        let mut state = self.lock();
        let prices = state.market.step(Instant::now());
        (state.asked, (!state.market.paused).then_some(prices))
    }

    fn print(&self, prices: &Prices, last_print: &mut i64) -> Outcome<()> {
        while self.rpc.clock()?.1 <= *last_print {
            std::thread::sleep(LOOK);
        }
        *last_print = self.place.publish(&self.rpc, prices)?;
        self.rpc.land("refresh", &with_units(vec![self.place.refresh()]), &[&self.payer])
    }

    /// Lets somebody change the market, and waits until what it gives is on the board.
    pub fn order(&self, change: impl FnOnce(&mut Market)) -> Outcome<()> {
        let mut state = self.lock();
        change(&mut state.market);
        state.asked += 1;
        let number = state.asked;
        self.change.notify_all();
        let waits = |state: &mut State| state.done < number;
        let (state, wait) =
            self.change.wait_timeout_while(state, PATIENCE, waits).unwrap_or_else(PoisonError::into_inner);
        match &state.trouble {
            _ if wait.timed_out() => Err(Trouble("the node takes no prices".to_owned())),
            Some(trouble) => Err(trouble.clone()),
            None => Ok(()),
        }
    }

    /// Looks at the market.
    pub fn look<T>(&self, look: impl FnOnce(&Market) -> T) -> T {
        look(&self.lock().market)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
