//! Pages that are written while they are sent: what they say is what they would say if they were built.

use harmattan::http::Restricted;
use harmattan::store::{MemoryStore, Store, commit};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::{Arc, OnceLock};

use crate::formats::{header_link, ids_in};
use crate::support::{Answer, base, data, request_of, start_limited};

/// A server that builds no page, whatever its size.
fn streaming() -> &'static str {
    static BASE: OnceLock<String> = OnceLock::new();
    BASE.get_or_init(|| {
        let store: Arc<dyn Store> = Arc::new(MemoryStore::new().unwrap());
        commit(&*store, data().clone()).unwrap();
        start_limited(store, Restricted::Loopback, |limits| limits.stream_bytes = 0)
    })
}

fn both(method: &str, path: &str, headers: &[(&str, &str)]) -> [Answer; 2] {
    [base(), streaming()].map(|base| request_of(base, method, path, headers))
}

const TOLD: [&str; 9] = [
    "etag",
    "link",
    "vary",
    "content-type",
    "content-crs",
    "cache-control",
    "ogc-numbermatched",
    "ogc-numberreturned",
    "content-security-policy",
];

#[test]
fn a_page_is_the_same_built_or_streamed() {
    for query in [
        "incidents/items?limit=10000",
        "incidents/items?limit=40&sortby=-date_start",
        "incidents/items?country=XX",
        "regions/items?limit=10000",
        "regions/items?limit=30&crs=http://www.opengis.net/def/crs/EPSG/0/3857",
        "control/items?known_at=2026-12-01",
    ] {
        for format in ["geojson", "geojsonseq", "csv", "fgb", "arrow"] {
            if query.contains("crs=") && format != "geojson" {
                continue;
            }
            let path = format!("/collections/{query}&f={format}");
            let [built, streamed] = both("GET", &path, &[]);
            assert_eq!((built.status, streamed.status), (200, 200), "{path}");
            assert!(built.body == streamed.body, "{path}");
            TOLD.iter().for_each(|name| assert_eq!(built.header(name), streamed.header(name), "{path} {name}"));
            assert_eq!(streamed.header("content-length"), streamed.body.len().to_string(), "{path}");
            assert_eq!(header_link(&built, "next"), header_link(&streamed, "next"));
        }
    }
}

#[test]
fn a_streamed_page_is_compressed_tagged_and_known_again() {
    let path = "/collections/regions/items?limit=10000";
    let plain = request_of(base(), "GET", path, &[]);
    for encoding in ["gzip", "br"] {
        let [built, streamed] = both("GET", path, &[("accept-encoding", encoding)]);
        assert_eq!(streamed.header("content-encoding"), encoding);
        assert_eq!(streamed.header("etag"), built.header("etag"));
        assert!(streamed.header("content-length").is_empty() && streamed.body.len() < plain.body.len() / 2);
        let mut whole = Vec::new();
        match encoding {
            "gzip" => drop(flate2::read::GzDecoder::new(&streamed.body[..]).read_to_end(&mut whole).unwrap()),
            _ => drop(brotli::Decompressor::new(&streamed.body[..], 4_096).read_to_end(&mut whole).unwrap()),
        }
        assert!(whole == plain.body, "{encoding}");
    }
    let tag = plain.header("etag");
    let [_, again] = both("GET", path, &[("if-none-match", tag)]);
    assert_eq!((again.status, again.body.len(), again.header("etag")), (304, 0, tag));
    let [built, head] = both("HEAD", path, &[]);
    assert_eq!((head.status, head.body.len(), head.header("etag")), (200, 0, tag));
    assert_eq!(head.header("content-length"), built.header("content-length"));
}

#[test]
fn who_leaves_early_keeps_nobody_out() {
    let path = "/collections/regions/items?limit=10000";
    let address = streaming().strip_prefix("http://").unwrap();
    // More than are written at one time: each reads the head of the answer and goes.
    for _ in 0..40 {
        let mut stream = TcpStream::connect(address).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
        let mut start = [0; 12];
        stream.read_exact(&mut start).unwrap();
        assert_eq!(&start, b"HTTP/1.1 200");
    }
    let page = request_of(streaming(), "GET", path, &[]);
    assert_eq!(ids_in("geojson", &page).len(), data().regions.len());
}
