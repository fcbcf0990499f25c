//! Which role may do what: the table of docs/accounts.md, and the program's answer to every role.

use breakwater_client::Address;
use breakwater_client::instruction::{self, Scope};
use breakwater_client::interface::governance::{RISK_MANAGER, TIMELOCK, TRADE};
use breakwater_sim::world::{Listing, default_liquidation, default_oracle};
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_signer::Signer;

use crate::common::world::feed_id;
use crate::common::{MarginError, Officers, World, btc_listing};

const TABLE: &str = include_str!("../../docs/accounts.md");

/// What a role comes to with an instruction: `yes`, `waits` (only through the queue), `no`.
type Answers = [&'static str; 4];

/// The rows between the table's heading and the next empty line: instruction, admin, risk manager, guardian, anybody.
fn documented() -> Vec<(String, Vec<String>)> {
    let start = TABLE.find("| instruction | admin | risk manager | guardian | anybody |").expect("the table is there");
    let rows = TABLE[start..].lines().skip(2).take_while(|line| line.starts_with('|'));
    rows.map(|row| {
        let mut cells = row.trim_matches('|').split('|').map(|cell| cell.trim().trim_matches('`').to_owned());
        (cells.next().expect("a name"), cells.collect())
    })
    .collect()
}

/// Who tries: admin, risk manager, guardian, anybody.
struct Cast(Vec<Keypair>);

impl Cast {
    async fn new(world: &mut World, officers: &Officers) -> Cast {
        let stranger = world.chain.funded_key();
        let keys = [&world.admin, &officers.risk_manager, &officers.guardian, &stranger];
        Cast(keys.map(Keypair::insecure_clone).into())
    }
}

/// What each role's attempt of an instruction comes to. Each is made in a world of its own.
async fn answers(build: impl AsyncFn(&mut World, &Keypair) -> (Instruction, Vec<Keypair>)) -> Answers {
    let mut answers = [""; 4];
    for (number, answer) in answers.iter_mut().enumerate() {
        let mut world = World::with_market().await;
        let officers = world.launch().await;
        let cast = Cast::new(&mut world, &officers).await;
        let who = &cast.0[number];
        let (instruction, others) = build(&mut world, who).await;
        let mut signers = vec![who];
        signers.extend(&others);
        *answer = match world.send(&[instruction], &signers).await {
            Ok(_) => "yes",
            Err(failure) if failure.margin_error() == Some(MarginError::ChangeMustWait) => "waits",
            Err(failure) => match failure.margin_error() {
                Some(
                    MarginError::NotRiskManager
                    | MarginError::NotAdmin
                    | MarginError::NotGuardian
                    | MarginError::VetoNotAllowed,
                ) => "no",
                _ => panic!("{failure}"),
            },
        };
    }
    answers
}

/// An instruction as somebody sends it who is not the admin.
fn by(mut instruction: Instruction, who: &Keypair) -> (Instruction, Vec<Keypair>) {
    instruction.accounts[0].pubkey = who.pubkey();
    (instruction, Vec::new())
}

/// A row of the table.
type Row = (&'static str, Answers);

fn mint(world: &mut World) -> Address {
    let mint = Address::new_unique();
    world.chain.set_data(&mint, &breakwater_client::TOKEN_PROGRAM, breakwater_sim::tokens::mint(6));
    mint
}

/// A change of a cap of SOL.
async fn lending(world: &mut World, who: &Keypair, cap: fn(u64) -> u64) -> (Instruction, Vec<Keypair>) {
    let mut config = world.bank("SOL").await.lending;
    config.deposit_cap = cap(config.deposit_cap);
    by(instruction::set_lending(&who.pubkey(), &world.group, &world.keys("SOL").bank, config), who)
}

async fn tighter(world: &mut World, who: &Keypair) -> (Instruction, Vec<Keypair>) {
    lending(world, who, |cap| cap - 1).await
}

async fn looser(world: &mut World, who: &Keypair) -> (Instruction, Vec<Keypair>) {
    lending(world, who, |cap| cap + 1).await
}

fn group_of(world: &World) -> (Address, Address) {
    (world.group, world.board)
}

/// Listings and the receipt log.
async fn listings() -> Vec<Row> {
    vec![
        (
            "list_token",
            answers(async |world, who| {
                let mint = mint(world);
                by(world.list_instruction("NEW", mint, Listing::volatile(6)), who)
            })
            .await,
        ),
        (
            "create_market",
            answers(async |world, who| by(world.list_perp_instruction("NEXT", 1, btc_listing()), who)).await,
        ),
        (
            "create_log",
            answers(async |world, who| {
                let (group, board) = group_of(world);
                by(instruction::create_log(&who.pubkey(), &group, &board), who)
            })
            .await,
        ),
    ]
}

/// What sets parameters.
async fn setters() -> Vec<Row> {
    vec![
        ("set_lending, tighter", answers(async |world, who| tighter(world, who).await).await),
        ("set_lending, looser", answers(async |world, who| looser(world, who).await).await),
        (
            "set_reduce_only, on",
            answers(async |world, who| {
                by(instruction::set_reduce_only(&who.pubkey(), &world.group, &world.keys("SOL").bank, true), who)
            })
            .await,
        ),
        (
            "set_weights, maintenance",
            answers(async |world, who| {
                let mut weights = Listing::volatile(9).weights;
                (weights.asset_end, weights.asset_maintenance) = (8_850, 8_900);
                let (group, board) = group_of(world);
                by(instruction::set_weights(&who.pubkey(), &group, &board, &world.keys("SOL").bank, weights), who)
            })
            .await,
        ),
        (
            "set_oracle",
            answers(async |world, who| {
                let (group, board) = group_of(world);
                by(instruction::set_oracle(&who.pubkey(), &group, &board, 0, default_oracle(feed_id("LOS"))), who)
            })
            .await,
        ),
        (
            "set_liquidation",
            answers(async |world, who| {
                let (group, board) = group_of(world);
                let mut config = default_liquidation();
                config.bonus_max += 1;
                by(instruction::set_liquidation(&who.pubkey(), &group, &board, config), who)
            })
            .await,
        ),
        (
            "set_market_status, stricter",
            answers(async |world, who| {
                let (group, board) = group_of(world);
                by(
                    instruction::set_market_status(&who.pubkey(), &group, &board, &world.perp("BTC").market, (1, 0)),
                    who,
                )
            })
            .await,
        ),
    ]
}

/// Roles and the queue.
async fn roles_and_queue() -> Vec<Row> {
    vec![
        (
            "set_role",
            answers(async |world, who| {
                let holder = world.chain.funded_key();
                let set = instruction::set_role(&who.pubkey(), &world.group, &holder.pubkey(), RISK_MANAGER);
                (set, vec![holder])
            })
            .await,
        ),
        (
            "queue_change",
            answers(async |world, who| {
                let (change, _) = looser(world, who).await;
                let number = world.group_state().await.changes;
                (instruction::queue_change(&who.pubkey(), &world.group, number, &change).expect("it may wait"), vec![])
            })
            .await,
        ),
        (
            "queue_change of a role",
            answers(async |world, who| {
                let set = instruction::set_role(&who.pubkey(), &world.group, &Keypair::new().pubkey(), RISK_MANAGER);
                let number = world.group_state().await.changes;
                (instruction::queue_change(&who.pubkey(), &world.group, number, &set).expect("it may wait"), vec![])
            })
            .await,
        ),
        (
            "veto_change",
            answers(async |world, who| {
                let admin = world.admin.insecure_clone();
                let (change, _) = looser(world, &admin).await;
                let queued = world.queue(&admin, &change).await;
                (instruction::veto_change(&who.pubkey(), &world.group, queued.number), vec![])
            })
            .await,
        ),
        (
            "execution of a due change",
            answers(async |world, who| {
                let admin = world.admin.insecure_clone();
                let (change, _) = looser(world, &admin).await;
                let queued = world.queue(&admin, &change).await;
                world.chain.advance(TIMELOCK);
                (instruction::execute_change(change, &who.pubkey(), &queued.address), vec![])
            })
            .await,
        ),
    ]
}

/// Pauses.
async fn pauses() -> Vec<Row> {
    vec![
        (
            "pause",
            answers(async |world, who| {
                let (group, board) = group_of(world);
                (instruction::pause(&who.pubkey(), &group, &board, &Scope::Group, (TRADE, 60)), vec![])
            })
            .await,
        ),
        (
            "unpause",
            answers(async |world, who| {
                let (group, board) = group_of(world);
                (instruction::unpause(&who.pubkey(), &group, &board, &Scope::Group), vec![])
            })
            .await,
        ),
    ]
}

#[tokio::test]
async fn the_documented_matrix_is_the_programs() {
    let rows = [listings().await, setters().await, roles_and_queue().await, pauses().await].concat();
    let program: Vec<(String, Vec<String>)> =
        rows.into_iter().map(|(name, answers)| (name.to_owned(), answers.map(str::to_owned).into())).collect();
    assert_eq!(documented(), program);
}
