//! Price paths from candle files. Owns `--prices [SYMBOL=]FILE.csv`, the guess of a file's symbol, the merging of several
//! files and who follows whom; refuses to know how a row is read and what happens on the chain.

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::asset::{Asset, Beta, follow};
use super::candle::{Candle, ORDER_NOTE, gaps, median_gap, walk};
use super::csv_table::{self, Table};
use super::error::FileProblem;
use super::{Price8, PriceInputError, PricePath, Window, sample, window};

/// Interval of a file with a single candle, seconds.
const LONE_CANDLE_INTERVAL: i64 = 3_600;

/// One `--prices` argument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceFile {
    /// Upper-case symbol, where the user named it.
    pub symbol: Option<String>,
    /// The file.
    pub path: PathBuf,
}

impl PriceFile {
    /// Reads `FILE.csv` or `SYMBOL=FILE.csv`. What stands before the first `=` is a symbol if it is letters and digits alone.
    pub fn parse(argument: &str) -> Result<PriceFile, PriceInputError> {
        let (symbol, path) = match argument.split_once('=') {
            Some((name, path)) if !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric()) => {
                (Some(name.to_ascii_uppercase()), path)
            }
            _ => (None, argument),
        };
        if path.is_empty() {
            return Err(PriceInputError::NoFileName { given: argument.to_owned() });
        }
        Ok(PriceFile { symbol, path: PathBuf::from(path) })
    }
}

/// The path that `files` describe within `window`: a step for every price of every file while all of them have data, the
/// last known price of a file in between, and assets without a file following the first file that has a beta.
pub fn from_files(files: &[PriceFile], window: Window, assets: &[Asset]) -> Result<PricePath, PriceInputError> {
    if files.is_empty() {
        return Err(PriceInputError::NoFiles);
    }
    let mut tracks: Vec<Track> = Vec::with_capacity(files.len());
    for file in files {
        let track = Track::read(file, window, assets)?;
        if let Some(other) = tracks.iter().find(|other| other.asset == track.asset) {
            return Err(PriceInputError::SymbolTwice {
                symbol: track.asset.symbol,
                first: other.path.clone(),
                second: track.path,
            });
        }
        tracks.push(track);
    }
    let times = common_times(&tracks).ok_or(PriceInputError::NoOverlap)?;
    let columns: Vec<Vec<Price8>> = tracks.iter().map(|track| track.at(&times)).collect();
    let driver = tracks.iter().position(|track| track.asset.beta != Beta(0));

    let mut notes: Vec<String> = tracks.iter().map(Track::note).collect();
    notes.push(ORDER_NOTE.to_owned());
    let sources: Vec<Source> = assets.iter().map(|asset| Source::of(asset, &tracks, driver)).collect();
    notes.extend(assets.iter().zip(&sources).filter_map(|(asset, source)| source.note(asset, &tracks)));
    notes.push(sample::note());

    let price = |step: usize, asset: &Asset, source: &Source| match source {
        Source::File(i) => columns[*i][step],
        Source::Follows(i) => follow(asset, tracks[*i].asset.beta, columns[*i][0], columns[*i][step]),
        Source::Fixed => asset.start,
    };
    let rows = times.iter().enumerate().map(|(step, time)| {
        (*time, assets.iter().zip(&sources).map(|(asset, source)| price(step, asset, source)).collect())
    });
    let symbols = assets.iter().map(|asset| asset.symbol.clone()).collect();
    Ok(sample::path(symbols, rows.collect(), notes))
}

/// Where an asset's prices come from; numbers are positions in the list of files.
enum Source {
    File(usize),
    Follows(usize),
    Fixed,
}

impl Source {
    fn of(asset: &Asset, tracks: &[Track], driver: Option<usize>) -> Source {
        let own = tracks.iter().position(|track| track.asset == *asset);
        match (own, driver) {
            (Some(file), _) => Source::File(file),
            (None, Some(driver)) if asset.beta != Beta(0) => Source::Follows(driver),
            _ => Source::Fixed,
        }
    }

    fn note(&self, asset: &Asset, tracks: &[Track]) -> Option<String> {
        let Asset { symbol, start, beta } = asset;
        match self {
            Source::File(_) => None,
            Source::Fixed => Some(format!("{symbol}: no file, stays at ${start}.")),
            Source::Follows(i) => {
                let driver = &tracks[*i].asset;
                let relative = u64::from(beta.0) * 10_000 / u64::from(driver.beta.0);
                let beta = Beta(u32::try_from(relative).unwrap_or(u32::MAX));
                Some(format!(
                    "{symbol}: no file, follows {driver} with beta {beta} from ${start}: price = {start} × ({driver} / {driver} at \
                     the start)^{beta}.",
                    driver = driver.symbol
                ))
            }
        }
    }
}

/// One file, read, named and cut to the window.
struct Track {
    asset: Asset,
    path: PathBuf,
    candles: Vec<Candle>,
    interval: i64,
    newest_first: bool,
    /// (time, price) in rising time.
    steps: Vec<(i64, Price8)>,
}

impl Track {
    fn read(file: &PriceFile, window: Window, assets: &[Asset]) -> Result<Track, PriceInputError> {
        let path = file.path.clone();
        let fail = |problem| PriceInputError::File { path: path.clone(), problem };
        let text = read_text(&path).map_err(fail)?;
        let table = csv_table::read(&text).map_err(fail)?;
        let asset = find_asset(file, &table, assets)?;
        let interval = median_gap(&table.candles).unwrap_or(LONE_CANDLE_INTERVAL);
        let inside = |candle: &Candle| window.contains(candle.start);
        let candles: Vec<Candle> = table.candles.iter().copied().filter(inside).collect();
        if candles.is_empty() {
            let show = |candle: Option<&Candle>| candle.map_or_else(String::new, |c| window::show(c.start));
            let (first, last) = (show(table.candles.first()), show(table.candles.last()));
            return Err(PriceInputError::EmptyWindow { path, first, last });
        }
        let steps = walk(&candles, interval);
        Ok(Track { asset, path, candles, interval, newest_first: table.newest_first, steps })
    }

    fn first_time(&self) -> i64 {
        self.steps.first().map_or(i64::MAX, |step| step.0)
    }

    fn last_time(&self) -> i64 {
        self.steps.last().map_or(i64::MIN, |step| step.0)
    }

    /// Price at each of `times`, which rise and start no earlier than the track: the last one known then.
    fn at(&self, times: &[i64]) -> Vec<Price8> {
        let known = |time: &i64| self.steps.partition_point(|step| step.0 <= *time).max(1) - 1;
        times.iter().map(|time| self.steps[known(time)].1).collect()
    }

    fn note(&self) -> String {
        let file = self.path.file_name().unwrap_or(self.path.as_os_str()).to_string_lossy();
        let order = if self.newest_first { "newest first" } else { "oldest first" };
        let (symbol, count) = (&self.asset.symbol, self.candles.len());
        let plural = if count == 1 { "" } else { "s" };
        let mut note =
            format!("{symbol}: {file}, {count} candle{plural} of {} ({order}).", window::duration(self.interval));
        match gaps(&self.candles, self.interval) {
            0 => {}
            1 => note.push_str(" One gap: the last price stands until the next candle."),
            many => note.push_str(&format!(" {many} gaps: the last price stands until the next candle.")),
        }
        note
    }
}

fn read_text(path: &Path) -> Result<String, FileProblem> {
    let bytes = std::fs::read(path).map_err(|error| match error.kind() {
        ErrorKind::NotFound => FileProblem::Missing,
        kind => FileProblem::Unreadable { reason: kind.to_string() },
    })?;
    String::from_utf8(bytes).map_err(|_| FileProblem::NotText)
}

/// The asset a file prices: as named by the user, else by the symbol column, else by the file's name.
fn find_asset(file: &PriceFile, table: &Table, assets: &[Asset]) -> Result<Asset, PriceInputError> {
    let known = || {
        let symbols: Vec<&str> = assets.iter().map(|asset| asset.symbol.as_str()).collect();
        symbols.join(", ")
    };
    let unknown = |symbol: &str| PriceInputError::SymbolUnknown {
        symbol: symbol.to_owned(),
        path: file.path.clone(),
        known: known(),
    };
    if let Some(symbol) = &file.symbol {
        let named = assets.iter().find(|asset| asset.symbol == *symbol);
        return named.cloned().ok_or_else(|| unknown(symbol));
    }
    if let Some(cell) = table.symbol.as_deref().filter(|cell| !cell.is_empty()) {
        return guess(cell, assets).cloned().ok_or_else(|| unknown(cell));
    }
    let name = file.path.file_stem().unwrap_or_default().to_string_lossy();
    guess(&name, assets)
        .cloned()
        .ok_or_else(|| PriceInputError::SymbolNotGuessed { path: file.path.clone(), known: known() })
}

/// The asset that `BTC/USD`, `btc_usd_1h_2018`, `Binance_BTCUSDT_d` or `XBTUSD` means: the first word that is a symbol, alone or before
/// a name of the dollar.
fn guess<'a>(text: &str, assets: &'a [Asset]) -> Option<&'a Asset> {
    let upper = text.to_ascii_uppercase().replace("XBT", "BTC");
    let mut words = upper.split(|c: char| !c.is_ascii_alphanumeric());
    words.find_map(|word| {
        assets.iter().find(|asset| {
            let rest = word.strip_prefix(asset.symbol.as_str());
            rest.is_some_and(|rest| matches!(rest, "" | "USD" | "USDT" | "USDC" | "PERP"))
        })
    })
}

/// Every time at which some track has a price, while all tracks have one; `None` if there is no such time.
fn common_times(tracks: &[Track]) -> Option<Vec<i64>> {
    let first = tracks.iter().map(Track::first_time).max()?;
    let last = tracks.iter().map(Track::last_time).min()?;
    let all: BTreeSet<i64> = tracks.iter().flat_map(|track| &track.steps).map(|step| step.0).collect();
    let times: Vec<i64> = all.into_iter().filter(|time| (first..=last).contains(time)).collect();
    (!times.is_empty()).then_some(times)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::price_path::default_assets;

    /// A file of its own for each test, removed with it.
    struct Scratch(PathBuf);

    impl Scratch {
        fn new(test: &str, name: &str, text: &str) -> Scratch {
            let folder = std::env::temp_dir().join(format!("breakwater-sim-{}-{test}", std::process::id()));
            std::fs::create_dir_all(&folder).expect("a folder for the test");
            let path = folder.join(name);
            std::fs::write(&path, text).expect("a file for the test");
            Scratch(path)
        }

        fn file(&self, symbol: Option<&str>) -> PriceFile {
            PriceFile { symbol: symbol.map(str::to_owned), path: self.0.clone() }
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            let _ = std::fs::remove_file(&self.0);
            let _ = self.0.parent().map(std::fs::remove_dir);
        }
    }

    const HEADER: &str = "unix,open,high,low,close\n";

    fn load(files: &[PriceFile]) -> Result<PricePath, PriceInputError> {
        from_files(files, Window::default(), &default_assets())
    }

    fn usd(path: &PricePath, symbol: &str) -> Vec<i64> {
        let i = path.index_of(symbol).expect("a symbol of the run");
        path.steps.iter().map(|step| step.samples[i].price.0 / Price8::PER_USD).collect()
    }

    #[test]
    fn an_argument_names_a_file_with_or_without_its_symbol() {
        let read = |text| PriceFile::parse(text).unwrap();
        assert_eq!(read("a/b.csv"), PriceFile { symbol: None, path: "a/b.csv".into() });
        assert_eq!(read("btc=a/b.csv"), PriceFile { symbol: Some("BTC".into()), path: "a/b.csv".into() });
        assert_eq!(read("./x=y.csv"), PriceFile { symbol: None, path: "./x=y.csv".into() });
        assert_eq!(PriceFile::parse("BTC="), Err(PriceInputError::NoFileName { given: "BTC=".to_owned() }));
    }

    /// BTC halves; ETH = 3,000 × 0.5^1.2 = 1,305.8, SOL = 150 × 0.5^1.5 = 53.03.
    #[test]
    fn assets_without_a_file_follow_with_their_beta_and_the_notes_say_so() {
        let btc =
            Scratch::new("follow", "btc.csv", &format!("{HEADER}0,8000,8000,8000,8000\n3600,4000,4000,4000,4000\n"));
        let path = load(&[btc.file(None)]).unwrap();
        assert_eq!(usd(&path, "BTC"), [8_000, 8_000, 8_000, 8_000, 4_000, 4_000, 4_000, 4_000]);
        assert_eq!(usd(&path, "ETH")[3..5], [3_000, 1_305]);
        assert_eq!(usd(&path, "SOL")[3..5], [150, 53]);
        assert_eq!(usd(&path, "USDC"), [1; 8]);
        let notes = path.notes.join("\n");
        for part in [
            "BTC: btc.csv, 2 candles of 1 h (oldest first).",
            "ETH: no file, follows BTC with beta 1.2 from $3000.00",
            "USDC: no file, stays at $1.00.",
            "Order within a candle",
        ] {
            assert!(notes.contains(part), "{part:?} is missing in\n{notes}");
        }
    }

    /// ETH drives with 1.2, so BTC follows with 1/1.2 = 0.8333.
    #[test]
    fn a_beta_is_taken_relative_to_the_driver() {
        let eth =
            Scratch::new("relative", "eth.csv", &format!("{HEADER}0,2000,2000,2000,2000\n3600,1000,1000,1000,1000\n"));
        let path = load(&[eth.file(None)]).unwrap();
        assert_eq!(usd(&path, "BTC")[4], 33_673);
        assert!(path.notes.iter().any(|note| note.contains("BTC: no file, follows ETH with beta 0.8333")));
    }

    #[test]
    fn two_files_are_walked_over_the_time_they_share() {
        let btc = Scratch::new("share-a", "btc.csv", &format!("{HEADER}0,1,1,1,1\n400,2,2,2,2\n800,3,3,3,3\n"));
        let sol = Scratch::new("share-b", "sol.csv", &format!("{HEADER}450,70,70,70,70\n850,80,80,80,80\n"));
        let path = load(&[btc.file(None), sol.file(None)]).unwrap();
        let times: Vec<i64> = path.steps.iter().map(|step| step.time).collect();
        assert_eq!(times, [450, 500, 550, 600, 650, 700, 750, 800, 850, 900, 950, 1_000, 1_050, 1_100]);
        assert_eq!(usd(&path, "BTC"), [2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3]);
        assert_eq!(usd(&path, "SOL"), [70, 70, 70, 70, 70, 70, 70, 70, 80, 80, 80, 80, 80, 80]);
    }

    #[test]
    fn the_quote_asset_takes_a_file_and_drives_nobody() {
        let usdc = Scratch::new("quote", "usdc_usd.csv", &format!("{HEADER}0,1,1,0.5,0.9\n3600,1,1,1,1\n"));
        let path = load(&[usdc.file(None)]).unwrap();
        assert_eq!(path.steps[2].samples[3].price, Price8(50_000_000));
        assert_eq!(usd(&path, "BTC"), [60_000; 8]);
    }

    #[test]
    fn a_symbol_is_guessed_from_every_usual_way_to_write_a_pair() {
        let assets = default_assets();
        for (text, want) in [
            ("BTC/USD", "BTC"),
            ("ethusdt", "ETH"),
            ("XBTUSD", "BTC"),
            ("SOL-PERP", "SOL"),
            ("Binance_SOLUSDT_1h", "SOL"),
            ("btc_usd_1h_2018_2022", "BTC"),
            ("USDCUSD", "USDC"),
        ] {
            assert_eq!(guess(text, &assets).map(|asset| asset.symbol.as_str()), Some(want), "{text}");
        }
        for text in ["prices", "", "DOGEUSD", "SOLANA", "ETHBTC"] {
            assert_eq!(guess(text, &assets), None, "{text}");
        }
    }

    #[test]
    fn loading_fails_with_symbol_not_guessed() {
        let file = Scratch::new("nameless", "prices.csv", &format!("{HEADER}0,1,1,1,1\n"));
        let error = load(&[file.file(None)]).unwrap_err();
        let shown = file.0.display();
        let want = format!(
            "cannot tell which asset {shown} prices: write --prices SYMBOL={shown} with one of SOL, BTC, ETH, USDC"
        );
        assert_eq!(error.to_string(), want);
    }

    #[test]
    fn loading_fails_with_symbol_unknown() {
        let text = "unix,symbol,open,high,low,close\n0,DOGE/USD,1,1,1,1\n";
        let file = Scratch::new("unknown", "btc.csv", text);
        for (named, symbol) in [(None, "DOGE/USD"), (Some("DOGE"), "DOGE")] {
            let error = load(&[file.file(named)]).unwrap_err();
            let (path, known) = (file.0.clone(), "SOL, BTC, ETH, USDC".to_owned());
            assert_eq!(error, PriceInputError::SymbolUnknown { symbol: symbol.to_owned(), path, known });
        }
        assert!(load(&[file.file(Some("SOL"))]).is_ok());
    }

    #[test]
    fn loading_fails_with_symbol_twice() {
        let file = Scratch::new("twice", "btc.csv", &format!("{HEADER}0,1,1,1,1\n"));
        let error = load(&[file.file(None), file.file(None)]).unwrap_err();
        let (first, second) = (file.0.clone(), file.0.clone());
        assert_eq!(error, PriceInputError::SymbolTwice { symbol: "BTC".to_owned(), first, second });
    }

    #[test]
    fn loading_fails_with_missing_file_and_with_no_files() {
        let error = load(&[PriceFile { symbol: None, path: "no/such.csv".into() }]).unwrap_err();
        assert_eq!(error.to_string(), "no/such.csv: there is no such file");
        assert_eq!(load(&[]), Err(PriceInputError::NoFiles));
    }

    #[test]
    fn loading_fails_with_empty_window_and_says_what_there_is() {
        let file = Scratch::new("window", "btc.csv", &format!("{HEADER}0,1,1,1,1\n3600,1,1,1,1\n"));
        let window = Window::parse(Some("2020-03-08"), None).unwrap();
        let error = from_files(&[file.file(None)], window, &default_assets()).unwrap_err();
        let want = format!(
            "{} has no candle in the chosen time: it covers 1970-01-01 00:00 to 1970-01-01 01:00 (UTC)",
            file.0.display()
        );
        assert_eq!(error.to_string(), want);
    }

    #[test]
    fn loading_fails_with_no_overlap() {
        let btc = Scratch::new("apart-a", "btc.csv", &format!("{HEADER}0,1,1,1,1\n"));
        let sol = Scratch::new("apart-b", "sol.csv", &format!("{HEADER}90000,1,1,1,1\n"));
        assert_eq!(load(&[btc.file(None), sol.file(None)]), Err(PriceInputError::NoOverlap));
    }

    /// Nine days of hourly candles, newest first in the file: 216 candles, 864 steps, and the low of 13 March 2020 at 3,850.
    #[test]
    fn the_crash_of_march_2020_is_walked_from_the_real_file() {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/prices/btc_usd_1h_2018_2022.csv");
        if !file.exists() {
            eprintln!("skipped: {} is not there", file.display());
            return;
        }
        let window = Window::parse(Some("2020-03-08"), Some("2020-03-16")).unwrap();
        let path = from_files(&[PriceFile { symbol: None, path: file }], window, &default_assets()).unwrap();
        assert_eq!(path.steps.len(), 864);
        assert_eq!(path.span(), Some((1_583_625_600, 1_584_399_600 + 2_700)));
        assert!(path.steps.windows(2).all(|pair| pair[1].time - pair[0].time == 900));
        let btc = usd(&path, "BTC");
        assert_eq!((btc[0], btc.iter().min(), btc[863]), (8_893, Some(&3_850), 5_033));
        assert!(path.notes[0].starts_with("BTC: btc_usd_1h_2018_2022.csv, 216 candles of 1 h (newest first)"));
    }
}
