//! The world outside the program: a party with tokens of its own that trades at the oracle price. It makes nothing and
//! loses nothing, so that what a keeper gains is somebody's tokens.

use breakwater_client::Address;
use breakwater_client::margin::{MathError, NativeAmount, Price};
use solana_keypair::Keypair;
use solana_signer::Signer;

use crate::tokens;
use crate::world::{Sent, Token, World};

/// A counterparty for keepers.
#[derive(Debug)]
pub struct Market {
    key: Keypair,
}

impl Market {
    /// A market without tokens.
    pub fn new(world: &mut World) -> Market {
        let key = world.chain.keys.keypair();
        world.chain.fund(&key.pubkey());
        Market { key }
    }

    /// Whose wallets the market's are.
    pub fn address(&self) -> Address {
        self.key.pubkey()
    }

    /// Swaps tokens of a trader for tokens of the market in one transaction.
    ///
    /// # Errors
    /// The token program's refusal.
    pub fn swap(&self, world: &mut World, trader: &Keypair, give: (&str, u64), take: (&str, u64)) -> Sent {
        let (us, them) = (self.key.pubkey(), trader.pubkey());
        let mut legs = Vec::with_capacity(2);
        for ((symbol, amount), from, to) in [(give, them, us), (take, us, them)] {
            let program = world.token(symbol).keys.token_program;
            let (from, to, owner) = (world.wallet(&from, symbol), world.wallet(&to, symbol), from);
            legs.push(tokens::transfer(&program, &from, &to, &owner, amount));
        }
        world.chain.send(&legs, &[trader, &self.key])
    }
}

/// What an amount of one token fetches in another at their prices, rounded down: against the trader.
///
/// # Errors
/// Overflow, DivideByZero where a price is 0.
pub(super) fn proceeds(amount: NativeAmount, sold: Price, bought: Price) -> Result<NativeAmount, MathError> {
    bought.amount_down(sold.value_down(amount))
}

/// What an amount of one token costs in another at their prices, rounded up: against the trader.
///
/// # Errors
/// Overflow, DivideByZero where a price is 0.
pub(super) fn cost(amount: NativeAmount, bought: Price, paid: Price) -> Result<NativeAmount, MathError> {
    paid.amount_up(bought.value_up(amount))
}

/// The dollar token: the last that was listed.
pub(super) fn dollar(world: &World) -> &Token {
    world.tokens.last().expect("a token is listed")
}
