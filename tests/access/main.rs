//! The access matrix (docs/access-matrix.md): every instruction, every account slot, every wrong account.
//!
//! Each call succeeds as it is. Then one account at a time is replaced; the call must fail with the error that `matrix.txt`
//! names, and leave every byte of every account as it was. `BLESS=1` writes the table. What legitimately succeeds is in
//! `allowed.rs`, with the reason.

mod allowed;
mod attempt;
mod calls;
mod documented;
mod idl;
mod place;
mod report;
mod wrong;

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

use solana_signature::Signature;
use solana_signer::Signer;

use attempt::{bytes, difference, send};
use breakwater_client::{PROGRAM_ID, SYSTEM_PROGRAM};
use calls::Call;
use idl::{Entry, Slot};
use place::Place;
use wrong::Forge;

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
    /// Substitutions by call.
    attempts: BTreeMap<usize, usize>,
    /// Optional accounts that a call passes, and those that one leaves out.
    optional: [BTreeSet<(String, String)>; 2],
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
        if slot.is_optional {
            found.optional[usize::from(left_out)].insert((entry.name.clone(), slot.name.clone()));
        }
    }
    let payer = place.world.chain.payer().pubkey();
    let start = place.world.chain.svm().clone();
    send(place.world.chain.svm(), &payer, &instruction).unwrap_or_else(|e| panic!("{}: {e}", call.title()));
    *place.world.chain.svm() = start.clone();
    let exists = bytes(place.world.chain.svm(), &payer);
    for at in 0..slots.len() {
        for wrong in Forge::all(place, &exists, &instruction, &slots, at) {
            *found.attempts.entry(number).or_default() += 1;
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

#[test]
fn no_wrong_account_passes() {
    let entries = idl::instructions();
    let mut found = Found::default();
    let parts: Vec<Found> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS)
            .map(|first| {
                scope.spawn({
                    let e = &entries;
                    move || part(first, e)
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().expect("a part")).collect()
    });
    for part in parts {
        found.rows.extend(part.rows);
        found.used.extend(part.used);
        found.faults.extend(part.faults);
        found.attempts.extend(part.attempts);
        found.optional.iter_mut().zip(part.optional).for_each(|(all, part)| all.extend(part));
    }
    found.faults.extend(gaps(&found, &entries));
    found.faults.extend(documented::missing(&found));
    found.faults.extend(report::compare(&found, &entries));
    println!("{} substitutions, {} rows", found.attempts.values().sum::<usize>(), found.rows.len());
    assert!(found.faults.is_empty(), "{} faults:\n{}", found.faults.len(), found.faults.join("\n"));
}

/// Instructions and slots without a row, optional accounts that are never passed or never left out, reasons without a use.
fn gaps(found: &Found, entries: &[Entry]) -> Vec<String> {
    let mut gaps = Vec::new();
    for entry in entries {
        for (at, slot) in entry.slots.iter().enumerate() {
            let (call, account) = (&entry.name, &slot.name);
            let classes: BTreeSet<&str> = found
                .rows
                .keys()
                .filter(|(number, place, _)| calls::ALL[*number].name == *call && *place == at)
                .map(|(.., class)| *class)
                .collect();
            let needed = [("missing", true), ("unsigned", slot.is_signer), ("readonly", slot.is_writable)];
            let missed = needed.iter().filter(|(class, needed)| *needed && !classes.contains(class));
            gaps.extend(missed.map(|(class, _)| format!("{call}, {account}: no row of {class}")));
            if classes.iter().all(|class| ["missing", "unsigned", "readonly"].contains(class)) {
                gaps.push(format!("{call}, {account}: no wrong account"));
            }
            let key = (call.clone(), account.clone());
            let ways = [("passes it", 0), ("leaves it out", 1)].into_iter().filter(|_| slot.is_optional);
            let missed = ways.filter(|(_, way)| !found.optional[*way].contains(&key));
            gaps.extend(missed.map(|(what, _)| format!("{call}, {account}: no call {what}")));
        }
    }
    let unused = (0..allowed::ALL.len()).filter(|number| !found.used.contains(number));
    gaps.extend(unused.map(|number| format!("nothing passes because of {:?}", allowed::ALL[number])));
    gaps
}

/// Zero is the delegate that means nobody. Its bytes are a point of small order, for which signatures that fit could be made up if
/// they were not refused as such; and a point of the curve, so that no program signs for it.
#[test]
fn nobody_signs_for_the_zero_address() {
    assert!(SYSTEM_PROGRAM.is_on_curve(), "no derived address");
    let mut identity = [0; 64];
    identity[0] = 1;
    let made_up = [Signature::default(), Signature::from(identity)];
    for message in 0..64u8 {
        assert!(made_up.iter().all(|signature| !signature.verify(SYSTEM_PROGRAM.as_ref(), &[message])));
    }
}
