//! The binary, end to end.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that fails is the report")]

use serde_json::Value as Json;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

fn harmattan() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_harmattan"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("HARMATTAN_")) {
        command.env_remove(name);
    }
    command
}

/// The binary with a store of its own, in a folder that goes with the test.
struct Desk {
    folder: tempfile::TempDir,
}

impl Desk {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a folder") }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = harmattan();
        command.args(arguments).env("HARMATTAN_STORE", self.path("store.gpkg")).current_dir(self.folder.path());
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("the binary starts")
    }

    /// Runs a command that succeeds and prints one JSON document.
    fn json(&self, arguments: &[&str]) -> Json {
        let output = self.run(arguments);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {said}");
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{arguments:?}: {error}: {said}"))
    }

    fn write(&self, name: &str, text: &str) -> String {
        std::fs::write(self.path(name), text).expect("a file");
        name.to_owned()
    }
}

fn run(arguments: &[&str]) -> Output {
    Desk::new().run(arguments)
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
    let desk = Desk::new();
    let server = Server::start(&mut desk.command(&["serve", "--listen", "127.0.0.1:0"]));
    let body = ureq::get(format!("{}/health/ready", server.url)).call().unwrap().body_mut().read_to_string().unwrap();
    assert!(body.contains("ready"), "{body}");
}

#[test]
fn the_environment_sets_what_flags_set() {
    let desk = Desk::new();
    let server = Server::start(
        desk.command(&["serve"]).env("HARMATTAN_LISTEN", "127.0.0.1:0").env("HARMATTAN_PUBLIC_URL", "https://map.example/"),
    );
    assert_ne!(server.url, "http://127.0.0.1:8080");
    let body = ureq::get(format!("{}/collections", server.url)).call().unwrap().body_mut().read_to_string().unwrap();
    assert!(body.contains("\"https://map.example/collections/incidents/items\""), "{body}");
}

#[test]
fn sigterm_and_sigint_stop_it_with_exit_code_0() {
    for signal in ["-TERM", "-INT"] {
        let desk = Desk::new();
        let mut server = Server::start(&mut desk.command(&["serve", "--listen", "127.0.0.1:0"]));
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
fn wrong_usage_exits_with_2() {
    for arguments in [&["serve", "--listen", "nowhere"][..], &["serve", "--colour"], &["fly"], &[]] {
        assert_eq!(run(arguments).status.code(), Some(2), "{arguments:?}");
    }
    let desk = Desk::new();
    let file = desk.write("events.csv", EVENTS);
    desk.json(&["import", "--json", "--empty", &file]);
    for arguments in [
        &["import", "--format", "xlsx", &file][..],
        &["import", "--map", "jour", &file],
        &["import", "--known-at", "soon", &file],
        &["export", "--datetime", "soon"],
        &["export", "--known-at", "2024-02-30"],
        &["export", "--bbox", "1,2,3"],
        &["export", "--where", "colour=red"],
    ] {
        let output = desk.run(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn the_file_of_rejects_is_safe_to_open_in_a_spreadsheet() {
    let desk = Desk::new();
    let file = desk.write("events.csv", "id,date,lon,lat\n1,=1+1,1,12\n2,2024-01-01,-200,12\n3,\"@SUM(A1),x\",1,12\n");
    assert_eq!(counts(&desk.json(&["import", "--json", "--empty", "--rejects", "rejects.csv", &file])), [3, 0, 0, 0, 3, 0]);
    let rejects = std::fs::read_to_string(desk.path("rejects.csv")).expect("a file");
    for row in ["2,date,'=1+1,", "3,lon,-200,", "4,date,\"'@SUM(A1),x\","] {
        assert!(rejects.contains(row), "{rejects}");
    }
}

#[test]
fn a_store_that_is_not_there_is_made_and_filled_once() {
    let desk = Desk::new();
    let rows = |desk: &Desk| desk.json(&["status", "--json"])["collections"][2]["rows"].clone();
    assert_eq!(desk.run(&["status"]).status.code(), Some(1), "there is nothing yet");
    let mut server = Server::start(&mut desk.command(&["serve", "--listen", "127.0.0.1:0"]));
    server.signal("-TERM");
    server.wait();
    assert_eq!((rows(&desk), desk.json(&["check", "--json"])["sound"].clone()), (345.into(), true.into()));
    let generation = desk.json(&["status", "--json"])["generation"].clone();
    drop(Server::start(&mut desk.command(&["serve", "--listen", "127.0.0.1:0"])));
    assert_eq!(desk.json(&["status", "--json"])["generation"], generation, "the second start writes nothing");
}

#[test]
fn a_store_of_an_earlier_release_gets_the_rows_of_this_one() {
    let desk = Desk::new();
    let start = || drop(Server::start(&mut desk.command(&["serve", "--listen", "127.0.0.1:0"])));
    let title = || {
        let page = desk.json(&["export", "--where", "place=Djibo", "--datetime", "2022-02-17"]);
        page["features"][0]["properties"]["title"].clone()
    };
    start();
    desk.json(&["datasets", "--json", "remove", "control-observations"]);
    // As an earlier release would have left it.
    let store = rusqlite::Connection::open(desk.path("store.gpkg")).unwrap();
    // These triggers call functions that a bare connection does not have.
    store.execute_batch("DROP TRIGGER rtree_incidents_geom_update3; DROP TRIGGER rtree_incidents_geom_update4").unwrap();
    let id = "chronology:2022-02-17-djibo-siege-begins";
    let aged = "UPDATE incidents SET title = 'as it was', content_hash = 0, known_at = '2026-01-01T00:00:00.000Z' WHERE id = ?1";
    assert_eq!(store.execute(aged, [id]).unwrap(), 1);
    store.execute("UPDATE datasets SET version = 'earlier', content_hash = 0 WHERE id = 'chronology'", []).unwrap();
    drop(store);
    assert_eq!(title(), "as it was");
    start();
    assert_eq!(title(), "JNIM blockade of Djibo begins");
    let status = desk.json(&["status", "--json"]);
    assert_eq!(status["collections"][3]["rows"], 0, "a dataset that was taken out stays out");
    let before = desk.json(&["export", "--where", "place=Djibo", "--datetime", "2022-02-17", "--known-at", "2026-06-01"]);
    assert_eq!(before["features"][0]["properties"]["title"], "as it was");
}

const EVENTS: &str = "id,date,country,lon,lat,event_type,actor1,fatalities,source\n\
    1,2024-05-06,Mali,-4.2,14.5,battle,JNIM,3,made up\n\
    2,2024-05-07,Mali,-4.1,14.6,battle,JNIM,,made up\n\
    3,soon,Mali,-4.1,14.6,battle,JNIM,1,made up\n\
    4,2024-05-08,Mali,-4.0,14.4,battle,JNIM,0,made up\n";

/// The six counts of a report.
fn counts(report: &Json) -> [u64; 6] {
    ["read", "added", "revised", "unchanged", "rejected", "retracted"].map(|name| report[name].as_u64().expect("a count"))
}

#[test]
fn an_import_accounts_for_every_row_and_the_second_changes_nothing() {
    let desk = Desk::new();
    let file = desk.write("events.csv", EVENTS);
    let import = ["import", "--json", "--empty", "--rejects", "rejects.csv", &file];
    assert_eq!(counts(&desk.json(&import)), [4, 3, 0, 0, 1, 0]);
    let rejects = std::fs::read_to_string(desk.path("rejects.csv")).unwrap();
    assert!(rejects.starts_with("line,column,value,reason\n4,date,soon,"), "{rejects}");
    assert_eq!(counts(&desk.json(&import)), [4, 0, 0, 3, 1, 0]);
    assert_eq!(desk.json(&["check", "--json"])["faults"], Json::Array(Vec::new()));
}

#[test]
fn a_changed_row_is_one_revision_and_the_old_one_is_still_known() {
    let desk = Desk::new();
    let file = desk.write("events.csv", EVENTS);
    desk.json(&["import", "--json", "--empty", "--known-at", "2024-06-01", &file]);
    desk.write("events.csv", &EVENTS.replace("14.5,battle,JNIM,3", "14.5,battle,JNIM,5"));
    assert_eq!(counts(&desk.json(&["import", "--json", "--known-at", "2024-07-01", &file])), [4, 0, 1, 2, 1, 0]);
    let deaths = |known_at: &str| {
        let page = desk.json(&["export", "--known-at", known_at, "--where", "dataset=events", "--datetime", "2024-05-06"]);
        page["features"]
            .as_array()
            .unwrap()
            .iter()
            .map(|feature| feature["properties"]["fatalities_best"].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!((deaths("2024-05-31"), deaths("2024-06-15"), deaths("2024-08-01")), (vec![], vec![3.into()], vec![5.into()]));
}

#[test]
fn an_id_that_stands_twice_in_a_file_is_taken_once_and_a_day_to_come_is_flagged() {
    let desk = Desk::new();
    let file = desk.write(
        "twice.csv",
        &format!(
            "{EVENTS}1,2024-05-09,Mali,-4.2,14.5,battle,JNIM,9,made up\n5,2124-05-09,Mali,-4.2,14.5,battle,JNIM,9,made up\n"
        ),
    );
    let report = desk.json(&["import", "--json", "--empty", &file]);
    assert_eq!((counts(&report), report["files"][0]["flagged"]["in_future"]["count"].clone()), ([6, 4, 0, 0, 2, 0], 1.into()));
    assert_eq!(counts(&desk.json(&["import", "--json", &file])), [6, 0, 0, 4, 2, 0]);
}

#[test]
fn the_one_file_is_whole_while_the_server_runs() {
    let desk = Desk::new();
    let _server = Server::start(&mut desk.command(&["serve", "--listen", "127.0.0.1:0"]));
    std::fs::copy(desk.path("store.gpkg"), desk.path("copy.gpkg")).unwrap();
    let copy = desk.path("copy.gpkg");
    let status = desk.json(&["status", "--json", "--store", copy.to_str().unwrap()]);
    assert_eq!(status["collections"][2]["rows"], 345);
}

#[test]
fn check_trusts_neither_an_empty_nor_a_damaged_file() {
    let desk = Desk::new();
    desk.write("store.gpkg", "");
    assert_eq!(desk.run(&["check"]).status.code(), Some(1));
    std::fs::remove_file(desk.path("store.gpkg")).unwrap();
    drop(Server::start(&mut desk.command(&["serve", "--listen", "127.0.0.1:0"])));
    let mut bytes = std::fs::read(desk.path("store.gpkg")).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 60_000].fill(0x55);
    std::fs::write(desk.path("store.gpkg"), bytes).unwrap();
    let output = desk.run(&["check", "--json"]);
    assert_eq!(output.status.code(), Some(1));
    let report: Json = serde_json::from_slice(&output.stdout).unwrap();
    assert!(!report["faults"].as_array().unwrap().is_empty(), "{report}");
}

#[test]
fn strict_undoes_all_of_it_and_a_dry_run_keeps_nothing() {
    let desk = Desk::new();
    let file = desk.write("events.csv", EVENTS);
    let dry = desk.json(&["import", "--json", "--dry-run", &file]);
    assert_eq!((counts(&dry), desk.path("store.gpkg").exists()), ([4, 3, 0, 0, 1, 0], false));
    let strict = desk.run(&["import", "--strict", "--empty", &file]);
    assert_eq!(strict.status.code(), Some(1));
    let said = String::from_utf8_lossy(&strict.stderr).into_owned();
    assert!(said.contains("line 4") && said.contains("soon"), "{said}");
    assert_eq!(desk.json(&["status", "--json"])["collections"][2]["rows"], 0);
}

#[test]
fn nothing_is_kept_of_a_file_that_ends_in_the_middle() {
    let desk = Desk::new();
    let whole = desk.write("whole.csv", EVENTS);
    let feature = r#"{"type":"Feature","id":"1","geometry":null,"properties":{"date":"2024-01-01"}}"#;
    let cut = desk.write("cut.geojson", &format!("{{\"type\":\"FeatureCollection\",\"features\":[\n{feature},\n{{\"type\""));
    let output = desk.run(&["import", "--empty", &whole, &cut]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("nothing was kept: cut.geojson is not whole: it ends in line 3"), "{said}");
    assert_eq!(desk.json(&["status", "--json"])["collections"][2]["rows"], 0);
}

#[test]
fn a_store_is_sound_after_many_rows_at_once_and_few_after_them() {
    let desk = Desk::new();
    let rows = |ids: std::ops::Range<u32>, shift: u32| {
        let row = |id| {
            format!("{id},2024-01-01,{},{}\n", f64::from((id + shift) % 300) / 20.0 - 5.0, f64::from(id % 170) / 17.0 + 10.0)
        };
        format!("id,date,lon,lat\n{}", ids.map(row).collect::<String>())
    };
    for (name, text, expected) in [
        ("many", rows(0..25_000, 0), [25_000, 25_000, 0, 0, 0, 0]),
        ("few", rows(24_990..25_010, 7), [20, 10, 10, 0, 0, 0]),
        ("more", rows(24_000..60_000, 7), [36_000, 34_990, 990, 20, 0, 0]),
        ("again", rows(24_000..60_000, 7), [36_000, 0, 0, 36_000, 0, 0]),
    ] {
        let file = desk.write("rows.csv", &text);
        let report = desk.json(&["import", "--json", "--empty", "--known-at", "2024-02-01", &file]);
        assert_eq!(counts(&report), expected, "{name}");
        assert_eq!(desk.json(&["check", "--json"])["faults"], Json::Array(Vec::new()), "{name}");
    }
}

#[test]
fn an_import_shows_on_a_running_server() {
    let desk = Desk::new();
    let server = Server::start(&mut desk.command(&["serve", "--listen", "127.0.0.1:0", "--empty"]));
    let file = desk.write("events.csv", EVENTS);
    desk.json(&["import", "--json", "--empty", &file]);
    let begun = Instant::now();
    loop {
        let address = format!("{}/collections/incidents/items", server.url);
        let page: Json = ureq::get(address).call().unwrap().body_mut().read_json().unwrap();
        if page["numberMatched"] == 3 {
            break;
        }
        // It takes half a second; a busy machine may be slow to start anything.
        assert!(begun.elapsed() < Duration::from_secs(20), "{}", page["numberMatched"]);
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn what_was_answered_as_stored_survives_any_kill() {
    let desk = Desk::new();
    let first = desk.write("events.csv", EVENTS);
    desk.json(&["import", "--json", "--empty", &first]);
    let header = "id,date,country,lon,lat,event_type,source\n";
    let rows: String = (0..20_000).map(|n| format!("{n},2024-05-06,Mali,-4.2,14.5,battle,made up\n")).collect();
    let many = desk.write("many.csv", &format!("{header}{rows}"));
    for round in 0..8u64 {
        let mut child = desk.command(&["import", &many]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(20 + round * 60));
        let _ = child.kill();
        let done = child.wait().unwrap().success();
        assert_eq!(desk.json(&["check", "--json"])["faults"], Json::Array(Vec::new()), "round {round}");
        let there = desk.json(&["status", "--json"])["collections"][2]["rows"].as_u64().unwrap();
        assert!(there == 20_003 || (there == 3 && !done), "round {round}: {there}");
    }
}

#[test]
fn a_file_that_is_no_store_is_left_as_it_is() {
    let desk = Desk::new();
    desk.write("store.gpkg", "a letter to nobody, which is longer than a header of SQLite would have to be, so that it is read");
    let output = desk.run(&["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("is not a Harmattan store"));
    assert!(std::fs::read_to_string(desk.path("store.gpkg")).unwrap().starts_with("a letter"));
}

#[test]
fn a_dataset_is_listed_and_taken_out() {
    let desk = Desk::new();
    let file = desk.write("events.csv", EVENTS);
    desk.json(&["import", "--json", "--dataset", "mine", &file]);
    let listed = desk.json(&["datasets", "--json"]);
    assert!(listed["datasets"].as_array().unwrap().iter().any(|dataset| dataset["id"] == "mine" && dataset["rows"] == 3));
    assert_eq!(desk.json(&["datasets", "--json", "remove", "mine"])["rows"], 3);
    assert_eq!(desk.json(&["status", "--json"])["collections"][2]["rows"], 345);
    assert_eq!(desk.run(&["datasets", "remove", "mine"]).status.code(), Some(1));
}

#[test]
fn an_export_holds_what_the_query_asks() {
    let desk = Desk::new();
    drop(Server::start(&mut desk.command(&["serve", "--listen", "127.0.0.1:0"])));
    let page = desk.json(&["export", "control", "--where", "place=Bamako", "--datetime", "2025-10-15"]);
    assert_eq!(
        (page["numberMatched"].clone(), page["features"][0]["properties"]["blockade"].clone()),
        (1.into(), "partial".into())
    );
    let csv = desk.run(&["export", "--format", "csv", "--bbox", "-5,10,5,15", "-o", "out.csv"]);
    assert_eq!(csv.status.code(), Some(0));
    let lines = std::fs::read_to_string(desk.path("out.csv")).unwrap();
    assert!(lines.starts_with("id,longitude,latitude,date_start,"), "{}", &lines[..80]);
    let seq = desk.run(&["export", "--format", "geojsonseq", "--where", "country=TG"]);
    for line in String::from_utf8(seq.stdout).unwrap().lines() {
        assert_eq!(serde_json::from_str::<Json>(line).unwrap()["properties"]["country"], "TG");
    }
    for arguments in [&["export", "nothing"][..], &["export", "--format", "shp"]] {
        assert_eq!(desk.run(arguments).status.code(), Some(2), "{arguments:?}");
    }
}

#[test]
fn rows_that_may_not_be_passed_on_are_not_exported_by_accident() {
    let desk = Desk::new();
    let acled = "event_id_cnty,event_date,year,time_precision,disorder_type,event_type,sub_event_type,actor1,assoc_actor_1,inter1,actor2,assoc_actor_2,inter2,interaction,civilian_targeting,iso,region,country,admin1,admin2,admin3,location,latitude,longitude,geo_precision,source,source_scale,notes,fatalities,tags,timestamp\n\
        MLI00001,2024-05-06,2024,1,Political violence,Battles,Armed clash,Invented Group,,2,Civilians (Mali),,7,27,,466,Western Africa,Mali,Mopti,Mopti,,Mopti,14.49,-4.19,1,Nobody,National,Made up.,1,,1717200000\n";
    let file = desk.write("acled.csv", acled);
    let report = desk.json(&["import", "--json", &file]);
    assert_eq!((report["files"][0]["format"].clone(), counts(&report)[1]), ("acled".into(), 1));
    let refused = desk.run(&["export"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("1 rows of 'acled' may not be passed on"));
    assert_eq!(desk.json(&["export", "--include-restricted"])["numberMatched"], 346);
}

#[test]
fn status_counts_what_ships() {
    let desk = Desk::new();
    drop(Server::start(&mut desk.command(&["serve", "--listen", "127.0.0.1:0"])));
    let status = desk.json(&["status", "--json"]);
    let rows = |one: &Json| (one["id"].as_str().unwrap().to_owned(), one["rows"].as_u64().unwrap());
    let rows: Vec<_> = status["collections"].as_array().unwrap().iter().map(rows).collect();
    assert!(rows.contains(&("incidents".to_owned(), 345)) && rows.contains(&("control".to_owned(), 258)), "{rows:?}");
    assert_eq!(desk.run(&["status"]).status.code(), Some(0));
}

const ROADS: &str = r#"{"type":"FeatureCollection","features":[
{"type":"Feature","geometry":{"type":"Point","coordinates":[0.0,10.001]},"properties":{"@id":"node/1","place":"town","name":"Port"}},
{"type":"Feature","geometry":{"type":"Point","coordinates":[2.0,10.001]},"properties":{"@id":"node/2","place":"city","name":"Capital"}},
{"type":"Feature","geometry":{"type":"LineString","coordinates":[[0,10],[0.5,10.1],[1,10]]},"properties":{"@id":"way/10","highway":"trunk"}},
{"type":"Feature","geometry":{"type":"LineString","coordinates":[[1,10],[2,10]]},"properties":{"@id":"way/11","highway":"trunk"}},
{"type":"Feature","geometry":{"type":"LineString","coordinates":[[1,10],[1,11]]},"properties":{"@id":"way/12","highway":"footway"}},
{"type":"Feature","geometry":{"type":"LineString","coordinates":[[1,10],[1,10]]},"properties":{"@id":"way/13","highway":"primary"}}
]}"#;

const CLOSED: &str = "corridor_id,name,waypoints,target,status,valid_from,valid_to,actor,confidence,source\n\
    sea,The way by sea,Quay 0 9; Port 0 10; Harbour 1 9; Capital 2 10,Capital,cut,2025-01-01,,JNIM,0.8,made up\n";

#[test]
fn a_road_network_is_taken_in_and_a_town_is_asked_for() {
    let desk = Desk::new();
    let roads = desk.write("roads.geojson", ROADS);
    assert_eq!(counts(&desk.json(&["import", "--json", "--empty", "roads", &roads])), [6, 1, 0, 0, 2, 0]);
    assert_eq!(counts(&desk.json(&["import", "--json", "--format", "roads", &roads])), [6, 0, 0, 1, 2, 0]);
    let closed = desk.write("closed.csv", CLOSED);
    desk.json(&["import", "--json", &closed]);
    let segments = desk.json(&["export", "corridors", "--format", "geojson"]);
    let road = segments["features"].as_array().unwrap().iter().find(|road| road["id"] == "roads-10:1").unwrap();
    assert_eq!(road["geometry"]["coordinates"].as_array().unwrap().len(), 4);
    assert_eq!((&road["properties"]["from"], &road["properties"]["licence"]), (&"Port".into(), &"ODbL-1.0".into()));
    let asked = ["analyze", "corridors", "--target", "CAPITAL", "--date", "2025-02-01"];
    let answer = desk.json(&[&asked[..], &["--json"]].concat());
    assert_eq!(answer["capacity_open"]["value"], 0.0, "nothing comes to the port, whatever road leads on from there");
    assert_eq!(answer["isolation_days"]["value"], 32.0);
    let text = String::from_utf8(desk.run(&asked).stdout).unwrap();
    assert!(text.contains("Quay") && text.contains("cut") && text.contains("no route"), "{text}");
    let span = ["analyze", "corridors", "--target", "Capital", "--from", "2024-12-30", "--to", "2025-01-02"];
    assert_eq!(desk.json(&[&span[..], &["--json"]].concat()).as_array().unwrap().len(), 4);
    assert_eq!(String::from_utf8(desk.run(&span).stdout).unwrap().lines().count(), 5);
    for wrong in [
        &["--target", "Atlantis"][..],
        &["--target", "Capital", "--date", "soon"],
        &["--date", "2025-01-01", "--from", "2025-01-01"],
    ] {
        assert_eq!(desk.run(&[&["analyze", "corridors"][..], wrong].concat()).status.code(), Some(2), "{wrong:?}");
    }
    assert_eq!(desk.json(&["check", "--json"])["faults"], Json::Array(Vec::new()));
}

#[test]
fn the_front_on_the_command_line_is_that_of_the_server() {
    let desk = Desk::new();
    let server = Server::start(&mut desk.command(&["serve", "--listen", "127.0.0.1:0"]));
    let served = |query: &str| -> Json {
        ureq::get(format!("{}/analytics/front{query}", server.url)).call().unwrap().body_mut().read_json().unwrap()
    };
    assert_eq!(desk.json(&["analyze", "front", "--json"]), served(""));
    let asked = ["analyze", "front", "--actor", "JNIM", "--from", "2018-01-01", "--to", "2025-10-31"];
    let told = desk.json(&[&asked[..], &["--json"]].concat());
    assert_eq!(told, served("?actor=JNIM&from=2018-01-01&to=2025-10-31"));
    assert!(told["evidence"]["affected_cells"].as_u64().unwrap() > 20, "{}", told["evidence"]);
    let elsewhere = desk.json(&[&asked[..], &["--origin", "-4.2,14.5", "--known-at", "2026-11-22", "--json"]].concat());
    assert_eq!(elsewhere, served("?actor=JNIM&from=2018-01-01&to=2025-10-31&origin=-4.2,14.5&known_at=2026-11-22"));
    let text = String::from_utf8(desk.run(&asked).stdout).unwrap();
    for word in [
        "JNIM, as reported from 2018-01-01 to 2025-10-31",
        "speed of first reports",
        "expansion index",
        "Bamako",
        "the coast",
        "Note: ",
    ] {
        assert!(text.contains(word), "{word} is not in:\n{text}");
    }
    let list = String::from_utf8(desk.run(&["analyze", "front"]).stdout).unwrap();
    assert!(list.lines().any(|line| line.starts_with("JNIM ") && line.contains(" events in ")), "{list}");
    for wrong in [&["--actor", "NOBODY"][..], &["--actor", "JNIM", "--to", "soon"], &["--actor", "JNIM", "--origin", "Atlantis"]]
    {
        let output = desk.run(&[&["analyze", "front"][..], wrong].concat());
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{wrong:?}: {said}");
        assert!(said.contains(wrong[wrong.len() - 2]), "the setting to blame is named: {said}");
    }
}

#[test]
fn help_names_every_default() {
    let help = String::from_utf8(run(&["serve", "--help"]).stdout).unwrap();
    for word in
        ["HARMATTAN_LISTEN", "127.0.0.1:8080", "HARMATTAN_CONCURRENCY", "SECONDS", "HARMATTAN_RESTRICTED", "loopback", "never"]
    {
        assert!(help.contains(word), "{word} is not in:\n{help}");
    }
}
