//! The websocket.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{accept_async, connect_async};

use super::Upstream;
use super::faults::{Faults, count, is_on};

/// How often switches are looked at while nothing happens.
const LOOK: Duration = Duration::from_millis(50);
/// Notifications that change places at a time.
const HELD: usize = 6;

/// Passes frames between a client and the node until one of them ends it.
pub async fn serve(stream: TcpStream, upstream: Arc<Upstream>, faults: Arc<Faults>) {
    let Ok(client) = accept_async(stream).await else { return };
    let Ok((node, _)) = connect_async(upstream.ws()).await else {
        count(&faults.count.refused);
        return;
    };
    let ((mut to_client, mut from_client), (mut to_node, mut from_node)) = (client.split(), node.split());
    let closings = faults.closings.load(Ordering::Relaxed);
    let mut held: Vec<Message> = Vec::new();
    let mut look = tokio::time::interval(LOOK);
    loop {
        tokio::select! {
            frame = from_client.next() => match frame {
                Some(Ok(frame)) if !frame.is_close() => {
                    // A ping is answered by whoever it reaches: by nobody where frames are not passed on.
                    if is_on(&faults.stalled) {
                        count(&faults.count.stalled);
                    } else if to_node.send(frame).await.is_err() {
                        return;
                    }
                }
                _ => return,
            },
            frame = from_node.next() => match frame {
                Some(Ok(frame)) if !frame.is_close() => {
                    count(&faults.count.frames);
                    for frame in pass(frame, &upstream, &faults, &mut held) {
                        if to_client.send(frame).await.is_err() {
                            return;
                        }
                    }
                }
                _ => return,
            },
            _ = look.tick() => {
                if is_on(&faults.down) || faults.closings.load(Ordering::Relaxed) != closings {
                    count(&faults.count.closed);
                    return;
                }
                if !is_on(&faults.shuffled) {
                    for frame in held.drain(..) {
                        if to_client.send(frame).await.is_err() {
                            return;
                        }
                    }
                }
            }
        }
    }
}

/// What becomes of a frame of the node.
fn pass(frame: Message, upstream: &Upstream, faults: &Faults, held: &mut Vec<Message>) -> Vec<Message> {
    if is_on(&faults.stalled) {
        count(&faults.count.stalled);
        return Vec::new();
    }
    let Message::Text(text) = &frame else { return vec![frame] };
    let Some(text) = with_slot(text.as_str(), upstream.slot()) else { return vec![frame] };
    let frame = Message::text(text);
    let mut out = vec![frame.clone()];
    if is_on(&faults.doubled) {
        count(&faults.count.doubled);
        out.push(frame);
    }
    if is_on(&faults.shuffled) {
        held.append(&mut out);
        if held.len() < HELD {
            return Vec::new();
        }
        count(&faults.count.shuffled);
        out = std::mem::take(held);
        out.reverse();
        out.rotate_left(HELD / 3);
    }
    out
}

/// A notification of an account with the slot that the node is at; `None` for anything else.
fn with_slot(text: &str, slot: u64) -> Option<String> {
    const SLOT: &str = "\"slot\":";
    let head = text.get(..400.min(text.len())).unwrap_or(text);
    if !head.contains("accountNotification") && !head.contains("programNotification") {
        return None;
    }
    let context = text.find("\"context\"")?;
    let from = context + text[context..].find(SLOT)? + SLOT.len();
    let to = from + text[from..].find(|letter: char| !letter.is_ascii_digit())?;
    Some(format!("{}{slot}{}", &text[..from], &text[to..]))
}

/// Keeps the slot that the node is at, over its restarts.
pub async fn follow_slots(upstream: Arc<Upstream>) {
    loop {
        if let Ok((mut node, _)) = connect_async(upstream.ws()).await {
            let subscribe = json!({ "jsonrpc": "2.0", "id": 1, "method": "slotSubscribe", "params": [] });
            let _ = node.send(Message::text(subscribe.to_string())).await;
            while let Some(Ok(frame)) = node.next().await {
                let said: Value =
                    frame.to_text().ok().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
                if let Some(slot) = said["params"]["result"]["slot"].as_u64() {
                    upstream.slot.fetch_max(slot, Ordering::Relaxed);
                }
            }
        }
        tokio::time::sleep(LOOK).await;
    }
}
