//! Governance: who may change what, what must wait, what can be paused, and what the known thefts come to here.
#![allow(non_snake_case)]

#[path = "../common/mod.rs"]
mod common;

mod direct;
mod matrix;
mod pause;
mod queue;
mod red_team;
mod roles;
mod rules;
