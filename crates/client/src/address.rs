//! Program-derived addresses; the seeds are those of [`breakwater_interface::seeds`].

use breakwater_interface::config::OracleConfig;
use breakwater_interface::oracle::LEGACY;
use breakwater_interface::seeds;

use crate::{Address, PROGRAM_ID, PYTH_PUSH_PROGRAM};

/// The group with a creator's number.
pub fn group(creator: &Address, number: u16) -> Address {
    derive(&[seeds::GROUP, creator.as_ref(), &number.to_le_bytes()])
}

/// The bank of a mint.
pub fn bank(group: &Address, mint: &Address) -> Address {
    derive(&[seeds::BANK, group.as_ref(), mint.as_ref()])
}

/// The vault of a bank.
pub fn vault(bank: &Address) -> Address {
    derive(&[seeds::VAULT, bank.as_ref()])
}

/// The margin account with an owner's number.
pub fn margin_account(group: &Address, owner: &Address, number: u16) -> Address {
    derive(&[seeds::MARGIN_ACCOUNT, group.as_ref(), owner.as_ref(), &number.to_le_bytes()])
}

/// The group's shared fund.
pub fn fund(group: &Address) -> Address {
    derive(&[seeds::FUND, group.as_ref()])
}

/// An owner's stake in a shared fund.
pub fn stake(fund: &Address, owner: &Address) -> Address {
    derive(&[seeds::STAKE, fund.as_ref(), owner.as_ref()])
}

/// The group's receipt log.
pub fn receipt_log(group: &Address) -> Address {
    derive(&[seeds::RECEIPTS, group.as_ref()])
}

/// The change with a number in a group's queue.
pub fn change(group: &Address, number: u64) -> Address {
    derive(&[seeds::CHANGE, group.as_ref(), &number.to_le_bytes()])
}

/// The perp market with a number on the group's board.
pub fn perp_market(group: &Address, number: u8) -> Address {
    derive(&[seeds::PERP_MARKET, group.as_ref(), &[number]])
}

/// An owner's share of a market's pool.
pub fn liquidity(market: &Address, owner: &Address) -> Address {
    derive(&[seeds::LIQUIDITY, market.as_ref(), owner.as_ref()])
}

/// Where Pyth's sponsored prices of a feed are published, by shard.
pub fn sponsored_price(shard: u16, feed_id: &[u8; 32]) -> Address {
    Address::find_program_address(&[&shard.to_le_bytes(), feed_id], &PYTH_PUSH_PROGRAM).0
}

/// Where a feed's prints are published: a legacy account by its own address, any other where Pyth sponsors it.
pub fn oracle(oracle: &OracleConfig, shard: u16) -> Address {
    match oracle.kind {
        LEGACY => Address::from(oracle.feed_id),
        _ => sponsored_price(shard, &oracle.feed_id),
    }
}

fn derive(seeds: &[&[u8]]) -> Address {
    Address::find_program_address(seeds, &PROGRAM_ID).0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sponsored_account_of_sol_is_the_one_that_is_published() {
        let feed_id = [
            0xef, 0x0d, 0x8b, 0x6f, 0xda, 0x2c, 0xeb, 0xa4, 0x1d, 0xa1, 0x5d, 0x40, 0x95, 0xd1, 0xda, 0x39, 0x2a, 0x0d,
            0x2f, 0x8e, 0xd0, 0xc6, 0xc7, 0xbc, 0x0f, 0x4c, 0xfa, 0xc8, 0xc2, 0x80, 0xb5, 0x6d,
        ];
        assert_eq!(sponsored_price(0, &feed_id).to_string(), "7UVimffxr9ow1uXYxsr4LHAcV58mLzhmwaeKvJ1pjLiE");
    }
}
