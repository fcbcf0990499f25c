//! What the stack says while it starts: a line that changes on a terminal, a line for each step elsewhere.

use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// Steps of the start, and traders.
pub struct Progress(Option<ProgressBar>);

impl Progress {
    pub fn new() -> Progress {
        Progress(std::io::stderr().is_terminal().then(|| {
            let style = ProgressStyle::with_template("{spinner} {elapsed:>4} {msg}");
            let bar = ProgressBar::new_spinner().with_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
            bar.enable_steady_tick(Duration::from_millis(100));
            bar
        }))
    }

    /// A step begins.
    pub fn step(&self, what: &str) {
        match &self.0 {
            Some(bar) => bar.set_message(what.to_owned()),
            None => eprintln!("app: {what}"),
        }
    }

    /// So many traders of all have come.
    pub fn traders(&self, come: u64, all: u64) {
        if let Some(bar) = &self.0 {
            bar.set_message(format!("{come} of {all} traders"));
        }
    }

    pub fn end(&self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}
