//! The risk board's law: the bounds that hold over all listed tokens together.

use breakwater_interface::{MarginError, RiskBoard};
use breakwater_margin::config::Extremes;

/// Checks the board as a whole (CFG-1); called at the end of every instruction that changes a weight, a feed or the
/// liquidation parameters.
///
/// Errors: ConfigWeightGap
pub fn verify_extremes(board: &RiskBoard) -> Result<(), MarginError> {
    let mut extremes = Extremes::NONE;
    for token in board.tokens.iter().filter(|token| token.listed == 1) {
        let feed = &board.feeds[usize::from(token.feed) % board.feeds.len()];
        extremes = extremes.with(&token.weights.both(), feed.oracle.max_liquidation_band.into());
    }
    let params = board.liquidation.params();
    extremes.verify(&params)?;
    if board.quote_set == 1 {
        extremes.verify_with_markets(&params)?;
    }
    Ok(())
}
