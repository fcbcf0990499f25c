//! What is created once: mints on a local chain, the group with its board, tokens, fund, receipt log, markets.

use breakwater_client::instruction::{create_fund, create_group, create_log, create_market, list_token};
use breakwater_client::interface::RiskBoard;
use breakwater_client::{Address, PROGRAM_ID, SYSTEM_PROGRAM, TOKEN_PROGRAM, decode::account_size};
use solana_instruction::{AccountMeta, Instruction};
use solana_signer::Signer;

use super::{Action, Planner, When};
use crate::cluster::Raw;
use crate::fields::{Difference, Fields, differences};
use crate::params::Name;
use crate::state::board_seed;
use crate::units::Scale;

/// Bytes of a mint without extensions, and lamports enough for it.
const MINT: usize = 82;
const MINT_LAMPORTS: u64 = 10_000_000;
/// Number of the system program's instruction.
const CREATE_ACCOUNT_WITH_SEED: u32 = 3;

/// A line that is no number.
pub(super) fn line(name: &str, old: impl Into<String>, new: impl Into<String>) -> Difference {
    Difference { name: name.to_owned(), old: old.into(), new: new.into() }
}

/// All parameters of what is listed, each under the name of its set.
fn all<C: Fields>(config: &C, scale: Scale) -> Vec<Difference> {
    let named = |line: Difference| Difference { name: format!("{}.{}", C::TITLE, line.name), ..line };
    differences(None, config, scale).into_iter().map(named).collect()
}

impl Planner<'_> {
    /// A local chain has no mints of other chains: they are written, with the payer as their authority.
    pub(super) fn mints(&mut self) {
        for (token, found) in self.params.tokens.iter().zip(&self.state.mints) {
            if found.is_some() {
                continue;
            }
            let (title, lines) = (format!("mint of {}", token.symbol), vec![line("mint", "", token.mint.to_string())]);
            if self.params.cluster != Name::Localnet || token.token_program != TOKEN_PROGRAM {
                let why = format!("there is no mint {}: create it, or correct the file", token.mint);
                self.add(title, lines, When::Refused(why), None);
                continue;
            }
            let authority = self.ring.payer.as_ref().map_or(Address::default(), Signer::pubkey);
            let account = Raw { lamports: MINT_LAMPORTS, owner: TOKEN_PROGRAM, data: mint(&authority, token.decimals) };
            self.add(title, lines, When::AtOnce, Some(Action::Cheat(token.mint, account)));
        }
    }

    /// Board and group in one transaction, so that there is never one without the other.
    pub(super) fn group(&mut self) {
        if self.state.group.is_some() {
            return;
        }
        let (creator, number) = (self.state.creator, self.params.number);
        let create = create_group(&creator, &self.state.board_address, number, self.params.liquidation);
        let mut lines = vec![
            line("group", "", self.state.address.to_string()),
            line("board", "", self.state.board_address.to_string()),
        ];
        lines.extend(all(&self.params.liquidation, Scale::default()));
        self.at_once(
            "group",
            lines,
            vec![create_board(&creator, &self.state.board_address, number, self.state.board_rent), create],
        );
    }

    pub(super) fn tokens(&mut self) {
        for number in 0..self.params.tokens.len() {
            if self.state.banks[number].is_some() {
                continue;
            }
            let token = &self.params.tokens[number];
            let (group, board, keys) = (self.state.address, self.state.board_address, token.keys(&self.state.address));
            let parameters = (token.lending, token.weights, token.oracle);
            let list = list_token(&self.officer(), &group, &board, &keys, parameters);
            let scale = self.params.token_scale(number);
            let mut lines = vec![line("mint", "", token.mint.to_string())];
            lines.extend(all(&token.lending, scale));
            lines.extend(all(&token.weights, scale));
            lines.extend(all(&token.oracle, scale));
            let refused = token.weights.verify_quarantine().err().filter(|_| self.state.launched());
            let refused = refused.map(|error| format!("{}: {}", error.name(), error.message()));
            self.governed(&format!("token {}", token.symbol), lines, list, (refused, 0));
        }
        let listed = self.state.board.as_ref().map_or(0, |board| usize::from(board.token_count));
        let known = self.state.banks.iter().flatten().count();
        if listed > known {
            let more = listed - known;
            self.plan
                .notes
                .push(format!("{more} of the listed tokens are not in the file: a listing stays, nothing is done"));
        }
    }

    pub(super) fn fund(&mut self) {
        let Some(wanted) = self.params.fund else { return };
        let token = &self.params.tokens[wanted.quote];
        let bank = token.keys(&self.state.address).bank;
        let cap = wanted.epoch_cap.to_string();
        let Some(fund) = self.state.fund else {
            let (group, board) = (self.state.address, self.state.board_address);
            let create = create_fund(&self.officer(), &group, &board, &bank, wanted.epoch_cap);
            let lines = vec![line("quote", "", token.symbol.as_str()), line("epoch_cap_bps", "", cap)];
            // A queued fund names a bank, which must be there when it is executed.
            let absent = self.state.launched() && self.state.banks[wanted.quote].is_none();
            let refused = absent.then(|| format!("token {} is not listed yet", token.symbol));
            return self.governed("fund", lines, create, (refused, 0));
        };
        let mut lines = Vec::new();
        if Address::from(fund.bank) != bank {
            lines.push(line("quote", Address::from(fund.bank).to_string(), bank.to_string()));
        }
        if fund.epoch_cap != wanted.epoch_cap {
            lines.push(line("epoch_cap_bps", fund.epoch_cap.to_string(), cap));
        }
        if !lines.is_empty() {
            let why = "the fund was created so, and no instruction changes it: write what the chain has".to_owned();
            self.add("fund", lines, When::Refused(why), None);
        }
    }

    pub(super) fn log(&mut self) {
        if self.state.log == self.params.receipts {
            return;
        }
        let lines = vec![line("receipts", self.state.log.to_string(), self.params.receipts.to_string())];
        if self.state.log {
            let why = "a group that keeps receipts keeps them: write receipts = true".to_owned();
            return self.add("receipt log", lines, When::Refused(why), None);
        }
        let create = create_log(&self.officer(), &self.state.address, &self.state.board_address);
        self.governed("receipt log", lines, create, (None, 0));
    }

    pub(super) fn markets(&mut self) {
        for number in 0..self.params.markets.len() {
            if self.state.markets[number].is_some() {
                continue;
            }
            let market = &self.params.markets[number];
            let (group, board) = (self.state.address, self.state.board_address);
            let list = create_market(&self.officer(), &group, &board, number as u8, (market.config, market.oracle));
            let scale = self.params.market_scale(number);
            let mut lines = all(&market.config, scale);
            lines.extend(all(&market.oracle, scale));
            self.governed(&format!("market {}", market.symbol), lines, list, (None, 0));
        }
        let listed = self.state.board.as_ref().map_or(0, |board| usize::from(board.market_count));
        if listed > self.params.markets.len() {
            let more = listed - self.params.markets.len();
            self.plan
                .notes
                .push(format!("{more} of the listed markets are not in the file: a listing stays, nothing is done"));
        }
    }
}

/// The system program's `CreateAccountWithSeed`: an account whose address its creator signs for.
fn create_board(creator: &Address, board: &Address, number: u16, lamports: u64) -> Instruction {
    let seed = board_seed(number);
    let mut data = CREATE_ACCOUNT_WITH_SEED.to_le_bytes().to_vec();
    data.extend_from_slice(creator.as_ref());
    data.extend_from_slice(&(seed.len() as u64).to_le_bytes());
    data.extend_from_slice(seed.as_bytes());
    data.extend_from_slice(&lamports.to_le_bytes());
    data.extend_from_slice(&(account_size::<RiskBoard>() as u64).to_le_bytes());
    data.extend_from_slice(PROGRAM_ID.as_ref());
    let accounts = vec![AccountMeta::new(*creator, true), AccountMeta::new(*board, false)];
    Instruction { program_id: SYSTEM_PROGRAM, accounts, data }
}

/// An initialised mint without a freeze authority.
fn mint(authority: &Address, decimals: u8) -> Vec<u8> {
    let mut data = vec![0; MINT];
    data[..4].copy_from_slice(&1u32.to_le_bytes());
    data[4..36].copy_from_slice(authority.as_ref());
    data[44] = decimals;
    data[45] = 1;
    data
}
