//! What holds for any file: rows come before the file ends, memory stays, no bytes panic, wrong files say so.

use flate2::{Compression, write::GzEncoder};
use proptest::prelude::*;
use std::cell::Cell;
use std::io::{self, Read, Write as _};
use std::ops::ControlFlow;
use std::rc::Rc;

use crate::support::{Kept, context, read, read_as};
use harmattan::import::{Context, DateOrder, Format, ImportError, Rejection, Row, Sink, import};

/// A table of events that is made while it is read, so that it never lies in memory.
struct Generated {
    rows: u64,
    made: Rc<Cell<u64>>,
    text: Vec<u8>,
    at: usize,
}

impl Generated {
    fn new(rows: u64) -> Self {
        let header = b"id,datetime,actor,event_type,fatalities,admin1,geo_precision,source,lon,lat\n";
        Self { rows, made: Rc::default(), text: header.to_vec(), at: 0 }
    }
}

impl Read for Generated {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.at == self.text.len() && self.made.get() < self.rows {
            let id = self.made.get() + 1;
            self.made.set(id);
            self.text.clear();
            self.at = 0;
            let (day, lon) = (1 + id % 28, (id % 300) as f64 / 100.0);
            writeln!(self.text, "{id},2020-01-{day:02}T01:02:03Z,JNIM,battle,{},ML-03,2,\"Radio; ref {id}\",{lon},14.5", id % 7)?;
        }
        let count = (self.text.len() - self.at).min(into.len());
        into[..count].copy_from_slice(&self.text[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}

/// Counts, and compares what it got with what was made by then.
struct Watch {
    made: Rc<Cell<u64>>,
    got: u64,
    deaths: u64,
    farthest: u64,
    stop_after: u64,
}

impl Sink for Watch {
    fn row(&mut self, row: Row) -> ControlFlow<()> {
        if let Row::Incident(incident) = row {
            self.got += 1;
            self.deaths += u64::from(incident.fatalities.best.unwrap_or(0));
            self.farthest = self.farthest.max(self.made.get() - self.got);
        }
        if self.got >= self.stop_after { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    fn reject(&mut self, rejection: Rejection) -> ControlFlow<()> {
        panic!("{rejection}");
    }
}

fn watch(source: &Generated, stop_after: u64) -> Watch {
    Watch { made: Rc::clone(&source.made), got: 0, deaths: 0, farthest: 0, stop_after }
}

#[test]
fn rows_come_while_the_file_is_read() {
    let source = Generated::new(200_000);
    let mut sink = watch(&source, u64::MAX);
    let summary = import(source, "events.csv", None, &context(), &mut sink).unwrap();
    assert_eq!((summary.rows, summary.accepted, sink.got), (200_000, 200_000, 200_000));
    assert_eq!(sink.deaths, (1..=200_000u64).map(|id| id % 7).sum::<u64>());
    // A few buffers of 64 KiB, some 60 bytes a row: what lies between file and sink does not grow with the file.
    assert!(sink.farthest < 10_000, "{}", sink.farthest);
}

#[test]
fn a_sink_that_has_enough_ends_the_import() {
    let source = Generated::new(200_000);
    let mut sink = watch(&source, 1_000);
    let made = Rc::clone(&source.made);
    let summary = import(source, "events.csv", None, &context(), &mut sink).unwrap();
    assert!(summary.stopped);
    assert_eq!(sink.got, 1_000);
    assert!(made.get() < 20_000, "{}", made.get());
}

#[test]
fn a_packed_file_reads_as_the_plain_one() {
    let mut text = Vec::new();
    Generated::new(50).read_to_end(&mut text).unwrap();
    let packed = gzipped(&text);
    let (plain, kept) = read(&*text, "events.csv").unwrap();
    let (unpacked, kept_too) = read(&*packed, "events.csv.gz").unwrap();
    assert_eq!(plain, unpacked);
    assert_eq!(kept.rows, kept_too.rows);
}

fn gzipped(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn zipped(text: &[u8]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(io::Cursor::new(Vec::new()));
    writer.start_file("events.csv", zip::write::SimpleFileOptions::default()).unwrap();
    writer.write_all(text).unwrap();
    writer.finish().unwrap().into_inner()
}

#[test]
fn a_file_that_ends_in_the_middle_is_an_error_that_says_where() {
    let feature =
        r#"{"type":"Feature","id":"1","geometry":{"type":"Point","coordinates":[1,12]},"properties":{"date":"2024-01-01"}}"#;
    let collection = format!("{{\"type\":\"FeatureCollection\",\"features\":[\n{feature},\n{feature}\n]}}");
    assert!(read(collection.as_bytes(), "x.geojson").is_ok());
    for cut in [collection.len() - 1, collection.len() - 3, collection.len() - 30, 60] {
        let error = read(&collection.as_bytes()[..cut], "x.geojson").unwrap_err();
        assert!(matches!(error, ImportError::CutOff { line: 2..=4, .. }), "{error}");
    }
    let error = read(format!("{feature}\n{}", &feature[..50]).as_bytes(), "x.geojsonl").unwrap_err().to_string();
    assert_eq!(error, "x.geojsonl is not whole: it ends in line 2, and the object that begins in line 2 does not end");

    let mut text = Vec::new();
    Generated::new(5_000).read_to_end(&mut text).unwrap();
    for packed in [gzipped(&text), zipped(&text), gzipped(collection.as_bytes())] {
        assert!(read(&*packed, "x").is_ok());
        for cut in [packed.len() - 1, packed.len() - 9, packed.len() / 2] {
            assert!(read(&packed[..cut], "x").is_err(), "{cut} of {}", packed.len());
        }
    }
    let packed = gzipped(&text);
    let error = read(&packed[..packed.len() / 2], "x.csv.gz").unwrap_err();
    assert!(matches!(error, ImportError::CutOff { line: 2_000..=3_000, .. }), "{error}");
}

#[test]
fn the_last_row_of_a_table_may_be_short_and_is_reported() {
    let (summary, kept) = read(&b"id,date,lon,lat\n1,2024-01-01,1,12\n2,2024-01"[..], "x.csv").unwrap();
    assert_eq!((summary.accepted, summary.rejected, kept.rejected[0].line), (1, 1, 3));
}

#[test]
fn the_same_file_gives_the_same_ids_with_and_without_its_own() {
    let text = "date,lon,lat\n2024-01-01,1,12\n2024-01-01,1,12\n2024-01-02,1,12\n";
    let ids = || read(text.as_bytes(), "x.csv").unwrap().1.incidents().iter().map(|row| row.id.clone()).collect::<Vec<_>>();
    let first = ids();
    assert_eq!(first, ids());
    assert_eq!(first.iter().collect::<std::collections::HashSet<_>>().len(), 3);
}

#[test]
fn the_users_date_order_settles_it() {
    let text = "id,date,lon,lat\n1,4/2/2026,1,12\n";
    let context = Context { date_order: Some(DateOrder::DayFirst), ..context() };
    let (_, kept) = read_as(text.as_bytes(), "x.csv", None, &context).unwrap();
    assert_eq!(kept.incidents()[0].start, harmattan::domain::Moment::Day("2026-02-04".parse().unwrap()));
}

#[test]
fn a_file_of_no_known_kind_says_what_it_has() {
    let error = |text: &str| read(text.as_bytes(), "x").map(|_| ()).unwrap_err();
    assert!(matches!(error(""), ImportError::Empty { .. }));
    assert!(matches!(error(" \n"), ImportError::Empty { .. }));
    let unknown = error("name,colour\na,red\n").to_string();
    assert!(unknown.contains("name, colour"), "{unknown}");
    let missing = read_as("id,date\n".as_bytes(), "x", Some(Format::Ucdp), &context()).map(|_| ()).unwrap_err();
    assert!(matches!(missing, ImportError::MissingColumn { column, .. } if column == "type_of_violence"));
    let column_map = [("colour".to_owned(), "event_type".to_owned())].into();
    let wrong = read_as("id,date\n".as_bytes(), "x", None, &Context { column_map, ..context() }).map(|_| ()).unwrap_err();
    assert!(matches!(wrong, ImportError::UnmappedColumn { column, .. } if column == "colour"));
}

#[test]
fn a_collection_without_features_is_read_to_its_end() {
    let (summary, kept) = read(r#"{"type":"FeatureCollection","features":[]}"#.as_bytes(), "x").unwrap();
    assert_eq!((summary.rows, kept.incidents().len()), (0, 0));
}

/// Every format over the same bytes; what it says of them is its own matter, but it must say something.
fn read_in_every_way(bytes: &[u8]) {
    let formats = Format::ALL.iter().map(|(format, _)| Some(*format));
    for format in formats.chain([None]) {
        let mut kept = Kept::default();
        let _ = import(bytes, "x", format, &context(), &mut kept);
    }
}

const HEADERS: [&str; 6] = [
    "id,date_start,date_end,date_prec,type_of_violence,side_a,where_prec,latitude,longitude,best,country\n",
    "event_id_cnty,event_date,event_type,sub_event_type,actor1,latitude,longitude,fatalities,timestamp\n",
    "id,datetime,lon,lat,event_type,actor,fatalities,geo_precision,known_at\n",
    "corridor_id,name,waypoints,target,status,valid_from,valid_to\n",
    "id,place,actor,status,blockade,valid_from,longitude,latitude\n",
    "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"id\":1,\"properties\":{\"level\":1,",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        read_in_every_way(&bytes);
    }

    #[test]
    fn no_rows_panic(header in 0..HEADERS.len(), rows in "[0-9a-z,.:;/\"'é{}\\[\\]\n\r -]{0,400}") {
        read_in_every_way(format!("{}{rows}", HEADERS[header]).as_bytes());
    }

    #[test]
    fn no_geometry_panics(ring in proptest::collection::vec((-200i32..200, -100i32..100), 0..9), kind in "Polygon|MultiPolygon|Point") {
        let ring: Vec<[i32; 2]> = ring.iter().chain(ring.first()).map(|(x, y)| [*x, *y]).collect();
        let rings = if kind == "MultiPolygon" { format!("[[{ring:?}]]") } else { format!("[{ring:?}]") };
        let square = "[[[0,0],[9,0],[9,9],[0,9],[0,0]]]";
        let feature = |id, rings: &str| format!(r#"{{"type":"Feature","id":"{id}","properties":{{"level":1,"name":"a","country":"ML"}},"geometry":{{"type":"{kind}","coordinates":{rings}}}}}"#);
        let first = feature("a", square);
        read_in_every_way(format!("{}\n{}\n", first, feature("b", &rings)).as_bytes());
    }
}
