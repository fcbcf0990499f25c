//! What a transaction told: the one event of an outcome, which must be of a kind.

use breakwater_client::decode::Event;
use breakwater_client::interface::events::{
    BankruptcyResolved, Deleveraged, Liquidated, MarketLossResolved, PnlSettled,
};
use breakwater_sim::chain::Outcome;

macro_rules! told {
    ($($name:ident: $kind:ident),* $(,)?) => {$(
        /// The one event of an outcome.
        ///
        /// # Panics
        /// If it is another, or there are more or none.
        pub fn $name(sent: &Outcome) -> $kind {
            match sent.events[..] {
                [Event::$kind(event)] => event,
                ref other => panic!("not one {}: {other:?}", stringify!($kind)),
            }
        }
    )*};
}

told! {
    deleveraged: Deleveraged,
    liquidated: Liquidated,
    market_loss: MarketLossResolved,
    settled: PnlSettled,
    written_off: BankruptcyResolved,
}
