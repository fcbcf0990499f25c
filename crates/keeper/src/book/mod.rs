//! Every margin account of a group in little memory, and which of them are worth a look.
