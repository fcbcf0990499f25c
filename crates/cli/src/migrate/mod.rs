//! `breakwater migrate`: makes a group what its file of parameters says.

mod options;
mod render;

use std::io::{IsTerminal, Write, stdin, stdout};

use breakwater_migrations::cluster::Cluster;
use breakwater_migrations::keys::Ring;
use breakwater_migrations::plan::{Plan, When, plan};
use breakwater_migrations::run::run as take;
use breakwater_migrations::state::State;

pub use options::{Keys, Options, Target};
pub use render::lines;

use crate::{Failure, output};

/// How a plan is carried out.
#[derive(Clone, Copy, Debug, Default)]
pub struct Manner {
    /// Show it alone.
    pub dry_run: bool,
    /// One JSON object.
    pub json: bool,
    /// Do not ask.
    pub yes: bool,
}

/// Runs the command.
pub fn run(options: &Options) -> Result<(), Failure> {
    let (params, ring) = (options.target.load()?, options.keys.ring()?);
    // What the file lacks is said before a node is asked.
    params.group(&ring)?;
    for role in 0..3 {
        params.holder(role, &ring)?;
    }
    let mut node = options.target.node()?;
    let state = State::read(&mut node, &params, &ring)?;
    let plan = plan(&state, &params, &ring, options.launch)?;
    let manner = Manner { dry_run: options.dry_run, json: options.json, yes: options.yes };
    carry_out(&mut node, &plan, &ring, (options.target.cluster.text(), options.target.url()), manner)
}

/// Shows a plan, asks, takes its steps, and says what is left.
pub fn carry_out(
    cluster: &mut dyn Cluster,
    plan: &Plan,
    ring: &Ring,
    (name, url): (&str, &str),
    manner: Manner,
) -> Result<(), Failure> {
    let mut signatures = Vec::new();
    if !manner.json {
        output::print(&render::text(plan, name, url))?;
    }
    if !plan.is_idle() && !manner.dry_run {
        if ring.payer.is_none() {
            let fact = "no key is at hand to pay: pass --keypair, or --dry-run to look";
            return Err(Failure::Input(fact.to_owned()));
        }
        confirm(manner)?;
        let outcome = take(cluster, plan, ring, &mut |step, signature| {
            if !manner.json {
                let _ = output::print(&format!("done: {} {signature}\n", step.title));
            }
            signatures.push((step.title.clone(), signature.to_owned()));
        });
        if let Err(failure) = outcome {
            return Err(Failure::from(failure));
        }
    }
    if manner.json {
        output::print(&format!("{}\n", render::json(plan, (name, url), manner.dry_run, &signatures)))?;
    } else {
        output::print(&render::end(plan, manner.dry_run))?;
    }
    verdict(plan, manner)
}

/// What could not be done ends the command with a sentence.
fn verdict(plan: &Plan, manner: Manner) -> Result<(), Failure> {
    let step = plan.unfinished().find(|step| !manner.dry_run || matches!(step.when, When::Refused(_)));
    match step {
        None => Ok(()),
        Some(step) => Err(Failure::Run(format!("{}: {}", step.title, step.when.text(plan.now)))),
    }
}

fn confirm(manner: Manner) -> Result<(), Failure> {
    if manner.yes {
        return Ok(());
    }
    if manner.json || !stdin().is_terminal() {
        return Err(Failure::Input("nobody can be asked here: pass --yes to do this, or --dry-run to look".to_owned()));
    }
    print!("Do this? [y/N] ");
    let _ = stdout().flush();
    let mut answer = String::new();
    stdin().read_line(&mut answer).map_err(|error| Failure::Run(format!("stdin: {error}")))?;
    match answer.trim() {
        "y" | "Y" | "yes" => Ok(()),
        _ => Err(Failure::Input("nothing was done: the answer was not yes".to_owned())),
    }
}
