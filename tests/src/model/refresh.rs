//! Refresh: prints and index snapshots come to the board.

use breakwater_client::interface::MarginError as E;
use breakwater_client::interface::perp::STATUS_PAUSED;

use super::bank::Bank;
use super::call::Seen;
use super::perp::{MARKET_FEED, MARKET_INDEX};
use super::price::{Feed, Print, STALE, confidence_band, stored_price};
use super::rational::{Truth, floor_u64, int, ratio, two_to};
use super::state::{Snapshot, State};
use super::verdict::Verdict;

/// Without a print for longer than this prices were out; and so long shallow breaches wait after a pause, seconds.
pub const OUTAGE: i64 = 300;
/// Longest wait after an outage, seconds.
pub const LONGEST_CALM: i64 = 14_400;
/// How far in the future a print may be published, seconds.
pub const FUTURE: i64 = 10;

impl Feed {
    /// Whether a print is refused; one that is not newer is skipped instead.
    fn judge(&self, print: &Print, now: i64) -> Verdict {
        let mut verdict = Verdict::default();
        if print.publish_time <= self.publish_time {
            return verdict;
        }
        verdict.refuse_if(print.price <= 0 || print.ema <= 0, E::OraclePriceNotPositive);
        verdict.refuse_if(!(-12..=0).contains(&print.exponent), E::OracleExponent);
        verdict.refuse_if(print.publish_time > now + FUTURE, E::OracleFromFuture);
        // Liquidation accepts the oldest prices of all actions.
        verdict.refuse_if(now - print.publish_time > STALE, E::OracleTooOld);
        if !verdict.allows() {
            return verdict;
        }
        for price in [print.price, print.ema] {
            let stored = stored_price(price, print.exponent, self.oracle.decimals);
            let fits = stored >= int(1) && stored < two_to(64);
            verdict.refuse_when(Truth::of(!fits), E::OraclePriceRange);
        }
        let too_wide = ratio(print.confidence, print.price) * int(10_000) > int(self.oracle.max_confidence);
        verdict.refuse_if(too_wide, E::OracleConfidence);
        verdict
    }

    fn take(&mut self, print: &Print) {
        if print.publish_time <= self.publish_time {
            return;
        }
        let stored = |price| floor_u64(&stored_price(price, print.exponent, self.oracle.decimals));
        *self = Feed {
            price: stored(print.price),
            ema: stored(print.ema),
            band: confidence_band(print, self.oracle.confidence_multiple),
            publish_time: print.publish_time,
            ..*self
        };
        self.observe(self.price, print.publish_time);
    }
}

impl State {
    /// A feed: a token's, or a market's.
    pub fn feed(&self, feed: u8) -> &Feed {
        match feed.checked_sub(MARKET_FEED) {
            Some(market) => &self.market(market).feed,
            None => &self.token(feed).feed,
        }
    }

    fn feed_mut(&mut self, feed: u8) -> &mut Feed {
        match feed.checked_sub(MARKET_FEED) {
            Some(market) => &mut self.market_mut(market).feed,
            None => &mut self.tokens[usize::from(feed)].feed,
        }
    }

    pub(super) fn judge_refresh(&self, prints: &[(u8, Print)]) -> Verdict {
        let mut verdict = Verdict::default();
        for (feed, print) in prints {
            verdict.also(self.feed(*feed).judge(print, self.now));
        }
        verdict
    }

    pub(super) fn refresh(&mut self, prints: &[(u8, Print)], indices: &[u8], seen: &Seen) -> Result<(), String> {
        for (feed, print) in prints {
            if print.publish_time > self.feed(*feed).publish_time {
                self.accept();
            }
            self.feed_mut(*feed).take(print);
        }
        for index in indices {
            match index.checked_sub(MARKET_INDEX) {
                Some(market) => {
                    let index = self.token(self.quote().token).snapshot.deposit_index;
                    self.touch_market(market, index);
                    self.sync_market(market, index);
                }
                None => self.sync_index(*index, seen)?,
            }
        }
        Ok(())
    }

    /// A print of any feed after a time without: shallow breaches wait as long again (§11.3).
    fn accept(&mut self) {
        let gap = self.now - self.accepted_at;
        if self.accepted_at > 0 && gap > OUTAGE {
            self.calm_at = self.calm_at.max(self.now + gap.min(LONGEST_CALM));
        }
        self.accepted_at = self.now;
    }

    /// A market's status; who ends a pause lets shallow breaches wait, whatever trades the market takes then.
    pub(super) fn set_status(&mut self, market: u8, status: u8) {
        if self.market(market).status == STATUS_PAUSED && status != STATUS_PAUSED {
            self.calm_at = self.calm_at.max(self.now + OUTAGE);
        }
        self.market_mut(market).status = status;
    }

    fn sync_index(&mut self, token: u8, seen: &Seen) -> Result<(), String> {
        let seen = seen.after.token(token).snapshot;
        let bank = self.accrue_to(&self.token(token).bank, seen.borrow_index)?;
        self.tokens[usize::from(token)].snapshot = self.snapshot_of(&bank);
        Ok(())
    }

    /// A bank that is up to date, as the board sees it.
    pub(super) fn snapshot_of(&self, bank: &Bank) -> Snapshot {
        Snapshot {
            deposit_index: bank.deposit_index,
            borrow_index: bank.borrow_index,
            deposits: bank.deposits(),
            time: self.now,
        }
    }
}
