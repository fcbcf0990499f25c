//! `breakwater migrate` as its user meets it, without a node: files, keys and how they are refused. Against a node it is
//! `cargo xtask e2e migrate`, and on the embedded chain migrations/tests.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Nobody listens here.
const NOWHERE: &str = "http://127.0.0.1:9";

fn breakwater(home: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_breakwater"));
    command.env("HOME", home).args(arguments).output().expect("the command runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("the output is text")
}

/// A folder of its own for a test, without a key in it.
fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("breakwater-migrate-{name}-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("the folder is made");
    folder
}

/// The one sentence on stderr, after a code.
fn refused(code: i32, output: &Output) -> String {
    let sentence = text(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{sentence}");
    assert_eq!(sentence.lines().count(), 1, "{sentence}");
    sentence
}

fn kept(cluster: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations/params").join(format!("{cluster}.toml"));
    fs::read_to_string(path).expect("the file is kept")
}

#[test]
fn the_files_of_devnet_and_mainnet_wait_for_somebody_to_fill_in_who_governs() {
    let home = folder("unfilled");
    for cluster in ["devnet", "mainnet-beta"] {
        let output = breakwater(&home, &["migrate", "--cluster", cluster, "--url", NOWHERE, "--dry-run"]);
        let sentence = refused(2, &output);
        assert!(sentence.contains("group.creator: it is empty: write the address"), "{sentence}");
    }
    let _ = fs::remove_dir_all(&home);
}

#[test]
fn filled_in_files_pass_every_bound_and_reach_for_the_node() {
    let home = folder("filled");
    for cluster in ["devnet", "mainnet-beta"] {
        let mut file = kept(cluster);
        let keys = [
            ("creator", "4zMMC9srt5Ri5X14GAgXhaHii3GnPAEERYPJgZJDncDU"),
            ("admin", "4zMMC9srt5Ri5X14GAgXhaHii3GnPAEERYPJgZJDncDU"),
            ("risk_manager", "So11111111111111111111111111111111111111112"),
            ("guardian", "cbbtcf3aa214zXHbiAZQwf4122FBYbraNdFqgw4iMij"),
        ];
        for (key, address) in keys {
            file = file.replace(&format!("{key} = \"\""), &format!("{key} = \"{address}\""));
        }
        let path = home.join("filled.toml").display().to_string();
        fs::write(&path, file).expect("the file is written");
        let given = ["migrate", "--cluster", cluster, "--params", &path, "--url", NOWHERE, "--dry-run"];
        let sentence = refused(1, &breakwater(&home, &given));
        assert!(sentence.contains("the node did not answer"), "{sentence}");
    }
    let _ = fs::remove_dir_all(&home);
}

#[test]
fn a_bad_file_is_refused_by_file_key_and_what_to_do() {
    let home = folder("bad");
    let path = home.join("bad.toml").display().to_string();
    let good = kept("localnet");
    for (old, new, says) in [
        ("number = 0", "nummer = 0", "group.number: it is missing: add it"),
        ("number = 0", "number = 0\nextra = 1", "group.extra: there is no such key: correct it or leave it out"),
        ("number = 0", "number = 65_536", "group.number: it is no whole number from 0 to 65535"),
        ("wait_slots = 25", "wait_slots = 2", "liquidation: ConfigLiquidation"),
        ("wait_slots = 25", "wait_slots = 70_000", "liquidation.wait_slots: it is too large"),
        ("wait_slots = 25", "wait_slots = 25.0", "liquidation.wait_slots: decimals are exact only in quotes"),
        ("volatility_multiple = \"3.00\"", "volatility_multiple = \"3.001\"", "more than 2 decimals"),
        ("mint = \"So111", "mint = \"0o111", "token[0].mint: \"0o111"),
        ("symbol = \"USDC\"", "symbol = \"SOL\"", "token[1].symbol: SOL is in the file twice"),
        ("token_program = \"spl-token\"", "token_program = \"spl\"", "token[0].token_program: it is neither"),
        ("asset_initial_bps = 8_000", "asset_initial_bps = 9_500", "token[0].weights: ConfigAssetWeights"),
        ("ramp = \"0s\"", "ramp = \"2 weeks\"", "token[0].weights.ramp: \"2 weeks\" is no time"),
        ("feed = \"pyth:ef", "feed = \"pyth:zz", "token[0].oracle.feed: it is no feed"),
        ("max_liquidation_band_bps = 100", "max_liquidation_band_bps = 101", "token[0].oracle: ConfigFeed"),
        ("liability_maintenance_bps = 10_500", "liability_maintenance_bps = 10_000", "ConfigEndBuffer"),
        ("quote = \"USDC\"", "quote = \"USDT\"", "fund.quote: no [[token]] is called \"USDT\""),
        ("edge_quote = 250_000", "edge_quote = 50_000", "market[0].perp: ConfigTiers"),
        ("cluster = \"localnet\"", "cluster = \"devnet\"", "cluster: it is for \"devnet\", not for localnet"),
        ("[fund]", "[fund", "it is no TOML"),
    ] {
        assert!(good.contains(old), "{old}");
        fs::write(&path, good.replacen(old, new, 1)).expect("the file is written");
        let given = ["migrate", "--cluster", "localnet", "--params", &path, "--url", NOWHERE, "--dry-run"];
        let sentence = refused(2, &breakwater(&home, &given));
        assert!(sentence.contains(&path) && sentence.contains(says), "{new}: {sentence}");
    }
    let _ = fs::remove_dir_all(&home);
}

#[test]
fn keys_clusters_and_urls_are_refused_with_what_to_do() {
    let home = folder("keys");
    let missing = home.join("missing.json").display().to_string();
    let given = ["migrate", "--cluster", "localnet", "--keypair", &missing, "--dry-run"];
    assert!(refused(2, &breakwater(&home, &given)).contains("pass the path of a key file"));
    let given = ["migrate", "--cluster", "localnet", "--dry-run"];
    assert!(refused(2, &breakwater(&home, &given)).contains("no key is at hand: pass --keypair"));
    let given = ["migrate", "--cluster", "testnet"];
    assert!(refused(2, &breakwater(&home, &given)).contains("pass localnet, devnet or mainnet-beta"));
    let help = breakwater(&home, &["migrate", "--help"]);
    assert_eq!(help.status.code(), Some(0));
    assert!(text(&help.stdout).contains("Examples:"));
    let _ = fs::remove_dir_all(&home);
}

#[cfg(unix)]
#[test]
fn a_key_that_others_can_read_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let home = folder("open");
    let path = home.join("open.json");
    fs::write(&path, "[]").expect("the file is written");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("the mode is set");
    let given = ["migrate", "--cluster", "localnet", "--keypair", &path.display().to_string()];
    assert!(refused(2, &breakwater(&home, &given)).contains("others can read this key: run `chmod 600`"));
    let _ = fs::remove_dir_all(&home);
}
