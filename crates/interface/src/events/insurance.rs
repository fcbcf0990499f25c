//! Events of what is given to insurance, of stakes, income and shortfalls.

#[cfg(not(feature = "anchor"))]
use bytemuck::{Pod, Zeroable};

use crate::Address;

#[cfg(feature = "anchor")]
use anchor_lang::prelude::*;

events! {
    /// Insurance was given to the shared fund or to a market's tranche.
    Insured {
        /// The margin account that paid.
        account: Address,
        /// The fund or the market.
        receiver: Address,
        /// Quote units.
        amount: u64,
    }

    /// A stake in the shared fund changed.
    StakeChanged {
        /// The fund.
        fund: Address,
        /// Whose stake.
        owner: Address,
        /// Quote units that came, matured, were recorded for a request, or went.
        amount: u64,
        /// Their deposit shares of the quote bank.
        shares: u64,
        /// Active units of the stake afterwards.
        active: u64,
        /// Young units of the stake afterwards.
        young: u64,
        /// Leaving units of the stake afterwards.
        leaving: u64,
        /// Deposit shares of the fund afterwards.
        fund_shares: u64,
        /// Those of its passive pool.
        fund_passive: u64,
        /// [`STAKE`], [`MATURE`], [`REQUEST_UNSTAKE`], [`UNSTAKE`] or [`RESTAKE`].
        action: u64,
    }

    /// What a bank or a market has earned was brought to where it insures.
    Collected {
        /// The bank or the market.
        source: Address,
        /// What the bank's own tranche gained, native units.
        tranche: u64,
        /// What the shared fund gained, quote units.
        amount: u64,
        /// The same in deposit shares of the quote bank.
        shares: u64,
    }

    /// Negative equity of an account that the shared fund may have to bear was reported.
    ShortfallReported {
        /// The margin account.
        account: Address,
        /// As reported before, quote units.
        before: u64,
        /// As it is now, quote units.
        shortfall: u64,
        /// Sum over all accounts afterwards, quote units.
        known: u64,
        /// 1 if exits are stopped afterwards.
        frozen: u64,
    }

    /// A margin account was brought to the current layout.
    AccountUpgraded {
        /// The margin account.
        account: Address,
        /// Version before.
        from: u64,
        /// Version afterwards.
        to: u64,
    }
}
