//! A keeper's process: its files, its proxy, its life.

use std::fmt::Write;
use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use breakwater_client::{Address, address, instruction};
use serde_json::Value;
use solana_keypair::Keypair;
use solana_signer::Signer;

use super::people::{supplies, with_units};
use super::place::{Place, Prices, key_file};
use super::proxy::Proxy;
use super::rpc::{Outcome, Rpc, Trouble};

/// SOL that a keeper begins with, lamports.
pub const SOL: u64 = 100_000_000_000;
/// Dollars of each token in a keeper's margin account, and as much again in its wallet.
const CAPITAL: u64 = 2_000_000;
/// How long a keeper may take to end, or to answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// A keeper.
pub struct Keeper {
    /// What it is called; its files have this name.
    pub name: String,
    /// Its wallet's key.
    pub key: Keypair,
    /// What stands between it and the node.
    pub proxy: Proxy,
    /// Its margin account.
    pub account: Address,
    /// Its configuration.
    pub config: PathBuf,
    /// Its journal.
    pub journal: PathBuf,
    /// What it says.
    pub log: PathBuf,
    /// Where it serves its metrics.
    listen: String,
    /// The command `breakwater`.
    command: PathBuf,
    process: Option<Child>,
}

impl Keeper {
    /// A wallet, a margin account with deposits, and a configuration.
    pub fn new(
        rpc: &Rpc,
        (place, prices): (&Place, &Prices),
        (command, folder): (&Path, &Path),
        (name, key): (&str, Keypair),
        proxy: Proxy,
    ) -> Outcome<Keeper> {
        let me = key.pubkey();
        let twice = supplies(place, prices, 2 * CAPITAL);
        // What opening the account costs is given back below, so that all that leaves the wallet from then on are fees.
        place.fund(rpc, &me, 2 * SOL, &twice)?;
        let account = address::margin_account(&place.group, &me, 0);
        let mut first = vec![instruction::open_account(&place.group, &me, 0)];
        for (token, amount) in place.tokens.iter().zip(supplies(place, prices, CAPITAL)) {
            first.push(place.deposit(&me, &account, token, amount));
        }
        place.publish(rpc, prices)?;
        rpc.land("a keeper's account", &with_units(first), &[&key])?;
        let mut wallet = rpc.account(&me)?.ok_or_else(|| Trouble("a keeper has no wallet".to_owned()))?;
        wallet.lamports = SOL;
        rpc.set(&me, &wallet)?;
        let journal = folder.join(format!("{name}.journal"));
        for file in [&journal, &folder.join(format!("{name}.log"))] {
            let _ = std::fs::remove_file(file);
        }
        let keeper = Keeper {
            config: folder.join(format!("{name}.toml")),
            log: folder.join(format!("{name}.log")),
            listen: free_port()?,
            command: command.to_owned(),
            process: None,
            name: name.to_owned(),
            journal,
            account,
            proxy,
            key,
        };
        let key_path = key_file(folder, name, &keeper.key)?;
        std::fs::write(&keeper.config, keeper.settings(place, &key_path))?;
        Ok(keeper)
    }

    fn settings(&self, place: &Place, key: &Path) -> String {
        let mut text = String::new();
        let _ = write!(
            text,
            "[cluster]\nname = \"localnet\"\nurl = \"{}\"\nws_url = \"{}\"\ncommitment = \"processed\"\n\n\
             [keeper]\nkeypair = \"{}\"\ngroup = \"{}\"\naccount = 0\njournal = \"{}\"\n\n\
             [book]\nresnapshot_secs = 20\npoll_ms = 1000\nstall_ms = 3000\nscan_ms = 500\n\n\
             [send]\nsol_token = 0\nin_flight = 16\n\n\
             [inventory]\nmost_exposure_usd = 50000000\n\n\
             [metrics]\nlisten = \"{}\"\n\n[log]\nformat = \"json\"\n",
            self.proxy.url,
            self.proxy.ws_url,
            key.display(),
            place.group,
            self.journal.display(),
            self.listen,
        );
        text
    }

    /// Starts the process.
    pub fn start(&mut self) -> Outcome<()> {
        let log = OpenOptions::new().create(true).append(true).open(&self.log)?;
        let errors: File = log.try_clone()?;
        let mut command = Command::new(&self.command);
        command.args(["keeper", "run", "--config"]).arg(&self.config).stdin(Stdio::null());
        self.process = Some(command.stdout(log).stderr(errors).spawn()?);
        Ok(())
    }

    /// Whether it has ended by itself, and how.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.process.as_mut().and_then(|process| process.try_wait().ok().flatten())
    }

    /// Whether its process is there.
    pub fn runs(&mut self) -> bool {
        self.process.as_mut().is_some_and(|process| process.try_wait().is_ok_and(|ended| ended.is_none()))
    }

    /// Ends it without a warning; whether that is how it ended.
    pub fn kill(&mut self) -> Outcome<bool> {
        use std::os::unix::process::ExitStatusExt;
        let Some(mut process) = self.process.take() else { return Ok(false) };
        process.kill()?;
        Ok(process.wait()?.signal() == Some(9))
    }

    /// Ends it as Ctrl-C does; its exit code.
    pub fn stop(&mut self) -> Outcome<Option<i32>> {
        let Some(mut process) = self.process.take() else { return Ok(None) };
        Command::new("kill").args(["-INT", &process.id().to_string()]).status()?;
        let began = Instant::now();
        while began.elapsed() < PATIENCE {
            if let Some(status) = process.try_wait()? {
                return Ok(status.code());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        process.kill()?;
        process.wait()?;
        Ok(None)
    }

    /// What one of its pages says; the status with the text.
    pub fn page(&self, path: &str) -> Outcome<(u16, String)> {
        let answer = reqwest::blocking::Client::new().get(format!("http://{}{path}", self.listen)).send();
        let answer = answer.map_err(|error| Trouble(format!("{path} of keeper {}: {error}", self.name)))?;
        let status = answer.status().as_u16();
        Ok((status, answer.text().unwrap_or_default()))
    }

    /// Waits until it is ready.
    pub fn ready(&mut self) -> Outcome<()> {
        let began = Instant::now();
        while !self.page("/readyz").is_ok_and(|(status, _)| status == 200) {
            if let Some(status) = self.ended() {
                return Err(Trouble(format!("keeper {} ended: {status}: {}", self.name, self.last_line())));
            }
            if began.elapsed() > PATIENCE {
                return Err(Trouble(format!("keeper {} is not ready: {}", self.name, self.last_line())));
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }

    fn last_line(&self) -> String {
        let text = std::fs::read_to_string(&self.log).unwrap_or_default();
        text.lines().last().unwrap_or("it said nothing").to_owned()
    }

    /// `breakwater keeper report --journal FILE --json`.
    pub fn report(&self) -> Outcome<Value> {
        let mut command = Command::new(&self.command);
        let output = command.args(["keeper", "report", "--json", "--journal"]).arg(&self.journal).output()?;
        serde_json::from_slice(&output.stdout).map_err(|_| {
            Trouble(format!("breakwater keeper report: {}", String::from_utf8_lossy(&output.stderr).trim()))
        })
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        if let Some(process) = &mut self.process {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

fn free_port() -> Outcome<String> {
    let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
    Ok(listener.local_addr()?.to_string())
}
