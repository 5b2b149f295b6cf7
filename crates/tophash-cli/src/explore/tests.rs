//! What the server refuses and what it answers, asked without a network.

use std::convert::Infallible;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use axum::response::Response;
use serde_json::{Value, json};
use tokio::sync::mpsc::UnboundedSender;
use tokio_stream::{Stream, StreamExt};
use tower::ServiceExt;

use crate::explore::api::Api;
use crate::explore::guards::{BODY_BYTES_MAX, Guards, REQUESTS_MAX};
use crate::explore::lab::{ENTRIES_MAX, KEY_BYTES_MAX};
use crate::explore::server::router;

const PORT: u16 = 4000;
const HOST: &str = "127.0.0.1:4000";

fn app() -> Router {
    router(Api::new(None, 2), Guards::for_port(PORT))
}

async fn send(app: &Router, request: Request<Body>) -> Response {
    app.clone().oneshot(request).await.unwrap()
}

fn get(path: &str) -> Request<Body> {
    Request::get(path).header(header::HOST, HOST).body(Body::empty()).unwrap()
}

fn post(path: &str, body: &Value) -> Request<Body> {
    Request::post(path)
        .header(header::HOST, HOST)
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from(body.to_string()))
        .unwrap()
}

async fn answer(app: &Router, request: Request<Body>) -> (StatusCode, Value) {
    let response = send(app, request).await;
    let status = response.status();
    let bytes = to_bytes(response.into_body(), 16 << 20).await.unwrap();
    (status, serde_json::from_slice(&bytes).unwrap())
}

async fn start(app: &Router) -> String {
    let (status, begun) = answer(app, post("/api/maps", &json!({}))).await;
    assert_eq!(status, StatusCode::CREATED);
    begun["id"].as_str().unwrap().to_owned()
}

async fn operate(app: &Router, id: &str, operation: &Value) -> (StatusCode, Value) {
    answer(app, post(&format!("/api/maps/{id}/operations"), operation)).await
}

#[tokio::test]
async fn the_page_is_served_with_a_policy_that_lets_nothing_in() {
    let response = send(&app(), get("/")).await;
    assert_eq!(response.status(), StatusCode::OK);
    let policy = response.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self'"));
    assert!(!policy.contains("unsafe") && !policy.contains("http"));
}

#[tokio::test]
async fn at_port_80_the_names_go_without_it_and_elsewhere_they_do_not() {
    for (port, expected) in [(80, StatusCode::OK), (PORT, StatusCode::FORBIDDEN)] {
        let app = router(Api::new(None, 2), Guards::for_port(port));
        for name in ["127.0.0.1", "localhost", "LocalHost", "[::1]"] {
            let origin = format!("http://{name}");
            let with_port = format!("{name}:{port}");
            for (host, origin, expected) in [
                (name, None, expected),
                (&with_port, Some(&origin), expected),
                (&with_port, None, StatusCode::OK),
                ("example.org", None, StatusCode::FORBIDDEN),
            ] {
                let mut request = Request::get("/").header(header::HOST, host);
                if let Some(origin) = origin {
                    request = request.header(header::ORIGIN, origin);
                }
                let response = send(&app, request.body(Body::empty()).unwrap()).await;
                assert_eq!(response.status(), expected, "{host} {origin:?} at {port}");
            }
        }
    }
}

#[tokio::test]
async fn the_page_names_no_other_site() {
    for path in ["/", "/main.js", "/phases.js", "/base.css", "/parts.css", "/race.js"] {
        let response = send(&app(), get(path)).await;
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        let bytes = to_bytes(response.into_body(), 1 << 20).await.unwrap();
        let text = std::str::from_utf8(&bytes).unwrap();
        let without_names = text.replace("http://www.w3.org/2000/svg", "");
        assert!(!without_names.contains("://"), "{path}");
    }
}

#[tokio::test]
async fn a_foreign_host_is_refused() {
    for host in ["evil.example", "evil.example:4000", "127.0.0.1", "127.0.0.1:4001", ""] {
        let request = Request::get("/").header(header::HOST, host).body(Body::empty()).unwrap();
        assert_eq!(send(&app(), request).await.status(), StatusCode::FORBIDDEN, "{host}");
    }
    let request = Request::get("/").body(Body::empty()).unwrap();
    assert_eq!(send(&app(), request).await.status(), StatusCode::FORBIDDEN);
    for host in ["localhost:4000", "LOCALHOST:4000", "[::1]:4000"] {
        let request = Request::get("/").header(header::HOST, host).body(Body::empty()).unwrap();
        assert_eq!(send(&app(), request).await.status(), StatusCode::OK, "{host}");
    }
}

#[tokio::test]
async fn two_hosts_are_refused() {
    let request = Request::get("/").header(header::HOST, HOST).header(header::HOST, HOST);
    let request = request.body(Body::empty()).unwrap();
    assert_eq!(send(&app(), request).await.status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_foreign_origin_is_refused() {
    let with_origin = |origin: &str| {
        let mut request = post("/api/maps", &json!({}));
        request.headers_mut().insert(header::ORIGIN, origin.parse().unwrap());
        request
    };
    let app = app();
    let foreign =
        ["http://evil.example", "null", "https://127.0.0.1:4000", "http://127.0.0.1:4001", ""];
    for origin in foreign {
        let (status, refusal) = answer(&app, with_origin(origin)).await;
        assert_eq!((status, &refusal["error"]), (StatusCode::FORBIDDEN, &json!("foreign_origin")));
    }
    let (status, _) = answer(&app, with_origin("http://127.0.0.1:4000")).await;
    assert_eq!(status, StatusCode::CREATED);
}

#[tokio::test]
async fn a_request_that_another_site_makes_is_refused_and_a_link_is_not() {
    let from_elsewhere = |mode: &str| {
        let mut request = get("/");
        request.headers_mut().insert("sec-fetch-site", "cross-site".parse().unwrap());
        request.headers_mut().insert("sec-fetch-mode", mode.parse().unwrap());
        request
    };
    assert_eq!(send(&app(), from_elsewhere("no-cors")).await.status(), StatusCode::FORBIDDEN);
    assert_eq!(send(&app(), from_elsewhere("navigate")).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_post_that_is_not_json_is_refused() {
    let mut request = post("/api/maps", &json!({}));
    request.headers_mut().insert(header::CONTENT_TYPE, "text/plain".parse().unwrap());
    let (status, _) = answer(&app(), request).await;
    assert_eq!(status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_refused() {
    let app = app();
    let id = start(&app).await;
    let key = "x".repeat(BODY_BYTES_MAX);
    let (status, _) = operate(&app, &id, &json!({ "do": "remove", "key": key })).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn what_cannot_be_done_is_refused_with_the_limit_in_words() {
    let app = app();
    let id = start(&app).await;
    let long = "x".repeat(KEY_BYTES_MAX + 1);
    for (operation, limit) in [
        (json!({ "do": "insert", "key": long, "value": "" }), KEY_BYTES_MAX),
        (json!({ "do": "insert", "key": "", "value": long }), KEY_BYTES_MAX),
        (json!({ "do": "random", "count": ENTRIES_MAX + 1 }), ENTRIES_MAX),
        (json!({ "do": "create", "capacity": ENTRIES_MAX + 1 }), ENTRIES_MAX),
        (json!({ "do": "thin", "percent": 101 }), 100),
    ] {
        let (status, refusal) = operate(&app, &id, &operation).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{operation}");
        let message = refusal["message"].as_str().unwrap();
        assert!(message.contains(&limit.to_string()), "{message}");
    }
    let (status, _) = answer(&app, get(&format!("/api/maps/{id}/trace?key={long}"))).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    let (status, _) = answer(&app, get(&format!("/api/maps/{id}/chains?from=0&count=65"))).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn nonsense_is_refused_in_json() {
    let app = app();
    let id = start(&app).await;
    for operation in [json!({ "do": "explode" }), json!({}), json!([1]), json!({ "do": "grow" })] {
        let (status, refusal) = operate(&app, &id, &operation).await;
        assert!(status.is_client_error(), "{operation}: {status}");
        assert_eq!(refusal["error"], "bad_request");
    }
    let (status, _) = answer(&app, get("/no/such/page")).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn operations_change_the_map_and_say_what_came_of_it() {
    let app = app();
    let id = start(&app).await;
    let insert = json!({ "do": "insert", "key": "alice", "value": "30" });
    let (_, first) = operate(&app, &id, &insert).await;
    assert_eq!(first["outcome"]["replaced"], Value::Null);
    assert_eq!(first["view"]["header"]["count"], 1);
    assert_eq!(first["view"]["chains"][0]["buckets"][0]["entries"], json!([["alice", "30"]]));
    assert_eq!(first["trace"]["found"], json!([0, 0]));
    let (_, second) = operate(&app, &id, &insert).await;
    assert_eq!(second["outcome"]["replaced"], "30");
    let (_, found) = answer(&app, get(&format!("/api/maps/{id}/trace?key=alice"))).await;
    assert_eq!(found["trace"]["value"], "30");
    let (_, removed) = operate(&app, &id, &json!({ "do": "remove", "key": "alice" })).await;
    assert_eq!(removed["outcome"]["removed"], "30");
    assert_eq!(removed["view"]["header"]["count"], 0);
}

#[tokio::test]
async fn a_large_map_is_shown_in_parts() {
    let app = app();
    let id = start(&app).await;
    let (_, filled) = operate(&app, &id, &json!({ "do": "random", "count": 1000 })).await;
    assert_eq!(filled["view"]["chains"], Value::Null);
    let path = format!("/api/maps/{id}/chains?from=10&count=3");
    let (_, part) = answer(&app, get(&path)).await;
    assert_eq!(part["chains"][0]["index"], 10);
    assert_eq!(part["chains"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn an_evicted_tab_is_told_and_can_start_anew() {
    let app = app(); // with room for two
    let first = start(&app).await;
    let (second, _third) = (start(&app).await, start(&app).await);
    let (status, refusal) = operate(&app, &first, &json!({ "do": "clear" })).await;
    assert_eq!((status, &refusal["error"]), (StatusCode::GONE, &json!("gone")));
    assert!(refusal["message"].as_str().unwrap().contains("Start a new one"));
    let (status, _) = answer(&app, get(&format!("/api/maps/{second}"))).await;
    assert_eq!(status, StatusCode::OK);
    let (status, _) = answer(&app, get("/api/maps/nonsense")).await;
    assert_eq!(status, StatusCode::GONE);
}

/// A body that says when it is first asked for, and then never comes.
fn endless(asked: UnboundedSender<()>) -> impl Stream<Item = Result<Vec<u8>, Infallible>> {
    let first = tokio_stream::once(()).map(move |()| {
        asked.send(()).unwrap();
        Ok(b" ".to_vec())
    });
    first.chain(tokio_stream::pending())
}

#[tokio::test]
async fn requests_beyond_the_limit_are_refused_at_once() {
    // Bodies that never come hold their places.
    let app = app();
    let mut waiting = tokio::task::JoinSet::new();
    let (started, mut all_started) = tokio::sync::mpsc::unbounded_channel();
    for _ in 0..REQUESTS_MAX {
        let mut request = post("/api/maps", &json!({}));
        *request.body_mut() = Body::from_stream(endless(started.clone()));
        let app = app.clone();
        waiting.spawn(async move { app.oneshot(request).await });
    }
    for _ in 0..REQUESTS_MAX {
        all_started.recv().await.unwrap();
    }
    let (status, refusal) = answer(&app, get("/")).await;
    assert_eq!((status, &refusal["error"]), (StatusCode::SERVICE_UNAVAILABLE, &json!("busy")));
    waiting.shutdown().await;
    assert_eq!(send(&app, get("/")).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_second_race_is_refused_while_one_runs_and_a_race_that_nobody_watches_stops() {
    let app = app();
    let race = |keys: usize| post("/api/race", &json!({ "keys": keys }));
    let first = send(&app, race(1_000_000)).await;
    assert_eq!(first.status(), StatusCode::OK);
    let (status, refusal) = answer(&app, race(1000)).await;
    assert_eq!((status, &refusal["error"]), (StatusCode::CONFLICT, &json!("race_under_way")));
    drop(first);
    // The next window finds that nobody listens. Asked again and again, the server takes a race.
    while send(&app, race(1000)).await.status() == StatusCode::CONFLICT {
        tokio::task::yield_now().await;
    }
    let (status, _) = answer(&app, race(1_000_001)).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
}
