//! `breakwater audit`: whether what a group's banks and markets count is what all its accounts together have.

mod options;
mod read;
mod render;

pub use options::Options;

use crate::{Failure, output};

/// Runs the command. Where anything differs the run has gone wrong.
pub fn run(options: &Options) -> Result<(), Failure> {
    // Exit code 1 says that something differs; what could not be read at all is bad input.
    let read = read::read(options).map_err(|failure| match failure {
        Failure::Run(fact) => Failure::Input(fact),
        other => other,
    })?;
    let findings = read.holdings.compare().map_err(|error| Failure::Input(format!("{}: {error}", read.source)))?;
    let text =
        if options.json { format!("{}\n", render::json(&read, &findings)) } else { render::text(&read, &findings) };
    output::print(&text)?;
    match render::differing(&findings) {
        Some(sentence) => Err(Failure::Run(sentence)),
        None => Ok(()),
    }
}
