//! A group: tokens, markets, feeds, insurance, parameters and what is about to change.

use breakwater_client::Address;
use breakwater_client::view::View;
use breakwater_interface::accounts::{MARKET_FEED, MAX_FEEDS};
use breakwater_interface::config::{TierConfig, WeightConfig};
use breakwater_interface::governance::{
    BORROW, EXECUTED, LIQUIDATE, LIQUIDITY, Pause, QueuedChange, TRADE, VETOED, WITHDRAW,
};
use breakwater_interface::live::{Live, bank_outflow};
use breakwater_interface::receipt::{BANK_LOSS, DELEVERAGING, MARKET_LOSS, PERP, RING, ReceiptEntry, ReceiptLog, SPOT};
use breakwater_interface::{Bank, InsuranceFund, MarginError, PerpMarket, refresh, snapshot};
use breakwater_margin::lending::{Books, Rates};
use breakwater_margin::perp::{Availability, Purse};
use breakwater_margin::price::MAX_AGE_RISK;
use breakwater_margin::{Index, stake};

use super::{Scale, hex, written};
use crate::answer::{
    ChangeInfo, FeedInfo, FundInfo, GroupAnswer, LiquidationInfo, MarketInfo, PauseInfo, RatesInfo, ReceiptEntryInfo,
    ReceiptLogInfo, TierInfo, TokenInfo, WeightsInfo,
};
use crate::session::{Refused, Session};
use crate::text::{self, dollars};

/// Points of a rate curve.
const CURVE_POINTS: u64 = 40;
/// Utilisation 1.
const FULL: u64 = 1 << 32;
/// Fraction bits of a funding rate.
const FUNDING_BITS: u32 = 20;

/// What was read, and the view that was made of it.
type Seen<'a> = (&'a Session, &'a View);

/// A group as the page has read it.
pub fn group(session: &Session, view: &View) -> Result<GroupAnswer, Refused> {
    let (board_address, _) = session.boards().next().ok_or_else(|| missing("board"))?;
    let (address, group) = session.groups().next().ok_or_else(|| missing("group"))?;
    let (board, seen) = (&view.board, (session, view));
    let scale = Scale(view);
    Ok(GroupAnswer {
        slot: view.slot.to_string(),
        time: view.time,
        address: address.to_string(),
        board: board_address.to_string(),
        launched: group.launched == 1,
        admin: written(&group.admin),
        risk_manager: written(&group.risk_manager),
        guardian: written(&group.guardian),
        quote_token: (board.quote_set == 1).then_some(board.quote_token),
        tokens: view.banks.values().map(|(address, bank)| token(seen, address, bank)).collect::<Result<_, _>>()?,
        markets: view
            .markets
            .values()
            .map(|(address, at)| market(seen, address, at))
            .collect::<Result<_, MarginError>>()?,
        fund: session.funds().next().map(|(address, found)| fund(view, address, found)).transpose()?,
        liquidation: liquidation(view),
        pause: pause(&board.pause, view.time),
        calm_at: (board.calm_at > view.time).then_some(board.calm_at),
        changes: session.changes().map(|(address, change)| queued(address, change, view.time)).collect(),
        receipts: session.logs().next().map(|(address, log)| receipt_log(scale, address, log)),
    })
}

fn missing(what: &str) -> Refused {
    Refused::new("NoGroup", format!("the {what} has not been read yet"))
}

/// A pause that lasts.
fn pause(pause: &Pause, now: i64) -> Option<PauseInfo> {
    let names = [
        (BORROW, "borrow"),
        (WITHDRAW, "withdraw"),
        (TRADE, "trade"),
        (LIQUIDITY, "liquidity"),
        (LIQUIDATE, "liquidate"),
    ];
    let actions = names.iter().filter(|(action, _)| pause.verify(*action, now).is_err());
    let actions: Vec<String> = actions.map(|(_, name)| (*name).to_owned()).collect();
    (!actions.is_empty()).then_some(PauseInfo { until: pause.until, actions })
}

fn feed((session, view): Seen, number: u8) -> FeedInfo {
    let feed = &view.board.feeds[usize::from(number) % MAX_FEEDS];
    let interval = snapshot::interval(&view.board, number, view.time);
    let price = |price| text::price(price, feed.oracle.decimals);
    let known = feed.price != 0;
    FeedInfo {
        feed: number,
        oracle: breakwater_client::address::oracle(&feed.oracle, 0).to_string(),
        price: known.then(|| price(interval.mid)),
        ema: known.then(|| price(interval.ema)),
        age: interval.age,
        publish_time: feed.publish_time,
        confidence: feed.confidence_band,
        liquidation_band: interval.liquidation_band,
        initial_band: interval.initial_band(),
        too_old_for_risk: interval.age > MAX_AGE_RISK,
        stale: interval.is_stale(),
        volatility: feed.volatility,
        refused_print: session.refused_print(number).map(Refused::from),
    }
}

pub(super) fn rates(rates: &Rates) -> RatesInfo {
    RatesInfo {
        utilisation: u32::try_from(rates.utilisation).unwrap_or(u32::MAX),
        borrow: rates.borrow.to_string(),
        deposit: rates.deposit.to_string(),
    }
}

fn token(seen: Seen, address: &Address, bank: &Bank) -> Result<TokenInfo, MarginError> {
    let (_, view) = seen;
    let scale = Scale(view);
    let risk = &view.board.tokens[usize::from(bank.token) % view.board.tokens.len()];
    let books: Books = breakwater_interface::live::accrued(bank, view.time)?;
    let pricing = bank.lending.pricing();
    let (deposits, debts) = (books.deposits()?, books.debts()?);
    let amount = |native: u64| scale.token(bank.token, native);
    let price = snapshot::interval(&view.board, risk.feed, view.time).mid;
    let kink = u64::from(bank.lending.kink_utilisation) * FULL / breakwater_margin::BPS;
    let mut points: Vec<u64> = (0..=CURVE_POINTS).map(|point| point * FULL / CURVE_POINTS).collect();
    points.push(kink);
    points.sort_unstable();
    points.dedup();
    let curve = points.into_iter().map(|at| Ok(rates(&pricing.rates(at)?))).collect::<Result<_, MarginError>>()?;
    let (_, room) = bank_outflow(bank, &books, view.time)?;
    Ok(TokenInfo {
        token: bank.token,
        bank: address.to_string(),
        mint: written(&bank.mint),
        vault: written(&bank.vault),
        decimals: bank.decimals,
        feed: feed(seen, risk.feed),
        deposits: amount(deposits),
        debts: amount(debts),
        cash: amount(books.vault),
        deposits_value: dollars(price.value_down(deposits)),
        debts_value: dollars(price.value_up(debts)),
        deposit_cap: amount(bank.lending.deposit_cap),
        borrow_cap: amount(bank.lending.borrow_cap),
        rates: rates(&books.rates(&pricing)?),
        curve,
        kink: bank.lending.kink_utilisation,
        max_utilisation: bank.lending.max_utilisation,
        reserve_factor: bank.lending.reserve_factor,
        weights: weights(&risk.weights),
        tranche: amount(books.tranche),
        tranche_target: amount(bank.lending.tranche_target),
        socialised: amount(bank.socialised),
        outflow_room: (room != u64::MAX).then(|| amount(room)),
        reduce_only: bank.reduce_only != 0,
        transfer_fee: bank.transfer_fee != 0,
        wants_board: bank.wants_board(&view.board),
        pause: pause(&bank.pause, view.time),
    })
}

fn weights(config: &WeightConfig) -> WeightsInfo {
    WeightsInfo {
        asset_initial: config.asset_initial,
        asset_end: config.asset_end,
        asset_maintenance: config.asset_maintenance,
        liability_initial: config.liability_initial,
        liability_end: config.liability_end,
        liability_maintenance: config.liability_maintenance,
        ramp: config.ramp,
        collateral_cap: (config.collateral_cap != 0).then_some(config.collateral_cap),
    }
}

fn market(seen: Seen, address: &Address, at: &PerpMarket) -> Result<MarketInfo, MarginError> {
    let (_, view) = seen;
    let (scale, config, number) = (Scale(view), &at.config, at.market);
    let index = refresh::board_index(&view.board);
    let live = Live::new(at, &view.board, index, view.time, view.slot)?;
    let books = &live.books;
    let base = |native: i128| scale.base(number, native);
    let notional = |size: u64| scale.quoted(live.mark.notional(size).up);
    let funding = i128::from(config.funding().rate(books.net())) * i128::from(books.net().signum());
    let equity = books.equity(live.mark, index, config.skew_scale)?;
    Ok(MarketInfo {
        market: number,
        address: address.to_string(),
        feed: feed(seen, MARKET_FEED + number),
        decimals: scale.decimals(breakwater_margin::position::MARKET_LEG | number),
        mark: scale.mark(number, live.mark),
        long: base(books.long.into()),
        short: base(books.short.into()),
        net: base(books.net().into()),
        long_notional: notional(books.long),
        short_notional: notional(books.short),
        open_interest_cap: base(config.open_interest_cap.into()),
        lot: base(config.lot.into()),
        funding: text::units((funding * 10_000) >> FUNDING_BITS, 4),
        funding_max: config.funding_max,
        pool: scale.quoted(books.worth(Purse::Pool, index)?),
        pool_equity: scale.quoted(equity),
        deficit: scale.quoted(live.deficit),
        liquidity: books.liquidity.to_string(),
        tranche: scale.quoted(books.worth(Purse::Tranche, index)?),
        pool_losses: scale.quoted(at.pool_losses),
        taker_fee: config.taker_fee,
        liquidation_fee: config.keeper_fee.saturating_add(config.insurance_fee),
        max_leverage: config.max_leverage(),
        tiers: config.tiers.iter().map(|tier| tier_info(scale, tier)).collect(),
        maturity: config.maturity,
        cooldown: config.cooldown,
        status: status(at, view.time).into(),
        expires_at: (at.expires_at != 0).then_some(at.expires_at),
        pause: pause(&at.pause, view.time),
    })
}

fn tier_info(scale: Scale, tier: &TierConfig) -> TierInfo {
    TierInfo {
        edge: (tier.edge != u64::MAX).then(|| scale.quoted(tier.edge).ui),
        initial: tier.initial,
        end: tier.end,
        maintenance: tier.maintenance,
    }
}

fn status(market: &PerpMarket, now: i64) -> &'static str {
    match market.availability(now) {
        Availability::Open => "active",
        Availability::ReduceOnly => "reduceOnly",
        Availability::Paused => "paused",
        Availability::Expired => "expired",
    }
}

fn fund(view: &View, address: &Address, fund: &InsuranceFund) -> Result<FundInfo, MarginError> {
    let scale = Scale(view);
    let bank = view.banks.get(&view.board.quote_token).map(|(_, bank)| bank);
    let (index, debts) = match bank {
        Some(bank) => {
            let books = breakwater_interface::live::accrued(bank, view.time)?;
            (books.deposit_index, books.debts()?)
        }
        None => (Index(view.board.tokens[usize::from(view.board.quote_token)].deposit_index), 0),
    };
    let ownership = fund.ownership();
    let worth = |shares: u64| index.amount_down(shares);
    let total = worth(fund.shares)?;
    let coverage = (u128::from(total) * 10_000).checked_div(debts.into());
    Ok(FundInfo {
        address: address.to_string(),
        total: scale.quoted(total),
        active: scale.quoted(worth(ownership.active()?.shares)?),
        passive: scale.quoted(worth(fund.passive)?),
        // What is stored is of the epoch in which the fund was last asked: it is asked now, on a copy.
        epoch_left: scale.quoted(fund.fund().pay(u64::MAX, index, view.time)?.amount),
        epoch_cap: fund.epoch_cap,
        frozen: fund.frozen != 0,
        known_shortfall: scale.quoted(fund.known_shortfall),
        cooldown: stake::COOLDOWN,
        coverage: coverage.map(|bps| u32::try_from(bps).unwrap_or(u32::MAX)),
    })
}

fn liquidation(view: &View) -> LiquidationInfo {
    let config = &view.board.liquidation;
    LiquidationInfo {
        bonus_min: config.bonus_min,
        bonus_max: config.bonus_max,
        insurance_share: config.insurance_share,
        wait_slots: config.wait_slots,
        grace_slots: config.grace_slots,
        auction_slots: config.auction_slots,
        deep_breach: config.deep_breach,
        dust: config.dust,
    }
}

fn queued(address: &Address, change: &QueuedChange, now: i64) -> ChangeInfo {
    let status = match change.status {
        EXECUTED => "executed",
        VETOED => "vetoed",
        _ if change.is_over(now) => "expired",
        _ if now >= change.due_at => "due",
        _ => "waiting",
    };
    ChangeInfo {
        address: address.to_string(),
        number: change.number.to_string(),
        target: written(&change.target),
        queued_at: change.queued_at,
        due_at: change.due_at,
        expires_at: change.expires_at,
        status: status.into(),
        data: hex(change.data()),
    }
}

fn receipt_log(scale: Scale, address: &Address, log: &ReceiptLog) -> ReceiptLogInfo {
    let kept = log.count.min(RING as u64);
    let newest_first = (0..kept).map(|back| log.count - 1 - back);
    ReceiptLogInfo {
        address: address.to_string(),
        count: log.count.to_string(),
        head: hex(&log.head),
        entries: newest_first.map(|n| entry(scale, n, &log.entries[(n % RING as u64) as usize])).collect(),
    }
}

fn entry(scale: Scale, number: u64, entry: &ReceiptEntry) -> ReceiptEntryInfo {
    let (kind, amount, result) = match entry.kind {
        SPOT => ("liquidation", scale.claim(entry.leg, entry.amount), scale.claim(entry.collateral, entry.result)),
        PERP => ("position", scale.base(entry.leg, entry.amount), scale.quoted(entry.result)),
        BANK_LOSS => ("bankLoss", scale.token(entry.leg, entry.amount), scale.token(entry.leg, entry.result)),
        MARKET_LOSS => ("marketLoss", scale.quoted(entry.amount), scale.quoted(entry.result)),
        DELEVERAGING => ("deleveraging", scale.base(entry.leg, entry.amount), scale.quoted(entry.result)),
        _ => ("unknown", scale.quoted(entry.amount), scale.quoted(entry.result)),
    };
    ReceiptEntryInfo {
        number: number.to_string(),
        digest: hex(&entry.digest),
        account: written(&entry.account),
        slot: entry.slot.to_string(),
        kind: kind.into(),
        leg: entry.leg,
        collateral: entry.collateral,
        amount,
        result,
    }
}
