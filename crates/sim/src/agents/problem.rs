//! What can keep agents from doing what they came for.

use breakwater_client::interface::MarginError;
use thiserror::Error;

use crate::chain::Failure;

/// Why an agent is stuck.
#[derive(Debug, Error)]
pub enum Problem {
    /// A price is so low that an amount of its token does not fit 64 bits.
    #[error("a price is so low or high that an amount of its token does not fit 64 bits")]
    AmountTooLarge,
    /// An account that the mathematics cannot value.
    #[error("an account cannot be valued: {}", .0.message())]
    Maths(MarginError),
    /// The program refused what it should not refuse.
    #[error("{0} was refused: {1}")]
    Refused(&'static str, Box<Failure>),
}

impl From<MarginError> for Problem {
    fn from(error: MarginError) -> Self {
        Problem::Maths(error)
    }
}

pub(crate) fn refused(what: &'static str) -> impl Fn(Box<Failure>) -> Problem {
    move |failure| Problem::Refused(what, failure)
}
