//! The binary, end to end.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that fails is the report")]

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

fn harmattan() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_harmattan"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("HARMATTAN_")) {
        command.env_remove(name);
    }
    command
}

fn run(arguments: &[&str]) -> Output {
    harmattan().args(arguments).output().expect("the binary starts")
}

/// A server that ends with the test.
struct Server {
    child: Child,
    url: String,
}

impl Server {
    fn start(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary starts");
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().expect("stdout")).read_line(&mut line).expect("a line");
        let url = line.split_whitespace().find(|word| word.starts_with("http://")).expect("an address in the line");
        let url = url.trim_end_matches('/').to_owned();
        Self { child, url }
    }

    fn signal(&self, name: &str) {
        let status = Command::new("kill").args([name, &self.child.id().to_string()]).status().expect("kill runs");
        assert!(status.success());
    }

    fn wait(&mut self) -> std::process::ExitStatus {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("the child can be waited for") {
                return status;
            }
            assert!(begun.elapsed() < Duration::from_secs(12), "the server does not stop");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn serve_prints_one_line_with_the_address_and_answers_there() {
    let begun = Instant::now();
    let server = Server::start(harmattan().args(["serve", "--listen", "127.0.0.1:0"]));
    let body = ureq::get(format!("{}/health/ready", server.url)).call().unwrap().body_mut().read_to_string().unwrap();
    assert!(body.contains("ready"), "{body}");
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
}

#[test]
fn the_environment_sets_what_flags_set() {
    let server = Server::start(
        harmattan().arg("serve").env("HARMATTAN_LISTEN", "127.0.0.1:0").env("HARMATTAN_PUBLIC_URL", "https://map.example/"),
    );
    assert_ne!(server.url, "http://127.0.0.1:8080");
    let body = ureq::get(format!("{}/collections", server.url)).call().unwrap().body_mut().read_to_string().unwrap();
    assert!(body.contains("\"https://map.example/collections/incidents/items\""), "{body}");
}

#[test]
fn sigterm_and_sigint_stop_it_with_exit_code_0() {
    for signal in ["-TERM", "-INT"] {
        let mut server = Server::start(harmattan().args(["serve", "--listen", "127.0.0.1:0"]));
        // A connection kept open and idle does not hold up the stop.
        let agent = ureq::agent();
        agent.get(format!("{}/health/live", server.url)).call().unwrap();
        server.signal(signal);
        assert_eq!(server.wait().code(), Some(0), "{signal}");
    }
}

#[test]
fn an_address_in_use_is_said_in_a_sentence() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let output = run(&["serve", "--listen", &taken.local_addr().unwrap().to_string()]);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("cannot listen on 127.0.0.1"), "{said}");
}

#[test]
fn a_store_file_that_is_not_used_is_said() {
    let mut server = Server::start(harmattan().args(["serve", "--listen", "127.0.0.1:0", "--store", "nowhere.gpkg"]));
    server.signal("-TERM");
    server.wait();
    let mut said = String::new();
    server.child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert!(said.contains("nowhere.gpkg is neither read nor written"), "{said}");
}

#[test]
fn wrong_usage_exits_with_2() {
    for arguments in [&["serve", "--listen", "nowhere"][..], &["serve", "--colour"], &["fly"], &[]] {
        assert_eq!(run(arguments).status.code(), Some(2), "{arguments:?}");
    }
}

#[test]
fn status_counts_what_ships() {
    let output = run(&["status", "--json", "--log", "off"]);
    assert_eq!(output.status.code(), Some(0));
    let status: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let rows: Vec<_> = status["collections"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["id"].as_str().unwrap(), one["rows"].as_u64().unwrap()))
        .collect();
    assert!(rows.contains(&("incidents", 345)) && rows.contains(&("control", 258)), "{rows:?}");
    assert_eq!(run(&["status"]).status.code(), Some(0));
}

#[test]
fn help_names_every_default() {
    let help = String::from_utf8(run(&["serve", "--help"]).stdout).unwrap();
    for word in ["HARMATTAN_LISTEN", "127.0.0.1:8080", "HARMATTAN_CONCURRENCY", "SECONDS"] {
        assert!(help.contains(word), "{word} is not in:\n{help}");
    }
}
