//! What `breakwater migrate` can be told, and what it shares with `breakwater admin`.

use std::path::PathBuf;

use breakwater_migrations::Failure;
use breakwater_migrations::keys::{Ring, read};
use breakwater_migrations::params::{Name, Params};
use breakwater_migrations::rpc::Rpc;
use clap::Args;
use solana_keypair::Keypair;

const EXAMPLES: &str = "\
Examples:
  breakwater migrate --cluster localnet --dry-run
      what differs between the chain on this machine and migrations/params/localnet.toml; nothing is signed or sent
  breakwater migrate --cluster localnet --guardian-keypair guardian.json --launch --yes
      deploys, creates, configures and launches a group, without asking; run again, it has nothing to do
  breakwater migrate --cluster devnet --params my-group.toml --keypair admin.json
      the same from a file of your own, after a look at the differences
  breakwater migrate --cluster mainnet-beta --params group.toml --dry-run --json
      one JSON object for scripts

A key file is what solana-keygen writes, and others must not be able to read it. Exit codes: 0 done, nothing to do, or
waiting for its time; 1 refused, left to somebody else's signature, or the node failed; 2 bad input.";

/// Makes a group what its file of parameters says: deploys, creates, configures, queues, launches.
///
/// Shows the differences between chain and file first, and asks. May be run again at any time: what is done is not done twice.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES, verbatim_doc_comment)]
pub struct Options {
    #[command(flatten)]
    pub target: Target,

    #[command(flatten)]
    pub keys: Keys,

    /// Show the differences alone; nothing is signed or sent.
    #[arg(long)]
    pub dry_run: bool,

    /// Open the group for users at the end. From then on what loosens waits 48 hours.
    #[arg(long)]
    pub launch: bool,

    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,

    /// Do not ask.
    #[arg(long)]
    pub yes: bool,
}

/// Which chain, and which group.
#[derive(Args, Debug)]
pub struct Target {
    /// Which cluster's file: localnet, devnet or mainnet-beta.
    #[arg(long, value_name = "CLUSTER", value_parser = cluster)]
    pub cluster: Name,

    /// File of parameters [default: the one of migrations/params that this command was built with].
    #[arg(long, value_name = "FILE")]
    pub params: Option<PathBuf>,

    /// RPC node [default: the cluster's public one].
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,
}

/// Key files.
#[derive(Args, Debug)]
pub struct Keys {
    /// Key that pays [default: ~/.config/solana/id.json].
    #[arg(long, value_name = "FILE")]
    pub keypair: Option<PathBuf>,

    /// Key of the admin, if it is not the one that pays.
    #[arg(long, value_name = "FILE")]
    pub admin_keypair: Option<PathBuf>,

    /// Key of the risk manager, if it is not the one that pays.
    #[arg(long, value_name = "FILE")]
    pub risk_manager_keypair: Option<PathBuf>,

    /// Key of the guardian.
    #[arg(long, value_name = "FILE")]
    pub guardian_keypair: Option<PathBuf>,
}

fn cluster(text: &str) -> Result<Name, String> {
    let known = Name::ALL.into_iter().find(|name| name.text() == text);
    known.ok_or_else(|| "it is no cluster: pass localnet, devnet or mainnet-beta".to_owned())
}

impl Target {
    /// The file.
    pub fn load(&self) -> Result<Params, Failure> {
        Params::load(self.cluster, self.params.as_deref())
    }

    /// The node's URL.
    pub fn url(&self) -> &str {
        self.url.as_deref().unwrap_or(self.cluster.url())
    }

    /// The node.
    pub fn node(&self) -> Result<Rpc, Failure> {
        Rpc::new(self.url())
    }
}

impl Keys {
    /// The keys. The default key may be missing; whatever needs it says so.
    pub fn ring(&self) -> Result<Ring, Failure> {
        let default = std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".config/solana/id.json"));
        let payer = match (&self.keypair, default) {
            (Some(path), _) => Some(read(path, "--keypair")?),
            (None, Some(path)) if path.exists() => Some(read(&path, "--keypair")?),
            (None, _) => None,
        };
        let role = |path: &Option<PathBuf>, flag: &str| -> Result<Option<Keypair>, Failure> {
            path.as_ref().map(|path| read(path, flag)).transpose()
        };
        let roles = [
            role(&self.admin_keypair, "--admin-keypair")?,
            role(&self.risk_manager_keypair, "--risk-manager-keypair")?,
            role(&self.guardian_keypair, "--guardian-keypair")?,
        ];
        Ok(Ring { payer, roles })
    }
}
