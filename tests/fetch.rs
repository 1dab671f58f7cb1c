//! `harmattan fetch` against a server on this machine that behaves as the providers' do. All rows are invented.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that fails is the report")]

use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, VecDeque};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Output};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

const TOKEN: &str = "ucdp-token-5e6f1c";
const USER: &str = "reader@example.org";
const PASSWORD: &str = "pass word-77aa&=%";

/// What no output may hold: the credentials, as they are and as a form has them, the tokens that the server hands out, and the
/// beginning of a dump of what goes over the wire.
const SECRETS: &[&str] =
    &[TOKEN, USER, "reader%40example.org", PASSWORD, "77aa", "access-", "refresh-", "POST./oauth", "GET./gedevents", "GET./api"];

/// The most that can be asked of the log.
const LOG: &str =
    "trace,ureq=trace,ureq::run=trace,ureq::unversioned=trace,ureq_proto=trace,ureq_proto::client=trace,ureq_proto::util=trace";

/// A request as the server got it.
#[derive(Debug, Clone)]
struct Asked {
    path: String,
    parameters: BTreeMap<String, String>,
    headers: BTreeMap<String, String>,
}

impl Asked {
    fn parameter(&self, name: &str) -> &str {
        self.parameters.get(name).map_or("", String::as_str)
    }

    fn number(&self, name: &str, default: usize) -> usize {
        self.parameters.get(name).map_or(default, |text| text.parse().unwrap())
    }
}

/// What goes wrong with one request for a page.
#[derive(Debug, Clone, Copy)]
enum Fault {
    /// Nothing; the one after it waits for the next page.
    None,
    /// A status, with `Retry-After`.
    Status(u16, Option<&'static str>),
    /// A whole reply with a row less than it announces.
    RowMissing,
    /// A reply that ends in the middle of its JSON, and says that this is all.
    CutJson,
    /// A reply whose connection ends before its length.
    CutOff,
    /// No reply for two seconds.
    Silence,
}

#[derive(Default)]
struct State {
    asked: Vec<Asked>,
    faults: VecDeque<Fault>,
    rows: Vec<Json>,
    deleted: Vec<Json>,
    /// Which access token and which refresh token are good; each login makes the next ones.
    tokens: usize,
    refresh_is_too_old: bool,
    /// Whether the list of withdrawn ids takes no heed of `limit` and `page`.
    deleted_in_one: bool,
}

/// A provider. It lives as long as the test.
struct Provider {
    url: String,
    state: Arc<Mutex<State>>,
}

impl Provider {
    fn start(rows: Vec<Json>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(Mutex::new(State { rows, ..State::default() }));
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&shared);
                std::thread::spawn(move || serve(stream, &shared));
            }
        });
        Self { url, state }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    fn fails(&self, faults: &[Fault]) {
        self.state().faults.extend(faults);
    }

    /// The requests since the last time.
    fn asked(&self) -> Vec<Asked> {
        std::mem::take(&mut self.state().asked)
    }

    fn paths(&self) -> Vec<String> {
        self.asked().into_iter().map(|asked| asked.path).collect()
    }
}

fn serve(mut stream: TcpStream, state: &Mutex<State>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut line = String::new();
    reader.read_line(&mut line).unwrap();
    let target = line.split(' ').nth(1).unwrap_or_default().to_owned();
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        let Some((name, value)) = line.trim().split_once(": ") else { break };
        headers.insert(name.to_lowercase(), value.to_owned());
    }
    let mut body = vec![0; headers.get("content-length").map_or(0, |length| length.parse().unwrap())];
    reader.read_exact(&mut body).unwrap();
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let form = String::from_utf8(body).unwrap();
    let parameters = query.split('&').chain(form.split('&')).filter_map(|pair| pair.split_once('='));
    let parameters = parameters.map(|(name, value)| (decoded(name), decoded(value))).collect();
    let asked = Asked { path: path.to_owned(), parameters, headers };
    let (status, after, body, fault) = {
        let mut state = state.lock().unwrap();
        state.asked.push(asked.clone());
        answer(&asked, &mut state)
    };
    if matches!(fault, Fault::Silence) {
        std::thread::sleep(Duration::from_secs(2));
        return;
    }
    let after = after.map_or_else(String::new, |after| format!("Retry-After: {after}\r\n"));
    let head =
        format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\n{after}Location: /other\r\nConnection: close\r\n\r\n", body.len());
    let sent = if matches!(fault, Fault::CutOff) { &body[..body.len() / 2] } else { &body };
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(sent.as_bytes()));
}

fn decoded(text: &str) -> String {
    let text = text.replace('+', " ");
    percent_encoding::percent_decode_str(&text).decode_utf8().unwrap().into_owned()
}

type Answer = (u16, Option<&'static str>, String, Fault);

fn answer(asked: &Asked, state: &mut State) -> Answer {
    // A careless provider says in its errors whom it refused.
    let refuse = |status, state: &State| {
        let echo = format!("refused {TOKEN} {USER} {PASSWORD} access-{}", state.tokens);
        (status, None, echo, Fault::None)
    };
    if asked.path == "/oauth/token" {
        assert_eq!(asked.parameter("client_id"), "acled");
        let good = match asked.parameter("grant_type") {
            "password" => asked.parameter("username") == USER && asked.parameter("password") == PASSWORD,
            "refresh_token" => {
                !state.refresh_is_too_old && asked.parameter("refresh_token") == format!("refresh-{}", state.tokens)
            }
            _ => false,
        };
        if !good {
            return refuse(400, state);
        }
        state.tokens += 1;
        let tokens = state.tokens;
        let reply = json!({ "token_type": "Bearer", "expires_in": 86400, "access_token": format!("access-{tokens}"), "refresh_token": format!("refresh-{tokens}") });
        return (200, None, reply.to_string(), Fault::None);
    }
    let is_ucdp = asked.path.starts_with("/gedevents/");
    let good = if is_ucdp {
        ("x-ucdp-access-token", TOKEN.to_owned())
    } else {
        ("authorization", format!("Bearer access-{}", state.tokens))
    };
    if asked.headers.get(good.0) != Some(&good.1) {
        return refuse(401, state);
    }
    let fault = state.faults.pop_front().unwrap_or(Fault::None);
    if let Fault::Status(status, after) = fault {
        let (status, _, body, fault) = refuse(status, state);
        return (status, after, body, fault);
    }
    let short = usize::from(matches!(fault, Fault::RowMissing));
    let reply = if is_ucdp {
        let (page, size) = (asked.number("page", 1), asked.number("pagesize", 100));
        let pages = state.rows.len().div_ceil(size);
        let rows: Vec<&Json> = state.rows.iter().skip((page - 1) * size).take(size).collect();
        let next = (page < pages).then(|| format!("http://elsewhere.example{}?pagesize={size}&page={}", asked.path, page + 1));
        json!({
            "TotalCount": state.rows.len(), "TotalPages": pages, "PreviousPageUrl": "",
            "NextPageUrl": next.unwrap_or_default(), "Result": rows[..rows.len() - short],
        })
    } else {
        let list = if asked.path == "/api/acled/read" { &state.rows } else { &state.deleted };
        let in_one = state.deleted_in_one && asked.path == "/api/deleted/read";
        let (page, size) = if in_one { (1, usize::MAX) } else { (asked.number("page", 1), asked.number("limit", 5000)) };
        let rows: Vec<&Json> = list.iter().skip((page - 1) * size).take(size).collect();
        json!({ "status": 200, "success": true, "last_update": 1, "count": rows.len(), "messages": [], "data": rows[..rows.len() - short] })
    };
    let text = reply.to_string();
    let text = if matches!(fault, Fault::CutJson) { text[..text.len() - 40].to_owned() } else { text };
    (200, None, text, fault)
}

/// The binary with a store of its own and the credentials in its environment.
struct Desk {
    folder: tempfile::TempDir,
    url: String,
}

impl Desk {
    fn new(provider: &Provider) -> Self {
        Self { folder: tempfile::tempdir().unwrap(), url: provider.url.clone() }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_harmattan"));
        for (name, _) in
            std::env::vars().filter(|(name, _)| name.starts_with("HARMATTAN_") || name.to_lowercase().ends_with("_proxy"))
        {
            command.env_remove(name);
        }
        command.args(arguments).current_dir(self.folder.path());
        command.env("HARMATTAN_STORE", self.folder.path().join("store.gpkg")).env("HARMATTAN_EMPTY", "true");
        command.env("HARMATTAN_LOG", LOG).env("HARMATTAN_FETCH_BACKOFF_MS", "1").env("HARMATTAN_FETCH_PAGE_ROWS", "3");
        command.env("HARMATTAN_UCDP_URL", &self.url).env("HARMATTAN_ACLED_URL", &self.url);
        command.env("HARMATTAN_UCDP_TOKEN", TOKEN);
        command.env("HARMATTAN_ACLED_USER", USER).env("HARMATTAN_ACLED_PASSWORD", PASSWORD);
        command
    }

    /// Runs a command; whatever comes of it, no credential is in what it says or in what it leaves behind.
    fn output(&self, command: &mut Command) -> Output {
        let output = command.output().unwrap();
        let said = [output.stdout.clone(), output.stderr.clone()].concat();
        let left = std::fs::read_dir(self.folder.path()).unwrap().map(|entry| std::fs::read(entry.unwrap().path()).unwrap());
        for text in left.chain([said]) {
            for secret in SECRETS {
                let found = text.windows(secret.len()).any(|window| window == secret.as_bytes());
                assert!(!found, "{secret} is in {}", String::from_utf8_lossy(&text));
            }
        }
        output
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.output(&mut self.command(arguments))
    }

    fn json(&self, arguments: &[&str]) -> Json {
        let output = self.run(arguments);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// Runs a command that fails; what it says on stderr.
    fn fail(&self, arguments: &[&str]) -> String {
        failed(&self.run(arguments))
    }

    fn ids(&self, known_at: &str) -> Vec<String> {
        let page = self.json(&["export", "--include-restricted", "--known-at", known_at]);
        page["features"].as_array().unwrap().iter().map(|feature| feature["id"].as_str().unwrap().to_owned()).collect()
    }
}

fn failed(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// The six counts of a report.
fn counts(report: &Json) -> [u64; 6] {
    ["read", "added", "revised", "unchanged", "rejected", "retracted"].map(|name| report[name].as_u64().unwrap())
}

fn ucdp_row(id: usize) -> Json {
    json!({
        "id": id, "relid": format!("INV-{id}"), "year": 2025, "type_of_violence": 1, "side_a": "Invented Side A",
        "side_b": "Invented Side B", "where_prec": 1, "where_coordinates": "Invented town", "latitude": 14.5, "longitude": -4.2,
        "country": "Mali", "country_id": "432", "event_clarity": 1, "date_prec": 1, "date_start": "2025-05-13T00:00:00",
        "date_end": "2025-05-13T00:00:00", "best": 2, "high": 3, "low": 1,
    })
}

fn acled_row(id: usize) -> Json {
    json!({
        "event_id_cnty": format!("MLI{id}"), "event_date": "2025-05-06", "year": "2025", "time_precision": "1",
        "disorder_type": "Political violence", "event_type": "Battles", "sub_event_type": "Armed clash",
        "actor1": "Invented Group", "assoc_actor_1": "", "inter1": "Rebel group", "actor2": "Civilians (Mali)", "inter2": "Civilians",
        "iso": "466", "country": "Mali", "admin1": "Mopti", "location": "Mopti", "latitude": "14.49", "longitude": "-4.19",
        "geo_precision": "1", "source": "Nobody", "notes": "Made up.", "fatalities": "1", "timestamp": "1747000000",
    })
}

fn ucdp(rows: usize) -> Provider {
    Provider::start((1..=rows).map(ucdp_row).collect())
}

fn acled(rows: usize) -> Provider {
    Provider::start((1..=rows).map(acled_row).collect())
}

const UCDP: [&str; 3] = ["fetch", "ucdp", "--json"];
const ACLED: [&str; 3] = ["fetch", "acled", "--json"];

#[test]
fn every_page_of_ucdp_comes_in_and_a_second_fetch_changes_nothing() {
    let provider = ucdp(7);
    let desk = Desk::new(&provider);
    let arguments = ["fetch", "ucdp", "--json", "--version", "26.0.8", "--since", "2025-01-01", "--until", "2025-12-31"];
    let report = desk.json(&arguments);
    assert_eq!(counts(&report), [7, 7, 0, 0, 0, 0]);
    let asked = provider.asked();
    assert_eq!(asked.iter().map(|asked| asked.parameter("page")).collect::<Vec<_>>(), ["", "2", "3"]);
    for asked in &asked {
        assert_eq!(asked.path, "/gedevents/26.0.8");
        assert_eq!((asked.parameter("StartDate"), asked.parameter("EndDate")), ("2025-01-01", "2025-12-31"));
        assert!(asked.parameter("Country").starts_with("439,434,"), "the states of the map: {asked:?}");
    }
    assert_eq!(counts(&desk.json(&arguments)), [7, 0, 0, 7, 0, 0]);
    provider.state().rows[1]["best"] = 3.into();
    assert_eq!(counts(&desk.json(&arguments)), [7, 0, 1, 6, 0, 0]);
    let dataset = desk.json(&["datasets", "--json"])["datasets"][0].clone();
    assert_eq!((dataset["id"].clone(), dataset["version"].clone()), ("ucdp-ged".into(), "26.0.8".into()));
    assert_eq!(desk.json(&["check", "--json"])["faults"], Json::Array(Vec::new()));
}

#[test]
fn countries_are_asked_for_in_the_words_of_the_provider() {
    let provider = ucdp(1);
    let desk = Desk::new(&provider);
    desk.json(&["fetch", "ucdp", "--json", "--country", "ML", "--country", "niger"]);
    desk.json(&["fetch", "ucdp", "--json", "--country", "all"]);
    let asked = provider.asked();
    assert_eq!(asked[0].parameter("Country"), "432,436");
    assert_eq!(asked[1].parameters.get("Country"), None);
    let misused = |arguments: &[&str]| {
        let output = desk.run(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(misused(&["fetch", "ucdp", "--country", "Atlantis"]).contains("--country Atlantis"));
    assert!(misused(&["fetch", "ucdp", "--version", "26.1/../x"]).contains("is no version"));
    assert!(misused(&["fetch", "ucdp", "--since", "2025-01-02", "--until", "2025-01-01"]).contains("lies before --since"));
    assert!(misused(&["fetch", "ucdp", "--known-at", "soon"]).contains("--known-at 'soon': expected"));
    let provider = acled(1);
    let desk = Desk::new(&provider);
    desk.json(&["fetch", "acled", "--json", "--country", "ML,NE", "--since", "2025-01-01", "--until", "2025-02-01"]);
    let asked = &provider.asked()[1];
    assert_eq!(asked.parameter("country"), "Mali:OR:country=Niger");
    assert_eq!((asked.parameter("event_date"), asked.parameter("event_date_where")), ("2025-01-01|2025-02-01", "BETWEEN"));
}

#[test]
fn acled_is_asked_for_what_was_revised_since_a_day() {
    let provider = acled(1);
    let desk = Desk::new(&provider);
    desk.json(&["fetch", "acled", "--json", "--since", "2025-01-01"]);
    desk.json(&["fetch", "acled", "--json", "--until", "2025-02-01"]);
    let asked: Vec<Asked> = provider.asked().into_iter().filter(|asked| asked.path == "/api/acled/read").collect();
    assert_eq!((asked[0].parameter("timestamp"), asked[0].parameter("timestamp_where")), ("1735689600", ">="));
    assert_eq!(asked[0].parameter("event_date"), "");
    assert_eq!((asked[1].parameter("timestamp"), asked[1].parameter("event_date")), ("", "1997-01-01|2025-02-01"));
}

#[test]
fn strict_ends_the_fetch_at_the_first_bad_row_and_keeps_the_pages_before() {
    let provider = ucdp(8);
    provider.state().rows[4]["date_start"] = "soon".into();
    let desk = Desk::new(&provider);
    let output = desk.run(&["fetch", "ucdp", "--json", "--strict"]);
    let said = failed(&output);
    assert!(said.contains("ucdp-ged page 2 of 3 was not kept") && said.contains("soon"), "{said}");
    assert_eq!(counts(&serde_json::from_slice(&output.stdout).unwrap()), [3, 3, 0, 0, 1, 0]);
    assert_eq!(desk.ids("2100-01-01"), ["ucdp-ged:1", "ucdp-ged:2", "ucdp-ged:3"]);
}

#[test]
fn a_bad_row_is_left_out_and_reported_and_the_rest_comes_in() {
    let provider = ucdp(4);
    provider.state().rows[1]["date_start"] = "soon".into();
    let desk = Desk::new(&provider);
    assert_eq!(counts(&desk.json(&["fetch", "ucdp", "--json", "--rejects", "rejects.csv"])), [4, 3, 0, 0, 1, 0]);
    assert!(std::fs::read_to_string(desk.folder.path().join("rejects.csv")).unwrap().contains("soon"));
    let desk = Desk::new(&provider);
    assert_eq!(counts(&desk.json(&["fetch", "ucdp", "--json", "--dry-run"])), [4, 3, 0, 0, 1, 0]);
    assert!(!desk.folder.path().join("store.gpkg").exists());
}

#[test]
fn too_many_requests_are_followed_by_the_wait_that_is_asked_for() {
    let provider = ucdp(4);
    provider.fails(&[Fault::None, Fault::Status(429, Some("1")), Fault::Status(503, Some("0"))]);
    let desk = Desk::new(&provider);
    let begun = Instant::now();
    assert_eq!(counts(&desk.json(&UCDP)), [4, 4, 0, 0, 0, 0]);
    assert!(begun.elapsed() >= Duration::from_secs(1));
    assert_eq!(provider.asked().len(), 4);
    provider.fails(&[Fault::Status(429, Some("86400"))]);
    let said = desk.fail(&UCDP);
    assert!(said.contains("UCDP answered 429 for page 1 and asks to come again in 86400 s"), "{said}");
    assert_eq!(provider.asked().len(), 1);
}

#[test]
fn what_comes_incomplete_is_asked_for_again() {
    for fault in [Fault::RowMissing, Fault::CutJson, Fault::CutOff, Fault::Status(500, None), Fault::Silence] {
        let provider = ucdp(4);
        provider.fails(&[fault, Fault::None, fault]);
        let desk = Desk::new(&provider);
        let report = desk.json(&["fetch", "ucdp", "--json", "--timeout", "1"]);
        assert_eq!((counts(&report), provider.asked().len()), ([4, 4, 0, 0, 0, 0], 4), "{fault:?}");
    }
}

#[test]
fn a_page_that_stays_incomplete_is_named_and_nothing_of_it_is_kept() {
    for (fault, reason) in [
        (Fault::RowMissing, "it has 2 rows where 3 were announced"),
        (Fault::CutJson, "the JSON ends early"),
        (Fault::CutOff, "the reply broke off"),
    ] {
        let provider = ucdp(8);
        let desk = Desk::new(&provider);
        provider.fails(&[Fault::None, fault, fault, fault, fault, fault]);
        let output = desk.run(&UCDP);
        let said = failed(&output);
        assert!(said.contains("gave up after 5 tries") && said.contains("page 2 incomplete") && said.contains(reason), "{said}");
        assert!(said.contains("1 pages before are kept, run it again"), "{said}");
        assert_eq!(counts(&serde_json::from_slice(&output.stdout).unwrap()), [3, 3, 0, 0, 0, 0], "what is kept is reported");
        assert_eq!(desk.ids("2100-01-01"), ["ucdp-ged:1", "ucdp-ged:2", "ucdp-ged:3"]);
        assert_eq!(counts(&desk.json(&UCDP)), [8, 5, 0, 3, 0, 0], "run again, it takes in the rest");
    }
}

#[test]
fn a_credential_that_is_missing_or_wrong_is_named() {
    let provider = ucdp(1);
    let desk = Desk::new(&provider);
    let said = |arguments: &[&str], name: &str, value: Option<&str>| {
        let mut command = desk.command(arguments);
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
        failed(&desk.output(&mut command))
    };
    for (arguments, name) in
        [(&UCDP, "HARMATTAN_UCDP_TOKEN"), (&ACLED, "HARMATTAN_ACLED_USER"), (&ACLED, "HARMATTAN_ACLED_PASSWORD")]
    {
        assert!(said(arguments, name, None).contains(&format!("{name} is not set")));
        assert!(said(arguments, name, Some(" ")).contains(&format!("{name} is not set")));
        assert!(said(arguments, name, Some("two\nlines")).contains(name));
        assert_eq!(provider.asked().len(), 0, "nothing is asked without a credential");
    }
    let wrong = said(&UCDP, "HARMATTAN_UCDP_TOKEN", Some("another"));
    assert!(wrong.contains("UCDP answered 401") && wrong.contains("HARMATTAN_UCDP_TOKEN is not a token"), "{wrong}");
    let wrong = said(&ACLED, "HARMATTAN_ACLED_PASSWORD", Some("another"));
    assert!(wrong.contains("HARMATTAN_ACLED_USER or HARMATTAN_ACLED_PASSWORD is wrong"), "{wrong}");
    provider.fails(&[Fault::Status(403, None)]);
    assert!(desk.fail(&ACLED).contains("ACLED answered 403 for page 1"));
}

#[test]
fn credentials_go_to_no_other_address() {
    let provider = ucdp(1);
    let desk = Desk::new(&provider);
    provider.fails(&[Fault::Status(302, None)]);
    assert!(desk.fail(&UCDP).contains("UCDP answered 302"));
    assert_eq!(provider.paths(), ["/gedevents/26.1"], "a redirect is not followed");
    for url in ["http://example.org", "https://someone:word@example.org", "example.org"] {
        let said = failed(&desk.output(&mut desk.command(&["fetch", "ucdp", "--url", url])));
        assert!(said.contains("HARMATTAN_UCDP_URL: expected an address that begins with https://"), "{said}");
    }
}

#[test]
fn help_names_the_variables_and_shows_no_value() {
    let provider = ucdp(0);
    let desk = Desk::new(&provider);
    for (name, variable) in [("ucdp", "HARMATTAN_UCDP_TOKEN"), ("acled", "HARMATTAN_ACLED_PASSWORD")] {
        let help = String::from_utf8(desk.run(&["fetch", name, "--help"]).stdout).unwrap();
        assert!(help.contains(variable) && help.contains("resumed by running it again"), "{help}");
    }
}

#[test]
fn a_reply_without_rows_is_no_fault() {
    let provider = ucdp(0);
    let desk = Desk::new(&provider);
    assert_eq!(counts(&desk.json(&UCDP)), [0; 6]);
    assert_eq!(counts(&desk.json(&ACLED)), [0; 6]);
}

#[test]
fn acled_events_come_in_and_withdrawn_ones_are_retracted() {
    let provider = acled(7);
    let desk = Desk::new(&provider);
    assert_eq!(counts(&desk.json(&ACLED)), [7, 7, 0, 0, 0, 0]);
    let list = "/api/acled/read";
    assert_eq!(provider.paths(), ["/oauth/token", list, list, list, "/api/deleted/read"]);
    // The provider takes two events out, one of which we have.
    provider.state().rows.remove(4);
    let withdrawn = |id: &str, at: Json| json!({ "event_id_cnty": id, "deleted_timestamp": at });
    provider.state().deleted = vec![
        withdrawn("ZZZ1", 1_748_000_000.into()),
        withdrawn("ZZZ2", 1_748_000_000.into()),
        withdrawn("ZZZ3", 1_748_000_000.into()),
        withdrawn("MLI5", "1748000000".into()),
    ];
    assert_eq!(counts(&desk.json(&ACLED)), [6, 0, 0, 6, 0, 1]);
    assert!(!desk.ids("2100-01-01").contains(&"acled:MLI5".to_owned()));
    assert!(desk.ids("2025-05-20").contains(&"acled:MLI5".to_owned()), "it was known until it was withdrawn");
    assert_eq!(counts(&desk.json(&ACLED)), [6, 0, 0, 6, 0, 0]);
    assert_eq!(desk.json(&["check", "--json"])["faults"], Json::Array(Vec::new()));
    // Its rows may not be passed on, wherever they came from.
    assert!(desk.fail(&["export"]).contains("6 rows of 'acled' may not be passed on"));
}

#[test]
fn an_expired_token_is_renewed_and_no_row_is_lost() {
    for too_old in [false, true] {
        let provider = acled(7);
        provider.state().refresh_is_too_old = too_old;
        let desk = Desk::new(&provider);
        provider.fails(&[Fault::None, Fault::Status(401, None)]);
        assert_eq!(counts(&desk.json(&ACLED)), [7, 7, 0, 0, 0, 0]);
        let asked = provider.asked();
        let grants = asked.iter().map(|asked| asked.parameter("grant_type")).filter(|grant| !grant.is_empty());
        let expected: &[&str] = if too_old { &["password", "refresh_token", "password"] } else { &["password", "refresh_token"] };
        assert_eq!(grants.collect::<Vec<_>>(), expected);
    }
    let provider = acled(1);
    let desk = Desk::new(&provider);
    provider.fails(&[Fault::Status(401, None), Fault::Status(401, None)]);
    assert!(
        desk.fail(&ACLED).contains("ACLED answered 401 for page 1"),
        "a new token that is refused too is not renewed for ever"
    );
}

#[test]
fn an_incomplete_page_of_withdrawn_ids_retracts_nothing() {
    let provider = acled(1);
    let desk = Desk::new(&provider);
    provider.state().deleted = vec![json!({ "event_id_cnty": "MLI1", "deleted_timestamp": 1_748_000_000 })];
    let cut = Fault::CutJson;
    provider.fails(&[Fault::None, cut, cut, cut, cut, cut]);
    let said = desk.fail(&ACLED);
    assert!(said.contains("page 1 of the withdrawn ids incomplete"), "{said}");
    assert_eq!(desk.ids("2100-01-01"), ["acled:MLI1"]);
    assert_eq!(counts(&desk.json(&ACLED)), [1, 0, 0, 1, 0, 1]);
}

#[test]
fn a_list_of_withdrawn_ids_that_comes_in_one_is_read_once() {
    let provider = acled(2);
    let desk = Desk::new(&provider);
    let ids = ["MLI1", "ZZZ1", "ZZZ2", "ZZZ3", "ZZZ4"];
    provider.state().deleted_in_one = true;
    provider.state().deleted = ids.map(|id| json!({ "event_id_cnty": id, "deleted_timestamp": 1_748_000_000 })).to_vec();
    assert_eq!(counts(&desk.json(&ACLED)), [2, 2, 0, 0, 0, 1]);
    assert_eq!(provider.paths().iter().filter(|path| *path == "/api/deleted/read").count(), 2);
}
