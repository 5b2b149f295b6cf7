//! The page's files, which are part of the program.

use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};

use super::refusal::Refusal;

struct Asset {
    path: &'static str,
    content_type: &'static str,
    text: &'static str,
}

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const JAVASCRIPT: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml";

/// The file `$file` of the page, at the same path.
macro_rules! asset {
    ($file:literal, $content_type:expr) => {
        asset!(concat!("/", $file), concat!("../../web/explore/", $file), $content_type)
    };
    ($path:expr, $file:expr, $content_type:expr) => {
        Asset { path: $path, content_type: $content_type, text: include_str!($file) }
    };
}

const ASSETS: &[Asset] = &[
    asset!("/", "../../web/explore/index.html", HTML),
    asset!("favicon.svg", SVG),
    asset!("base.css", CSS),
    asset!("parts.css", CSS),
    asset!("race.css", CSS),
    asset!("main.js", JAVASCRIPT),
    asset!("api.js", JAVASCRIPT),
    asset!("element.js", JAVASCRIPT),
    asset!("header.js", JAVASCRIPT),
    asset!("buckets.js", JAVASCRIPT),
    asset!("overview.js", JAVASCRIPT),
    asset!("look-up.js", JAVASCRIPT),
    asset!("tour.js", JAVASCRIPT),
    asset!("phases.js", JAVASCRIPT),
    asset!("race.js", JAVASCRIPT),
    asset!("session.js", JAVASCRIPT),
    asset!("stage.js", JAVASCRIPT),
    asset!("sentences.js", JAVASCRIPT),
    asset!("settings.js", JAVASCRIPT),
    asset!("shortcuts.js", JAVASCRIPT),
    asset!("/uplot.js", "../../web/uplot/uPlot.iife.min.js", JAVASCRIPT),
    asset!("/uplot.css", "../../web/uplot/uPlot.min.css", CSS),
];

/// Answers what no other route does.
pub(crate) async fn serve(uri: Uri) -> Response {
    let Some(asset) = ASSETS.iter().find(|asset| asset.path == uri.path()) else {
        let message = format!("There is nothing at {}.", uri.path());
        return Refusal::new(StatusCode::NOT_FOUND, "not_found", message).into_response();
    };
    ([(header::CONTENT_TYPE, asset.content_type)], asset.text).into_response()
}
