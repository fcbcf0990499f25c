//! `breakwater keeper`: what `breakwater_keeper` does, with files and a terminal.

mod options;

use std::path::Path;

use breakwater_keeper::config::{Config, EXAMPLE};
use breakwater_keeper::journal::Journal;
use breakwater_keeper::launch::{self, Launch};
use breakwater_keeper::open;
use breakwater_keeper::run::{Mode, Summary};
use breakwater_keeper::start;
use breakwater_migrations::keys;
use serde_json::json;
use solana_keypair::Keypair;

use crate::Failure;
pub use options::Options;
use options::{ReportOptions, RunOptions, What};

impl From<start::Failure> for Failure {
    fn from(failure: start::Failure) -> Failure {
        match failure {
            start::Failure::Input(sentence) => Failure::Input(sentence),
            start::Failure::Run(sentence) => Failure::Run(sentence),
        }
    }
}

/// Runs the command.
pub fn run(options: &Options) -> Result<(), Failure> {
    match &options.what {
        What::Init { path } => init(path),
        What::Open(file) => {
            let (config, wallet) = load(&file.config)?;
            let opened = open::open(&config, &wallet)?;
            println!("{opened}");
            Ok(())
        }
        What::Run(options) => work(options),
        What::Report(options) => report(options),
    }
}

fn init(path: &Path) -> Result<(), Failure> {
    let name = path.display();
    let file = std::fs::OpenOptions::new().write(true).create_new(true).open(path);
    let written = file.and_then(|mut file| std::io::Write::write_all(&mut file, EXAMPLE.as_bytes()));
    written.map_err(|error| Failure::Input(format!("{name}: {error}: name a file that is not there yet")))?;
    println!(
        "{name} is written: fill in cluster, keypair and group, then `breakwater keeper run --config {name} --dry-run`"
    );
    Ok(())
}

/// The configuration and the key that it names.
fn load(path: &Path) -> Result<(Config, Keypair), Failure> {
    let config = Config::load(path, std::env::vars()).map_err(|error| Failure::Input(error.0))?;
    let wallet = keys::read(&config.keeper.keypair, "keeper.keypair")?;
    Ok((config, wallet))
}

fn work(options: &RunOptions) -> Result<(), Failure> {
    let (config, wallet) = load(&options.file.config)?;
    let mode = Mode { dry_run: options.dry_run, once: options.once };
    let summary = launch::run(Launch { config, wallet, mode, dashboard: options.dashboard })?;
    println!("{}", if options.json { as_json(&summary) } else { as_text(&summary) });
    Ok(())
}

/// What the journal says was done.
fn report(options: &ReportOptions) -> Result<(), Failure> {
    let path = match &options.journal {
        Some(path) => path.clone(),
        None => {
            Config::load(&options.file.config, std::env::vars())
                .map_err(|error| Failure::Input(error.0))?
                .keeper
                .journal
        }
    };
    let report = Journal::report_of(&path).map_err(|error| Failure::Input(error.to_string()))?;
    if options.json {
        println!("{}", json!(report));
    } else {
        println!("{report}");
    }
    Ok(())
}

fn as_json(summary: &Summary) -> String {
    json!({
        "outcomes": summary.outcomes,
        "expected_gain_e8": summary.gained,
        "fees_lamports": summary.fees,
        "in_doubt": summary.in_doubt,
    })
    .to_string()
}

fn as_text(summary: &Summary) -> String {
    let outcomes: Vec<String> = summary.outcomes.iter().map(|(class, count)| format!("{count} {class}")).collect();
    let outcomes = if outcomes.is_empty() { "nothing was due".to_owned() } else { outcomes.join(", ") };
    let doubt = match summary.in_doubt {
        0 => String::new(),
        count => format!("; {count} in doubt, the next start finds out what became of them"),
    };
    let gained = breakwater_keeper::picture::dollars(summary.gained);
    format!("{outcomes}; expected gain {gained}, fees {} lamports{doubt}", summary.fees)
}
