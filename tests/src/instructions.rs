//! The arena's instructions.

use breakwater_client::instruction::{
    self, Creditor, Earner, ExecuteKeys, Insured, LiquidateKeys, LiquidityKeys, StakeKeys, TargetKeys,
};
use breakwater_client::{Address, address};
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_signer::Signer;

use crate::arena::{Arena, name};
use crate::model::perp::{MARKET_INDEX, MARKET_LEG};
use crate::model::{By, Call, Order};

type Signed<'a> = (Instruction, Option<&'a Keypair>);

impl Arena {
    /// A market's address.
    pub(crate) fn market(&self, market: u8) -> Address {
        self.world.perps[usize::from(market)].market
    }

    fn quote_bank(&self) -> Address {
        self.world.quote().keys.bank
    }

    fn fund(&self) -> Address {
        self.world.fund.expect("the group has a fund")
    }

    pub(crate) fn instruction(&mut self, call: &Call) -> Signed<'_> {
        let board = self.world.board;
        let keys = |arena: &Arena, token: u8| arena.world.tokens[usize::from(token)].keys;
        match call {
            Call::Deposit { account, token, amount, stranger } | Call::Repay { account, token, amount, stranger } => {
                let payer = self.payer(*account, *stranger).pubkey();
                let wallet = self.world.wallet(&payer, &self.symbol(*token));
                let (bank, to) = (keys(self, *token), self.people[*account].account);
                let build = if name(call) == "deposit" { instruction::deposit } else { instruction::repay };
                let move_in = build(&payer, &to, &bank, &wallet, *amount);
                (self.world.with_board(move_in, &bank), Some(self.payer(*account, *stranger)))
            }
            Call::Withdraw { account, token, amount } | Call::Borrow { account, token, amount } => {
                let owner = self.people[*account].key.pubkey();
                let wallet = self.world.wallet(&owner, &self.symbol(*token));
                let (bank, from) = (keys(self, *token), self.people[*account].account);
                let build = if name(call) == "borrow" { instruction::borrow } else { instruction::withdraw };
                (build(&owner, &from, &board, &bank, &wallet, *amount), Some(&self.people[*account].key))
            }
            Call::Refresh { prints, indices } => {
                let feeds = prints.iter().map(|(feed, _)| (*feed, self.oracle(*feed)));
                let item = |index: &u8| match index.checked_sub(MARKET_INDEX) {
                    Some(market) => self.market(market),
                    None => keys(self, *index).bank,
                };
                let banks = indices.iter().map(|index| (instruction::TOKEN_ITEM + index, item(index)));
                (instruction::refresh(&board, &feeds.chain(banks).collect::<Vec<_>>()), None)
            }
            Call::Liquidate { keeper, liquidatee, debt, collateral, request } => {
                self.liquidate((*keeper, *liquidatee), self.pair_keys(*debt, *collateral), *request)
            }
            Call::Close { keeper, liquidatee, market, request } => {
                let target = TargetKeys::Perp { market: self.market(*market), quote_bank: self.quote_bank() };
                self.liquidate((*keeper, *liquidatee), target, *request)
            }
            Call::Resolve { account, token } => {
                let creditor = self.creditor(*token);
                (
                    self.world.receipted(instruction::resolve_bankruptcy(
                        &self.people[*account].account,
                        &board,
                        &creditor,
                    )),
                    None,
                )
            }
            Call::Touch { account } => (instruction::touch(&self.people[*account].account, &board), None),
            Call::PlaceOrder { account, slot, order, by } => {
                let (signer, to, market) =
                    (self.signer(*account, *by), self.people[*account].account, self.market(order.market));
                (instruction::place_order(&signer.pubkey(), &to, &board, &market, *slot, order), Some(signer))
            }
            Call::CancelOrder { account, slot, by } => {
                let signer = self.signer(*account, *by);
                (instruction::cancel_order(&signer.pubkey(), &self.people[*account].account, *slot), Some(signer))
            }
            Call::ExecuteOrder { executor, account, slot } => self.execute(*executor, *account, *slot),
            Call::SetStatus { market, status } => {
                let (admin, market) = (&self.world.admin, self.market(*market));
                let status = (*status, 0);
                (
                    instruction::set_market_status(&admin.pubkey(), &self.world.group, &board, &market, status),
                    Some(admin),
                )
            }
            _ => self.perp_instruction(call),
        }
    }

    fn signer(&self, account: usize, by: By) -> &Keypair {
        match by {
            By::Owner => &self.people[account].key,
            By::Delegate => &self.delegate,
            By::Stranger => &self.stranger,
        }
    }

    fn execute(&self, executor: usize, account: usize, slot: u8) -> Signed<'_> {
        let orders = &self.state().accounts[account].orders;
        let market = orders.get(&slot).map_or(0, |order| order.market);
        let keys = ExecuteKeys {
            executor: self.people[executor].key.pubkey(),
            executor_account: self.people[executor].account,
            account: self.people[account].account,
            board: self.world.board,
            market: self.market(market),
            quote_bank: self.quote_bank(),
        };
        (instruction::execute_order(&keys, slot), Some(&self.people[executor].key))
    }

    fn pair_keys(&self, debt: u8, collateral: u8) -> TargetKeys {
        let bank = |token: u8| self.world.tokens[usize::from(token)].keys.bank;
        match (debt.checked_sub(MARKET_LEG), collateral.checked_sub(MARKET_LEG)) {
            (None, None) => TargetKeys::Spot { debt_bank: bank(debt), collateral_bank: bank(collateral) },
            (Some(market), _) => TargetKeys::MarketDebt {
                market: self.market(market),
                quote_bank: self.quote_bank(),
                collateral_bank: bank(collateral),
            },
            (None, Some(market)) => TargetKeys::MarketProfit {
                debt_bank: bank(debt),
                market: self.market(market),
                quote_bank: self.quote_bank(),
            },
        }
    }

    fn liquidate(&self, (keeper, liquidatee): (usize, usize), target: TargetKeys, most: u64) -> Signed<'_> {
        let signer = &self.people[keeper];
        let keys = LiquidateKeys {
            keeper: signer.key.pubkey(),
            keeper_account: signer.account,
            liquidatee: self.people[liquidatee].account,
            board: self.world.board,
            target,
        };
        (self.world.receipted(instruction::liquidate(&keys, most)), Some(&signer.key))
    }

    fn creditor(&self, token: u8) -> Creditor {
        let quote = self.world.fund.map(|_| self.quote_bank());
        match token.checked_sub(MARKET_LEG) {
            Some(market) => {
                let (market, quote_bank) = (self.market(market), self.quote_bank());
                Creditor::Market { market, quote_bank, fund: self.fund() }
            }
            None => match self.world.tokens[usize::from(token)].keys.bank {
                bank if Some(bank) == quote => Creditor::QuoteBank { quote_bank: bank, fund: self.fund() },
                bank => Creditor::Bank(bank),
            },
        }
    }

    fn liquidity_keys(&self, account: usize, market: u8) -> LiquidityKeys {
        let owner = &self.people[account];
        LiquidityKeys {
            owner: owner.key.pubkey(),
            account: owner.account,
            board: self.world.board,
            quote_bank: self.quote_bank(),
            market: self.market(market),
        }
    }

    fn stake_keys(&self, account: usize) -> StakeKeys {
        let owner = &self.people[account];
        StakeKeys {
            owner: owner.key.pubkey(),
            account: owner.account,
            board: self.world.board,
            quote_bank: self.quote_bank(),
            fund: self.fund(),
        }
    }

    /// Opens an owner's stake where there is none yet.
    pub(crate) fn open_stake(&mut self, account: usize) {
        let (owner, fund) = (self.people[account].key.insecure_clone(), self.fund());
        let key = address::stake(&fund, &owner.pubkey());
        if self.world.chain.account(&key).is_none() {
            let open = instruction::open_stake(&owner.pubkey(), &fund);
            self.world.chain.send(&[open], &[&owner]).unwrap_or_else(|e| panic!("open_stake: {e}"));
            self.world.stakes.push(key);
        }
    }

    /// Opens an owner's share of a pool where there is none yet.
    pub(crate) fn open_liquidity(&mut self, account: usize, market: u8) {
        let owner = self.people[account].key.insecure_clone();
        let key = address::liquidity(&self.market(market), &owner.pubkey());
        if self.world.chain.account(&key).is_none() {
            let open = instruction::open_liquidity(&owner.pubkey(), &self.market(market));
            self.world.chain.send(&[open], &[&owner]).unwrap_or_else(|e| panic!("open_liquidity: {e}"));
            self.world.liquidity.push(key);
        }
    }

    fn perp_instruction(&self, call: &Call) -> Signed<'_> {
        let board = self.world.board;
        let who = |account: usize| (self.people[account].key.pubkey(), self.people[account].account);
        let (instruction, signer) = match call {
            Call::Trade { account, market, order, limit } => {
                let ((owner, address), at) = (who(*account), self.market(*market));
                let instruction = match order {
                    Order::Trade(delta) => instruction::trade(&owner, &address, &board, &at, *delta, *limit),
                    Order::Reduce(size) => instruction::reduce(&owner, &address, &board, &at, *size, *limit),
                };
                (instruction, Some(*account))
            }
            Call::Settle { account, market, amount, stranger } => {
                let (by, address) = (self.payer(*account, *stranger), self.people[*account].account);
                let (market, bank) = (self.market(*market), self.quote_bank());
                return (instruction::settle(&by.pubkey(), &address, &board, &market, &bank, *amount), Some(by));
            }
            Call::AddLiquidity { account, market, amount } => {
                (instruction::add_liquidity(&self.liquidity_keys(*account, *market), *amount), Some(*account))
            }
            Call::RequestLiquidity { account, market, shares } => {
                (instruction::request_liquidity(&self.liquidity_keys(*account, *market), *shares), Some(*account))
            }
            Call::RemoveLiquidity { account, market } => {
                (instruction::remove_liquidity(&self.liquidity_keys(*account, *market)), Some(*account))
            }
            Call::Insure { account, amount, market } => {
                let (owner, address) = who(*account);
                let insured = market.map_or_else(|| Insured::Fund(self.fund()), |m| Insured::Market(self.market(m)));
                (instruction::insure(&owner, &address, &board, &self.quote_bank(), &insured, *amount), Some(*account))
            }
            Call::Stake { account, amount } => {
                (instruction::stake(&self.stake_keys(*account), *amount), Some(*account))
            }
            Call::Unstake { account } => (instruction::unstake(&self.stake_keys(*account)), Some(*account)),
            Call::Mature { account } => {
                (instruction::mature_stake(&who(*account).0, &self.quote_bank(), &self.fund()), None)
            }
            Call::RequestUnstake { account, units } => {
                let request = instruction::request_unstake(&who(*account).0, &self.quote_bank(), &self.fund(), *units);
                (request, Some(*account))
            }
            Call::Restake { account } => (instruction::restake(&who(*account).0, &self.fund()), Some(*account)),
            Call::Collect { market } => {
                let bank = Earner::Bank(self.quote_bank());
                let earner = market.map_or(bank, |market| Earner::Market(self.market(market)));
                (instruction::collect(&self.fund(), &earner), None)
            }
            Call::Deleverage { account, market } => {
                let (address, market) = (who(*account).1, self.market(*market));
                (self.world.receipted(instruction::deleverage(&address, &board, &self.quote_bank(), &market)), None)
            }
            other => unreachable!("{other:?} is no instruction of perpetuals"),
        };
        (instruction, signer.map(|account| &self.people[account].key))
    }
}
