//! What anybody may do to an account under water, to a bankrupt one and to the winners of a market in deficit.

use breakwater_client::instruction::{self, Creditor, LiquidateKeys, TargetKeys};
use breakwater_client::margin::liquidation::{Bucket, BucketTerms, Rooms};
use breakwater_client::margin::position::MARKET_LEG;
use breakwater_client::margin::{MathError, Target};
use breakwater_client::{Address, address};
use solana_instruction::Instruction;
use solana_signer::Signer;

use super::{Sent, Trader, World};

impl World {
    /// Liquidates a pair of legs, by name.
    ///
    /// # Errors
    /// The program's refusal.
    pub fn liquidate(&mut self, keeper: &Trader, who: &Address, debt: &str, collateral: &str, most: u64) -> Sent {
        let liquidate = self.liquidate_instruction(keeper, who, (debt, collateral), most);
        self.chain.send(&[liquidate], &[&keeper.key])
    }

    /// A liquidation, write-off or deleveraging with the receipt log, where the group keeps one.
    pub fn receipted(&self, instruction: Instruction) -> Instruction {
        match &self.receipt_log {
            Some(log) => instruction::with_receipt_log(instruction, log),
            None => instruction,
        }
    }

    /// The instruction of [`World::liquidate`].
    pub fn liquidate_instruction(&self, keeper: &Trader, who: &Address, pair: (&str, &str), most: u64) -> Instruction {
        let keys = LiquidateKeys {
            keeper: keeper.key.pubkey(),
            keeper_account: keeper.account,
            liquidatee: *who,
            board: self.board,
            target: TargetKeys::Spot {
                debt_bank: self.token(pair.0).keys.bank,
                collateral_bank: self.token(pair.1).keys.bank,
            },
        };
        self.receipted(instruction::liquidate(&keys, most))
    }

    /// Writes off an account's debt of a token.
    ///
    /// # Errors
    /// The program's refusal.
    pub fn resolve_bankruptcy(&mut self, who: &Address, symbol: &str) -> Sent {
        let token = self.token(symbol);
        let bank = token.keys.bank;
        let creditor = match self.fund {
            Some(fund) if token.number == self.board().quote_token => Creditor::QuoteBank { quote_bank: bank, fund },
            _ => Creditor::Bank(bank),
        };
        let resolve = self.receipted(instruction::resolve_bankruptcy(who, &self.board, &creditor));
        self.chain.send(&[resolve], &[])
    }

    /// Liquidates what a plan aims at.
    ///
    /// # Errors
    /// The program's refusal.
    pub fn liquidate_target(&mut self, keeper: &Trader, who: &Address, target: Target, most: u64) -> Sent {
        let liquidate = self.liquidate_target_instruction(keeper, who, target, most);
        self.chain.send(&[liquidate], &[&keeper.key])
    }

    /// The instruction of [`World::liquidate_target`].
    pub fn liquidate_target_instruction(
        &self,
        keeper: &Trader,
        who: &Address,
        target: Target,
        most: u64,
    ) -> Instruction {
        let keys = LiquidateKeys {
            keeper: keeper.key.pubkey(),
            keeper_account: keeper.account,
            liquidatee: *who,
            board: self.board,
            target: self.target_keys(target),
        };
        self.receipted(instruction::liquidate(&keys, most))
    }

    /// What fits into the velocity buckets of a target's legs now, as the program counts it once interest is charged.
    ///
    /// # Errors
    /// Overflow.
    pub fn rooms(&self, target: Target) -> Result<Rooms, MathError> {
        let (window, now) = (self.board().liquidation.velocity_window.into(), self.chain.now());
        let room_of_leg = |leg: u8| {
            if leg >= MARKET_LEG {
                return Ok(u64::MAX);
            }
            let bank = self.bank(&self.tokens[usize::from(leg)].symbol);
            let mut bucket = Bucket { level: bank.bucket_level, time: bank.bucket_time };
            let terms = BucketTerms { velocity: bank.lending.velocity, window };
            Ok(bucket.room(bank.books().deposits()?, &terms, now))
        };
        match target {
            Target::Spot(pair) => {
                Ok(Rooms { debt: room_of_leg(pair.debt)?, collateral: room_of_leg(pair.collateral)?, base: u64::MAX })
            }
            Target::Perp(number) => {
                let market = self.market(&self.perps[usize::from(number)].symbol);
                let mut bucket = Bucket { level: market.bucket_level, time: market.bucket_time };
                let terms = BucketTerms { velocity: market.config.velocity.into(), window };
                Ok(Rooms { base: bucket.room(market.long.max(market.short), &terms, now), ..Rooms::OPEN })
            }
        }
    }

    fn target_keys(&self, target: Target) -> TargetKeys {
        let bank = |token: u8| self.tokens[usize::from(token)].keys.bank;
        let market = |number: u8| self.perps[usize::from(number)].market;
        match target {
            Target::Perp(number) => TargetKeys::Perp { market: market(number), quote_bank: self.quote().keys.bank },
            Target::Spot(pair) => {
                let (debt, collateral) = (pair.debt.checked_sub(MARKET_LEG), pair.collateral.checked_sub(MARKET_LEG));
                match (debt, collateral) {
                    (Some(number), _) => TargetKeys::MarketDebt {
                        market: market(number),
                        quote_bank: self.quote().keys.bank,
                        collateral_bank: bank(pair.collateral),
                    },
                    (None, Some(number)) => TargetKeys::MarketProfit {
                        debt_bank: bank(pair.debt),
                        market: market(number),
                        quote_bank: self.quote().keys.bank,
                    },
                    (None, None) => {
                        TargetKeys::Spot { debt_bank: bank(pair.debt), collateral_bank: bank(pair.collateral) }
                    }
                }
            }
        }
    }

    /// Writes off what an account owes a market.
    ///
    /// # Errors
    /// The program's refusal.
    pub fn resolve_market_loss(&mut self, who: &Address, symbol: &str) -> Sent {
        let creditor = Creditor::Market {
            market: self.perp(symbol).market,
            quote_bank: self.quote().keys.bank,
            fund: address::fund(&self.group),
        };
        let resolve = self.receipted(instruction::resolve_bankruptcy(who, &self.board, &creditor));
        self.chain.send(&[resolve], &[])
    }

    /// Closes a winner of a market in deficit.
    ///
    /// # Errors
    /// The program's refusal.
    pub fn deleverage(&mut self, who: &Address, symbol: &str) -> Sent {
        let (market, bank) = (self.perp(symbol).market, self.quote().keys.bank);
        let deleverage = self.receipted(instruction::deleverage(who, &self.board, &bank, &market));
        self.chain.send(&[deleverage], &[])
    }
}
