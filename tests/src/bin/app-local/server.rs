//! HTTP on the loopback interface: requests to the stack, and the built page for everything else.

use std::net::{Ipv4Addr, TcpListener};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL,
    CONTENT_TYPE, ORIGIN, VARY,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use breakwater_tests::local::rpc::{Outcome, Trouble};
use serde_json::json;

use crate::requests::Refusal;
use crate::stack::Stack;

const JSON: &str = "application/json";
const PLAIN: &str = "text/plain; charset=utf-8";
const NOT_BUILT: &str =
    "The page is not built: run `cargo xtask app` without --headless, or `npm run build -w web` in app/.\n";

/// What a request needs.
#[derive(Clone)]
struct Served {
    stack: Arc<Stack>,
    /// The built page.
    page: Arc<PathBuf>,
}

/// Takes the port, before anything is started.
pub fn bind(port: u16) -> Outcome<TcpListener> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(|error| match error.kind() {
        std::io::ErrorKind::AddrInUse => {
            Trouble(format!("port {port} is taken: end what has it, or give another one with --port"))
        }
        _ => Trouble(format!("port {port} of 127.0.0.1 cannot be had: {error}")),
    })?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

/// Serves until the task is dropped.
pub async fn serve(listener: TcpListener, stack: Arc<Stack>, page: PathBuf) -> Outcome<()> {
    let router = Router::new().fallback(handle).with_state(Served { stack, page: Arc::new(page) });
    let listener = tokio::net::TcpListener::from_std(listener)?;
    Ok(axum::serve(listener, router).await?)
}

async fn handle(State(served): State<Served>, method: Method, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let path = uri.path().to_owned();
    let answer = tokio::task::spawn_blocking(move || respond(&served, &method, &path, &body)).await;
    let mut response = answer.unwrap_or_else(|_| refused(StatusCode::INTERNAL_SERVER_ERROR, "the stack failed"));
    open(&headers, &mut response);
    response
}

fn respond(served: &Served, method: &Method, path: &str, body: &[u8]) -> Response {
    if method == Method::OPTIONS {
        return StatusCode::NO_CONTENT.into_response();
    }
    match served.stack.answer(method.as_str(), path, body) {
        Ok(value) => content(StatusCode::OK, JSON, value.to_string().into_bytes()),
        Err(Refusal::Wrong(fact)) => refused(StatusCode::BAD_REQUEST, &fact),
        Err(Refusal::Trouble(Trouble(fact))) => refused(StatusCode::SERVICE_UNAVAILABLE, &fact),
        Err(Refusal::Unknown) if method == Method::GET || method == Method::HEAD => file(&served.page, path),
        Err(Refusal::Unknown) => refused(StatusCode::NOT_FOUND, &format!("there is no {method} {path}")),
    }
}

/// A file of the page; what has no ending is a view of the page itself.
fn file(page: &Path, path: &str) -> Response {
    let asked = Path::new(path.trim_start_matches('/'));
    if !asked.components().all(|part| matches!(part, Component::Normal(_))) {
        return refused(StatusCode::NOT_FOUND, "there is no such file");
    }
    let Ok(index) = std::fs::read(page.join("index.html")) else {
        return content(StatusCode::SERVICE_UNAVAILABLE, PLAIN, NOT_BUILT.into());
    };
    match (asked.extension().and_then(|ending| ending.to_str()), std::fs::read(page.join(asked))) {
        (Some(ending), Ok(bytes)) => content(StatusCode::OK, kind(ending), bytes),
        (Some(_), Err(_)) => refused(StatusCode::NOT_FOUND, "there is no such file"),
        (None, _) => content(StatusCode::OK, kind("html"), index),
    }
}

fn kind(ending: &str) -> &'static str {
    match ending {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => JSON,
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" => PLAIN,
        _ => "application/octet-stream",
    }
}

fn refused(status: StatusCode, fact: &str) -> Response {
    content(status, JSON, json!({ "error": fact }).to_string().into_bytes())
}

fn content(status: StatusCode, kind: &'static str, bytes: Vec<u8>) -> Response {
    (status, [(CONTENT_TYPE, kind), (CACHE_CONTROL, "no-cache")], bytes).into_response()
}

/// Pages of this machine may read answers, such as one that vite serves from another port; pages of others may not.
fn open(headers: &HeaderMap, response: &mut Response) {
    let Some(origin) = headers.get(ORIGIN).filter(|origin| is_local(origin)) else { return };
    let answer = response.headers_mut();
    answer.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    answer.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST"));
    answer.insert(ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("content-type"));
    answer.insert(VARY, HeaderValue::from_static("origin"));
}

fn is_local(origin: &HeaderValue) -> bool {
    let host = origin.to_str().ok().and_then(|text| text.strip_prefix("http://"));
    let name = host.map(|host| host.rsplit_once(':').map_or(host, |(name, _)| name));
    matches!(name, Some("localhost" | "127.0.0.1" | "[::1]"))
}
