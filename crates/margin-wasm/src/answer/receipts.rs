//! Receipts of liquidations, write-offs and deleveragings.

use super::answers;

answers! {
    /// A receipt, read and repeated.
    pub struct ReceiptRow {
        /// "liquidation", "position", "bankLoss", "marketLoss" or "deleveraging".
        kind: String,
        /// The account.
        account: String,
        /// The keeper's account; null where there is none.
        keeper: Option<String>,
        /// The event's numbers, by name: integers in the event's own units.
        numbers: std::collections::BTreeMap<String, String>,
        /// Digest after the receipt before it, hexadecimal.
        digest: String,
        /// Null where the receipt's inputs give what it tells; else what is wrong.
        fault: Option<String>,
    }

    /// Receipts in the order in which they were asked about.
    pub struct ReceiptsAnswer {
        /// One for each; null where the bytes are no receipt.
        rows: Vec<Option<ReceiptRow>>,
    }
}
