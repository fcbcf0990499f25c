//! Migrations on the embedded chain: from nothing to a launched group, changed files, interruptions.

mod embedded;

use breakwater_client::instruction::veto_change;
use breakwater_client::interface::governance::{EXECUTED, TIMELOCK, VETOED};
use breakwater_migrations::change::{carry_out, describe, status};
use breakwater_migrations::keys::Ring;
use breakwater_migrations::plan::{When, plan_parameters};
use breakwater_migrations::run::send;
use embedded::World;
use solana_keypair::Keypair;
use solana_signer::Signer;

/// Group, four tokens, fund, receipt log, two markets, one role; three mints are written.
const STEPS: usize = 3 + 1 + 4 + 1 + 1 + 2 + 1;

/// A major's initial weight in the file; the first is SOL's.
const WEIGHT: &str = "asset_initial_bps = 8_000";

#[test]
fn a_fresh_group_becomes_what_the_file_says_and_a_second_run_has_nothing_to_do() {
    let mut world = World::new();
    let mints = world.state().mints.iter().filter(|mint| mint.is_none()).count();
    assert_eq!(world.migrate(false), Ok(STEPS - 3 + mints));
    let (state, params) = (world.state(), world.params());
    let board = state.board.as_ref().expect("a board");
    assert_eq!((board.token_count, board.market_count, board.quote_set, board.receipts), (4, 2, 1, 1));
    assert_eq!(board.liquidation, params.liquidation);
    for (token, bank) in params.tokens.iter().zip(&state.banks) {
        let bank = bank.as_ref().expect("a bank");
        assert_eq!((bank.lending, board.tokens[usize::from(bank.token)].weights), (token.lending, token.weights));
    }
    assert!(!state.launched());

    assert!(world.plan(false).is_idle());
    assert_eq!(world.migrate(false), Ok(0), "nothing to do");
    assert_eq!(world.migrate(true), Ok(1), "the launch alone");
    assert!(world.state().launched());
    assert!(world.plan(true).steps.is_empty());
}

#[test]
fn a_plan_changes_no_byte() {
    let mut world = World::new();
    world.migrate(false).expect("the group is made");
    world.edit(WEIGHT, "asset_initial_bps = 7_500");
    let (before, done) = (world.cluster.snapshot(), world.cluster.done);
    assert!(!world.plan(true).is_idle());
    let after = world.cluster.snapshot();
    assert_eq!(before, after[..before.len()]);
    assert_eq!(world.cluster.done, done);
}

#[test]
fn before_the_launch_everything_is_set_at_once() {
    let mut world = World::new();
    world.migrate(false).expect("the group is made");
    world.edit(WEIGHT, "asset_initial_bps = 8_500");
    world.edit("wait_slots = 25", "wait_slots = 30");
    assert_eq!(world.said(), ["liquidation: at once", "SOL weights: at once"]);
    assert_eq!(world.migrate(false), Ok(2));
    assert!(world.plan(false).is_idle());
}

#[test]
fn after_the_launch_what_tightens_is_set_at_once_and_the_rest_waits_48_hours() {
    let mut world = World::launched();
    world.edit(WEIGHT, "asset_initial_bps = 7_500");
    world.edit("liability_initial_bps = 11_500", "liability_initial_bps = 11_200");
    let said = world.said();
    assert_eq!(said[0], "SOL weights: at once");
    assert!(said[1].starts_with("SOL weights: queued, due ") && said[1].ends_with("(in 2d)"), "{}", said[1]);
    assert_eq!(world.migrate(false), Ok(2));

    assert!(world.plan(false).is_idle(), "an equal change is not queued twice");
    assert!(matches!(world.plan(false).steps[0].when, When::Waits(0, _)));
    world.cluster.chain.advance(TIMELOCK - 1);
    assert!(world.plan(false).is_idle(), "one second too early");
    world.cluster.chain.advance(1);
    assert_eq!(world.said(), ["SOL weights: change 0 is due: executed now"]);
    assert_eq!(world.migrate(false), Ok(1));
    assert!(world.plan(false).steps.is_empty());
    let state = world.state();
    let board = state.board.as_ref().expect("a board");
    assert_eq!((board.tokens[0].weights.asset_initial, board.tokens[0].weights.liability_initial), (7_500, 11_200));
    assert_eq!(state.changes[0].1.status, EXECUTED);
}

#[test]
fn a_vetoed_change_is_remarked_and_never_executed() {
    let mut world = World::launched();
    world.edit("dust_usd = 10", "dust_usd = 20");
    world.migrate(false).expect("it is queued");
    let state = world.state();
    let described = describe(&state.changes[0].1, &state, &world.params());
    assert_eq!((described.name, described.what.as_str()), ("set_liquidation", "liquidation"));
    assert_eq!((described.lines[0].name.as_str(), described.lines[0].new.as_str()), ("dust_usd", "20"));

    let guardian = world.ring.role(2).expect("a guardian");
    let veto = veto_change(&guardian, &state.address, 0);
    send(&mut world.cluster, &[veto], &world.ring).expect("the guardian may");
    world.cluster.chain.advance(TIMELOCK);
    assert_eq!(status(&world.state().changes[0].1, state.now), "vetoed");
    let plan = world.plan(false);
    assert!(matches!(plan.steps[0].when, When::Queued(_)), "the file still says so: it is queued anew");
    assert_eq!(plan.notes, ["change 0 said the same and was vetoed"]);
    assert_eq!(world.state().changes[0].1.status, VETOED);
    assert_eq!(world.state().board.as_ref().map(|board| board.liquidation.dust), Some(10));
}

#[test]
fn a_change_that_goes_too_far_is_refused_before_it_is_queued() {
    let mut world = World::launched();
    world.edit("liability_initial_bps = 11_500", "liability_initial_bps = 10_900");
    let plan = world.plan(false);
    assert!(matches!(&plan.steps[0].when, When::Refused(why) if why.contains("liability_initial by no more than 500")));
    assert!(plan.is_idle());
    assert_eq!(world.migrate(false), Ok(0));
}

#[test]
fn whoever_is_interrupted_after_any_step_goes_on() {
    let mut whole = World::new();
    let steps = whole.migrate(true).expect("the group is launched");
    for most in 0..steps {
        let mut world = World::new();
        world.cluster.most = most;
        let failure = world.migrate(true).expect_err("the connection is lost");
        assert!(failure.sentence().contains("the connection is lost"), "{failure}");
        world.cluster.most = usize::MAX;
        assert_eq!(world.migrate(true), Ok(steps - most), "after {most} steps");
        assert!(world.plan(true).steps.is_empty(), "after {most} steps");
        assert!(world.state().launched());
    }
}

#[test]
fn a_listing_after_the_launch_waits_too() {
    let mut world = World::launched();
    let added = world.file[world.file.rfind("[[market]]").expect("a market")..].replace("BTC-PERP", "BTC2-PERP");
    world.file.push_str(&format!("\n{added}"));
    assert_eq!(world.migrate(false), Ok(1));
    world.cluster.chain.advance(TIMELOCK);
    assert_eq!(world.said(), ["market BTC2-PERP: change 0 is due: executed now"]);
    let (state, params) = (world.state(), world.params());
    assert_eq!(describe(&state.changes[0].1, &state, &params).what, "market 2 (BTC2-PERP)");
    let executor = world.ring.payer.as_ref().expect("a payer").pubkey();
    let (address, change) = &state.changes[0];
    let execute = carry_out((address, change), &executor, &state, &params).expect("a market needs nothing else");
    send(&mut world.cluster, &[execute], &world.ring).expect("it is due");
    assert!(world.plan(false).steps.is_empty());
}

#[test]
fn a_change_that_was_overtaken_is_queued_again() {
    let mut world = World::launched();
    world.edit("dust_usd = 10", "dust_usd = 20");
    assert_eq!(world.migrate(false), Ok(1), "change 0");
    world.cluster.chain.advance(1);
    world.edit("dust_usd = 20", "dust_usd = 15");
    assert_eq!(
        world.plan(false).notes,
        ["change 0 waits and says something else than the file: veto it if it is not wanted"]
    );
    assert_eq!(world.migrate(false), Ok(1), "change 1");
    world.cluster.chain.advance(TIMELOCK);
    assert_eq!(world.migrate(false), Ok(1), "change 1 is executed");
    world.edit("dust_usd = 15", "dust_usd = 20");
    let plan = world.plan(false);
    assert!(matches!(plan.steps[0].when, When::Queued(_)), "{:?}", plan.steps[0].when);
    assert_eq!(plan.notes, ["change 0 says the same and was overtaken by another: veto it"]);
}

#[test]
fn a_token_listed_after_the_launch_must_be_quarantined() {
    let mut world = World::launched();
    let start = world.file.rfind("[[token]]").expect("a token");
    let end = world.file.find("[[market]]").expect("a market");
    let mint = Keypair::new().pubkey().to_string();
    let added =
        world.file[start..end].replace("ETH", "NEW").replace("7vfCXTUXx5WJV5JADk17DUJ4ksgau7utNKj4b963voxs", &mint);
    world.file.push_str(&format!("\n{added}"));
    let said = world.said();
    assert!(said[1].starts_with("token NEW: refused: ConfigQuarantine"), "{said:?}");
    let quarantined =
        added.replace("\"0s\"", "\"14d\"").replace("collateral_cap_usd = 0", "collateral_cap_usd = 250_000");
    world.file = world.file.replace(&added, &quarantined);
    assert_eq!(world.migrate(false), Ok(2), "its mint is written, its listing queued");
    world.cluster.chain.advance(TIMELOCK);
    assert_eq!(world.migrate(false), Ok(1));
    assert!(world.plan(false).steps.is_empty());
}

#[test]
fn without_the_guardian_s_key_the_launch_is_left() {
    let mut world = World::new();
    let guardian = world.ring.roles[2].take();
    world.migrate(true).expect("everything else is done");
    let plan = world.plan(true);
    let titles: Vec<_> = plan.unfinished().map(|step| step.title.as_str()).collect();
    assert_eq!(titles, ["role guardian", "launch"]);
    assert!(matches!(&plan.steps[0].when, When::Left(why) if why.contains("--guardian-keypair")));
    world.ring.roles[2] = guardian;
    assert_eq!(world.migrate(true), Ok(2));
}

#[test]
fn roles_are_handed_over_last_and_after_the_launch_they_wait() {
    let mut world = World::new();
    let (admin, risk) = (Keypair::new(), Keypair::new());
    let (admin_address, risk_address) = (admin.pubkey(), risk.pubkey());
    // Whoever queues pays the rent.
    world.cluster.chain.fund(&admin_address);
    world.ring.roles = [Some(admin), Some(risk), world.ring.roles[2].take()];
    world.migrate(true).expect("launched by the new admin");
    let group = world.state().group.expect("a group");
    assert_eq!((group.admin, group.risk_manager), (admin_address.to_bytes(), risk_address.to_bytes()));
    assert!(world.plan(true).steps.is_empty());

    let guardian = Keypair::new();
    world.ring.roles[2] = Some(guardian);
    assert_eq!(world.migrate(false), Ok(1), "queued for the new guardian");
    world.cluster.chain.advance(TIMELOCK);
    assert!(world.plan(false).is_idle(), "a guardian waits longer");
    world.cluster.chain.advance(5 * 86_400);
    assert_eq!(world.migrate(false), Ok(1));
    assert!(world.plan(false).steps.is_empty());
}

#[test]
fn a_stranger_is_told_who_must_sign() {
    let mut world = World::launched();
    let payer = world.ring.payer.as_ref().expect("a payer").pubkey();
    world.edit("creator = \"signer\"", &format!("creator = \"{payer}\""));
    world.edit("admin = \"signer\"", &format!("admin = \"{payer}\""));
    world.edit("risk_manager = \"signer\"", &format!("risk_manager = \"{payer}\""));
    world.edit(WEIGHT, "asset_initial_bps = 7_500");
    let stranger = Keypair::new();
    world.cluster.chain.fund(&stranger.pubkey());
    world.ring = Ring { payer: Some(stranger), ..Ring::default() };
    assert_eq!(world.said(), [format!("SOL weights: left: {payer} must sign: pass its key file")]);
    assert_eq!(world.migrate(false), Ok(0));

    world.ring = Ring::default();
    assert_eq!(world.said(), ["SOL weights: at once"], "whoever only looks needs no key");
    let failure = world.migrate(false).expect_err("nothing is sent without one");
    assert!(failure.sentence().contains("pass --keypair"), "{failure}");
}

#[test]
fn one_parameter_can_be_changed_without_a_file() {
    let mut world = World::launched();
    world.edit("wait_slots = 25", "wait_slots = 30");
    let state = world.state();
    let mut params = world.params().as_on_chain(&state);
    assert!(plan_parameters(&state, &params, &world.ring).steps.is_empty());
    params.tokens[0].lending.base_rate = 250;
    params.verify().expect("it is within bounds");
    let plan = plan_parameters(&state, &params, &world.ring);
    assert_eq!((plan.steps.len(), plan.steps[0].title.as_str()), (1, "SOL lending"));
    params.tokens[0].weights.asset_initial = 9_500;
    assert!(params.verify().is_err_and(|failure| failure.sentence().contains("ConfigAssetWeights")));
}
