//! Trades, orders, settlement, pools and gifts to the insurance.

use std::mem::swap;

use breakwater_client::instruction::{self, ALL, ExecuteKeys, Insured, LiquidityKeys};
use breakwater_client::interface::TriggerOrder;
use breakwater_client::interface::order::{ORDER_ABOVE, SIDE_LONG};
use breakwater_client::{Address, address};
use bytemuck::Zeroable;
use solana_instruction::Instruction;
use solana_signer::Signer;

use crate::place::{COIN, Place, UNIT, key};

/// Alice's key and account, the board, the market about C.
fn alice(place: &Place) -> (Address, Address, Address, Address) {
    (place.alice.key.pubkey(), place.alice.account, place.world.board, place.market("C"))
}

pub fn trade(place: &mut Place) -> Instruction {
    place.wait(60);
    let (owner, account, board, market) = alice(place);
    instruction::trade(&owner, &account, &board, &market, COIN as i64, u64::MAX)
}

pub fn reduce(place: &mut Place) -> Instruction {
    place.wait(60);
    let (owner, account, board, market) = alice(place);
    instruction::reduce(&owner, &account, &board, &market, COIN, 0)
}

pub fn place_order(place: &mut Place) -> Instruction {
    place.wait(60);
    let (owner, account, board, market) = alice(place);
    let order =
        TriggerOrder { size: ALL, fee: UNIT as u32, kind: ORDER_ABOVE, side: SIDE_LONG, ..TriggerOrder::zeroed() };
    instruction::place_order(&owner, &account, &board, &market, 0, &order)
}

/// Alice's order in the first slot, and bob's.
fn ordered(place: &mut Place) {
    let mut order = place_order(place);
    for _ in 0..2 {
        let key = place.alice.key.insecure_clone();
        place.must(order, &[&key]);
        swap(&mut place.alice, &mut place.bob);
        order = place_order(place);
    }
}

pub fn cancel_order(place: &mut Place) -> Instruction {
    ordered(place);
    instruction::cancel_order(&place.alice.key.pubkey(), &place.alice.account, 0)
}

pub fn execute_order(place: &mut Place) -> Instruction {
    ordered(place);
    place.wait(60);
    let keys = ExecuteKeys {
        executor: place.keeper.key.pubkey(),
        executor_account: place.keeper.account,
        account: place.alice.account,
        board: place.world.board,
        market: place.market("C"),
        quote_bank: place.bank("Q"),
    };
    instruction::execute_order(&keys, 0)
}

pub fn settle(place: &mut Place) -> Instruction {
    place.price(9_900);
    let (_, account, board, market) = alice(place);
    instruction::settle(&place.keeper.key.pubkey(), &account, &board, &market, &place.bank("Q"), ALL)
}

/// Alice and bob have closed with a profit, an hour ago.
pub fn settle_profit(place: &mut Place) -> Instruction {
    place.wait(60);
    place.price(11_000);
    place.wait(60);
    for _ in 0..2 {
        let (owner, account, board, market) = alice(place);
        let key = place.alice.key.insecure_clone();
        place.must(instruction::reduce(&owner, &account, &board, &market, ALL, 0), &[&key]);
        swap(&mut place.alice, &mut place.bob);
    }
    place.wait(3_600);
    let (owner, account, board, market) = alice(place);
    instruction::settle(&owner, &account, &board, &market, &place.bank("Q"), ALL)
}

pub fn open_liquidity(place: &mut Place) -> Instruction {
    let owner = key(40).pubkey();
    place.world.chain.fund(&owner);
    instruction::open_liquidity(&owner, &place.market("C"))
}

fn liquidity(place: &Place) -> LiquidityKeys {
    let (owner, account, board, market) = alice(place);
    LiquidityKeys { owner, account, board, quote_bank: place.bank("Q"), market }
}

pub fn add_liquidity(place: &mut Place) -> Instruction {
    place.wait(60);
    instruction::add_liquidity(&liquidity(place), 1_000 * UNIT)
}

pub fn request_liquidity(place: &mut Place) -> Instruction {
    place.wait(60);
    instruction::request_liquidity(&liquidity(place), 1_000)
}

pub fn remove_liquidity(place: &mut Place) -> Instruction {
    let request = request_liquidity(place);
    let key = place.alice.key.insecure_clone();
    place.must(request, &[&key]);
    place.wait(3_600);
    instruction::remove_liquidity(&liquidity(place))
}

pub fn insure_fund(place: &mut Place) -> Instruction {
    place.wait(1);
    let (owner, account, board, _) = alice(place);
    let insured = Insured::Fund(address::fund(&place.world.group));
    instruction::insure(&owner, &account, &board, &place.bank("Q"), &insured, UNIT)
}

pub fn insure_market(place: &mut Place) -> Instruction {
    place.wait(1);
    let (owner, account, board, market) = alice(place);
    instruction::insure(&owner, &account, &board, &place.bank("Q"), &Insured::Market(market), UNIT)
}
