//! Rows of one size, and those of them that are near liquidation: sorted by distance, with a list for each factor.

use breakwater_client::margin::screen::{FAR, KEYS, Key, Packed, Row, Screened, Table};
use rayon::prelude::*;

use super::EXACT;
use super::slab::push;

/// Rows that one task looks at.
const CHUNK: usize = 8_192;
/// How near an account is: 0 a candidate, then its distance and one, [`FAR`] if it is not near.
pub(super) type Nearness = u8;

/// How near a row is that is not far. Apart, so that the loop over all rows keeps its registers.
#[inline(never)]
fn nearness<const T: usize, const P: usize>(row: &Row<T, P>, table: &Table) -> Nearness {
    let screened = row.weigh(table);
    if screened.is_candidate() { 0 } else { screened.distance().min(FAR - 2) + 1 }
}

/// A near row: how near, and its place.
pub(super) type Hit = (Nearness, u32);

/// What moved: drift of each factor since the last survey, by key's number.
pub(super) type Drifts = [u32; KEYS];

/// Rows of one size, whichever it is.
pub(super) trait Shelf: Send + Sync {
    /// Takes an account's words, if they fit; returns the place.
    fn push(&mut self, packed: &Packed, owner: u32) -> Option<u32>;
    /// Frees a place; returns whose row has moved there.
    fn remove(&mut self, place: u32) -> Option<u32>;
    /// Whose row is at a place.
    fn owner(&self, place: u32) -> u32;
    /// Weighs the row at a place.
    fn weigh(&self, place: u32, table: &Table) -> Screened;
    /// Weighs all rows by a table as it may soon be; returns those that are near, by the table as it is.
    fn survey(&self, table: &Table, stressed: &Table) -> Vec<Hit>;
    /// Takes the near rows up to a nearness for the next [`Shelf::look`]s.
    fn list(&mut self, hits: &[Hit], up_to: Nearness);
    /// Looks at the listed rows that what moved may have reached; returns how many. Owners that are `marked` are left out.
    fn look(&mut self, table: &Table, drifts: &Drifts, marked: &[u8], candidates: &mut Vec<u32>) -> usize;
    /// Empties the shelf.
    fn clear(&mut self);
    /// Number of rows.
    fn len(&self) -> usize;
    /// Bytes taken from the system.
    fn bytes(&self) -> usize;
}

/// The sizes that there are, the smallest first: 32 to 100 bytes for eight legs of any kinds, 160 for all that an account has.
pub(super) fn all() -> [Box<dyn Shelf>; EXACT as usize] {
    [
        Box::new(Rows::<8, 0>::default()),
        Box::new(Rows::<8, 1>::default()),
        Box::new(Rows::<8, 2>::default()),
        Box::new(Rows::<8, 4>::default()),
        Box::new(Rows::<3, 6>::default()),
        Box::new(Rows::<1, 8>::default()),
        Box::new(Rows::<16, 8>::default()),
    ]
}

#[derive(Default)]
struct Rows<const T: usize, const P: usize> {
    rows: Vec<Row<T, P>>,
    owners: Vec<u32>,
    near: Near<T, P>,
}

/// Copies of the near rows: so few that they stay in the processor's cache.
struct Near<const T: usize, const P: usize> {
    rows: Vec<Row<T, P>>,
    owners: Vec<u32>,
    nearness: Vec<Nearness>,
    /// By key: places of the rows that depend on it, the nearest first.
    lists: Vec<Vec<u32>>,
    /// By place: the last look at it.
    looked: Vec<u32>,
    look: u32,
}

impl<const T: usize, const P: usize> Default for Near<T, P> {
    fn default() -> Self {
        Near {
            rows: Vec::new(),
            owners: Vec::new(),
            nearness: Vec::new(),
            lists: vec![Vec::new(); KEYS],
            looked: Vec::new(),
            look: 0,
        }
    }
}

impl<const T: usize, const P: usize> Shelf for Rows<T, P> {
    fn push(&mut self, packed: &Packed, owner: u32) -> Option<u32> {
        let row = packed.row()?;
        push(&mut self.rows, row);
        push(&mut self.owners, owner);
        Some(self.rows.len() as u32 - 1)
    }

    fn remove(&mut self, place: u32) -> Option<u32> {
        self.rows.swap_remove(place as usize);
        self.owners.swap_remove(place as usize);
        self.owners.get(place as usize).copied()
    }

    fn owner(&self, place: u32) -> u32 {
        self.owners[place as usize]
    }

    fn weigh(&self, place: u32, table: &Table) -> Screened {
        self.rows[place as usize].weigh(table)
    }

    fn survey(&self, table: &Table, stressed: &Table) -> Vec<Hit> {
        let chunks = self.rows.par_chunks(CHUNK).enumerate();
        let hits: Vec<Vec<Hit>> = chunks
            .map(|(chunk, rows)| {
                let mut hits = Vec::new();
                for (i, row) in rows.iter().enumerate() {
                    if row.health(stressed) < 0 {
                        hits.push((nearness(row, table), (chunk * CHUNK + i) as u32));
                    }
                }
                hits
            })
            .collect();
        hits.concat()
    }

    fn list(&mut self, hits: &[Hit], up_to: Nearness) {
        let near = &mut self.near;
        let listed = || hits.iter().filter(|(nearness, _)| *nearness <= up_to);
        let mut starts = [0u32; FAR as usize + 1];
        listed().for_each(|(nearness, _)| starts[usize::from(*nearness)] += 1);
        let mut end = 0;
        for start in &mut starts {
            end += std::mem::replace(start, end);
        }
        // Copied in the order in which they lie, listed in the order of nearness.
        near.rows.clear();
        near.owners.clear();
        near.nearness.clear();
        let mut order = vec![0u32; end as usize];
        for (nearness, place) in listed() {
            let start = &mut starts[usize::from(*nearness)];
            order[*start as usize] = near.rows.len() as u32;
            *start += 1;
            near.rows.push(self.rows[*place as usize]);
            near.owners.push(self.owners[*place as usize]);
            near.nearness.push(*nearness);
        }
        near.lists.iter_mut().for_each(Vec::clear);
        for at in order {
            near.rows[at as usize].keys(|key| near.lists[key.number()].push(at));
        }
        near.looked.clear();
        near.looked.resize(near.rows.len(), 0);
        near.look = 0;
    }

    fn look(&mut self, table: &Table, drifts: &Drifts, marked: &[u8], candidates: &mut Vec<u32>) -> usize {
        let near = &mut self.near;
        near.look += 1;
        let mut looked = 0;
        for key in Key::all() {
            let drift = drifts[key.number()];
            if drift == 0 {
                continue;
            }
            for at in near.lists[key.number()].iter().map(|at| *at as usize) {
                if u32::from(near.nearness[at]) > drift {
                    break;
                }
                if std::mem::replace(&mut near.looked[at], near.look) == near.look {
                    continue;
                }
                looked += 1;
                if near.rows[at].weigh(table).is_candidate() && marked[near.owners[at] as usize] & super::MARKED == 0 {
                    candidates.push(near.owners[at]);
                }
            }
        }
        looked
    }

    fn clear(&mut self) {
        self.rows.clear();
        self.owners.clear();
        self.list(&[], 0);
    }

    fn len(&self) -> usize {
        self.rows.len()
    }

    fn bytes(&self) -> usize {
        let (row, near) = (size_of::<Row<T, P>>(), &self.near);
        let numbers = self.owners.capacity() + near.owners.capacity() + near.looked.capacity();
        let lists: usize = near.lists.iter().map(Vec::capacity).sum();
        row * (self.rows.capacity() + near.rows.capacity()) + 4 * (numbers + lists) + near.nearness.capacity()
    }
}

/// The farthest nearness up to which no more than a number of rows are near.
pub(super) fn horizon(hits: &[Vec<Hit>], most: usize) -> Nearness {
    let mut counts = [0usize; FAR as usize];
    hits.iter().flatten().for_each(|(nearness, _)| counts[usize::from(*nearness)] += 1);
    let mut sum = counts[0];
    let fits = counts.iter().skip(1).take_while(|count| {
        sum += **count;
        sum <= most
    });
    fits.count() as Nearness
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_horizon_is_the_farthest_nearness_up_to_which_all_are_listed() {
        let hits = vec![vec![(0, 0), (3, 1), (1, 2)], vec![(1, 0), (254, 1), (3, 2)]];
        // Up to nearness 0 there is one, up to 1 three, up to 3 five, up to 254 six.
        let of = |most| horizon(&hits, most);
        assert_eq!((of(2), of(3), of(4), of(5), of(6)), (0, 2, 2, 253, 254));
        assert_eq!(of(0), 0, "candidates are always listed");
    }
}
