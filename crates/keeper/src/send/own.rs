//! A round of the keeper's own inventory.

use std::collections::BTreeMap;
use std::sync::Arc;

use breakwater_client::Address;
use breakwater_client::instruction::BankKeys;
use breakwater_client::interface::MarginAccount;
use breakwater_client::view::View;
use solana_signer::Signer;

use super::Sender;
use crate::inventory::{self, BankSeen, Mine, Rules, Step, WalletToken, token_wallet};
use crate::job::Outcome;
use crate::node::NodeError;

/// Where a token account says how much is in it.
const AMOUNT: std::ops::Range<usize> = 64..72;

impl Sender {
    /// Looks up what is in doubt, and moves between wallet and margin account what the rules want moved. `refresh`: what the
    /// program needs to see of the keeper's own account what the view shows. Returns each movement with what came of it.
    pub async fn net(
        self: &Arc<Self>,
        rules: &Rules,
        own: &MarginAccount,
        view: &View,
        refresh: &[(u8, Address)],
    ) -> Vec<(&'static str, u8, Outcome)> {
        if let Err(error) = self.look_up().await {
            tracing::warn!(%error, "it is not known yet what became of what was sent before");
        }
        if !(rules.repay || rules.deposit || rules.withdraw) || !self.is_free(&self.me.account) {
            return Vec::new();
        }
        let steps = match self.steps(rules, own, view).await {
            Ok(steps) => steps,
            Err(error) => {
                tracing::warn!(%error, "the inventory is left as it is");
                return Vec::new();
            }
        };
        let mut moved = Vec::with_capacity(steps.len());
        for Step { what, token, amount, instructions } in steps {
            // Only what leaves is held to the account's health, and needs prices for it.
            let refresh = if what == "withdraw" { refresh } else { &[] };
            let Some(sending) = self.submit_own(refresh.to_vec(), instructions) else { break };
            let outcome = sending.await;
            tracing::info!(what, token, amount, ?outcome, "inventory");
            moved.push((what, token, outcome));
        }
        moved
    }

    async fn steps(&self, rules: &Rules, own: &MarginAccount, view: &View) -> Result<Vec<Step>, NodeError> {
        let mints: Vec<Address> = view.banks.values().map(|(_, bank)| Address::from(bank.mint)).collect();
        let (_, found) = self.node.accounts(&mints).await?;
        let mut banks = Vec::with_capacity(mints.len());
        for (((token, (address, bank)), mint), raw) in view.banks.iter().zip(&mints).zip(found) {
            let Some(raw) = raw else { continue };
            let keys = BankKeys { bank: *address, mint: *mint, token_program: raw.owner };
            banks.push(BankSeen { token: *token, keys, wants_board: bank.wants_board(&view.board) });
        }
        let signer = self.me.wallet.pubkey();
        let wallets: Vec<Address> = banks.iter().map(|bank| token_wallet(&signer, &bank.keys)).collect();
        let (_, found) = self.node.accounts(&wallets).await?;
        let mut wallet = BTreeMap::new();
        for ((bank, account), raw) in banks.iter().zip(wallets).zip(found) {
            let amount = raw.as_ref().and_then(|raw| raw.data.get(AMOUNT)?.first_chunk().copied());
            let amount = amount.map_or(0, u64::from_le_bytes);
            wallet.insert(bank.token, WalletToken { account, amount });
        }
        let mine = Mine { account: own, board: &view.board, now: view.time };
        let keys = (&signer, &self.me.account, &self.me.board);
        let steps = inventory::net(rules, keys, &mine, &banks, &wallet);
        steps.map_err(|error| NodeError::Refused { method: "inventory", fact: error.message().to_owned() })
    }
}
