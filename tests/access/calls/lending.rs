//! Accounts, token movements and the crank.

use breakwater_client::address;
use breakwater_client::instruction::{self, MARKET_ITEM, TOKEN_ITEM};
use breakwater_client::interface::Bank;
use breakwater_client::interface::accounts::MARGIN_ACCOUNT_SIZE_1;
use breakwater_sim::price_path::{Price8, Sample};
use solana_instruction::Instruction;
use solana_signer::Signer;

use crate::place::{COIN, Place, UNIT, key, open};

/// Where a margin account keeps its version.
const VERSION: usize = 1_242;

pub fn deposit(place: &mut Place) -> Instruction {
    let owner = place.alice.key.pubkey();
    let source = place.world.mint_to(&owner, "C", COIN);
    instruction::deposit(&owner, &place.alice.account, &place.world.token("C").keys, &source, COIN)
}

/// Makes a bank want the board.
fn capped(place: &mut Place, symbol: &str) {
    let bank = place.bank(symbol);
    place.world.chain.rewrite(&bank, |bank: &mut Bank| bank.capped = 1);
}

pub fn deposit_with_board(place: &mut Place) -> Instruction {
    let deposit = deposit(place);
    capped(place, "C");
    instruction::with_board(deposit, &place.world.board)
}

pub fn repay(place: &mut Place) -> Instruction {
    let owner = place.alice.key.pubkey();
    let source = place.world.mint_to(&owner, "D", UNIT);
    instruction::repay(&owner, &place.alice.account, &place.world.token("D").keys, &source, UNIT)
}

pub fn repay_with_board(place: &mut Place) -> Instruction {
    let repay = repay(place);
    capped(place, "D");
    instruction::with_board(repay, &place.world.board)
}

pub fn withdraw(place: &mut Place) -> Instruction {
    place.wait(1);
    let (owner, world) = (place.alice.key.pubkey(), &mut place.world);
    let to = world.wallet(&owner, "C");
    instruction::withdraw(&owner, &place.alice.account, &world.board, &world.token("C").keys, &to, COIN)
}

pub fn borrow(place: &mut Place) -> Instruction {
    place.wait(1);
    let (owner, world) = (place.alice.key.pubkey(), &mut place.world);
    let to = world.wallet(&owner, "D");
    instruction::borrow(&owner, &place.alice.account, &world.board, &world.token("D").keys, &to, UNIT)
}

pub fn open_account(place: &mut Place) -> Instruction {
    let owner = key(40).pubkey();
    place.world.chain.fund(&owner);
    let group = place.world.group;
    place.world.chain.rewrite(&group, |group: &mut breakwater_client::interface::Group| group.launched = 1);
    instruction::open_account(&group, &owner, 0)
}

pub fn set_delegate(place: &mut Place) -> Instruction {
    instruction::set_delegate(&place.alice.key.pubkey(), &place.alice.account, &key(41).pubkey())
}

pub fn close_account(place: &mut Place) -> Instruction {
    let empty = open(&mut place.world, &key(40));
    instruction::close_account(&empty.key.pubkey(), &empty.account)
}

pub fn upgrade_account(place: &mut Place) -> Instruction {
    let (alice, bob) = (place.alice.account, place.bob.account);
    let second = place.named("second bob's account");
    for account in [alice, bob, second] {
        let mut old = place.world.chain.account(&account).expect("it was opened");
        old.data.truncate(MARGIN_ACCOUNT_SIZE_1);
        old.data[VERSION] = 1;
        place.world.chain.set_account(&account, old);
    }
    instruction::upgrade_account(&place.keeper.key.pubkey(), &place.alice.account)
}

pub fn refresh_feed(place: &mut Place) -> Instruction {
    place.wait(5);
    place.world.chain.advance(1);
    let price = Price8::from_usd(100);
    place.world.write_sample("C", &Sample { price, conf: Price8(price.units() / 2_000), ema: price });
    let token = place.world.token("C");
    instruction::refresh(&place.world.board, &[(token.number, token.oracle)])
}

pub fn refresh_bank(place: &mut Place) -> Instruction {
    place.world.chain.advance(60);
    let token = place.world.token("D");
    instruction::refresh(&place.world.board, &[(TOKEN_ITEM + token.number, token.keys.bank)])
}

pub fn refresh_market(place: &mut Place) -> Instruction {
    place.world.chain.advance(60);
    let market = address::perp_market(&place.world.group, 0);
    instruction::refresh(&place.world.board, &[(MARKET_ITEM, market)])
}
