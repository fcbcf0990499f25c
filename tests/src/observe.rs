//! From the chain's accounts to the model's state.

use std::collections::BTreeMap;

use breakwater_client::interface::accounts::SIDE_DEBT;
use breakwater_client::interface::perp::PerpPosition;
use breakwater_client::interface::{
    Bank, InsuranceFund, InsuranceStake, LiquidityPosition, MarginAccount, PerpMarket, RiskBoard,
};
use breakwater_client::{Address, address};
use breakwater_sim::world::World;

use crate::model::perp::{self, Capped, Fund, Liquidity, Market, MarketSnapshot, Owned, Perp, Quote, Stake};
use crate::model::state::Snapshot;
use crate::model::{self, Account, Bucket, Feed, Flag, Outflow, Position, Side, State, Token};

/// A group as the model sees it. Accounts are numbered as they were opened, tokens as they were listed.
pub fn state(world: &World) -> State {
    let board = world.board();
    State {
        now: world.chain.now(),
        slot: world.chain.clock().slot,
        liquidation: board.liquidation,
        accepted_at: board.accepted_at,
        calm_at: board.calm_at,
        tokens: (0..world.tokens.len()).map(|token| self::token(world, &board, token)).collect(),
        accounts: world.accounts.iter().map(|account| self::account(&world.margin_account(account))).collect(),
        quote: (board.quote_set == 1).then(|| quote(&board)),
        markets: (0..world.perps.len()).map(|market| self::market(world, &board, market)).collect(),
        fund: world.insurance_fund().as_ref().map(fund),
        stakes: stakes(world),
        liquidity: liquidity(world),
    }
}

fn quote(board: &RiskBoard) -> Quote {
    let token = board.quote_token;
    Quote { token, decimals: board.feeds[usize::from(board.tokens[usize::from(token)].feed)].oracle.decimals }
}

fn fund(fund: &InsuranceFund) -> Fund {
    Fund {
        shares: fund.shares,
        epoch_start: fund.epoch_start,
        epoch_left: fund.epoch_left,
        epoch_cap: fund.epoch_cap,
        owned: Owned {
            passive: fund.passive,
            active_units: fund.active_units,
            own_units: fund.own_units,
            passive_units: fund.passive_units,
            generation: fund.generation,
        },
    }
}

fn stakes(world: &World) -> BTreeMap<usize, Stake> {
    let mut all = BTreeMap::new();
    let Some((address, fund)) = world.fund.zip(world.insurance_fund()) else { return all };
    for (account, owned) in world.accounts.iter().enumerate() {
        let owner = Address::new_from_array(world.margin_account(owned).owner);
        let Some(found) = world.chain.find::<InsuranceStake>(&address::stake(&address, &owner)) else { continue };
        let held = found.stake(&fund);
        let stake = Stake {
            active: held.active,
            young: Capped { units: held.young.units, cap: held.young.cap },
            since: held.since,
            leaving: Capped { units: held.leaving.units, cap: held.leaving.cap },
            requested_at: held.requested_at,
        };
        if stake != Stake::default() {
            all.insert(account, stake);
        }
    }
    all
}

fn liquidity(world: &World) -> BTreeMap<(usize, u8), Liquidity> {
    let mut all = BTreeMap::new();
    for (account, address) in world.accounts.iter().enumerate() {
        let owner = Address::new_from_array(world.margin_account(address).owner);
        for perp in &world.perps {
            let key = address::liquidity(&perp.market, &owner);
            let Some(found) = world.chain.find::<LiquidityPosition>(&key) else { continue };
            let entry = Liquidity {
                shares: found.shares,
                requested: found.requested,
                requested_value: found.requested_value,
                requested_at: found.requested_at,
            };
            if entry != Liquidity::default() {
                all.insert((account, perp.number), entry);
            }
        }
    }
    all
}

fn market(world: &World, board: &RiskBoard, number: usize) -> Market {
    let market: PerpMarket = world.chain.state(&world.perps[number].market);
    let risk = &board.markets[number];
    Market {
        feed: feed(board, usize::from(perp::MARKET_FEED) + number),
        config: market.config,
        status: market.status,
        expires_at: market.expires_at,
        long: market.long,
        short: market.short,
        claims: (i128::from(market.claims_quote) << perp::MARK_BITS) + i128::from(market.claims_fraction),
        dust: market.dust,
        funding_index: market.funding_index,
        funding_time: market.funding_time,
        pool: market.pool,
        tranche: market.tranche,
        fees: market.fees,
        liquidity: market.liquidity,
        escrow: market.escrow,
        secured: market.secured,
        deficit_since: market.deficit_since,
        pool_losses: market.pool_losses,
        bucket: Bucket { level: market.bucket_level, time: market.bucket_time },
        snapshot: MarketSnapshot {
            funding_index: risk.funding_index,
            time: risk.funding_time,
            in_deficit: risk.in_deficit == 1,
            payable: risk.payable,
        },
    }
}

fn position(held: &PerpPosition) -> Perp {
    Perp {
        base: held.base,
        quote: held.quote,
        matured: held.matured,
        seen: held.seen,
        secured: held.secured,
        escrow: held.escrow,
        touched_at: held.touched_at,
        funding_index: held.funding_index,
        increased_at: held.increased_at,
        increased_slot: held.increased_slot,
    }
}

fn feed(board: &RiskBoard, number: usize) -> Feed {
    let feed = &board.feeds[number];
    Feed {
        price: feed.price,
        ema: feed.ema,
        band: feed.confidence_band,
        publish_time: feed.publish_time,
        oracle: feed.oracle,
        volatility: feed.volatility,
        variance: feed.variance,
        sample: (feed.sample_price, feed.sample_time),
        volatility_multiple: board.liquidation.volatility_multiple,
    }
}

fn account(account: &MarginAccount) -> Account {
    let held = account.tokens.iter().filter(|position| !position.is_free());
    let side = |side| if side == SIDE_DEBT { Side::Debt } else { Side::Deposit };
    let open = account.perps.iter().filter(|position| !position.is_free());
    Account {
        positions: held.map(|p| (p.token, Position { side: side(p.side), shares: p.shares })).collect(),
        perps: open.map(|held| (held.market, position(held))).collect(),
        flag: (account.flag_slot > 0).then_some(Flag { slot: account.flag_slot, newest_print: account.flag_time }),
        orders: (0..).zip(account.orders).filter(|(_, order)| !order.is_free()).collect(),
        delegated: account.delegate != [0; 32],
    }
}

fn token(world: &World, board: &RiskBoard, number: usize) -> Token {
    let risk = &board.tokens[number];
    let bank: Bank = world.chain.state(&world.tokens[number].keys.bank);
    Token {
        decimals: bank.decimals,
        feed: feed(board, usize::from(risk.feed)),
        weights: risk.weights,
        listed_at: risk.listed_at,
        snapshot: Snapshot {
            deposit_index: risk.deposit_index,
            borrow_index: risk.borrow_index,
            deposits: risk.deposits,
            time: risk.index_time,
        },
        bank: self::bank(world, &bank),
    }
}

fn bank(world: &World, bank: &Bank) -> model::Bank {
    model::Bank {
        vault: bank.vault_amount,
        vault_tokens: world.token_balance(&Address::new_from_array(bank.vault)),
        deposit_shares: bank.deposit_shares,
        borrow_shares: bank.borrow_shares,
        deposit_index: bank.deposit_index,
        borrow_index: bank.borrow_index,
        tranche: bank.tranche,
        fees: bank.fees,
        socialised: bank.socialised,
        accrued_at: bank.accrued_at,
        bucket: Bucket { level: bank.bucket_level, time: bank.bucket_time },
        outflow: Outflow { level: bank.outflow_level, time: bank.outflow_time },
        lending: bank.lending,
        reduce_only: bank.reduce_only == 1,
    }
}
