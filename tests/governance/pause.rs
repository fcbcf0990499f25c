//! Pauses: what they stop, what they never stop, and that they end by themselves.

use breakwater_client::decode::Event;
use breakwater_client::instruction::{self, Scope};
use breakwater_client::interface::events::PauseSet;
use breakwater_client::interface::governance::{
    ACTIONS, BORROW, LIQUIDATE, LIQUIDITY, MAX_PAUSE, PAUSE_ALLOWANCE, TRADE, WITHDRAW,
};
use breakwater_sim::world::Sent;
use solana_keypair::Keypair;
use solana_signer::Signer;

use crate::common::{LOT, MarginError, Officers, QUOTE, Tamper, Trader, Verdict, World, sol, usd, usdc, wrong};

/// A launched group with a market, a lender, and somebody with a debt, a position and a second, riskless account.
struct Scene {
    world: World,
    officers: Officers,
    alice: Trader,
    careful: Trader,
    provider: Trader,
}

impl Scene {
    async fn new() -> Scene {
        let mut world = World::with_market().await;
        let provider = world.provider("BTC", usdc(2_000_000)).await;
        let officers = world.launch().await;
        let (alice, careful) = (world.trader().await, world.trader().await);
        alice.deposit(&mut world, "SOL", sol(1_000)).await.succeeds();
        careful.deposit(&mut world, "SOL", sol(10)).await.succeeds();
        world.freshen(&["SOL", QUOTE, "BTC"]).await;
        alice.borrow(&mut world, QUOTE, usdc(10_000)).await.succeeds();
        alice.trade(&mut world, "BTC", 20 * LOT as i64).await.succeeds();
        world.chain.skip(10);
        world.chain.advance(1);
        world.freshen(&["SOL", QUOTE, "BTC"]).await;
        Scene { world, officers, alice, careful, provider }
    }

    async fn pause(&mut self, scope: Scope, actions: u8, seconds: u32) -> Sent {
        let guardian = self.officers.guardian.insecure_clone();
        self.pause_by(&guardian, scope, actions, seconds).await
    }

    async fn pause_by(&mut self, who: &Keypair, scope: Scope, actions: u8, seconds: u32) -> Sent {
        let (group, board) = (self.world.group, self.world.board);
        let pause = instruction::pause(&who.pubkey(), &group, &board, &scope, (actions, seconds));
        self.world.send(&[pause], &[who]).await
    }

    async fn unpause_by(&mut self, who: &Keypair, scope: Scope) -> Sent {
        let unpause = instruction::unpause(&who.pubkey(), &self.world.group, &self.world.board, &scope);
        self.world.send(&[unpause], &[who]).await
    }

    fn scopes(&self) -> [Scope; 4] {
        let bank = |symbol| Scope::Bank(self.world.keys(symbol).bank);
        [Scope::Group, bank("SOL"), bank(QUOTE), Scope::Market(self.world.perp("BTC").market)]
    }
}

#[tokio::test]
async fn ADM_1_with_everything_paused_people_deposit_repay_reduce_and_leave() {
    let mut scene = Scene::new().await;
    scene.provider.deposit(&mut scene.world, QUOTE, usdc(1_000)).await.succeeds();
    for scope in scene.scopes() {
        scene.pause(scope, ACTIONS, MAX_PAUSE).await.succeeds();
    }
    let Scene { mut world, alice, careful, provider, .. } = scene;
    alice.deposit(&mut world, "SOL", sol(1)).await.succeeds();
    alice.repay(&mut world, QUOTE, usdc(100)).await.succeeds();
    alice.reduce(&mut world, "BTC", 5 * LOT).await.succeeds();
    alice.trade(&mut world, "BTC", -5 * LOT as i64).await.succeeds();
    alice.settle(&mut world, "BTC", u64::MAX).await.ok();
    careful.withdraw(&mut world, "SOL", sol(10)).await.succeeds();
    let shares = provider.liquidity(&mut world, "BTC").await.expect("a provider").shares;
    provider.request_liquidity(&mut world, "BTC", shares / 10).await.succeeds();

    alice.borrow(&mut world, QUOTE, usdc(1)).await.fails_with(MarginError::ActionPaused);
    alice.withdraw(&mut world, "SOL", sol(1)).await.fails_with(MarginError::ActionPaused);
    alice.trade(&mut world, "BTC", LOT as i64).await.fails_with(MarginError::ActionPaused);
    provider.add_liquidity(&mut world, "BTC", usdc(100)).await.fails_with(MarginError::ActionPaused);

    // The last debt and position gone, nothing holds the rest back.
    alice.reduce(&mut world, "BTC", u64::MAX).await.succeeds();
    alice.repay(&mut world, QUOTE, u64::MAX).await.succeeds();
    alice.deposit(&mut world, QUOTE, usdc(1_000)).await.succeeds();
    alice.settle(&mut world, "BTC", u64::MAX).await.succeeds();
    alice.withdraw(&mut world, "SOL", u64::MAX).await.succeeds();
}

#[tokio::test]
async fn each_action_is_paused_alone_and_in_its_scope_alone() {
    for (action, symbol) in [(BORROW, QUOTE), (WITHDRAW, "SOL"), (TRADE, "BTC"), (LIQUIDITY, "BTC")] {
        for everywhere in [true, false] {
            let mut scene = Scene::new().await;
            let scope = match (everywhere, symbol) {
                (true, _) => Scope::Group,
                (false, "BTC") => Scope::Market(scene.world.perp("BTC").market),
                (false, bank) => Scope::Bank(scene.world.keys(bank).bank),
            };
            scene.provider.deposit(&mut scene.world, QUOTE, usdc(1_000)).await.succeeds();
            scene.pause(scope, action, 3_600).await.succeeds();
            let Scene { mut world, alice, provider, .. } = scene;
            let done = [
                (BORROW, alice.borrow(&mut world, QUOTE, usdc(1)).await),
                (WITHDRAW, alice.withdraw(&mut world, "SOL", sol(1)).await),
                (TRADE, alice.trade(&mut world, "BTC", LOT as i64).await),
                (LIQUIDITY, provider.add_liquidity(&mut world, "BTC", usdc(100)).await),
            ];
            for (tried, sent) in done {
                match tried == action {
                    true => drop(sent.fails_with(MarginError::ActionPaused)),
                    false => drop(sent.succeeds()),
                }
            }
        }
    }
}

#[tokio::test]
async fn liquidations_pause_and_shallow_breaches_wait_after_it() {
    for everywhere in [true, false] {
        let mut scene = Scene::new().await;
        let keeper = scene.world.trader().await;
        keeper.deposit(&mut scene.world, QUOTE, usdc(100_000)).await.succeeds();
        scene.world.price("SOL", usd(8)).await;
        let scope = if everywhere { Scope::Group } else { Scope::Bank(scene.world.keys("SOL").bank) };
        let began = scene.world.chain.now();
        scene.pause(scope, LIQUIDATE, 600).await.succeeds();
        assert_eq!(scene.world.board().await.calm_at, began + 600 + 300);
        let Scene { world, alice, officers, .. } = &mut scene;
        keeper.liquidate(world, alice, (QUOTE, "SOL"), u64::MAX).await.fails_with(MarginError::ActionPaused);
        let (admin, guardian) = (world.admin.insecure_clone(), officers.guardian.insecure_clone());
        let who = if everywhere { admin } else { guardian };
        scene.unpause_by(&who, scope).await.succeeds();
        let Scene { world, alice, .. } = &mut scene;
        assert!(world.board().await.calm_at <= began + 2 + 300, "an early end ends the wait early too");
        keeper.liquidate(world, alice, (QUOTE, "SOL"), u64::MAX).await.succeeds();
    }
}

#[tokio::test]
async fn a_pause_ends_by_itself_and_a_day_holds_only_so_much() {
    let mut scene = Scene::new().await;
    let now = scene.world.chain.now();
    let sent = scene.pause(Scope::Group, TRADE, MAX_PAUSE).await.succeeds();
    let (group, scope) = (scene.world.group.to_bytes(), scene.world.board.to_bytes());
    let told = PauseSet { group, scope, until: now + i64::from(MAX_PAUSE), actions: TRADE.into() };
    assert_eq!(sent.events, [Event::PauseSet(told)]);
    scene.world.chain.advance(i64::from(MAX_PAUSE));
    scene.world.freshen(&["SOL", QUOTE, "BTC"]).await;
    let Scene { world, alice, .. } = &mut scene;
    alice.trade(world, "BTC", LOT as i64).await.succeeds();
    scene.pause(Scope::Group, TRADE, PAUSE_ALLOWANCE - MAX_PAUSE).await.succeeds();
    let guardian = scene.officers.guardian.insecure_clone();
    scene.unpause_by(&guardian, Scope::Group).await.succeeds();
    scene.world.chain.advance(1);
    scene.pause(Scope::Group, TRADE, MAX_PAUSE).await.fails_with(MarginError::PauseAllowanceUsed);
    let elsewhere = Scope::Bank(scene.world.keys("SOL").bank);
    scene.pause(elsewhere, BORROW, MAX_PAUSE).await.fails_with(MarginError::PauseAllowanceUsed);
    scene.world.chain.advance(86_400);
    scene.pause(elsewhere, BORROW, 60).await.succeeds();
}

#[tokio::test]
async fn a_pause_is_refused_to_others_and_out_of_bounds() {
    let mut scene = Scene::new().await;
    let admin = scene.world.admin.insecure_clone();
    let manager = scene.officers.risk_manager.insecure_clone();
    let mallory = scene.world.chain.funded_key();
    for who in [&admin, &manager, &mallory] {
        scene.pause_by(who, Scope::Group, TRADE, 60).await.fails_with(MarginError::NotGuardian);
    }
    for who in [&manager, &mallory] {
        scene.unpause_by(who, Scope::Group).await.fails_with(MarginError::NotGuardian);
    }
    scene.pause(Scope::Group, 0, 60).await.fails_with(MarginError::UnknownAction);
    scene.pause(Scope::Group, ACTIONS + 1, 60).await.fails_with(MarginError::UnknownAction);
    scene.pause(Scope::Group, TRADE, 0).await.fails_with(MarginError::PauseTooLong);
    scene.pause(Scope::Group, TRADE, MAX_PAUSE + 1).await.fails_with(MarginError::PauseTooLong);

    let guardian = scene.officers.guardian.insecure_clone();
    let world = &mut scene.world;
    let (bank, market) = (world.keys("SOL").bank, world.perp("BTC").market);
    let pause = instruction::pause(&guardian.pubkey(), &world.group, &world.board, &Scope::Bank(bank), (TRADE, 60));
    let mut both = pause.with_account(4, &market);
    both.accounts[4].is_writable = true;
    world.send(&[both], &[&guardian]).await.fails_with(MarginError::PauseScope);
    let second = world.second_group().await;
    let mut rows = world.impostors(&pause, 2).await;
    rows.extend(world.impostors(&pause, 3).await);
    rows.push(wrong("the board of another group", 2, second.board, MarginError::BoardOfOtherGroup));
    rows.push(wrong("the bank of another group", 3, second.sol.bank, MarginError::BankOfOtherGroup));
    world.refuses_wrong_accounts(&pause, &guardian, &rows).await;
}
