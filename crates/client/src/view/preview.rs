//! What an action does to an account before it is signed: the program's own functions on copies of a view's accounts.

use breakwater_interface::accounts::MARGIN_ACCOUNT_VERSION;
use breakwater_interface::act::{self, Executed, Holding, MoveIn, MoveOut, Providing, Requesting, Staking, Trading};
use breakwater_interface::events::StakeChanged;
use breakwater_interface::{
    Bank, InsuranceFund, InsuranceStake, LiquidityPosition, MarginAccount, MarginError, PerpMarket, RiskBoard,
};
use breakwater_margin::perp::{Fill, Mark};
use breakwater_margin::stake::Moved;
use breakwater_margin::{NativeAmount, Shares};

use super::{Action, View};
use crate::Address;

/// What a trade would be filled at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FillPreview {
    /// Size, cost, fee, and whether risk grows.
    pub fill: Fill,
    /// The index price, quote units for one base unit × 2^44.
    pub mark: Mark,
    /// Average price, fee apart, in the same unit.
    pub price: Mark,
    /// What it costs beyond the index price, fee apart, quote units; below 0 where the skew pays.
    pub impact: i64,
    /// The same as a part of the notional, millionths.
    pub impact_ppm: i64,
}

/// An action's accounts after it, to the byte, and what moved.
#[derive(Clone, Debug)]
pub struct Preview {
    /// The margin account.
    pub account: MarginAccount,
    /// The risk board, where the action writes it.
    pub board: Option<Box<RiskBoard>>,
    /// The bank, where the action touches one.
    pub bank: Option<Bank>,
    /// The market, where the action touches one.
    pub market: Option<PerpMarket>,
    /// The owner's liquidity, where the action touches it.
    pub liquidity: Option<LiquidityPosition>,
    /// The shared fund, where the action touches it.
    pub fund: Option<InsuranceFund>,
    /// The stake, where the action touches it.
    pub stake: Option<InsuranceStake>,
    /// What a deposit or a repayment takes out of the signer's wallet, native units; 0 for other actions.
    pub sent: NativeAmount,
    /// What arrives or leaves, what was settled, what liquidity or stake came, went or was recorded: native units.
    pub amount: NativeAmount,
    /// Shares of the token's position afterwards; liquidity shares that were minted, burned or requested; deposit shares of
    /// stake that moved; 0 for others.
    pub shares: Shares,
    /// PnL that was settled, quote units: positive for a profit that was given up, negative for a loss that was paid.
    pub settled: i64,
    /// The fill of a trade.
    pub fill: Option<FillPreview>,
}

impl View {
    /// What an action of its owner does to a margin account at the view's slot and time.
    ///
    /// Formula:  the program's own functions, in its order of checks       (docs/spec.md §11.10)
    /// Units:    as the instructions
    /// Rounding: as the program
    /// Errors:   those of the instruction; BoardOfOtherGroup, AccountOutdated; TokenNotListed or MarketNotListed where the view
    ///           does not hold the bank or the market. Wallets and vaults are not looked at: tokens that the signer does not
    ///           have are the caller's to notice.
    pub fn preview(&self, account: &MarginAccount, action: &Action) -> Result<Preview, MarginError> {
        self.preview_by(&Address::new_from_array(account.owner), account, action)
    }

    /// As [`View::preview`], signed by somebody who need not be the owner.
    ///
    /// Errors: also NotAccountOwner, NotAccountOwnerOrDelegate, StrangerMayOnlyTopUp, NotLiquidityOwner, NotStakeOwner
    pub fn preview_by(
        &self,
        authority: &Address,
        account: &MarginAccount,
        action: &Action,
    ) -> Result<Preview, MarginError> {
        if account.version != MARGIN_ACCOUNT_VERSION {
            return Err(MarginError::AccountOutdated);
        }
        if account.group != self.board.group {
            return Err(MarginError::BoardOfOtherGroup);
        }
        let job = Job { view: self, authority: authority.as_array(), after: Preview::of(account) };
        match *action {
            Action::Deposit { token, amount, arrived } => job
                .move_in(token, arrived, |on, now, way| act::deposit(on, amount, now, |_, sent| Ok(way.arrive(sent)))),
            Action::Repay { token, amount, arrived } => {
                job.move_in(token, arrived, |on, now, way| act::repay(on, amount, now, |_, sent| Ok(way.arrive(sent))))
            }
            Action::Withdraw { token, amount } => job.move_out(token, |on, now| act::withdraw(on, amount, now)),
            Action::Borrow { token, amount } => job.move_out(token, |on, now| act::borrow(on, amount, now)),
            Action::Trade { market, delta, limit } => job.trade(market, |on, at| act::trade(on, delta, limit, at)),
            Action::Reduce { market, size, limit } => job.trade(market, |on, at| act::reduce(on, size, limit, at)),
            Action::Settle { market, amount } => job.settle(market, amount),
            Action::AddLiquidity { market, amount, liquidity } => {
                job.provide(market, liquidity, |on, at| act::add_liquidity(on, amount, at))
            }
            Action::RemoveLiquidity { market, liquidity } => job.provide(market, liquidity, act::remove_liquidity),
            Action::RequestLiquidity { market, shares, liquidity } => job.request(market, shares, liquidity),
            Action::Stake { amount, fund, stake } => job.stake(fund, stake, |on, now| act::stake(on, amount, now)),
            Action::Unstake { fund, stake } => job.stake(fund, stake, act::unstake),
            Action::MatureStake { fund, stake } => job.hold(fund, stake, act::mature_stake),
            Action::RequestUnstake { units, fund, stake } => {
                job.verify_stake_owner(&stake)?;
                job.hold(fund, stake, |on, now| act::request_unstake(on, units, now))
            }
            Action::Restake { fund, stake } => {
                job.verify_stake_owner(&stake)?;
                job.hold(fund, stake, |Holding { fund, stake, .. }, now| act::restake(fund, stake, now))
            }
        }
    }

    /// The group after an action. The board is as the action leaves it, with indices and funding of its last `refresh`:
    /// [`View::brought_up_to_date`] brings them up to date, so that a quote counts the interest and funding that are due.
    pub fn with(&self, preview: &Preview) -> View {
        let mut view = self.clone();
        if let Some(board) = &preview.board {
            view.board.clone_from(board);
        }
        if let Some(bank) = &preview.bank
            && let Some((_, held)) = view.banks.get_mut(&bank.token)
        {
            *held = *bank;
        }
        if let Some(market) = &preview.market
            && let Some((_, held)) = view.markets.get_mut(&market.market)
        {
            *held = *market;
        }
        view
    }

    /// A bank of the view.
    ///
    /// Errors: TokenNotListed
    pub(super) fn bank(&self, token: u8) -> Result<&Bank, MarginError> {
        self.banks.get(&token).map(|(_, bank)| bank).ok_or(MarginError::TokenNotListed)
    }

    /// The bank of the group's quote token.
    ///
    /// Errors: QuoteNotSet, TokenNotListed
    pub(super) fn quote_bank(&self) -> Result<&Bank, MarginError> {
        if self.board.quote_set == 0 {
            return Err(MarginError::QuoteNotSet);
        }
        self.bank(self.board.quote_token)
    }

    /// A market of the view.
    ///
    /// Errors: MarketNotListed
    pub(super) fn market(&self, number: u8) -> Result<&PerpMarket, MarginError> {
        self.markets.get(&number).map(|(_, market)| market).ok_or(MarginError::MarketNotListed)
    }
}

impl Preview {
    /// Nothing has happened yet.
    fn of(account: &MarginAccount) -> Preview {
        Preview {
            account: *account,
            board: None,
            bank: None,
            market: None,
            liquidity: None,
            fund: None,
            stake: None,
            sent: 0,
            amount: 0,
            shares: 0,
            settled: 0,
            fill: None,
        }
    }
}

/// The way of tokens into a vault.
struct Way {
    arrived: Option<NativeAmount>,
    sent: NativeAmount,
}

impl Way {
    fn arrive(&mut self, sent: NativeAmount) -> NativeAmount {
        self.sent = sent;
        self.arrived.map_or(sent, |arrived| arrived.min(sent))
    }
}

/// An action on its way.
struct Job<'a> {
    view: &'a View,
    authority: &'a [u8; 32],
    after: Preview,
}

type Outcome<T = Preview> = Result<T, MarginError>;

impl Job<'_> {
    fn verify_owner(&self) -> Outcome<()> {
        if self.after.account.owner != *self.authority { Err(MarginError::NotAccountOwner) } else { Ok(()) }
    }

    fn verify_stake_owner(&self, stake: &InsuranceStake) -> Outcome<()> {
        if stake.owner != *self.authority { Err(MarginError::NotStakeOwner) } else { Ok(()) }
    }

    fn move_in(
        mut self,
        token: u8,
        arrived: Option<NativeAmount>,
        run: impl FnOnce(MoveIn, i64, &mut Way) -> Outcome<act::Change>,
    ) -> Outcome {
        let mut bank = *self.view.bank(token)?;
        let mut board = bank.wants_board(&self.view.board).then(|| self.view.board.clone());
        let mut way = Way { arrived, sent: 0 };
        let account = &mut self.after.account;
        let on = MoveIn { authority: self.authority, account, bank: &mut bank, board: board.as_deref_mut() };
        let change = run(on, self.view.time, &mut way)?;
        (self.after.bank, self.after.board, self.after.sent) = (Some(bank), board, way.sent);
        (self.after.amount, self.after.shares) = (change.amount, change.shares);
        Ok(self.after)
    }

    fn move_out(mut self, token: u8, run: impl FnOnce(MoveOut, i64) -> Outcome<act::Change>) -> Outcome {
        self.verify_owner()?;
        let mut bank = *self.view.bank(token)?;
        let on = MoveOut { account: &mut self.after.account, board: &self.view.board, bank: &mut bank };
        let change = run(on, self.view.time)?;
        self.after.bank = Some(bank);
        (self.after.amount, self.after.shares) = (change.amount, change.shares);
        Ok(self.after)
    }

    fn trade(mut self, number: u8, run: impl FnOnce(Trading, (u64, i64)) -> Outcome<Executed>) -> Outcome {
        let mut market = *self.view.market(number)?;
        let (authority, board) = (self.authority, &*self.view.board);
        let on = Trading { authority, account: &mut self.after.account, board, market: &mut market };
        let Executed { fill, live, .. } = run(on, self.view.at())?;
        self.after.market = Some(market);
        self.after.amount = fill.cost;
        self.after.fill = Some(FillPreview {
            fill,
            mark: live.mark,
            price: fill.price()?,
            impact: fill.impact(live.mark),
            impact_ppm: fill.impact_ppm(live.mark),
        });
        Ok(self.after)
    }

    fn settle(mut self, number: u8, amount: NativeAmount) -> Outcome {
        let (mut market, mut bank) = (*self.view.market(number)?, *self.view.quote_bank()?);
        let on = act::Settling {
            authority: self.authority,
            account: &mut self.after.account,
            board: &self.view.board,
            market: &mut market,
            bank: &mut bank,
        };
        let settled = act::settle(on, amount, self.view.at())?;
        (self.after.market, self.after.bank) = (Some(market), Some(bank));
        (self.after.amount, self.after.settled) = (settled.paid, settled.amount);
        Ok(self.after)
    }

    fn verify_liquidity(&self, number: u8, liquidity: &LiquidityPosition) -> Outcome<()> {
        let (address, _) = self.view.markets.get(&number).ok_or(MarginError::MarketNotListed)?;
        if liquidity.market != address.to_bytes() {
            return Err(MarginError::LiquidityOfOtherMarket);
        }
        if liquidity.owner != *self.authority { Err(MarginError::NotLiquidityOwner) } else { Ok(()) }
    }

    fn provide(
        mut self,
        number: u8,
        mut liquidity: LiquidityPosition,
        run: impl FnOnce(Providing, (u64, i64)) -> Outcome<Moved>,
    ) -> Outcome {
        self.verify_owner()?;
        self.verify_liquidity(number, &liquidity)?;
        let (mut market, mut bank) = (*self.view.market(number)?, *self.view.quote_bank()?);
        let on = Providing {
            account: &mut self.after.account,
            board: &self.view.board,
            bank: &mut bank,
            market: &mut market,
            liquidity: &mut liquidity,
        };
        let moved = run(on, self.view.at())?;
        (self.after.market, self.after.bank, self.after.liquidity) = (Some(market), Some(bank), Some(liquidity));
        (self.after.amount, self.after.shares) = (moved.amount, moved.shares);
        Ok(self.after)
    }

    fn request(mut self, number: u8, shares: Shares, mut liquidity: LiquidityPosition) -> Outcome {
        self.verify_liquidity(number, &liquidity)?;
        let mut market = *self.view.market(number)?;
        let (board, bank) = (&*self.view.board, self.view.quote_bank()?);
        let on = Requesting { board, bank, market: &mut market, liquidity: &mut liquidity };
        let moved = act::request_liquidity(on, shares, self.view.at())?;
        (self.after.market, self.after.liquidity) = (Some(market), Some(liquidity));
        (self.after.amount, self.after.shares) = (moved.amount, moved.shares);
        Ok(self.after)
    }

    fn stake(
        mut self,
        mut fund: InsuranceFund,
        mut stake: InsuranceStake,
        run: impl FnOnce(Staking, i64) -> Outcome<StakeChanged>,
    ) -> Outcome {
        self.verify_owner()?;
        self.verify_stake_owner(&stake)?;
        let mut bank = *self.view.quote_bank()?;
        let on = Staking {
            account: &mut self.after.account,
            board: &self.view.board,
            bank: &mut bank,
            fund: &mut fund,
            stake: &mut stake,
        };
        let changed = run(on, self.view.time)?;
        self.after.bank = Some(bank);
        Ok(self.staked(fund, stake, &changed))
    }

    fn hold(
        self,
        mut fund: InsuranceFund,
        mut stake: InsuranceStake,
        run: impl FnOnce(Holding, i64) -> Outcome<StakeChanged>,
    ) -> Outcome {
        let on = Holding { bank: self.view.quote_bank()?, fund: &mut fund, stake: &mut stake };
        let changed = run(on, self.view.time)?;
        Ok(self.staked(fund, stake, &changed))
    }

    fn staked(mut self, fund: InsuranceFund, stake: InsuranceStake, changed: &StakeChanged) -> Preview {
        (self.after.fund, self.after.stake) = (Some(fund), Some(stake));
        (self.after.amount, self.after.shares) = (changed.amount, changed.shares);
        self.after
    }
}
