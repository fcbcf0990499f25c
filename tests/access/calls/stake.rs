//! Stakes and the income of the insurance.

use breakwater_client::address;
use breakwater_client::instruction::{self, ALL, Earner, StakeKeys};
use breakwater_client::interface::{Bank, PerpMarket};
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_signer::Signer;

use crate::place::{Place, UNIT, key, stake_keys};

const WEEK: i64 = 7 * 86_400;

fn alice(place: &Place) -> (Keypair, StakeKeys) {
    (place.alice.key.insecure_clone(), stake_keys(&place.world, &place.alice))
}

pub fn open_stake(place: &mut Place) -> Instruction {
    let owner = key(40).pubkey();
    place.world.chain.fund(&owner);
    instruction::open_stake(&owner, &address::fund(&place.world.group))
}

pub fn close_stake(place: &mut Place) -> Instruction {
    let open = open_stake(place);
    place.must(open, &[&key(40)]);
    instruction::close_stake(&key(40).pubkey(), &address::fund(&place.world.group))
}

pub fn stake(place: &mut Place) -> Instruction {
    place.wait(1);
    instruction::stake(&alice(place).1, UNIT)
}

pub fn mature_stake(place: &mut Place) -> Instruction {
    place.wait(WEEK);
    let (_, keys) = alice(place);
    instruction::mature_stake(&keys.owner, &keys.quote_bank, &keys.fund)
}

pub fn request_unstake(place: &mut Place) -> Instruction {
    let mature = mature_stake(place);
    place.must(mature, &[]);
    let (_, keys) = alice(place);
    instruction::request_unstake(&keys.owner, &keys.quote_bank, &keys.fund, ALL)
}

fn requested(place: &mut Place) -> StakeKeys {
    let request = request_unstake(place);
    let (key, keys) = alice(place);
    place.must(request, &[&key]);
    keys
}

pub fn unstake(place: &mut Place) -> Instruction {
    let keys = requested(place);
    place.wait(WEEK);
    instruction::unstake(&keys)
}

pub fn restake(place: &mut Place) -> Instruction {
    let keys = requested(place);
    place.wait(2 * WEEK);
    instruction::restake(&keys.owner, &keys.fund)
}

pub fn collect_bank(place: &mut Place) -> Instruction {
    let bank = place.bank("Q");
    place.world.chain.rewrite(&bank, |bank: &mut Bank| {
        (bank.fees, bank.vault_amount, bank.lending.tranche_target) = (UNIT, bank.vault_amount + UNIT, 0);
    });
    instruction::collect(&address::fund(&place.world.group), &Earner::Bank(bank))
}

pub fn collect_market(place: &mut Place) -> Instruction {
    let market = place.market("C");
    place.world.chain.rewrite(&market, |market: &mut PerpMarket| market.fees += UNIT);
    instruction::collect(&address::fund(&place.world.group), &Earner::Market(market))
}
