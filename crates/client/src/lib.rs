//! Rust SDK of Breakwater: addresses, instruction builders, account, event and error decoding.
//!
//! It holds no connection and no key: callers bring the bytes of accounts and send the instructions. Health and plans come
//! from `breakwater_margin`, through [`breakwater_interface::snapshot`], so that a client sees what the program sees.
//!
//! ```
//! use breakwater_client::{Address, address, instruction};
//!
//! let (group, owner) = (Address::new_unique(), Address::new_unique());
//! let open = instruction::open_account(&group, &owner, 0);
//! assert_eq!(open.accounts[2].pubkey, address::margin_account(&group, &owner, 0));
//! ```
#![deny(missing_docs)]

pub mod address;
pub mod audit;
pub mod decode;
pub mod instruction;
pub mod receipt;
pub mod view;

pub use breakwater_interface as interface;
pub use breakwater_margin as margin;
pub use solana_address::Address;

/// The program's address.
pub const PROGRAM_ID: Address = Address::from_str_const(interface::PROGRAM_ID);
/// SPL Token.
pub const TOKEN_PROGRAM: Address = Address::from_str_const("TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA");
/// Token-2022.
pub const TOKEN_2022_PROGRAM: Address = Address::from_str_const("TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb");
/// The sysvar that holds a transaction's instructions.
pub const INSTRUCTIONS_SYSVAR: Address = Address::from_str_const("Sysvar1nstructions1111111111111111111111111");
/// The sysvar that holds slot and time.
pub const CLOCK: Address = Address::from_str_const("SysvarC1ock11111111111111111111111111111111");
/// The program whose derived accounts hold Pyth's sponsored prices.
pub const PYTH_PUSH_PROGRAM: Address = Address::from_str_const("pythWSnswVUd12oZpeFP8e9CVaEqJg25g1Vtc2biRsT");
/// First hash of devnet, which no other chain has.
pub const DEVNET_GENESIS: &str = "EtWTRABZaYq6iMfeYKouRu166VU2xqa1wcaWoxPkrZBG";
/// First hash of mainnet-beta.
pub const MAINNET_GENESIS: &str = "5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d";
/// The system program.
pub const SYSTEM_PROGRAM: Address = Address::new_from_array([0; 32]);
