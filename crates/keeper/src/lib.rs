//! The keeper: a bot that watches every margin account of a group, and flags, liquidates, writes off, deleverages and
//! executes orders where the program allows it and where it pays.
//!
//! One straight line: [`source`] (updates of accounts, from a node) → `view` (the group as it stands, with prices that the
//! board has not seen yet) → [`book`] (which accounts are worth a look) → `decide` (what the program would do, by the
//! program's own mathematics) → [`send`] (one transaction for each account) → [`journal`] (what came of it).
//!
//! No arithmetic on money outside `breakwater_margin`: sizes and profits are those of its plan.

pub mod bench;
pub mod book;
pub mod config;
pub mod dashboard;
pub mod decide;
pub mod group;
pub mod http;
pub mod inventory;
pub mod job;
pub mod journal;
pub mod launch;
pub mod metrics;
pub mod node;
pub mod open;
pub mod picture;
pub mod run;
pub mod send;
pub mod source;
pub mod start;
