//! `breakwater quote`: what a liquidation of an account would do, when, and at which prices it would begin.

pub(crate) mod accounts;
pub(crate) mod file;
mod options;
pub(crate) mod render;
pub(crate) mod rpc;

pub use options::{Options, address};

use crate::{Failure, output};
use accounts::{Source, State};

/// Runs the command.
pub fn run(options: &Options) -> Result<(), Failure> {
    let mut source: Box<dyn Source> = match (&options.url, options.snapshot.as_slice()) {
        (Some(url), []) => Box::new(rpc::Rpc::new(url)?),
        (None, files) if !files.is_empty() => Box::new(file::Snapshot::read(files)?),
        _ => return Err(Failure::Input("no accounts to read: pass --url RPC or --snapshot FILE".to_owned())),
    };
    let state = State::load(source.as_mut(), &options.account, options.moment)?;
    let answer = state.quote(options.most)?;
    let text =
        if options.json { format!("{}\n", render::json(&state, &answer)) } else { render::text(&state, &answer) };
    output::print(&text)
}
