//! The sender on an embedded chain, from a job to what is in the journal and on the chain; and the whole line in front of it.

mod accounts;
mod faults;
mod happy;
mod own;
mod rate;
mod restart;
mod run;
mod scene;
mod svm;
