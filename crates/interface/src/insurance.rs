//! The group's shared fund and the stakes in it. What the fund holds are deposit shares of the quote bank.

use breakwater_margin::Index;
use breakwater_margin::stake::{Capped, Freeze, Ownership, Stake};
use breakwater_margin::waterfall::Fund;
#[cfg(not(feature = "anchor"))]
use bytemuck::{Pod, Zeroable};

use crate::Address;
use crate::errors::MarginError;

#[cfg(feature = "anchor")]
use anchor_lang::prelude::*;

/// Layout version of a stake.
pub const STAKE_VERSION: u8 = 1;

/// The group's shared insurance: pays for a market's deficit and for the quote bank's, up to a part of itself an epoch.
#[cfg_attr(feature = "anchor", account)]
#[cfg_attr(not(feature = "anchor"), derive(Clone, Copy, Debug, Pod, Zeroable), repr(C))]
pub struct InsuranceFund {
    /// The group that the fund belongs to.
    pub group: Address,
    /// The quote bank.
    pub bank: Address,
    /// The fund's deposit shares of the quote bank, both pools together.
    pub shares: u64,
    /// When the epoch began, unix seconds.
    pub epoch_start: i64,
    /// What the fund may still pay in this epoch, quote units.
    pub epoch_left: u64,
    /// Part of itself that the fund pays in an epoch, bps.
    pub epoch_cap: u16,
    /// Bump of the address.
    pub bump: u8,
    /// 1 while known negative equity stops exits.
    pub frozen: u8,
    /// How often the fund has lost everything: units of an earlier generation are worth nothing.
    pub generation: u32,
    /// Deposit shares of the passive pool: young and leaving stake.
    pub passive: u64,
    /// Units of stakes in the active pool.
    pub active_units: u64,
    /// Units of the protocol in the active pool.
    pub own_units: u64,
    /// Units of stakes in the passive pool.
    pub passive_units: u64,
    /// Sum of the shortfalls that are reported of the group's accounts, quote units.
    pub known_shortfall: u64,
    /// When exits were last stopped, unix seconds; 0 for never.
    pub frozen_since: i64,
    /// When they were last let go on, unix seconds.
    pub frozen_until: i64,
    /// Zero.
    pub reserved: [u64; 4],
}

impl InsuranceFund {
    /// The fund as the mathematics of losses takes it.
    pub fn fund(&self) -> Fund {
        Fund {
            shares: self.shares,
            passive: self.passive,
            epoch_start: self.epoch_start,
            epoch_left: self.epoch_left,
            epoch_cap: self.epoch_cap.into(),
        }
    }

    /// Writes the fund back after a loss. One that has lost everything begins anew: whoever stakes then must not share with
    /// units that are worth nothing.
    pub fn set_fund(&mut self, fund: &Fund) {
        if self.shares > 0 && fund.shares == 0 {
            self.generation = self.generation.saturating_add(1);
            (self.active_units, self.own_units, self.passive_units) = (0, 0, 0);
        }
        self.shares = fund.shares;
        self.passive = fund.passive;
        self.epoch_start = fund.epoch_start;
        self.epoch_left = fund.epoch_left;
    }

    /// The fund as the mathematics of stakes takes it.
    pub fn ownership(&self) -> Ownership {
        Ownership {
            shares: self.shares,
            passive: self.passive,
            active_units: self.active_units,
            own_units: self.own_units,
            passive_units: self.passive_units,
        }
    }

    /// Writes the fund back after a change of stakes.
    pub fn set_ownership(&mut self, ownership: &Ownership) {
        self.shares = ownership.shares;
        self.passive = ownership.passive;
        self.active_units = ownership.active_units;
        self.own_units = ownership.own_units;
        self.passive_units = ownership.passive_units;
    }

    /// The last time in which exits were stopped.
    pub fn freeze(&self) -> Freeze {
        Freeze { since: self.frozen_since, until: self.frozen_until, lasts: self.frozen != 0 }
    }

    /// Notes whether known negative equity stops exits, and returns it.
    ///
    /// Units:  index: the quote bank's deposit index; now: unix seconds
    /// Errors: MathOverflow
    pub fn judge(&mut self, index: Index, now: i64) -> core::result::Result<bool, MarginError> {
        let endangered = self.ownership().is_endangered(self.known_shortfall, index)?;
        let mut freeze = self.freeze();
        freeze.note(endangered, now);
        (self.frozen_since, self.frozen_until, self.frozen) = (freeze.since, freeze.until, freeze.lasts.into());
        Ok(endangered)
    }

    /// Corrects the sum of what is known to be missing by one account's part.
    ///
    /// Errors: MathOverflow, MathNegative
    pub fn replace_shortfall(&mut self, before: u64, now: u64) -> core::result::Result<(), MarginError> {
        let others = self.known_shortfall.checked_sub(before).ok_or(MarginError::MathNegative)?;
        self.known_shortfall = others.checked_add(now).ok_or(MarginError::MathOverflow)?;
        Ok(())
    }
}

/// Somebody's stake in a shared fund.
#[cfg_attr(feature = "anchor", account)]
#[cfg_attr(not(feature = "anchor"), derive(Clone, Copy, Debug, Pod, Zeroable), repr(C))]
pub struct InsuranceStake {
    /// The fund.
    pub fund: Address,
    /// Who owns the stake.
    pub owner: Address,
    /// Units of the active pool.
    pub active_units: u64,
    /// Units of the passive pool that have not matured.
    pub young_units: u64,
    /// Most that they become, quote units.
    pub young_cap: u64,
    /// Since when they are young, unix seconds.
    pub young_since: i64,
    /// Units of the passive pool that are to leave.
    pub leaving_units: u64,
    /// Most that is paid for them, quote units.
    pub leaving_cap: u64,
    /// When that was requested, unix seconds.
    pub requested_at: i64,
    /// The fund's generation that the units are of.
    pub generation: u32,
    /// Bump of the address.
    pub bump: u8,
    /// [`STAKE_VERSION`].
    pub version: u8,
    /// Zero.
    pub reserved: [u8; 2],
    /// Zero.
    pub reserved_tail: [u64; 3],
}

impl InsuranceStake {
    /// The stake as the mathematics takes it: without what an earlier generation of the fund has lost.
    pub fn stake(&self, fund: &InsuranceFund) -> Stake {
        if self.generation != fund.generation {
            return Stake::default();
        }
        Stake {
            active: self.active_units,
            young: Capped { units: self.young_units, cap: self.young_cap },
            since: self.young_since,
            leaving: Capped { units: self.leaving_units, cap: self.leaving_cap },
            requested_at: self.requested_at,
        }
    }

    /// Writes the stake back.
    pub fn set_stake(&mut self, stake: &Stake, fund: &InsuranceFund) {
        self.active_units = stake.active;
        (self.young_units, self.young_cap, self.young_since) = (stake.young.units, stake.young.cap, stake.since);
        (self.leaving_units, self.leaving_cap) = (stake.leaving.units, stake.leaving.cap);
        self.requested_at = stake.requested_at;
        self.generation = fund.generation;
    }
}
