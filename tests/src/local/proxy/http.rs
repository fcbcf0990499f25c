//! JSON-RPC over HTTP/1.1, as far as clients of nodes use it: POST with a length, on connections that stay open; and what a
//! browser asks before it lets a page do that.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use super::Upstream;
use super::faults::{Faults, count, is_on};

/// What lets any page read an answer: the node is on this machine and holds nothing.
const OPEN: &str = "access-control-allow-origin: *\r\n";
/// The answer to what a browser asks first.
const PREFLIGHT: &str = "access-control-allow-methods: POST\r\naccess-control-allow-headers: *\r\n\
     access-control-max-age: 600\r\ncontent-length: 0\r\n\r\n";

/// Longest head of a request.
const MAX_HEAD: usize = 1 << 16;

/// Serves one connection until it ends, or is reset.
pub async fn serve(stream: TcpStream, client: reqwest::Client, upstream: Arc<Upstream>, faults: Arc<Faults>) {
    let mut stream = BufReader::new(stream);
    while let Some(request) = request(&mut stream).await {
        let Request::Post(body) = request else {
            if stream
                .get_mut()
                .write_all(format!("HTTP/1.1 204 No Content\r\n{OPEN}{PREFLIGHT}").as_bytes())
                .await
                .is_err()
            {
                return;
            }
            continue;
        };
        count(&faults.count.requests);
        if is_on(&faults.down) {
            count(&faults.count.refused);
            return;
        }
        // Closed without an answer: the client sees a connection that was reset.
        if faults.drops() {
            count(&faults.count.dropped);
            return;
        }
        let delay = faults.delay_ms.load(Ordering::Relaxed);
        if delay > 0 {
            count(&faults.count.delayed);
            tokio::time::sleep(Duration::from_millis(delay)).await;
        }
        let Some(answer) = answer(&body, &client, &upstream, &faults).await else {
            count(&faults.count.refused);
            return;
        };
        if is_on(&faults.down) {
            return;
        }
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n{OPEN}content-length: {}\r\n\r\n",
            answer.len()
        );
        let whole = [head.as_bytes(), &answer].concat();
        if stream.get_mut().write_all(&whole).await.is_err() {
            return;
        }
    }
}

enum Request {
    /// A browser asks whether a page may.
    Preflight,
    /// A call, by its body.
    Post(Vec<u8>),
}

async fn request(stream: &mut BufReader<TcpStream>) -> Option<Request> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
        if head.len() > MAX_HEAD {
            return None;
        }
    }
    let head = String::from_utf8_lossy(&head).to_lowercase();
    if head.starts_with("options ") {
        return Some(Request::Preflight);
    }
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse::<usize>().ok())?;
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    Some(Request::Post(body))
}

async fn answer(body: &[u8], client: &reqwest::Client, upstream: &Upstream, faults: &Faults) -> Option<Vec<u8>> {
    let asked: Value = serde_json::from_slice(body).unwrap_or_default();
    let method = asked["method"].as_str().unwrap_or_default();
    let own = |result: Value| Some(json!({ "jsonrpc": "2.0", "id": asked["id"], "result": result }));
    let lie = match method {
        "getLatestBlockhash" if is_on(&faults.old_hash) => {
            count(&faults.count.old_hashes);
            own(upstream.old_hash.clone())
        }
        "sendTransaction" if is_on(&faults.swallowed) => {
            let signature = first_signature(asked["params"][0].as_str().unwrap_or_default());
            signature.and_then(|signature| {
                count(&faults.count.swallowed);
                own(signature.into())
            })
        }
        "getTransaction" => {
            let signature = asked["params"][0].as_str().unwrap_or_default();
            upstream.remembered(signature).and_then(|(_, transaction)| own(transaction))
        }
        _ => None,
    };
    if let Some(lie) = lie {
        return serde_json::to_vec(&lie).ok();
    }
    let sent = client.post(upstream.rpc()).header("content-type", "application/json").body(body.to_vec());
    let answer = sent.send().await.ok()?.bytes().await.ok()?.to_vec();
    if method == "getSignatureStatuses" { remember(&asked, answer, upstream) } else { Some(answer) }
}

/// Statuses that the node has forgotten over a restart.
fn remember(asked: &Value, answer: Vec<u8>, upstream: &Upstream) -> Option<Vec<u8>> {
    let mut statuses: Value = serde_json::from_slice(&answer).ok()?;
    let Some(values) = statuses["result"]["value"].as_array_mut() else { return Some(answer) };
    for (index, value) in values.iter_mut().enumerate().filter(|(_, value)| value.is_null()) {
        let signature = asked["params"][0][index].as_str().unwrap_or_default();
        if let Some((status, _)) = upstream.remembered(signature) {
            *value = status;
        }
    }
    serde_json::to_vec(&statuses).ok()
}

/// The signature of a transaction in base64, in base58.
fn first_signature(text: &str) -> Option<String> {
    use base64::Engine;
    let bytes = base64::prelude::BASE64_STANDARD.decode(text).ok()?;
    let signature: [u8; 64] = bytes.get(1..65)?.try_into().ok()?;
    Some(solana_signature::Signature::from(signature).to_string())
}
