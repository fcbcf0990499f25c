//! All accounts of a group at a glance.

use super::answers;

answers! {
    /// One account of the book.
    pub struct BookRow {
        /// Its address.
        address: String,
        /// Who owns it.
        owner: String,
        /// Equity, dollars.
        equity: String,
        /// Debts and losses, dollars.
        debts: String,
        /// Health factor in millionths; null without any requirement.
        factor: Option<i64>,
        /// "healthy", "unflagged", "flagged" or "due".
        stage: String,
        /// What a keeper would gain by the next step, dollars; null of a healthy account.
        keeper: Option<String>,
        /// Legs of the next step in words of numbers: "debt:collateral" or "market"; null of a healthy account.
        target: Option<String>,
        /// Why the next step could not be carried out.
        refusal: Option<String>,
    }

    /// All accounts, those in most danger first.
    pub struct BookAnswer {
        /// The accounts.
        rows: Vec<BookRow>,
        /// Accounts below each edge, and above the last.
        bands: Vec<u32>,
        /// Upper edges of the bands, health factor in millionths.
        edges: Vec<i64>,
        /// Accounts that owe nothing.
        riskless: u32,
    }
}
