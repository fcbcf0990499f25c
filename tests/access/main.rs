//! The access matrix (docs/access-matrix.md): every instruction, every account slot, every wrong account.
//!
//! Each call succeeds as it is. Then one account at a time is replaced; the call must fail with the error that `matrix.txt`
//! names, and leave every byte of every account as it was. `BLESS=1` writes the table. What legitimately succeeds is in
//! `allowed.rs`, with the reason.

mod allowed;
mod attempt;
mod calls;
mod idl;
mod place;
mod wrong;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};

use solana_signer::Signer;

use attempt::{bytes, difference, send};
use breakwater_client::PROGRAM_ID;
use calls::Call;
use idl::{Entry, Slot};
use place::Place;
use wrong::Forge;

const TABLE: &str = include_str!("matrix.txt");
const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/access/matrix.txt");
/// Threads that share the calls.
const THREADS: usize = 2;

/// What the substitutions of all calls came to.
#[derive(Default)]
struct Found {
    /// Errors by call, slot and class.
    rows: BTreeMap<(usize, usize, &'static str), BTreeSet<String>>,
    /// Reasons that were needed.
    used: BTreeSet<usize>,
    /// What must not be.
    faults: Vec<String>,
    attempts: usize,
}

/// The slots of a call: those of the IDL, and what follows them.
fn slots(entry: &Entry, call: &Call, count: usize) -> Vec<Slot> {
    let follow = call.follow.iter().map(|name| Slot {
        name: (*name).to_owned(),
        is_signer: false,
        is_writable: false,
        is_optional: false,
    });
    let slots: Vec<Slot> = entry.slots.iter().cloned().chain(follow).collect();
    assert_eq!(slots.len(), count, "accounts of {}", call.title());
    slots
}

/// Makes every substitution of a call.
fn examine(place: &mut Place, number: usize, call: &Call, entry: &Entry, found: &mut Found) {
    place.restore();
    let instruction = (call.build)(place);
    let slots = slots(entry, call, instruction.accounts.len());
    for (slot, meta) in slots.iter().zip(&instruction.accounts).take(entry.slots.len()) {
        let left_out = slot.is_optional && meta.pubkey == PROGRAM_ID;
        let fits = meta.is_signer == slot.is_signer && (left_out || meta.is_writable == slot.is_writable);
        assert!(fits, "{}: the bits of {} are not the IDL's", call.title(), slot.name);
    }
    let payer = place.world.chain.payer().pubkey();
    let start = place.world.chain.svm().clone();
    send(place.world.chain.svm(), &payer, &instruction).unwrap_or_else(|e| panic!("{}: {e}", call.title()));
    *place.world.chain.svm() = start.clone();
    let exists = bytes(place.world.chain.svm(), &payer);
    for at in 0..slots.len() {
        for wrong in Forge::all(place, &exists, &instruction, &slots, at) {
            found.attempts += 1;
            if let Some((address, account)) = &wrong.planted {
                place.world.chain.set_account(address, account.clone());
            }
            let before = bytes(place.world.chain.svm(), &payer);
            let sent = send(place.world.chain.svm(), &payer, &wrong.instruction);
            let name = format!("{}, {}, {} {}", call.title(), slots[at].name, wrong.class, wrong.what);
            let row = found.rows.entry((number, at, wrong.class)).or_default();
            match sent {
                Err(error) => {
                    row.insert(error);
                    if let Some(address) = difference(&before, &bytes(place.world.chain.svm(), &payer)) {
                        found.faults.push(format!("{name}: fails and changes {address}"));
                    }
                }
                Ok(()) => {
                    row.insert(format!("passes: {}", wrong.what).trim_end_matches(": ").to_owned());
                    match allowed::reason(entry, call, &slots[at].name, wrong.class, &wrong.what) {
                        Some(reason) => _ = found.used.insert(reason),
                        None => found.faults.push(format!("{name}: PASSES")),
                    }
                    *place.world.chain.svm() = start.clone();
                }
            }
        }
    }
}

/// Examines a part of the calls.
fn part(first: usize, entries: &[Entry]) -> Found {
    let mut place = Place::new();
    let mut found = Found::default();
    for (number, call) in calls::ALL.iter().enumerate().skip(first).step_by(THREADS) {
        let entry = entries.iter().find(|entry| entry.name == call.name).unwrap_or_else(|| panic!("{}", call.name));
        let examined = AssertUnwindSafe(|| examine(&mut place, number, call, entry, &mut found));
        if catch_unwind(examined).is_err() {
            found.faults.push(format!("{} cannot be examined; see above", call.title()));
        }
    }
    found
}

fn table(found: &Found, entries: &[Entry]) -> String {
    let mut text = String::from("# instruction (variant) | account | substitution | what it comes to\n");
    for ((number, at, class), errors) in &found.rows {
        let call = &calls::ALL[*number];
        let entry = entries.iter().find(|entry| entry.name == call.name).expect("it was examined");
        let slot = entry.slots.get(*at).map_or_else(|| call.follow[at - entry.slots.len()], |slot| &slot.name);
        let errors: Vec<&str> = errors.iter().map(String::as_str).collect();
        let _ = writeln!(text, "{} | {slot} | {class} | {}", call.title(), errors.join(", "));
    }
    text
}

#[test]
fn no_wrong_account_passes() {
    let entries = idl::instructions();
    let mut found = Found::default();
    let parts: Vec<Found> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS).map(|first| scope.spawn({ let e = &entries; move || part(first, e) })).collect();
        threads.into_iter().map(|thread| thread.join().expect("a part")).collect()
    });
    for part in parts {
        found.rows.extend(part.rows);
        found.used.extend(part.used);
        found.faults.extend(part.faults);
        found.attempts += part.attempts;
    }
    for entry in &entries {
        if !calls::ALL.iter().any(|call| call.name == entry.name) {
            found.faults.push(format!("{} is not examined", entry.name));
        }
    }
    let unused = (0..allowed::ALL.len()).filter(|number| !found.used.contains(number));
    found.faults.extend(unused.map(|number| format!("nothing passes because of {:?}", allowed::ALL[number])));
    let table = table(&found, &entries);
    println!("{} substitutions, {} rows", found.attempts, found.rows.len());
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(PATH, &table).expect("the table is written");
    } else {
        let (old, new): (BTreeSet<&str>, BTreeSet<&str>) = (TABLE.lines().collect(), table.lines().collect());
        found.faults.extend(old.difference(&new).map(|row| format!("expected: {row}")));
        found.faults.extend(new.difference(&old).map(|row| format!("found: {row}")));
    }
    assert!(found.faults.is_empty(), "{} faults:\n{}", found.faults.len(), found.faults.join("\n"));
}
