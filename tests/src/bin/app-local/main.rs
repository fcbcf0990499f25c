//! A place to trade on this machine: surfpool with the program and a launched group, traders, lenders and insurance, moving
//! prices, a faucet, a keeper, and the page.
//!
//! `cargo xtask app` builds what this runs, and starts it. It ends with Ctrl-C, and everything that it started ends with it.

mod crank;
mod options;
mod prices;
mod progress;
mod requests;
mod server;
mod stack;

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use breakwater_tests::local::rpc::{Outcome, Trouble};
use serde_json::json;
use tokio::runtime::Runtime;
use tokio::signal::unix::{SignalKind, signal};

use options::Options;
use progress::Progress;
use stack::{KeeperSlot, Stack};

/// Where vite serves the page with --dev.
const DEV_PORT: u16 = 5173;
/// How long it may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// Why everything ends.
enum End {
    /// Somebody wants it.
    Asked,
    Failed(Trouble),
}

/// Processes that do not end with this one by themselves; the node does.
#[derive(Clone, Default)]
struct Children {
    keeper: KeeperSlot,
    vite: Arc<Mutex<Option<Child>>>,
}

impl Children {
    fn end(&self) {
        drop(stack::lock(&self.keeper).take());
        if let Some(mut vite) = self.vite.lock().unwrap_or_else(PoisonError::into_inner).take() {
            let _ = vite.kill();
            let _ = vite.wait();
        }
    }
}

fn main() -> ExitCode {
    let outcome = Options::parse(std::env::args().skip(1)).and_then(run);
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(trouble) => {
            eprintln!("app: {trouble}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: Options) -> Outcome<()> {
    let listener = server::bind(options.port)?;
    let runtime = Arc::new(Runtime::new()?);
    let (tell, told) = channel();
    runtime.spawn(asked(tell.clone()));
    if options.tied {
        let tell = tell.clone();
        std::thread::spawn(move || {
            let _ = std::io::stdin().read_to_end(&mut Vec::new());
            let _ = tell.send(End::Asked);
        });
    }
    let children = Children::default();
    let (mine, place) = (children.clone(), Arc::clone(&runtime));
    std::thread::spawn(move || {
        if let Err(trouble) = start(&options, &place, listener, &mine, &tell) {
            let _ = tell.send(End::Failed(trouble));
        }
    });
    let end = told.recv();
    children.end();
    // A start that is still on its way cannot be called back: the process ends here, and the node with it.
    match end {
        Ok(End::Failed(trouble)) => {
            eprintln!("app: {trouble}");
            std::process::exit(1)
        }
        _ => {
            let _ = stack::folder().map(std::fs::remove_dir_all);
            std::process::exit(0)
        }
    }
}

/// Ctrl-C, or the polite signal of whoever started this.
async fn asked(tell: Sender<End>) {
    if let Ok(mut term) = signal(SignalKind::terminate()) {
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = term.recv() => {}
        }
        let _ = tell.send(End::Asked);
    }
}

fn start(
    options: &Options,
    runtime: &Arc<Runtime>,
    listener: TcpListener,
    children: &Children,
    tell: &Sender<End>,
) -> Outcome<()> {
    let url = format!("http://{}", listener.local_addr()?);
    let progress = Progress::new();
    let stack = Arc::new(Stack::start(options, runtime, Arc::clone(&children.keeper), &progress)?);
    let root = stack::root()?;
    let (serve, tell) = (server::serve(listener, Arc::clone(&stack), root.join("app/web/dist")), tell.clone());
    runtime.spawn(async move {
        if let Err(trouble) = serve.await {
            let _ = tell.send(End::Failed(trouble));
        }
    });
    let page = if options.dev { vite(&root, &url, children)? } else { url.clone() };
    progress.end();
    if options.json {
        let config = stack.config();
        println!("{}", json!({ "url": url, "page": page, "config": config }));
        std::io::stdout().flush()?;
    } else {
        println!("{}", welcome(options, &url, &page, &stack));
    }
    Ok(())
}

/// The page as vite serves it, so that it follows every change of its source.
fn vite(root: &Path, url: &str, children: &Children) -> Outcome<String> {
    if TcpStream::connect(("localhost", DEV_PORT)).is_ok() {
        return Err(Trouble(format!("port {DEV_PORT} is taken: end what has it, vite wants it")));
    }
    // By node itself and not by npm, so that one signal ends it.
    let mut command = Command::new("node");
    command.arg(root.join("app/node_modules/vite/bin/vite.js"));
    command.args(["--port", &DEV_PORT.to_string(), "--strictPort"]);
    command.current_dir(root.join("app/web")).env("BREAKWATER_LOCAL", url).stdin(Stdio::null());
    let process = command.spawn().map_err(|error| Trouble(format!("vite cannot be started: {error}")))?;
    *children.vite.lock().unwrap_or_else(PoisonError::into_inner) = Some(process);
    let began = Instant::now();
    while TcpStream::connect(("localhost", DEV_PORT)).is_err() {
        let mut slot = children.vite.lock().unwrap_or_else(PoisonError::into_inner);
        let has_ended = slot.as_mut().is_none_or(|vite| vite.try_wait().is_ok_and(|status| status.is_some()));
        if has_ended || began.elapsed() > PATIENCE {
            return Err(Trouble(format!("vite does not serve port {DEV_PORT}")));
        }
        drop(slot);
        std::thread::sleep(Duration::from_millis(100));
    }
    Ok(format!("http://localhost:{DEV_PORT}"))
}

fn welcome(options: &Options, url: &str, page: &str, stack: &Stack) -> String {
    let prices = if options.still { "stand still until you move them" } else { "wander by themselves" };
    let keeper = match options.no_keeper {
        true => "nobody liquidates: open the keeper page, or start one with /run_keeper",
        false => "a keeper liquidates whoever may be liquidated",
    };
    format!(
        "
  {page}

  {} traders, prices {prices}, {keeper}.
  Connect the burner wallet, take money from the faucet, deposit, open a position; then let the price fall:

  curl {url}/price -d '{{\"symbol\": \"SOL\", \"factor_bps\": -1000, \"over_seconds\": 20}}'
  curl {url}/scenario -d '{{\"name\": \"crash\"}}'        also calm, recover
  curl {url}/pause_prices -d '{{\"paused\": true}}'       prices grow old
  curl {url}/run_keeper -d '{{\"running\": false}}'
  curl {url}/faucet -d '{{\"owner\": \"ADDRESS\"}}'
  curl {url}/state

  The node answers at {} (websocket {}). Ctrl-C ends everything.
",
        stack.accounts.len(),
        stack.door.url,
        stack.door.ws_url
    )
}
