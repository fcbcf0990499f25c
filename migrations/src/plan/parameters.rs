//! Parameters of what exists already. Before the launch all are set at once; after it what tightens is set at once, and the
//! rest waits.

use breakwater_client::instruction::{MARKET_FEED, set_lending, set_liquidation, set_market, set_oracle, set_weights};
use breakwater_client::interface::config::OracleConfig;
use breakwater_client::interface::governance::waits;
use solana_instruction::Instruction;

use super::Planner;
use crate::fields::{Fields, differences, tightened, too_far};
use crate::units::Scale;

impl Planner<'_> {
    pub(super) fn parameters(&mut self) {
        let Some(board) = &self.state.board else { return };
        let (group, at, officer) = (self.state.address, self.state.board_address, self.officer());
        let set = |config| set_liquidation(&officer, &group, &at, config);
        let place = (Scale::default(), board.liquidation_set_at);
        self.config("liquidation", (&board.liquidation, &self.params.liquidation), place, set);
        for number in 0..self.params.tokens.len() {
            let Some(bank) = self.state.banks[number] else { continue };
            let (token, scale) = (&self.params.tokens[number], self.params.token_scale(number));
            let (keys, place) = (token.keys(&group), usize::from(bank.token));
            let title = |set: &str| format!("{} {set}", token.symbol);
            let set = |config| set_lending(&officer, &group, &keys.bank, config);
            self.config(&title("lending"), (&bank.lending, &token.lending), (scale, bank.lending_set_at), set);
            let set = |config| set_weights(&officer, &group, &at, &keys.bank, config);
            self.config(
                &title("weights"),
                (&board.tokens[place].weights, &token.weights),
                (scale, bank.weights_set_at),
                set,
            );
            let set = |config: OracleConfig| set_oracle(&officer, &group, &at, bank.token, config);
            self.config(&title("oracle"), (&board.feeds[place].oracle, &token.oracle), (scale, 0), set);
        }
        for number in 0..self.params.markets.len() {
            let Some(market) = self.state.markets[number] else { continue };
            let (wanted, scale) = (&self.params.markets[number], self.params.market_scale(number));
            let (address, feed) =
                (breakwater_client::address::perp_market(&group, number as u8), MARKET_FEED + number as u8);
            let title = |set: &str| format!("{} {set}", wanted.symbol);
            let set = |config| set_market(&officer, &group, &at, &address, config);
            self.config(&title("perp"), (&market.config, &wanted.config), (scale, market.config_set_at), set);
            let set = |config: OracleConfig| set_oracle(&officer, &group, &at, feed, config);
            self.config(&title("oracle"), (&board.feeds[usize::from(feed)].oracle, &wanted.oracle), (scale, 0), set);
        }
    }

    /// The steps from one set of parameters to another.
    fn config<C: Fields>(
        &mut self,
        title: &str,
        (old, new): (&C, &C),
        (scale, set_at): (Scale, i64),
        set: impl Fn(C) -> Instruction,
    ) {
        let lines = differences(Some(old), new, scale);
        if lines.is_empty() {
            return;
        }
        if !self.state.launched() || !waits(old, new) {
            return self.at_once(title, lines, vec![set(*new)]);
        }
        let part = tightened(old, new);
        let now = differences(Some(old), &part, scale);
        if !now.is_empty() {
            self.at_once(title, now, vec![set(part)]);
        }
        let later = differences(Some(&part), new, scale);
        self.governed(title, later, set(*new), (too_far(&part, new), set_at));
    }
}
