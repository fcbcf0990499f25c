//! From an address to an account's number: open addressing over the numbers alone, four bytes a place.

use std::hash::{BuildHasher, RandomState};

/// A place that was never used.
const EMPTY: u32 = u32::MAX;

/// Numbers by address; the addresses themselves are the caller's, by number.
pub(super) struct Names {
    places: Vec<u32>,
    used: usize,
    // Anybody can choose addresses, so the hash is seeded.
    hasher: RandomState,
}

impl Names {
    pub(super) fn new() -> Names {
        Names { places: vec![EMPTY; 16], used: 0, hasher: RandomState::new() }
    }

    fn home(&self, address: &[u8; 32]) -> usize {
        self.hasher.hash_one(address) as usize & (self.places.len() - 1)
    }

    /// The place of an address, or the empty one where it would be.
    fn place(&self, address: &[u8; 32], addresses: &[[u8; 32]]) -> usize {
        let mut place = self.home(address);
        loop {
            match self.places[place] {
                EMPTY => return place,
                number if addresses[number as usize] == *address => return place,
                _ => place = (place + 1) & (self.places.len() - 1),
            }
        }
    }

    /// The number of an address.
    pub(super) fn find(&self, address: &[u8; 32], addresses: &[[u8; 32]]) -> Option<u32> {
        Some(self.places[self.place(address, addresses)]).filter(|number| *number != EMPTY)
    }

    /// Takes an address that is not there yet under its number; `addresses` has it already.
    pub(super) fn insert(&mut self, number: u32, addresses: &[[u8; 32]]) {
        if 4 * (self.used + 1) > 3 * self.places.len() {
            let old = std::mem::take(&mut self.places);
            self.places = vec![EMPTY; 2 * old.len()];
            for number in old.into_iter().filter(|number| *number != EMPTY) {
                let place = self.place(&addresses[number as usize], addresses);
                self.places[place] = number;
            }
        }
        let place = self.place(&addresses[number as usize], addresses);
        self.places[place] = number;
        self.used += 1;
    }

    /// Lets go of an address; those behind it move up, so that no place is lost.
    pub(super) fn remove(&mut self, address: &[u8; 32], addresses: &[[u8; 32]]) {
        let mask = self.places.len() - 1;
        let mut gap = self.place(address, addresses);
        if self.places[gap] == EMPTY {
            return;
        }
        self.used -= 1;
        let mut place = gap;
        loop {
            place = (place + 1) & mask;
            let number = self.places[place];
            if number == EMPTY {
                break;
            }
            let home = self.home(&addresses[number as usize]);
            if (place.wrapping_sub(home) & mask) >= (place.wrapping_sub(gap) & mask) {
                self.places[gap] = number;
                gap = place;
            }
        }
        self.places[gap] = EMPTY;
    }

    /// Bytes taken from the system.
    pub(super) fn bytes(&self) -> usize {
        4 * self.places.capacity()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    #[test]
    fn it_is_a_map() {
        let (mut names, mut addresses, mut model) = (Names::new(), Vec::new(), HashMap::new());
        let address = |n: u32| core::array::from_fn(|i| (n.wrapping_mul(2_654_435_761) >> (i % 4 * 8)) as u8);
        for step in 0..4_000u32 {
            let name: [u8; 32] = address(step % 1_500);
            match model.remove(&name) {
                Some(_) if step % 3 > 0 => names.remove(&name, &addresses),
                Some(number) => {
                    model.insert(name, number);
                }
                None => {
                    addresses.push(name);
                    names.insert(addresses.len() as u32 - 1, &addresses);
                    model.insert(name, addresses.len() as u32 - 1);
                }
            }
            assert_eq!(names.used, model.len());
        }
        for n in 0..1_600 {
            assert_eq!(names.find(&address(n), &addresses), model.get(&address(n)).copied());
        }
    }
}
