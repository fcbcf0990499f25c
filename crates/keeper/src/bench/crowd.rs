//! Accounts of a seeded crowd: deposits, debts and positions of all sizes, a few per thousand under water.

use breakwater_client::Address;
use breakwater_client::interface::accounts::{SIDE_DEBT, SIDE_DEPOSIT, TokenPosition};
use breakwater_client::interface::perp::PerpPosition;
use breakwater_client::interface::{MarginAccount, RiskBoard};
use breakwater_client::margin::{Index, Price, Value};
use bytemuck::Zeroable;

use super::group::{MARKETS, NOW, TOKENS};

/// Of so many accounts one is under water by up to four percent.
const ONE_IN: u64 = 400;
/// Cents of a dollar.
const CENTS: u64 = 100;

/// Numbers that look random and follow from a seed (splitmix64).
pub struct Chance(u64);

impl Chance {
    /// Chance of a seed.
    pub fn new(seed: u64) -> Chance {
        Chance(seed)
    }

    /// Any number.
    pub fn any(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let x = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let x = (x ^ x >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^ x >> 31
    }

    /// A number below another.
    pub fn below(&mut self, end: u64) -> u64 {
        self.any() % end.max(1)
    }
}

/// The crowd.
pub struct Crowd<'a> {
    seed: u64,
    legs: usize,
    board: &'a RiskBoard,
}

impl<'a> Crowd<'a> {
    /// A crowd of a seed whose accounts have a number of legs, at a board's prices.
    pub fn new(seed: u64, legs: usize, board: &'a RiskBoard) -> Crowd<'a> {
        Crowd { seed, legs: legs.clamp(2, TOKENS + MARKETS - 1), board }
    }

    /// One of the crowd; the same for the same number.
    pub fn account(&self, number: u32) -> (Address, MarginAccount) {
        let mut chance = Chance::new(self.seed ^ (u64::from(number) << 20));
        let mut key = || -> [u8; 32] { bytemuck::cast([chance.any(), chance.any(), chance.any(), chance.any()]) };
        let (address, owner) = (key(), key());
        let mut account = MarginAccount { group: self.board.group, owner, version: 2, bump: 254, ..Zeroable::zeroed() };
        // Two of five have one or two positions; more where tokens are not enough.
        let wanted = if chance.below(5) < 2 { 1 + chance.below(2) as usize } else { 0 };
        let perps = wanted.max(self.legs.saturating_sub(TOKENS)).min(self.legs - 2);
        let tokens = self.legs - perps;
        // From ten dollars to a million and more.
        let size = ((10 * CENTS) << chance.below(17)) + chance.below(1_000);
        let debts = 1 + chance.below(tokens as u64 / 2) as usize;
        let first = chance.below(TOKENS as u64) as usize;
        let place = |slot: usize| (first + slot * 5) % TOKENS;
        let mut power = 0;
        for slot in 0..tokens - debts {
            let cents = size / 4 + chance.below(size);
            let token = &self.board.tokens[place(slot)];
            power += cents * u64::from(token.weights.asset_maintenance) / 10_000;
            account.tokens[slot] = self.token(place(slot), SIDE_DEPOSIT, cents);
        }
        for slot in 0..perps {
            power -= self.perp(&mut account, slot, power / (2 + slot as u64), &mut chance);
        }
        // What is owed in all, weighted: up to 96 % of what may be, or a little more than that.
        let used = if chance.below(ONE_IN) == 0 { 10_010 + chance.below(400) } else { 2_000 + chance.below(7_970) };
        let mut rest = power * used / 10_000;
        for slot in (tokens - debts)..tokens {
            let left = (tokens - slot) as u64;
            let weighted = if left == 1 { rest } else { rest / left / 2 + chance.below(rest / left) };
            rest -= weighted;
            let token = &self.board.tokens[place(slot)];
            let cents = weighted * 10_000 / u64::from(token.weights.liability_maintenance);
            account.tokens[slot] = self.token(place(slot), SIDE_DEBT, cents.max(1));
        }
        (Address::new_from_array(address), account)
    }

    fn token(&self, token: usize, side: u8, cents: u64) -> TokenPosition {
        let risk = &self.board.tokens[token];
        let price = Price(self.board.feeds[usize::from(risk.feed)].price);
        let value = Value(Value::usd(1).0 * i128::from(cents) / i128::from(CENTS));
        let index = if side == SIDE_DEBT { risk.borrow_index } else { risk.deposit_index };
        let shares = price.amount_down(value).and_then(|amount| Index(index).shares_down(amount)).unwrap_or(1);
        TokenPosition { shares: shares.max(1), token: token as u8, side, reserved: [0; 6] }
    }

    /// Opens a position whose margin and loss are about `cents` at most; returns what it takes of the account's power.
    fn perp(&self, account: &mut MarginAccount, slot: usize, cents: u64, chance: &mut Chance) -> u64 {
        let market = (chance.below(MARKETS as u64 / 2) as usize + slot * MARKETS / 2) % MARKETS;
        let (thousand, decimals) = super::group::market_price(market);
        // Five times what backs it at most, and an entry within five percent of the mark.
        let notional = cents + chance.below(3 * cents);
        let lost = notional * chance.below(100) / 1_000;
        let lost = i64::try_from(lost).unwrap_or(0) - i64::try_from(notional / 20).unwrap_or(0);
        let base = (u128::from(notional) * 10 * 10u128.pow(decimals.into()) / u128::from(thousand)) as i64;
        let short = chance.below(2) == 0;
        let base = if short { -base } else { base };
        let entry = (i64::try_from(notional).unwrap_or(0) + if short { -lost } else { lost }) * 10_000;
        let funding = self.board.markets[market].funding_index;
        account.perps[slot] = PerpPosition {
            base,
            quote: if short { entry } else { -entry },
            matured: if lost < 0 && chance.below(20) == 0 { lost.unsigned_abs() * 5_000 } else { 0 },
            touched_at: NOW - chance.below(1_000_000) as i64,
            funding_index: funding - (chance.below(1 << 36) as i64),
            increased_at: NOW - 2_000_000,
            increased_slot: 400_000_000,
            market: market as u8,
            ..Zeroable::zeroed()
        };
        if account.perps[slot].is_free() {
            account.perps[slot] = Zeroable::zeroed();
            return 0;
        }
        let rate = match notional / CENTS {
            ..50_000 => 50,
            50_000..250_000 => 65,
            250_000..1_000_000 => 90,
            _ => 150,
        };
        // What the price may be off by counts as well, a little.
        (notional * rate / 1_000 + lost.max(0) as u64).min(cents)
    }
}
