//! What the browser tests stand on: the program and its API, and a browser.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use axum::http::Method;
use fantoccini::wd::{Capabilities, WebDriverCompatibleCommand};
use fantoccini::{Client, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tempfile::TempDir;
use url::{ParseError, Url};

/// How long a condition may take to come true, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);
const POLL_TIME: Duration = Duration::from_millis(20);

/// A child that ends with its owner, and all that it started with it. Its output is kept open, so
/// that it never writes into a pipe that nobody reads.
struct Process {
    child: Child,
    stdout: BufReader<ChildStdout>,
}

impl Process {
    fn start(command: &mut Command) -> Self {
        let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        // A group of its own: the browser that the driver starts belongs to it.
        let mut child =
            child.process_group(0).spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let stdout = BufReader::new(child.stdout.take().unwrap());
        Self { child, stdout }
    }

    /// Reads until a line has `before`; returns the word after it.
    fn word_after(&mut self, before: &str) -> String {
        loop {
            let mut line = String::new();
            assert_ne!(self.stdout.read_line(&mut line).unwrap(), 0, "no line has `{before}`");
            if let Some((_, after)) = line.split_once(before) {
                return after.split_whitespace().next().unwrap().to_owned();
            }
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let kill = format!("kill -KILL -{}", self.child.id());
        let _ = Command::new("sh").args(["-c", &kill]).stderr(Stdio::null()).status();
        let _ = self.child.wait();
    }
}

/// `tophash explore`, and what it answers.
pub(crate) struct Program {
    _process: Process,
    /// As `http://127.0.0.1:PORT/`.
    pub(crate) address: String,
}

impl Program {
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tophash"));
        let mut process = Process::start(command.arg("explore").args(arguments));
        let address = process.word_after("Open ");
        Self { _process: process, address }
    }

    /// Asks for JSON over a connection of its own.
    pub(crate) fn get(&self, path: &str) -> Value {
        self.request("GET", path, "")
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Value {
        self.request("POST", path, &body.to_string())
    }

    fn request(&self, method: &str, path: &str, body: &str) -> Value {
        let host = self.address.trim_start_matches("http://").trim_end_matches('/');
        let mut stream = TcpStream::connect(host).unwrap();
        let length = body.len();
        let head = format!("{method} {path} HTTP/1.0\r\nHost: {host}\r\nContent-Length: {length}");
        write!(stream, "{head}\r\nContent-Type: application/json\r\n\r\n{body}").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (_, body) = answer.split_once("\r\n\r\n").unwrap();
        serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {answer}"))
    }
}

/// The size of a window, and whether it is that of a phone.
#[derive(Clone, Copy)]
pub(crate) enum Screen {
    Desk,
    Phone,
}

/// A browser that shows the program's page.
pub(crate) struct Browser {
    pub(crate) client: Client,
    address: String,
    _driver: Process,
    _profile: TempDir,
}

impl Browser {
    /// Opens the page and waits until its first step is there.
    pub(crate) async fn open(program: &Program, screen: Screen) -> Self {
        let mut driver = Process::start(Command::new("chromedriver").arg("--port=0"));
        let port = driver.word_after("started successfully on port ");
        let profile = TempDir::new().unwrap();
        let capabilities = capabilities(screen, &profile.path().display().to_string());
        let at = format!("http://127.0.0.1:{}/", port.trim_end_matches('.'));
        let connector = HttpConnector::new();
        let client = Client::with_capabilities_and_connector(&at, &capabilities, connector);
        let client = client.await.expect("chromium starts");
        client.goto(&program.address).await.unwrap();
        let address = program.address.clone();
        let browser = Self { client, address, _driver: driver, _profile: profile };
        browser.wait_until("document.body.dataset.tour === 'ready'").await;
        browser
    }

    /// What an expression is worth on the page.
    pub(crate) async fn value(&self, expression: &str) -> Value {
        let script = format!("return ({expression});");
        self.client.execute(&script, Vec::new()).await.unwrap_or_else(|error| {
            panic!("{expression}: {error}");
        })
    }

    pub(crate) async fn wait_until(&self, condition: &str) {
        let begin = Instant::now();
        while self.value(condition).await != json!(true) {
            assert!(begin.elapsed() < PATIENCE, "never came true: {condition}");
            tokio::time::sleep(POLL_TIME).await;
        }
    }

    pub(crate) async fn click(&self, id: &str) {
        let element = self.client.find(Locator::Id(id)).await;
        element.unwrap().click().await.unwrap_or_else(|error| panic!("{id}: {error}"));
    }

    /// Types over what is in a field.
    pub(crate) async fn fill(&self, id: &str, text: &str) {
        let field = self.client.find(Locator::Id(id)).await.unwrap();
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    pub(crate) async fn text(&self, selector: &str) -> String {
        let element = self.client.find(Locator::Css(selector)).await;
        element.unwrap_or_else(|error| panic!("{selector}: {error}")).text().await.unwrap()
    }

    /// The value of a field of the header, as the page shows it.
    pub(crate) async fn field(&self, name: &str) -> String {
        self.text(&format!("[data-field={name}] .field-value")).await
    }

    /// Waits until a field of the header shows this.
    pub(crate) async fn wait_for_field(&self, name: &str, value: &str) {
        let field = format!("document.querySelector('[data-field={name}] .field-value')");
        self.wait_until(&format!("{field}?.textContent === {}", json!(value))).await;
    }

    /// The id of the tab's map.
    pub(crate) async fn map_id(&self) -> String {
        self.value("document.body.dataset.map").await.as_str().unwrap().to_owned()
    }

    /// The console's messages since this was last asked.
    pub(crate) async fn console(&self) -> Vec<Value> {
        let log = self.client.issue_cmd(ReadLog).await.unwrap();
        log.as_array().unwrap().clone()
    }

    /// Fails if the page has complained, or has asked anybody but the program for anything. Then
    /// ends.
    pub(crate) async fn close(self) {
        assert_eq!(self.console().await, Vec::<Value>::new());
        let loaded = self.value("performance.getEntriesByType('resource').map(e => e.name)").await;
        let loaded = loaded.as_array().unwrap();
        assert!(!loaded.is_empty());
        for name in loaded {
            assert!(name.as_str().unwrap().starts_with(&self.address), "{name}");
        }
        self.end().await;
    }

    pub(crate) async fn end(self) {
        self.client.close().await.unwrap();
    }
}

fn capabilities(screen: Screen, profile: &str) -> Capabilities {
    let mut arguments: Vec<_> = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--window-size=1360,1000",
    ]
    .map(str::to_owned)
    .into();
    arguments.push(format!("--user-data-dir={profile}"));
    let mut options = json!({ "args": arguments });
    if matches!(screen, Screen::Phone) {
        let metrics = json!({ "width": 390, "height": 844, "pixelRatio": 2, "touch": true });
        options["mobileEmulation"] = json!({ "deviceMetrics": metrics });
    }
    let mut capabilities = Capabilities::new();
    capabilities.insert("goog:chromeOptions".to_owned(), options);
    capabilities.insert("goog:loggingPrefs".to_owned(), json!({ "browser": "ALL" }));
    capabilities
}

/// Asks for the console's messages, which include what the content policy refused.
#[derive(Debug)]
struct ReadLog;

impl WebDriverCompatibleCommand for ReadLog {
    fn endpoint(&self, base_url: &Url, session_id: Option<&str>) -> Result<Url, ParseError> {
        base_url.join(&format!("session/{}/se/log", session_id.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(json!({ "type": "browser" }).to_string()))
    }
}
