//! What every request passes: whose it is, what it may be, how many at a time, for how long.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::sync::{Semaphore, SemaphorePermit};

use super::refusal::Refusal;

/// The most requests at a time.
pub(crate) const REQUESTS_MAX: usize = 64;
/// The most bytes of a request's body.
pub(crate) const BODY_BYTES_MAX: usize = 16 << 10;
/// The longest that a request may take until its answer begins.
pub(crate) const REQUEST_TIME_MAX: Duration = Duration::from_secs(10);

/// The port that an address with `http` means if it names none.
const HTTP_PORT: u16 = 80;

/// On every answer. Nothing is loaded from anywhere but this server, and nobody may frame it.
const HEADERS: [(HeaderName, &str); 6] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
         connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CACHE_CONTROL, "no-store"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// The rules for the server at one port.
pub(crate) struct Guards {
    /// What `Host` may be.
    hosts: Vec<String>,
    requests: Semaphore,
}

impl Guards {
    pub(crate) fn for_port(port: u16) -> Self {
        let names = ["127.0.0.1", "localhost", "[::1]"];
        let mut hosts: Vec<_> = names.iter().map(|name| format!("{name}:{port}")).collect();
        if port == HTTP_PORT {
            // Browsers leave out the port that goes without saying.
            hosts.extend(names.map(str::to_owned));
        }
        Self { hosts, requests: Semaphore::new(REQUESTS_MAX) }
    }

    /// Whether the request may go on, and its place among those that may.
    fn admit(&self, method: &Method, headers: &HeaderMap) -> Result<SemaphorePermit<'_>, Refusal> {
        self.check_host(headers)?;
        self.check_origin(headers)?;
        if method == Method::POST && !has_json(headers) {
            return Err(Refusal::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "not_json",
                "A POST here has the content type application/json.",
            ));
        }
        self.requests.try_acquire().map_err(|_| {
            Refusal::busy(format!("{REQUESTS_MAX} requests are under way. Try again in a second."))
        })
    }

    /// A page of a foreign site may lead here under its own name (DNS rebinding).
    fn check_host(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        let host = single(headers, &header::HOST).unwrap_or_default();
        if self.hosts.iter().any(|known| known.eq_ignore_ascii_case(host)) {
            return Ok(());
        }
        let message = format!("This server answers to http://{} only.", self.hosts[0]);
        Err(Refusal::new(StatusCode::FORBIDDEN, "foreign_host", message))
    }

    /// A browser says from which site a request comes. Programs that are no browser say nothing.
    fn check_origin(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        let foreign = || {
            let message = "Requests from pages of other sites are refused.";
            Refusal::new(StatusCode::FORBIDDEN, "foreign_origin", message)
        };
        if headers.contains_key(header::ORIGIN) {
            let origin = single(headers, &header::ORIGIN).ok_or_else(foreign)?;
            let authority = origin.strip_prefix("http://").ok_or_else(foreign)?;
            if !self.hosts.iter().any(|known| known.eq_ignore_ascii_case(authority)) {
                return Err(foreign());
            }
        }
        // Sent by browsers even where `Origin` is not. A link from elsewhere may lead to the page
        // itself: that is a navigation, and shows the other site nothing.
        let site = single(headers, &HeaderName::from_static("sec-fetch-site"));
        let mode = single(headers, &HeaderName::from_static("sec-fetch-mode"));
        match site {
            Some("same-origin" | "none") | None => Ok(()),
            Some(_) if mode == Some("navigate") => Ok(()),
            Some(_) => Err(foreign()),
        }
    }
}

/// A header that is there once and is ASCII.
fn single<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?.to_str().ok()?;
    values.next().is_none().then_some(value)
}

fn has_json(headers: &HeaderMap) -> bool {
    let content_type = single(headers, &header::CONTENT_TYPE).unwrap_or_default();
    let media_type = content_type.split(';').next().unwrap_or_default();
    media_type.trim().eq_ignore_ascii_case("application/json")
}

/// The middleware around all routes.
pub(crate) async fn guard(
    State(guards): State<Arc<Guards>>,
    request: Request,
    next: Next,
) -> Response {
    let mut response = match guards.admit(request.method(), request.headers()) {
        Err(refusal) => refusal.into_response(),
        Ok(_place) => {
            let answer = tokio::time::timeout(REQUEST_TIME_MAX, next.run(request));
            answer.await.unwrap_or_else(|_| {
                let seconds = REQUEST_TIME_MAX.as_secs();
                let message = format!("This took longer than {seconds} seconds.");
                Refusal::new(StatusCode::REQUEST_TIMEOUT, "too_slow", message).into_response()
            })
        }
    };
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}
