//! Where records lie: one array for each size, so that a million of them cost no allocation each and no gaps.

/// Sizes of records are multiples of this, bytes.
const STEP: usize = 8;

/// Where a record lies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Spot {
    class: u8,
    place: u32,
}

/// All records.
#[derive(Default)]
pub(super) struct Slabs(Vec<Slab>);

#[derive(Default)]
struct Slab {
    bytes: Vec<u8>,
    free: Vec<u32>,
}

impl Slabs {
    /// Takes a record.
    pub(super) fn put(&mut self, record: &[u8]) -> Spot {
        let class = record.len().div_ceil(STEP);
        if self.0.len() <= class {
            self.0.resize_with(class + 1, Slab::default);
        }
        let (slab, size) = (&mut self.0[class], class * STEP);
        let place = slab.free.pop().unwrap_or_else(|| {
            let place = slab.bytes.len() / size.max(1);
            make_room(&mut slab.bytes, size);
            slab.bytes.resize(slab.bytes.len() + size, 0);
            place as u32
        });
        let from = place as usize * size;
        slab.bytes[from..from + record.len()].copy_from_slice(record);
        Spot { class: class as u8, place }
    }

    /// A record; what follows it up to its size means nothing.
    pub(super) fn get(&self, spot: Spot) -> &[u8] {
        let size = usize::from(spot.class) * STEP;
        let from = spot.place as usize * size;
        &self.0[usize::from(spot.class)].bytes[from..from + size]
    }

    /// Gives a record's place to the next.
    pub(super) fn remove(&mut self, spot: Spot) {
        self.0[usize::from(spot.class)].free.push(spot.place);
    }

    /// Bytes taken from the system.
    pub(super) fn bytes(&self) -> usize {
        self.0.iter().map(|slab| slab.bytes.capacity() + 4 * slab.free.capacity()).sum()
    }
}

/// Grows an array by an eighth where it is full: doubling would cost half of the memory.
pub(super) fn make_room<T>(array: &mut Vec<T>, more: usize) {
    if array.capacity() - array.len() < more {
        array.reserve_exact(more + array.len() / 8 + 64);
    }
}

/// Pushes with [`make_room`].
pub(super) fn push<T>(array: &mut Vec<T>, item: T) {
    make_room(array, 1);
    array.push(item);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_keep_their_bytes_and_places_are_used_again() {
        let mut slabs = Slabs::default();
        let spots: Vec<Spot> = (1..200u8).map(|n| slabs.put(&vec![n; n as usize])).collect();
        for (n, spot) in (1..200u8).zip(&spots) {
            assert_eq!(slabs.get(*spot)[..n as usize], vec![n; n as usize]);
        }
        slabs.remove(spots[9]);
        let bytes = slabs.bytes();
        assert_eq!(slabs.put(&[1; 12]), spots[9], "the place of the other record of up to sixteen bytes");
        assert_eq!(slabs.bytes(), bytes);
    }
}
