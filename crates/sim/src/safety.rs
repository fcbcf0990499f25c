//! The mechanisms of the safety engine (docs/spec.md §11) as a group's parameters, each on or off.

use breakwater_client::interface::config::{LiquidationConfig, WeightConfig};

use crate::listing::default_liquidation;

/// A mechanism that can be left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mechanism {
    /// A shallow breach is flagged first and executes when it lasts.
    TwoTouches,
    /// The bonus grows with the age of the flag.
    DutchBonus,
    /// Shallow liquidations move a part of a bank or market in a window.
    Velocity,
    /// Shallow breaches wait after an outage.
    OutageWait,
    /// Volatility widens the initial interval.
    VolatilityMargin,
    /// Young and thin collateral counts for less.
    Quarantine,
}

impl Mechanism {
    /// Every mechanism, in the order of the specification.
    pub const ALL: [Mechanism; 6] = [
        Mechanism::TwoTouches,
        Mechanism::DutchBonus,
        Mechanism::Velocity,
        Mechanism::OutageWait,
        Mechanism::VolatilityMargin,
        Mechanism::Quarantine,
    ];

    /// Those that the experiment of docs/safety.md recommends to switch on.
    pub const RECOMMENDED: [Mechanism; 5] = [
        Mechanism::TwoTouches,
        Mechanism::DutchBonus,
        Mechanism::OutageWait,
        Mechanism::VolatilityMargin,
        Mechanism::Quarantine,
    ];

    /// Name in tables.
    pub const fn name(self) -> &'static str {
        match self {
            Mechanism::TwoTouches => "two touches",
            Mechanism::DutchBonus => "Dutch bonus",
            Mechanism::Velocity => "velocity",
            Mechanism::OutageWait => "outage wait",
            Mechanism::VolatilityMargin => "volatility margin",
            Mechanism::Quarantine => "quarantine",
        }
    }

    /// Whether it acts on flags, which exist with two touches alone.
    pub const fn needs_touches(self) -> bool {
        matches!(self, Mechanism::DutchBonus | Mechanism::Velocity | Mechanism::OutageWait)
    }
}

/// How far each mechanism goes where it is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Strength {
    /// Slots between the two touches.
    pub wait_slots: u16,
    /// Slots in which the bonus does not grow.
    pub grace_slots: u16,
    /// T: slots in which it grows to its maximum.
    pub auction_slots: u16,
    /// A breach deeper than this part of the requirement executes at once, bps.
    pub deep_breach: u16,
    /// Part of a bank's deposits, or of a market's open interest, that moves in a window, bps.
    pub velocity: u16,
    /// The window, seconds.
    pub velocity_window: u16,
    /// Part of the volatility that widens the initial interval, hundredths.
    pub volatility_multiple: u16,
    /// Time over which a new token's weight rises, seconds.
    pub ramp: u32,
    /// Most that all deposits of a young token count for, dollars.
    pub collateral_cap: u32,
}

impl Strength {
    /// What the experiment of docs/safety.md recommends.
    pub const RECOMMENDED: Strength = Strength {
        wait_slots: 25,
        grace_slots: 25,
        auction_slots: 1_500,
        deep_breach: 1_000,
        velocity: 500,
        velocity_window: 600,
        volatility_multiple: 300,
        ramp: 14 * 86_400,
        collateral_cap: 250_000,
    };
}

/// The brake on a bank's net outflow that is recommended beside the engine: bps of the deposits, and the window in minutes. A
/// fifth in four hours: the slowest pace that a bank may have (docs/spec.md §7), and as much at once as one large lender of ten
/// may want out. Runs leave it off: it does not act on liquidations, and a keeper that cannot take out what it seized would
/// change what the experiment measures.
pub const RECOMMENDED_OUTFLOW: (u16, u16) = (2_000, 240);

/// A group's safety parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Safety {
    /// Of the group.
    pub liquidation: LiquidationConfig,
    /// Of every bank and market, bps.
    pub velocity: u16,
    /// Whether a feed goes on printing while all others are silent, so that no silence counts as an outage: the wait after
    /// one has no parameter of its own.
    pub heartbeat: bool,
    /// Of a young token.
    pub ramp: u32,
    /// Of a young token, dollars.
    pub collateral_cap: u32,
}

impl Safety {
    /// Everything off.
    pub fn off() -> Safety {
        let liquidation = LiquidationConfig {
            wait_slots: 0,
            grace_slots: 0,
            auction_slots: 0,
            deep_breach: 0,
            velocity_window: 0,
            volatility_multiple: 0,
            ..default_liquidation()
        };
        Safety { liquidation, velocity: 0, heartbeat: true, ramp: 0, collateral_cap: 0 }
    }

    /// What the experiment of docs/safety.md recommends.
    pub fn recommended() -> Safety {
        Safety::of(&Mechanism::RECOMMENDED, &Strength::RECOMMENDED)
    }

    /// These mechanisms and no others. Those that act on flags bring two touches with them.
    pub fn of(mechanisms: &[Mechanism], strength: &Strength) -> Safety {
        let on = |mechanism| mechanisms.contains(&mechanism);
        let mut safety = Safety::off();
        let group = &mut safety.liquidation;
        if mechanisms.iter().any(|mechanism| *mechanism == Mechanism::TwoTouches || mechanism.needs_touches()) {
            group.wait_slots = strength.wait_slots;
            group.auction_slots = strength.auction_slots;
            group.deep_breach = strength.deep_breach;
            // a grace as long as the auction: no growth as long as buckets bind
            group.grace_slots = if on(Mechanism::DutchBonus) { strength.grace_slots } else { strength.auction_slots };
        }
        if on(Mechanism::Velocity) {
            group.velocity_window = strength.velocity_window;
            safety.velocity = strength.velocity;
        }
        if on(Mechanism::VolatilityMargin) {
            group.volatility_multiple = strength.volatility_multiple;
        }
        if on(Mechanism::Quarantine) {
            (safety.ramp, safety.collateral_cap) = (strength.ramp, strength.collateral_cap);
        }
        safety.heartbeat = !on(Mechanism::OutageWait);
        safety
    }

    /// Weights of a young token.
    pub(crate) fn young(&self, weights: WeightConfig) -> WeightConfig {
        WeightConfig { ramp: self.ramp, collateral_cap: self.collateral_cap, ..weights }
    }
}
