//! A group with tokens, perp markets, traders and prices on an embedded chain: what the demo, the tests and the benchmark
//! all start from.

mod accounts;
mod launch;
mod liquidation;
mod perp;

use breakwater_client::decode::account_size;
use breakwater_client::instruction::{self, BankKeys};
use breakwater_client::interface::config::LiquidationConfig;
use breakwater_client::interface::snapshot::Own;
use breakwater_client::interface::{Bank, MarginAccount, MarginError, ReceiptLog, RiskBoard, snapshot};
use breakwater_client::margin::liquidation::best_target;
use breakwater_client::margin::{Snapshot, Target, Valuation, health};
use breakwater_client::{Address, PROGRAM_ID, address};
use bytemuck::Zeroable;
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_signer::Signer;

pub use crate::listing::{Listing, PerpListing, default_lending, default_liquidation, default_oracle, default_perp};
pub use perp::Perp;

use crate::chain::{Chain, Failure, Outcome};
use crate::oracle::{PriceUpdate, RECEIVER};
use crate::price_path::{Price8, Sample};
use crate::tokens;

/// The result of a transaction.
pub type Sent = Result<Outcome, Box<Failure>>;

/// A listed token.
#[derive(Clone, Debug)]
pub struct Token {
    /// What people call it.
    pub symbol: String,
    /// Decimals of the mint.
    pub decimals: u8,
    /// Number on the board.
    pub number: u8,
    /// Bank, mint and token program.
    pub keys: BankKeys,
    /// Where the bank's tokens are.
    pub vault: Address,
    /// Pyth feed id.
    pub feed_id: [u8; 32],
    /// The oracle account.
    pub oracle: Address,
}

impl Token {
    /// Native units of a whole number of tokens.
    pub fn units(&self, whole: u64) -> u64 {
        whole * 10u64.pow(self.decimals.into())
    }
}

/// Somebody with a key and a margin account.
#[derive(Debug)]
pub struct Trader {
    /// The key.
    pub key: Keypair,
    /// The margin account.
    pub account: Address,
}

/// A group on a chain.
pub struct World {
    /// The chain.
    pub chain: Chain,
    /// Admin and risk manager.
    pub admin: Keypair,
    /// The group.
    pub group: Address,
    /// Its risk board.
    pub board: Address,
    /// Listed tokens by number.
    pub tokens: Vec<Token>,
    /// Every margin account that was opened here.
    pub accounts: Vec<Address>,
    /// Every wallet's token account that was made here, with the number of its token.
    pub wallets: Vec<(u8, Address)>,
    /// What was minted of each token, native units, by number.
    pub minted: Vec<u128>,
    /// Listed perp markets by number.
    pub perps: Vec<Perp>,
    /// The group's shared fund, once there is one.
    pub fund: Option<Address>,
    /// The group's receipt log, once there is one.
    pub receipt_log: Option<Address>,
    /// Every share of a pool that was opened here.
    pub liquidity: Vec<Address>,
    /// May pause and veto, once the group is launched.
    pub guardian: Option<Keypair>,
    /// Every stake in the shared fund that was opened here.
    pub stakes: Vec<Address>,
}

impl Default for World {
    fn default() -> Self {
        World::new(Chain::default())
    }
}

impl World {
    /// A group without tokens.
    ///
    /// # Panics
    /// If the program refuses to create it.
    pub fn new(mut chain: Chain) -> World {
        let admin = chain.keys.keypair();
        chain.fund(&admin.pubkey());
        let board = chain.keys.address();
        chain.set_data(&board, &PROGRAM_ID, vec![0; account_size::<RiskBoard>()]);
        let create = instruction::create_group(&admin.pubkey(), &board, 0, default_liquidation());
        chain.send(&[create], &[&admin]).unwrap_or_else(|e| panic!("create_group: {e}"));
        let group = address::group(&admin.pubkey(), 0);
        World {
            chain,
            admin,
            group,
            board,
            tokens: Vec::new(),
            accounts: Vec::new(),
            wallets: Vec::new(),
            minted: Vec::new(),
            perps: Vec::new(),
            fund: None,
            receipt_log: None,
            liquidity: Vec::new(),
            guardian: None,
            stakes: Vec::new(),
        }
    }

    /// SOL, BTC, ETH and USDC at $150, $60,000, $3,000 and $1.
    pub fn with_default_tokens(chain: Chain) -> World {
        let mut world = World::new(chain);
        for (symbol, listing, price) in [
            ("SOL", Listing::volatile(9), 150),
            ("BTC", Listing::volatile(8), 60_000),
            ("ETH", Listing::volatile(8), 3_000),
            ("USDC", Listing::stable(6), 1),
        ] {
            world.list(symbol, listing).unwrap_or_else(|e| panic!("list {symbol}: {e}"));
            world.set_price(symbol, Price8::from_usd(price)).unwrap_or_else(|e| panic!("price of {symbol}: {e}"));
        }
        world
    }

    /// Sets the group's liquidation parameters.
    ///
    /// # Errors
    /// The program's refusal.
    pub fn set_liquidation(&mut self, config: LiquidationConfig) -> Sent {
        let set = instruction::set_liquidation(&self.admin.pubkey(), &self.group, &self.board, config);
        self.chain.send(&[set], &[&self.admin])
    }

    /// Lists a new mint.
    ///
    /// # Errors
    /// The program's refusal.
    pub fn list(&mut self, symbol: &str, listing: Listing) -> Sent {
        let mint = self.chain.keys.address();
        self.chain.set_data(&mint, &listing.token_program, tokens::mint(listing.decimals));
        self.list_mint(symbol, mint, listing)
    }

    /// Lists a mint that exists.
    ///
    /// # Errors
    /// The program's refusal.
    pub fn list_mint(&mut self, symbol: &str, mint: Address, listing: Listing) -> Sent {
        let keys = BankKeys::new(&self.group, mint, listing.token_program);
        let mut feed_id = [0; 32];
        feed_id[..symbol.len().min(32)].copy_from_slice(&symbol.as_bytes()[..symbol.len().min(32)]);
        let parameters = (listing.lending, listing.weights, default_oracle(feed_id));
        let list = instruction::list_token(&self.admin.pubkey(), &self.group, &self.board, &keys, parameters);
        let sent = self.chain.send(&[list], &[&self.admin])?;
        self.tokens.push(Token {
            symbol: symbol.to_owned(),
            decimals: listing.decimals,
            number: self.tokens.len() as u8,
            keys,
            vault: address::vault(&keys.bank),
            feed_id,
            oracle: self.chain.keys.address(),
        });
        self.minted.push(0);
        Ok(sent)
    }

    /// A listed token.
    ///
    /// # Panics
    /// If there is none of that name.
    pub fn token(&self, symbol: &str) -> &Token {
        self.tokens.iter().find(|t| t.symbol == symbol).unwrap_or_else(|| panic!("no token {symbol}"))
    }

    /// Opens a margin account for a new key.
    ///
    /// # Panics
    /// If the program refuses.
    pub fn trader(&mut self) -> Trader {
        let key = self.chain.keys.keypair();
        self.chain.fund(&key.pubkey());
        let open = instruction::open_account(&self.group, &key.pubkey(), 0);
        self.as_launched(|chain| chain.send(&[open], &[&key])).unwrap_or_else(|e| panic!("open_account: {e}"));
        let account = address::margin_account(&self.group, &key.pubkey(), 0);
        self.accounts.push(account);
        Trader { key, account }
    }

    /// A wallet's token account; made on first use.
    pub fn wallet(&mut self, owner: &Address, symbol: &str) -> Address {
        let Token { keys, number, .. } = *self.token(symbol);
        let wallet = tokens::wallet_address(owner, &keys.mint);
        if self.chain.account(&wallet).is_none() {
            let data = tokens::token_account(&keys.mint, owner, 0);
            self.chain.set_data(&wallet, &keys.token_program, data);
            self.wallets.push((number, wallet));
        }
        wallet
    }

    /// Tokens in a wallet.
    pub fn wallet_balance(&mut self, owner: &Address, symbol: &str) -> u64 {
        let wallet = self.wallet(owner, symbol);
        self.token_balance(&wallet)
    }

    /// Tokens in a token account; 0 if it does not exist.
    pub fn token_balance(&self, account: &Address) -> u64 {
        self.chain.account(account).map_or(0, |account| tokens::amount(&account.data))
    }

    /// Puts tokens into a wallet, out of nothing.
    pub fn mint_to(&mut self, owner: &Address, symbol: &str, amount: u64) -> Address {
        let wallet = self.wallet(owner, symbol);
        let mut account = self.chain.account(&wallet).expect("the wallet was just made");
        tokens::add_amount(&mut account.data, amount);
        self.chain.set_account(&wallet, account);
        let number = usize::from(self.token(symbol).number);
        self.minted[number] += u128::from(amount);
        wallet
    }

    /// Mints tokens into the trader's wallet and deposits them.
    ///
    /// # Errors
    /// The program's refusal.
    pub fn deposit(&mut self, trader: &Trader, symbol: &str, amount: u64) -> Sent {
        let source = self.mint_to(&trader.key.pubkey(), symbol, amount);
        let keys = self.token(symbol).keys;
        let deposit = instruction::deposit(&trader.key.pubkey(), &trader.account, &keys, &source, amount);
        let deposit = self.with_board(deposit, &keys);
        self.chain.send(&[deposit], &[&trader.key])
    }

    /// A deposit or repayment that passes the board where the bank is capped, or holds what markets may be owed.
    pub fn with_board(&self, move_in: Instruction, keys: &BankKeys) -> Instruction {
        let (bank, board): (Bank, RiskBoard) = (self.chain.state(&keys.bank), self.chain.state(&self.board));
        if bank.wants_board(&board) { instruction::with_board(move_in, &self.board) } else { move_in }
    }

    /// Withdraws to the trader's wallet.
    ///
    /// # Errors
    /// The program's refusal.
    pub fn withdraw(&mut self, trader: &Trader, symbol: &str, amount: u64) -> Sent {
        let to = self.wallet(&trader.key.pubkey(), symbol);
        let keys = self.token(symbol).keys;
        let withdraw = instruction::withdraw(&trader.key.pubkey(), &trader.account, &self.board, &keys, &to, amount);
        self.chain.send(&[withdraw], &[&trader.key])
    }

    /// Borrows into the trader's wallet.
    ///
    /// # Errors
    /// The program's refusal.
    pub fn borrow(&mut self, trader: &Trader, symbol: &str, amount: u64) -> Sent {
        let to = self.wallet(&trader.key.pubkey(), symbol);
        let keys = self.token(symbol).keys;
        let borrow = instruction::borrow(&trader.key.pubkey(), &trader.account, &self.board, &keys, &to, amount);
        self.chain.send(&[borrow], &[&trader.key])
    }

    /// Repays from the trader's wallet.
    ///
    /// # Errors
    /// The program's refusal.
    pub fn repay(&mut self, trader: &Trader, symbol: &str, amount: u64) -> Sent {
        let source = self.wallet(&trader.key.pubkey(), symbol);
        let keys = self.token(symbol).keys;
        let repay = instruction::repay(&trader.key.pubkey(), &trader.account, &keys, &source, amount);
        self.chain.send(&[repay], &[&trader.key])
    }

    /// Writes a print of a price with a confidence of 5 bps, published now, and refreshes the board with it. Time moves on
    /// by a second first where the board knows a print of this second already.
    ///
    /// # Errors
    /// The program's refusal.
    pub fn set_price(&mut self, symbol: &str, price: Price8) -> Sent {
        let conf = Price8(price.units() / 2_000);
        self.set_sample(symbol, &Sample { price, conf, ema: price })
    }

    /// Writes a sample, published now, and refreshes the board with it; time as in [`World::set_price`].
    ///
    /// # Errors
    /// The program's refusal.
    pub fn set_sample(&mut self, symbol: &str, sample: &Sample) -> Sent {
        let number = self.token(symbol).number;
        if self.board().feeds[usize::from(number)].publish_time >= self.chain.now() {
            self.chain.advance(1);
        }
        self.write_sample(symbol, sample);
        let refresh = self.refresh_instruction(&[symbol]);
        self.chain.send(&[refresh], &[])
    }

    /// Writes a sample's account, published now, without refreshing the board.
    pub fn write_sample(&mut self, symbol: &str, sample: &Sample) {
        let now = self.chain.now();
        let update = PriceUpdate::new(self.token(symbol).feed_id, sample, now);
        self.write_update(symbol, &update);
    }

    /// Writes a token's oracle account.
    pub fn write_update(&mut self, symbol: &str, update: &PriceUpdate) {
        let oracle = self.token(symbol).oracle;
        self.chain.set_data(&oracle, &RECEIVER, update.to_bytes());
    }

    /// A refresh of some tokens' prices, and of the markets that have them as their index.
    pub fn refresh_instruction(&self, symbols: &[&str]) -> Instruction {
        let mut items: Vec<_> = symbols.iter().map(|s| self.token(s)).map(|t| (t.number, t.oracle)).collect();
        items.extend(self.perps.iter().filter(|perp| symbols.contains(&perp.symbol.as_str())).map(Perp::feed_item));
        instruction::refresh(&self.board, &items)
    }

    /// Publishes all prices again, as they are, and syncs all indices: everything is fresh afterwards.
    ///
    /// # Errors
    /// The program's refusal.
    pub fn freshen(&mut self) -> Sent {
        let now = self.chain.now();
        let board = self.board();
        if board.feeds.iter().any(|feed| feed.listed == 1 && feed.publish_time >= now) {
            self.chain.advance(1);
        }
        let now = self.chain.now();
        let mut items = Vec::new();
        for token in &self.tokens {
            if let Some(mut account) = self.chain.account(&token.oracle) {
                tokens::set_publish_time(&mut account.data, now);
                self.chain.set_account(&token.oracle, account);
                items.push((token.number, token.oracle));
            }
            items.push((instruction::TOKEN_ITEM + token.number, token.keys.bank));
        }
        items.extend(self.perps.iter().flat_map(|perp| [perp.feed_item(), perp.market_item()]));
        self.chain.send(&[instruction::refresh(&self.board, &items)], &[])
    }

    /// The receipt log; one that is empty where the group keeps none.
    pub fn receipts(&self) -> ReceiptLog {
        self.receipt_log.map_or_else(Zeroable::zeroed, |log| self.chain.state(&log))
    }

    /// The risk board.
    pub fn board(&self) -> RiskBoard {
        self.chain.state(&self.board)
    }

    /// A token's bank.
    pub fn bank(&self, symbol: &str) -> Bank {
        self.chain.state(&self.token(symbol).keys.bank)
    }

    /// A margin account.
    pub fn margin_account(&self, account: &Address) -> MarginAccount {
        self.chain.state(account)
    }

    /// An account as the program would see it now with the board's own indices and standings.
    ///
    /// # Errors
    /// The mathematics' refusal.
    pub fn valuation(&self, account: &Address) -> Result<(Snapshot, Valuation), MarginError> {
        let mut legs = Snapshot::default();
        snapshot::build(&mut legs, &self.board(), &self.margin_account(account), &Own::default(), self.chain.now())?;
        let valuation = health::value(&legs)?;
        Ok((legs, valuation))
    }

    /// What the program would aim at first, if the account is under water.
    ///
    /// # Errors
    /// AccountHealthy, NoLegHelps.
    pub fn best_target(&self, account: &Address) -> Result<Target, MarginError> {
        let (legs, valuation) = self.valuation(account)?;
        Ok(best_target(&legs, &valuation, &self.board().liquidation.params())?)
    }
}
