//! Everything that can be wrong with what a user says about prices. Owns one variant and one sentence for each cause;
//! refuses to know how the command line prints them.

use std::path::PathBuf;

use thiserror::Error;

/// Why no price path could be made. Each message is one sentence for the user.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[allow(missing_docs, reason = "the messages say what the fields are")]
pub enum PriceInputError {
    /// `--scenario` with a name that does not exist.
    #[error("unknown scenario {given:?}: choose crash, wick, grind, recovery, long-squeeze, short-squeeze or gap")]
    UnknownScenario { given: String },
    /// `--from` or `--to` that is no date.
    #[error("{option} {given:?} is no date: write YYYY-MM-DD or \"YYYY-MM-DD HH:MM:SS\" (UTC)")]
    BadDate { option: &'static str, given: String },
    /// A window that ends before it begins.
    #[error("--from {from} is later than --to {to}")]
    FromAfterTo { from: String, to: String },
    /// `--prices` without a file name.
    #[error("--prices {given:?} names no file: write --prices FILE.csv or --prices SYMBOL=FILE.csv")]
    NoFileName { given: String },
    /// No file at all.
    #[error("no price file was given")]
    NoFiles,
    /// Neither the file's symbol column nor its name says which asset it prices.
    #[error("cannot tell which asset {path} prices: write --prices SYMBOL={path} with one of {known}")]
    SymbolNotGuessed { path: PathBuf, known: String },
    /// A symbol that the run does not have.
    #[error("unknown symbol {symbol:?} for {path}: this run has {known}, write --prices SYMBOL={path}")]
    SymbolUnknown { symbol: String, path: PathBuf, known: String },
    /// Two files for one symbol.
    #[error("{symbol} has two price files, {first} and {second}: give one")]
    SymbolTwice { symbol: String, first: PathBuf, second: PathBuf },
    /// No candle left after `--from` and `--to`.
    #[error("{path} has no candle in the chosen time: it covers {first} to {last} (UTC)")]
    EmptyWindow { path: PathBuf, first: String, last: String },
    /// Files whose times have nothing in common.
    #[error("the price files have no time in common between --from and --to")]
    NoOverlap,
    /// The content of one file.
    #[error("{path}: {problem}")]
    File { path: PathBuf, problem: FileProblem },
}

/// What is wrong inside one price file. Lines are counted from 1, as editors do.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[allow(missing_docs, reason = "the messages say what the fields are")]
pub enum FileProblem {
    /// The path leads nowhere.
    #[error("there is no such file")]
    Missing,
    /// The file exists, but cannot be read.
    #[error("the file cannot be read ({reason})")]
    Unreadable { reason: String },
    /// Not UTF-8.
    #[error("the file is not UTF-8 text")]
    NotText,
    /// First line is empty or already data.
    #[error("the first line is no header: name the columns there, such as unix,open,high,low,close")]
    NoHeader,
    /// A header without any known name of a time column.
    #[error("no time column in the header: call it unix, timestamp, time, date, datetime or open_time")]
    NoTimeColumn,
    /// A header without one of the four prices.
    #[error("no {column:?} column in the header: open, high, low and close are needed")]
    NoPriceColumn { column: &'static str },
    /// A header and nothing else.
    #[error("no candle below the header")]
    NoRows,
    /// A row that ends early.
    #[error("line {line} has no value for {column:?}")]
    ShortRow { line: u64, column: String },
    /// A row the CSV reader cannot split.
    #[error("line {line} is no csv row")]
    BadRow { line: u64 },
    /// A time that is neither a number nor a date.
    #[error("the time {value:?} in line {line} is neither unix seconds or milliseconds nor a date")]
    BadTime { line: u64, value: String },
    /// A price that is no number.
    #[error("the {column} {value:?} in line {line} is no number")]
    BadNumber { line: u64, column: &'static str, value: String },
    /// A price of zero or less.
    #[error("the {column} {value} in line {line} is not positive")]
    NotPositive { line: u64, column: &'static str, value: String },
    /// A low above its own high.
    #[error("the low {low} in line {line} is above the high {high}")]
    LowAboveHigh { line: u64, low: String, high: String },
    /// Time neither rises nor falls from row to row.
    #[error("the rows are not in time order at line {line}: sort them, oldest or newest first")]
    NotSorted { line: u64 },
    /// Two rows with one time.
    #[error("line {line} repeats the time of the row above")]
    DuplicateTime { line: u64 },
    /// Candles too short to be walked in four steps.
    #[error("line {line} is less than four seconds from the row above: a candle is walked in four steps")]
    TooDense { line: u64 },
}
