//! The progress bar: on stderr, and only where somebody watches.

use breakwater_sim::report::date_time;
use breakwater_sim::run::Progress;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

const TEMPLATE: &str = "{prefix:11} [{bar:40}] {pos}/{len} {msg}";

/// A bar for both halves of a run.
pub struct Bar {
    bar: ProgressBar,
    stepping: bool,
}

impl Bar {
    /// A bar that waits. indicatif draws nothing where stderr is no terminal.
    pub fn new(accounts: u64) -> Bar {
        let bar = ProgressBar::with_draw_target(Some(accounts), ProgressDrawTarget::stderr());
        let style = ProgressStyle::with_template(TEMPLATE).unwrap_or_else(|_| ProgressStyle::default_bar());
        bar.set_style(style.progress_chars("=> "));
        bar.set_prefix("accounts");
        Bar { bar, stepping: false }
    }

    /// Shows how far a run is.
    pub fn show(&mut self, progress: Progress) {
        match progress {
            Progress::SetUp { done, total } => {
                self.bar.set_length(total);
                self.bar.set_position(done);
            }
            Progress::Step { done, total, time, liquidations } => {
                if !self.stepping {
                    self.stepping = true;
                    self.bar.set_prefix("price steps");
                    self.bar.set_length(total);
                }
                self.bar.set_position(done);
                self.bar.set_message(format!("{} UTC, {liquidations} liquidations", date_time(time)));
            }
        }
    }

    /// Takes the bar off the screen.
    pub fn clear(&self) {
        self.bar.finish_and_clear();
    }
}
