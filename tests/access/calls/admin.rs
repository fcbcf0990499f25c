//! Listings, parameters, roles, the queue and pauses.

use breakwater_client::decode::account_size;
use breakwater_client::instruction::{self, BankKeys, Scope};
use breakwater_client::interface::governance::{RISK_MANAGER, TIMELOCK, TRADE};
use breakwater_client::interface::{Group, RiskBoard};
use breakwater_client::{Address, PROGRAM_ID, TOKEN_PROGRAM, address};
use breakwater_sim::tokens;
use breakwater_sim::world::{Listing, default_liquidation, default_oracle};
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_signer::Signer;

use crate::place::{Place, key};

/// Admin, group, board.
fn desk(place: &Place) -> (Address, Address, Address) {
    (place.world.admin.pubkey(), place.world.group, place.world.board)
}

pub fn create_group(place: &mut Place) -> Instruction {
    let board = key(31).pubkey();
    place.world.chain.set_data(&board, &PROGRAM_ID, vec![0; account_size::<RiskBoard>()]);
    instruction::create_group(&place.world.admin.pubkey(), &board, 8, default_liquidation())
}

pub fn list_token(place: &mut Place) -> Instruction {
    let (admin, group, board) = desk(place);
    let mint = key(32).pubkey();
    place.world.chain.set_data(&mint, &TOKEN_PROGRAM, tokens::mint(6));
    let mut listing = Listing::stable(6);
    listing.weights.asset_initial = 0;
    let keys = BankKeys::new(&group, mint, TOKEN_PROGRAM);
    let parameters = (listing.lending, listing.weights, default_oracle([9; 32]));
    instruction::list_token(&admin, &group, &board, &keys, parameters)
}

pub fn create_fund(place: &mut Place) -> Instruction {
    let (group, board) = place.third();
    let bank = address::bank(&group, &place.world.token("Q").keys.mint);
    instruction::create_fund(&place.world.admin.pubkey(), &group, &board, &bank, 2_500)
}

pub fn create_log(place: &mut Place) -> Instruction {
    let (group, board) = place.third();
    instruction::create_log(&place.world.admin.pubkey(), &group, &board)
}

pub fn create_market(place: &mut Place) -> Instruction {
    let (admin, group, board) = desk(place);
    let config = place.world.market("C").config;
    let mut oracle = default_oracle([9; 32]);
    oracle.decimals = 9;
    instruction::create_market(&admin, &group, &board, 2, (config, oracle))
}

pub fn set_lending(place: &mut Place) -> Instruction {
    let (admin, group, _) = desk(place);
    instruction::set_lending(&admin, &group, &place.bank("C"), place.world.bank("C").lending)
}

pub fn set_reduce_only(place: &mut Place) -> Instruction {
    let (admin, group, _) = desk(place);
    instruction::set_reduce_only(&admin, &group, &place.bank("C"), true)
}

pub fn set_weights(place: &mut Place) -> Instruction {
    let (admin, group, board) = desk(place);
    instruction::set_weights(&admin, &group, &board, &place.bank("C"), Listing::volatile(9).weights)
}

pub fn set_oracle(place: &mut Place) -> Instruction {
    let (admin, group, board) = desk(place);
    let oracle = place.world.board().feeds[0].oracle;
    instruction::set_oracle(&admin, &group, &board, 0, oracle)
}

pub fn set_liquidation(place: &mut Place) -> Instruction {
    let (admin, group, board) = desk(place);
    instruction::set_liquidation(&admin, &group, &board, default_liquidation())
}

pub fn set_market(place: &mut Place) -> Instruction {
    let (admin, group, board) = desk(place);
    instruction::set_market(&admin, &group, &board, &place.market("C"), place.world.market("C").config)
}

pub fn set_market_status(place: &mut Place) -> Instruction {
    let (admin, group, board) = desk(place);
    instruction::set_market_status(&admin, &group, &board, &place.market("C"), (1, 0))
}

pub fn set_role(place: &mut Place) -> Instruction {
    let (admin, group, _) = desk(place);
    instruction::set_role(&admin, &group, &key(21).pubkey(), RISK_MANAGER)
}

/// Queues an instruction of a launched group, lets it wait, and has the keeper carry it out.
fn queued(place: &mut Place, (group, change): (Address, Instruction)) -> Instruction {
    let admin = place.world.admin.pubkey();
    place.world.chain.rewrite(&group, |group: &mut Group| group.launched = 1);
    let number = place.world.chain.state::<Group>(&group).changes;
    place.by_admin(instruction::queue_change(&admin, &group, number, &change).expect("it may wait"));
    place.wait(TIMELOCK);
    instruction::execute_change(change, &place.keeper.key.pubkey(), &address::change(&group, number))
}

/// An instruction of the group that has waited.
pub fn waited(place: &mut Place, build: fn(&mut Place) -> Instruction) -> Instruction {
    let group = place.world.group;
    place.world.chain.rewrite(&group, |group: &mut Group| group.launched = 1);
    let change = build(place);
    queued(place, (group, change))
}

pub fn waited_fund(place: &mut Place) -> Instruction {
    let create = create_fund(place);
    queued(place, (create.accounts[1].pubkey, create))
}

pub fn waited_log(place: &mut Place) -> Instruction {
    let create = create_log(place);
    queued(place, (create.accounts[1].pubkey, create))
}

pub fn launch_group(place: &mut Place) -> Instruction {
    let (admin, group, _) = desk(place);
    instruction::launch_group(&admin, &group)
}

fn number(place: &Place) -> u64 {
    place.world.chain.state::<Group>(&place.world.group).changes
}

pub fn queue_change(place: &mut Place) -> Instruction {
    let (admin, group, _) = desk(place);
    let change = set_reduce_only(place);
    instruction::queue_change(&admin, &group, number(place), &change).expect("it may wait")
}

pub fn veto_change(place: &mut Place) -> Instruction {
    let number = number(place);
    let queue = queue_change(place);
    place.by_admin(queue);
    instruction::veto_change(&place.guardian.pubkey(), &place.world.group, number)
}

pub fn close_change(place: &mut Place) -> Instruction {
    let veto = veto_change(place);
    let change = veto.accounts[2].pubkey;
    let guardian = place.guardian.insecure_clone();
    place.must(veto, &[&guardian]);
    instruction::close_change(&place.world.admin.pubkey(), &change)
}

/// What is paused.
#[derive(Clone, Copy)]
pub enum Where {
    Group,
    Bank,
    Market,
}

fn scope(place: &Place, of: Where) -> Scope {
    match of {
        Where::Group => Scope::Group,
        Where::Bank => Scope::Bank(place.bank("C")),
        Where::Market => Scope::Market(place.market("C")),
    }
}

pub fn pause(place: &mut Place, of: Where) -> Instruction {
    let (_, group, board) = desk(place);
    instruction::pause(&place.guardian.pubkey(), &group, &board, &scope(place, of), (TRADE, 60))
}

pub fn unpause(place: &mut Place, of: Where) -> Instruction {
    let pause = pause(place, of);
    let guardian: Keypair = place.guardian.insecure_clone();
    place.must(pause, &[&guardian]);
    let (_, group, board) = desk(place);
    instruction::unpause(&guardian.pubkey(), &group, &board, &scope(place, of))
}
