use std::sync::{Arc, Mutex};

use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde_json::{Value, json};
use solana_keypair::Keypair;
use solana_message::{Message, VersionedMessage};
use solana_signer::Signer;

use super::*;
use crate::node::Failed;

/// What a node has been asked, in order.
type Asked = Arc<Mutex<Vec<Value>>>;

/// A node on this machine that answers as a test tells it to: a result, or a whole response.
async fn node(respond: impl Fn(&Value) -> Reply + Clone + Send + Sync + 'static) -> (RpcNode, Asked) {
    let asked = Asked::default();
    let seen = asked.clone();
    let answer = move |body: String| {
        let question: Value = serde_json::from_str(&body).expect("JSON");
        seen.lock().expect("no panic").push(question.clone());
        let reply = respond(&question);
        async move {
            match reply {
                Reply::Result(result) => {
                    json!({ "jsonrpc": "2.0", "id": 1, "result": result }).to_string().into_response()
                }
                Reply::Error(error) => json!({ "jsonrpc": "2.0", "id": 1, "error": error }).to_string().into_response(),
                Reply::Status(status) => status.into_response(),
                Reply::Text(text) => text.into_response(),
                Reply::Silence => std::future::pending().await,
            }
        }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let router = axum::Router::new().fallback(answer);
    tokio::spawn(async move { axum::serve(listener, router).await });
    let settings = Settings::new(&format!("http://user:word@{address}/secret?key=secret"));
    (RpcNode::new(settings).expect("a URL"), asked)
}

enum Reply {
    Result(Value),
    Error(Value),
    Status(StatusCode),
    Text(&'static str),
    Silence,
}

fn with_slot(slot: u64, value: Value) -> Reply {
    Reply::Result(json!({ "context": { "slot": slot }, "value": value }))
}

fn account(data: &str) -> Value {
    json!({
        "lamports": 5, "owner": PROGRAM_ID.to_string(), "data": [data, "base64"],
        "executable": false, "rentEpoch": u64::MAX, "space": 3
    })
}

fn signature(number: u64) -> Signature {
    let mut bytes = [0; 64];
    bytes[..8].copy_from_slice(&number.to_le_bytes());
    Signature::from(bytes)
}

fn transaction() -> VersionedTransaction {
    let key = Keypair::new();
    let message = VersionedMessage::Legacy(Message::new(&[], Some(&key.pubkey())));
    VersionedTransaction::try_new(message, &[&key]).expect("signed")
}

/// 250 accounts are three requests; the answer is in order and of the oldest slot.
#[tokio::test]
async fn accounts_are_asked_for_by_the_hundred() {
    let (node, asked) = node(|question| {
        let keys = question["params"][0].as_array().expect("keys").len();
        let mut found = vec![account("AQID"); keys];
        found[0] = Value::Null;
        with_slot(1_000 - keys as u64, json!(found))
    })
    .await;
    let addresses: Vec<Address> = (0..250).map(|_| Address::new_unique()).collect();
    let (slot, accounts) = node.accounts(&addresses).await.expect("an answer");
    assert_eq!((slot, accounts.len()), (900, 250));
    let raw = Raw { owner: PROGRAM_ID, lamports: 5, data: vec![1, 2, 3] };
    assert_eq!((&accounts[0], &accounts[1], &accounts[200]), (&None, &Some(raw), &None));
    let asked = asked.lock().expect("no panic");
    assert_eq!(asked.len(), 3);
    assert_eq!(asked[0]["params"][1]["commitment"], "processed");
}

#[tokio::test]
async fn an_answer_with_too_few_accounts_is_no_answer() {
    let (node, _) = node(|_| with_slot(1, json!([]))).await;
    let failed = node.accounts(&[Address::new_unique()]).await.expect_err("too few");
    assert!(matches!(failed, NodeError::Unreachable { method: "getMultipleAccounts", .. }), "{failed}");
}

/// The filter is the prefix, the answer is compressed and has its slot.
#[tokio::test]
async fn accounts_of_the_program_are_filtered_by_their_first_bytes() {
    let address = Address::new_unique();
    let (node, asked) =
        node(move |_| with_slot(7, json!([{ "pubkey": address.to_string(), "account": account("AQID") }]))).await;
    let (slot, found) = node.program_accounts(&[1, 2, 3]).await.expect("an answer");
    assert_eq!((slot, found.len(), found[0].0, found[0].1.data.as_slice()), (7, 1, address, [1, 2, 3].as_slice()));
    let asked = asked.lock().expect("no panic");
    let options = &asked[0]["params"][1];
    assert_eq!(asked[0]["params"][0], PROGRAM_ID.to_string());
    assert_eq!((&options["encoding"], &options["withContext"]), (&json!("base64+zstd"), &json!(true)));
    assert_eq!(options["filters"][0]["memcmp"]["offset"], 0);
}

/// Whatever commitment accounts are read at, what may settle something is confirmed.
#[tokio::test]
async fn blockhashes_and_heights_are_confirmed_ones() {
    let (node, asked) = node(|question| match question["method"].as_str() {
        Some("getLatestBlockhash") => {
            with_slot(1, json!({ "blockhash": Hash::new_unique().to_string(), "lastValidBlockHeight": 150 }))
        }
        _ => Reply::Result(json!(9)),
    })
    .await;
    assert_eq!(node.recent().await.expect("an answer").last_valid_height, 150);
    assert_eq!(node.height().await.expect("an answer"), 9);
    assert_eq!(node.slot().await.expect("an answer"), 9);
    let asked = asked.lock().expect("no panic");
    let commitments: Vec<_> = asked.iter().map(|question| question["params"][0]["commitment"].clone()).collect();
    assert_eq!(commitments, ["confirmed", "confirmed", "processed"]);
}

#[tokio::test]
async fn a_simulation_looks_at_no_signature_and_takes_a_new_blockhash() {
    let (node, asked) = node(|_| {
        with_slot(
            1,
            json!({
                "err": { "InstructionError": [2, { "Custom": 6300 }] }, "logs": ["one", "two"], "unitsConsumed": 1234,
                "accounts": null, "returnData": null
            }),
        )
    })
    .await;
    let simulation = node.simulate(&transaction()).await.expect("an answer");
    assert_eq!(simulation.failed, Some(Failed::Program { instruction: 2, code: 6300 }));
    assert_eq!((simulation.logs.len(), simulation.units), (2, 1234));
    let asked = asked.lock().expect("no panic");
    let options = &asked[0]["params"][1];
    assert_eq!((&options["sigVerify"], &options["replaceRecentBlockhash"]), (&json!(false), &json!(true)));
}

#[tokio::test]
async fn a_transaction_is_sent_without_preflight_and_without_repetitions() {
    let transaction = transaction();
    let signature = transaction.signatures[0];
    let (node, asked) = node(move |_| Reply::Result(json!(signature.to_string()))).await;
    assert_eq!(node.send(&transaction).await.expect("an answer"), signature);
    let asked = asked.lock().expect("no panic");
    let options = &asked[0]["params"][1];
    assert_eq!((&options["skipPreflight"], &options["maxRetries"]), (&json!(true), &json!(0)));
}

#[tokio::test]
async fn a_refused_transaction_says_why() {
    let data = json!({ "err": "BlockhashNotFound", "logs": [], "accounts": null, "unitsConsumed": 0 });
    let failed = [
        (json!({ "code": -32002, "message": "Transaction simulation failed", "data": data }), Failed::Blockhash),
        (json!({ "code": -32002, "message": "simulation failed: Blockhash not found" }), Failed::Blockhash),
        (json!({ "code": -32002, "message": "This transaction has already been processed" }), Failed::AlreadyProcessed),
    ];
    for (error, expected) in failed {
        let (node, _) = node(move |_| Reply::Error(error.clone())).await;
        assert_eq!(node.send(&transaction()).await, Err(NodeError::Transaction(expected)));
    }
}

#[tokio::test]
async fn statuses_and_landed_transactions_are_read() {
    let (node, asked) = node(|question| match question["method"].as_str() {
        Some("getSignatureStatuses") => {
            let none = question["params"][0].as_array().expect("signatures").len() - 1;
            let mut all = vec![Value::Null; none];
            all.push(json!({
                "slot": 3, "confirmations": 0, "status": { "Ok": null }, "err": null, "confirmationStatus": "processed"
            }));
            with_slot(1, json!(all))
        }
        _ => Reply::Result(json!({
            "slot": 4, "blockTime": 1, "version": 0, "transaction": ["", "base64"],
            "meta": {
                "err": null, "status": { "Ok": null }, "fee": 5000, "preBalances": [], "postBalances": [],
                "innerInstructions": [], "logMessages": ["one"], "computeUnitsConsumed": 77
            }
        })),
    })
    .await;
    let signatures: Vec<Signature> = (0..=256_u64).map(signature).collect();
    let statuses = node.statuses(&signatures).await.expect("an answer");
    assert_eq!(statuses.len(), 257);
    assert_eq!(statuses[255], Some(Status { slot: 3, failed: None, confirmed: false }));
    let landed = node.transaction(&signatures[0]).await.expect("an answer").expect("landed");
    assert_eq!(landed, Landed { slot: 4, failed: None, fee: 5000, units: 77, logs: vec!["one".to_owned()] });
    let asked = asked.lock().expect("no panic");
    assert_eq!(asked[2]["params"][1]["commitment"], "confirmed");
    assert_eq!(asked[2]["params"][1]["maxSupportedTransactionVersion"], 0);
}

#[tokio::test]
async fn an_unknown_transaction_is_none() {
    let (node, _) = node(|_| Reply::Result(Value::Null)).await;
    assert_eq!(node.transaction(&signature(1)).await, Ok(None));
}

#[tokio::test]
async fn prices_rent_and_genesis_are_read() {
    let hash = Hash::new_unique();
    let (node, _) = node(move |question| match question["method"].as_str() {
        Some("getRecentPrioritizationFees") => {
            assert_eq!(question["params"][0].as_array().map(Vec::len), Some(128));
            Reply::Result(json!([{ "slot": 1, "prioritizationFee": 0 }, { "slot": 2, "prioritizationFee": 900 }]))
        }
        Some("getGenesisHash") => Reply::Result(json!(hash.to_string())),
        _ => Reply::Result(json!(890_880)),
    })
    .await;
    let written: Vec<Address> = (0..200).map(|_| Address::new_unique()).collect();
    assert_eq!(node.recent_prices(&written).await, Ok(vec![0, 900]));
    assert_eq!(node.genesis().await, Ok(hash));
    assert_eq!(node.rent(0).await, Ok(890_880));
}

/// A refusal and a failure are told apart, and neither shows what may be secret in the URL.
#[tokio::test]
async fn failures_are_told_in_words_without_the_url() {
    let refused = json!({ "code": -32005, "message": "Node is behind", "data": { "numSlotsBehind": 42 } });
    let (behind, _) = node(move |_| Reply::Error(refused.clone())).await;
    let fact = behind.slot().await.expect_err("refused").to_string();
    assert_eq!(fact, "getSlot: the node refused: Node is behind, 42 slots behind (code -32005)");

    let (forbidden, _) = node(|_| Reply::Status(StatusCode::FORBIDDEN)).await;
    let fact = forbidden.slot().await.expect_err("refused").to_string();
    assert_eq!(fact, "getSlot: the node refused: HTTP status 403 Forbidden");

    let (broken, _) = node(|_| Reply::Status(StatusCode::BAD_GATEWAY)).await;
    let fact = broken.slot().await.expect_err("broken").to_string();
    assert_eq!(fact, "getSlot: the node did not answer: HTTP status 502 Bad Gateway");

    let (strange, _) = node(|_| Reply::Text("[]")).await;
    let fact = strange.slot().await.expect_err("strange").to_string();
    assert!(fact.starts_with("getSlot: the node did not answer: its answer cannot be read"), "{fact}");

    let nobody = RpcNode::new(Settings::new("http://user:word@127.0.0.1:1/secret")).expect("a URL");
    assert_eq!(nobody.name(), "127.0.0.1:1");
    let fact = nobody.slot().await.expect_err("nobody there").to_string();
    assert!(fact.contains("refused") && !fact.contains("secret") && !fact.contains("word"), "{fact}");
}

#[tokio::test]
async fn a_silent_node_is_not_waited_for() {
    let (mut node, _) = node(|_| Reply::Silence).await;
    node.settings.timeout = Duration::from_millis(20);
    let fact = node.height().await.expect_err("silence").to_string();
    assert_eq!(fact, "getBlockHeight: the node did not answer: no answer within 20 ms");
}

#[test]
fn only_the_host_of_a_url_is_shown() {
    assert_eq!(host("https://node.example.com/v2/KEY").as_deref(), Some("node.example.com"));
    assert_eq!(host("http://user:KEY@127.0.0.1:8899?api-key=KEY").as_deref(), Some("127.0.0.1:8899"));
    for wrong in ["", "ws://node", "node.example.com", "https://", "https://:80", "https://a b"] {
        assert_eq!(RpcNode::new(Settings::new(wrong)).map(|_| ()), Err(NotAUrl), "{wrong}");
    }
}
