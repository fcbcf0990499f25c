//! The keeper against a real node: two competing processes of `breakwater keeper run`, each behind a proxy with faults, five
//! hundred margin accounts and a fall of prices.
//!
//! `e2e-keeper` runs the suite and says of every check whether it holds; `e2e-keeper --measure` measures. Both start
//! surfpool (tools/e2e) and run `target/debug/breakwater`, which `cargo xtask e2e keeper` builds first.

mod checks;
mod fault;
mod history;
mod input;
mod measure;
mod options;
mod suite;

use std::process::ExitCode;

use options::Options;

fn main() -> ExitCode {
    let options = Options::parse(std::env::args().skip(1));
    let outcome =
        options.and_then(|options| if options.measure { measure::run(&options) } else { suite::run(&options) });
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(trouble) => {
            eprintln!("e2e: {trouble}");
            ExitCode::from(2)
        }
    }
}
