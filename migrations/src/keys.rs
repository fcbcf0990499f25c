//! Keys, from files by path. A key that others can read is refused.

use std::fs;
use std::path::Path;

use breakwater_client::Address;
use breakwater_client::interface::Group;
use breakwater_client::interface::governance::{ADMIN, RISK_MANAGER};
use solana_keypair::{Keypair, read_keypair};
use solana_signer::Signer;

use crate::Failure;

/// Names of the roles, by their numbers.
pub const ROLES: [&str; 3] = ["admin", "risk_manager", "guardian"];

/// The keys at hand.
#[derive(Debug, Default)]
pub struct Ring {
    /// Pays for transactions, and creates the group.
    pub payer: Option<Keypair>,
    /// Keys of roles, by their numbers.
    pub roles: [Option<Keypair>; 3],
}

impl Ring {
    /// The key of an address.
    pub fn find(&self, address: &Address) -> Option<&Keypair> {
        let mut keys = self.payer.iter().chain(self.roles.iter().flatten());
        keys.find(|key| key.pubkey() == *address)
    }

    /// Whose key was brought for a role.
    pub fn role(&self, role: u8) -> Option<Address> {
        self.roles.get(usize::from(role))?.as_ref().map(Signer::pubkey)
    }

    /// Who may set parameters: risk manager or admin, whoever's key is at hand.
    pub fn officer(&self, group: &Group) -> Address {
        let officers = [RISK_MANAGER, ADMIN].map(|role| holder(group, role));
        *officers.iter().find(|address| self.find(address).is_some()).unwrap_or(&officers[0])
    }
}

/// Who holds a role.
pub fn holder(group: &Group, role: u8) -> Address {
    Address::from(match role {
        ADMIN => group.admin,
        RISK_MANAGER => group.risk_manager,
        _ => group.guardian,
    })
}

/// Reads a key file as `solana-keygen` writes it.
///
/// # Errors
/// The file is not there, others can read it, or it holds no key.
pub fn read(path: &Path, flag: &str) -> Result<Keypair, Failure> {
    let refuse = |fact: String| Failure::Input(format!("{flag} {}: {fact}", path.display()));
    let mut file = fs::File::open(path).map_err(|error| refuse(format!("{error}: pass the path of a key file")))?;
    let metadata = file.metadata().map_err(|error| refuse(error.to_string()))?;
    let credentials = std::env::var_os("CREDENTIALS_DIRECTORY");
    if is_open_to_others(&metadata, credentials.is_some_and(|folder| path.starts_with(folder))) {
        return Err(refuse("others can read this key: run `chmod 600` on the file".to_owned()));
    }
    read_keypair(&mut file)
        .map_err(|_| refuse("it holds no key: pass a JSON array of 64 bytes, as solana-keygen writes it".to_owned()))
}

/// A credential that systemd hands to a service may carry an access list for the service's user, whose mask shows as bits of the
/// group; the folder is the service's alone.
#[cfg(unix)]
fn is_open_to_others(metadata: &fs::Metadata, credential: bool) -> bool {
    use std::os::unix::fs::MetadataExt;
    let others = if credential { 0o007 } else { 0o077 };
    metadata.mode() & others != 0
}

#[cfg(not(unix))]
fn is_open_to_others(_: &fs::Metadata, _: bool) -> bool {
    false
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_key_that_others_can_read_is_refused() {
        let path = std::env::temp_dir().join(format!("breakwater-key-{}.json", std::process::id()));
        let key = Keypair::new();
        let text = format!("{:?}", key.to_bytes());
        fs::write(&path, text).expect("the file is written");
        for (mode, good) in [(0o644, false), (0o640, false), (0o600, true)] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("the mode is set");
            let outcome = read(&path, "--keypair");
            assert_eq!(outcome.is_ok(), good, "{mode:o}");
            match outcome {
                Ok(read) => assert_eq!(read.pubkey(), key.pubkey()),
                Err(failure) => assert!(failure.sentence().contains("chmod 600"), "{failure}"),
            }
        }
        for (mode, open) in [(0o440, false), (0o400, false), (0o444, true)] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("the mode is set");
            assert_eq!(is_open_to_others(&fs::metadata(&path).expect("metadata"), true), open, "{mode:o}");
        }
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("the mode is set");
        fs::write(&path, "[1, 2]").expect("the file is written");
        assert!(read(&path, "--keypair").is_err_and(|failure| failure.sentence().contains("holds no key")));
        let _ = fs::remove_file(&path);
    }
}
