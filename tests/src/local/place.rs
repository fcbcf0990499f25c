//! The group on the node: where everything is, wallets out of nothing, and prices.

use std::path::Path;
use std::process::Command;

use breakwater_client::instruction::{BankKeys, MARKET_FEED, MARKET_ITEM, TOKEN_ITEM};
use breakwater_client::interface::{Bank, Group, PerpMarket, RiskBoard};
use breakwater_client::{Address, TOKEN_PROGRAM, address, instruction};
use breakwater_sim::keys::Keys;
use breakwater_sim::oracle::{PriceUpdate, RECEIVER};
use breakwater_sim::price_path::{Price8, Sample};
use breakwater_sim::tokens;
use solana_instruction::Instruction;
use solana_keypair::{Keypair, write_keypair_file};
use solana_signer::Signer;

use super::rpc::{Outcome, Raw, Rpc, Trouble};

/// The shard of Pyth's sponsored price accounts that a keeper takes by default.
const SHARD: u16 = 0;
const ATA_PROGRAM: Address = Address::from_str_const("ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL");
const NATIVE_MINT: Address = Address::from_str_const("So11111111111111111111111111111111111111112");
const SYSTEM: Address = Address::new_from_array([0; 32]);
/// SOL of whoever makes a group, lamports.
const FOUNDER: u64 = 1_000_000_000_000;
/// Bytes of a token account.
const TOKEN_ACCOUNT: usize = 165;
/// Where a token account says that it holds SOL itself.
const IS_NATIVE: usize = 109;

/// A listed token.
#[derive(Clone, Copy, Debug)]
pub struct Token {
    /// Its number on the board.
    pub number: u8,
    /// Decimals of its mint.
    pub decimals: u8,
    /// Mint, bank and vault.
    pub keys: BankKeys,
    /// Pyth's id of its feed.
    pub feed_id: [u8; 32],
    /// Where its price is published.
    pub oracle: Address,
}

impl Token {
    /// Native units that are worth a number of dollars at a price.
    pub fn worth(&self, dollars: u64, price: Price8) -> u64 {
        let units = u128::from(dollars) * 100_000_000 * 10u128.pow(self.decimals.into());
        u64::try_from(units / u128::from(price.units().unsigned_abs().max(1))).unwrap_or(u64::MAX)
    }
}

/// A listed market.
#[derive(Clone, Copy, Debug)]
pub struct Market {
    /// Its number on the board.
    pub number: u8,
    /// Where it is.
    pub address: Address,
    /// Decimals of its base asset.
    pub decimals: u8,
    /// Base units of the smallest trade.
    pub lot: u64,
    /// Number of the token whose oracle account its index is.
    pub token: u8,
}

/// The group.
#[derive(Clone, Debug)]
pub struct Place {
    /// The group.
    pub group: Address,
    /// Its risk board.
    pub board: Address,
    /// Its tokens by number.
    pub tokens: Vec<Token>,
    /// Its markets by number.
    pub markets: Vec<Market>,
    /// Number of the quote token.
    pub quote: u8,
}

/// Prices of the tokens by number.
pub type Prices = Vec<Price8>;

/// What the tokens of `migrations/params/localnet.toml` cost at first.
pub fn first_prices() -> Prices {
    [150, 1, 60_000, 3_000].map(Price8::from_usd).to_vec()
}

impl Place {
    /// A launched group of the reviewed parameters, made by a new key.
    pub fn found(rpc: &Rpc, command: &Path, folder: &Path, keys: &mut Keys) -> Outcome<Place> {
        let payer = keys.keypair();
        rpc.set(&payer.pubkey(), &Raw { lamports: FOUNDER, owner: SYSTEM, data: Vec::new() })?;
        Place::migrate(rpc, command, folder, &payer)
    }

    /// Runs `breakwater migrate` and reads what it made.
    pub fn migrate(rpc: &Rpc, command: &Path, folder: &Path, payer: &Keypair) -> Outcome<Place> {
        let guardian = Keypair::new();
        let (payer_file, guardian_file) = (key_file(folder, "payer", payer)?, key_file(folder, "guardian", &guardian)?);
        let mut migrate = Command::new(command);
        migrate.args(["migrate", "--cluster", "localnet", "--launch", "--yes", "--url", &rpc.url]);
        migrate.arg("--keypair").arg(payer_file).arg("--guardian-keypair").arg(guardian_file);
        let output = migrate.output()?;
        if !output.status.success() {
            return Err(Trouble(format!("breakwater migrate: {}", String::from_utf8_lossy(&output.stderr))));
        }
        Place::read(rpc, address::group(&payer.pubkey(), 0))
    }

    fn read(rpc: &Rpc, group: Address) -> Outcome<Place> {
        let board = Address::from(rpc.state::<Group>(&group)?.board);
        let risk: RiskBoard = rpc.state(&board)?;
        let mut banks = rpc.states::<Bank>()?;
        banks.sort_by_key(|(_, bank)| bank.token);
        let token = |(_, bank): &(Address, Bank)| {
            let feed_id = risk.feeds[usize::from(bank.token)].oracle.feed_id;
            let keys = BankKeys::new(&group, Address::from(bank.mint), TOKEN_PROGRAM);
            Token { number: bank.token, decimals: bank.decimals, keys, feed_id, oracle: oracle(&feed_id) }
        };
        let tokens: Vec<Token> = banks.iter().map(token).collect();
        let market = |(key, market): (Address, PerpMarket)| {
            let feed = risk.feeds[usize::from(MARKET_FEED + market.market)].oracle;
            let token = tokens.iter().find(|token| token.feed_id == feed.feed_id)?.number;
            Some(Market { number: market.market, address: key, decimals: feed.decimals, lot: market.config.lot, token })
        };
        let mut markets: Vec<Market> = rpc.states::<PerpMarket>()?.into_iter().filter_map(market).collect();
        markets.sort_by_key(|market| market.number);
        Ok(Place { group, board, markets, quote: risk.quote_token, tokens })
    }

    /// The quote token.
    pub fn quote_token(&self) -> &Token {
        &self.tokens[usize::from(self.quote)]
    }

    /// Numbers of all feeds with their oracle accounts.
    pub fn feeds(&self) -> Vec<(u8, Address)> {
        let tokens = self.tokens.iter().map(|token| (token.number, token.oracle));
        let index = |market: &Market| (MARKET_FEED + market.number, self.tokens[usize::from(market.token)].oracle);
        tokens.chain(self.markets.iter().map(index)).collect()
    }

    /// Brings everything to the board.
    pub fn refresh(&self) -> Instruction {
        let mut items = self.feeds();
        items.extend(self.tokens.iter().map(|token| (TOKEN_ITEM + token.number, token.keys.bank)));
        items.extend(self.markets.iter().map(|market| (MARKET_ITEM + market.number, market.address)));
        instruction::refresh(&self.board, &items)
    }

    /// Publishes prices at the node's time, which is returned.
    pub fn publish(&self, rpc: &Rpc, prices: &Prices) -> Outcome<i64> {
        let (_, now) = rpc.clock()?;
        for (token, price) in self.tokens.iter().zip(prices) {
            let sample = Sample { price: *price, conf: Price8(price.units() / 2_000), ema: *price };
            let data = PriceUpdate::new(token.feed_id, &sample, now).to_bytes();
            rpc.set(&token.oracle, &Raw { lamports: 10_000_000, owner: RECEIVER, data })?;
        }
        Ok(now)
    }

    /// A wallet's token account.
    pub fn wallet(&self, owner: &Address, token: &Token) -> Address {
        let seeds = [owner.as_ref(), TOKEN_PROGRAM.as_ref(), token.keys.mint.as_ref()];
        Address::find_program_address(&seeds, &ATA_PROGRAM).0
    }

    /// Gives a wallet SOL, and tokens by number, out of nothing.
    pub fn fund(&self, rpc: &Rpc, owner: &Address, lamports: u64, amounts: &[u64]) -> Outcome<()> {
        rpc.set(owner, &Raw { lamports, owner: SYSTEM, data: Vec::new() })?;
        let rent = rpc.rent(TOKEN_ACCOUNT)?;
        for (token, amount) in self.tokens.iter().zip(amounts) {
            let mut data = tokens::token_account(&token.keys.mint, owner, *amount);
            let mut lamports = rent;
            if token.keys.mint == NATIVE_MINT {
                data[IS_NATIVE] = 1;
                data[IS_NATIVE + 4..IS_NATIVE + 12].copy_from_slice(&rent.to_le_bytes());
                lamports += amount;
            }
            rpc.set(&self.wallet(owner, token), &Raw { lamports, owner: TOKEN_PROGRAM, data })?;
        }
        Ok(())
    }

    /// Adds SOL and tokens to what a wallet has.
    pub fn give(&self, rpc: &Rpc, owner: &Address, lamports: u64, amounts: &[u64]) -> Outcome<()> {
        let mut keys = vec![*owner];
        keys.extend(self.tokens.iter().map(|token| self.wallet(owner, token)));
        let mut held = rpc.accounts(&keys)?.into_iter();
        let wallet = held.next().flatten();
        if wallet.as_ref().is_some_and(|wallet| wallet.owner != SYSTEM) {
            return Err(Trouble(format!("{owner} belongs to a program: only a wallet can be given something")));
        }
        let lamports = wallet.map_or(0, |wallet| wallet.lamports).saturating_add(lamports);
        let held = held.map(|account| account.map_or(0, |account| tokens::amount(&account.data)));
        let sums: Vec<u64> = held.zip(amounts).map(|(old, more)| old.saturating_add(*more)).collect();
        self.fund(rpc, owner, lamports, &sums)
    }

    /// A deposit from a wallet.
    pub fn deposit(&self, owner: &Address, account: &Address, token: &Token, amount: u64) -> Instruction {
        let deposit = instruction::deposit(owner, account, &token.keys, &self.wallet(owner, token), amount);
        if token.number == self.quote { instruction::with_board(deposit, &self.board) } else { deposit }
    }
}

/// Where a feed's price is published.
fn oracle(feed_id: &[u8; 32]) -> Address {
    address::sponsored_price(SHARD, feed_id)
}

/// Writes a key to a file that nobody else can read.
pub fn key_file(folder: &Path, name: &str, key: &Keypair) -> Outcome<std::path::PathBuf> {
    let path = folder.join(format!("{name}.json"));
    let _ = std::fs::remove_file(&path);
    write_keypair_file(key, &path).map_err(|error| Trouble(format!("{}: {error}", path.display())))?;
    Ok(path)
}
