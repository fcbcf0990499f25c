//! What each kind of receipt has beside the legs: the parameters, books and requests that its outcome followed from.

use breakwater_margin::Index;
use breakwater_margin::lending::Books;
use breakwater_margin::perp::{AdlTerms, Claims, Mark, Market, Position};
use breakwater_margin::waterfall::Fund;
use bytemuck::{Pod, Zeroable};

use super::records::Basis;
use crate::config::LiquidationConfig;

/// Inputs of a liquidation, whose event says for which legs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct LiquidationInputs {
    /// When, and what positions are settled in.
    pub basis: Basis,
    /// The rest.
    pub told: LiquidationTold,
}

/// What a liquidation followed from, beside the legs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct LiquidationTold {
    /// The most that the keeper wanted to repay or close.
    pub most: u64,
    /// Slot of the account's flag; 0 without one.
    pub flag_slot: u64,
    /// Newest print at the flag, unix seconds.
    pub flag_time: i64,
    /// Until when shallow breaches wait, unix seconds.
    pub calm_at: i64,
    /// Room in the bucket of the debt's bank, native units.
    pub debt_room: u64,
    /// Room in the bucket of the collateral's bank, native units.
    pub collateral_room: u64,
    /// Room in the market's bucket, base units.
    pub base_room: u64,
    /// The group's parameters.
    pub config: LiquidationConfig,
    /// Zero.
    pub reserved: [u8; 6],
}

/// Inputs of a debt to a bank that was written off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct BankLossInputs {
    /// When, and what positions are settled in.
    pub basis: Basis,
    /// The bank's books, interest charged.
    pub books: BooksRecord,
    /// Debt shares of the account.
    pub owed: u64,
    /// The shared fund.
    pub fund: PurseRecord,
}

/// Inputs of a debt to a market that was written off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct MarketLossInputs {
    /// When, and what positions are settled in.
    pub basis: Basis,
    /// The market's books, funding charged.
    pub market: MarketRecord,
    /// The position, brought up to date.
    pub position: PositionRecord,
    /// The shared fund.
    pub fund: PurseRecord,
}

/// Inputs of a deleveraging.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct DeleverageInputs {
    /// When, and what positions are settled in.
    pub basis: Basis,
    /// The market's books, funding charged.
    pub market: MarketRecord,
    /// The position, brought up to date.
    pub position: PositionRecord,
    /// x_max, bps of notional.
    pub threshold: u32,
    /// T, slots.
    pub slots: u32,
}

/// Books of a bank.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct BooksRecord {
    /// Tokens in the vault, native units.
    pub vault: u64,
    /// Sum of all deposit shares.
    pub deposit_shares: u64,
    /// Sum of all debt shares.
    pub borrow_shares: u64,
    /// Native units for each deposit share, × 2^48.
    pub deposit_index: u64,
    /// Native units for each debt share, × 2^48.
    pub borrow_index: u64,
    /// Insurance tranche, native units.
    pub tranche: u64,
    /// Protocol's earnings, native units.
    pub fees: u64,
}

/// The shared fund, where it takes part, and the state of the bank.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct PurseRecord {
    /// Deposit shares of the quote bank.
    pub shares: u64,
    /// When the epoch began, unix seconds.
    pub epoch_start: i64,
    /// What it may still pay in this epoch, quote units.
    pub epoch_left: u64,
    /// Part of itself that it pays in an epoch, bps.
    pub epoch_cap: u32,
    /// 1 if it takes part.
    pub present: u8,
    /// 1 if the bank was reduce-only before.
    pub reduce_only: u8,
    /// Zero.
    pub reserved: [u8; 2],
}

/// Books of a market, as far as a loss or a deleveraging reads or moves them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct MarketRecord {
    /// Sum of all longs, base units.
    pub long: u64,
    /// Sum of all shorts, base units.
    pub short: u64,
    /// What traders are owed beyond base × mark, whole quote units.
    pub claims_quote: i64,
    /// Fraction of a quote unit × 2^44.
    pub claims_fraction: u64,
    /// The pool's deposit shares.
    pub pool: u64,
    /// The tranche's.
    pub tranche: u64,
    /// Deposit shares set apart for secured profit.
    pub escrow: u64,
    /// Σ of secured profit, quote units.
    pub secured: u64,
    /// Slot in which the deficit was first seen; 0 without one.
    pub deficit_since: u64,
    /// Index price, quote units for one base unit × 2^44.
    pub mark: u64,
    /// The quote bank's deposit index, × 2^48.
    pub index: u64,
    /// Number of the market.
    pub number: u64,
}

/// A position, as far as a loss or a deleveraging reads or moves it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct PositionRecord {
    /// Base units, signed.
    pub base: i64,
    /// Quote units, signed.
    pub quote: i64,
    /// Matured profit, quote units.
    pub matured: u64,
    /// Profit at the last touch, quote units.
    pub seen: u64,
    /// Secured profit, quote units.
    pub secured: u64,
    /// Its deposit shares in the escrow.
    pub escrow: u64,
}

impl BooksRecord {
    /// Takes books down.
    pub fn of(books: &Books) -> BooksRecord {
        BooksRecord {
            vault: books.vault,
            deposit_shares: books.deposit_shares,
            borrow_shares: books.borrow_shares,
            deposit_index: books.deposit_index.0,
            borrow_index: books.borrow_index.0,
            tranche: books.tranche,
            fees: books.fees,
        }
    }

    /// The books again.
    pub fn books(&self) -> Books {
        Books {
            vault: self.vault,
            deposit_shares: self.deposit_shares,
            borrow_shares: self.borrow_shares,
            deposit_index: Index(self.deposit_index),
            borrow_index: Index(self.borrow_index),
            tranche: self.tranche,
            fees: self.fees,
        }
    }
}

impl PurseRecord {
    /// Takes the fund down, where it takes part.
    pub fn of(fund: Option<&Fund>, reduce_only: u8) -> PurseRecord {
        let Fund { shares, epoch_start, epoch_left, epoch_cap, .. } = fund.copied().unwrap_or_default();
        let present = fund.is_some().into();
        PurseRecord { shares, epoch_start, epoch_left, epoch_cap, present, reduce_only, reserved: [0; 2] }
    }

    /// The fund again.
    pub fn fund(&self) -> Option<Fund> {
        (self.present == 1).then_some(Fund {
            shares: self.shares,
            passive: 0,
            epoch_start: self.epoch_start,
            epoch_left: self.epoch_left,
            epoch_cap: self.epoch_cap,
        })
    }
}

impl MarketRecord {
    /// Takes books down.
    pub fn of(number: u8, books: &Market, (mark, index): (Mark, Index)) -> MarketRecord {
        MarketRecord {
            long: books.long,
            short: books.short,
            claims_quote: books.claims.quote,
            claims_fraction: books.claims.fraction,
            pool: books.pool,
            tranche: books.tranche,
            escrow: books.escrow,
            secured: books.secured,
            deficit_since: books.deficit_since,
            mark: mark.0,
            index: index.0,
            number: number.into(),
        }
    }

    /// The books again; funding, fees and liquidity shares, which nothing here reads, are zero.
    pub fn books(&self) -> Market {
        Market {
            long: self.long,
            short: self.short,
            claims: Claims { quote: self.claims_quote, fraction: self.claims_fraction },
            pool: self.pool,
            tranche: self.tranche,
            escrow: self.escrow,
            secured: self.secured,
            deficit_since: self.deficit_since,
            ..Market::default()
        }
    }

    /// Index price and the quote bank's index.
    pub fn at(&self) -> (Mark, Index) {
        (Mark(self.mark), Index(self.index))
    }
}

impl PositionRecord {
    /// Takes a position down.
    pub fn of(position: &Position) -> PositionRecord {
        let Position { base, quote, matured, seen, secured, escrow, .. } = *position;
        PositionRecord { base, quote, matured, seen, secured, escrow }
    }

    /// The position again.
    pub fn position(&self) -> Position {
        let PositionRecord { base, quote, matured, seen, secured, escrow } = *self;
        Position { base, quote, matured, seen, secured, escrow, ..Position::default() }
    }
}

impl DeleverageInputs {
    /// When ADL may close a position.
    pub fn terms(&self) -> AdlTerms {
        AdlTerms { threshold: self.threshold, slots: self.slots }
    }
}
