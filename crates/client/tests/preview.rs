//! Whose accounts a preview takes, and for whom. What an action does, the random sequences compare with the chain.
#![allow(non_snake_case)]

use breakwater_client::interface::governance::{ACTIONS, Pause};
use breakwater_client::interface::{Bank, InsuranceStake, LiquidityPosition, MarginAccount, MarginError, RiskBoard};
use breakwater_client::view::{Action, Kind, View};
use breakwater_client::{Address, interface};
use breakwater_sim::chain::Chain;
use breakwater_sim::listing::{PerpListing, default_perp};
use breakwater_sim::world::{Trader, World};
use bytemuck::Zeroable;

/// USDC, SOL, a market in SOL and a fund; Alice has deposited 1,000 USDC.
fn world() -> (World, Trader) {
    let mut world = World::with_default_tokens(Chain::default());
    world.create_fund("USDC", 3_000).expect("a fund");
    let config = default_perp(10_000_000_000_000, 10_000_000, 1_000_000);
    world.list_perp("SOL", PerpListing { decimals: 9, config }).expect("a market");
    let alice = world.trader();
    world.deposit(&alice, "USDC", 1_000_000_000).expect("a deposit");
    (world, alice)
}

/// The world as a client reads it: its quote bank and its market.
fn view(world: &World) -> View {
    let clock = world.chain.clock();
    let mut view = View::new(&world.board(), (clock.slot, clock.unix_timestamp));
    view.put_bank(&world.token("USDC").keys.bank, &world.bank("USDC")).expect("a bank of the group");
    view.put_market(&world.perp("SOL").market, &world.market("SOL")).expect("a market of the group");
    view
}

fn stage() -> (World, View, MarginAccount) {
    let (world, alice) = world();
    let (view, account) = (view(&world), world.margin_account(&alice.account));
    (world, view, account)
}

fn refused(view: &View, account: &MarginAccount, action: Action) -> MarginError {
    view.preview(account, &action).expect_err("refused")
}

#[test]
fn PRE_1_what_the_view_does_not_hold_is_named() {
    let (world, view, account) = stage();
    let missing = world.token("SOL").number;
    assert_eq!(refused(&view, &account, Action::Withdraw { token: missing, amount: 1 }), MarginError::TokenNotListed);
    let trade = Action::Trade { market: 7, delta: 1, limit: u64::MAX };
    assert_eq!(refused(&view, &account, trade), MarginError::MarketNotListed);
    assert_eq!(view.most(&account, Kind::Reduce { market: 0 }), Err(MarginError::NoPosition));
    assert_eq!(view.leverage(&account), Ok(Some(0)));
}

#[test]
fn PRE_1_an_account_of_another_group_or_of_an_older_layout_is_refused() {
    let (world, view, account) = stage();
    let withdraw = Action::Withdraw { token: world.token("USDC").number, amount: 1 };
    assert_eq!(refused(&view, &MarginAccount { group: [7; 32], ..account }, withdraw), MarginError::BoardOfOtherGroup);
    assert_eq!(refused(&view, &MarginAccount { version: 1, ..account }, withdraw), MarginError::AccountOutdated);
}

#[test]
fn PRE_1_who_signs_decides_what_is_allowed() {
    let (world, view, account) = stage();
    let (stranger, token) = (Address::from([9; 32]), world.token("USDC").number);
    let by = |action: Action| view.preview_by(&stranger, &account, &action).map(|preview| preview.amount);
    assert_eq!(by(Action::Withdraw { token, amount: 1 }), Err(MarginError::NotAccountOwner));
    let trade = Action::Trade { market: 0, delta: 1, limit: u64::MAX };
    assert_eq!(by(trade), Err(MarginError::NotAccountOwnerOrDelegate));
    assert_eq!(by(Action::Deposit { token, amount: 5, arrived: None }), Ok(5), "anybody may top up");
    let empty = MarginAccount { tokens: Zeroable::zeroed(), ..account };
    let stuffed = view.preview_by(&stranger, &empty, &Action::Deposit { token, amount: 5, arrived: None });
    assert_eq!(stuffed.map(|preview| preview.amount), Err(MarginError::StrangerMayOnlyTopUp));
}

#[test]
fn PRE_1_liquidity_and_stake_are_their_owners() {
    let (world, view, account) = stage();
    let market = world.perp("SOL").market.to_bytes();
    let fund = world.insurance_fund().expect("a fund");
    let add = |market: interface::Address, owner: interface::Address| Action::AddLiquidity {
        market: 0,
        amount: 1,
        liquidity: LiquidityPosition { market, owner, ..Zeroable::zeroed() },
    };
    assert_eq!(refused(&view, &account, add([1; 32], account.owner)), MarginError::LiquidityOfOtherMarket);
    assert_eq!(refused(&view, &account, add(market, [1; 32])), MarginError::NotLiquidityOwner);
    let stake = InsuranceStake { owner: [1; 32], ..Zeroable::zeroed() };
    assert_eq!(refused(&view, &account, Action::Stake { amount: 1, fund, stake }), MarginError::NotStakeOwner);
    assert_eq!(refused(&view, &account, Action::RequestUnstake { units: 1, fund, stake }), MarginError::NotStakeOwner);
    assert_eq!(refused(&view, &account, Action::Restake { fund, stake }), MarginError::NotStakeOwner);
}

#[test]
fn PRE_1_the_view_after_an_action_holds_what_it_left() {
    let (world, view, account) = stage();
    let token = world.token("USDC").number;
    let preview = view.preview(&account, &Action::Withdraw { token, amount: 400_000_000 }).expect("a withdrawal");
    let after = view.with(&preview);
    assert_eq!(after.banks[&token].1.vault_amount, 600_000_000);
    assert_eq!(view.banks[&token].1.vault_amount, 1_000_000_000, "the view itself stays");
    assert_eq!(after.most(&preview.account, Kind::Withdraw { token }), Ok(600_000_000), "PRE-2");
    let all = after.preview(&preview.account, &Action::Withdraw { token, amount: u64::MAX }).expect("all of it");
    assert_eq!((all.amount, all.account.is_empty()), (600_000_000, true));
}

/// What a preview says of an action in USDC or of a trade, and then the program.
fn both(world: &mut World, who: &Trader, action: Action) -> [Result<(), MarginError>; 2] {
    let told = view(world).preview(&world.margin_account(&who.account), &action).map(drop);
    let sent = match action {
        Action::Deposit { amount, .. } => world.deposit(who, "USDC", amount),
        Action::Withdraw { amount, .. } => world.withdraw(who, "USDC", amount),
        Action::Borrow { amount, .. } => world.borrow(who, "USDC", amount),
        Action::Trade { delta, .. } => world.trade(who, "SOL", delta),
        other => unreachable!("{other:?} is not asked for"),
    };
    [told, sent.map(drop).map_err(|failure| failure.margin_error().expect("the program's own refusal"))]
}

#[test]
fn PRE_1_a_pause_and_a_reduce_only_bank_refuse_the_same_actions() {
    let (mut world, alice) = world();
    let token = world.token("USDC").number;
    let bob = world.trader();
    world.deposit(&bob, "SOL", 10_000_000_000).expect("a deposit");
    world.freshen().expect("fresh prices");
    world.refresh_perps().expect("fresh markets");
    world.borrow(&bob, "USDC", 1_000_000).expect("a loan");
    let [deposit, withdraw, borrow, trade] = [
        Action::Deposit { token, amount: 1_000, arrived: None },
        Action::Withdraw { token, amount: 1_000 },
        Action::Borrow { token, amount: 1_000 },
        Action::Trade { market: 0, delta: 1_000_000_000, limit: u64::MAX },
    ];
    let until = world.chain.now() + 60;
    let (board, bank) = (world.board, world.token("USDC").keys.bank);
    world.chain.rewrite(&board, |board: &mut RiskBoard| {
        board.pause = Pause { until, actions: ACTIONS, reserved: [0; 7] };
    });
    assert_eq!(both(&mut world, &bob, borrow), [Err(MarginError::ActionPaused); 2]);
    // He has no USDC to withdraw: that comes first.
    assert_eq!(both(&mut world, &bob, withdraw), [Err(MarginError::NoDeposit); 2]);
    assert_eq!(both(&mut world, &alice, withdraw), [Ok(()); 2], "without a risk");
    assert_eq!(both(&mut world, &alice, deposit), [Ok(()); 2]);
    let [told, sent] = both(&mut world, &bob, trade);
    assert_eq!(told, sent);
    assert!(told.is_err(), "nobody has filled the pool");

    world.chain.rewrite(&bank, |bank: &mut Bank| bank.reduce_only = 1);
    assert_eq!(both(&mut world, &alice, deposit), [Err(MarginError::BankReduceOnly); 2]);
    assert_eq!(both(&mut world, &bob, borrow), [Err(MarginError::BankReduceOnly); 2], "before the pause");
    assert_eq!(both(&mut world, &alice, withdraw), [Ok(()); 2]);
}
