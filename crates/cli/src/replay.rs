//! `breakwater replay`: repeats every decision of a file of receipts from the receipts alone.

use std::path::PathBuf;

use breakwater_client::decode::Event;
use breakwater_client::receipt::ReceiptFile;
use clap::Args;
use serde_json::json;

use crate::{Failure, output};

const EXAMPLES: &str = "\
Examples:
  breakwater demo --scenario gap --out run && breakwater replay run/receipts.bin
      checks every receipt of a run
  breakwater replay run/receipts.bin --head 5f3c…
      and that the last digest is the one in the group's receipt log on the chain
  breakwater replay run/receipts.bin --json
      one JSON object

Exit codes: 0 every receipt holds, 1 one does not, 2 bad input.";

/// Repeats liquidations, write-offs and deleveragings from their receipts alone, and names the first that differs.
///
/// A receipt has everything that an outcome followed from: prices with confidence, average and age, parameters, the
/// account, books and the request. Each is chained to the one before by its digest, so none can be changed or left out.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES, verbatim_doc_comment)]
pub struct Options {
    /// The file: receipts.bin of a demo.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,

    /// Digest that the last receipt must have, 64 hexadecimal digits.
    #[arg(long, value_name = "DIGEST", value_parser = digest)]
    pub head: Option<[u8; 32]>,

    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,
}

/// Replays a file.
pub fn run(options: &Options) -> Result<(), Failure> {
    let name = options.file.display();
    let data = std::fs::read(&options.file).map_err(|error| Failure::Input(format!("{name}: {error}")))?;
    let file = ReceiptFile::read(&data).map_err(|error| Failure::Input(format!("{name}: {error}")))?;
    let events = file.verify().map_err(|(number, fault)| Failure::Run(format!("{name}: receipt {number}: {fault}")))?;
    let head = hex(&file.head());
    if options.head.is_some_and(|wanted| wanted != file.head()) {
        return Err(Failure::Run(format!(
            "{name}: the last digest is {head}: receipts are missing or of another group"
        )));
    }
    let counts = KINDS.map(|name| (name, events.iter().filter(|event| kind(event) == name).count()));
    if options.json {
        let counts: serde_json::Map<_, _> =
            counts.iter().map(|(name, count)| ((*name).to_owned(), json!(count))).collect();
        let object = json!({
            "file": name.to_string(), "group": file.group.to_string(), "receipts": events.len(), "kinds": counts,
            "head": head,
        });
        return output::print(&format!("{object}\n"));
    }
    let mut text = format!("{} receipts of group {}, all hold\n", events.len(), file.group);
    for (name, count) in counts.iter().filter(|(_, count)| *count > 0) {
        text += &format!("  {count:>6} {name}\n");
    }
    output::print(&format!("{text}last digest {head}\n"))
}

/// What receipts are of, in the plural.
const KINDS: [&str; 5] = [
    "debts liquidated",
    "positions liquidated",
    "debts to banks written off",
    "debts to markets written off",
    "winners deleveraged",
];

fn kind(event: &Event) -> &'static str {
    match event {
        Event::Liquidated(_) => KINDS[0],
        Event::PerpLiquidated(_) => KINDS[1],
        Event::BankruptcyResolved(_) => KINDS[2],
        Event::MarketLossResolved(_) => KINDS[3],
        _ => KINDS[4],
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn digest(text: &str) -> Result<[u8; 32], String> {
    let wrong = || "a digest has 64 hexadecimal digits".to_owned();
    if text.len() != 64 || !text.is_ascii() {
        return Err(wrong());
    }
    let mut bytes = [0; 32];
    for (n, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * n..2 * n + 2], 16).map_err(|_| wrong())?;
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_read_as_it_is_printed() {
        let bytes: [u8; 32] = std::array::from_fn(|n| n as u8 * 8);
        assert_eq!(digest(&hex(&bytes)), Ok(bytes));
        for wrong in ["", "12", &"g".repeat(64), &"é".repeat(32)] {
            assert!(digest(wrong).is_err(), "{wrong}");
        }
    }
}
