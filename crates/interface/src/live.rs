//! Banks and markets at a moment, as an instruction finds them: interest and funding charged until now, a deficit judged, an
//! account's position touched. The program works on them and writes them back; a client computes the same from the same bytes.

use breakwater_margin::lending::Books;
use breakwater_margin::liquidation::{Bucket, BucketTerms};
use breakwater_margin::outflow::Outflow;
use breakwater_margin::perp::{Freshness, Mark, Market, Position, Purse, Standing};
use breakwater_margin::price::{MAX_AGE_LIQUIDATION, elapsed};
use breakwater_margin::{Index, Interval, NativeAmount, Refusal};

use crate::accounts::{Bank, MARKET_FEED, MAX_MARKETS, MarginAccount, RiskBoard};
use crate::errors::MarginError;
use crate::perp::{PerpMarket, PerpPosition};
use crate::snapshot::{self, OwnIndex, OwnMarket};

/// The books with interest charged until now. Writing them back is the program's.
///
/// Errors: MathOverflow
#[inline(never)]
pub fn accrued(bank: &Bank, now: i64) -> Result<Books, MarginError> {
    let mut books = bank.books();
    books.accrue(&bank.lending.pricing(), elapsed(bank.accrued_at, now)).map_err(MarginError::from)?;
    Ok(books)
}

/// The indices that a snapshot uses for a bank that the instruction touches, and the deposits where they share a cap.
pub fn own_index(bank: &Bank, books: &Books) -> OwnIndex {
    // What does not fit is more than any cap.
    let deposits = if bank.capped == 0 { 0 } else { books.deposits().unwrap_or(u64::MAX) };
    OwnIndex { token: bank.token, deposit: books.deposit_index, borrow: books.borrow_index, deposits }
}

/// Refuses a bank that is not that of the group's quote token.
///
/// Errors: QuoteNotSet, NotQuoteBank
pub fn verify_quote(bank: &Bank, board: &RiskBoard) -> Result<(), MarginError> {
    if board.quote_set == 0 {
        return Err(MarginError::QuoteNotSet);
    }
    if bank.token != board.quote_token { Err(MarginError::NotQuoteBank) } else { Ok(()) }
}

/// A bank's velocity bucket, leaked until now, and what still fits into it.
pub fn bank_bucket(bank: &Bank, books: &Books, window: u32, now: i64) -> (Bucket, u64) {
    let terms = BucketTerms { velocity: bank.lending.velocity, window };
    let mut bucket = Bucket { level: bank.bucket_level, time: bank.bucket_time };
    let room = bucket.room(books.deposits().unwrap_or(0), &terms, now);
    (bucket, room)
}

/// A bank's net outflow, leaked until now, and what may still leave; 2^64 − 1 without a brake. The books are those before
/// anything moves.
///
/// Errors: MathOverflow
pub fn bank_outflow(bank: &Bank, books: &Books, now: i64) -> Result<(Outflow, NativeAmount), MarginError> {
    let mut outflow = Outflow { level: bank.outflow_level, time: bank.outflow_time };
    let terms = bank.lending.outflow();
    if terms.share == 0 {
        return Ok((outflow, NativeAmount::MAX));
    }
    let deposits = books.deposits()?;
    outflow.leak(deposits, &terms, now);
    let room = outflow.room(deposits, &terms);
    Ok((outflow, room))
}

/// A market's velocity bucket, leaked until now, and what still fits into it.
pub fn market_bucket(market: &PerpMarket, window: u32, now: i64) -> (Bucket, u64) {
    let terms = BucketTerms { velocity: market.config.velocity.into(), window };
    let mut bucket = Bucket { level: market.bucket_level, time: market.bucket_time };
    let room = bucket.room(market.long.max(market.short), &terms, now);
    (bucket, room)
}

/// A market's books at a moment.
#[derive(Clone, Copy)]
pub struct Live {
    /// Number of the market.
    pub number: u8,
    /// The books, funding charged until now.
    pub books: Market,
    /// The index.
    pub price: Interval,
    /// Index price in quote units.
    pub mark: Mark,
    /// The quote bank's deposit index.
    pub index: Index,
    /// What the pool owes beyond what it has; as last judged where the index is stale.
    pub deficit: NativeAmount,
    /// W, seconds.
    maturity: u32,
}

impl Live {
    /// Charges funding until now and, at a live index, judges the deficit.
    ///
    /// Errors: MathOverflow
    #[inline(never)]
    pub fn new(market: &PerpMarket, board: &RiskBoard, index: Index, now: i64, slot: u64) -> Result<Live, MarginError> {
        let price = snapshot::interval(board, MARKET_FEED + market.market, now);
        let mark = Mark::of(price.mid, snapshot::quote_decimals(board))?;
        let freshness = if price.age <= MAX_AGE_LIQUIDATION { Freshness::Fresh } else { Freshness::Stale };
        let mut books = market.books();
        books.accrue_funding(&market.config.funding(), mark, freshness, now)?;
        let deficit = match freshness {
            Freshness::Fresh => books.judge(mark, index, slot)?,
            Freshness::Stale => 0,
        };
        Ok(Live { number: market.market, books, price, mark, index, deficit, maturity: market.config.maturity })
    }

    /// Refuses an index older than a limit, seconds.
    ///
    /// Errors: StalePrice
    pub fn verify_fresh(&self, max_age: u32) -> Result<(), MarginError> {
        if self.price.age > max_age { Err(Refusal::StalePrice.into()) } else { Ok(()) }
    }

    /// What a snapshot uses for the market.
    ///
    /// Errors: MathOverflow
    pub fn own(&self) -> Result<OwnMarket, MarginError> {
        Ok(OwnMarket {
            market: self.number,
            price: self.price,
            funding_index: self.books.funding_index,
            standing: self.standing(),
            payable: self.payable()?,
        })
    }

    /// What the pool has, quote units.
    ///
    /// Errors: MathOverflow
    pub fn payable(&self) -> Result<NativeAmount, MarginError> {
        Ok(self.books.worth(Purse::Pool, self.index)?)
    }

    /// Whether the pool can pay what it owes.
    pub fn standing(&self) -> Standing {
        if self.books.deficit_since == 0 { Standing::Sound } else { Standing::InDeficit }
    }

    /// An account's position, brought up to date. The index must be at most 60 s old.
    ///
    /// Errors: NoPosition, MathOverflow
    pub fn touch(&mut self, account: &mut MarginAccount, now: i64) -> Result<Held, MarginError> {
        let slot = account.find_perp(self.number).ok_or(MarginError::NoPosition)?;
        self.touch_slot(account, slot, now)
    }

    /// As [`Live::touch`], in a free slot if there is no position yet.
    ///
    /// Errors: PerpSlotsFull, MathOverflow
    pub fn touch_or_open(&mut self, account: &mut MarginAccount, now: i64) -> Result<Held, MarginError> {
        let free = || account.perps.iter().position(PerpPosition::is_free);
        let slot = account.find_perp(self.number).or_else(free).ok_or(MarginError::PerpSlotsFull)?;
        self.touch_slot(account, slot, now)
    }

    #[inline(never)]
    fn touch_slot(&mut self, account: &mut MarginAccount, slot: usize, now: i64) -> Result<Held, MarginError> {
        let mut position = account.perps[slot].position();
        self.books.touch(&mut position, self.mark, self.maturity, self.index, now)?;
        account.perps[slot].set_position(self.number, &position);
        Ok(Held { slot, position })
    }

    /// Writes an account's position. The orders of one that is gone or has flipped end with it.
    pub fn hold(&self, account: &mut MarginAccount, held: &Held) {
        if account.perps[held.slot].base.signum() != held.position.base.signum() {
            account.drop_void_orders(self.number, held.position.base);
        }
        account.perps[held.slot].set_position(self.number, &held.position);
    }

    /// Copies funding index and standing to the board.
    ///
    /// Errors: MathOverflow
    pub fn sync(&self, board: &mut RiskBoard, now: i64) -> Result<(), MarginError> {
        let risk = &mut board.markets[usize::from(self.number) % MAX_MARKETS];
        risk.funding_index = self.books.funding_index;
        risk.funding_time = now;
        risk.in_deficit = u8::from(self.books.deficit_since != 0);
        risk.payable = self.payable()?;
        Ok(())
    }
}

/// A position in its slot.
#[derive(Clone, Copy)]
pub struct Held {
    /// The slot of the account.
    pub slot: usize,
    /// The position.
    pub position: Position,
}
