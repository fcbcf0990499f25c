//! From accounts to answers.

mod account;
mod book;
mod group;
mod owner;
mod preview;
mod receipts;

pub use account::{account, standing};
pub use book::book;
pub use group::group;
pub use owner::owner;
pub use preview::preview;
pub use receipts::receipts;

use breakwater_client::Address;
use breakwater_client::view::View;
use breakwater_interface::accounts::{MARKET_FEED, MAX_FEEDS};
use breakwater_interface::snapshot;
use breakwater_margin::perp::{MARK_BITS, Mark};
use breakwater_margin::position::MARKET_LEG;

use crate::answer::Amount;
use crate::session::Refused;
use crate::text;

/// How numbers of a group become decimals: which decimals its tokens and markets have.
#[derive(Clone, Copy)]
pub struct Scale<'a>(pub &'a View);

impl Scale<'_> {
    /// Decimals of the token or the base behind a leg.
    pub fn decimals(self, leg: u8) -> u8 {
        self.0.board.feeds[usize::from(self.feed(leg)) % MAX_FEEDS].oracle.decimals
    }

    /// Number of the feed behind a leg.
    pub fn feed(self, leg: u8) -> u8 {
        leg.checked_sub(MARKET_LEG).map_or_else(|| self.feed_of(leg), |market| MARKET_FEED + market)
    }

    /// Number of the feed that prices a token.
    pub fn feed_of(self, token: u8) -> u8 {
        self.0.board.tokens[usize::from(token) % self.0.board.tokens.len()].feed
    }

    /// Decimals of the quote token.
    pub fn quote(self) -> u8 {
        snapshot::quote_decimals(&self.0.board)
    }

    /// An amount of a token.
    pub fn token(self, token: u8, native: impl Into<i128>) -> Amount {
        Amount::of(native, self.decimals(token))
    }

    /// An amount of what a leg's claims are in: claims on markets are quote tokens.
    pub fn claim(self, leg: u8, native: u64) -> Amount {
        Amount::of(native, if leg >= MARKET_LEG { self.quote() } else { self.decimals(leg) })
    }

    /// An amount of the quote token.
    pub fn quoted(self, native: impl Into<i128>) -> Amount {
        Amount::of(native, self.quote())
    }

    /// An amount of a market's base.
    pub fn base(self, market: u8, native: impl Into<i128>) -> Amount {
        Amount::of(native, self.decimals(MARKET_LEG | market))
    }

    /// A mark as quote tokens for one whole base, to the nearest of eight decimals: a mark is a floor, and its ninth would
    /// show it.
    pub fn mark(self, market: u8, mark: Mark) -> String {
        const PRECISION: u32 = 8;
        let (base, quote) = (u32::from(self.decimals(MARKET_LEG | market)), u32::from(self.quote()));
        let power = (PRECISION + base).saturating_sub(quote);
        // Split so that neither product overflows: a mark has 64 bits and the power of ten at most 60.
        let one = 10u128.pow(power);
        let (whole, part) = (u128::from(mark.0 >> MARK_BITS), u128::from(mark.0 & ((1 << MARK_BITS) - 1)));
        let scaled = whole.saturating_mul(one).saturating_add(((part * one) >> (MARK_BITS - 1)).div_ceil(2));
        text::units(i128::try_from(scaled).unwrap_or(i128::MAX), PRECISION as u8)
    }
}

impl Scale<'_> {
    /// A decimal of quote tokens for one whole base as a mark: floor.
    pub fn parse_mark(self, market: u8, price: &str) -> Result<Mark, Refused> {
        let bad = || Refused::new("BadPrice", format!("{price:?} is not a price"));
        let (whole, part) = price.split_once('.').unwrap_or((price, ""));
        let digits = part.get(..part.len().min(12)).ok_or_else(bad)?;
        let number: u128 = format!("{whole}{digits}").parse().map_err(|_| bad())?;
        let decimals = digits.len() as u32 + u32::from(self.decimals(MARKET_LEG | market));
        let above = number.checked_mul(10u128.pow(self.quote().into())).ok_or_else(bad)?;
        // Whole and fraction apart, so that the shift fits: a remainder is below 10^24, that is 2^80.
        let one = 10u128.checked_pow(decimals).ok_or_else(bad)?;
        let (whole, rest) = (above / one, above % one);
        let mark = whole.checked_mul(1 << MARK_BITS).ok_or_else(bad)? + (rest << MARK_BITS) / one;
        u64::try_from(mark).map(Mark).map_err(|_| bad())
    }
}

/// An address as people write it.
pub fn written(bytes: &[u8; 32]) -> String {
    Address::from(*bytes).to_string()
}

/// Bytes as hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    use core::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
