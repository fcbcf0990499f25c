//! Whether an instruction is refused, and why.

use breakwater_client::interface::MarginError;

use super::rational::Truth;

/// The reasons to refuse an instruction. Where several hold the specification does not say which one is reported.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Rules that are broken.
    pub broken: Vec<MarginError>,
    /// Rules whose rounding decides.
    pub doubtful: Vec<MarginError>,
}

impl Verdict {
    /// Refuses if a fact holds.
    pub fn refuse_if(&mut self, fact: bool, error: MarginError) {
        self.refuse_when(Truth::of(fact), error);
    }

    /// Refuses as far as something is true.
    pub fn refuse_when(&mut self, truth: Truth, error: MarginError) {
        match truth {
            Truth::Yes => self.broken.push(error),
            Truth::Unsure => self.doubtful.push(error),
            Truth::No => {}
        }
    }

    /// Adds another verdict's reasons.
    pub fn also(&mut self, other: Verdict) {
        self.broken.extend(other.broken);
        self.doubtful.extend(other.doubtful);
    }

    /// What holds whichever of two verdicts is the true one.
    #[must_use]
    pub fn either(self, other: Verdict) -> Verdict {
        if self == other {
            return self;
        }
        if !self.broken.is_empty() && !other.broken.is_empty() {
            let mut both = self;
            both.also(other);
            return both;
        }
        let all = |v: Verdict| v.broken.into_iter().chain(v.doubtful);
        Verdict { broken: Vec::new(), doubtful: all(self).chain(all(other)).collect() }
    }

    /// Whether nothing speaks against the instruction.
    pub fn allows(&self) -> bool {
        self.broken.is_empty()
    }

    /// Compares with what the program did: `None` if it succeeded.
    ///
    /// # Errors
    /// What differs.
    pub fn compare(&self, refusal: Option<MarginError>) -> Result<(), String> {
        match refusal {
            None if self.allows() => Ok(()),
            None => Err(format!("the program accepts what breaks {:?}", self.broken)),
            Some(error) if self.broken.contains(&error) || self.doubtful.contains(&error) => Ok(()),
            Some(error) if self.allows() => Err(format!("the program refuses with {error:?}; the model allows it")),
            Some(error) => Err(format!("the program refuses with {error:?}, the model with {:?}", self.broken)),
        }
    }
}
