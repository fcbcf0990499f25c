//! The module's face in a browser: plain functions over the module's memory. A caller takes room with [`alloc`], writes
//! bytes into it, calls, and reads the answer as `length (4 bytes, little-endian) ‖ JSON` at the address that is returned,
//! until its next call. One session per instance of the module: whoever wants another group makes another instance.
#![allow(unsafe_code)]

use std::cell::RefCell;

use crate::{Session, ask};

thread_local! {
    static SESSION: RefCell<Session> = RefCell::new(Session::default());
    static ANSWER: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Room for a number of bytes, to be given up by the call that takes it.
#[unsafe(no_mangle)]
pub extern "C" fn alloc(length: usize) -> *mut u8 {
    Box::leak(vec![0; length].into_boxed_slice()).as_mut_ptr()
}

/// Takes room over that [`alloc`] gave.
fn taken(at: *mut u8, length: usize) -> Box<[u8]> {
    // Safe because: the caller passes what `alloc` returned for the same length, once; the module has one thread.
    unsafe { Box::from_raw(core::ptr::slice_from_raw_parts_mut(at, length)) }
}

/// Takes accounts in: each `address (32) ‖ owner (32) ‖ length (4) ‖ data`. Returns an answer.
#[unsafe(no_mangle)]
pub extern "C" fn put(at: *mut u8, length: usize) -> *const u8 {
    let bytes = taken(at, length);
    leave(SESSION.with_borrow_mut(|session| session.put_packed(&bytes)))
}

/// Answers a question in JSON with an answer in JSON.
#[unsafe(no_mangle)]
pub extern "C" fn question(at: *mut u8, length: usize) -> *const u8 {
    let bytes = taken(at, length);
    leave(SESSION.with_borrow_mut(|session| ask(session, &bytes)))
}

/// Leaves an answer where the caller finds it.
fn leave(answer: String) -> *const u8 {
    ANSWER.with_borrow_mut(|place| {
        place.clear();
        place.extend_from_slice(&(answer.len() as u32).to_le_bytes());
        place.extend_from_slice(answer.as_bytes());
        place.as_ptr()
    })
}
