//! A file of receipts: those of one group in the order of their chain, from the first on.

use super::{Fault, chained, replay};
use crate::Address;
use crate::decode::Event;

/// First bytes of the file; the last is the version.
const MAGIC: [u8; 8] = *b"BWRCPT\0\x01";

/// Receipts of one group, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceiptFile {
    /// The group.
    pub group: Address,
    /// Bytes and digest of each.
    pub receipts: Vec<(Vec<u8>, [u8; 32])>,
}

/// Why a file is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileError {
    /// It does not begin as a file of receipts does.
    NotReceipts,
    /// It ends in the middle of the receipt with this number, counted from 1.
    Truncated(usize),
}

impl core::fmt::Display for FileError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            FileError::NotReceipts => write!(f, "it is not a file of receipts, or one of another version"),
            FileError::Truncated(number) => write!(f, "it ends in the middle of receipt {number}"),
        }
    }
}

impl ReceiptFile {
    /// A file without receipts.
    pub fn new(group: Address) -> ReceiptFile {
        ReceiptFile { group, receipts: Vec::new() }
    }

    /// Adds the next receipt.
    pub fn push(&mut self, bytes: Vec<u8>) {
        let digest = chained(&self.head(), &bytes);
        self.receipts.push((bytes, digest));
    }

    /// Digest of the last receipt; zero before the first. What `ReceiptLog` has as its head.
    pub fn head(&self) -> [u8; 32] {
        self.receipts.last().map_or([0; 32], |(_, digest)| *digest)
    }

    /// The file's bytes: magic, group, then of each receipt its length (4 bytes, little-endian), its bytes, its digest.
    pub fn bytes(&self) -> Vec<u8> {
        let mut out = MAGIC.to_vec();
        out.extend_from_slice(self.group.as_ref());
        for (bytes, digest) in &self.receipts {
            out.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
            out.extend_from_slice(bytes);
            out.extend_from_slice(digest);
        }
        out
    }

    /// Reads a file.
    ///
    /// # Errors
    /// It is no such file, or its end is missing.
    pub fn read(data: &[u8]) -> Result<ReceiptFile, FileError> {
        let body = data.strip_prefix(&MAGIC).ok_or(FileError::NotReceipts)?;
        let (group, mut rest) = body.split_first_chunk::<32>().ok_or(FileError::NotReceipts)?;
        let mut file = ReceiptFile::new(Address::from(*group));
        while !rest.is_empty() {
            let short = FileError::Truncated(file.receipts.len() + 1);
            let (length, after) = rest.split_first_chunk().ok_or(short)?;
            let (bytes, after) = after.split_at_checked(u32::from_le_bytes(*length) as usize).ok_or(short)?;
            let (digest, after) = after.split_first_chunk().ok_or(short)?;
            file.receipts.push((bytes.to_vec(), *digest));
            rest = after;
        }
        Ok(file)
    }

    /// Checks chain and content of every receipt.
    ///
    /// # Errors
    /// The number of the first receipt that does not hold, counted from 1, and why.
    pub fn verify(&self) -> Result<Vec<Event>, (usize, Fault)> {
        let mut before = [0; 32];
        let mut events = Vec::with_capacity(self.receipts.len());
        for (n, (bytes, digest)) in self.receipts.iter().enumerate() {
            if chained(&before, bytes) != *digest {
                return Err((n + 1, Fault::Digest));
            }
            events.push(replay(bytes).map_err(|fault| (n + 1, fault))?);
            before = *digest;
        }
        Ok(events)
    }
}
