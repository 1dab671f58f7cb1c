//! `harmattan import` of addresses, against a server on this machine. All rows are invented.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that fails is the report")]

use flate2::{Compression, write::GzEncoder};
use serde_json::Value as Json;
use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Output};
use std::sync::{Arc, Mutex};
use std::time::Duration;

const KEY: &str = "key-5e6f1c";

const ROWS: &str = "id,date,country,lon,lat\n1,2024-01-01,Mali,-4.2,14.5\n2,2024-01-02,Mali,-4.3,14.6\n3,soon,Mali,-4.2,14.5\n";

/// What is sent for a path, one after the other; the last for ever. Nothing means silence.
type Answers = HashMap<&'static str, Vec<Vec<u8>>>;

/// A server. It lives as long as the test.
struct Server {
    url: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    fn start(answers: Answers) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::<Mutex<Vec<String>>>::default();
        let (answers, shared) = (Arc::new(answers), Arc::clone(&asked));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (answers, shared) = (Arc::clone(&answers), Arc::clone(&shared));
                std::thread::spawn(move || serve(stream, &answers, &shared));
            }
        });
        Self { url, asked }
    }

    fn of(path: &'static str, answers: Vec<Vec<u8>>) -> Self {
        Self::start(HashMap::from([(path, answers)]))
    }

    /// The paths that were asked for, in their order.
    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }
}

fn serve(mut stream: TcpStream, answers: &Answers, asked: &Mutex<Vec<String>>) {
    let mut lines = BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok).take_while(|line| !line.is_empty());
    let path = lines.next().unwrap_or_default().split(' ').nth(1).unwrap_or_default().to_owned();
    lines.for_each(drop);
    let bare = path.split('?').next().unwrap_or_default().to_owned();
    let turn = {
        let mut asked = asked.lock().unwrap();
        asked.push(path);
        asked.iter().filter(|path| path.split('?').next() == Some(&bare)).count() - 1
    };
    let missing = [reply("404 Not Found", "", b"")];
    let list = answers.get(bare.as_str()).map_or(&missing[..], Vec::as_slice);
    let answer = &list[turn.min(list.len() - 1)];
    if answer.is_empty() {
        std::thread::sleep(Duration::from_secs(3));
    }
    let _ = stream.write_all(answer);
}

/// A whole answer.
fn reply(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n{headers}Connection: close\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

fn file(body: &[u8]) -> Vec<u8> {
    reply("200 OK", "Content-Type: application/octet-stream\r\n", body)
}

fn redirect(to: &str) -> Vec<u8> {
    reply("302 Found", &format!("Location: {to}\r\n"), b"elsewhere")
}

fn gzipped(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

/// The binary with a store of its own.
struct Desk {
    folder: tempfile::TempDir,
}

impl Desk {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    /// Runs a command; whatever comes of it, no key is in what it says.
    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_harmattan"));
        let other = |name: &String| name.starts_with("HARMATTAN_") || name.to_lowercase().ends_with("_proxy");
        for (name, _) in std::env::vars().filter(|(name, _)| other(name)) {
            command.env_remove(name);
        }
        command.env("HARMATTAN_STORE", self.folder.path().join("store.gpkg")).env("HARMATTAN_EMPTY", "true");
        command.env("HARMATTAN_LOG", "trace").env("HARMATTAN_FETCH_BACKOFF_MS", "1");
        let output = command.args(arguments).current_dir(self.folder.path()).output().unwrap();
        let said = String::from_utf8([output.stdout.clone(), output.stderr.clone()].concat()).unwrap();
        assert!(!said.contains(KEY), "{said}");
        output
    }

    fn import(&self, address: &str) -> Json {
        let output = self.run(&["import", "--json", address]);
        assert_eq!(output.status.code(), Some(0), "{address}: {}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// Imports what cannot be imported: nothing of it is kept; what is said.
    fn refuse(&self, address: &str) -> String {
        let output = self.run(&["import", "--timeout", "1", address]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{address}: {said}");
        let status = self.run(&["status", "--json"]);
        let status: Json = serde_json::from_slice(&status.stdout).unwrap();
        assert_eq!((&status["generation"], &status["collections"][2]["rows"]), (&0.into(), &0.into()), "{said}");
        said
    }
}

fn counts(report: &Json) -> [u64; 3] {
    ["read", "added", "rejected"].map(|name| report[name].as_u64().unwrap())
}

#[test]
fn a_table_at_an_address_is_imported_as_the_file_would_be() {
    let server = Server::of("/files/my-events.csv", vec![file(ROWS.as_bytes())]);
    let desk = Desk::new();
    let report = desk.import(&format!("{}/files/my-events.csv?token={KEY}#top", server.url));
    assert_eq!(counts(&report), [3, 2, 1]);
    assert_eq!(report["files"][0]["source"], format!("{}/files/my-events.csv", server.url));
    assert_eq!(report["files"][0]["dataset"], "my-events");
    assert_eq!(server.asked(), [format!("/files/my-events.csv?token={KEY}")]);
}

#[test]
fn packed_and_encoded_files_are_unpacked_whatever_they_are_called() {
    let packed = gzipped(ROWS.as_bytes());
    let geojson = r#"{"type":"FeatureCollection","features":[{"type":"Feature","id":"g","geometry":null,"properties":{"date":"2024-01-01"}}]}"#;
    let chunked = format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n{geojson}\r\n0\r\n\r\n", geojson.len());
    let server = Server::start(HashMap::from([
        ("/events.csv.gz", vec![file(&packed)]),
        ("/encoded", vec![reply("200 OK", "Content-Type: text/csv\r\nContent-Encoding: gzip\r\n", &packed)]),
        ("/both.csv.gz", vec![reply("200 OK", "Content-Encoding: gzip\r\n", &gzipped(&packed))]),
        ("/features", vec![chunked.into_bytes()]),
        ("/misnamed", vec![reply("200 OK", "Content-Type: text/html\r\n", ROWS.as_bytes())]),
    ]));
    for (path, expected, dataset) in [
        ("/events.csv.gz", [3, 2, 1], "events"),
        ("/encoded", [3, 2, 1], "encoded"),
        ("/both.csv.gz", [3, 2, 1], "both"),
        ("/features", [1, 1, 0], "features"),
        ("/misnamed", [3, 2, 1], "misnamed"),
    ] {
        let report = Desk::new().import(&format!("{}{path}", server.url));
        assert_eq!((counts(&report), report["files"][0]["dataset"].as_str()), (expected, Some(dataset)), "{path}");
    }
}

#[test]
fn what_ends_before_its_length_is_undone() {
    let rows: String = (0..20_000).map(|id| format!("{id},2024-01-01,Mali,-4.2,14.5\n")).collect();
    let text = format!("id,date,country,lon,lat\n{rows}");
    let whole = file(text.as_bytes());
    let cut = whole[..whole.len() / 2].to_vec();
    let chunked = format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n{text}\r\n", text.len()).into_bytes();
    let packed = gzipped(text.as_bytes());
    for (answer, expected) in [
        (cut, "incomplete: it broke off after".to_owned()),
        (chunked.clone(), "incomplete: it broke off after".to_owned()),
        (chunked[..chunked.len() / 3].to_vec(), "incomplete: it broke off after".to_owned()),
        (file(&packed[..packed.len() / 2]), "is not whole: it ends in line".to_owned()),
    ] {
        let server = Server::of("/events.csv", vec![answer]);
        let said = Desk::new().refuse(&format!("{}/events.csv?k={KEY}", server.url));
        assert!(said.contains(&expected) && said.contains("nothing was kept"), "{said}");
        assert_eq!(server.asked().len(), 1, "once the first byte has come nothing is tried again");
    }
}

#[test]
fn a_server_that_stops_in_the_middle_is_given_up() {
    let whole = file(ROWS.as_bytes());
    let server = Server::of("/a.csv", vec![Vec::new()]);
    let said = Desk::new().refuse(&format!("{}/a.csv", server.url));
    assert!(said.contains("gave up after 5 tries: the server did not answer for"), "{said}");
    // A listener that sends half and keeps the connection.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/a.csv", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.write_all(&whole[..whole.len() - 40]).unwrap();
        std::thread::sleep(Duration::from_secs(20));
    });
    let said = Desk::new().refuse(&url);
    assert!(said.contains("incomplete: it broke off after"), "{said}");
}

#[test]
fn a_server_in_trouble_is_asked_again_and_one_that_refuses_is_not() {
    let busy = reply("503 Busy", "Retry-After: 0\r\n", b"");
    let many = reply("429 Too Many", "Retry-After: 1\r\n", b"");
    let server = Server::start(HashMap::from([
        ("/in-the-end.csv", vec![busy.clone(), many, file(ROWS.as_bytes())]),
        ("/never.csv", vec![busy]),
        ("/later.csv", vec![reply("503 Busy", "Retry-After: 86400\r\n", b"")]),
    ]));
    assert_eq!(counts(&Desk::new().import(&format!("{}/in-the-end.csv", server.url))), [3, 2, 1]);
    assert_eq!(server.asked().len(), 3);
    let refuse = |path: &str| Desk::new().refuse(&format!("{}{path}?k={KEY}", server.url));
    assert!(refuse("/never.csv").contains("gave up after 5 tries: the server answered 503 for"), "asked again and again");
    assert_eq!(server.asked().len(), 5);
    assert!(refuse("/later.csv").contains("asks to come again in 86400 s"));
    let said = refuse("/none.csv");
    assert!(said.contains(&format!("the server answered 404 for {}/none.csv", server.url)), "{said}");
    assert_eq!(server.asked().len(), 2);
}

#[test]
fn redirects_are_followed_but_not_off_this_machine_in_the_clear() {
    let server = Server::start(HashMap::from([
        ("/old/a.csv", vec![redirect("../new/b.csv?x=1")]),
        ("/old/../new/b.csv", vec![redirect("/c.csv")]),
        ("/c.csv", vec![file(ROWS.as_bytes())]),
        ("/out", vec![redirect(&format!("http://example.org/{KEY}"))]),
        ("/file", vec![redirect("file:///etc/passwd")]),
        ("/nowhere", vec![reply("302 Found", "", b"")]),
        ("/round", vec![redirect("/round")]),
    ]));
    let report = Desk::new().import(&format!("{}/old/a.csv", server.url));
    assert_eq!((counts(&report), report["files"][0]["dataset"].as_str()), ([3, 2, 1], Some("a")));
    assert_eq!(server.asked(), ["/old/a.csv", "/old/../new/b.csv?x=1", "/c.csv"]);
    for path in ["/out", "/file", "/nowhere"] {
        let said = Desk::new().refuse(&format!("{}{path}", server.url));
        assert!(said.contains("does not begin with https://; it is not followed"), "{said}");
    }
    let said = Desk::new().refuse(&format!("{}/round", server.url));
    assert!(said.contains("more than 5 times"), "{said}");
}

#[test]
fn addresses_without_tls_or_with_a_password_are_not_asked() {
    for address in [format!("http://example.org/a.csv?k={KEY}"), format!("https://me:{KEY}@example.org/a.csv")] {
        let said = Desk::new().refuse(&address);
        assert!(said.contains("example.org/a.csv: expected an address that begins with https://"), "{said}");
    }
}

#[test]
fn a_login_page_is_not_taken_for_a_file() {
    let page = reply("200 OK", "Content-Type: text/html; charset=utf-8\r\n", b"\n<!DOCTYPE html><title>Log in</title>");
    let server = Server::of("/a.csv", vec![page]);
    let said = Desk::new().refuse(&format!("{}/a.csv", server.url));
    assert!(said.contains("sent a web page"), "{said}");
}
