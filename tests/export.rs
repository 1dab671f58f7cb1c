//! What `harmattan export` writes, opened by the programs it is for: GDAL for everything it knows here, the Arrow reader for Arrow, and a
//! reader of vector tiles for those of a pyramid.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that fails is the report")]

use arrow_array::cast::AsArray as _;
use arrow_array::types::{Date32Type, Int8Type, Int64Type, TimestampMillisecondType};
use arrow_ipc::reader::{FileReader, StreamReader};
use arrow_schema::DataType;
use fast_mvt::{MvtReaderRef, MvtValueRef};
use geo::CoordsIter as _;
use geozero::{ToGeo as _, wkb::Wkb};
use harmattan::domain::{Bbox, Collection, FeatureQuery, Filter, Interval, Record as _};
use harmattan::store::{GeoPackageStore, Store as _};
use harmattan::tiles::{TileId, mvt, pmtiles};
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Texts that a format or a spreadsheet could trip over, a row without a place, a row with a time of day.
const EVENTS: &str = "id,date_start,country,latitude,longitude,title,notes,fatalities_best,event_type\n\
    1,2024-05-06,ML,14.4912345,-4.19,\"=HYPERLINK(\"\"http://example.org\"\",\"\"x\"\")\",\"Tessalit, é ü 😀 ﷽\nsecond line\",3,battle\n\
    2,2024-05-07T03:04:05Z,ML,,,'@home,- not a list,,battle\n\
    3,2024-05-08,BF,14.1,-1.63,plain,+33 wounded,40,battle\n";

/// The binary with a store of its own: the bundled data and [`EVENTS`].
struct Desk {
    folder: tempfile::TempDir,
}

impl Desk {
    fn new() -> Self {
        let desk = Self { folder: tempfile::tempdir().expect("a folder") };
        std::fs::write(desk.path("events.csv"), EVENTS).expect("a file");
        desk.run(&["import", "--dataset", "mine", "--known-at", "2024-06-01", "events.csv"]);
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn output(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_harmattan"));
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("HARMATTAN_")) {
            command.env_remove(name);
        }
        command.args(arguments).env("HARMATTAN_STORE", self.path("store.gpkg")).env("HARMATTAN_LOG", "warn");
        command.current_dir(self.folder.path()).output().expect("the binary starts")
    }

    /// Runs a command that succeeds; what it prints.
    fn run(&self, arguments: &[&str]) -> Vec<u8> {
        let output = self.output(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }

    /// Runs a command that fails; what it says.
    fn fail(&self, arguments: &[&str]) -> String {
        let output = self.output(arguments);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        String::from_utf8(output.stderr).unwrap()
    }

    /// Exports in a format, into a file of a name that GDAL knows it by.
    fn export(&self, format: &str, query: &[&str]) -> PathBuf {
        let name = format!("out.{}", if format == "geojsonseq" { "geojsonl" } else { format });
        self.run(&[&["export"], query, &["--format", format, "-o", &name]].concat());
        self.path(&name)
    }

    fn text(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// What stands in the folder under a name that begins like that.
    fn names(&self, start: &str) -> Vec<String> {
        let entries = std::fs::read_dir(self.folder.path()).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.filter(|name| name.starts_with(start)).collect()
    }
}

/// Runs a program of GDAL, which must have nothing to complain of.
fn gdal(program: &str, arguments: &[&str]) -> Vec<u8> {
    let output = Command::new(program).args(arguments).output().expect("GDAL is installed (scripts/setup-tests.sh)");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.is_empty(), "{program} {arguments:?}: {said}");
    output.stdout
}

/// What a test compares of a record.
#[derive(Debug, PartialEq)]
struct Row {
    title: Json,
    deaths: Json,
    /// Every coordinate in its order; nothing for what is unplaced.
    coordinates: Vec<f64>,
}

impl Row {
    fn new(title: Json, deaths: Json, geometry: &Json) -> Self {
        fn flatten(json: &Json, into: &mut Vec<f64>) {
            match json {
                Json::Array(parts) => parts.iter().for_each(|part| flatten(part, into)),
                number => into.extend(number.as_f64()),
            }
        }
        let mut coordinates = Vec::new();
        flatten(&geometry["coordinates"], &mut coordinates);
        Self { title, deaths, coordinates }
    }

    /// The same but for the sixth decimal of a coordinate, which text rounds.
    fn is_like(&self, other: &Self) -> bool {
        let near = |(a, b): (&f64, &f64)| (a - b).abs() < 1.2e-6;
        self.title == other.title
            && self.deaths == other.deaths
            && self.coordinates.len() == other.coordinates.len()
            && self.coordinates.iter().zip(&other.coordinates).all(near)
    }
}

type Rows = BTreeMap<String, Row>;

/// The property that stands for the name of a record, by collection.
fn title_of(collection: &str) -> &'static str {
    match collection {
        "incidents" => "title",
        "control" => "place",
        _ => "name",
    }
}

fn rows_of(collection: &Json, title: &str) -> Rows {
    let features = collection["features"].as_array().expect("features");
    let rows = features.iter().map(|feature| {
        let properties = &feature["properties"];
        let id = feature.get("id").filter(|id| id.is_string()).unwrap_or(&properties["id"]);
        let row = Row::new(properties[title].clone(), properties["fatalities_best"].clone(), &feature["geometry"]);
        (id.as_str().expect("an id").to_owned(), row)
    });
    let rows: Rows = rows.collect();
    assert_eq!(rows.len(), features.len(), "each id once");
    rows
}

/// What GDAL reads in a file.
fn gdal_rows(file: &Path, title: &str) -> Rows {
    let file = file.to_str().unwrap();
    let csv = ["-oo", "X_POSSIBLE_NAMES=longitude", "-oo", "Y_POSSIBLE_NAMES=latitude", "-oo", "AUTODETECT_TYPE=YES"];
    let options: &[&str] = if file.ends_with(".csv") { &csv } else { &[] };
    let precise = ["-lco", "COORDINATE_PRECISION=7"];
    let text = gdal("ogr2ogr", &[&["-f", "GeoJSON"][..], options, &precise, &["/vsistdout/", file]].concat());
    rows_of(&serde_json::from_slice(&text).unwrap(), title)
}

fn arrow_rows(batches: impl Iterator<Item = arrow_array::RecordBatch>, title: &str) -> Rows {
    let mut rows = Rows::new();
    for batch in batches {
        let column = |name: &str| batch.column_by_name(name).unwrap_or_else(|| panic!("no column {name}"));
        let (ids, titles, blobs) =
            (column("id").as_string::<i32>(), column(title).as_string::<i32>(), column("geometry").as_binary::<i32>());
        let deaths = batch.column_by_name("fatalities_best").map(|column| column.as_primitive::<Int64Type>());
        for (at, (blob, title)) in blobs.iter().zip(titles).enumerate() {
            let geometry = blob.map(|blob| Wkb(blob).to_geo().unwrap());
            let coordinates = geometry.iter().flat_map(|geometry| geometry.coords_iter()).flat_map(|at| [at.x, at.y]).collect();
            let deaths = json!(deaths.and_then(|deaths| deaths.iter().nth(at)).flatten());
            rows.insert(ids.value(at).to_owned(), Row { title: json!(title), deaths, coordinates });
        }
    }
    rows
}

fn assert_same(found: &Rows, expected: &Rows, what: &str) {
    assert_eq!(found.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>(), "{what}");
    for (id, row) in found {
        assert!(row.is_like(&expected[id]), "{what}: {id}: {row:?} is not {:?}", expected[id]);
    }
}

#[test]
fn every_format_holds_the_same_rows() {
    let desk = Desk::new();
    let queries: [(&[&str], Option<usize>); 11] = [
        (&["incidents"], Some(348)),
        (&["control"], Some(258)),
        (&["corridors", "--datetime", "2025-10-15"], Some(183)),
        (&["regions"], Some(231)),
        (&["places"], Some(2095)),
        (&["incidents", "--bbox", "-5,14,-4,15"], None),
        (&["incidents", "--datetime", "2024-05-07T03:00:00Z/2024-05-08", "--where", "dataset=mine"], Some(2)),
        (&["incidents", "--known-at", "2024-06-30"], Some(3)),
        (&["incidents", "--where", "country=XX"], Some(0)),
        (&["incidents", "--filter", "dataset = 'mine' AND date_start <= DATE('2024-05-08')"], None),
        (&["regions", "--filter", r#"{"op":"=","args":[{"property":"level"},0]}"#], None),
    ];
    for (query, count) in queries {
        let title = title_of(query[0]);
        let file = desk.export("geojson", query);
        let page: Json = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
        let expected = rows_of(&page, title);
        assert_eq!(page["numberMatched"], expected.len(), "{query:?}");
        assert!(count.is_none_or(|count| count == expected.len()) && (count == Some(0) || !expected.is_empty()), "{query:?}");
        assert_same(&gdal_rows(&file, title), &expected, &format!("geojson {query:?}"));
        // An empty text has no fields for GDAL to read.
        let formats: &[&str] = if count == Some(0) { &["fgb"] } else { &["geojsonseq", "fgb"] };
        for format in formats {
            assert_same(&gdal_rows(&desk.export(format, query), title), &expected, &format!("{format} {query:?}"));
        }
        if count != Some(0) {
            let query = [query, &["--csv-as-is"]].concat();
            let found = gdal_rows(&desk.export("csv", &query), title);
            // Nothing and no text are the same to CSV.
            let found = found.into_iter().map(|(id, row)| match &row.title {
                Json::String(text) if text.is_empty() => (id.clone(), Row { title: expected[&id].title.clone(), ..row }),
                _ => (id, row),
            });
            assert_same(&found.collect(), &expected, &format!("csv {query:?}"));
        }
        let batches = FileReader::try_new(std::fs::File::open(desk.export("arrow", query)).unwrap(), None).unwrap();
        assert_same(&arrow_rows(batches.map(Result::unwrap), title), &expected, &format!("arrow {query:?}"));
    }
}

#[test]
fn flatgeobuf_has_an_index_that_leaves_nothing_out() {
    let desk = Desk::new();
    let file = desk.export("fgb", &["incidents"]);
    let header = String::from_utf8(gdal("ogrinfo", &["-so", "-al", file.to_str().unwrap()])).unwrap();
    for line in ["Geometry: Point", "Feature Count: 348", "fatalities_best: Integer64", "confidence: Real", "known_at: DateTime"]
    {
        assert!(header.contains(line), "{line} is not in {header}");
    }
    for bbox in ["-5,14,-4,15", "-20,0,20,30", "100,0,101,1", "-4.19,14.4912345,-4.19,14.4912345"] {
        let corners: Vec<&str> = bbox.split(',').collect();
        let found = gdal("ogrinfo", &[&["-so", "-al", "-spat"], &corners[..], &[file.to_str().unwrap()]].concat());
        let expected: Json = serde_json::from_slice(&desk.run(&["export", "--bbox", bbox])).unwrap();
        let count = format!("Feature Count: {}\n", expected["numberMatched"]);
        assert!(String::from_utf8(found).unwrap().contains(&count), "{bbox}: {count}");
    }
}

#[test]
fn arrow_columns_have_types_and_the_geometry_says_what_it_is() {
    let desk = Desk::new();
    let read = |query: &[&str]| {
        let file = std::fs::File::open(desk.export("arrow", query)).unwrap();
        FileReader::try_new(file, None).unwrap().map(Result::unwrap).next().unwrap()
    };
    let incidents = read(&["incidents", "--where", "dataset=mine"]);
    let schema = incidents.schema();
    let word = DataType::Dictionary(Box::new(DataType::Int8), Box::new(DataType::Utf8));
    for (name, expected) in [
        ("id", &DataType::Utf8),
        ("date_start", &DataType::Utf8),
        ("event_type", &word),
        ("fatalities_best", &DataType::Int64),
        ("confidence", &DataType::Float64),
        ("geometry", &DataType::Binary),
    ] {
        assert_eq!(schema.field_with_name(name).unwrap().data_type(), expected, "{name}");
    }
    let starts = incidents.column_by_name("date_start").unwrap().as_string::<i32>();
    assert_eq!(starts.iter().flatten().collect::<Vec<_>>(), ["2024-05-06", "2024-05-07T03:04:05Z", "2024-05-08"]);
    let types = incidents.column_by_name("event_type").unwrap().as_dictionary::<Int8Type>();
    assert_eq!(types.downcast_dict::<arrow_array::StringArray>().unwrap().into_iter().flatten().next(), Some("battle"));
    let known = incidents.column_by_name("known_at").unwrap().as_primitive::<TimestampMillisecondType>();
    assert_eq!(known.value(0), 1_717_200_000_000);
    let geometry = schema.field_with_name("geometry").unwrap().metadata();
    assert_eq!(geometry["ARROW:extension:name"], "geoarrow.wkb");
    let extension: Json = serde_json::from_str(&geometry["ARROW:extension:metadata"]).unwrap();
    assert_eq!(extension["crs"]["id"], json!({ "authority": "OGC", "code": "CRS84" }));
    let geo: Json = serde_json::from_str(&schema.metadata()["geo"]).unwrap();
    assert_eq!(geo["columns"]["geometry"], json!({ "encoding": "WKB", "geometry_types": ["Point"] }));
    let held = read(&["control", "--where", "place=Bamako", "--datetime", "2025-10-15"]);
    let from = held.column_by_name("valid_from").unwrap().as_primitive::<Date32Type>();
    let page: Json =
        serde_json::from_slice(&desk.run(&["export", "control", "--where", "place=Bamako", "--datetime", "2025-10-15"])).unwrap();
    let day = arrow_array::types::Date32Type::to_naive_date_opt(from.value(0)).unwrap().to_string();
    assert_eq!(page["features"][0]["properties"]["valid_from"], day);
    let names = read(&["places", "--where", "name=Gao"]);
    assert!(names.column_by_name("alt_names").unwrap().as_list::<i32>().iter().any(|names| names.is_some()));
    // To another program it is a stream.
    let stream = desk.run(&["export", "--format", "arrow"]);
    let rows = arrow_rows(StreamReader::try_new(&stream[..], None).unwrap().map(Result::unwrap), "title");
    assert_eq!(rows.len(), 348);
}

#[test]
fn a_spreadsheet_finds_no_formula_in_a_text() {
    let desk = Desk::new();
    let cells = |options: &[&str]| {
        let text = desk.run(&[&["export", "--format", "csv", "--where", "dataset=mine"], options].concat());
        let mut reader = csv::Reader::from_reader(&text[..]);
        let header = reader.headers().unwrap().clone();
        let at = |name: &str| header.iter().position(|column| column == name).unwrap();
        let (title, notes, longitude) = (at("title"), at("notes"), at("longitude"));
        let rows = reader.records().map(Result::unwrap);
        rows.map(|row| [title, notes, longitude].map(|at| row[at].to_owned())).collect::<Vec<_>>()
    };
    let guarded = cells(&[]);
    assert_eq!(guarded[0][0], "'=HYPERLINK(\"http://example.org\",\"x\")");
    assert_eq!((guarded[1][0].as_str(), guarded[1][1].as_str()), ("''@home", "'- not a list"));
    assert_eq!((guarded[2][0].as_str(), guarded[2][1].as_str()), ("plain", "'+33 wounded"));
    assert_eq!(guarded[0][2], "-4.19", "numbers stay numbers");
    let plain = cells(&["--csv-as-is"]);
    assert_eq!(plain[0][0], "=HYPERLINK(\"http://example.org\",\"x\")");
    assert_eq!((plain[1][0].as_str(), plain[1][1].as_str()), ("'@home", "- not a list"));
}

#[test]
fn sources_and_licences_go_with_every_file() {
    let desk = Desk::new();
    let page: Json = serde_json::from_slice(&desk.run(&["export"])).unwrap();
    let datasets: Vec<&str> = page["datasets"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
    assert_eq!(datasets, ["chronology", "mine"]);
    assert_eq!((&page["datasets"][0]["licence"], &page["datasets"][1]["rows"]), (&json!("CC-BY-4.0"), &json!(3)));
    assert!(page["attribution"].as_str().unwrap().contains("CC BY 4.0") && page.get("restriction").is_none());
    let regions: Json = serde_json::from_slice(&desk.run(&["export", "regions"])).unwrap();
    assert_eq!((&regions["datasets"][0]["id"], &regions["datasets"][0]["rows"]), (&json!("regions"), &json!(231)));
    for (format, name) in [("csv", "out.csv"), ("geojsonseq", "out.geojsonl")] {
        desk.export(format, &["incidents"]);
        let sheet = desk.text(&format!("{name}.licences.txt"));
        for words in ["348 rows of incidents", "CC-BY-4.0", "may be passed on: yes", "attribution: "] {
            assert!(sheet.contains(words), "{words} is not in {sheet}");
        }
    }
    let batches = FileReader::try_new(std::fs::File::open(desk.export("arrow", &["incidents"])).unwrap(), None).unwrap();
    assert_eq!(batches.schema().metadata()["attribution"], page["attribution"]);
    let fgb = std::fs::read(desk.export("fgb", &["incidents"])).unwrap();
    let told = br#""licence":"CC-BY-4.0""#;
    assert!(fgb.windows(told.len()).any(|bytes| bytes == told));
    assert!(desk.names("out.fgb.").is_empty() && desk.names("out.arrow.").is_empty());
}

const RESTRICTED: &str = "event_id_cnty,event_date,year,time_precision,disorder_type,event_type,sub_event_type,actor1,assoc_actor_1,inter1,actor2,assoc_actor_2,inter2,interaction,civilian_targeting,iso,region,country,admin1,admin2,admin3,location,latitude,longitude,geo_precision,source,source_scale,notes,fatalities,tags,timestamp\n\
    MLI00001,2024-05-06,2024,1,Political violence,Battles,Armed clash,Invented Group,,2,Civilians (Mali),,7,27,,466,Western Africa,Mali,Mopti,Mopti,,Mopti,14.49,-4.19,1,Nobody,National,Made up.,1,,1717200000\n";

#[test]
fn restricted_rows_are_refused_or_marked() {
    let desk = Desk::new();
    std::fs::write(desk.path("acled.csv"), RESTRICTED).unwrap();
    desk.run(&["import", "acled.csv"]);
    std::fs::write(desk.path("out.csv"), "what was there").unwrap();
    for format in ["geojson", "geojsonseq", "csv", "fgb", "arrow", "pmtiles"] {
        let said = desk.fail(&["export", "--format", format, "-o", "out.csv"]);
        assert!(said.contains("1 rows of 'acled' may not be passed on"), "{said}");
    }
    assert_eq!(desk.text("out.csv"), "what was there");
    desk.export("csv", &["--include-restricted"]);
    assert!(desk.text("out.csv.licences.txt").contains("For your own use only: rows of acled may not be passed on"));
    let page: Json = serde_json::from_slice(&desk.run(&["export", "--include-restricted"])).unwrap();
    assert!(page["restriction"].as_str().unwrap().contains("acled"));
    desk.export("pmtiles", &["--include-restricted"]);
    let pyramid = Pyramid::open(&desk.path("out.pmtiles"));
    assert!(pyramid.metadata["restriction"].as_str().unwrap().contains("rows of acled may not be passed on"));
    // A GeoPackage leaves them out, with every trace of them.
    let output = desk.output(&["export", "--format", "gpkg", "-o", "open.gpkg"]);
    assert!(output.status.success() && String::from_utf8_lossy(&output.stderr).contains("1 rows were left out"));
    let bytes = std::fs::read(desk.path("open.gpkg")).unwrap();
    assert!(!bytes.windows(8).any(|bytes| bytes == b"MLI00001") && !bytes.windows(5).any(|bytes| bytes == b"acled"));
    desk.run(&["export", "--format", "gpkg", "--include-restricted", "-o", "all.gpkg"]);
    let count = |name: &str| {
        let status: Json = serde_json::from_slice(&desk.run(&["status", "--json", "--store", name])).unwrap();
        status["collections"][2]["rows"].clone()
    };
    assert_eq!((count("open.gpkg"), count("all.gpkg")), (json!(348), json!(349)));
}

/// A pyramid of tiles, read back.
struct Pyramid {
    tiles: BTreeMap<TileId, Vec<u8>>,
    metadata: Json,
}

impl Pyramid {
    fn open(file: &Path) -> Self {
        let mut tiles = BTreeMap::new();
        let take = |tile, bytes: &[u8]| tiles.insert(tile, bytes.to_vec()).is_none();
        let found = pmtiles::check(std::fs::File::open(file).unwrap(), take).unwrap();
        Self { tiles, metadata: serde_json::from_str(&found.metadata).unwrap() }
    }

    fn at(&self, z: u8) -> impl Iterator<Item = &Vec<u8>> {
        self.tiles.iter().filter(move |(tile, _)| tile.z() == z).map(|(_, bytes)| bytes)
    }

    /// How many records the tiles of a zoom stand for by their own word, and the ids of those that are in them.
    fn records(&self, z: u8) -> (u64, BTreeSet<String>) {
        let mut ids = BTreeSet::new();
        for tile in self.at(z) {
            let reader = MvtReaderRef::new(tile).unwrap();
            for feature in reader.layers().next().unwrap().features() {
                let properties = feature.properties_vec().unwrap();
                ids.extend(properties.into_iter().find_map(|(name, value)| match value {
                    MvtValueRef::String(id) if name == "id" => Some(id.to_owned()),
                    _ => None,
                }));
            }
        }
        (self.at(z).map(|tile| mvt::meta_of(tile).unwrap().matched).sum(), ids)
    }
}

#[test]
fn a_pyramid_has_the_tiles_of_the_server_and_no_other() {
    let desk = Desk::new();
    let (day, bbox) = ("2024-01-01/2025-10-15", "-6,11,-1,15.5");
    let store = GeoPackageStore::open(&desk.path("store.gpkg")).unwrap();
    let snapshot = store.snapshot().unwrap();
    for (collection, condition) in [
        (Collection::Incidents, "country=ML"),
        (Collection::Control, "country=ML"),
        (Collection::Places, "country=BF"),
        (Collection::Corridors, "class=trunk"),
        (Collection::Regions, "level=1"),
    ] {
        let (name, value) = condition.split_once('=').unwrap();
        for narrow in [false, true] {
            let datetime = Interval::parse(day).unwrap();
            let mut query = FeatureQuery { datetime, ..FeatureQuery::all(collection, datetime.end()) };
            let mut asked = vec![collection.id(), "--datetime", day, "--max-zoom", "6"];
            if narrow {
                query.bbox = Some(Bbox::parse(bbox).unwrap());
                query.filters.push(Filter::parse(collection, name, value).unwrap());
                asked.extend(["--bbox", bbox, "--where", condition]);
            }
            let pyramid = Pyramid::open(&desk.export("pmtiles", &asked));
            let mut expected = BTreeMap::new();
            for (z, x, y) in (0..=6).flat_map(|z| (0..1 << z).flat_map(move |x| (0..1 << z).map(move |y| (z, x, y)))) {
                let tile = TileId::new(z, x, y).unwrap();
                expected.insert(tile, snapshot.vector_tile(&query, tile, 5_000));
            }
            expected.retain(|_, bytes| !bytes.is_empty());
            assert!(!expected.is_empty() && pyramid.tiles == expected, "{asked:?}");
            let placed = snapshot.search(&query);
            assert!(!narrow || placed.len() < snapshot.search(&FeatureQuery::all(collection, query.as_of)).len());
            let placed = placed.iter().filter(|record| record.bbox().is_some());
            let expected: BTreeSet<String> = placed.map(|record| record.id().to_owned()).collect();
            for z in 0..=6 {
                let (matched, ids) = pyramid.records(z);
                assert_eq!(ids, expected, "{asked:?} at {z}");
                let shared = matches!(collection, Collection::Regions | Collection::Corridors);
                assert!(if shared { matched >= ids.len() as u64 } else { matched == ids.len() as u64 }, "{asked:?} at {z}");
            }
        }
    }
}

#[test]
fn a_pyramid_says_what_it_is_and_bins_what_is_too_much() {
    let desk = Desk::new();
    let output = desk.output(&[
        "export",
        "--format",
        "pmtiles",
        "--min-zoom",
        "3",
        "--max-zoom",
        "5",
        "--max-features",
        "20",
        "--known-at",
        "2030-01-01",
        "-o",
        "out.pmtiles",
    ]);
    assert!(output.status.success() && String::from_utf8_lossy(&output.stderr).contains("tiles of the last zoom are bins"));
    let pyramid = Pyramid::open(&desk.path("out.pmtiles"));
    for z in 3..=5 {
        assert!(pyramid.at(z).any(|tile| mvt::meta_of(tile).unwrap().aggregated));
        // One record has no place.
        assert_eq!(pyramid.records(z).0, 347);
    }
    assert!(pyramid.tiles.keys().all(|tile| (3..=5).contains(&tile.z())));
    let metadata = &pyramid.metadata;
    assert_eq!((&metadata["name"], &metadata["datetime"]), (&json!("Reported incidents"), &json!("../..")));
    assert!(metadata["licences"].as_array().unwrap().contains(&json!("CC-BY-4.0")));
    assert!(metadata["attribution"].as_str().unwrap().contains("CC BY 4.0"));
    assert!(metadata["sources"].as_str().unwrap().contains("may be passed on: yes") && !metadata["known_at"].is_null());
    let layers = metadata["vector_layers"].as_array().unwrap();
    assert_eq!((&layers[0]["id"], &layers[1]["id"]), (&json!("incidents"), &json!("meta")));
    // Every property that is in a tile is announced.
    for tile in pyramid.tiles.values() {
        for (layer, announced) in MvtReaderRef::new(tile).unwrap().layers().zip(layers) {
            for feature in layer.features() {
                for (name, _) in feature.properties_vec().unwrap() {
                    assert!(announced["fields"].get(name).is_some(), "{name}");
                }
            }
        }
    }
    // Nothing to write is a pyramid too.
    assert!(Pyramid::open(&desk.export("pmtiles", &["--where", "country=XX"])).tiles.is_empty());
    for arguments in [&["--max-zoom", "15"][..], &["--min-zoom", "5", "--max-zoom", "4"], &["--min-zoom", "x"]] {
        let output = desk.output(&[&["export", "--format", "pmtiles", "-o", "x.pmtiles"], arguments].concat());
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    }
    assert_eq!(desk.output(&["export", "--format", "pmtiles"]).status.code(), Some(2), "standard output cannot be sought in");
    assert!(desk.names("x.pmtiles").is_empty() && desk.names(".harmattan").is_empty());
}

#[test]
fn a_geopackage_is_a_sound_store_that_gdal_reads() {
    let desk = Desk::new();
    std::fs::write(desk.path("later.csv"), EVENTS.replace(",40,", ",41,")).unwrap();
    desk.run(&["import", "--dataset", "mine", "--known-at", "2024-07-01", "later.csv"]);
    let counts = |name: &str| {
        desk.run(&["check", "--store", name]);
        let layers = String::from_utf8(gdal("ogrinfo", &["-so", "-al", desk.path(name).to_str().unwrap()])).unwrap();
        let lines = layers.lines().filter_map(|line| line.strip_prefix("Feature Count: "));
        lines.map(|count| count.parse().unwrap()).collect::<Vec<u32>>()
    };
    desk.run(&["export", "--format", "gpkg", "-o", "all.gpkg"]);
    assert_eq!(counts("all.gpkg")[..5], [231, 2095, 348, 258, 35]);
    assert_eq!(desk.names("all.gpkg"), ["all.gpkg"], "one plain file");
    // What was known before comes along.
    let before = |name: &str| {
        let page = desk.run(&["export", "--store", name, "--known-at", "2024-06-15", "--where", "dataset=mine"]);
        serde_json::from_slice::<Json>(&page).unwrap()["features"].clone()
    };
    assert_eq!(before("all.gpkg"), before("store.gpkg"));
    assert_eq!(before("all.gpkg")[2]["properties"]["fatalities_best"], 40);
    let query = ["--bbox", "-5,14,-1,15", "--datetime", "2024-05-06/..", "--where", "dataset=mine"];
    desk.run(&[&["export", "incidents", "--format", "gpkg", "-o", "part.gpkg"], &query[..]].concat());
    assert_eq!(counts("part.gpkg")[..5], [0, 0, 2, 0, 0]);
    desk.run(&[
        "export",
        "corridors",
        "--where",
        "status=blocked",
        "--datetime",
        "2025-10-15",
        "--format",
        "gpkg",
        "-o",
        "part.gpkg",
    ]);
    assert!(matches!(counts("part.gpkg")[..5], [0, 0, 0, 0, 1..35]));
    for arguments in [&["-o", "-"][..], &["-o", "x.gpkg", "--known-at", "2024-06-15"], &["-o", "x.gpkg", "--where", "country=ML"]]
    {
        let output = desk.output(&[&["export", "--format", "gpkg"], arguments].concat());
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    }
    assert!(desk.names("x.gpkg").is_empty());
}

#[test]
fn a_file_is_whole_or_not_there() {
    let desk = Desk::new();
    let said = desk.fail(&["export", "-o", "nowhere/out.geojson"]);
    assert!(said.contains("is its folder there?"), "{said}");
    std::fs::create_dir(desk.path("folder")).unwrap();
    assert!(desk.fail(&["export", "-o", "folder"]).contains("is a folder"));
    let said = desk.fail(&["export", "-o", "store.gpkg"]);
    assert!(said.contains("is the store itself"), "{said}");
    desk.run(&["check"]);
    if cfg!(target_os = "linux") {
        let said = desk.fail(&["export", "-o", "/dev/full"]);
        assert!(said.contains("no room is left on the disk of /dev/full"), "{said}");
        for format in ["csv", "fgb", "arrow"] {
            assert!(desk.fail(&["export", "--format", format, "-o", "/dev/full"]).contains("no room is left"));
            desk.run(&["export", "--format", format, "-o", "/dev/null"]);
        }
    }
    assert!(desk.names(".harmattan").is_empty());
}

#[test]
fn an_incident_that_two_datasets_report_is_written_once_on_request() {
    let desk = Desk::new();
    for dataset in ["one", "two"] {
        let row = "id,date_start,country,latitude,longitude,title,actor1,event_type\n9,2024-09-09,ML,14.5,-4.2,told twice,JNIM,battle\n";
        std::fs::write(desk.path("twice.csv"), row).unwrap();
        desk.run(&["import", "--dataset", dataset, "twice.csv"]);
    }
    let written = |which: &str| {
        let query = ["export", "incidents", "--where", "title=told twice", "--duplicates", which, "--format", "geojsonseq"];
        String::from_utf8(desk.run(&query)).unwrap().lines().count()
    };
    assert_eq!((written("all"), written("once")), (2, 1));
    for query in [&["incidents", "--format", "gpkg", "-o", "x.gpkg"][..], &["control", "--format", "csv"]] {
        let refused = desk.output(&[&["export"], query, &["--duplicates", "once"]].concat());
        assert_eq!(refused.status.code(), Some(2), "{query:?}");
    }
}
