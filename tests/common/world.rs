//! A group with tokens, traders and prices on the chain. Prices carry no confidence and an average equal to the price, so
//! that a price just published is an interval of no width and every number in a test can be computed by hand.

use breakwater_client::decode::account_size;
use breakwater_client::instruction::{self, BankKeys, Creditor, TOKEN_ITEM};
use breakwater_client::interface::{Bank, Group, MarginAccount, RiskBoard};
use breakwater_client::{Address, PROGRAM_ID, address};
use breakwater_sim::invariants::{BankPicture, Picture, Watch};
use breakwater_sim::oracle::{PriceUpdate, RECEIVER};
use breakwater_sim::price_path::{Price8, Sample};
use breakwater_sim::tokens;
use breakwater_sim::world::{Listing, Perp, Sent, Token, default_liquidation, default_oracle};
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_signer::Signer;

use super::markets::QUOTE;
use super::{Chain, Trader, Verdict};

/// Whole SOL in native units.
pub const fn sol(whole: u64) -> u64 {
    whole * 1_000_000_000
}

/// Whole USDC in native units.
pub const fn usdc(whole: u64) -> u64 {
    whole * 1_000_000
}

/// Whole ETH in native units.
pub const fn eth(whole: u64) -> u64 {
    whole * 100_000_000
}

/// Whole dollars as a price.
pub fn usd(whole: u32) -> Price8 {
    Price8::from_usd(whole)
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
    /// Listed markets by number. No market has the name of a token: one name is one feed.
    pub perps: Vec<Perp>,
    /// The shared fund.
    pub fund: Option<Address>,
    /// The receipt log.
    pub receipt_log: Option<Address>,
    /// Every share of a pool that was opened here.
    pub liquidity: Vec<Address>,
    /// Every stake in the shared fund that was opened here.
    pub stakes: Vec<Address>,
    watch: Watch,
}

impl World {
    /// SOL and USDC at $150 and $1.
    pub async fn new() -> World {
        let mut world = World::empty().await;
        world.list("SOL", Listing::volatile(9), usd(150)).await;
        world.list("USDC", Listing::stable(6), usd(1)).await;
        world
    }

    /// SOL, USDC and ETH at $150, $1 and $3,000.
    pub async fn with_three_tokens() -> World {
        let mut world = World::new().await;
        world.list("ETH", Listing::volatile(8), usd(3_000)).await;
        world
    }

    /// SOL, USDC and ETH as above, but loans cost nothing, so that amounts stand still while time passes.
    pub async fn still() -> World {
        let mut world = World::empty().await;
        world.list("SOL", without_interest(Listing::volatile(9)), usd(150)).await;
        world.list("USDC", without_interest(Listing::stable(6)), usd(1)).await;
        world.list("ETH", without_interest(Listing::volatile(8)), usd(3_000)).await;
        world
    }

    /// A group without tokens.
    pub async fn empty() -> World {
        let mut chain = Chain::start().await;
        let admin = chain.funded_key();
        let (group, board) = create_group(&mut chain, &admin, 0).await;
        World {
            chain,
            admin,
            group,
            board,
            tokens: Vec::new(),
            accounts: Vec::new(),
            perps: Vec::new(),
            fund: None,
            receipt_log: None,
            liquidity: Vec::new(),
            stakes: Vec::new(),
            watch: Watch::default(),
        }
    }

    /// Another group of the same admin on the same chain, with a bank of SOL.
    pub async fn second_group(&mut self) -> SecondGroup {
        let (group, board) = create_group(&mut self.chain, &self.admin, 1).await;
        let sol = self.token("SOL").clone();
        let keys = BankKeys::new(&group, sol.keys.mint, sol.keys.token_program);
        let listing = Listing::volatile(9);
        let parameters = (listing.lending, listing.weights, default_oracle(sol.feed_id));
        let list = instruction::list_token(&self.admin.pubkey(), &group, &board, &keys, parameters);
        self.chain.send(&[list], &[&self.admin]).await.succeeds();
        let key = self.chain.funded_key();
        let open = instruction::open_account(&group, &key.pubkey(), 0);
        self.chain.rewrite(&group, |group: &mut Group| group.launched = 1).await;
        self.chain.send(&[open], &[&key]).await.succeeds();
        self.chain.rewrite(&group, |group: &mut Group| group.launched = 0).await;
        let account = address::margin_account(&group, &key.pubkey(), 0);
        SecondGroup { group, board, sol: keys, trader: Trader { key, account } }
    }

    /// Lists a new mint and publishes its price.
    pub async fn list(&mut self, symbol: &str, listing: Listing, price: Price8) {
        let mint = Address::new_unique();
        self.chain.set_data(&mint, &listing.token_program, tokens::mint(listing.decimals));
        self.list_mint(symbol, mint, listing).await.succeeds();
        self.price(symbol, price).await;
    }

    /// Lists a mint that exists.
    pub async fn list_mint(&mut self, symbol: &str, mint: Address, listing: Listing) -> Sent {
        let list = self.list_instruction(symbol, mint, listing);
        let keys = BankKeys::new(&self.group, mint, listing.token_program);
        self.send_as_admin(&[list]).await.inspect(|_| {
            self.tokens.push(Token {
                symbol: symbol.to_owned(),
                decimals: listing.decimals,
                number: self.tokens.len() as u8,
                keys,
                vault: address::vault(&keys.bank),
                feed_id: feed_id(symbol),
                oracle: Address::new_unique(),
            });
        })
    }

    /// The instruction of [`World::list_mint`].
    pub fn list_instruction(&self, symbol: &str, mint: Address, listing: Listing) -> Instruction {
        let keys = BankKeys::new(&self.group, mint, listing.token_program);
        let parameters = (listing.lending, listing.weights, default_oracle(feed_id(symbol)));
        instruction::list_token(&self.admin.pubkey(), &self.group, &self.board, &keys, parameters)
    }

    /// A listed token.
    ///
    /// # Panics
    /// If there is none of that name.
    pub fn token(&self, symbol: &str) -> &Token {
        self.tokens.iter().find(|t| t.symbol == symbol).unwrap_or_else(|| panic!("no token {symbol}"))
    }

    /// The keys of a token's bank.
    pub fn keys(&self, symbol: &str) -> BankKeys {
        self.token(symbol).keys
    }

    /// Somebody new, with a margin account.
    pub async fn trader(&mut self) -> Trader {
        let key = self.chain.funded_key();
        self.open_account(key, 0).await
    }

    /// Opens a margin account for a key.
    pub async fn open_account(&mut self, key: Keypair, number: u16) -> Trader {
        let open = instruction::open_account(&self.group, &key.pubkey(), number);
        let account = address::margin_account(&self.group, &key.pubkey(), number);
        self.accounts.push(account);
        // A world that is not launched stays in preparation, where its admin may set everything at once.
        let launched: u8 = self.chain.state::<Group>(&self.group).await.launched;
        self.chain.rewrite(&self.group, |group: &mut Group| group.launched = 1).await;
        self.send(&[open], &[&key]).await.succeeds();
        self.chain.rewrite(&self.group, |group: &mut Group| group.launched = launched).await;
        Trader { key, account }
    }

    /// Sends a transaction; all invariants hold afterwards.
    ///
    /// # Errors
    /// The failure with its logs.
    pub async fn send(&mut self, instructions: &[Instruction], signers: &[&Keypair]) -> Sent {
        let sent = self.chain.send(instructions, signers).await?;
        self.assert_invariants().await;
        Ok(sent)
    }

    /// Sends a transaction that the admin signs.
    ///
    /// # Errors
    /// The failure with its logs.
    pub async fn send_as_admin(&mut self, instructions: &[Instruction]) -> Sent {
        let admin = self.admin.insecure_clone();
        self.send(instructions, &[&admin]).await
    }

    /// Checks all invariants over the whole group.
    ///
    /// # Panics
    /// If one does not hold.
    pub async fn assert_invariants(&mut self) {
        let mut banks = Vec::new();
        for token in self.tokens.clone() {
            let bank = self.bank(&token.symbol).await;
            let vault = self.tokens_in(&Address::new_from_array(bank.vault)).await;
            banks.push(BankPicture { symbol: token.symbol, address: token.keys.bank, bank, vault });
        }
        let mut accounts = Vec::new();
        for account in self.accounts.clone() {
            accounts.extend(self.chain.find::<MarginAccount>(&account).await);
        }
        let (markets, fund) = (self.market_pictures().await, self.insurance_fund().await);
        let stakes = self.all_stakes().await;
        let picture = Picture { board: self.board().await, banks, accounts, markets, fund, stakes };
        self.watch.check_picture(&picture).unwrap_or_else(|violation| panic!("{violation}"));
    }

    /// Publishes a price and brings it to the board; the clock moves on by a second where the board already knows a print
    /// of this second.
    pub async fn price(&mut self, symbol: &str, price: Price8) {
        let number = usize::from(self.source(symbol).feed);
        if self.board().await.feeds[number].publish_time >= self.chain.now() {
            self.chain.advance(1);
        }
        let update = self.update(symbol, price);
        self.write_update(symbol, &update);
        self.refresh(&[symbol]).await.succeeds();
    }

    /// Publishes several prices in one second and brings them to the board: none of them is older than the others.
    pub async fn prices(&mut self, prices: &[(&str, Price8)]) {
        self.chain.advance(1);
        for (symbol, price) in prices {
            let update = self.update(symbol, *price);
            self.write_update(symbol, &update);
        }
        let symbols: Vec<&str> = prices.iter().map(|(symbol, _)| *symbol).collect();
        self.refresh(&symbols).await.succeeds();
    }

    /// A sound print of a price, published now.
    pub fn update(&self, symbol: &str, price: Price8) -> PriceUpdate {
        let sample = Sample { price, conf: Price8(0), ema: price };
        PriceUpdate::new(feed_id(symbol), &sample, self.chain.now())
    }

    /// Writes a token's or a market's oracle account without refreshing the board.
    pub fn write_update(&mut self, symbol: &str, update: &PriceUpdate) {
        let oracle = self.source(symbol).oracle;
        self.chain.set_data(&oracle, &RECEIVER, update.to_bytes());
    }

    /// Publishes the last price again and now, for all named; indices and funding are brought to the board too.
    pub async fn freshen(&mut self, symbols: &[&str]) {
        let now = self.chain.now();
        let board = self.board().await;
        if symbols.iter().any(|s| board.feeds[usize::from(self.source(s).feed)].publish_time >= now) {
            self.chain.advance(1);
        }
        let now = self.chain.now();
        for symbol in symbols {
            let oracle = self.source(symbol).oracle;
            let mut account = self.chain.account(&oracle).await.expect("the price was published before");
            account.data[PUBLISH_TIME].copy_from_slice(&now.to_le_bytes());
            self.chain.set_account(&oracle, account);
        }
        self.refresh(symbols).await.succeeds();
        self.sync(symbols).await.succeeds();
    }

    /// Brings the named tokens' and markets' oracle accounts to the board.
    ///
    /// # Errors
    /// The program's refusal.
    pub async fn refresh(&mut self, symbols: &[&str]) -> Sent {
        let items: Vec<_> = symbols.iter().map(|s| self.source(s)).map(|s| (s.feed, s.oracle)).collect();
        self.send(&[instruction::refresh(&self.board, &items)], &[]).await
    }

    /// Brings the named tokens' indices and markets' funding to the board.
    ///
    /// # Errors
    /// The program's refusal.
    pub async fn sync(&mut self, symbols: &[&str]) -> Sent {
        let item = |symbol: &&str| match self.find_perp(symbol) {
            Some(perp) => perp.market_item(),
            None => (TOKEN_ITEM + self.token(symbol).number, self.token(symbol).keys.bank),
        };
        let items: Vec<_> = symbols.iter().map(item).collect();
        self.send(&[instruction::refresh(&self.board, &items)], &[]).await
    }

    /// Writes off an account's debt of a token.
    ///
    /// # Errors
    /// The program's refusal.
    pub async fn resolve_bankruptcy(&mut self, who: &Address, symbol: &str) -> Sent {
        let bank = self.keys(symbol).bank;
        let creditor = match self.fund {
            Some(fund) if symbol == QUOTE => Creditor::QuoteBank { quote_bank: bank, fund },
            _ => Creditor::Bank(bank),
        };
        let resolve = self.receipted(instruction::resolve_bankruptcy(who, &self.board, &creditor));
        self.send(&[resolve], &[]).await
    }

    /// A wallet's token account; made on first use.
    pub async fn wallet(&mut self, owner: &Address, symbol: &str) -> Address {
        let keys = self.keys(symbol);
        let wallet = tokens::wallet_address(owner, &keys.mint);
        if self.chain.account(&wallet).await.is_none() {
            self.chain.set_data(&wallet, &keys.token_program, tokens::token_account(&keys.mint, owner, 0));
        }
        wallet
    }

    /// Puts tokens into a wallet, out of nothing.
    pub async fn mint_to(&mut self, owner: &Address, symbol: &str, amount: u64) -> Address {
        let wallet = self.wallet(owner, symbol).await;
        let mut account = self.chain.account(&wallet).await.expect("the wallet was just made");
        tokens::add_amount(&mut account.data, amount);
        self.chain.set_account(&wallet, account);
        wallet
    }

    /// Tokens in a wallet.
    pub async fn wallet_balance(&mut self, owner: &Address, symbol: &str) -> u64 {
        let wallet = self.wallet(owner, symbol).await;
        self.tokens_in(&wallet).await
    }

    /// Tokens in a token account; 0 if it does not exist.
    pub async fn tokens_in(&mut self, account: &Address) -> u64 {
        self.chain.account(account).await.map_or(0, |account| tokens::amount(&account.data))
    }

    /// The group.
    pub async fn group_state(&mut self) -> Group {
        let group = self.group;
        self.chain.state(&group).await
    }

    /// The risk board.
    pub async fn board(&mut self) -> RiskBoard {
        let board = self.board;
        self.chain.state(&board).await
    }

    /// A token's bank.
    pub async fn bank(&mut self, symbol: &str) -> Bank {
        let bank = self.keys(symbol).bank;
        self.chain.state(&bank).await
    }

    /// A margin account.
    pub async fn margin_account(&mut self, account: &Address) -> MarginAccount {
        self.chain.state(account).await
    }
}

/// A listing whose loans cost nothing.
pub fn without_interest(listing: Listing) -> Listing {
    let mut still = listing;
    (still.lending.base_rate, still.lending.kink_rate, still.lending.max_rate) = (0, 0, 0);
    still
}

/// Where a price update keeps its publish time.
const PUBLISH_TIME: std::ops::Range<usize> = 93..101;

/// The feed id of a symbol: its letters.
pub fn feed_id(symbol: &str) -> [u8; 32] {
    let mut id = [0; 32];
    id[..symbol.len()].copy_from_slice(symbol.as_bytes());
    id
}

/// A group beside the world's own, with a SOL bank of the same mint and a trader.
pub struct SecondGroup {
    /// The group.
    pub group: Address,
    /// Its risk board.
    pub board: Address,
    /// Its bank of SOL.
    pub sol: BankKeys,
    /// Somebody with a margin account in it.
    pub trader: Trader,
}

async fn create_group(chain: &mut Chain, admin: &Keypair, number: u16) -> (Address, Address) {
    let board = Address::new_unique();
    chain.set_data(&board, &PROGRAM_ID, vec![0; account_size::<RiskBoard>()]);
    let create = instruction::create_group(&admin.pubkey(), &board, number, default_liquidation());
    chain.send(&[create], &[admin]).await.succeeds();
    (address::group(&admin.pubkey(), number), board)
}
