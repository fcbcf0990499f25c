//! Stdout.

use std::io::{ErrorKind, Write};

use crate::Failure;

/// Prints to stdout; a reader that has had enough is no error.
pub fn print(text: &str) -> Result<(), Failure> {
    let mut stdout = std::io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Failure::Run(format!("stdout: {error}"))),
        _ => Ok(()),
    }
}
