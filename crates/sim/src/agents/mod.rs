//! Who takes part in a run: lenders that supply every token, traders that hold collateral and owe or trade perpetuals,
//! somebody who provides liquidity and insurance, keepers that liquidate, and one market outside the program where keepers trade at the oracle price.
//!
//! Owns what each of them starts with and how keepers behave; refuses to know steps, records and laws. Every choice comes
//! from the seed.

mod costs;
mod crowd;
mod due;
mod keeper;
mod market;
mod population;
mod portfolio;
mod problem;
mod view;

pub use costs::Costs;
pub(crate) use crowd::PROFIT_STEPS;
pub use crowd::{Crowd, CrowdPlan, Direction, Positions, Sides, crowd_plan};
pub(crate) use due::{Due, rooms};
pub(crate) use keeper::is_trifle;
pub use keeper::{Attempt, Keeper};
pub use market::Market;
pub use population::{Population, SetUp, YOUNG, notes};
pub use portfolio::{Portfolio, portfolios};
pub use problem::Problem;
pub(crate) use problem::refused;
pub use view::View;
pub(crate) use view::{market_of, value};
