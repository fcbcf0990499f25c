//! A market through one instruction: funding charged first, deficit judged, books written back last.

use breakwater_interface::accounts::MARKET_FEED;
use breakwater_interface::perp::PerpPosition;
use breakwater_interface::snapshot::{self, OwnMarket};
use breakwater_interface::{MarginAccount, MarginError, PerpMarket, RiskBoard};
use breakwater_margin::perp::{Freshness, Mark, Market, Position, Purse, Standing};
use breakwater_margin::price::MAX_AGE_LIQUIDATION;
use breakwater_margin::{Index, Interval, NativeAmount, Refusal};

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
        let risk = &mut board.markets[usize::from(self.number) % breakwater_interface::accounts::MAX_MARKETS];
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

/// The quote bank's deposit index as the board last saw it, for instructions that do not touch the bank.
pub fn board_index(board: &RiskBoard) -> Index {
    let token = &board.tokens[usize::from(board.quote_token) % breakwater_interface::accounts::MAX_TOKENS];
    Index(token.deposit_index)
}
