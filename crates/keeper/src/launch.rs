//! A keeper as a process: log, node, checks, stream, endpoints, dashboard, signals.

use std::io::IsTerminal;
use std::sync::Arc;

use solana_keypair::Keypair;
use solana_signer::Signer;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tracing::{info, warn};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

use crate::config::{Config, LogFormat, LogSettings};
use crate::dashboard::{self, Lines};
use crate::node::Node;
use crate::node::rpc::{RpcNode, Settings};
use crate::picture::Picture;
use crate::run::{Keeper, Mode, Summary};
use crate::send::Prices;
use crate::source::stream::{Stream, Wire};
use crate::source::websocket::Websocket;
use crate::start::{self, Failure};
use crate::{http, metrics};

/// What a keeper is started with.
pub struct Launch {
    /// Its configuration.
    pub config: Config,
    /// Its wallet.
    pub wallet: Keypair,
    /// How it runs.
    pub mode: Mode,
    /// Whether it draws itself on the terminal; the log is then part of the picture.
    pub dashboard: bool,
}

/// Runs a keeper until it is told to stop.
///
/// # Errors
/// What [`start::verify`] refuses, a journal that cannot be used, an address that is taken, a source that ended.
pub fn run(launch: Launch) -> Result<Summary, Failure> {
    if launch.dashboard && !std::io::stdout().is_terminal() {
        return Err(Failure::Input("--dashboard needs a terminal: leave it out to have log lines".to_owned()));
    }
    let lines = Lines::default();
    start_log(&launch.config.log, launch.dashboard.then(|| lines.clone()))?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::Run(format!("no threads can be started: {error}")))?;
    let outcome = runtime.block_on(work(launch, lines));
    // What still waits for a node that does not answer is not waited for.
    runtime.shutdown_background();
    outcome
}

async fn work(launch: Launch, lines: Lines) -> Result<Summary, Failure> {
    let Launch { config, wallet, mode, dashboard } = launch;
    let node = node(&config)?;
    let wire = wire(&config)?;
    let group = start::verify(&config, wallet.pubkey(), node.as_ref()).await?;
    let handle = metrics::install();
    let listener = match config.metrics.listen {
        Some(address) => Some(http::bind(address).await.map_err(Failure::Input)?),
        None => None,
    };
    let (prices, priced) = watch::channel(Prices::default());
    let sender = start::sender(&config, wallet, mode, &group, node.clone(), priced)?;
    let settings = config.book;
    let mut keeper = Keeper::new(config, mode, group, node.clone(), (sender, prices));
    keeper.counts_bands = dashboard;
    let (pictures, pictured) = watch::channel(keeper.blank());
    let (stop, stopped) = watch::channel(false);
    info!(group = %pictured.borrow().group, wallet = %pictured.borrow().wallet, dry_run = mode.dry_run, "the keeper begins");
    let served = listener.map(|listener| tokio::spawn(http::serve(listener, handle, pictured.clone())));
    watch_signals(stop.clone())?;
    let screen = dashboard.then(|| draw_in_thread(pictured.clone(), lines, stop.clone()));
    let source = Stream { wire, node, group: pictured.borrow().group, followed: keeper.followed(), settings };
    let outcome = keeper.run(Box::new(source), stopped, pictures).await;
    stop.send_replace(true);
    if let Some(screen) = screen {
        let _ = tokio::task::spawn_blocking(move || screen.join()).await;
    }
    if let Some(served) = served {
        served.abort();
    }
    outcome
}

/// The configured stream of updates.
fn wire(config: &Config) -> Result<Box<dyn Wire>, Failure> {
    let (group, commitment) = (config.keeper.group, config.cluster.commitment);
    match &config.cluster.grpc_url {
        None => Ok(Box::new(Websocket { url: config.websocket(), group, commitment })),
        #[cfg(feature = "yellowstone")]
        Some(url) => {
            let (url, token) = (url.clone(), config.cluster.grpc_token.clone());
            Ok(Box::new(crate::source::yellowstone::Yellowstone { url, token, group, commitment }))
        }
        #[cfg(not(feature = "yellowstone"))]
        Some(_) => Err(Failure::Input(
            "cluster.grpc_url: this keeper is built without gRPC: build it with --features yellowstone, or leave it out"
                .to_owned(),
        )),
    }
}

/// The configured node.
///
/// # Errors
/// It is no URL.
pub fn node(config: &Config) -> Result<Arc<dyn Node>, Failure> {
    let settings = Settings { commitment: config.cluster.commitment.into(), ..Settings::new(&config.cluster.url) };
    let node = RpcNode::new(settings).map_err(|error| Failure::Input(format!("cluster.url: {error}")))?;
    Ok(Arc::new(node))
}

fn draw_in_thread(
    pictures: watch::Receiver<Picture>,
    lines: Lines,
    stop: watch::Sender<bool>,
) -> std::thread::JoinHandle<()> {
    std::thread::spawn(move || {
        if let Err(error) = dashboard::run(&pictures, &lines, &stop) {
            warn!(%error, "the dashboard is drawn no more");
        }
    })
}

/// Ctrl-C and SIGTERM stop; a second one stops without waiting, which the journal survives.
fn watch_signals(stop: watch::Sender<bool>) -> Result<(), Failure> {
    let failed = |error| Failure::Run(format!("signals cannot be watched: {error}"));
    let mut interrupts = signal(SignalKind::interrupt()).map_err(failed)?;
    let mut terminations = signal(SignalKind::terminate()).map_err(failed)?;
    tokio::spawn(async move {
        loop {
            tokio::select! {
                _ = interrupts.recv() => {}
                _ = terminations.recv() => {}
            }
            if stop.send_replace(true) {
                std::process::exit(130);
            }
        }
    });
    Ok(())
}

fn start_log(settings: &LogSettings, lines: Option<Lines>) -> Result<(), Failure> {
    let filter = EnvFilter::try_new(&settings.level)
        .map_err(|error| Failure::Input(format!("log.level {}: {error}", settings.level)))?;
    let colours = lines.is_none() && std::io::stderr().is_terminal();
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(colours).with_writer(Log(lines));
    let started = match settings.format {
        LogFormat::Text => builder.try_init(),
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    };
    started.map_err(|error| Failure::Run(format!("the log cannot be started: {error}")))
}

/// Where log lines go: the dashboard, or the standard error stream.
struct Log(Option<Lines>);

impl<'a> MakeWriter<'a> for Log {
    type Writer = Box<dyn std::io::Write + 'a>;

    fn make_writer(&'a self) -> Self::Writer {
        match &self.0 {
            Some(lines) => Box::new(lines.clone()),
            None => Box::new(std::io::stderr()),
        }
    }
}
