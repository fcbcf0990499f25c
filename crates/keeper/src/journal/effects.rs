//! What a landed transaction did to the keeper, from its log.

use breakwater_client::decode::{self, Event};
use breakwater_client::interface::events::{
    BORROW, BalanceChanged, DEPOSIT, Liquidated, OrderExecuted, PerpLiquidated, REPAY, WITHDRAW,
};
use breakwater_client::margin::position::MARKET_LEG;
use breakwater_client::margin::{Price, Value};

use super::entry::{Effects, Owner};

/// What a node writes where it leaves the rest of a log out.
const CUT: &str = "Log truncated";

impl Effects {
    /// What a transaction did, by its log lines. Fees in the quote token are valued at a price of the moment of sending, because
    /// their events tell none.
    pub fn of(logs: &[String], owner: &Owner, quote_price: u64) -> Effects {
        let mut effects = Effects { incomplete: logs.iter().any(|line| line == CUT).into(), ..Effects::default() };
        for event in decode::events(logs) {
            effects.note(&event, owner, Price(quote_price));
        }
        effects
    }

    fn note(&mut self, event: &Event, owner: &Owner, quote_price: Price) {
        let me = owner.account.to_bytes();
        match event {
            Event::Liquidated(event) if event.keeper == me => self.liquidated(event, owner),
            Event::PerpLiquidated(event) if event.keeper == me => self.closed(event, owner, quote_price),
            Event::OrderExecuted(event) if event.executor == me => self.executed(event, owner, quote_price),
            Event::BalanceChanged(event) if event.account == me => self.moved(event),
            Event::Flagged(_) => self.flags += 1,
            Event::FlagCleared(_) => self.cleared += 1,
            Event::BankruptcyResolved(_) | Event::MarketLossResolved(_) => self.resolved += 1,
            Event::Deleveraged(_) => self.deleveraged += 1,
            _ => {}
        }
    }

    /// Formula:  S × P_c − (R + insurance) × P_d       (docs/spec.md §5.5)
    /// Rounding: floor
    fn liquidated(&mut self, event: &Liquidated, owner: &Owner) {
        self.liquidations += 1;
        let debt = self.tokens.entry(token(event.debt_token, owner)).or_default();
        debt.repaid = debt.repaid.saturating_add(event.repay);
        debt.insurance = debt.insurance.saturating_add(event.insurance);
        let collateral = self.tokens.entry(token(event.collateral_token, owner)).or_default();
        collateral.gained = collateral.gained.saturating_add(event.seize);
        let received = Price(event.collateral_price).value_down(event.seize);
        let paid = Price(event.debt_price).value_up(event.repay.saturating_add(event.insurance));
        self.earn(received.minus(paid).unwrap_or(Value::ZERO));
    }

    /// Formula:  (fee − insurance) × P_q       (docs/spec.md §10.9)
    /// Rounding: floor
    fn closed(&mut self, event: &PerpLiquidated, owner: &Owner, quote_price: Price) {
        self.closings += 1;
        let fee = event.fee.saturating_sub(event.insurance);
        let quote = self.tokens.entry(owner.quote_token).or_default();
        quote.gained = quote.gained.saturating_add(fee);
        self.earn(quote_price.value_down(fee));
    }

    fn executed(&mut self, event: &OrderExecuted, owner: &Owner, quote_price: Price) {
        self.orders += 1;
        let quote = self.tokens.entry(owner.quote_token).or_default();
        quote.order_fees = quote.order_fees.saturating_add(event.fee);
        self.earn(quote_price.value_down(event.fee));
    }

    fn moved(&mut self, event: &BalanceChanged) {
        let Ok(token) = u8::try_from(event.token) else { return };
        let amounts = self.tokens.entry(token).or_default();
        match event.action {
            DEPOSIT | REPAY => amounts.moved_in = amounts.moved_in.saturating_add(event.amount),
            WITHDRAW | BORROW => amounts.moved_out = amounts.moved_out.saturating_add(event.amount),
            _ => {}
        }
    }

    fn earn(&mut self, value: Value) {
        self.value_e8 = self.value_e8.saturating_add(value.to_e8());
    }
}

/// The token of a leg: what is owed to and by markets is the quote token.
fn token(leg: u16, owner: &Owner) -> u8 {
    u8::try_from(leg).ok().filter(|leg| *leg < MARKET_LEG).unwrap_or(owner.quote_token)
}
