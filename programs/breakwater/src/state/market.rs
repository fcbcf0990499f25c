//! A market through one instruction: funding charged first, deficit judged, books written back last.

pub use breakwater_interface::live::{Held, Live};
pub use breakwater_interface::refresh::board_index;
