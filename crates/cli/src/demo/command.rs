//! The command that repeats a run, ready to be pasted into a shell.

use super::options::{DEFAULT_SCENARIO, Options};

/// Everything that decides a run, defaults spelled out; not where the output goes.
pub fn repeat(options: &Options) -> String {
    let mut words: Vec<String> = ["breakwater", "demo"].map(String::from).to_vec();
    let mut option = |name: &str, value: &str| words.extend([name.to_owned(), quoted(value)]);
    option("--accounts", &options.accounts.to_string());
    option("--seed", &options.seed.to_string());
    option("--keepers", &options.keepers.to_string());
    if options.prices.is_empty() {
        option("--scenario", options.scenario.unwrap_or(DEFAULT_SCENARIO).name());
    }
    for file in &options.prices {
        let path = file.path.display().to_string();
        option("--prices", &file.symbol.as_ref().map_or(path.clone(), |symbol| format!("{symbol}={path}")));
    }
    for (name, value) in [("--from", &options.from), ("--to", &options.to)] {
        if let Some(value) = value {
            option(name, value);
        }
    }
    if let Some(depth) = options.depth {
        option("--depth", &depth.to_string());
    }
    if options.safety {
        words.push("--safety".to_owned());
    }
    words.join(" ")
}

/// A word as a POSIX shell takes it, quoted only where it must be.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,+@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Arguments, Command};
    use clap::Parser;

    fn options(arguments: &[&str]) -> Options {
        let all = ["breakwater", "demo"].iter().chain(arguments);
        match Arguments::try_parse_from(all).expect("the arguments are valid").command {
            Command::Demo(options) => options,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn defaults_are_spelled_out() {
        let command = repeat(&options(&["--json", "--out", "elsewhere"]));
        assert_eq!(command, "breakwater demo --accounts 200 --seed 1 --keepers 4 --scenario crash");
    }

    #[test]
    fn a_path_with_a_space_or_a_quote_can_be_pasted() {
        let command = repeat(&options(&["--prices", "BTC=my o'clock.csv", "--from", "2020-03-08 12:00"]));
        assert!(command.ends_with(r"--prices 'BTC=my o'\''clock.csv' --from '2020-03-08 12:00'"), "{command}");
    }
}
