//! Roads in OpenStreetMap's binary form against the same extract in GeoJSON. The files are written here, message by message, after the
//! format's description (OpenStreetMap wiki, PBF Format).

use flate2::{Compression, write::GzEncoder, write::ZlibEncoder};
use std::io::Write as _;

use crate::support::{Kept, context, read, read_as};
use harmattan::domain::Corridor;
use harmattan::import::{Format, ImportError, Row};

fn varint(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    out.push(number.to_le_bytes()[0]);
}

fn number(out: &mut Vec<u8>, field: u64, value: u64) {
    varint(out, field << 3);
    varint(out, value);
}

fn bytes(out: &mut Vec<u8>, field: u64, value: &[u8]) {
    varint(out, field << 3 | 2);
    varint(out, value.len() as u64);
    out.extend_from_slice(value);
}

fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)).cast_unsigned()
}

/// Differences from one number to the next.
fn deltas(numbers: &[i64]) -> Vec<u8> {
    let (mut out, mut last) = (Vec::new(), 0);
    for value in numbers {
        varint(&mut out, zigzag(value - last));
        last = *value;
    }
    out
}

fn packed(numbers: &[u64]) -> Vec<u8> {
    let mut out = Vec::new();
    numbers.iter().for_each(|number| varint(&mut out, *number));
    out
}

fn block(kind: &str, message: &[u8], zipped: bool) -> Vec<u8> {
    let mut blob = Vec::new();
    if zipped {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(message).unwrap();
        number(&mut blob, 2, message.len() as u64);
        bytes(&mut blob, 3, &encoder.finish().unwrap());
    } else {
        bytes(&mut blob, 1, message);
    }
    let mut header = Vec::new();
    bytes(&mut header, 1, kind.as_bytes());
    number(&mut header, 3, blob.len() as u64);
    [&u32::try_from(header.len()).unwrap().to_be_bytes()[..], &header, &blob].concat()
}

fn header(features: &[&str]) -> Vec<u8> {
    let mut message = Vec::new();
    features.iter().for_each(|feature| bytes(&mut message, 4, feature.as_bytes()));
    block("OSMHeader", &message, false)
}

/// The texts of a block by number.
struct Texts(Vec<String>);

impl Texts {
    fn of(&mut self, text: &str) -> u64 {
        let at = self.0.iter().position(|known| known == text).unwrap_or_else(|| {
            self.0.push(text.to_owned());
            self.0.len() - 1
        });
        at as u64
    }
}

type Tags<'a> = &'a [(&'a str, &'a str)];
/// Id, steps of 1e-7 degrees east and north, tags.
type Node<'a> = (i64, i64, i64, Tags<'a>);
/// Id, points, tags.
type Way<'a> = (i64, &'a [i64], Tags<'a>);

fn data(nodes: &[Node<'_>], ways: &[Way<'_>], dense: bool, zipped: bool) -> Vec<u8> {
    let (mut texts, mut group) = (Texts(vec![String::new()]), Vec::new());
    let mut words =
        |tags: Tags<'_>| -> (Vec<u64>, Vec<u64>) { tags.iter().map(|(key, value)| (texts.of(key), texts.of(value))).unzip() };
    if dense {
        let column = |of: fn(&Node<'_>) -> i64| deltas(&nodes.iter().map(of).collect::<Vec<_>>());
        let mut message = Vec::new();
        bytes(&mut message, 1, &column(|node| node.0));
        bytes(&mut message, 8, &column(|node| node.2));
        bytes(&mut message, 9, &column(|node| node.1));
        let mut tagged = Vec::new();
        for (.., tags) in nodes {
            let (keys, values) = words(tags);
            keys.into_iter().zip(values).for_each(|(key, value)| tagged.extend([key, value]));
            tagged.push(0);
        }
        bytes(&mut message, 10, &packed(&tagged));
        bytes(&mut group, 2, &message);
    } else {
        for (id, lon, lat, tags) in nodes {
            let mut message = Vec::new();
            number(&mut message, 1, zigzag(*id));
            let (keys, values) = words(tags);
            bytes(&mut message, 2, &packed(&keys));
            bytes(&mut message, 3, &packed(&values));
            number(&mut message, 8, zigzag(*lat));
            number(&mut message, 9, zigzag(*lon));
            bytes(&mut group, 1, &message);
        }
    }
    for (id, points, tags) in ways {
        let mut message = Vec::new();
        number(&mut message, 1, id.cast_unsigned());
        let (keys, values) = words(tags);
        bytes(&mut message, 2, &packed(&keys));
        bytes(&mut message, 3, &packed(&values));
        bytes(&mut message, 8, &deltas(points));
        bytes(&mut group, 3, &message);
    }
    let (mut table, mut message) = (Vec::new(), Vec::new());
    texts.0.iter().for_each(|text| bytes(&mut table, 1, text.as_bytes()));
    bytes(&mut message, 1, &table);
    bytes(&mut message, 2, &group);
    block("OSMData", &message, zipped)
}

const NODES: &[Node<'_>] = &[
    (10, -80_000_000, 126_400_000, &[("place", "city"), ("name", "Bamako")]),
    (11, -79_999_999, 126_392_123, &[]),
    (12, -75_000_001, 120_000_007, &[]),
    (13, -74_832_000, 114_177_003, &[("place", "town"), ("name", "Bougouni")]),
    (14, -74_831_999, 114_177_001, &[]),
    (15, -60_000_000, 114_000_000, &[("place", "suburb"), ("name", "Left out")]),
    (900_000_000_001, -56_665_123, 113_176_456, &[("highway", "crossing")]),
];
const WAYS: &[Way<'_>] = &[
    (7, &[11, 12, 14], &[("highway", "trunk"), ("ref", "RN7")]),
    (8, &[14, 900_000_000_001], &[("highway", "primary"), ("name", "Route de Sikasso")]),
    (9, &[12, 900_000_000_001], &[("highway", "footway")]),
    (30, &[11, 12, 14, 11], &[("building", "yes")]),
];

/// The same extract as text: what has neither a `highway` nor a `place` is in neither.
fn geojson() -> String {
    let members = |tags: Tags<'_>| tags.iter().map(|(key, value)| format!(r#","{key}":"{value}""#)).collect::<String>();
    let degrees =
        |steps: i64| format!("{}{}.{:07}", if steps < 0 { "-" } else { "" }, steps.abs() / 10_000_000, steps.abs() % 10_000_000);
    let at = |id: i64| {
        NODES.iter().find(|node| node.0 == id).map(|(_, lon, lat, _)| format!("[{},{}]", degrees(*lon), degrees(*lat))).unwrap()
    };
    let places = NODES.iter().filter(|node| node.3.iter().any(|(key, _)| *key == "place")).map(|node| {
        let (id, tags) = (node.0, members(node.3));
        format!(
            r#"{{"type":"Feature","geometry":{{"type":"Point","coordinates":{}}},"properties":{{"osm_id":"{id}"{tags}}}}}"#,
            at(id)
        )
    });
    let ways = WAYS.iter().filter(|way| way.2.iter().any(|(key, _)| *key == "highway")).map(|(id, points, tags)| {
        let line: Vec<String> = points.iter().map(|point| at(*point)).collect();
        format!(
            r#"{{"type":"Feature","geometry":{{"type":"LineString","coordinates":[{}]}},"properties":{{"osm_id":"{id}"{}}}}}"#,
            line.join(","),
            members(tags)
        )
    });
    format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, places.chain(ways).collect::<Vec<_>>().join(",\n"))
}

fn extract(dense: bool, zipped: bool) -> Vec<u8> {
    let (first, rest) = NODES.split_at(3);
    let other = block("Somebody's own", b"what it likes", false);
    [
        header(&["OsmSchema-V0.6", "DenseNodes"]),
        data(first, &[], dense, zipped),
        other,
        data(rest, &[], dense, zipped),
        data(&[], WAYS, dense, zipped),
    ]
    .concat()
}

fn roads(kept: &Kept) -> Vec<&Corridor> {
    kept.rows.iter().filter_map(|row| if let Row::Corridor(corridor) = row { Some(corridor.as_ref()) } else { None }).collect()
}

#[test]
fn a_binary_extract_gives_what_the_same_one_in_geojson_gives() {
    let (text, expected) = read_as(geojson().as_bytes(), "mali.geojson", Some(Format::Roads), &context()).unwrap();
    assert_eq!((text.format, text.rows, text.accepted, text.rejected), (Some(Format::Roads), 6, 4, 2));
    let names: Vec<Vec<&str>> =
        roads(&expected).iter().map(|road| road.waypoints.iter().map(|(name, _)| name.as_str()).collect()).collect();
    assert_eq!(names, [["Bamako", "Bougouni"], ["Bougouni", "-5.66651 11.31765"]]);
    for (dense, zipped) in [(true, true), (true, false), (false, true), (false, false)] {
        let file = extract(dense, zipped);
        let (summary, kept) = read(&*file, "mali.osm.pbf").unwrap();
        assert_eq!((summary.format, summary.rows, summary.accepted, summary.rejected), (text.format, 6, 4, 2));
        assert_eq!(roads(&kept), roads(&expected), "dense {dense}, zipped {zipped}");
        let faults = |kept: &Kept| {
            kept.rejected
                .iter()
                .map(|fault| (fault.column.clone(), fault.value.clone(), fault.reason.clone()))
                .collect::<Vec<_>>()
        };
        assert_eq!(faults(&kept), faults(&expected));
        assert_eq!(kept.rejected[1].line, 6, "the sixth of what is a road or a place");
    }
    // It may be packed, and be named by its format; it is never taken for anything else.
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(&extract(true, true)).unwrap();
    let (_, kept) = read_as(&*packed.finish().unwrap(), "mali.osm.pbf.gz", Some(Format::Roads), &context()).unwrap();
    assert_eq!(roads(&kept), roads(&expected));
    let error = read_as(&*extract(true, true), "mali.osm.pbf", Some(Format::Control), &context()).unwrap_err().to_string();
    assert!(error.contains("as roads alone, not as control"), "{error}");
}

#[test]
fn a_way_goes_on_as_far_as_its_points_are_in_the_file() {
    let ways: &[Way<'_>] = &[(7, &[11, 12, 99, 13, 14], &[("highway", "trunk")]), (8, &[11, 99, 12], &[("highway", "trunk")])];
    let file = [header(&["DenseNodes"]), data(NODES, ways, true, true)].concat();
    let (summary, kept) = read(&*file, "cut.osm.pbf").unwrap();
    assert_eq!((roads(&kept).len(), summary.rejected), (2, 2), "the suburb and way 8");
    assert_eq!((kept.rejected[1].column.as_str(), kept.rejected[1].value.as_str()), ("geometry", "8"));
    // A point off the globe is no point.
    let far: &[Node<'_>] = &[(11, 0, 0, &[]), (12, 1_000_000, 910_000_000, &[]), (13, 2_000_000, i64::MAX / 200, &[])];
    let ways: &[Way<'_>] = &[(7, &[11, 12, 13], &[("highway", "trunk")])];
    let (_, kept) = read(&*[header(&[]), data(far, ways, true, true)].concat(), "far.osm.pbf").unwrap();
    assert_eq!((roads(&kept).len(), kept.rejected.len()), (0, 1));
}

#[test]
fn a_file_that_is_not_whole_or_not_sound_says_so() {
    let whole = extract(true, true);
    // At the end of a block nobody can tell that another was to come.
    let kept = (16..whole.len()).filter(|end| read(&whole[..*end], "half.osm.pbf").is_ok()).count();
    assert_eq!(kept, 4, "after the header and after each block but the last");
    for end in [20, whole.len() - 1, whole.len() - 40] {
        let error = read(&whole[..end], "half.osm.pbf").unwrap_err();
        assert!(matches!(error, ImportError::Pbf { .. }) && error.to_string().contains("half.osm.pbf"), "{error}");
    }
    let error = read(&*[header(&["HistoricalInformation"]), data(NODES, WAYS, true, true)].concat(), "past.osh.pbf").unwrap_err();
    assert!(error.to_string().contains("HistoricalInformation"), "{error}");
    let unpacked = extract(true, false);
    for at in 0..unpacked.len() {
        for mask in [0x01, 0x80, 0xFF] {
            let mut damaged = unpacked.clone();
            damaged[at] ^= mask;
            // No panic: an error, or what can be read.
            let _ = read(&*damaged, "damaged.osm.pbf");
        }
    }
}
