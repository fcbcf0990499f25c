//! `breakwater experiment`: what each mechanism of the safety engine gives and costs.

mod options;

use std::path::Path;

use breakwater_sim::experiment::{
    Cell, Comparison, Experiment, ExperimentError, Market, experiment, markdown, picture,
};
use breakwater_sim::price_path::{DEFAULT_HALF_LIFE, Impact};
use breakwater_sim::safety::Strength;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

pub use options::Options;

use crate::Failure;
use crate::demo::output;

/// Runs the experiment.
pub fn run(options: &Options) -> Result<(), Failure> {
    let plan = plan(options)?;
    if let Some(file) = &options.write {
        section(&read(file)?, options).map_err(Failure::Input)?;
    }
    if let (Some(file), Some(market)) = (&options.picture, plan.markets.first()) {
        let svg = picture(&plan, *market).map_err(|error| failure(&error))?;
        return output::whole(file, svg.as_bytes()).map_err(Failure::Run);
    }
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    bar.set_style(ProgressStyle::with_template("runs [{bar:40}] {pos}/{len} {eta}").expect("the template is valid"));
    let outcome = experiment(&plan, |done, all| {
        bar.set_length(all as u64);
        bar.set_position(done as u64);
    });
    bar.finish_and_clear();
    let cells = outcome.map_err(|error| failure(&error))?;
    let command = options.repeat();
    if let Some(file) = &options.write {
        let text = read(file)?;
        let (before, after) = section(&text, options).map_err(Failure::Input)?;
        let whole = format!("{before}\n    {command}\n{}\n{after}", markdown(&cells));
        output::whole(file, whole.as_bytes()).map_err(Failure::Run)?;
    }
    if options.json {
        return crate::output::print(&json(&command, &cells)?);
    }
    crate::output::print(&format!("{command}\n{}", markdown(&cells)))
}

/// Prices that cannot be used are bad input.
fn failure(error: &ExperimentError) -> Failure {
    match error {
        ExperimentError::Prices(_) => Failure::Input(error.to_string()),
        ExperimentError::Run { .. } => Failure::Run(error.to_string()),
    }
}

fn json(command: &str, cells: &[Cell]) -> Result<String, Failure> {
    let value = serde_json::json!({ "command": command, "cells": cells });
    let text = serde_json::to_string_pretty(&value).map_err(|error| Failure::Run(error.to_string()))?;
    Ok(format!("{text}\n"))
}

fn read(file: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(file).map_err(|error| Failure::Input(format!("{}: {error}", file.display())))
}

/// What stands before and after the place of the tables, markers included.
fn section<'a>(text: &'a str, options: &Options) -> Result<(&'a str, &'a str), String> {
    let name = if options.strengths { "strengths" } else { "mechanisms" };
    let (begin, end) = (format!("<!-- experiment {name}: begin -->"), format!("<!-- experiment {name}: end -->"));
    let (before, rest) = text.split_once(&begin).ok_or_else(|| format!("the file has no {begin}"))?;
    let (_, after) = rest.split_once(&end).ok_or_else(|| format!("the file has no {end}"))?;
    let from = text.len() - after.len() - end.len();
    Ok((&text[..before.len() + begin.len()], &text[from..]))
}

fn plan(options: &Options) -> Result<Experiment, Failure> {
    let markets = match options.market.as_slice() {
        [] => Market::ALL.into_iter().filter(|market| market.days().is_none() || options.prices.is_some()).collect(),
        chosen => chosen.to_vec(),
    };
    if let Some(real) = markets.iter().find(|market| market.days().is_some() && options.prices.is_none()) {
        return Err(Failure::Input(format!("the market {} needs --prices", real.name())));
    }
    let base = Strength::RECOMMENDED;
    let strength = Strength {
        wait_slots: options.wait_slots.unwrap_or(base.wait_slots),
        grace_slots: options.grace_slots.unwrap_or(base.grace_slots),
        auction_slots: options.auction_slots.unwrap_or(base.auction_slots),
        deep_breach: options.deep_breach.unwrap_or(base.deep_breach),
        velocity: options.velocity.unwrap_or(base.velocity),
        velocity_window: options.velocity_window.unwrap_or(base.velocity_window),
        volatility_multiple: options.volatility_multiple.unwrap_or(Strength::RECOMMENDED.volatility_multiple),
        ..base
    };
    let comparison = if options.strengths { Comparison::Strengths } else { Comparison::Mechanisms };
    for variant in comparison.variants(&strength) {
        if let Err(error) = variant.safety.liquidation.verify() {
            return Err(Failure::Input(format!("{}: {}", variant.name, error.message())));
        }
    }
    Ok(Experiment {
        markets,
        comparison,
        strength,
        seeds: options.seeds,
        accounts: options.accounts,
        keepers: options.keepers,
        impact: (options.depth > 0).then_some(Impact { depth: options.depth, half_life: DEFAULT_HALF_LIFE }),
        file: options.prices.clone(),
        threads: options.threads,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Arguments, Command};
    use clap::Parser;

    fn options(arguments: &[&str]) -> Options {
        let all = ["breakwater", "experiment"].iter().chain(arguments);
        match Arguments::try_parse_from(all).expect("the arguments are valid").command {
            Command::Experiment(options) => *options,
            other => panic!("{other:?}"),
        }
    }

    fn refusal(arguments: &[&str]) -> String {
        match plan(&options(arguments)) {
            Err(Failure::Input(sentence)) => sentence,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn real_markets_are_left_out_without_a_file_and_refused_by_name() {
        assert_eq!(plan(&options(&[])).expect("it is complete").markets.len(), 7);
        assert_eq!(plan(&options(&["--prices", "btc.csv"])).expect("it is complete").markets.len(), 9);
        assert_eq!(refusal(&["--market", "may-2021"]), "the market may-2021 needs --prices");
    }

    #[test]
    fn a_strength_that_the_program_refuses_is_bad_input() {
        assert!(refusal(&["--wait-slots", "2"]).contains("two touches"), "{}", refusal(&["--wait-slots", "2"]));
    }

    #[test]
    fn tables_go_between_the_markers_and_nowhere_else() {
        let text = "a\n<!-- experiment mechanisms: begin -->\nold\n<!-- experiment mechanisms: end -->\nb\n";
        let (before, after) = section(text, &options(&[])).expect("the markers are there");
        assert_eq!(before, "a\n<!-- experiment mechanisms: begin -->");
        assert_eq!(after, "<!-- experiment mechanisms: end -->\nb\n");
        assert!(section(text, &options(&["--strengths"])).is_err());
    }

    #[test]
    fn the_command_that_repeats_it_says_what_differs_from_the_defaults() {
        let command = options(&["--json", "--seeds", "2", "--market", "wick"]).repeat();
        assert_eq!(command, "breakwater experiment --seeds 2 --accounts 100 --keepers 4 --depth 20000 --market wick");
    }
}
