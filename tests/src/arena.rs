//! The arena: a world whose every instruction is judged by the model.
//!
//! [`Arena::perform`] predicts, sends, observes and compares: refusals name the predicted error and leave every byte as it
//! was (ATO-1); successes leave exactly the predicted state; after both, all invariants hold.

use breakwater_client::decode::Event;
use breakwater_client::interface::MarginError;
use breakwater_client::interface::events::{Liquidated, PerpLiquidated};
use breakwater_client::receipt::ReceiptFile;
use breakwater_client::{Address, address};
use breakwater_sim::invariants::Watch;
use breakwater_sim::oracle::{PriceUpdate, RECEIVER};
use breakwater_sim::world::{Trader, World};
use solana_account::Account;
use solana_keypair::Keypair;
use solana_signer::Signer;

use crate::guard::Guard;
use crate::laws;
use crate::model::liquidation::market_of;
use crate::model::perp::{MARKET_FEED, MARKET_LEG};
use crate::model::rational::{Range, display, int};
use crate::model::{Call, Closed, Executed, Order, Print, Seen, State};
use crate::tally::Tally;
use crate::{events, observe, preview, quote, receipts};

/// A world that is compared with the model.
pub struct Arena {
    /// The world.
    pub world: World,
    /// Its people, numbered like the model's accounts.
    pub people: Vec<Trader>,
    /// A key without a margin account.
    pub stranger: Keypair,
    /// A key that trades for others, where they let it.
    pub delegate: Keypair,
    /// What happened.
    pub tally: Tally,
    watch: Watch,
    receipts: ReceiptFile,
    guard: Guard,
    /// Whether the last call moved something beyond a flag.
    pub executed: bool,
}

/// What a call is named in the tally.
pub(crate) fn name(call: &Call) -> &'static str {
    match call {
        Call::Deposit { .. } => "deposit",
        Call::Withdraw { .. } => "withdraw",
        Call::Borrow { .. } => "borrow",
        Call::Repay { .. } => "repay",
        Call::Refresh { .. } => "refresh",
        Call::Liquidate { debt, .. } if *debt >= MARKET_LEG => "liquidate market debt",
        Call::Liquidate { collateral, .. } if *collateral >= MARKET_LEG => "liquidate profit",
        Call::Liquidate { .. } => "liquidate",
        Call::Resolve { .. } => "resolve_bankruptcy",
        Call::Trade { order: Order::Trade(_), .. } => "trade",
        Call::Trade { .. } => "reduce",
        Call::Settle { .. } => "settle",
        Call::AddLiquidity { .. } => "add_liquidity",
        Call::RequestLiquidity { .. } => "request_liquidity",
        Call::RemoveLiquidity { .. } => "remove_liquidity",
        Call::Insure { .. } => "insure",
        Call::Stake { .. } => "stake",
        Call::Mature { .. } => "mature_stake",
        Call::RequestUnstake { .. } => "request_unstake",
        Call::Unstake { .. } => "unstake",
        Call::Restake { .. } => "restake",
        Call::Collect { .. } => "collect",
        Call::Deleverage { .. } => "deleverage",
        Call::Close { .. } => "liquidate position",
        Call::Touch { .. } => "touch",
        Call::PlaceOrder { .. } => "place_order",
        Call::CancelOrder { .. } => "cancel_order",
        Call::ExecuteOrder { .. } => "execute_order",
        Call::SetStatus { .. } => "set_market_status",
    }
}

impl Arena {
    /// An arena in a world with tokens and a number of people without positions.
    pub fn new(mut world: World, people: usize) -> Arena {
        let people = (0..people).map(|_| world.trader()).collect();
        let (stranger, delegate) = (Keypair::new(), Keypair::new());
        world.chain.fund(&stranger.pubkey());
        world.chain.fund(&delegate.pubkey());
        world.create_log().unwrap_or_else(|e| panic!("create_log: {e}"));
        let receipts = ReceiptFile::new(world.group);
        Arena {
            world,
            people,
            stranger,
            delegate,
            tally: Tally::default(),
            watch: Watch::default(),
            receipts,
            guard: Guard::default(),
            executed: false,
        }
    }

    /// The group as the model sees it.
    pub fn state(&self) -> State {
        observe::state(&self.world)
    }

    /// Lets the program and the model execute a call. Returns the program's refusal, if it is one.
    ///
    /// # Errors
    /// Where both differ.
    pub fn perform(&mut self, call: &Call) -> Result<Option<MarginError>, String> {
        self.supply(call);
        let before = self.state();
        let bytes = self.bytes();
        let verdict = before.verdict(call);
        let quote = quote::of(&self.world, &self.people, call);
        let foreseen = preview::of(self, call);
        self.tally.doubtful += u64::from(!verdict.doubtful.is_empty() && verdict.allows());
        let sent = self.send(call);
        let context = |what: String| format!("{call:?} at {}: {what}", before.now);
        let refusal = match sent {
            Ok(outcome) => {
                let most = self.tally.compute_units.entry(name(call)).or_default();
                *most = outcome.compute_units.max(*most);
                verdict.compare(None).map_err(context)?;
                let event = liquidated(&outcome.events);
                let closed = closed(&outcome.events);
                self.executed = event.is_some() || closed.is_some();
                self.compare(call, &before, event, closed).map_err(context)?;
                let (after, executed) = (self.state(), event.map(Executed::from));
                let seen = Seen { after: &after, executed, closed };
                self.guard.succeeded(call, &before, &seen).map_err(context)?;
                events::agree(call, &outcome.events, &before, &self.state()).map_err(context)?;
                receipts::hold(&mut self.receipts, &self.world, &outcome).map_err(context)?;
                foreseen.map_or(Ok(()), |foreseen| foreseen.executed(&self.world)).map_err(context)?;
                if let (Some(quote), Some(event)) = (quote, event) {
                    quote.executed(&self.world, &event).map_err(context)?;
                }
                None
            }
            Err(failure) => {
                let error = failure.margin_error().ok_or_else(|| context(failure.to_string()))?;
                verdict.compare(Some(error)).map_err(context)?;
                self.guard.refused(call, &before, error).map_err(context)?;
                if bytes != self.bytes() {
                    return Err(context(format!("ATO-1: {error:?} left other bytes behind")));
                }
                foreseen.map_or(Ok(()), |foreseen| foreseen.refused(error)).map_err(context)?;
                if let Some(quote) = quote {
                    quote.refused(error).map_err(context)?;
                }
                Some(error)
            }
        };
        self.watch.check(&self.world).map_err(|violation| context(violation.to_string()))?;
        let after = self.state();
        laws::claims_are_covered(&after).map_err(context)?;
        laws::books_are_whole(&after).map_err(context)?;
        if refusal.is_none() {
            laws::losses_fall_in_order(call, &before, &after).map_err(context)?;
            self.tally.escrows(name(call), &before, &after);
        }
        self.tally.guard.judged = self.guard.judged.clone();
        let flags = State::concerned(call).is_some() && !self.executed;
        let outcome = match refusal {
            Some(error) => error.name().to_owned(),
            None if flags => flagged(call, &before, &after).to_owned(),
            None => "ok".to_owned(),
        };
        *self.tally.outcomes.entry((name(call), outcome)).or_default() += 1;
        Ok(refusal)
    }

    /// Like [`Self::perform`], for a call that must succeed.
    ///
    /// # Panics
    /// If it does not, or if program and model differ.
    pub fn must(&mut self, call: &Call) {
        match self.perform(call) {
            Ok(None) => {}
            Ok(Some(error)) => panic!("{call:?}: {error:?}"),
            Err(what) => panic!("{what}"),
        }
    }

    fn compare(
        &mut self,
        call: &Call,
        before: &State,
        event: Option<Liquidated>,
        closed: Option<Closed>,
    ) -> Result<(), String> {
        let after = self.state();
        let executed = event.map(Executed::from);
        let expected = before.expected(call, &Seen { after: &after, executed, closed })?;
        if expected != after {
            return Err(difference(&expected, &after));
        }
        if let (Call::Liquidate { liquidatee, debt, collateral, request, .. }, Some(event)) = (call, event) {
            let pair = (*debt, *collateral);
            let target = laws::Touch::pair(before, pair);
            let (old, new) = target.legs(before, &after, *liquidatee);
            self.tally.extremes.check(&target, (&old, &new))?;
            // Interest leaves a range only where the index is not known; here it was seen.
            agrees("equity before", event.equity_before, &old.equity())?;
            agrees("health before", event.health_before, &old.maintenance())?;
            agrees("requirement", event.requirement, &old.requirement())?;
            if market_of(pair).is_none() {
                let banks = (before.touch(pair.0), before.touch(pair.1));
                let plans = before.plans(*liquidatee, pair, (*request, false), &[&banks.0, &banks.1]).1;
                for width in plans.iter().flat_map(|plan| &plan.repay).map(Range::width) {
                    self.tally.repay_width = self.tally.repay_width.max(display(&width));
                }
            }
        }
        if let (Call::Close { liquidatee, market, .. }, Some(_)) = (call, closed) {
            let target = laws::Touch::position(before, *market);
            let (old, new) = target.legs(before, &after, *liquidatee);
            self.tally.extremes.check(&target, (&old, &new))?;
        }
        Ok(())
    }

    /// Puts what a call needs into wallets and oracle accounts.
    fn supply(&mut self, call: &Call) {
        match call {
            Call::Deposit { account, token, amount, stranger } => {
                let (owner, symbol) = (self.payer(*account, *stranger).pubkey(), self.symbol(*token));
                self.world.mint_to(&owner, &symbol, *amount);
            }
            Call::Repay { account, token, amount, stranger } => {
                let (owner, symbol) = (self.payer(*account, *stranger).pubkey(), self.symbol(*token));
                let state = self.state();
                let owed = state.amount(*account, &state.touch(*token)).hi;
                let needed = int(*amount).min(owed + int(1));
                self.world.mint_to(&owner, &symbol, crate::model::rational::floor_u64(&needed));
            }
            Call::Withdraw { account, token, .. } | Call::Borrow { account, token, .. } => {
                let symbol = self.symbol(*token);
                let owner = self.people[*account].key.pubkey();
                self.world.wallet(&owner, &symbol);
            }
            Call::Refresh { prints, .. } => prints.iter().for_each(|(feed, print)| self.publish(*feed, print)),
            Call::AddLiquidity { account, market, .. }
            | Call::RequestLiquidity { account, market, .. }
            | Call::RemoveLiquidity { account, market } => self.open_liquidity(*account, *market),
            Call::Stake { account, .. }
            | Call::Mature { account }
            | Call::RequestUnstake { account, .. }
            | Call::Unstake { account }
            | Call::Restake { account } => self.open_stake(*account),
            _ => {}
        }
    }

    fn publish(&mut self, feed: u8, print: &Print) {
        let symbol = self.symbol_of(feed);
        let update = PriceUpdate {
            write_authority: [0; 32],
            verification: 1,
            feed_id: self.world.token(&symbol).feed_id,
            price: print.price,
            confidence: print.confidence,
            exponent: print.exponent,
            publish_time: print.publish_time,
            previous_publish_time: print.publish_time - 1,
            ema: print.ema,
            ema_confidence: print.confidence,
            posted_slot: 0,
        };
        let oracle = self.oracle(feed);
        self.world.chain.set_data(&oracle, &RECEIVER, update.to_bytes());
    }

    /// The oracle account of a feed: a token's or a market's.
    pub(crate) fn oracle(&self, feed: u8) -> Address {
        match feed.checked_sub(MARKET_FEED) {
            Some(market) => self.world.perps[usize::from(market)].oracle,
            None => self.world.tokens[usize::from(feed)].oracle,
        }
    }

    fn symbol_of(&self, feed: u8) -> String {
        match feed.checked_sub(MARKET_FEED) {
            Some(market) => self.world.perps[usize::from(market)].symbol.clone(),
            None => self.symbol(feed),
        }
    }

    pub(crate) fn payer(&self, account: usize, stranger: bool) -> &Keypair {
        if stranger { &self.stranger } else { &self.people[account].key }
    }

    pub(crate) fn symbol(&self, token: u8) -> String {
        self.world.tokens[usize::from(token)].symbol.clone()
    }

    fn send(&mut self, call: &Call) -> breakwater_sim::world::Sent {
        let (instruction, signer) = self.instruction(call);
        let signers: Vec<Keypair> = signer.into_iter().map(|key| key.insecure_clone()).collect();
        self.world.chain.send(&[instruction], &signers.iter().collect::<Vec<_>>())
    }

    /// Every account that an instruction could touch, byte for byte.
    fn bytes(&mut self) -> Vec<(Address, Option<Account>)> {
        let mut all = vec![self.world.board, self.world.group];
        all.extend(&self.world.accounts);
        let owners: Vec<Address> = self.people.iter().map(|p| p.key.pubkey()).chain([self.stranger.pubkey()]).collect();
        all.extend(self.world.fund);
        all.extend(&self.world.liquidity);
        all.extend(&self.world.stakes);
        all.extend(self.world.perps.iter().flat_map(|perp| [perp.market, perp.oracle]));
        for token in &self.world.tokens {
            all.extend([token.keys.bank, token.keys.mint, token.oracle, address::vault(&token.keys.bank)]);
            all.extend(owners.iter().map(|o| breakwater_sim::tokens::wallet_address(o, &token.keys.mint)));
        }
        all.into_iter().map(|address| (address, self.world.chain.account(&address))).collect()
    }

    /// Everything that [`Self::restore`] brings back.
    pub fn save(&mut self) -> Saved {
        Saved {
            accounts: self.bytes(),
            now: self.world.chain.now(),
            watch: self.watch.clone(),
            guard: self.guard.clone(),
        }
    }

    /// Brings back what was saved. Wallets that have come into being since are left.
    pub fn restore(&mut self, saved: &Saved) {
        for (address, account) in &saved.accounts {
            if let Some(account) = account {
                self.world.chain.set_account(address, account.clone());
            }
        }
        self.world.chain.set_time(saved.now);
        self.watch = saved.watch.clone();
        self.guard = saved.guard.clone();
    }
}

/// A moment of an arena.
pub struct Saved {
    accounts: Vec<(Address, Option<Account>)>,
    now: i64,
    watch: Watch,
    guard: Guard,
}

/// What a touch that moved nothing did.
fn flagged(call: &Call, before: &State, after: &State) -> &'static str {
    let flag = |state: &State| State::concerned(call).and_then(|account| state.accounts[account].flag);
    match (flag(before), flag(after)) {
        (_, None) => "clears a flag",
        (None, Some(_)) => "flags",
        (Some(_), Some(_)) => "flags again",
    }
}

impl From<Liquidated> for Executed {
    fn from(event: Liquidated) -> Executed {
        let Liquidated { repay, insurance, seize, bonus, .. } = event;
        Executed { repay, insurance, seize, bonus }
    }
}

fn liquidated(events: &[Event]) -> Option<Liquidated> {
    events.iter().find_map(|event| match event {
        Event::Liquidated(event) => Some(*event),
        _ => None,
    })
}

fn closed(events: &[Event]) -> Option<Closed> {
    events.iter().find_map(|event| match event {
        Event::PerpLiquidated(PerpLiquidated { size, settled, fee, insurance, .. }) => {
            Some(Closed { size: *size, settled: *settled, fee: *fee, insurance: *insurance })
        }
        _ => None,
    })
}

/// An event's dollars × 10^8, rounded down, against the model's.
fn agrees(what: &str, seen: i64, range: &Range) -> Result<(), String> {
    if range.times(&int(100_000_000)).floor().holds(&int(seen)) {
        return Ok(());
    }
    Err(format!("{what} is {seen} in the event, the model has {range}"))
}

/// What differs between two states, part by part.
fn difference(expected: &State, seen: &State) -> String {
    let mut all = Vec::new();
    for (token, (expected, seen)) in expected.tokens.iter().zip(&seen.tokens).enumerate() {
        if expected != seen {
            all.push(format!("token {token}:\n  expected {expected:?}\n  seen     {seen:?}"));
        }
    }
    for (account, (expected, seen)) in expected.accounts.iter().zip(&seen.accounts).enumerate() {
        if expected != seen {
            all.push(format!("account {account}:\n  expected {expected:?}\n  seen     {seen:?}"));
        }
    }
    for (market, (expected, seen)) in expected.markets.iter().zip(&seen.markets).enumerate() {
        if expected != seen {
            all.push(format!("market {market}:\n  expected {expected:?}\n  seen     {seen:?}"));
        }
    }
    if (expected.accepted_at, expected.calm_at) != (seen.accepted_at, seen.calm_at) {
        let of = |state: &State| format!("{} {}", state.accepted_at, state.calm_at);
        all.push(format!("last print and calm:\n  expected {}\n  seen     {}", of(expected), of(seen)));
    }
    let shared = |state: &State| (state.fund, state.liquidity.clone(), state.stakes.clone());
    if shared(expected) != shared(seen) {
        let of = |state: &State| format!("{:?} {:?} {:?}", state.fund, state.liquidity, state.stakes);
        all.push(format!("fund and liquidity:\n  expected {}\n  seen     {}", of(expected), of(seen)));
    }
    all.join("\n")
}
