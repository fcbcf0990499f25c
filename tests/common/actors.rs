//! People who act: traders and keepers (a keeper is a trader who liquidates). Each action exists as an instruction, to be
//! tampered with, and as a sentence.

use breakwater_client::instruction::{self, LiquidateKeys};
use breakwater_client::interface::accounts::{SIDE_DEBT, SIDE_DEPOSIT, TokenPosition};
use breakwater_client::margin::Index;
use breakwater_client::{Address, address};
use breakwater_sim::world::Sent;
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_signer::Signer;

use super::World;

/// Somebody with a key and a margin account.
pub struct Trader {
    /// The key.
    pub key: Keypair,
    /// The margin account.
    pub account: Address,
}

impl Trader {
    /// The key's address.
    pub fn address(&self) -> Address {
        self.key.pubkey()
    }

    /// Mints tokens into the wallet and deposits them.
    ///
    /// # Errors
    /// The program's refusal.
    pub async fn deposit(&self, world: &mut World, symbol: &str, amount: u64) -> Sent {
        world.mint_to(&self.address(), symbol, amount).await;
        let deposit = self.deposit_instruction(world, symbol, amount).await;
        world.send(&[deposit], &[&self.key]).await
    }

    /// A deposit out of the wallet.
    pub async fn deposit_instruction(&self, world: &mut World, symbol: &str, amount: u64) -> Instruction {
        let wallet = world.wallet(&self.address(), symbol).await;
        let deposit = instruction::deposit(&self.address(), &self.account, &world.keys(symbol), &wallet, amount);
        let (bank, board) = (world.bank(symbol).await, world.board().await);
        if bank.wants_board(&board) { instruction::with_board(deposit, &world.board) } else { deposit }
    }

    /// Withdraws to the wallet.
    ///
    /// # Errors
    /// The program's refusal.
    pub async fn withdraw(&self, world: &mut World, symbol: &str, amount: u64) -> Sent {
        let withdraw = self.withdraw_instruction(world, symbol, amount).await;
        world.send(&[withdraw], &[&self.key]).await
    }

    /// A withdrawal to the wallet.
    pub async fn withdraw_instruction(&self, world: &mut World, symbol: &str, amount: u64) -> Instruction {
        let wallet = world.wallet(&self.address(), symbol).await;
        instruction::withdraw(&self.address(), &self.account, &world.board, &world.keys(symbol), &wallet, amount)
    }

    /// Borrows into the wallet.
    ///
    /// # Errors
    /// The program's refusal.
    pub async fn borrow(&self, world: &mut World, symbol: &str, amount: u64) -> Sent {
        let borrow = self.borrow_instruction(world, symbol, amount).await;
        world.send(&[borrow], &[&self.key]).await
    }

    /// A loan into the wallet.
    pub async fn borrow_instruction(&self, world: &mut World, symbol: &str, amount: u64) -> Instruction {
        let wallet = world.wallet(&self.address(), symbol).await;
        instruction::borrow(&self.address(), &self.account, &world.board, &world.keys(symbol), &wallet, amount)
    }

    /// Repays out of the wallet.
    ///
    /// # Errors
    /// The program's refusal.
    pub async fn repay(&self, world: &mut World, symbol: &str, amount: u64) -> Sent {
        let repay = self.repay_instruction(world, symbol, amount).await;
        world.send(&[repay], &[&self.key]).await
    }

    /// A repayment out of the wallet.
    pub async fn repay_instruction(&self, world: &mut World, symbol: &str, amount: u64) -> Instruction {
        let wallet = world.wallet(&self.address(), symbol).await;
        instruction::repay(&self.address(), &self.account, &world.keys(symbol), &wallet, amount)
    }

    /// Liquidates a pair of legs, debt and collateral; either may be a market.
    ///
    /// # Errors
    /// The program's refusal.
    pub async fn liquidate(&self, world: &mut World, who: &Trader, pair: (&str, &str), most: u64) -> Sent {
        let liquidate = self.liquidate_instruction(world, who, pair, most);
        world.send(&[liquidate], &[&self.key]).await
    }

    /// A liquidation of a pair of legs.
    pub fn liquidate_instruction(&self, world: &World, who: &Trader, pair: (&str, &str), most: u64) -> Instruction {
        let keys = LiquidateKeys {
            keeper: self.address(),
            keeper_account: self.account,
            liquidatee: who.account,
            board: world.board,
            target: world.pair(pair),
        };
        world.receipted(instruction::liquidate(&keys, most))
    }

    /// Names a delegate.
    ///
    /// # Errors
    /// The program's refusal.
    pub async fn set_delegate(&self, world: &mut World, delegate: &Address) -> Sent {
        world.send(&[instruction::set_delegate(&self.address(), &self.account, delegate)], &[&self.key]).await
    }

    /// Closes the margin account.
    ///
    /// # Errors
    /// The program's refusal.
    pub async fn close(&self, world: &mut World) -> Sent {
        world.send(&[instruction::close_account(&self.address(), &self.account)], &[&self.key]).await
    }

    /// What is deposited of a token, by the bank's index as it stands.
    pub async fn deposited(&self, world: &mut World, symbol: &str) -> u64 {
        let index = Index(world.bank(symbol).await.deposit_index);
        self.position(world, symbol, SIDE_DEPOSIT).await.map_or(0, |p| index.amount_down(p.shares).expect("it fits"))
    }

    /// What is owed of a token, by the bank's index as it stands.
    pub async fn owed(&self, world: &mut World, symbol: &str) -> u64 {
        let index = Index(world.bank(symbol).await.borrow_index);
        self.position(world, symbol, SIDE_DEBT).await.map_or(0, |p| index.amount_up(p.shares).expect("it fits"))
    }

    /// The position of a token on a side.
    pub async fn position(&self, world: &mut World, symbol: &str, side: u8) -> Option<TokenPosition> {
        let number = world.token(symbol).number;
        let account = world.margin_account(&self.account).await;
        account.find(number).map(|slot| account.tokens[slot]).filter(|position| position.side == side)
    }

    /// Tokens in the wallet.
    pub async fn wallet(&self, world: &mut World, symbol: &str) -> u64 {
        world.wallet_balance(&self.address(), symbol).await
    }

    /// The margin account of the same key with another number.
    pub fn other_account(&self, group: &Address, number: u16) -> Address {
        address::margin_account(group, &self.address(), number)
    }
}
