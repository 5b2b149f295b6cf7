//! `tophash explore` as a program: how it begins, what it says when it cannot, and how it ends.

#![cfg(unix)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Output, Stdio};

fn explore(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tophash"));
    command.arg("explore").args(arguments).stdin(Stdio::null());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Starts it on a free port; returns it with its host and port.
fn start() -> (Child, String) {
    let mut child = explore(&[]).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    let (_, address) = line.split_once("http://").unwrap();
    let host = address.split('/').next().unwrap().to_owned();
    (child, host)
}

fn interrupt(child: &Child, signal: &str) {
    let kill = format!("kill -{signal} {}", child.id());
    assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
}

#[track_caller]
fn fails_with(output: &Output, parts: &[&str]) {
    assert_eq!(output.status.code(), Some(1));
    let stderr = String::from_utf8_lossy(&output.stderr);
    for part in parts {
        assert!(stderr.contains(part), "`{part}` is not in: {stderr}");
    }
}

#[test]
fn a_port_that_is_taken_is_said_with_what_to_do() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let output = explore(&["--port", &port]).output().unwrap();
    fails_with(&output, &[&format!("cannot listen on port {port}"), "Choose another with --port"]);
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let output = explore(&["no/such/file"]).output().unwrap();
    fails_with(&output, &["cannot read no/such/file", "Name a text file"]);
}

#[test]
fn a_name_of_a_file_cannot_speak_to_the_terminal() {
    let name = "x\x1b]0;title\x07.txt";
    let output = explore(&[name]).output().unwrap();
    fails_with(&output, &[r"cannot read x\u{1b}]0;title\u{7}.txt"]);

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, "a\n").unwrap();
    let mut child = explore(&[path.to_str().unwrap()]).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    interrupt(&child, "INT");
    let stderr = String::from_utf8(child.wait_with_output().unwrap().stderr).unwrap();
    assert!(stderr.contains(r"x\u{1b}]0;title\u{7}.txt: 1 lines, 1 keys"), "{stderr:?}");
    assert!(!stderr.contains(['\x1b', '\x07']), "{stderr:?}");
}

#[test]
fn ctrl_c_ends_it_cleanly() {
    for signal in ["INT", "TERM"] {
        let (child, _) = start();
        interrupt(&child, signal);
        assert!(child.wait_with_output().unwrap().status.success(), "SIG{signal}");
    }
}

#[test]
fn ctrl_c_ends_it_during_a_race_and_with_connections_open() {
    let (child, host) = start();
    let _silent = TcpStream::connect(&host).unwrap();
    let mut race = TcpStream::connect(&host).unwrap();
    let body = r#"{"keys":1000000}"#;
    let length = body.len();
    write!(
        race,
        "POST /api/race HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n\
         Content-Length: {length}\r\n\r\n{body}"
    )
    .unwrap();
    let mut beginning = [0; 12];
    race.read_exact(&mut beginning).unwrap();
    assert_eq!(&beginning, b"HTTP/1.1 200");
    interrupt(&child, "INT");
    assert!(child.wait_with_output().unwrap().status.success());
}

#[test]
fn it_listens_to_this_machine_only_and_refuses_what_is_no_http() {
    let (mut child, host) = start();
    assert!(host.starts_with("127.0.0.1:"), "{host}");
    for nonsense in ["\0\0\0\0\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "GET / HTTP/1.1\r\n\r\n"] {
        let mut stream = TcpStream::connect(&host).unwrap();
        stream.write_all(nonsense.as_bytes()).unwrap();
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(!answer.contains("200 OK"), "{answer}");
    }
    child.kill().unwrap();
    child.wait().unwrap();
}
