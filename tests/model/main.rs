//! The program against the reference model.

mod actions;
mod ground;
mod liquidations;
mod sequences;
