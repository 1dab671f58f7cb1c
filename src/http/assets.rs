//! The page's files, embedded in the program and compressed when it was built.

use axum::body::Body;
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use rust_embed::{Embed, EmbeddedFile};
use serde::Deserialize;
use std::fmt::Write as _;
use std::sync::OnceLock;

use super::problem::Problem;
use super::reply::{self, IMMUTABLE, REVALIDATE};

#[derive(Embed)]
#[folder = "static/dist/"]
struct Files;

/// Where the tags that depend on the server's address stand in the page.
const HEAD_MARK: &str = "<!--preview-->";

/// The map, with `head` among its tags. `head` is put in as it is: it must hold nothing of what somebody sent.
pub(super) fn page(head: &str) -> Result<Response, Problem> {
    let plain = Files::get("index.html").ok_or_else(|| Problem::missing("there is no page".to_owned()))?;
    let html = String::from_utf8_lossy(&plain.data).replacen(HEAD_MARK, head, 1);
    Ok(reply::tagged(HeaderValue::from_static("text/html; charset=utf-8"), html))
}

/// The icon.
pub(super) async fn favicon(headers: HeaderMap) -> Result<Response, Problem> {
    file("favicon.svg", &headers, REVALIDATE)
}

/// The service worker, which keeps the page for when there is no network. It stands at the root, whose pages it serves.
pub(super) async fn worker(headers: HeaderMap) -> Result<Response, Problem> {
    file("sw.js", &headers, REVALIDATE)
}

/// What a browser needs to install the page.
pub(super) async fn manifest(headers: HeaderMap) -> Result<Response, Problem> {
    file("manifest.webmanifest", &headers, REVALIDATE)
}

/// A file whose name holds the hash of its content.
pub(super) async fn asset(Path(path): Path<String>, headers: HeaderMap) -> Result<Response, Problem> {
    file(&format!("assets/{path}"), &headers, IMMUTABLE)
}

/// Land, water and borders as the page draws them: longitude and latitude in degrees.
#[derive(Debug)]
pub(super) struct Basemap {
    pub(super) land: Vec<Vec<(f64, f64)>>,
    pub(super) lakes: Vec<Vec<(f64, f64)>>,
    /// The large ones.
    pub(super) rivers: Vec<Vec<(f64, f64)>>,
    /// Names of states and seas.
    pub(super) labels: Vec<Label>,
    /// With whether they are disputed.
    pub(super) borders: Vec<(bool, Vec<(f64, f64)>)>,
}

/// A name on the map, where its middle lies.
#[derive(Debug, Deserialize)]
pub(super) struct Label {
    /// `country`, `neighbour` or `sea`.
    pub(super) kind: String,
    pub(super) en: String,
    pub(super) fr: String,
    pub(super) lon: f64,
    pub(super) lat: f64,
}

/// Rivers of a lower rank (Natural Earth's scale rank, 2 = largest) are too small for a picture.
const LARGE_RIVER: u8 = 5;

/// The page's own basemap, read once; `None` when the page was built without it.
pub(super) fn basemap() -> Option<&'static Basemap> {
    static BASEMAP: OnceLock<Option<Basemap>> = OnceLock::new();
    BASEMAP.get_or_init(read_basemap).as_ref()
}

/// The file that static/build.mjs writes: each line begins with a point in 1/10,000 degree, differences follow.
fn read_basemap() -> Option<Basemap> {
    #[derive(Deserialize)]
    struct Border {
        disputed: bool,
        line: Vec<i32>,
    }
    #[derive(Deserialize)]
    struct River {
        rank: u8,
        line: Vec<i32>,
    }
    #[derive(Deserialize)]
    struct Packed {
        land: Vec<Vec<i32>>,
        lakes: Vec<Vec<i32>>,
        rivers: Vec<River>,
        borders: Vec<Border>,
        labels: Vec<Label>,
    }
    let name = Files::iter().find(|name| name.starts_with("assets/basemap-") && name.ends_with(".json"))?;
    let packed: Packed = serde_json::from_slice(&Files::get(&name)?.data).ok()?;
    let line = |packed: &Vec<i32>| {
        let (mut x, mut y) = (0, 0);
        let step = |pair: &[i32]| {
            (x, y) = (x + pair[0], y + pair[1]);
            (f64::from(x) / 10_000.0, f64::from(y) / 10_000.0)
        };
        packed.chunks_exact(2).map(step).collect::<Vec<_>>()
    };
    Some(Basemap {
        land: packed.land.iter().map(line).collect(),
        lakes: packed.lakes.iter().map(line).collect(),
        rivers: packed.rivers.iter().filter(|river| river.rank <= LARGE_RIVER).map(|river| line(&river.line)).collect(),
        labels: packed.labels,
        borders: packed.borders.iter().map(|border| (border.disputed, line(&border.line))).collect(),
    })
}

/// Sends a file, in the best encoding that was made of it and that the client takes.
fn file(name: &str, headers: &HeaderMap, cache: HeaderValue) -> Result<Response, Problem> {
    let plain = Files::get(name).filter(|_| !name.ends_with(".br") && !name.ends_with(".gz"));
    let plain = plain.ok_or_else(|| Problem::missing(format!("there is no file {name}")))?;
    let tag = tag(&plain);
    let (encoding, file) = encoded(name, headers).map_or((None, plain), |(encoding, file)| (Some(encoding), file));
    let mut response = Body::from(file.data.into_owned()).into_response();
    let answer = response.headers_mut();
    answer.insert(header::CONTENT_TYPE, content_type(name));
    answer.insert(header::CACHE_CONTROL, cache);
    answer.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Some(encoding) = encoding {
        answer.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    if let Some(tag) = tag {
        answer.insert(header::ETAG, tag);
    }
    Ok(response)
}

fn encoded(name: &str, headers: &HeaderMap) -> Option<(&'static str, EmbeddedFile)> {
    let takes = |encoding: &str| {
        let values = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
        values.flat_map(|value| value.split(',')).any(|part| {
            let mut part = part.split(';').map(str::trim);
            part.next() == Some(encoding) && part.all(|weight| !matches!(weight, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
        })
    };
    [("br", "br"), ("gzip", "gz")]
        .into_iter()
        .filter(|(encoding, _)| takes(encoding))
        .find_map(|(encoding, suffix)| Files::get(&format!("{name}.{suffix}")).map(|file| (encoding, file)))
}

/// A strong tag of the plain bytes; `conditional` adds the encoding.
fn tag(file: &EmbeddedFile) -> Option<HeaderValue> {
    let mut text = String::from("\"");
    for byte in file.metadata.sha256_hash().iter().take(16) {
        let _ = write!(text, "{byte:02x}");
    }
    text.push('"');
    HeaderValue::from_str(&text).ok()
}

/// The media type of each kind of file the page is made of.
fn content_type(name: &str) -> HeaderValue {
    HeaderValue::from_static(match name.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("json") => "application/json",
        Some("geojson") => "application/geo+json",
        Some("webmanifest") => "application/manifest+json",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    })
}
