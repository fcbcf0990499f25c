//! `/metrics` for Prometheus, `/livez` and `/readyz` for whoever starts and stops the keeper.

use std::net::SocketAddr;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::picture::{Picture, STUCK};

/// Binds the address, so that one in use is found before anything is sent.
///
/// # Errors
/// One sentence.
pub async fn bind(address: SocketAddr) -> Result<TcpListener, String> {
    let bound = TcpListener::bind(address).await;
    bound.map_err(|error| format!("metrics.listen {address}: {error}: name another address or stop who has it"))
}

/// Serves until the task is dropped.
pub async fn serve(listener: TcpListener, handle: PrometheusHandle, picture: watch::Receiver<Picture>) {
    let live = picture.clone();
    let router = Router::new()
        .route(
            "/metrics",
            get(move || {
                handle.run_upkeep();
                let text = handle.render();
                async move { ([("content-type", "text/plain; version=0.0.4")], text) }
            }),
        )
        .route(
            "/livez",
            get(move || {
                let is_live = live.borrow().at.elapsed() <= STUCK;
                async move { verdict(if is_live { Vec::new() } else { vec!["the run loop is stuck"] }) }
            }),
        )
        .route(
            "/readyz",
            get(move || {
                let facts = picture.borrow().unready();
                async move { verdict(facts) }
            }),
        );
    if let Err(error) = axum::serve(listener, router).await {
        tracing::error!(%error, "metrics are served no more");
    }
}

fn verdict(facts: Vec<&'static str>) -> (StatusCode, String) {
    match facts.is_empty() {
        true => (StatusCode::OK, "ok\n".to_owned()),
        false => (StatusCode::SERVICE_UNAVAILABLE, facts.join("\n") + "\n"),
    }
}
