//! Deploys and configures a group from `params/<cluster>.toml`: reads the chain, says what differs, and does what is missing,
//! so that it may be run again without harm.
//!
//! One line from a file to a chain: [`params`] (the file, checked by the program's own bounds) → [`state`] (what the chain has)
//! → [`plan`] (the steps between them, with the instructions) → [`run`] (sends them). [`cluster`] is the chain: an RPC node, or
//! an embedded one in tests.
#![deny(missing_docs)]

pub mod change;
pub mod cluster;
pub mod fields;
pub mod keys;
pub mod params;
pub mod plan;
pub mod program;
pub mod rpc;
pub mod run;
pub mod state;
pub mod units;

/// Why something ended without doing what it was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// What was asked cannot be done as it was asked; nothing was sent.
    Input(String),
    /// The program refused, by the name and in the words of its error.
    Refused(String),
    /// It went wrong on the way.
    Run(String),
}

impl Failure {
    /// The sentence.
    pub fn sentence(&self) -> &str {
        match self {
            Failure::Input(sentence) | Failure::Refused(sentence) | Failure::Run(sentence) => sentence,
        }
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str(self.sentence())
    }
}

impl std::error::Error for Failure {}
