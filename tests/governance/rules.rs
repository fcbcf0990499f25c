//! What is tighter takes effect at once, what is looser waits (ADM-2), and nothing that takes effect at once makes anybody
//! liquidatable (ADM-3).

use std::slice::from_ref;

use breakwater_client::instruction;
use breakwater_client::interface::config::{LendingConfig, LiquidationConfig, OracleConfig, PerpConfig, WeightConfig};
use breakwater_client::interface::governance::{Governed, TIMELOCK, waits};
use breakwater_client::interface::{Bank, Group};
use breakwater_client::margin::Valuation;
use breakwater_sim::world::Sent;
use solana_instruction::Instruction;
use solana_signer::Signer;

use crate::common::{LOT, MarginError, QUOTE, Verdict, World, sol, usdc};

/// A parameter, changed in the direction that is looser and in the other.
struct Case {
    what: &'static str,
    looser: Instruction,
    /// None where both directions wait.
    tighter: Option<Instruction>,
    /// Sets what was there before.
    restore: Instruction,
}

/// The set-up of the cases: what a configuration is set with.
struct Setter<'a, C> {
    now: C,
    instruction: &'a dyn Fn(C) -> Instruction,
}

impl<C: Copy + Governed> Setter<'_, C> {
    fn case(&self, what: &'static str, looser: impl Fn(&mut C), tighter: Option<&dyn Fn(&mut C)>) -> Case {
        let changed = |change: &dyn Fn(&mut C)| {
            let mut config = self.now;
            change(&mut config);
            config
        };
        let loose = changed(&looser);
        assert!(waits(&self.now, &loose), "{what}");
        let tighter = tighter.map(|tighter| {
            let tight = changed(tighter);
            assert!(!waits(&self.now, &tight), "{what}");
            (self.instruction)(tight)
        });
        Case { what, looser: (self.instruction)(loose), tighter, restore: (self.instruction)(self.now) }
    }
}

async fn weights(world: &mut World) -> Vec<Case> {
    let now = world.board().await.tokens[0].weights;
    let bank = world.keys("SOL").bank;
    let set = |config: WeightConfig| {
        instruction::set_weights(&world.admin.pubkey(), &world.group, &world.board, &bank, config)
    };
    let setter = Setter { now, instruction: &set };
    vec![
        setter.case("asset_initial", |c| c.asset_initial += 100, Some(&|c| c.asset_initial -= 100)),
        setter.case("liability_initial", |c| c.liability_initial -= 100, Some(&|c| c.liability_initial += 100)),
        setter.case("asset_maintenance, down", |c| (c.asset_end, c.asset_maintenance) = (8_850, 8_900), None),
        setter.case("asset_maintenance, up", |c| (c.asset_end, c.asset_maintenance) = (9_050, 9_100), None),
        setter.case(
            "liability_maintenance, up",
            |c| (c.liability_end, c.liability_maintenance) = (10_950, 10_900),
            None,
        ),
        setter.case("asset_end", |c| c.asset_end -= 10, None),
    ]
}

async fn lending(world: &mut World) -> Vec<Case> {
    let now = world.bank("SOL").await.lending;
    let bank = world.keys("SOL").bank;
    let set = |config: LendingConfig| instruction::set_lending(&world.admin.pubkey(), &world.group, &bank, config);
    let setter = Setter { now, instruction: &set };
    vec![
        setter.case("deposit_cap", |c| c.deposit_cap += 1, Some(&|c| c.deposit_cap = 0)),
        setter.case("borrow_cap", |c| c.borrow_cap += 1, Some(&|c| c.borrow_cap = 0)),
        setter.case("max_utilisation", |c| c.max_utilisation += 1, Some(&|c| c.max_utilisation = 0)),
        setter.case("tranche_target", |c| c.tranche_target -= 1, Some(&|c| c.tranche_target += 1)),
        setter.case("reserve_factor", |c| c.reserve_factor += 1, None),
        setter.case("max_rate", |c| c.max_rate += 1, None),
    ]
}

async fn of_board(world: &mut World) -> Vec<Case> {
    let state = world.board().await;
    let (admin, group, board) = (world.admin.pubkey(), world.group, world.board);
    let set = |config: LiquidationConfig| instruction::set_liquidation(&admin, &group, &board, config);
    let liquidation = Setter { now: state.liquidation, instruction: &set };
    let set = |config: OracleConfig| instruction::set_oracle(&admin, &group, &board, 0, config);
    let oracle = Setter { now: state.feeds[0].oracle, instruction: &set };
    vec![
        liquidation.case("bonus_max", |c| c.bonus_max += 1, None),
        liquidation.case("insurance_share", |c| c.insurance_share -= 1, None),
        oracle.case("feed_id", |c| c.feed_id[31] ^= 1, None),
        oracle.case("max_confidence, down", |c| c.max_confidence -= 1, None),
        oracle.case("max_confidence, up", |c| c.max_confidence += 1, None),
    ]
}

async fn market(world: &mut World) -> Vec<Case> {
    let now = world.market("BTC").await.config;
    let market = world.perp("BTC").market;
    let set = |config: PerpConfig| {
        instruction::set_market(&world.admin.pubkey(), &world.group, &world.board, &market, config)
    };
    let setter = Setter { now, instruction: &set };
    vec![
        setter.case("open_interest_cap", |c| c.open_interest_cap += LOT, Some(&|c| c.open_interest_cap = c.lot)),
        setter.case("pool_leverage", |c| c.pool_leverage += 1, Some(&|c| c.pool_leverage = 0)),
        setter.case("tier_3_initial", |c| c.tiers[3].initial -= 1, Some(&|c| c.tiers[3].initial += 1)),
        setter.case("tier_3_maintenance", |c| (c.tiers[3].end, c.tiers[3].maintenance) = (1_560, 1_510), None),
        setter.case("keeper_fee", |c| c.keeper_fee -= 1, None),
        setter.case("maturity", |c| c.maturity *= 2, None),
    ]
}

fn switches(world: &World) -> Vec<Case> {
    let (admin, group, board) = (world.admin.pubkey(), world.group, world.board);
    let (bank, market) = (world.keys("SOL").bank, world.perp("BTC").market);
    let reduce_only = |on| instruction::set_reduce_only(&admin, &group, &bank, on);
    let status = |status| instruction::set_market_status(&admin, &group, &board, &market, status);
    let later = world.chain.now() + 1_000_000;
    let case =
        |what, looser: Instruction, tighter| Case { what, restore: looser.clone(), looser, tighter: Some(tighter) };
    vec![
        case("reduce_only", reduce_only(false), reduce_only(true)),
        case("expiry", status((0, later + 1)), status((0, later))),
        case("status", status((0, later + 1)), status((1, later + 1))),
    ]
}

#[tokio::test]
async fn ADM_2_nothing_loosens_at_once_and_what_tightens_does_not_wait() {
    let mut world = World::with_market().await;
    // Room for a step either way.
    let bank = world.keys("SOL").bank;
    world.chain.rewrite(&bank, |bank: &mut Bank| bank.lending.tranche_target = 100).await;
    world.set_market("BTC", |config| config.pool_leverage = 10_000).await.succeeds();
    let officers = world.launch().await;
    let manager = officers.risk_manager;
    let mut cases = weights(&mut world).await;
    cases.extend(lending(&mut world).await);
    cases.extend(of_board(&mut world).await);
    cases.extend(market(&mut world).await);
    for Case { what, looser, .. } in &cases {
        let sent = world.send(&[by(looser, &manager)], &[&manager]).await;
        waits_for(sent, what);
    }
    // Switches are off or open to begin with: their way back is what waits.
    for Case { what, looser, tighter, restore } in cases.into_iter().chain(switches(&world)) {
        let Some(tighter) = tighter else { continue };
        world.send(&[by(&tighter, &manager)], &[&manager]).await.unwrap_or_else(|e| panic!("{what}: {e}"));
        let back = world.send(&[by(&looser, &manager)], &[&manager]).await;
        waits_for(back, what);
        let group = world.group;
        world.chain.rewrite(&group, |group: &mut Group| group.launched = 0).await;
        world.send_as_admin(&[restore]).await.succeeds();
        world.chain.rewrite(&group, |group: &mut Group| group.launched = 1).await;
    }
}

fn waits_for(sent: Sent, what: &str) {
    let error = sent.err().unwrap_or_else(|| panic!("{what}: took effect at once")).margin_error();
    assert_eq!(error, Some(MarginError::ChangeMustWait), "{what}");
}

fn by(instruction: &Instruction, who: &solana_keypair::Keypair) -> Instruction {
    let mut signed = instruction.clone();
    signed.accounts[0].pubkey = who.pubkey();
    signed
}

#[tokio::test]
async fn ADM_3_nothing_that_takes_effect_at_once_makes_anybody_liquidatable() {
    let mut world = World::with_market().await;
    world.provider("BTC", usdc(2_000_000)).await;
    world.launch().await;
    let alice = world.trader().await;
    alice.deposit(&mut world, "SOL", sol(1_000)).await.succeeds();
    world.freshen(&["SOL", QUOTE, "BTC"]).await;
    alice.borrow(&mut world, QUOTE, usdc(50_000)).await.succeeds();
    alice.trade(&mut world, "BTC", 50 * LOT as i64).await.succeeds();
    let before = alice.valuation(&mut world).await;

    let (admin, group, board) = (world.admin.pubkey(), world.group, world.board);
    let (bank, quote, market) = (world.keys("SOL").bank, world.keys(QUOTE).bank, world.perp("BTC").market);
    let state = world.board().await;
    let harsh = |mut weights: WeightConfig| {
        (weights.asset_initial, weights.liability_initial) = (0, 20_000);
        (weights.ramp, weights.collateral_cap) = (7_776_000, 1);
        weights
    };
    let token = |symbol: &str| usize::from(world.token(symbol).number);
    let (of_sol, of_quote) = (state.tokens[token("SOL")].weights, state.tokens[token(QUOTE)].weights);
    let closed = |lending| LendingConfig { deposit_cap: 0, borrow_cap: 0, max_utilisation: 0, ..lending };
    let (of_bank, of_quote_bank) = (world.bank("SOL").await.lending, world.bank(QUOTE).await.lending);
    let mut steep = world.market("BTC").await.config;
    steep.tiers.iter_mut().for_each(|tier| tier.initial = 10_000);
    (steep.open_interest_cap, steep.pool_leverage) = (steep.lot, 0);
    let volatile = LiquidationConfig { volatility_multiple: 3_000, ..state.liquidation };
    let now = world.chain.now();
    let harshest = [
        instruction::set_weights(&admin, &group, &board, &bank, harsh(of_sol)),
        instruction::set_weights(&admin, &group, &board, &quote, harsh(of_quote)),
        instruction::set_lending(&admin, &group, &bank, closed(of_bank)),
        instruction::set_lending(&admin, &group, &quote, closed(of_quote_bank)),
        instruction::set_reduce_only(&admin, &group, &bank, true),
        instruction::set_reduce_only(&admin, &group, &quote, true),
        instruction::set_liquidation(&admin, &group, &board, volatile),
        instruction::set_market(&admin, &group, &board, &market, steep),
        instruction::set_market_status(&admin, &group, &board, &market, (2, now)),
    ];
    for change in harshest {
        world.send_as_admin(&[change]).await.succeeds();
    }
    let after = alice.valuation(&mut world).await;
    let judged = |v: &Valuation| (v.optimistic, v.maintenance, v.end);
    assert_eq!(judged(&before), judged(&after), "ADM-3");
    alice.withdraw(&mut world, "SOL", 1_000).await.fails_with(MarginError::InsufficientHealth);

    // The same with the maintenance side waits: a change of it is announced for the whole time.
    let mut weights = harsh(of_sol);
    (weights.asset_end, weights.asset_maintenance) = (8_450, 8_500);
    let change = instruction::set_weights(&admin, &group, &board, &bank, weights);
    world.send_as_admin(from_ref(&change)).await.fails_with(MarginError::ChangeMustWait);
    let (signer, begun) = (world.admin.insecure_clone(), world.chain.now());
    let queued = world.queue(&signer, &change).await;
    world.chain.set_time(begun + TIMELOCK - 1);
    world.execute(&change, &queued).await.fails_with(MarginError::ChangeNotDue);
}
