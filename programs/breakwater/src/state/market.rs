//! A market through one instruction: funding charged first, deficit judged, books written back last.

use breakwater_interface::RiskBoard;
use breakwater_interface::accounts::MAX_TOKENS;
pub use breakwater_interface::live::{Held, Live};
use breakwater_margin::Index;

/// The quote bank's deposit index as the board last saw it, for instructions that do not touch the bank.
pub fn board_index(board: &RiskBoard) -> Index {
    let token = &board.tokens[usize::from(board.quote_token) % MAX_TOKENS];
    Index(token.deposit_index)
}
