//! The text of one price file turned into candles. Owns header names, delimiters, row order and the checks of every cell;
//! refuses to know file names, symbols of the run and time windows.

use csv::{ReaderBuilder, StringRecord};

use super::Price8;
use super::candle::{Candle, STEPS_PER_CANDLE};
use super::error::FileProblem;
use super::window::cell_time;

/// Names of a time column, best first, as [`plain_name`] writes them.
const TIME_NAMES: [&str; 12] = [
    "unix",
    "unixtimestamp",
    "unixtime",
    "timestamp",
    "opentime",
    "timeopen",
    "datetime",
    "time",
    "date",
    "ts",
    "period",
    "start",
];
/// Names of a symbol column.
const SYMBOL_NAMES: [&str; 4] = ["symbol", "ticker", "pair", "market"];

/// What one file holds.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Table {
    /// Candles, oldest first; at least one.
    pub candles: Vec<Candle>,
    /// Whether the file had the newest row first.
    pub newest_first: bool,
    /// First cell of the symbol column, if there is one.
    pub symbol: Option<String>,
}

/// Reads the text of a file: optional lines without delimiter (a download's banner), a header, rows.
pub(super) fn read(text: &str) -> Result<Table, FileProblem> {
    let text = text.trim_start_matches('\u{feff}');
    let (skipped, delimiter) = find_header(text).ok_or(FileProblem::NoHeader)?;
    let body = text.split_inclusive('\n').skip(skipped).collect::<String>();
    let mut reader =
        ReaderBuilder::new().delimiter(delimiter).flexible(true).trim(csv::Trim::All).from_reader(body.as_bytes());
    let header = reader.headers().map_err(|_| FileProblem::NoHeader)?.clone();
    let columns = Columns::find(&header)?;
    let mut rows = Vec::new();
    let mut symbol = None;
    for record in reader.records() {
        let record = record.map_err(|error| FileProblem::BadRow {
            line: skipped as u64 + error.position().map_or(0, csv::Position::line),
        })?;
        let line = skipped as u64 + record.position().map_or(0, csv::Position::line);
        if symbol.is_none() {
            symbol = columns.symbol.and_then(|i| record.get(i)).map(str::to_owned);
        }
        rows.push((line, columns.candle(&record, line)?));
    }
    let newest_first = put_oldest_first(&mut rows)?;
    let candles = rows.into_iter().map(|(_, candle)| candle).collect();
    Ok(Table { candles, newest_first, symbol })
}

/// Lines before the header, and its delimiter: the first line that has one of comma, semicolon and tab.
fn find_header(text: &str) -> Option<(usize, u8)> {
    for (number, line) in text.lines().enumerate() {
        let count = |delimiter: u8| line.bytes().filter(|b| *b == delimiter).count();
        let best = [b',', b';', b'\t'].into_iter().rev().max_by_key(|delimiter| count(*delimiter))?;
        if count(best) > 0 {
            return Some((number, best));
        }
    }
    None
}

/// Where the needed columns stand.
struct Columns {
    time: usize,
    time_name: String,
    /// A date column beside a time column that holds the time of day alone.
    date: Option<usize>,
    symbol: Option<usize>,
    open: usize,
    high: usize,
    low: usize,
    close: usize,
}

impl Columns {
    fn find(header: &StringRecord) -> Result<Columns, FileProblem> {
        let names: Vec<String> = header.iter().map(plain_name).collect();
        let has_letter = |name: &String| name.chars().any(char::is_alphabetic);
        if !names.iter().any(has_letter) || names.iter().any(|name| name.parse::<f64>().is_ok()) {
            return Err(FileProblem::NoHeader);
        }
        let position = |wanted: &str| names.iter().position(|name| name == wanted);
        let first_of = |wanted: &[&str]| wanted.iter().find_map(|name| position(name));
        let price = |column| position(column).ok_or(FileProblem::NoPriceColumn { column });
        let time = first_of(&TIME_NAMES).ok_or(FileProblem::NoTimeColumn)?;
        Ok(Columns {
            time,
            time_name: header.get(time).unwrap_or_default().to_owned(),
            date: position("date").filter(|date| *date != time && names[time] == "time"),
            symbol: first_of(&SYMBOL_NAMES),
            open: price("open")?,
            high: price("high")?,
            low: price("low")?,
            close: price("close")?,
        })
    }

    fn candle(&self, record: &StringRecord, line: u64) -> Result<Candle, FileProblem> {
        let price = |index, column| price_cell(record, index, line, column);
        let candle = Candle {
            start: self.time(record, line)?,
            open: price(self.open, "open")?,
            high: price(self.high, "high")?,
            low: price(self.low, "low")?,
            close: price(self.close, "close")?,
        };
        if candle.low > candle.high {
            let (low, high) = (candle.low.to_string(), candle.high.to_string());
            return Err(FileProblem::LowAboveHigh { line, low, high });
        }
        Ok(candle)
    }

    fn time(&self, record: &StringRecord, line: u64) -> Result<i64, FileProblem> {
        let cell = match record.get(self.time) {
            Some(cell) if !cell.is_empty() => cell,
            _ => return Err(FileProblem::ShortRow { line, column: self.time_name.clone() }),
        };
        let with_date = || Some(format!("{} {cell}", record.get(self.date?)?));
        cell_time(cell)
            .or_else(|| cell_time(&with_date()?))
            .ok_or_else(|| FileProblem::BadTime { line, value: cell.to_owned() })
    }
}

/// `Open Time`, `open_time` and `<OPENTIME>` are one name.
fn plain_name(name: &str) -> String {
    let kept = name.chars().filter(|c| !matches!(c, ' ' | '_' | '-' | '<' | '>' | '"'));
    kept.flat_map(char::to_lowercase).collect()
}

fn price_cell(record: &StringRecord, index: usize, line: u64, column: &'static str) -> Result<Price8, FileProblem> {
    let cell = match record.get(index) {
        Some(cell) if !cell.is_empty() => cell,
        _ => return Err(FileProblem::ShortRow { line, column: column.to_owned() }),
    };
    match Price8::parse(cell) {
        None => Err(FileProblem::BadNumber { line, column, value: cell.to_owned() }),
        Some(price) if price < Price8::MIN => Err(FileProblem::NotPositive { line, column, value: cell.to_owned() }),
        Some(price) => Ok(price),
    }
}

/// Checks that time rises or falls throughout, and turns falling rows round; returns whether they fell.
fn put_oldest_first(rows: &mut [(u64, Candle)]) -> Result<bool, FileProblem> {
    let newest_first = match &*rows {
        [] => return Err(FileProblem::NoRows),
        [_] => false,
        [(_, first), (_, second), ..] => second.start < first.start,
    };
    for pair in rows.windows(2) {
        let line = pair[1].0;
        let gap = pair[1].1.start - pair[0].1.start;
        let gap = if newest_first { -gap } else { gap };
        match gap {
            0 => return Err(FileProblem::DuplicateTime { line }),
            1..STEPS_PER_CANDLE => return Err(FileProblem::TooDense { line }),
            STEPS_PER_CANDLE.. => {}
            _ => return Err(FileProblem::NotSorted { line }),
        }
    }
    if newest_first {
        rows.reverse();
    }
    Ok(newest_first)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROWS: &str = "3600,10,12,9,11\n7200,11,13,10,12\n";

    fn with_header(rows: &str) -> Result<Table, FileProblem> {
        read(&format!("unix,open,high,low,close\n{rows}"))
    }

    #[test]
    fn an_oldest_first_file_is_read_as_it_stands() {
        let table = with_header(ROWS).unwrap();
        assert!(!table.newest_first);
        assert_eq!(table.candles[0].start, 3_600);
        assert_eq!(table.candles[1].close, Price8::from_usd(12));
    }

    #[test]
    fn a_newest_first_file_gives_the_same_candles() {
        let table = with_header("7200,11,13,10,12\n3600,10,12,9,11\n").unwrap();
        assert!(table.newest_first);
        assert_eq!(table.candles, with_header(ROWS).unwrap().candles);
    }

    #[test]
    fn case_order_extra_columns_and_delimiter_of_the_header_do_not_matter() {
        let want = with_header(ROWS).unwrap().candles;
        for text in [
            "CLOSE,Low,hIGH,Open,Volume USD,Date\n11,9,12,10,5,1970-01-01 01:00\n12,10,13,11,5,1970-01-01T02:00:00Z\n",
            "Open Time;Open;High;Low;Close\n1970-01-01 01:00:00;10;12;9;11\n1970-01-01 02:00:00;11;13;10;12\n",
            "timestamp\topen\thigh\tlow\tclose\r\n3600\t10\t12\t9\t11\r\n7200\t11\t13\t10\t12\r\n",
            "\u{feff}<DATE>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>\n1970.01.01,01:00,10,12,9,11\n1970.01.01,02:00,11,13,10,12\n",
            "https://www.example.com\nunix,open,high,low,close\n3600, 10, 12, 9, 11\n\n7200,11,13,10,12",
            "open_time,open,high,low,close\n\"3600\",\"10\",\"12\",\"9\",\"11\"\n\"7200\",\"11\",\"13\",\"10\",\"12\"\n",
        ] {
            assert_eq!(read(text).map(|table| table.candles), Ok(want.clone()), "{text}");
        }
    }

    #[test]
    fn the_symbol_column_is_kept_for_guessing() {
        let table = read("unix,symbol,open,high,low,close\n3600,BTC/USD,10,12,9,11\n").unwrap();
        assert_eq!(table.symbol.as_deref(), Some("BTC/USD"));
    }

    #[test]
    fn reading_fails_with_no_header() {
        for text in ["", "\n\n", "3600,10,12,9,11\n", "just words\n", "2020-03-08,10,12,9,11\n"] {
            assert_eq!(read(text), Err(FileProblem::NoHeader), "{text:?}");
        }
    }

    #[test]
    fn reading_fails_with_no_time_column() {
        assert_eq!(read("when,open,high,low,close\n"), Err(FileProblem::NoTimeColumn));
    }

    #[test]
    fn reading_fails_with_no_price_column() {
        let error = read("unix,open,high,close\n").unwrap_err();
        assert_eq!(error, FileProblem::NoPriceColumn { column: "low" });
    }

    #[test]
    fn reading_fails_with_no_rows() {
        assert_eq!(with_header(""), Err(FileProblem::NoRows));
        assert_eq!(with_header("\n\n"), Err(FileProblem::NoRows));
    }

    #[test]
    fn reading_fails_with_short_row() {
        let column = "close".to_owned();
        assert_eq!(with_header("3600,10,12,9\n"), Err(FileProblem::ShortRow { line: 2, column: column.clone() }));
        assert_eq!(with_header("3600,10,12,9,\n"), Err(FileProblem::ShortRow { line: 2, column }));
    }

    #[test]
    fn reading_fails_with_bad_number_and_says_where() {
        let error = with_header("3600,10,12,9,11\n7200,11,oops,10,12\n").unwrap_err();
        assert_eq!(error, FileProblem::BadNumber { line: 3, column: "high", value: "oops".to_owned() });
        assert_eq!(error.to_string(), "the high \"oops\" in line 3 is no number");
    }

    #[test]
    fn the_line_of_an_error_counts_the_banner_too() {
        let error = read("www.example.com\nunix,open,high,low,close\n3600,10,x,9,11\n").unwrap_err();
        assert_eq!(error, FileProblem::BadNumber { line: 3, column: "high", value: "x".to_owned() });
    }

    #[test]
    fn reading_fails_with_bad_time() {
        let error = with_header("noon,10,12,9,11\n").unwrap_err();
        assert_eq!(error, FileProblem::BadTime { line: 2, value: "noon".to_owned() });
    }

    #[test]
    fn reading_fails_with_not_positive() {
        for value in ["0", "-3.5", "0.000000001"] {
            let error = with_header(&format!("3600,10,12,{value},11\n")).unwrap_err();
            assert_eq!(error, FileProblem::NotPositive { line: 2, column: "low", value: value.to_owned() });
        }
    }

    #[test]
    fn reading_fails_with_low_above_high() {
        let error = with_header("3600,10,9,12,11\n").unwrap_err();
        assert_eq!(error.to_string(), "the low 12.00 in line 2 is above the high 9.00");
        assert!(with_header("3600,10,10,10,10\n").is_ok());
    }

    #[test]
    fn reading_fails_with_not_sorted_in_either_direction() {
        let row = |time| format!("{time},1,1,1,1\n");
        let rows = |times: [i64; 3]| times.map(row).concat();
        assert_eq!(with_header(&rows([100, 200, 150])), Err(FileProblem::NotSorted { line: 4 }));
        assert_eq!(with_header(&rows([200, 100, 150])), Err(FileProblem::NotSorted { line: 4 }));
    }

    #[test]
    fn reading_fails_with_duplicate_time() {
        assert_eq!(with_header("100,1,1,1,1\n100,1,1,1,1\n"), Err(FileProblem::DuplicateTime { line: 3 }));
    }

    #[test]
    fn candles_stand_at_least_four_seconds_apart() {
        assert_eq!(with_header("100,1,1,1,1\n103,1,1,1,1\n"), Err(FileProblem::TooDense { line: 3 }));
        assert!(with_header("100,1,1,1,1\n104,1,1,1,1\n").is_ok());
        assert!(with_header("104,1,1,1,1\n100,1,1,1,1\n").is_ok());
    }
}
