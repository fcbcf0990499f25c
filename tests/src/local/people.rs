//! Who has margin accounts: a lender who supplies every token and the markets' pools, and traders near their limits.

use std::ops::Range;

use breakwater_client::instruction::{self, Insured, LiquidityKeys};
use breakwater_client::interface::order::{ORDER_BELOW, SIDE_LONG, TriggerOrder};
use breakwater_client::{Address, address};
use breakwater_sim::keys::{Keys, random};
use breakwater_sim::price_path::Price8;
use rand::Rng;
use rand::rngs::StdRng;
use solana_compute_budget_interface::ComputeBudgetInstruction;
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_signer::Signer;

use super::place::{Place, Prices, Token};
use super::rpc::{Draft, Outcome, Rpc};

/// Dollars of each token that the lender supplies.
const SUPPLY: u64 = 40_000_000;
/// Dollars in each market's pool, and in its tranche and the fund.
const POOL: u64 = 5_000_000;
const INSURANCE: u64 = 100_000;
/// SOL that a wallet begins with, lamports.
const SOL: u64 = 1_000_000_000_000;
/// Traders who come in one transaction, as many as its bytes allow.
pub const TOGETHER: usize = 2;
/// Traders who come before prices are published again, because trades want them fresh.
const BATCH: usize = 16;

/// What a trader does.
enum Trade {
    /// A deposit of a token and a loan of another, bps of what may be borrowed.
    Loan { collateral: usize, debt: usize },
    /// A deposit of the quote token and a position in a market.
    Position { market: usize, long: bool, stop: bool },
}

/// What the trader with a number does: seven in ten fall under water where prices fall.
fn trade(number: u64) -> Trade {
    match number % 10 {
        0..3 => Trade::Loan { collateral: 0, debt: 1 },
        3 => Trade::Loan { collateral: 2, debt: 1 },
        4 => Trade::Loan { collateral: 3, debt: 1 },
        5 => Trade::Loan { collateral: 1, debt: 0 },
        6 | 7 => Trade::Position { market: 0, long: true, stop: number.is_multiple_of(3) },
        8 => Trade::Position { market: 1, long: true, stop: number.is_multiple_of(3) },
        _ => Trade::Position { market: 0, long: false, stop: false },
    }
}

/// Those who are there before the keepers.
pub struct People {
    /// Who supplies tokens and pools.
    pub lender: Keypair,
    /// The owner of all traders' margin accounts.
    pub traders: Keypair,
    /// Per cent of what they may borrow that traders use.
    pub used: Range<u64>,
    random: StdRng,
}

impl People {
    /// Keys out of a seed.
    pub fn new(seed: u64, keys: &mut Keys) -> People {
        People { lender: keys.keypair(), traders: keys.keypair(), used: 55..88, random: random(seed, "people") }
    }

    /// Supplies banks and pools.
    pub fn lend(&self, rpc: &Rpc, place: &Place, prices: &Prices) -> Outcome<()> {
        let me = self.lender.pubkey();
        let plenty: Vec<u64> = supplies(place, prices, 3 * SUPPLY);
        place.fund(rpc, &me, SOL, &plenty)?;
        let account = address::margin_account(&place.group, &me, 0);
        let mut first = vec![instruction::open_account(&place.group, &me, 0)];
        for (token, amount) in place.tokens.iter().zip(supplies(place, prices, SUPPLY)) {
            let amount = if token.number == place.quote { 2 * amount } else { amount };
            first.push(place.deposit(&me, &account, token, amount));
        }
        place.publish(rpc, prices)?;
        for (name, instructions) in [("open and lend", first), ("refresh", vec![place.refresh()])] {
            rpc.land(name, &with_units(instructions), &[&self.lender])?;
        }
        let (quote_bank, board) = (place.quote_token().keys.bank, place.board);
        let dollars = |amount| place.quote_token().worth(amount, Price8::from_usd(1));
        for market in &place.markets {
            let keys = LiquidityKeys { owner: me, account, board, quote_bank, market: market.address };
            let pool = [
                instruction::open_liquidity(&me, &market.address),
                instruction::add_liquidity(&keys, dollars(POOL)),
                insure(&keys, &Insured::Market(market.address), dollars(INSURANCE)),
            ];
            rpc.land("provide liquidity", &pool, &[&self.lender])?;
            if market.number == 0 {
                let fund = Insured::Fund(address::fund(&place.group));
                rpc.land("insure", &[insure(&keys, &fund, dollars(INSURANCE))], &[&self.lender])?;
            }
        }
        rpc.land("refresh", &[place.refresh()], &[&self.lender])
    }

    /// Opens margin accounts near their limits. Returns their addresses.
    pub fn trade(
        &mut self,
        rpc: &Rpc,
        place: &Place,
        prices: &Prices,
        number: u64,
        step: impl Fn() + Sync,
    ) -> Outcome<Vec<Address>> {
        let me = self.traders.pubkey();
        place.fund(rpc, &me, SOL, &supplies(place, prices, SUPPLY))?;
        let all: Vec<Vec<Instruction>> =
            (0..number).map(|number| self.instructions(place, prices, &me, number)).collect();
        for batch in all.chunks(BATCH) {
            place.publish(rpc, prices)?;
            rpc.land("refresh", &[place.refresh()], &[&self.traders])?;
            let draft = |traders: &[Vec<Instruction>]| Draft {
                name: "a trader".to_owned(),
                instructions: with_units(traders.concat()),
                signers: vec![&self.traders],
            };
            let drafts: Vec<Draft> = batch.chunks(TOGETHER).map(draft).collect();
            rpc.land_all(&drafts, &step)?;
        }
        Ok((0..number).map(|number| address::margin_account(&place.group, &me, number as u16)).collect())
    }

    fn instructions(&mut self, place: &Place, prices: &Prices, me: &Address, number: u64) -> Vec<Instruction> {
        let account = address::margin_account(&place.group, me, number as u16);
        let open = instruction::open_account(&place.group, me, number as u16);
        let equity: u64 = self.random.random_range(1_000..12_000);
        let used: u64 = self.random.random_range(self.used.clone());
        let mut all = vec![open];
        match trade(number) {
            Trade::Loan { collateral, debt } => {
                let (asset, owed) = (&place.tokens[collateral], &place.tokens[debt]);
                // Initial weights: 80 % of a volatile deposit against 108 % of a dollar debt, or 90 % against 115 %.
                let dollars = equity * if collateral == usize::from(place.quote) { 78 } else { 74 } / 100 * used / 100;
                all.push(place.deposit(me, &account, asset, asset.worth(equity, prices[collateral])));
                let wallet = place.wallet(me, owed);
                let amount = owed.worth(dollars, prices[debt]);
                all.push(instruction::borrow(me, &account, &place.board, &owed.keys, &wallet, amount));
            }
            Trade::Position { market, long, stop } => {
                let market = &place.markets[market];
                let quote = place.quote_token();
                all.push(place.deposit(me, &account, quote, quote.worth(equity, Price8::from_usd(1))));
                // Ten per cent of margin, of which nine tenths of the deposit count.
                let price = prices[usize::from(market.token)];
                let base = Token { decimals: market.decimals, ..*quote }.worth(equity * 9 * used / 100, price);
                let base = (base / market.lot).max(1) * market.lot;
                let delta = if long { base as i64 } else { -(base as i64) };
                let limit = if long { u64::MAX } else { 0 };
                all.push(instruction::trade(me, &account, &place.board, &market.address, delta, limit));
                if stop {
                    let trigger = mark(Price8(price.units() * 985 / 1_000), market.decimals, quote.decimals);
                    let order = TriggerOrder {
                        trigger,
                        limit: 0,
                        size: u64::MAX,
                        expires_at: 0,
                        fee: 1_000_000,
                        market: market.number,
                        kind: ORDER_BELOW,
                        side: SIDE_LONG,
                        reserved: 0,
                    };
                    all.push(instruction::place_order(me, &account, &place.board, &market.address, 0, &order));
                }
            }
        }
        all
    }
}

fn insure(keys: &LiquidityKeys, insured: &Insured, amount: u64) -> Instruction {
    instruction::insure(&keys.owner, &keys.account, &keys.board, &keys.quote_bank, insured, amount)
}

/// Native units of each token that are worth a number of dollars.
pub fn supplies(place: &Place, prices: &Prices, dollars: u64) -> Vec<u64> {
    place.tokens.iter().zip(prices).map(|(token, price)| token.worth(dollars, *price)).collect()
}

/// The mark at an index price: quote units for one base unit × 2^44.
fn mark(price: Price8, decimals: u8, quote_decimals: u8) -> u64 {
    let scaled = (price.units().unsigned_abs() as u128 * 10u128.pow(quote_decimals.into())) << 44;
    (scaled / 100_000_000 / 10u128.pow(decimals.into())) as u64
}

/// With as many compute units as a transaction may have.
pub fn with_units(mut instructions: Vec<Instruction>) -> Vec<Instruction> {
    instructions.insert(0, ComputeBudgetInstruction::set_compute_unit_limit(1_400_000));
    instructions
}
