//! What the keeper's book costs on this machine: `cargo xtask bench keeper`. docs/performance.md has the figures.

use std::io::{IsTerminal, Write};
use std::process::ExitCode;

use breakwater_keeper::bench::{Report, Scenario, run};
use clap::Parser;

/// Measure the keeper's book: all accounts of a group in memory, scanned and ticked
///
/// A seeded group of 12 tokens and 8 markets is filled with accounts that hold deposits, debts and positions; a few of a
/// thousand are under water. Each tick is one feed's print. At the beginning and at the end exact health of all accounts
/// says whether the book has missed one.
#[derive(Parser)]
#[command(
    name = "bench-keeper",
    after_help = "Examples:\n  cargo xtask bench keeper\n  cargo xtask bench keeper --json --accounts 100000 --seed 7\n\nExit codes: 0 measured, 1 an account was missed, 2 unknown option."
)]
struct Options {
    /// Accounts in the book
    #[arg(long, default_value_t = 1_000_000, value_parser = clap::value_parser!(u32).range(1..=16_000_000))]
    accounts: u32,
    /// Legs of each account: deposits, debts and positions
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u8).range(2..=19))]
    legs: u8,
    /// What all chance follows from: the same seed, the same accounts and prices
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Prints that arrive, one after the other
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u64).range(1..))]
    ticks: u64,
    /// Print one JSON object instead of lines
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    let options = Options::parse();
    let scenario =
        Scenario { accounts: options.accounts, legs: options.legs.into(), seed: options.seed, ticks: options.ticks };
    let watched = std::io::stderr().is_terminal();
    let report = run(&scenario, &mut |what, done, of| {
        if watched {
            eprint!("\r\x1b[K{what} {done} of {of}");
            let _ = std::io::stderr().flush();
        }
    });
    if watched {
        eprint!("\r\x1b[K");
    }
    match options.json {
        true => println!("{}", serde_json::to_string(&report).unwrap_or_default()),
        false => print(&report),
    }
    if report.missed > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

fn print(report: &Report) {
    let megabytes = |bytes: u64| bytes as f64 / 1e6;
    println!("{} accounts of {} legs, {} threads", report.accounts, report.legs, report.threads);
    println!(
        "scan             {:.2} ms, from {:.2} to {:.2} ms",
        report.scan_ms, report.scan_min_ms, report.scan_max_ms
    );
    println!(
        "tick             {:.3} ms, 99 of 100 below {:.3} ms, at most {:.3} ms ({} ticks)",
        report.tick_ms, report.tick_p99_ms, report.tick_max_ms, report.ticks
    );
    println!("  weighed        {:.0} accounts a tick; {} ticks weighed all", report.tick_looked, report.tick_scans);
    println!("  scans between  {}", report.scans_between);
    println!("put              {:.2} µs an account", report.put_us);
    println!("candidates       {}, of which {} are healthy", report.candidates, report.false_positives);
    println!("missed           {} of {:?} liquidatable", report.missed, report.liquidatable);
    println!("book             {:.1} MB", megabytes(report.bytes as u64));
    if let Some(rss) = report.rss_bytes {
        println!("process          {:.1} MB", megabytes(rss));
    }
}
