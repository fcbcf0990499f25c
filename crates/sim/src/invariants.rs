//! The laws that hold after every instruction, checked over a whole group at once. Ids are those of `docs/invariants.md`.

use std::collections::HashMap;

use breakwater_client::Address;
use breakwater_client::interface::accounts::SIDE_DEBT;
use breakwater_client::interface::{Bank, RiskBoard};

use crate::world::World;

/// A law that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Id of the law.
    pub law: &'static str,
    /// What was found.
    pub what: String,
}

impl std::fmt::Display for Violation {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(f, "{}: {}", self.law, self.what)
    }
}

/// What an earlier check saw, for the laws that compare.
#[derive(Clone, Debug, Default)]
pub struct Watch {
    banks: HashMap<Address, Bank>,
    publish_times: Vec<i64>,
    /// Laws checked so far.
    pub checks: u64,
}

impl Watch {
    /// Checks a group.
    ///
    /// # Errors
    /// The first law that does not hold.
    pub fn check(&mut self, world: &World) -> Result<(), Violation> {
        let sums = share_sums(world);
        for token in &world.tokens {
            let bank = world.bank(&token.symbol);
            self.solvent(world, &token.symbol, &bank)?;
            let (deposits, debts) = sums.get(&token.number).copied().unwrap_or_default();
            self.holds("SOL-2", deposits == u128::from(bank.deposit_shares), || {
                format!(
                    "{}: accounts hold {deposits} deposit shares, the bank counts {}",
                    token.symbol, bank.deposit_shares
                )
            })?;
            self.holds("SOL-2", debts == u128::from(bank.borrow_shares), || {
                format!("{}: accounts owe {debts} debt shares, the bank counts {}", token.symbol, bank.borrow_shares)
            })?;
            self.indices_rise(&token.symbol, token.keys.bank, bank)?;
        }
        self.watermarks_rise(&world.board())
    }

    fn holds(&mut self, law: &'static str, holds: bool, what: impl FnOnce() -> String) -> Result<(), Violation> {
        self.checks += 1;
        if holds { Ok(()) } else { Err(Violation { law, what: what() }) }
    }

    /// SOL-1: the vault holds what the bank counts, and with the debts it covers all claims.
    fn solvent(&mut self, world: &World, symbol: &str, bank: &Bank) -> Result<(), Violation> {
        let vault = world.token_balance(&vault_of(bank));
        self.holds("SOL-1", vault >= bank.vault_amount, || {
            format!("{symbol}: the vault holds {vault}, the bank counts {}", bank.vault_amount)
        })?;
        let solvent = bank.books().verify_solvent();
        self.holds("SOL-1", solvent.is_ok(), || format!("{symbol}: {solvent:?} {:?}", bank.books()))
    }

    /// IDX-1: indices never fall but by a socialised loss.
    fn indices_rise(&mut self, symbol: &str, address: Address, bank: Bank) -> Result<(), Violation> {
        if let Some(before) = self.banks.insert(address, bank) {
            self.holds("IDX-1", bank.borrow_index >= before.borrow_index, || format!("{symbol}: borrow index fell"))?;
            let fell = bank.deposit_index < before.deposit_index;
            let loss = bank.socialised > before.socialised;
            self.holds("IDX-1", !fell || loss, || format!("{symbol}: deposit index fell without a loss"))?;
        }
        Ok(())
    }

    /// ORA-1: publish times on the board never fall.
    fn watermarks_rise(&mut self, board: &RiskBoard) -> Result<(), Violation> {
        let now: Vec<i64> = board.feeds.iter().map(|feed| feed.publish_time).collect();
        let before = std::mem::replace(&mut self.publish_times, now.clone());
        for (feed, (before, now)) in before.iter().zip(&now).enumerate() {
            self.holds("ORA-1", now >= before, || format!("feed {feed}: watermark fell from {before} to {now}"))?;
        }
        Ok(())
    }
}

/// Deposit and debt shares of all accounts, by token.
fn share_sums(world: &World) -> HashMap<u8, (u128, u128)> {
    let mut sums: HashMap<u8, (u128, u128)> = HashMap::new();
    for account in &world.accounts {
        let Some(account) = world.chain.find::<breakwater_client::interface::MarginAccount>(account) else { continue };
        for position in account.tokens.iter().filter(|position| !position.is_free()) {
            let sum = sums.entry(position.token).or_default();
            let side = if position.side == SIDE_DEBT { &mut sum.1 } else { &mut sum.0 };
            *side += u128::from(position.shares);
        }
    }
    sums
}

fn vault_of(bank: &Bank) -> Address {
    Address::new_from_array(bank.vault)
}
