//! The server: its routes, where it listens, and how it ends.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use axum::serve::Listener;
use axum::{Router, middleware};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;

use super::api::{self, Api};
use super::assets;
use super::connections::Bounded;
use super::guards::{BODY_BYTES_MAX, Guards, guard};

/// A request's head, once it is waited for, is there within so long, or the connection is closed.
pub(crate) const HEAD_TIME_MAX: Duration = Duration::from_secs(30);
/// After the signal to end, requests under way have so long.
const FAREWELL_TIME: Duration = Duration::from_secs(1);

/// Listens on this machine only. Port 0 is any that is free.
pub(crate) async fn listen(port: u16) -> io::Result<(TcpListener, SocketAddr)> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}

/// Serves until `end` is there.
pub(crate) async fn serve(listener: TcpListener, router: Router, end: impl Future<Output = ()>) {
    serve_heads_within(HEAD_TIME_MAX, listener, router, end).await;
}

/// Serves until `end` is there; each request's head may take `head_time`.
async fn serve_heads_within(
    head_time: Duration,
    listener: TcpListener,
    router: Router,
    end: impl Future<Output = ()>,
) {
    let mut listener = Bounded::new(listener);
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(head_time);
    let farewell = GracefulShutdown::new();
    let mut end = pin!(end);
    loop {
        let (connection, _) = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut end => break,
        };
        let service = TowerToHyperService::new(router.clone());
        let serving = farewell.watch(http.serve_connection(TokioIo::new(connection), service));
        // What goes wrong on a connection ends it; nobody is there to be told.
        drop(tokio::spawn(serving));
    }
    drop(listener);
    // A race, or a browser that keeps its connection open, does not hold up the end.
    let _ = tokio::time::timeout(FAREWELL_TIME, farewell.shutdown()).await;
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use axum::Router;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpStream;

    use super::{listen, serve_heads_within};

    #[tokio::test]
    async fn a_head_that_comes_byte_by_byte_does_not_keep_its_place() {
        let (listener, address) = listen(0).await.unwrap();
        let head_time = Duration::from_secs(3);
        let end = std::future::pending();
        tokio::spawn(serve_heads_within(head_time, listener, Router::new(), end));
        let (mut reader, mut writer) = TcpStream::connect(address).await.unwrap().into_split();
        writer.write_all(b"GET / HTTP/1.1\r\nx: ").await.unwrap();
        // With nothing else to do the paused clock goes on to the next deadline at once.
        tokio::time::pause();
        let trickle = async {
            for _ in 0..100 {
                tokio::time::sleep(Duration::from_secs(1)).await;
                // It fails once the connection is closed, which the other half is told.
                let _ = writer.write_all(b"x").await;
            }
        };
        let mut answer = Vec::new();
        tokio::select! {
            // It may be reset as well: what matters is that it ends.
            _ = reader.read_to_end(&mut answer) => {}
            () = trickle => panic!("the connection was kept"),
        }
    }
}
