//! REC-1: every receipt follows from itself, and the log on chain has the same chain.

use breakwater_client::decode::Event;
use breakwater_client::interface::ReceiptLog;
use breakwater_client::receipt::{self, ReceiptFile};
use breakwater_sim::chain::Outcome;
use breakwater_sim::world::World;

/// Repeats the receipts of a transaction, and compares their chain with the log.
///
/// # Errors
/// What differs, or a receipt that is missing.
pub fn hold(file: &mut ReceiptFile, world: &World, outcome: &Outcome) -> Result<(), String> {
    let Some(log) = world.receipt_log else { return Ok(()) };
    let receipts = receipt::receipts(&outcome.logs);
    let told = outcome.events.iter().filter(|event| {
        use Event::{BankruptcyResolved, Deleveraged, Liquidated, MarketLossResolved, PerpLiquidated};
        matches!(
            event,
            Liquidated(_) | PerpLiquidated(_) | BankruptcyResolved(_) | MarketLossResolved(_) | Deleveraged(_)
        )
    });
    if told.count() != receipts.len() {
        return Err(format!("REC-1: {} receipts of {:?}", receipts.len(), outcome.events));
    }
    for bytes in receipts {
        receipt::replay(&bytes).map_err(|fault| format!("REC-1: {fault}"))?;
        file.push(bytes);
    }
    let log: ReceiptLog = world.chain.state(&log);
    if (log.head, log.count) != (file.head(), file.receipts.len() as u64) {
        return Err(format!("REC-1: the log is at receipt {}, the receipts at {}", log.count, file.receipts.len()));
    }
    Ok(())
}
