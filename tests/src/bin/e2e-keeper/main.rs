//! The keeper against a real node.
mod node;
mod people;
mod place;
mod proxy;
mod rpc;
use std::time::Instant;
use breakwater_sim::price_path::Price8;
use solana_keypair::Keypair;
fn main() {
    if let Err(e) = run() { eprintln!("e2e: {e}"); std::process::exit(1); }
}
fn run() -> rpc::Outcome<()> {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let t = Instant::now();
    let node = node::Node::start(&root)?;
    println!("node {:?}", t.elapsed());
    let payer = Keypair::new();
    let folder = root.join("target/e2e"); std::fs::create_dir_all(&folder)?;
    node.rpc.call("requestAirdrop", serde_json::json!([solana_signer::Signer::pubkey(&payer).to_string(), 1_000_000_000_000u64]))?;
    let place = place::Place::migrate(&node.rpc, &root.join("target/debug/breakwater"), &folder, &payer)?;
    println!("migrated {:?}", t.elapsed());
    let prices: Vec<Price8> = [150, 1, 60_000, 3_000].map(Price8::from_usd).to_vec();
    let mut people = people::People::new(1);
    people.lend(&node.rpc, &place, &prices)?;
    println!("lent {:?}", t.elapsed());
    let all = people.trade(&node.rpc, &place, &prices, 500, || eprint!("."))?;
    println!("traded {:?} {}", t.elapsed(), all.len());
    Ok(())
}
