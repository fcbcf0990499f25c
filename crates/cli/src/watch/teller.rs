//! Where notices go: a line on stdout, a webhook, and on terminals a last line that shows how everything stands.

use std::collections::VecDeque;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::Value;

use super::notice::Notice;
use crate::{Failure, output};

const TIMEOUT: Duration = Duration::from_secs(10);
/// Most notices that wait for a webhook that fails; older ones are dropped.
const WAITING: usize = 1_000;

/// Tells notices.
pub struct Teller {
    json: bool,
    webhook: Option<Webhook>,
    bar: ProgressBar,
}

impl Teller {
    pub fn new(json: bool, webhook: Option<&str>) -> Result<Teller, Failure> {
        // indicatif draws nothing where stderr is no terminal.
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        let style = ProgressStyle::with_template("{spinner} {msg}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
        Ok(Teller { json, webhook: webhook.map(Webhook::new).transpose()?, bar })
    }

    /// Tells notices: to those who look on, and to the webhook what is more than how things stand.
    pub fn tell_all(&mut self, notices: &[Notice]) -> Result<(), Failure> {
        let Some(webhook) = &mut self.webhook else { return self.print(notices) };
        notices.iter().filter(|notice| !notice.is_status()).for_each(|notice| webhook.add(notice.json()));
        self.print(notices)
    }

    fn print(&self, notices: &[Notice]) -> Result<(), Failure> {
        let line = |notice: &Notice| if self.json { notice.json().to_string() } else { notice.line() };
        let text: String = notices.iter().map(|notice| line(notice) + "\n").collect();
        if text.is_empty() { Ok(()) } else { self.bar.suspend(|| output::print(&text)) }
    }

    /// Posts what waits for the webhook. What could not be posted waits on.
    ///
    /// # Errors
    /// Why it was not taken.
    pub fn post(&mut self) -> Result<(), String> {
        self.webhook.as_mut().map_or(Ok(()), Webhook::post)
    }

    /// Says something on stderr that is not worth a warning.
    pub fn aside(&self, sentence: &str) {
        self.bar.suspend(|| eprintln!("breakwater: {sentence}"));
    }

    /// The last line.
    pub fn show(&self, state: String) {
        self.bar.set_message(state);
        self.bar.tick();
    }

    /// Moves the last line's sign of life.
    pub fn tick(&self) {
        self.bar.tick();
    }

    /// Takes the last line off the screen.
    pub fn clear(&self) {
        self.bar.finish_and_clear();
    }
}

/// A URL that warnings are posted to. It may hold a secret, so no sentence names it.
struct Webhook {
    url: reqwest::Url,
    client: reqwest::blocking::Client,
    waiting: VecDeque<Value>,
}

impl Webhook {
    fn new(url: &str) -> Result<Webhook, Failure> {
        let parsed = url.parse::<reqwest::Url>().ok().filter(|url| ["http", "https"].contains(&url.scheme()));
        let url = parsed
            .ok_or_else(|| Failure::Input("--webhook: it is no URL: pass one that begins with https://".to_owned()))?;
        let client = reqwest::blocking::Client::builder().timeout(TIMEOUT).build();
        let client = client.map_err(|error| Failure::Run(format!("no connection can be made: {error}")))?;
        Ok(Webhook { url, client, waiting: VecDeque::new() })
    }

    fn add(&mut self, notice: Value) {
        if self.waiting.len() == WAITING {
            self.waiting.pop_front();
        }
        self.waiting.push_back(notice);
    }

    fn post(&mut self) -> Result<(), String> {
        while let Some(notice) = self.waiting.front() {
            let sent = self.client.post(self.url.clone()).json(notice).send();
            sent.and_then(|response| response.error_for_status())
                .map_err(|error| format!("the webhook failed: {}", error.without_url()))?;
            self.waiting.pop_front();
        }
        Ok(())
    }
}
