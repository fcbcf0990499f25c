//! How a run is shown: a self-contained web page ([`html`]) and a terminal summary ([`summary`]).
//!
//! Owns words, numbers' formats and plots. Every function is pure, from a [`RunRecord`](crate::record::RunRecord) to text;
//! nothing here runs, reads files or computes money.

mod axis;
mod chart;
#[cfg(test)]
mod example;
mod facts;
mod format;
pub mod html;
mod lines;
mod perps;
mod plots;
pub mod summary;
mod waterfall;

pub use format::date_time;
pub(crate) use format::grouped;
pub(crate) use lines::picture;

#[cfg(test)]
pub(crate) use example::{example, example_with_perps};
