//! The sender on an embedded chain: from a job to what is in the journal and on the chain.

mod accounts;
mod faults;
mod happy;
mod own;
mod rate;
mod restart;
mod scene;
mod svm;
