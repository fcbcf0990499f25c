//! Administrative instructions, in a group that is prepared and in one that is launched.

use breakwater_client::address;
use breakwater_client::instruction::{self, Scope};
use breakwater_client::interface::governance::{RISK_MANAGER, TIMELOCK, TRADE};
use breakwater_sim::listing::{PerpListing, default_perp};
use breakwater_sim::world::{Listing, World, default_liquidation};
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_signer::Signer;

use super::{Row, chain, row};

const UNIT: u64 = 1_000_000;

struct Desk {
    world: World,
    admin: Keypair,
    rows: Vec<Row>,
}

impl Desk {
    fn send(&mut self, name: &'static str, kind: &'static str, instruction: Instruction, signers: &[&Keypair]) {
        let sent = self.world.chain.send(&[instruction], signers).unwrap_or_else(|e| panic!("{name}: {e}"));
        self.rows.push(row(name, kind, String::new(), &sent));
    }

    fn by_admin(&mut self, name: &'static str, kind: &'static str, instruction: Instruction) {
        let admin = self.admin.insecure_clone();
        self.send(name, kind, instruction, &[&admin]);
    }
}

/// Every administrative instruction once.
pub fn rows() -> Vec<Row> {
    let world = World::new(chain());
    let admin = world.admin.insecure_clone();
    let mut desk = Desk { world, admin, rows: Vec::new() };
    listings(&mut desk);
    setters(&mut desk);
    launched(&mut desk);
    desk.rows
}

fn listings(desk: &mut Desk) {
    const KIND: &str = "preparation";
    let sent = desk.world.list("Q", Listing::stable(6)).expect("a listing");
    desk.rows.push(row("list_token", KIND, String::new(), &sent));
    let sent = desk.world.create_fund("Q", 2_500).expect("a fund");
    desk.rows.push(row("create_fund", KIND, String::new(), &sent));
    let sent = desk.world.create_log().expect("a log");
    desk.rows.push(row("create_log", KIND, String::new(), &sent));
    let config = default_perp(1_000 * UNIT, 1_000, UNIT);
    let sent = desk.world.list_perp("Q", PerpListing { decimals: 6, config }).expect("a market");
    desk.rows.push(row("create_market", KIND, String::new(), &sent));
}

fn setters(desk: &mut Desk) {
    const KIND: &str = "preparation";
    let (key, group, board) = (desk.admin.pubkey(), desk.world.group, desk.world.board);
    let (bank, market) = (desk.world.token("Q").keys.bank, desk.world.perp("Q").market);
    let listing = Listing::stable(6);
    let config = desk.world.market("Q").config;
    desk.by_admin("set_lending", KIND, instruction::set_lending(&key, &group, &bank, listing.lending));
    desk.by_admin("set_weights", KIND, instruction::set_weights(&key, &group, &board, &bank, listing.weights));
    let oracle = desk.world.board().feeds[0].oracle;
    desk.by_admin("set_oracle", KIND, instruction::set_oracle(&key, &group, &board, 0, oracle));
    let liquidation = default_liquidation();
    desk.by_admin("set_liquidation", KIND, instruction::set_liquidation(&key, &group, &board, liquidation));
    desk.by_admin("set_market", KIND, instruction::set_market(&key, &group, &board, &market, config));
    let status = instruction::set_market_status(&key, &group, &board, &market, (0, 0));
    desk.by_admin("set_market_status", KIND, status);
    desk.by_admin("set_reduce_only", KIND, instruction::set_reduce_only(&key, &group, &bank, false));
    let (holder, admin) = (Keypair::new_from_array([9; 32]), desk.admin.insecure_clone());
    let hand_over = instruction::set_role(&key, &group, &holder.pubkey(), RISK_MANAGER);
    desk.send("set_role", KIND, hand_over, &[&admin, &holder]);
}

fn launched(desk: &mut Desk) {
    const KIND: &str = "launched";
    let (key, group, board) = (desk.admin.pubkey(), desk.world.group, desk.world.board);
    let market = desk.world.perp("Q").market;
    let sent = desk.world.launch().expect("separate roles");
    desk.rows.push(row("launch_group", KIND, String::new(), &sent));
    let mut config = desk.world.market("Q").config;
    config.taker_fee += 1;
    let change = instruction::set_market(&key, &group, &board, &market, config);
    let queue = |number| instruction::queue_change(&key, &group, number, &change).expect("it may wait");
    desk.by_admin("queue_change", KIND, queue(0));
    desk.world.chain.send(&[queue(1)], &[&desk.admin]).expect("a second change");
    desk.by_admin("veto_change", KIND, instruction::veto_change(&key, &group, 1));
    desk.world.chain.advance(TIMELOCK);
    let execution = instruction::execute_change(change.clone(), &key, &address::change(&group, 0));
    desk.by_admin("set_market", "after its time", execution);
    desk.send("close_change", KIND, instruction::close_change(&key, &address::change(&group, 0)), &[]);
    let guardian = desk.world.guardian.as_ref().expect("it was launched").insecure_clone();
    let pause = instruction::pause(&guardian.pubkey(), &group, &board, &Scope::Group, (TRADE, 60));
    desk.send("pause", KIND, pause, &[&guardian]);
    desk.send("unpause", KIND, instruction::unpause(&guardian.pubkey(), &group, &board, &Scope::Group), &[&guardian]);
}
