//! Value in is value out, over all parties and to the unit.

use breakwater_client::decode::Event;
use breakwater_client::interface::accounts::SIDE_DEBT;
use breakwater_client::interface::events::{BORROW, DEPOSIT, REPAY, WITHDRAW};
use breakwater_client::interface::{Bank, MarginError};
use breakwater_client::margin::position::MARKET_LEG;
use breakwater_client::margin::{Index, MathError};

use crate::invariants::Violation;
use crate::world::{Token, World};

/// Units that one entry in a bank's books may leave to the bank by rounding: the amount becomes shares (less than a share)
/// and shares become an amount (less than a unit).
const UNITS_PER_ENTRY: u128 = 4;

/// What the program's events say so far, by token.
#[derive(Clone, Copy, Debug, Default)]
struct Flow {
    /// Tokens that came into the vault less those that left it.
    vault: i128,
    /// Entries in the bank's books.
    entries: u128,
    /// Units that written-off debts may have left to the bank by rounding.
    write_offs: u128,
}

/// The laws over all parties; their ids begin with VAL.
#[derive(Clone, Debug, Default)]
pub struct Conservation {
    flows: Vec<Flow>,
    /// Laws checked so far.
    pub checks: u64,
}

/// What all accounts may claim and what they owe of one token.
#[derive(Clone, Copy, Debug, Default)]
struct Claims {
    deposits: u128,
    debts: u128,
    positions: u128,
}

impl Conservation {
    /// Takes note of an event.
    pub fn note(&mut self, event: &Event, world: &World) {
        self.flows.resize(world.tokens.len(), Flow::default());
        match event {
            Event::BalanceChanged(change) => {
                let flow = &mut self.flows[change.token as usize];
                flow.entries += 1;
                match change.action {
                    DEPOSIT | REPAY => flow.vault += i128::from(change.amount),
                    WITHDRAW | BORROW => flow.vault -= i128::from(change.amount),
                    _ => {}
                }
            }
            Event::Liquidated(liquidated) => {
                // the account's leg, and the keeper's deposit and debt
                for leg in [liquidated.debt_token, liquidated.collateral_token] {
                    match u8::try_from(leg) {
                        Ok(token) if token < MARKET_LEG => self.flows[usize::from(token)].entries += 3,
                        _ => self.quote(world, 4),
                    }
                }
            }
            // the account's leg, the keeper's, the pool and the tranche
            Event::PerpLiquidated(_) => self.quote(world, 5),
            Event::PnlSettled(_) | Event::LiquidityChanged(_) | Event::Insured(_) => self.quote(world, 2),
            Event::MarketLossResolved(_) | Event::Deleveraged(_) => self.quote(world, 3),
            Event::BankruptcyResolved(loss) => {
                let shares = world.bank(&world.tokens[loss.token as usize].symbol).deposit_shares;
                let flow = &mut self.flows[loss.token as usize];
                flow.entries += 1;
                // the index falls by a whole step of 2^-48 for each share
                flow.write_offs += 1 + (u128::from(shares) >> 48);
            }
            _ => {}
        }
    }

    /// Entries in the quote bank's books.
    fn quote(&mut self, world: &World, entries: u128) {
        self.flows[usize::from(world.quote().number)].entries += entries;
    }

    /// Checks, for every token,
    ///
    /// - VAL-1: tokens in all wallets and in the vault = tokens minted. Wallets are those of traders, lenders, keepers and
    ///   the market outside; nothing is burned.
    /// - VAL-2: tokens in the vault = deposited + repaid − withdrawn − borrowed, by the program's events. Liquidations and
    ///   write-offs move no tokens.
    /// - VAL-3: what all parties own adds up. With the deposits of all accounts, pools, tranches of markets, the protocol and
    ///   the shared fund (each rounded down as its owner would be paid) and the accounts' debts (each rounded up as its owner must pay):
    ///   vault + debts = deposits + tranche + fees + surplus, where the surplus is what rounding left to the bank: never
    ///   negative, and never more than four units for each entry in the books and one for each position.
    ///
    /// Together: minted = Σ over all parties of (wallet + deposits − debts) + tranche + fees + surplus. No unit is made,
    /// none is lost, and none beyond rounding is without an owner.
    ///
    /// # Errors
    /// The first law that does not hold.
    pub fn check(&mut self, world: &World) -> Result<(), Violation> {
        self.flows.resize(world.tokens.len(), Flow::default());
        let claims = claims(world).map_err(|error| violation("VAL-3", error.message().to_owned()))?;
        let mut wallets = vec![0u128; world.tokens.len()];
        for (token, wallet) in &world.wallets {
            wallets[usize::from(*token)] += u128::from(world.token_balance(wallet));
        }
        for (number, token) in world.tokens.iter().enumerate() {
            let bank = world.bank(&token.symbol);
            let vault = world.token_balance(&token.vault);
            let (symbol, minted, flow) = (&token.symbol, world.minted[number], self.flows[number]);
            self.holds("VAL-1", wallets[number] + u128::from(vault) == minted, || {
                format!("{symbol}: wallets hold {}, the vault {vault}, minted were {minted}", wallets[number])
            })?;
            self.holds("VAL-2", i128::from(vault) == flow.vault, || {
                format!("{symbol}: the vault holds {vault}, the events say {}", flow.vault)
            })?;
            self.owned(token, &bank, &claims[number], &flow, vault)?;
        }
        Ok(())
    }

    fn owned(&mut self, token: &Token, bank: &Bank, claims: &Claims, flow: &Flow, vault: u64) -> Result<(), Violation> {
        let have = u128::from(vault) + claims.debts;
        let owe = claims.deposits + u128::from(bank.tranche) + u128::from(bank.fees);
        let most = UNITS_PER_ENTRY * flow.entries + flow.write_offs + claims.positions;
        let surplus = have.checked_sub(owe);
        self.holds("VAL-3", surplus.is_some_and(|surplus| surplus <= most), || {
            format!(
                "{}: vault and debts are {have}, claims on them {owe}, and rounding may leave at most {most}",
                token.symbol
            )
        })
    }

    fn holds(&mut self, law: &'static str, holds: bool, what: impl FnOnce() -> String) -> Result<(), Violation> {
        self.checks += 1;
        if holds { Ok(()) } else { Err(violation(law, what())) }
    }
}

fn violation(law: &'static str, what: String) -> Violation {
    Violation { law, what }
}

/// Deposits and debts of every account, as each would be paid and must pay, at the banks' indices.
fn claims(world: &World) -> Result<Vec<Claims>, MarginError> {
    let indices: Vec<(Index, Index)> = world
        .tokens
        .iter()
        .map(|token| world.bank(&token.symbol))
        .map(|bank| (Index(bank.deposit_index), Index(bank.borrow_index)))
        .collect();
    let mut claims = vec![Claims::default(); world.tokens.len()];
    for account in &world.accounts {
        let account = world.margin_account(account);
        for position in account.tokens.iter().filter(|position| !position.is_free()) {
            let number = usize::from(position.token);
            let (deposit, borrow) = indices[number];
            claims[number].positions += 1;
            match position.side {
                SIDE_DEBT => claims[number].debts += amount(borrow.amount_up(position.shares))?,
                _ => claims[number].deposits += amount(deposit.amount_down(position.shares))?,
            }
        }
    }
    if let Some(fund) = world.insurance_fund() {
        let quote = usize::from(world.quote().number);
        let markets = world.perps.iter().map(|perp| world.market(&perp.symbol));
        let held =
            markets.flat_map(|market| [market.pool, market.escrow, market.tranche, market.fees]).chain([fund.shares]);
        for shares in held.filter(|shares| *shares > 0) {
            claims[quote].positions += 1;
            claims[quote].deposits += amount(indices[quote].0.amount_down(shares))?;
        }
    }
    Ok(claims)
}

fn amount(amount: Result<u64, MathError>) -> Result<u128, MarginError> {
    Ok(u128::from(amount?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chain::{Chain, START};

    /// A lender with 100,000 USDC, a trader with 10 SOL that owes 500 USDC, and what the events say.
    fn world() -> (World, Conservation) {
        let mut chain = Chain::seeded(START, 1);
        chain.journal = Some(Vec::new());
        let mut world = World::with_default_tokens(chain);
        let (lender, trader) = (world.trader(), world.trader());
        world.deposit(&lender, "USDC", 100_000_000_000).expect("the lender deposits");
        world.deposit(&trader, "SOL", 10_000_000_000).expect("the trader deposits");
        world.borrow(&trader, "USDC", 500_000_000).expect("the trader borrows");
        world.chain.advance(86_400);
        world.repay(&trader, "USDC", 100_000_000).expect("the trader repays");
        let mut conservation = Conservation::default();
        for event in world.chain.journal.take().expect("the journal is kept") {
            conservation.note(&event, &world);
        }
        (world, conservation)
    }

    fn law(world: &World, conservation: &mut Conservation) -> Option<&'static str> {
        conservation.check(world).err().map(|violation| violation.law)
    }

    #[test]
    fn deposits_loans_and_interest_conserve_value() {
        let (world, mut conservation) = world();
        assert_eq!(law(&world, &mut conservation), None);
        assert_eq!(conservation.checks, 3 * 4, "three laws of four tokens");
    }

    #[test]
    fn a_unit_out_of_nothing_breaks_val_1() {
        let (mut world, mut conservation) = world();
        world.minted[3] -= 1;
        assert_eq!(law(&world, &mut conservation), Some("VAL-1"));
    }

    #[test]
    fn a_unit_that_no_event_tells_of_breaks_val_2() {
        let (mut world, mut conservation) = world();
        let vault = world.token("USDC").vault;
        let mut account = world.chain.account(&vault).expect("the vault exists");
        crate::tokens::add_amount(&mut account.data, 1);
        world.chain.set_account(&vault, account);
        world.minted[3] += 1;
        assert_eq!(law(&world, &mut conservation), Some("VAL-2"));
    }

    #[test]
    fn a_claim_without_cover_and_a_surplus_without_owner_break_val_3() {
        for change in [1_000, -1_000] {
            let (mut world, mut conservation) = world();
            let address = world.token("USDC").keys.bank;
            let mut bank: Bank = world.bank("USDC");
            bank.tranche = bank.tranche.checked_add_signed(change).expect("a day's interest is more");
            let mut account = world.chain.account(&address).expect("the bank exists");
            account.data[8..8 + size_of::<Bank>()].copy_from_slice(bytemuck::bytes_of(&bank));
            world.chain.set_account(&address, account);
            assert_eq!(law(&world, &mut conservation), Some("VAL-3"), "a tranche changed by {change}");
        }
    }
}
