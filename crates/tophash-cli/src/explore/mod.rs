//! `tophash explore`: a page on which one plays with a live map.
//!
//! The program serves the page to this machine only, and each tab plays with a map of its own, a
//! real `tophash::HashMap<String, String>` that lives in the server. What the page shows is what
//! the map's `stats`, `trace` and `layout` say.
//!
//! | file | what |
//! |---|---|
//! | `server` | routes, the start and the end |
//! | `guards`, `connections` | who may ask, how much, how often, for how long |
//! | `api`, `refusal` | from JSON to the lab and back |
//! | `sessions` | the maps of all tabs, a bounded number |
//! | `lab` | one map and what can be done to it; no HTTP |
//! | `view` | what JSON a map becomes |
//! | `race` | the same keys into this map and std's |
//! | `file`, `random` | keys from a file, keys by chance |
//! | `assets` | the page's files, from `web/explore` |
//!
//! # The interface
//!
//! | request | body or parameters | answer |
//! |---|---|---|
//! | `POST /api/maps` | `{"from_file": bool}` | 201, `{id, view, file, limits}` |
//! | `GET /api/maps/ID` | | `{view}` |
//! | `GET /api/maps/ID/chains` | `?from=INDEX&count=N` | `{chains}` |
//! | `GET /api/maps/ID/trace` | `?key=KEY` | `{trace}` |
//! | `POST /api/maps/ID/operations` | `{"do": ...}`, see below | `{outcome, trace, view}` |
//! | `POST /api/race` | `{"keys": N}` | server-sent events: `window`s, and one `summary` |
//!
//! Operations: `create` (`capacity`), `insert` (`key`, `value`), `remove` (`key`), `clear`,
//! `random` (`count`), `grow` (`steps`), `shrink` (`steps`), `thin` (`percent`).
//!
//! Refusals are `{error, message}`: 400 and 422 for what cannot be done with, 403 for a foreign
//! `Host` or `Origin`, 404, 408, 409 for a second race, 410 for a map that was evicted, 413, 415
//! for a POST that is not JSON, 503 when too many requests are under way.

#![forbid(unsafe_code)]

mod api;
mod assets;
mod connections;
mod file;
mod guards;
mod lab;
mod race;
mod random;
mod refusal;
mod server;
mod sessions;
#[cfg(test)]
mod tests;
mod view;

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::failure::Failure;
use crate::shown::{shown, shown_path};
use api::Api;
use file::FileKeys;
use guards::Guards;

/// What is left of background work when the program ends has so long.
const BACKGROUND_TIME: Duration = Duration::from_secs(1);

#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Begin with the lines of this file as keys; the values say how often each occurs.
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// The port to listen on; 0 takes any that is free.
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    port: u16,
}

pub(crate) fn run(options: &Options) -> Result<(), Failure> {
    let file = options.file.as_ref().map(|path| read(path)).transpose()?;
    let runtime = tokio::runtime::Runtime::new().map_err(|error| {
        Failure::new(format!("cannot start: {error}"), "Is the machine out of memory or threads?")
    })?;
    let outcome = runtime.block_on(serve(options.port, file));
    runtime.shutdown_timeout(BACKGROUND_TIME);
    outcome
}

fn read(path: &Path) -> Result<FileKeys, Failure> {
    let keys = FileKeys::read(path).map_err(|error| {
        let message = format!("cannot read {}: {error}", shown_path(path));
        Failure::new(message, "Name a text file, or none to begin with an empty map.")
    })?;
    let report = &keys.report;
    let name = shown(report.name.as_bytes(), usize::MAX);
    anstream::eprintln!("{name}: {} lines, {} keys", report.lines, report.keys);
    for sentence in report.left_out() {
        anstream::eprintln!("  {sentence}");
    }
    Ok(keys)
}

async fn serve(port: u16, file: Option<FileKeys>) -> Result<(), Failure> {
    let (listener, address) = server::listen(port).await.map_err(|error| {
        let next_step = match error.kind() {
            io::ErrorKind::AddrInUse => {
                "Another program listens there. Choose another with --port, or leave it out."
            }
            _ => "Choose another port with --port, or leave it out.",
        };
        Failure::new(format!("cannot listen on port {port}: {error}"), next_step)
    })?;
    let api = Api::new(file, sessions::MAPS_MAX);
    let router = server::router(api, Guards::for_port(address.port()));
    let failed = |error| Failure::new(format!("the server failed: {error}"), "Start it again.");
    let end = catch_signals().map_err(failed)?;
    announce(&format!("http://{address}/"));
    server::serve(listener, router, end).await;
    Ok(())
}

/// Prints where the page is. Whoever does not listen loses nothing: the server goes on.
fn announce(address: &str) {
    let mut stdout = anstream::stdout();
    let _ = writeln!(stdout, "Open {address} in a browser; Ctrl-C ends it.");
    let _ = stdout.flush();
}

/// Is there when the program is asked to end: by Ctrl-C, or by SIGTERM. The signals are caught from
/// the call on, and not only when the future is first asked.
#[cfg(unix)]
fn catch_signals() -> io::Result<impl Future<Output = ()> + Send + 'static> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupted = signal(SignalKind::interrupt())?;
    let mut terminated = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupted.recv() => {}
            _ = terminated.recv() => {}
        }
    })
}

/// Is there when the program is asked to end by Ctrl-C.
#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "it can fail where there are more signals")]
fn catch_signals() -> io::Result<impl Future<Output = ()> + Send + 'static> {
    Ok(async {
        // Without a handler the signal ends the program by itself.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}
