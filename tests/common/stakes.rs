//! What people do with the shared fund: stake, wait, leave, collect, report.

use breakwater_client::address;
use breakwater_client::instruction::{self, Earner, StakeKeys};
use breakwater_client::interface::InsuranceStake;
use breakwater_sim::world::Sent;

use super::markets::QUOTE;
use super::{Trader, Verdict, World};

impl World {
    /// Every stake in the shared fund.
    pub(super) async fn all_stakes(&mut self) -> Vec<InsuranceStake> {
        let mut stakes = Vec::new();
        for stake in self.stakes.clone() {
            stakes.extend(self.chain.find::<InsuranceStake>(&stake).await);
        }
        stakes
    }

    /// Somebody with a deposit of the quote token and an empty stake.
    pub async fn staker(&mut self, amount: u64) -> Trader {
        let staker = self.funded(amount).await;
        staker.open_stake(self).await.succeeds();
        staker
    }

    /// Somebody whose stake of an amount has matured.
    pub async fn matured_staker(&mut self, amount: u64) -> Trader {
        let staker = self.staker(amount).await;
        staker.stake(self, amount).await.succeeds();
        self.chain.advance(7 * 86_400);
        self.mature(&staker).await.succeeds();
        staker
    }

    /// Lets somebody's young stake mature.
    ///
    /// # Errors
    /// The program's refusal.
    pub async fn mature(&mut self, who: &Trader) -> Sent {
        let fund = address::fund(&self.group);
        let mature = instruction::mature_stake(&who.address(), &self.keys(QUOTE).bank, &fund);
        self.send(&[mature], &[]).await
    }

    /// Brings to insurance what a bank or a market has earned.
    ///
    /// # Errors
    /// The program's refusal.
    pub async fn collect(&mut self, symbol: &str) -> Sent {
        let earner = match self.find_perp(symbol) {
            Some(perp) => Earner::Market(perp.market),
            None => Earner::Bank(self.keys(symbol).bank),
        };
        self.send(&[instruction::collect(&address::fund(&self.group), &earner)], &[]).await
    }

    /// Reports what an account lacks.
    ///
    /// # Errors
    /// The program's refusal.
    pub async fn report(&mut self, who: &Trader) -> Sent {
        let fund = address::fund(&self.group);
        let report = instruction::report_shortfall(&who.account, &self.board, &self.keys(QUOTE).bank, &fund);
        self.send(&[report], &[]).await
    }
}

impl Trader {
    /// Opens a stake in the shared fund.
    ///
    /// # Errors
    /// The program's refusal.
    pub async fn open_stake(&self, world: &mut World) -> Sent {
        let fund = address::fund(&world.group);
        world.stakes.push(address::stake(&fund, &self.address()));
        world.send(&[instruction::open_stake(&self.address(), &fund)], &[&self.key]).await
    }

    /// Closes the stake.
    ///
    /// # Errors
    /// The program's refusal.
    pub async fn close_stake(&self, world: &mut World) -> Sent {
        world.send(&[instruction::close_stake(&self.address(), &address::fund(&world.group))], &[&self.key]).await
    }

    /// The accounts of the own stake.
    pub fn stake_keys(&self, world: &World) -> StakeKeys {
        StakeKeys {
            owner: self.address(),
            account: self.account,
            board: world.board,
            quote_bank: world.keys(QUOTE).bank,
            fund: address::fund(&world.group),
        }
    }

    /// Stakes a part of the quote deposit.
    ///
    /// # Errors
    /// The program's refusal.
    pub async fn stake(&self, world: &mut World, amount: u64) -> Sent {
        world.send(&[instruction::stake(&self.stake_keys(world), amount)], &[&self.key]).await
    }

    /// Requests that active units leave; all that is young for 0.
    ///
    /// # Errors
    /// The program's refusal.
    pub async fn request_unstake(&self, world: &mut World, units: u64) -> Sent {
        let StakeKeys { quote_bank, fund, .. } = self.stake_keys(world);
        world.send(&[instruction::request_unstake(&self.address(), &quote_bank, &fund, units)], &[&self.key]).await
    }

    /// Takes what was requested.
    ///
    /// # Errors
    /// The program's refusal.
    pub async fn unstake(&self, world: &mut World) -> Sent {
        world.send(&[instruction::unstake(&self.stake_keys(world))], &[&self.key]).await
    }

    /// Takes the request back.
    ///
    /// # Errors
    /// The program's refusal.
    pub async fn restake(&self, world: &mut World) -> Sent {
        let fund = address::fund(&world.group);
        world.send(&[instruction::restake(&self.address(), &fund)], &[&self.key]).await
    }

    /// The own stake.
    pub async fn held_stake(&self, world: &mut World) -> InsuranceStake {
        let fund = address::fund(&world.group);
        world.chain.state(&address::stake(&fund, &self.address())).await
    }
}
