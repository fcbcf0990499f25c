//! Seeds of every program-derived address. `docs/accounts.md` has the table.

/// `[GROUP, creator, number as u16 little-endian]`
pub const GROUP: &[u8] = b"group";
/// `[BANK, group, mint]`
pub const BANK: &[u8] = b"bank";
/// `[VAULT, bank]`: the token account that holds a bank's tokens; the bank is its authority.
pub const VAULT: &[u8] = b"vault";
/// `[MARGIN_ACCOUNT, group, owner, number as u16 little-endian]`
pub const MARGIN_ACCOUNT: &[u8] = b"margin_account";
/// `[FUND, group]`: the group's shared fund.
pub const FUND: &[u8] = b"fund";
/// `[STAKE, fund, owner]`: an owner's stake in a shared fund.
pub const STAKE: &[u8] = b"stake";
/// `[RECEIPTS, group]`: the group's receipt log.
pub const RECEIPTS: &[u8] = b"receipts";
/// `[CHANGE, group, number as u64 little-endian]`: a change that waits.
pub const CHANGE: &[u8] = b"change";
/// `[PERP_MARKET, group, number as u8]`
pub const PERP_MARKET: &[u8] = b"perp_market";
/// `[LIQUIDITY, market, owner]`
pub const LIQUIDITY: &[u8] = b"liquidity";
