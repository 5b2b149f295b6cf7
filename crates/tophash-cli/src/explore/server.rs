//! The server: its routes, where it listens, and how it ends.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use axum::{Router, middleware};
use tokio::net::TcpListener;

use super::api::{self, Api};
use super::assets;
use super::connections::Bounded;
use super::guards::{BODY_BYTES_MAX, Guards, guard};

/// After the signal to end, requests under way have so long.
const FAREWELL_TIME: Duration = Duration::from_secs(1);

/// Listens on this machine only. Port 0 is any that is free.
pub(crate) async fn listen(port: u16) -> io::Result<(TcpListener, SocketAddr)> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}

/// Serves until `end` is there.
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    end: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let (sender, ended) = tokio::sync::oneshot::channel::<()>();
    let signal = async move {
        end.await;
        drop(sender);
    };
    let serving = axum::serve(Bounded::new(listener), router).with_graceful_shutdown(signal);
    tokio::select! {
        result = serving.into_future() => result,
        // A race, or a browser that keeps its connection open, does not hold up the end.
        () = async { let _ = ended.await; tokio::time::sleep(FAREWELL_TIME).await } => Ok(()),
    }
}

/// All routes behind their guards.
pub(crate) fn router(api: Api, guards: Guards) -> Router {
    Router::new()
        .route("/api/maps", post(api::start))
        .route("/api/maps/{id}", get(api::show))
        .route("/api/maps/{id}/chains", get(api::chains))
        .route("/api/maps/{id}/trace", get(api::trace))
        .route("/api/maps/{id}/operations", post(api::operate))
        .route("/api/race", post(api::race))
        .fallback(assets::serve)
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(middleware::from_fn_with_state(Arc::new(guards), guard))
        .with_state(api)
}
