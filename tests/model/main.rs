//! The program against the reference model.
#![allow(non_snake_case)]

mod actions;
mod collusion;
mod escrow;
mod governance;
mod ground;
mod lending;
mod liquidations;
mod markets;
mod moves;
mod outflow;
mod patience;
mod previews;
mod pure;
mod safety;
mod secured;
mod sequences;
mod stakes;
mod steps;
mod troubled;
