//! What anybody may call to keep the board fresh.
pub mod refresh;
