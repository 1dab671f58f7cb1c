//! The formats of `/items`: the same pages, counts and links in each.

use arrow_array::cast::AsArray as _;
use arrow_ipc::reader::StreamReader;
use flatgeobuf::{FallibleStreamingIterator as _, FeatureProperties as _, FgbReader};
use std::collections::BTreeSet;

use crate::support::{Answer, data, get, get_json, ids, request};

const FORMATS: [(&str, &str); 5] = [
    ("geojson", "application/geo+json"),
    ("geojsonseq", "application/geo+json-seq"),
    ("csv", "text/csv; charset=utf-8"),
    ("fgb", "application/flatgeobuf"),
    ("arrow", "application/vnd.apache.arrow.stream"),
];

/// The ids of a page in their order, read as the format's own readers do.
pub fn ids_in(format: &str, answer: &Answer) -> Vec<String> {
    let body = &answer.body;
    match format {
        "geojson" => ids(&answer.json()),
        "geojsonseq" => answer
            .text()
            .split_terminator('\n')
            .map(|text| {
                // RFC 8142 §2: a record separator before each text.
                let text = text.strip_prefix('\u{1e}').expect("a record separator");
                serde_json::from_str::<serde_json::Value>(text).unwrap()["id"].as_str().unwrap().to_owned()
            })
            .collect(),
        "csv" => csv::Reader::from_reader(&body[..]).records().map(|row| row.unwrap()[0].to_owned()).collect(),
        "fgb" => {
            let mut features = FgbReader::open(std::io::Cursor::new(body)).unwrap().select_all().unwrap();
            let mut ids = Vec::new();
            while let Some(feature) = features.next().unwrap() {
                ids.push(feature.property::<String>("id").unwrap());
            }
            ids
        }
        _ => StreamReader::try_new(&body[..], None)
            .unwrap()
            .flat_map(|batch| {
                let batch = batch.unwrap();
                batch.column(0).as_string::<i32>().iter().map(|id| id.unwrap().to_owned()).collect::<Vec<_>>()
            })
            .collect(),
    }
}

/// The path of a link in the `Link` header.
pub fn header_link(answer: &Answer, rel: &str) -> Option<String> {
    let link = answer.header("link").split(", <").find(|link| link.contains(&format!("rel=\"{rel}\"")))?;
    let href = link.trim_start_matches('<').split('>').next()?;
    Some(href.strip_prefix("http://map.example").expect("links begin with the configured address").to_owned())
}

#[test]
fn the_union_of_the_pages_is_the_set_in_every_format() {
    for (collection, rows) in [("incidents", data().incidents.len()), ("regions", data().regions.len())] {
        let expected = ids(&get_json(&format!("/collections/{collection}/items?limit=10000")));
        assert_eq!(expected.len(), rows);
        for (format, media_type) in FORMATS {
            let mut seen = Vec::new();
            let mut next = Some(format!("/collections/{collection}/items?f={format}&limit=100"));
            while let Some(path) = next {
                let answer = get(&path);
                assert_eq!((answer.status, answer.header("content-type")), (200, media_type), "{path}");
                let page = ids_in(format, &answer);
                assert_eq!(answer.header("ogc-numbermatched"), rows.to_string());
                assert_eq!(answer.header("ogc-numberreturned"), page.len().to_string());
                seen.extend(page);
                next = header_link(&answer, "next");
                assert!(seen.len() <= rows, "{format}: the pages do not end");
            }
            assert_eq!(seen, expected, "{format}: each once, in the order of the pages");
        }
    }
}

#[test]
fn filters_are_the_same_in_every_format_and_nothing_is_an_answer() {
    for query in ["bbox=-5,10,5,15", "datetime=2024-01-01/..", "country=ML&datetime=2025-10-01/2025-10-31", "country=XX"] {
        let expected = ids(&get_json(&format!("/collections/incidents/items?limit=10000&{query}")));
        for (format, _) in FORMATS {
            let answer = get(&format!("/collections/incidents/items?limit=10000&{query}&f={format}"));
            if expected.is_empty() && format == "fgb" {
                assert_eq!((answer.status, answer.header("ogc-numbermatched")), (200, "0"));
            } else {
                assert_eq!(ids_in(format, &answer), expected, "{format} {query}");
            }
        }
    }
    for collection in ["places", "control", "corridors"] {
        let expected = ids(&get_json(&format!("/collections/{collection}/items?limit=50&datetime=2025-10-15")));
        for (format, _) in FORMATS {
            let answer = get(&format!("/collections/{collection}/items?limit=50&datetime=2025-10-15&f={format}"));
            assert_eq!(ids_in(format, &answer), expected, "{format} {collection}");
        }
    }
}

#[test]
fn the_format_is_asked_for_by_parameter_or_by_header() {
    let path = "/collections/incidents/items?limit=3";
    for (format, media_type) in FORMATS {
        let bare = media_type.split(';').next().unwrap();
        let answer = request("GET", path, &[("accept", bare)]);
        assert_eq!((answer.status, answer.header("content-type")), (200, media_type));
        assert_eq!(ids_in(format, &answer), ids_in(format, &get(&format!("{path}&f={format}"))), "{format}");
        assert!(answer.header("vary").split(", ").any(|name| name == "accept"));
    }
    assert_eq!(request("GET", &format!("{path}&f=json"), &[("accept", "text/csv")]).header("content-type"), FORMATS[0].1);
    for answer in [get(&format!("{path}&f=shp")), get(&format!("{path}&f=")), request("GET", path, &[("accept", "image/png")])] {
        assert_eq!((answer.status, answer.header("content-type")), (406, "application/problem+json"));
        assert!(answer.text().contains("geojsonseq"), "what there is instead: {}", answer.text());
    }
    assert_eq!(get("/collections/incidents/items/nothing?f=csv").status, 406);
}

#[test]
fn each_format_names_the_others() {
    let page = get_json("/collections/incidents/items?limit=3");
    let links = page["links"].as_array().unwrap();
    let others: Vec<&str> =
        links.iter().filter(|link| link["rel"] == "alternate").map(|link| link["type"].as_str().unwrap()).collect();
    let expected = FORMATS[1..].iter().map(|(_, media_type)| *media_type).chain(["text/html"]);
    assert_eq!(others, expected.collect::<Vec<_>>());
    assert!(links.iter().any(|link| link["rel"] == "license" && link["href"] == "http://map.example/datasets"));
    for (format, media_type) in FORMATS {
        let answer = get(&format!("/collections/incidents/items?limit=3&f={format}"));
        let named: Vec<&str> = answer.header("link").split(", <").filter(|link| link.contains("rel=\"alternate\"")).collect();
        assert_eq!(named.len(), 5, "{format}: {named:?}");
        assert!(named.iter().all(|link| !link.contains(&format!("type=\"{media_type}\""))));
        let itself = header_link(&answer, "self").unwrap();
        assert_eq!(get(&itself).body, answer.body, "{itself}");
    }
}

#[test]
fn every_format_has_a_tag_of_its_own_that_stays() {
    let mut tags = BTreeSet::new();
    for (format, _) in FORMATS {
        let path = format!("/collections/incidents/items?limit=100&f={format}");
        let first = get(&path);
        let tag = first.header("etag").to_owned();
        assert!(tag.starts_with('"') && first.body == get(&path).body, "{format}");
        let again = request("GET", &path, &[("if-none-match", &tag)]);
        assert_eq!((again.status, again.body.len()), (304, 0), "{format}");
        let head = request("HEAD", &path, &[]);
        assert_eq!((head.status, head.header("etag"), head.header("ogc-numberreturned")), (200, tag.as_str(), "100"));
        tags.insert(tag);
    }
    assert_eq!(tags.len(), FORMATS.len());
}

#[test]
fn a_page_says_where_it_comes_from() {
    let arrow = get("/collections/incidents/items?limit=3&f=arrow");
    let schema = StreamReader::try_new(&arrow.body[..], None).unwrap().schema();
    assert!(schema.metadata()["attribution"].contains("CC BY 4.0"));
    assert_eq!(schema.metadata()["numberMatched"], data().incidents.len().to_string());
    let csv = get("/collections/incidents/items?limit=3&f=csv");
    assert!(csv.text().lines().next().unwrap().ends_with("known_at,duplicate_of") && csv.text().contains("CC-BY-4.0"));
}
