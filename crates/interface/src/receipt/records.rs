//! Legs as a receipt has them: what health and plan read of each, and nothing that they compute.

extern crate alloc;

use alloc::vec::Vec;

use breakwater_margin::perp::{MAX_TIERS, PerpLeg, PerpTerms, Position, Standing, Tier, Tiers};
use breakwater_margin::position::Quote;
use breakwater_margin::{Interval, MathError, Price, Side, Snapshot, TokenLeg, Weights};
use bytemuck::{Pod, Zeroable};

/// When, and what positions are settled in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct Basis {
    /// Slot.
    pub slot: u64,
    /// Unix seconds.
    pub now: i64,
    /// Price of the quote token, dollars for one native unit × 2^64; this and what follows of it 0 without positions.
    pub quote_price: u64,
    /// Its moving average.
    pub quote_ema: u64,
    /// Seconds since its publication.
    pub quote_age: u32,
    /// Age of the oldest index snapshot, seconds.
    pub index_age: u32,
    /// Half-width of its interval, bps.
    pub quote_band: u16,
    /// Half-width for liquidations, bps.
    pub quote_liquidation_band: u16,
    /// What volatility adds for new risk, bps.
    pub quote_volatility: u16,
    /// Number of the quote token.
    pub quote_token: u8,
    /// Its decimals.
    pub quote_decimals: u8,
    /// Token legs that follow.
    pub tokens: u8,
    /// Perp legs that follow.
    pub perps: u8,
    /// Zero.
    pub reserved: [u8; 6],
}

/// A token leg.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct TokenRecord {
    /// Native units.
    pub amount: u64,
    /// Price, dollars for one native unit × 2^64.
    pub price: u64,
    /// Its moving average.
    pub ema: u64,
    /// Seconds since publication.
    pub age: u32,
    /// Half-width of the interval, bps.
    pub band: u16,
    /// Half-width for liquidations, bps.
    pub liquidation_band: u16,
    /// What volatility adds for new risk, bps.
    pub volatility: u16,
    /// Weight for new risk, bps.
    pub initial: u16,
    /// Weight where a liquidation stops, bps.
    pub end: u16,
    /// Weight to be left alone, bps.
    pub maintenance: u16,
    /// Number of the token.
    pub token: u8,
    /// 1 for a debt.
    pub debt: u8,
    /// Zero.
    pub reserved: [u8; 6],
}

/// A perp leg, brought up to date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct PerpRecord {
    /// Base units, signed.
    pub base: i64,
    /// Quote units with due funding, signed.
    pub quote: i64,
    /// Matured profit as far as it counts, quote units.
    pub matured: u64,
    /// Profit that lies apart, quote units.
    pub secured: u64,
    /// What the pool has, quote units.
    pub payable: u64,
    /// Index price, dollars for one base unit × 2^64.
    pub price: u64,
    /// Its moving average.
    pub ema: u64,
    /// Upper edges of the tiers, quote units.
    pub edges: [u64; MAX_TIERS],
    /// Rates of each tier: initial, end, maintenance, bps.
    pub rates: [[u16; 3]; MAX_TIERS],
    /// Seconds since publication.
    pub age: u32,
    /// Half-width of the interval, bps.
    pub band: u16,
    /// Half-width for liquidations, bps.
    pub liquidation_band: u16,
    /// What volatility adds for new risk, bps.
    pub volatility: u16,
    /// The keeper's part of the liquidation fee, bps.
    pub keeper_fee: u16,
    /// The tranche's part, bps.
    pub insurance_fee: u16,
    /// Number of the market.
    pub market: u8,
    /// 1 if the pool owes more than it has.
    pub in_deficit: u8,
}

/// A snapshot as a receipt keeps it, taken before the plan is carried out on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedLegs {
    /// When, and what positions are settled in.
    pub basis: Basis,
    /// Token legs.
    pub tokens: Vec<TokenRecord>,
    /// Perp legs.
    pub perps: Vec<PerpRecord>,
}

// Safe because: bands, weights and fees are bps, configured with 16 bits.
fn narrow(bps: u32) -> u16 {
    bps as u16
}

/// Price, average and age, and the half-widths, as a record has them.
fn interval((mid, ema, age): (u64, u64, u32), [band, liquidation_band, volatility]: [u16; 3]) -> Interval {
    Interval {
        mid: Price(mid),
        ema: Price(ema),
        band: band.into(),
        liquidation_band: liquidation_band.into(),
        age,
        volatility: volatility.into(),
    }
}

impl TokenRecord {
    /// Takes a leg down.
    #[inline(always)]
    pub fn set(&mut self, leg: &TokenLeg) {
        self.amount = leg.amount;
        self.price = leg.price.mid.0;
        self.ema = leg.price.ema.0;
        self.age = leg.price.age;
        self.band = narrow(leg.price.band);
        self.liquidation_band = narrow(leg.price.liquidation_band);
        self.volatility = narrow(leg.price.volatility);
        self.initial = narrow(leg.weights.initial);
        self.end = narrow(leg.weights.end);
        self.maintenance = narrow(leg.weights.maintenance);
        self.token = leg.token;
        self.debt = u8::from(leg.side == Side::Debt);
    }

    fn leg(&self) -> TokenLeg {
        let price = interval((self.price, self.ema, self.age), [self.band, self.liquidation_band, self.volatility]);
        let weights =
            Weights { initial: self.initial.into(), end: self.end.into(), maintenance: self.maintenance.into() };
        let side = if self.debt == 1 { Side::Debt } else { Side::Deposit };
        TokenLeg::new(self.token, side, self.amount, price, weights)
    }
}

impl PerpRecord {
    /// Takes a leg down.
    #[inline(always)]
    pub fn set(&mut self, leg: &PerpLeg) {
        self.base = leg.position.base;
        self.quote = leg.position.quote;
        self.matured = leg.position.matured;
        self.secured = leg.position.secured;
        self.payable = leg.terms.payable;
        self.price = leg.price.mid.0;
        self.ema = leg.price.ema.0;
        for n in 0..MAX_TIERS {
            let tier = &leg.terms.tiers.0[n];
            self.edges[n] = tier.edge;
            self.rates[n] = [tier.initial, tier.end, tier.maintenance];
        }
        self.age = leg.price.age;
        self.band = narrow(leg.price.band);
        self.liquidation_band = narrow(leg.price.liquidation_band);
        self.volatility = narrow(leg.price.volatility);
        self.keeper_fee = narrow(leg.terms.keeper_fee);
        self.insurance_fee = narrow(leg.terms.insurance_fee);
        self.market = leg.terms.market;
        self.in_deficit = u8::from(leg.terms.standing == Standing::InDeficit);
    }

    fn leg(&self, quote_decimals: u8, now: i64) -> Result<PerpLeg, MathError> {
        let tier = |n: usize| {
            let [initial, end, maintenance] = self.rates[n];
            Tier { edge: self.edges[n], initial, end, maintenance }
        };
        let terms = PerpTerms {
            market: self.market,
            tiers: Tiers(core::array::from_fn(tier)),
            maturity: 1,
            keeper_fee: self.keeper_fee.into(),
            insurance_fee: self.insurance_fee.into(),
            standing: if self.in_deficit == 1 { Standing::InDeficit } else { Standing::Sound },
            payable: self.payable,
        };
        // Nothing is seen and nothing is due: what has matured and what is owed are in the record already.
        let position = Position {
            base: self.base,
            quote: self.quote,
            matured: self.matured,
            secured: self.secured,
            ..Position::default()
        };
        let price = interval((self.price, self.ema, self.age), [self.band, self.liquidation_band, self.volatility]);
        PerpLeg::new(terms, position, 0, price, quote_decimals, now)
    }
}

impl Basis {
    /// When a snapshot was taken, and what its positions are settled in.
    pub fn of(snapshot: &Snapshot, quote_decimals: u8, slot: u64, now: i64) -> Basis {
        let mut basis = Basis {
            slot,
            now,
            index_age: snapshot.index_age,
            tokens: snapshot.tokens.len() as u8,
            perps: snapshot.perps.len() as u8,
            ..Basis::zeroed()
        };
        if !snapshot.perps.is_empty() {
            let Interval { mid, ema, band, liquidation_band, age, volatility } = snapshot.quote.price;
            (basis.quote_price, basis.quote_ema, basis.quote_age) = (mid.0, ema.0, age);
            (basis.quote_band, basis.quote_liquidation_band) = (narrow(band), narrow(liquidation_band));
            (basis.quote_volatility, basis.quote_token) = (narrow(volatility), snapshot.quote.token);
            basis.quote_decimals = quote_decimals;
        }
        basis
    }

    /// Bytes of the legs.
    pub fn legs_size(&self) -> usize {
        usize::from(self.tokens) * size_of::<TokenRecord>() + usize::from(self.perps) * size_of::<PerpRecord>()
    }
}

/// Takes all legs of a snapshot down, tokens first; the bytes are zero and exactly as many as they need.
pub fn take_down(snapshot: &Snapshot, bytes: &mut [u8]) {
    let (tokens, perps) = bytes.split_at_mut(snapshot.tokens.len() * size_of::<TokenRecord>());
    let tokens = bytemuck::cast_slice_mut::<_, TokenRecord>(tokens);
    tokens.iter_mut().zip(&snapshot.tokens).for_each(|(record, leg)| record.set(leg));
    let perps = bytemuck::cast_slice_mut::<_, PerpRecord>(perps);
    perps.iter_mut().zip(&snapshot.perps).for_each(|(record, leg)| record.set(leg));
}

impl RecordedLegs {
    /// The snapshot again.
    ///
    /// Errors: Overflow where a record was tampered with
    pub fn snapshot(&self) -> Result<Snapshot, MathError> {
        let basis = &self.basis;
        let perp = |record: &PerpRecord| record.leg(basis.quote_decimals, basis.now);
        let mut snapshot = Snapshot {
            tokens: self.tokens.iter().map(TokenRecord::leg).collect(),
            perps: self.perps.iter().map(perp).collect::<Result<_, _>>()?,
            quote: Quote::default(),
            index_age: basis.index_age,
        };
        if basis.perps > 0 {
            let bands = [basis.quote_band, basis.quote_liquidation_band, basis.quote_volatility];
            let price = interval((basis.quote_price, basis.quote_ema, basis.quote_age), bands);
            snapshot.quote = Quote { token: basis.quote_token, price };
        }
        Ok(snapshot)
    }

    /// Reads the legs behind a head; `None` if the bytes do not end with them.
    pub fn read(basis: Basis, bytes: &[u8]) -> Option<RecordedLegs> {
        let size = usize::from(basis.tokens) * size_of::<TokenRecord>();
        let (tokens, perps) = (bytes.get(..size)?, bytes.get(size..)?);
        if perps.len() != usize::from(basis.perps) * size_of::<PerpRecord>() {
            return None;
        }
        let tokens = tokens.chunks_exact(size_of::<TokenRecord>()).map(bytemuck::pod_read_unaligned).collect();
        let perps = perps.chunks_exact(size_of::<PerpRecord>()).map(bytemuck::pod_read_unaligned).collect();
        Some(RecordedLegs { basis, tokens, perps })
    }
}
