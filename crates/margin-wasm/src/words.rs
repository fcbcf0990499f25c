//! A question as it arrives: lines of `name=value`. A page's questions are flat, and reading them must not cost a page more
//! than asking them.

use core::str::FromStr;

use breakwater_client::Address;

use crate::session::Refused;

/// The named values of a question; a name may stand more than once.
pub struct Words<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Words<'a> {
    /// Reads lines.
    ///
    /// # Errors
    /// BadQuestion where the bytes are no text
    pub fn read(bytes: &'a [u8]) -> Result<Words<'a>, Refused> {
        let text = core::str::from_utf8(bytes).map_err(|_| Refused::new("BadQuestion", "a question is text"))?;
        Ok(Words(text.lines().filter_map(|line| line.split_once('=')).collect()))
    }

    /// All values of a name.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(found, _)| *found == name).map(|(_, value)| *value)
    }

    /// A value.
    ///
    /// # Errors
    /// BadQuestion without one
    pub fn text(&self, name: &str) -> Result<&'a str, Refused> {
        self.all(name).next().ok_or_else(|| Refused::new("BadQuestion", format!("a question without {name:?}")))
    }

    /// A value that is a number, or whatever else has a form as text.
    ///
    /// # Errors
    /// BadQuestion
    pub fn parsed<T: FromStr>(&self, name: &str) -> Result<T, Refused> {
        let text = self.text(name)?;
        text.parse().map_err(|_| Refused::new("BadQuestion", format!("{name} is {text:?}, which it cannot be")))
    }

    /// An address.
    ///
    /// # Errors
    /// BadQuestion, BadAddress
    pub fn address(&self, name: &str) -> Result<Address, Refused> {
        let text = self.text(name)?;
        text.parse().map_err(|_| Refused::new("BadAddress", format!("{text:?} is not an address")))
    }

    /// A number of native units; "all" is all there is.
    ///
    /// # Errors
    /// BadQuestion
    pub fn units(&self, name: &str) -> Result<u64, Refused> {
        if self.text(name)? == "all" { Ok(u64::MAX) } else { self.parsed(name) }
    }
}

/// A number before a colon and one behind it.
///
/// # Errors
/// BadQuestion
pub fn pair<A: FromStr, B: FromStr>(text: &str) -> Result<(A, B), Refused> {
    let read = || text.split_once(':').and_then(|(a, b)| Some((a.parse().ok()?, b.parse().ok()?)));
    read().ok_or_else(|| Refused::new("BadQuestion", format!("{text:?} is not a pair of numbers")))
}
