//! The journal: what was sent, written and flushed before it was sent, and what became of it. It outlives the keeper: after a
//! kill nothing that may have landed is forgotten.
//!
//! One JSON object on each line, appended only. A line that was cut off by a crash is the last one and is dropped: its
//! transaction was not sent yet, or is looked up once more.

mod effects;
mod entry;
mod report;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use breakwater_client::Address;
use solana_signature::Signature;

pub use entry::{Amounts, Effects, Ending, Kind, Owner, Sent, Settled};
pub use report::{Count, Report};

use entry::{Line, VERSION};

/// Why a journal cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The file cannot be read or written.
    #[error("journal {path}: {error}")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// Another keeper has it open.
    #[error("journal {path} is in use by another keeper: give each keeper a journal of its own")]
    Locked {
        /// The file.
        path: PathBuf,
    },
    /// A line is none.
    #[error(
        "journal {path}, line {line}: {fact}: mend the line, or move the file away after its transactions were looked up"
    )]
    Line {
        /// The file.
        path: PathBuf,
        /// Which line, from 1.
        line: usize,
        /// What is wrong with it.
        fact: String,
    },
    /// It is another keeper's.
    #[error("journal {path} is of another keeper (group {}, margin account {}, key {}): name another file", .owner.group, .owner.account, .owner.wallet)]
    Foreign {
        /// The file.
        path: PathBuf,
        /// Whose it is.
        owner: Box<Owner>,
    },
}

/// What the lines of a journal come to.
#[derive(Debug, Default)]
struct Known {
    owner: Option<Owner>,
    unsettled: HashMap<Signature, Sent>,
    report: Report,
}

impl Known {
    fn take(&mut self, line: Line) -> Result<(), String> {
        match line {
            Line::Keeper { version, .. } if version != VERSION => {
                Err(format!("its version is {version}, this keeper's {VERSION}"))
            }
            Line::Keeper { owner, .. } => match self.owner.replace(owner) {
                None => Ok(()),
                Some(_) => Err("it begins a second journal in the same file".to_owned()),
            },
            _ if self.owner.is_none() => Err("the first line must say whose journal it is".to_owned()),
            Line::Sent(sent) => {
                self.report.sent(&sent);
                match self.unsettled.insert(sent.signature, sent) {
                    None => Ok(()),
                    Some(twice) => Err(format!("{} was sent before", twice.signature)),
                }
            }
            Line::Settled(settled) => {
                let sent = self.unsettled.remove(&settled.signature);
                let sent =
                    sent.ok_or_else(|| format!("{} was never sent, or is settled already", settled.signature))?;
                self.report.settled(sent.kind, &settled);
                Ok(())
            }
        }
    }
}

/// An open journal.
pub struct Journal {
    path: PathBuf,
    owner: Owner,
    state: Mutex<(File, Known)>,
}

impl Journal {
    /// Opens a journal, or begins it; nobody else may until it is dropped.
    ///
    /// # Errors
    /// The file cannot be used, is in use, is damaged, or is another keeper's.
    pub fn open(path: &Path, owner: &Owner) -> Result<Journal, JournalError> {
        let failed = |error| JournalError::File { path: path.to_owned(), error };
        let options = OpenOptions::new().read(true).append(true).create(true).clone();
        let mut file = options.open(path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(JournalError::Locked { path: path.to_owned() }),
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
        let mut bytes = Vec::new();
        file.seek(SeekFrom::Start(0)).and_then(|_| file.read_to_end(&mut bytes)).map_err(failed)?;
        let (known, whole) = read(path, &bytes)?;
        if whole < bytes.len() {
            let cut = bytes.len() - whole;
            tracing::warn!(journal = %path.display(), bytes = cut, "the last line was cut off by a crash and is dropped");
            file.set_len(whole as u64).and_then(|()| file.sync_all()).map_err(failed)?;
        }
        let journal = Journal { path: path.to_owned(), owner: *owner, state: Mutex::new((file, known)) };
        let before = journal.state().1.owner;
        match before {
            None => journal.write(Line::Keeper { version: VERSION, owner: *owner })?,
            Some(before) if before == *owner => {}
            Some(owner) => return Err(JournalError::Foreign { path: path.to_owned(), owner: Box::new(owner) }),
        }
        Ok(journal)
    }

    /// The report of a journal, which may be in use.
    ///
    /// # Errors
    /// The file cannot be read or is damaged.
    pub fn report_of(path: &Path) -> Result<Report, JournalError> {
        let bytes = std::fs::read(path).map_err(|error| JournalError::File { path: path.to_owned(), error })?;
        Ok(read(path, &bytes)?.0.report)
    }

    /// Whose it is.
    pub fn owner(&self) -> &Owner {
        &self.owner
    }

    /// Takes down a transaction that is about to be sent. It is on the disk when this returns.
    ///
    /// # Errors
    /// It cannot be written: the transaction must not be sent.
    pub fn sent(&self, sent: Sent) -> Result<(), JournalError> {
        self.write(Line::Sent(sent))
    }

    /// Takes down what became of a transaction. What is settled stays as it is: two may have looked it up at the same time.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn settled(&self, settled: Settled) -> Result<(), JournalError> {
        self.write(Line::Settled(settled))
    }

    /// Transactions of which it is not known what became of them, oldest first.
    pub fn unsettled(&self) -> Vec<Sent> {
        let mut all: Vec<Sent> = self.state().1.unsettled.values().cloned().collect();
        all.sort_by_key(|sent| (sent.at, sent.last_valid_height));
        all
    }

    /// Whether it is not known yet what became of a transaction.
    pub fn is_unsettled(&self, signature: &Signature) -> bool {
        self.state().1.unsettled.contains_key(signature)
    }

    /// Whether it is not known yet what became of a transaction about an account.
    pub fn is_open(&self, account: &Address) -> bool {
        self.state().1.unsettled.values().any(|sent| sent.account == *account)
    }

    /// Sums over everything so far.
    pub fn report(&self) -> Report {
        self.state().1.report.clone()
    }

    fn write(&self, line: Line) -> Result<(), JournalError> {
        let failed = |error| JournalError::File { path: self.path.clone(), error };
        let mut text = serde_json::to_string(&line).map_err(|error| failed(error.into()))?;
        text.push('\n');
        let mut state = self.state();
        let (file, known) = &mut *state;
        // A line that cannot be read again would cost the keeper its journal.
        if matches!(&line, Line::Settled(settled) if !known.unsettled.contains_key(&settled.signature)) {
            return Ok(());
        }
        let before = file.metadata().map_err(failed)?.len();
        if let Err(error) = file.write_all(text.as_bytes()).and_then(|()| file.sync_data()) {
            // A part of a line in the middle would make the file unreadable.
            file.set_len(before).map_err(failed)?;
            return Err(failed(error));
        }
        known.take(line).map_err(|fact| JournalError::Line { path: self.path.clone(), line: 0, fact })
    }

    /// A panic elsewhere leaves the state whole: it changes last.
    fn state(&self) -> MutexGuard<'_, (File, Known)> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Reads all whole lines; says how many bytes they are.
fn read(path: &Path, bytes: &[u8]) -> Result<(Known, usize), JournalError> {
    let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    let mut known = Known::default();
    for (number, line) in bytes[..whole].split(|byte| *byte == b'\n').enumerate() {
        if line.is_empty() {
            continue;
        }
        let parsed = serde_json::from_slice(line).map_err(|error| format!("it is no line of a journal ({error})"));
        let taken = parsed.and_then(|line| known.take(line));
        taken.map_err(|fact| JournalError::Line { path: path.to_owned(), line: number + 1, fact })?;
    }
    Ok((known, whole))
}
