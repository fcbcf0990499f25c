//! `breakwater demo`: a price path over many accounts on an embedded chain, with a report.

mod command;
mod options;
pub mod output;
mod progress;

use breakwater_sim::agents::Crowd;
use breakwater_sim::price_path::{
    DEFAULT_HALF_LIFE, Fineness, Impact, PricePath, Scenario, default_assets, finer, from_files, synthetic,
};
use breakwater_sim::record::{PriceFileRecord, RunParameters};
use breakwater_sim::report::summary;
use breakwater_sim::run::{Conditions, RunConfig, RunEnd, RunError, play};
use breakwater_sim::safety::Safety;

pub use options::Options;

use crate::quote::file::written;
use crate::{Failure, output as stdout};
use progress::Bar;

/// Runs the demo.
pub fn run(options: &Options) -> Result<(), Failure> {
    let mut path = price_path(options)?;
    if options.safety {
        path = finer(&path, &Fineness::QUIET);
    }
    output::verify(&options.out).map_err(Failure::Input)?;
    let command = command::repeat(options);
    let crowd = scenario(options).and_then(Crowd::of);
    let impact = options.depth.map(|depth| Impact { depth, half_life: DEFAULT_HALF_LIFE });
    let safety = options.safety.then(Safety::recommended);
    let conditions = Conditions { safety, impact, prints_between: options.safety, ..Conditions::default() };
    let config = RunConfig { parameters: parameters(options, &command), keepers: options.keepers, crowd, conditions };
    let mut bar = Bar::new(options.accounts);
    let outcome = play(&config, &path, |progress| bar.show(progress));
    bar.clear();
    let RunEnd { record, receipts, accounts } = outcome.map_err(|error| failure(&error, &command))?;

    let report = output::write(&options.out, &record, &receipts.bytes(), &written(&accounts)).map_err(Failure::Run)?;
    if options.json {
        let json = serde_json::to_string(&record).map_err(|error| Failure::Run(error.to_string()))?;
        stdout::print(&format!("{json}\n"))?;
        eprintln!("report: {}", report.display());
        return Ok(());
    }
    stdout::print(&format!("{}\nreport: {}\n", summary::render(&record), report.display()))
}

/// Bad input as it is; a run that went wrong with the command that repeats it.
fn failure(error: &RunError, command: &str) -> Failure {
    match error.is_input() {
        true => Failure::Input(error.to_string()),
        false => Failure::Run(format!("{error}\nrepeat with: {command}")),
    }
}

/// The scenario, unless prices come from files.
fn scenario(options: &Options) -> Option<Scenario> {
    options.prices.is_empty().then(|| options.scenario.unwrap_or(options::DEFAULT_SCENARIO))
}

fn price_path(options: &Options) -> Result<PricePath, Failure> {
    let assets = default_assets();
    if let Some(scenario) = scenario(options) {
        return Ok(synthetic(scenario, options.seed, &assets));
    }
    let input = |error: breakwater_sim::price_path::PriceInputError| Failure::Input(error.to_string());
    let window = options.window().map_err(input)?;
    from_files(&options.prices, window, &assets).map_err(input)
}

fn parameters(options: &Options, command: &str) -> RunParameters {
    let file = |file: &breakwater_sim::price_path::PriceFile| PriceFileRecord {
        symbol: file.symbol.clone(),
        path: file.path.display().to_string(),
    };
    RunParameters {
        command: command.to_owned(),
        accounts: options.accounts,
        seed: options.seed,
        scenario: scenario(options).map(|scenario| scenario.to_string()),
        price_files: options.prices.iter().map(file).collect(),
        from: options.from.clone(),
        to: options.to.clone(),
        notes: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use breakwater_sim::invariants::Violation;

    #[test]
    fn a_violated_invariant_is_a_failed_run_with_its_seed_and_the_command_to_repeat() {
        let violation = Violation { law: "SOL-1", what: "USDC: the vault is short".to_owned() };
        let error = RunError::Violation { violation, seed: 42, step: 3, time: 1_735_689_600 };
        let Failure::Run(text) = failure(&error, "breakwater demo --seed 42") else { panic!("it is no bad input") };
        assert!(text.contains("SOL-1") && text.contains("seed 42"), "{text}");
        assert!(text.ends_with("\nrepeat with: breakwater demo --seed 42"), "{text}");
    }
}
