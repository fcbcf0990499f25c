//! Every account of the group, as bytes.

use breakwater_client::{Address, CLOCK};
use solana_account::Account;

use super::World;

impl World {
    /// Everything that an audit or a quote of the group reads: the group, its board, banks with their vaults, margin accounts,
    /// markets with the shares of their pools, the fund, the receipt log, and the clock. Without oracles and wallets.
    pub fn group_accounts(&self) -> Vec<(Address, Account)> {
        let banks = self.tokens.iter().flat_map(|token| [token.keys.bank, token.vault]);
        let markets = self.perps.iter().map(|perp| perp.market);
        let keys = [CLOCK, self.group, self.board].into_iter().chain(self.fund).chain(self.receipt_log);
        let keys = keys.chain(banks).chain(markets);
        let keys = keys.chain(self.accounts.iter().copied()).chain(self.liquidity.iter().copied());
        let keys = keys.chain(self.stakes.iter().copied());
        keys.filter_map(|key| Some((key, self.chain.account(&key)?))).collect()
    }
}
