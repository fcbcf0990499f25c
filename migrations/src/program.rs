//! The program itself: what is deployed against the committed bytecode, and what to run where they differ.

use breakwater_client::{Address, PROGRAM_ID};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::Failure;
use crate::cluster::Cluster;
use crate::fields::hex;
use crate::params::Name;

/// The committed bytecode.
pub const BYTECODE: &[u8] = include_bytes!("../../artifacts/breakwater.so");
const MANIFEST: &str = include_str!("../../artifacts/manifest.json");

/// The loader of programs that can be upgraded.
pub const LOADER: Address = Address::from_str_const("BPFLoaderUpgradeab1e11111111111111111111111");
/// Bytes in front of the bytecode in a program's data: kind, slot, authority.
const HEADER: usize = 45;

/// What is in the program's place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deployed {
    /// Nothing.
    Absent,
    /// The expected bytecode.
    Same,
    /// Something else, by its sha256.
    Other(String),
}

/// The digest of the committed bytecode, from artifacts/manifest.json.
pub fn committed() -> String {
    let manifest: Value = serde_json::from_str(MANIFEST).unwrap_or_default();
    manifest["bytecode"]["sha256"].as_str().unwrap_or_default().to_owned()
}

impl Deployed {
    /// Its digest, nothing where there is none.
    pub fn text(&self) -> String {
        match self {
            Deployed::Absent => String::new(),
            Deployed::Same => committed(),
            Deployed::Other(digest) => digest.clone(),
        }
    }

    /// Reads and compares.
    ///
    /// # Errors
    /// The chain cannot be read.
    pub fn read(cluster: &mut dyn Cluster) -> Result<Deployed, Failure> {
        let Some(program) = cluster.accounts(&[PROGRAM_ID])?.pop().flatten() else { return Ok(Deployed::Absent) };
        let mut code = program.data;
        if program.owner == LOADER {
            let pointer = code.get(4..36).and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
            let Some(pointer) = pointer else { return Ok(Deployed::Absent) };
            let Some(data) = cluster.accounts(&[Address::new_from_array(pointer)])?.pop().flatten() else {
                return Ok(Deployed::Absent);
            };
            code = data.data.get(HEADER..).unwrap_or_default().to_vec();
        }
        Ok(compare(&code))
    }
}

/// A program's account may be longer than the program; the rest is zero.
fn compare(code: &[u8]) -> Deployed {
    let (own, rest) = code.split_at(BYTECODE.len().min(code.len()));
    if own == BYTECODE && rest.iter().all(|byte| *byte == 0) {
        return Deployed::Same;
    }
    let end = code.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    if end == 0 { Deployed::Absent } else { Deployed::Other(hex(&Sha256::digest(&code[..end]))) }
}

/// Why nothing can be done yet, and exactly what to run.
pub fn advice(deployed: &Deployed, cluster: Name, url: &str) -> String {
    let fact = match deployed {
        Deployed::Absent => format!("no program is deployed at {PROGRAM_ID} on {}", cluster.text()),
        Deployed::Same => format!("the program at {PROGRAM_ID} is the committed one"),
        Deployed::Other(found) => {
            format!("the program at {PROGRAM_ID} on {} has sha256 {found}, not {}", cluster.text(), committed())
        }
    };
    format!(
        "{fact}: run `solana program deploy artifacts/breakwater.so --program-id PROGRAM_KEY.json --url {url}` with the key of \
         that address, or build with an address of your own first (migrations/README.md)"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_manifest_speaks_of_the_bytecode_that_is_built_in() {
        assert_eq!(committed(), hex(&Sha256::digest(BYTECODE)));
    }

    #[test]
    fn room_behind_a_program_is_no_difference() {
        assert_eq!(compare(BYTECODE), Deployed::Same);
        assert_eq!(compare(&[BYTECODE, &[0; 64]].concat()), Deployed::Same);
        assert_eq!(compare(&[0; 64]), Deployed::Absent);
        assert!(matches!(compare(&[BYTECODE, &[1]].concat()), Deployed::Other(_)));
        assert!(matches!(compare(&BYTECODE[..100]), Deployed::Other(_)));
    }
}
