//! The keeper in a terminal: health bands, candidates, what is in flight, what came of it, feeds, balances and the log.

mod draw;

use std::collections::VecDeque;
use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ratatui::crossterm::event::{self, Event, KeyCode, KeyModifiers};
use tokio::sync::watch;

use crate::picture::Picture;

pub use draw::draw;

/// Time between two frames.
const FRAME: Duration = Duration::from_millis(250);
/// Log lines that are kept.
const LINES: usize = 200;

/// The last log lines; a writer for the log while the dashboard has the terminal.
#[derive(Clone, Debug, Default)]
pub struct Lines(Arc<Mutex<VecDeque<String>>>);

impl Lines {
    /// The newest lines, oldest first.
    pub fn last(&self, count: usize) -> Vec<String> {
        let lines = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        lines.iter().skip(lines.len().saturating_sub(count)).cloned().collect()
    }
}

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut lines = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        for line in String::from_utf8_lossy(bytes).lines() {
            lines.push_back(line.to_owned());
        }
        let surplus = lines.len().saturating_sub(LINES);
        lines.drain(..surplus);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Draws until somebody asks to stop (q, Escape, Ctrl-C), or the keeper stops by itself. Blocks: a thread of its own.
///
/// # Errors
/// The terminal's.
pub fn run(pictures: &watch::Receiver<Picture>, lines: &Lines, stop: &watch::Sender<bool>) -> io::Result<()> {
    let mut terminal = ratatui::init();
    let outcome = loop {
        let picture = pictures.borrow().clone();
        if let Err(error) = terminal.draw(|frame| draw(frame, &picture, &lines.last(LINES))) {
            break Err(error);
        }
        match asked_to_stop() {
            Ok(true) => {
                let _ = stop.send(true);
                break Ok(());
            }
            Ok(false) if *stop.borrow() || pictures.has_changed().is_err() => break Ok(()),
            Ok(false) => {}
            Err(error) => break Err(error),
        }
    };
    ratatui::restore();
    outcome
}

fn asked_to_stop() -> io::Result<bool> {
    if !event::poll(FRAME)? {
        return Ok(false);
    }
    Ok(match event::read()? {
        Event::Key(key) => match key.code {
            KeyCode::Char('q') | KeyCode::Esc => true,
            KeyCode::Char('c') => key.modifiers.contains(KeyModifiers::CONTROL),
            _ => false,
        },
        _ => false,
    })
}
