//! Options of `breakwater keeper`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

const EXAMPLES: &str = "Examples:
  breakwater keeper init keeper.toml            writes a configuration with a comment for every key
  breakwater keeper open --config keeper.toml   opens the keeper's margin account
  breakwater keeper run --config keeper.toml --dry-run
  breakwater keeper run --config keeper.toml --dashboard
  breakwater keeper report --config keeper.toml

Every key of the configuration may come from the environment: BREAKWATER_KEEPER_SECTION_KEY.
Exit codes: 0 done, 1 it went wrong on the way, 2 bad input (nothing was sent).";

/// Run a keeper: watch every account of a group, liquidate what may be liquidated
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Options {
    #[command(subcommand)]
    pub what: What,
}

#[derive(Debug, Subcommand)]
pub enum What {
    /// Write a configuration to start from
    Init {
        /// Where to; an existing file is left alone
        #[arg(default_value = "keeper.toml")]
        path: PathBuf,
    },
    /// Open the keeper's margin account
    Open(ConfigFile),
    /// Work until stopped (Ctrl-C)
    Run(RunOptions),
    /// Say what was earned and paid, from the journal
    Report(ReportOptions),
}

#[derive(Debug, Args)]
pub struct ConfigFile {
    /// The configuration
    #[arg(long, value_name = "FILE", default_value = "keeper.toml")]
    pub config: PathBuf,
}

#[derive(Debug, Args)]
pub struct RunOptions {
    #[command(flatten)]
    pub file: ConfigFile,
    /// Simulate every transaction and send none
    #[arg(long)]
    pub dry_run: bool,
    /// End as soon as nothing is due
    #[arg(long)]
    pub once: bool,
    /// Draw health bands, candidates, outcomes and balances on the terminal
    #[arg(long)]
    pub dashboard: bool,
    /// Print what was done as one JSON object at the end
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct ReportOptions {
    #[command(flatten)]
    pub file: ConfigFile,
    /// The journal, in place of the configured one
    #[arg(long, value_name = "FILE")]
    pub journal: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}
