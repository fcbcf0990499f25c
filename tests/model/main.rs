//! The program against the reference model.

mod actions;
mod collusion;
mod escrow;
mod ground;
mod lending;
mod liquidations;
mod markets;
mod pure;
mod safety;
mod secured;
mod sequences;
mod steps;
mod troubled;
