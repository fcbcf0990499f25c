//! What legitimately succeeds though an account was replaced, and why.

use crate::calls::Call;
use crate::idl::Entry;

/// A substitution that is harmless.
#[derive(Debug)]
pub struct Allowed {
    /// Titles of calls: instructions with all variants, or one variant.
    pub calls: &'static [&'static str],
    /// The slot.
    pub slot: &'static str,
    /// The kind of substitution.
    pub class: &'static str,
    /// Why it may pass.
    pub why: &'static str,
}

/// All of them.
pub const ALL: &[Allowed] = &[];

/// The number of the reason for which a substitution may pass.
pub fn reason(entry: &Entry, call: &Call, slot: &str, class: &str, _what: &str) -> Option<usize> {
    ALL.iter().position(|allowed| {
        let fits = allowed.calls.iter().any(|name| *name == entry.name || *name == call.title());
        fits && allowed.slot == slot && allowed.class == class
    })
}
