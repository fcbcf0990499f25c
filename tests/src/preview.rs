//! PRE-1: what a client computes of an action before it is signed, against what the program does with it.

use breakwater_client::interface::{
    Bank, InsuranceFund, InsuranceStake, LiquidityPosition, MarginError, PerpMarket, RiskBoard,
};
use breakwater_client::view::{Action, Preview, View};
use breakwater_client::{Address, address, decode::ProgramAccount};
use breakwater_sim::world::World;
use solana_signer::Signer;

use crate::arena::Arena;
use crate::model::{Call, Order};

/// What a client has computed of a call.
#[derive(Clone, Debug)]
pub struct Foreseen {
    told: Result<Box<Preview>, MarginError>,
    /// The board before the call.
    board: Box<RiskBoard>,
    account: Address,
    bank: Option<Address>,
    market: Option<Address>,
    liquidity: Option<Address>,
    stake: Option<Address>,
    fund: Option<Address>,
}

/// Everything of a group that a client reads, at the chain's slot and time.
///
/// # Panics
/// If an account is not of the group.
pub fn view(world: &World) -> View {
    let clock = world.chain.clock();
    let mut view = View::new(&world.board(), (clock.slot, clock.unix_timestamp));
    for token in &world.tokens {
        let bank: Bank = world.chain.state(&token.keys.bank);
        view.put_bank(&token.keys.bank, &bank).unwrap_or_else(|e| panic!("{e:?}"));
    }
    for perp in &world.perps {
        let market: PerpMarket = world.chain.state(&perp.market);
        view.put_market(&perp.market, &market).unwrap_or_else(|e| panic!("{e:?}"));
    }
    view
}

/// The action that a call is, with who signs; none for calls of keepers and cranks.
pub fn action(arena: &Arena, call: &Call) -> Option<(Action, usize, Address)> {
    let world = &arena.world;
    let owner = |account: usize| arena.people[account].key.pubkey();
    let liquidity = |account: usize, market: u8| -> LiquidityPosition {
        world.chain.state(&address::liquidity(&world.perps[usize::from(market)].market, &owner(account)))
    };
    let fund = || -> InsuranceFund { world.insurance_fund().expect("the group has a fund") };
    let stake = |account: usize| -> InsuranceStake {
        world.chain.state(&address::stake(&world.fund.expect("the group has a fund"), &owner(account)))
    };
    let (action, account, stranger) = match *call {
        Call::Deposit { account, token, amount, stranger } => {
            (Action::Deposit { token, amount, arrived: None }, account, stranger)
        }
        Call::Repay { account, token, amount, stranger } => {
            (Action::Repay { token, amount, arrived: None }, account, stranger)
        }
        Call::Withdraw { account, token, amount } => (Action::Withdraw { token, amount }, account, false),
        Call::Borrow { account, token, amount } => (Action::Borrow { token, amount }, account, false),
        Call::Trade { account, market, order: Order::Trade(delta), limit } => {
            (Action::Trade { market, delta, limit }, account, false)
        }
        Call::Trade { account, market, order: Order::Reduce(size), limit } => {
            (Action::Reduce { market, size, limit }, account, false)
        }
        Call::Settle { account, market, amount, stranger } => (Action::Settle { market, amount }, account, stranger),
        Call::AddLiquidity { account, market, amount } => {
            (Action::AddLiquidity { market, amount, liquidity: liquidity(account, market) }, account, false)
        }
        Call::RequestLiquidity { account, market, shares } => {
            (Action::RequestLiquidity { market, shares, liquidity: liquidity(account, market) }, account, false)
        }
        Call::RemoveLiquidity { account, market } => {
            (Action::RemoveLiquidity { market, liquidity: liquidity(account, market) }, account, false)
        }
        Call::Stake { account, amount } => {
            (Action::Stake { amount, fund: fund(), stake: stake(account) }, account, false)
        }
        Call::Mature { account } => (Action::MatureStake { fund: fund(), stake: stake(account) }, account, false),
        Call::RequestUnstake { account, units } => {
            (Action::RequestUnstake { units, fund: fund(), stake: stake(account) }, account, false)
        }
        Call::Unstake { account } => (Action::Unstake { fund: fund(), stake: stake(account) }, account, false),
        Call::Restake { account } => (Action::Restake { fund: fund(), stake: stake(account) }, account, false),
        _ => return None,
    };
    Some((action, account, if stranger { arena.stranger.pubkey() } else { owner(account) }))
}

/// What a client computes of a call; none for calls of keepers and cranks.
pub fn of(arena: &Arena, call: &Call) -> Option<Foreseen> {
    let world = &arena.world;
    let (action, account, signer) = action(arena, call)?;
    let owner = arena.people[account].key.pubkey();
    let account = arena.people[account].account;
    let view = view(world);
    let told = view.preview_by(&signer, &world.margin_account(&account), &action).map(Box::new);
    let preview = told.as_ref().ok();
    let bank = preview.and_then(|preview| preview.bank).map(|bank| view.banks[&bank.token].0);
    let market = preview.and_then(|preview| preview.market).map(|market| view.markets[&market.market].0);
    let liquidity = preview
        .and_then(|preview| preview.liquidity)
        .map(|held| address::liquidity(&Address::from(held.market), &owner));
    let fund = preview.and_then(|preview| preview.fund).and(world.fund);
    let stake = fund.map(|fund| address::stake(&fund, &owner));
    Some(Foreseen { told, board: view.board, account, bank, market, liquidity, stake, fund })
}

impl Foreseen {
    /// Compares with what an execution has left.
    ///
    /// # Errors
    /// What differs.
    pub fn executed(&self, world: &World) -> Result<(), String> {
        let preview = self.told.as_ref().map_err(|error| format!("PRE-1: the preview is {error:?}"))?;
        same(world, Some(self.account), Some(&preview.account))?;
        let board = preview.board.as_deref().unwrap_or(&self.board);
        if bytemuck::bytes_of(board) != bytemuck::bytes_of(&*Box::new(world.board())) {
            return Err("PRE-1: the board has other bytes".to_owned());
        }
        same(world, self.bank, preview.bank.as_ref())?;
        same(world, self.market, preview.market.as_ref())?;
        same(world, self.liquidity, preview.liquidity.as_ref())?;
        same(world, self.stake, preview.stake.as_ref())?;
        same(world, self.fund, preview.fund.as_ref())
    }

    /// Compares with a refusal.
    ///
    /// # Errors
    /// What differs.
    pub fn refused(&self, error: MarginError) -> Result<(), String> {
        match &self.told {
            Err(told) if *told == error => Ok(()),
            other => Err(format!("PRE-1: refused with {error:?}, the preview is {other:?}")),
        }
    }
}

/// Whether an account has the bytes that were foreseen.
fn same<T: ProgramAccount + std::fmt::Debug>(
    world: &World,
    address: Option<Address>,
    foreseen: Option<&T>,
) -> Result<(), String> {
    let (Some(address), Some(foreseen)) = (address, foreseen) else { return Ok(()) };
    let seen: T = world.chain.state(&address);
    if bytemuck::bytes_of(&seen) == bytemuck::bytes_of(foreseen) {
        return Ok(());
    }
    Err(format!("PRE-1: {} has other bytes:\n  foreseen {foreseen:?}\n  seen     {seen:?}", T::NAME))
}
