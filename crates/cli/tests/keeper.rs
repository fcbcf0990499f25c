//! `breakwater keeper` before it begins: what would make a keeper useless or dangerous is one sentence with what to do, exit
//! code 2, and nothing is sent. At work it is shown by `cargo xtask e2e keeper`.

mod node;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use breakwater_client::decode::{ProgramAccount, account_size, discriminator};
use breakwater_client::interface::accounts::GROUP_VERSION;
use breakwater_client::interface::{Group, RiskBoard};
use breakwater_client::{Address, PROGRAM_ID};
use bytemuck::Zeroable;
use serde_json::{Value, json};
use solana_keypair::Keypair;
use solana_signer::Signer;

const LOCAL: &str = "4uhcVJyU9pJkvQyS88uRDiswHXSCkY3zQawwpjk2NsNY";
const MAINNET: &str = "5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d";
const REQUESTS: usize = 20;

/// A folder with a key and a configuration.
struct Home(PathBuf);

impl Home {
    fn new(name: &str) -> Home {
        let path = std::env::temp_dir().join(format!("breakwater-keeper-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).expect("a folder");
        Home(path)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Writes a key that only its owner may read.
    fn key(&self, mode: u32) -> Keypair {
        let (key, path) = (Keypair::new(), self.file("keeper.json"));
        fs::write(&path, format!("{:?}", key.to_bytes())).expect("a key");
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("its mode");
        key
    }

    /// Writes the example, with some of it replaced.
    fn config(&self, replaced: &[(&str, &str)]) -> PathBuf {
        let keypair = format!("keypair = {:?}", self.file("keeper.json"));
        let journal = format!("journal = {:?}", self.file("journal.jsonl"));
        let own = [("keypair = \"keeper.json\"", keypair.as_str()), ("journal = \"keeper-journal.jsonl\"", &journal)];
        let example = breakwater_keeper::config::EXAMPLE.to_owned();
        let text = own.iter().chain(replaced).fold(example, |text, (from, to)| text.replacen(from, to, 1));
        let path = self.file("keeper.toml");
        fs::write(&path, text).expect("a configuration");
        path
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn keeper(arguments: &[&str], config: Option<&Path>) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_breakwater"));
    command.env_clear().arg("keeper").args(arguments);
    if let Some(path) = config {
        command.arg("--config").arg(path);
    }
    command.output().expect("the command runs")
}

fn refused(output: &Output, fact: &str) {
    ended(output, 2, fact);
}

fn ended(output: &Output, code: i32, fact: &str) {
    let sentence = String::from_utf8(output.stderr.clone()).expect("text");
    assert_eq!(output.status.code(), Some(code), "{fact}: {sentence}");
    assert_eq!(sentence.lines().count(), 1, "{fact}: {sentence}");
    assert!(sentence.contains(fact), "{fact}: {sentence}");
}

/// What a node has.
#[derive(Clone)]
struct Has {
    genesis: &'static str,
    accounts: Vec<(Address, Address, u64, Vec<u8>)>,
}

impl Has {
    fn put<T: ProgramAccount>(&mut self, key: Address, account: &T) {
        let mut data = discriminator("account", T::NAME).to_vec();
        data.extend_from_slice(bytemuck::bytes_of(account));
        assert_eq!(data.len(), account_size::<T>());
        self.accounts.push((key, PROGRAM_ID, 1, data));
    }

    fn answer(&self, request: &Value) -> Value {
        let method = request["method"].as_str().expect("a method");
        assert!(!method.starts_with("send") && !method.starts_with("simulate"), "{method}");
        let found = |key: &Value| {
            let key: Address = key.as_str().expect("a key").parse().expect("a key");
            let account = self.accounts.iter().find(|(address, ..)| *address == key);
            account.map_or(Value::Null, |(_, owner, lamports, data)| {
                json!({
                    "data": [BASE64_STANDARD.encode(data), "base64"], "owner": owner.to_string(), "lamports": lamports,
                    "executable": false, "rentEpoch": 0, "space": data.len(),
                })
            })
        };
        let result = match method {
            "getGenesisHash" => json!(self.genesis),
            "getMultipleAccounts" => {
                let keys = request["params"][0].as_array().expect("keys");
                json!({ "context": { "slot": 7 }, "value": keys.iter().map(found).collect::<Vec<_>>() })
            }
            "getVersion" => json!({ "solana-core": "4.2.2" }),
            other => panic!("nobody asks for {other}"),
        };
        json!({ "jsonrpc": "2.0", "id": request["id"], "result": result })
    }

    fn serve(self) -> String {
        node::serve(REQUESTS, move |request| self.answer(request))
    }
}

#[test]
fn a_keeper_that_could_not_work_does_not_begin() {
    let home = Home::new("begin");
    let wallet = home.key(0o600).pubkey();
    let (group, board) = (Address::new_unique(), Address::new_unique());
    let empty = Has { genesis: LOCAL, accounts: Vec::new() };
    let mut deployed = empty.clone();
    deployed.accounts.push((PROGRAM_ID, Address::new_unique(), 1, Vec::new()));
    let with_group = |version| {
        let mut has = deployed.clone();
        has.put(group, &Group { board: *board.as_array(), version, ..Group::zeroed() });
        has
    };
    let with_board = |version, lamports| {
        let mut has = with_group(GROUP_VERSION);
        has.put(board, &RiskBoard { version, ..RiskBoard::zeroed() });
        has.accounts.push((wallet, Address::default(), lamports, Vec::new()));
        has
    };
    let another = {
        let mut has = deployed.clone();
        has.put(group, &RiskBoard::zeroed());
        has
    };
    let cases = [
        (Has { genesis: MAINNET, ..empty.clone() }, "is a node of mainnet-beta, and cluster.name is localnet"),
        (empty, "deploy it, or name another node"),
        (deployed.clone(), "is no group on"),
        (another, "is another account of the program"),
        (with_group(GROUP_VERSION + 1), "is of another version of the program than this keeper"),
        (with_board(GROUP_VERSION + 1, 1 << 40), "is of another version of the program than this keeper"),
        (with_board(GROUP_VERSION, 5), "holds 5 lamports and keeper.least_lamports is 10000000: send it SOL"),
        (with_board(GROUP_VERSION, 1 << 40), "has no margin account 0 in the group: `breakwater keeper open` opens it"),
    ];
    for (has, fact) in cases {
        let url = has.serve();
        let named = format!("group = \"{group}\"");
        let path =
            home.config(&[("http://127.0.0.1:8899", &url), ("group = \"11111111111111111111111111111111\"", &named)]);
        refused(&keeper(&["run"], Some(&path)), fact);
        assert!(!home.file("journal.jsonl").exists(), "{fact}: a journal was begun");
    }
}

#[test]
fn a_node_that_does_not_answer_is_told_and_may_be_tried_again() {
    let home = Home::new("silent");
    home.key(0o600);
    let path = home.config(&[("http://127.0.0.1:8899", "http://127.0.0.1:1")]);
    ended(&keeper(&["run"], Some(&path)), 1, "check that the node runs and that the address is right");
}

#[test]
fn a_configuration_or_key_that_cannot_be_used_is_refused() {
    let home = Home::new("config");
    refused(&keeper(&["run"], Some(Path::new("/no/keeper.toml"))), "`breakwater keeper init` writes one");
    refused(&keeper(&["run"], Some(&home.config(&[("[send]", "[sent]")]))), "unknown field `sent`");
    refused(&keeper(&["run"], Some(&home.config(&[]))), "keeper.keypair");
    home.key(0o644);
    refused(&keeper(&["run"], Some(&home.config(&[]))), "chmod 600");
    home.key(0o600);
    refused(&keeper(&["run", "--dashboard"], Some(&home.config(&[]))), "--dashboard needs a terminal");
    let grpc = home.config(&[("# grpc_url = \"https://grpc.example\"", "grpc_url = \"https://grpc.example\"")]);
    if !cfg!(feature = "yellowstone") {
        refused(&keeper(&["run"], Some(&grpc)), "build it with --features yellowstone");
    }
    refused(&keeper(&["report", "--journal", "/no/journal"], None), "/no/journal");
}

#[test]
fn a_configuration_is_written_once() {
    let home = Home::new("init");
    let path = home.file("new.toml");
    let name = path.to_str().expect("a name");
    let written = keeper(&["init", name], None);
    assert_eq!(written.status.code(), Some(0));
    assert_eq!(fs::read_to_string(&path).expect("it is there"), breakwater_keeper::config::EXAMPLE);
    refused(&keeper(&["init", name], None), "name a file that is not there yet");
    let help = keeper(&["run", "--help"], None);
    let help = String::from_utf8(help.stdout).expect("text");
    assert!(help.contains("--dry-run") && help.contains("--once"), "{help}");
}
