//! Where new keys and addresses come from: out of nowhere, or out of a seed, so that a run can be repeated to the last
//! compute unit (the search for a program-derived address costs more for some addresses than for others).

use breakwater_client::Address;
use rand::rngs::StdRng;
use rand::{RngCore, SeedableRng};
use solana_keypair::Keypair;

/// A random source for one purpose of a run, independent of those for other purposes.
pub fn random(seed: u64, purpose: &str) -> StdRng {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    for (to, from) in bytes[8..].iter_mut().zip(purpose.bytes()) {
        *to = from;
    }
    StdRng::from_seed(bytes)
}

/// A source of keys and addresses.
#[derive(Clone, Debug, Default)]
pub struct Keys(Option<StdRng>);

impl Keys {
    /// The same keys for the same seed.
    pub fn seeded(seed: u64) -> Keys {
        Keys(Some(random(seed, "keys")))
    }

    /// A new key.
    pub fn keypair(&mut self) -> Keypair {
        match &mut self.0 {
            Some(source) => Keypair::new_from_array(bytes(source)),
            None => Keypair::new(),
        }
    }

    /// A new address that nobody has a key for.
    pub fn address(&mut self) -> Address {
        match &mut self.0 {
            Some(source) => Address::new_from_array(bytes(source)),
            None => Address::new_unique(),
        }
    }
}

fn bytes(source: &mut StdRng) -> [u8; 32] {
    let mut bytes = [0; 32];
    source.fill_bytes(&mut bytes);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use solana_signer::Signer;

    #[test]
    fn a_seed_gives_the_same_keys_again() {
        let (mut one, mut same, mut other) = (Keys::seeded(7), Keys::seeded(7), Keys::seeded(8));
        let first = one.keypair().pubkey();
        assert_eq!((first, one.address()), (same.keypair().pubkey(), same.address()));
        assert_ne!(first, other.keypair().pubkey());
    }

    #[test]
    fn two_purposes_share_no_numbers() {
        assert_ne!(random(1, "keys").next_u64(), random(1, "race").next_u64());
    }
}
