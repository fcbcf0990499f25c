//! Breakwater's crash simulator: an embedded chain that runs the real bytecode, price paths, agents and a report.
//!
//! Two halves. Chain-free: [`price_path`] (what everything costs, step after step), [`record`] (what a run leaves behind)
//! and [`report`] (how that is shown), all pure but for reading price files. The other half runs the program against them.
#![deny(missing_docs)]

pub mod agents;
pub mod chain;
pub mod experiment;
pub mod invariants;
pub mod keys;
pub mod listing;
pub mod oracle;
pub mod price_path;
pub mod record;
pub mod report;
pub mod run;
pub mod safety;
pub mod tokens;
pub mod world;
