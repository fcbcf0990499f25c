//! Rows of one size, and those of them that are near liquidation: sorted by distance, with a list for each factor.

use breakwater_client::margin::screen::{FAR, KEYS, Key, Packed, Row, Screened, Table};
use rayon::prelude::*;

use super::slab::push;

/// Rows that one task looks at.
const CHUNK: usize = 8_192;
/// How near an account is: 0 a candidate, then its distance and one, [`FAR`] if it is not near.
pub(super) type Nearness = u8;

/// How near a row is that is not far.
fn nearness(screened: Screened) -> Nearness {
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

/// The sizes that there are, the smallest first: eight legs take 32 to 160 bytes.
pub(super) fn all() -> [Box<dyn Shelf>; 5] {
    [
        Box::new(Rows::<8, 0>::default()),
        Box::new(Rows::<8, 1>::default()),
        Box::new(Rows::<8, 2>::default()),
        Box::new(Rows::<8, 4>::default()),
        Box::new(Rows::<16, 8>::default()),
    ]
}

#[derive(Default)]
struct Rows<const T: usize, const P: usize> {
    rows: Vec<Row<T, P>>,
    owners: Vec<u32>,
    near: Near<T, P>,
}

/// Copies of the near rows in order of nearness, so that a look reads memory from front to back.
struct Near<const T: usize, const P: usize> {
    rows: Vec<Row<T, P>>,
    owners: Vec<u32>,
    /// How many rows are at most as near.
    ends: [u32; FAR as usize + 1],
    /// By key: places of the rows that depend on it, ascending.
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
            ends: [0; FAR as usize + 1],
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
                        hits.push((nearness(row.weigh(table)), (chunk * CHUNK + i) as u32));
                    }
                }
                hits
            })
            .collect();
        hits.concat()
    }

    fn list(&mut self, hits: &[Hit], up_to: Nearness) {
        let near = &mut self.near;
        near.ends = [0; FAR as usize + 1];
        let listed = || hits.iter().filter(|(nearness, _)| *nearness <= up_to);
        listed().for_each(|(nearness, _)| near.ends[usize::from(*nearness)] += 1);
        let mut starts = [0; FAR as usize + 1];
        let mut end = 0;
        for (start, count) in starts.iter_mut().zip(&mut near.ends) {
            *start = end;
            end += *count;
            *count = end;
        }
        let mut places = vec![0u32; end as usize];
        for (nearness, place) in listed() {
            let start = &mut starts[usize::from(*nearness)];
            places[*start as usize] = *place;
            *start += 1;
        }
        near.rows.clear();
        near.owners.clear();
        near.lists.iter_mut().for_each(Vec::clear);
        for (at, place) in places.iter().enumerate() {
            let row = self.rows[*place as usize];
            row.keys(|key| near.lists[key.number()].push(at as u32));
            near.rows.push(row);
            near.owners.push(self.owners[*place as usize]);
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
            let end = near.ends[drift.min(u32::from(FAR)) as usize];
            for at in near.lists[key.number()].iter().take_while(|at| **at < end).map(|at| *at as usize) {
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
        row * (self.rows.capacity() + near.rows.capacity()) + 4 * (numbers + lists)
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
