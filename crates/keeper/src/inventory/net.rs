//! What the keeper moves between its wallet and its margin account.

use std::collections::BTreeMap;

use breakwater_client::instruction::{self, ALL, BankKeys};
use breakwater_client::interface::accounts::SIDE_DEBT;
use breakwater_client::interface::{MarginAccount, MarginError};
use breakwater_client::margin::Index;
use breakwater_client::{Address, SYSTEM_PROGRAM};
use solana_instruction::{AccountMeta, Instruction};

use super::after::debit;
use super::{Mine, Rules};

/// The program of associated token accounts.
const ASSOCIATED: Address = Address::from_str_const("ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL");
/// Its instruction that makes an account unless it is there.
const CREATE_IDEMPOTENT: u8 = 1;
/// How often a withdrawal that health does not allow is halved.
const HALVINGS: u32 = 32;

/// A bank of the group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BankSeen {
    /// Number of the token.
    pub token: u8,
    /// Bank, mint and token program.
    pub keys: BankKeys,
    /// Whether deposits and repayments pass the board ([`breakwater_client::interface::Bank::wants_board`]).
    pub wants_board: bool,
}

/// A token account of the wallet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WalletToken {
    /// Its address.
    pub account: Address,
    /// What is in it, native units.
    pub amount: u64,
}

/// One movement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What it does, in a word.
    pub what: &'static str,
    /// Number of the token.
    pub token: u8,
    /// Native units.
    pub amount: u64,
    /// How.
    pub instructions: Vec<Instruction>,
}

/// The associated token account of a wallet.
pub fn token_wallet(wallet: &Address, keys: &BankKeys) -> Address {
    let seeds = [wallet.as_ref(), keys.token_program.as_ref(), keys.mint.as_ref()];
    Address::find_program_address(&seeds, &ASSOCIATED).0
}

/// What is to be moved, each step on its own: debts are repaid from the wallet, what the wallet has is deposited up to what is
/// to be held, and what is held beyond that is withdrawn as far as the account's health allows. A token that the account owes is
/// never deposited, and the program itself nets what is seized against what is owed of the same token.
///
/// Units:  wallet: by number of the token
/// Errors: MathOverflow
pub fn net(
    rules: &Rules,
    (signer, account, board): (&Address, &Address, &Address),
    mine: &Mine,
    banks: &[BankSeen],
    wallet: &BTreeMap<u8, WalletToken>,
) -> Result<Vec<Step>, MarginError> {
    let mut steps = Vec::new();
    let mut remaining = *mine.account;
    for bank in banks {
        let (deposit, debt) = held(mine, bank.token)?;
        let purse = wallet.get(&bank.token).filter(|purse| purse.amount > 0);
        let hold = rules.hold.get(&bank.token).copied().unwrap_or(0);
        let into = |instruction: Instruction| {
            if bank.wants_board { instruction::with_board(instruction, board) } else { instruction }
        };
        match purse {
            Some(purse) if debt > 0 && rules.repay => {
                let amount = purse.amount.min(debt);
                // All that is owed, with the interest of the next seconds, where the wallet has it.
                let asked = if purse.amount > debt { ALL } else { amount };
                let repay = instruction::repay(signer, account, &bank.keys, &purse.account, asked);
                steps.push(Step { what: "repay", token: bank.token, amount, instructions: vec![into(repay)] });
            }
            Some(purse) if debt == 0 && rules.deposit && deposit < hold => {
                let amount = purse.amount.min(hold - deposit);
                let put = instruction::deposit(signer, account, &bank.keys, &purse.account, amount);
                steps.push(Step { what: "deposit", token: bank.token, amount, instructions: vec![into(put)] });
            }
            _ => {}
        }
        if rules.withdraw && deposit > hold {
            let amount = withdrawable(rules, mine, &mut remaining, bank.token, deposit - hold)?;
            if amount > 0 {
                let to = token_wallet(signer, &bank.keys);
                let take = instruction::withdraw(signer, account, board, &bank.keys, &to, amount);
                let instructions = vec![make_wallet(signer, &to, &bank.keys), take];
                steps.push(Step { what: "withdraw", token: bank.token, amount, instructions });
            }
        }
    }
    Ok(steps)
}

/// What the account owns and owes of a token, native units.
fn held(mine: &Mine, token: u8) -> Result<(u64, u64), MarginError> {
    let Some(slot) = mine.account.find(token) else { return Ok((0, 0)) };
    let risk = mine.board.tokens.get(usize::from(token)).ok_or(MarginError::TokenNotListed)?;
    let position = &mine.account.tokens[slot];
    Ok(match position.side {
        SIDE_DEBT => (0, Index(risk.borrow_index).amount_up(position.shares)?),
        _ => (Index(risk.deposit_index).amount_down(position.shares)?, 0),
    })
}

/// How much of a surplus may leave, given what leaves already.
fn withdrawable(
    rules: &Rules,
    mine: &Mine,
    remaining: &mut MarginAccount,
    token: u8,
    surplus: u64,
) -> Result<u64, MarginError> {
    let mut amount = surplus;
    for _ in 0..HALVINGS {
        let mut without = *remaining;
        debit(mine, &mut without, token, amount)?;
        if amount == 0 || mine.verify(rules, &without).is_ok() {
            *remaining = without;
            return Ok(amount);
        }
        amount /= 2;
    }
    Ok(0)
}

/// Makes the wallet's token account unless it is there.
fn make_wallet(wallet: &Address, account: &Address, keys: &BankKeys) -> Instruction {
    let accounts = vec![
        AccountMeta::new(*wallet, true),
        AccountMeta::new(*account, false),
        AccountMeta::new_readonly(*wallet, false),
        AccountMeta::new_readonly(keys.mint, false),
        AccountMeta::new_readonly(SYSTEM_PROGRAM, false),
        AccountMeta::new_readonly(keys.token_program, false),
    ];
    Instruction { program_id: ASSOCIATED, accounts, data: vec![CREATE_IDEMPOTENT] }
}
