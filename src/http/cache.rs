//! Answers that were made once and are sent again: whole, with their headers, as they go over the wire.
//!
//! An entry is kept under everything that its bytes depend on but the records: the address with its query, what `Accept` and `Accept-Encoding`
//! ask, for whom it is, and the day (a road's status is told as of today where the window is open). With it stand the
//! generation that it was made of and its [`Footprint`], the part of the records that it is made of, which the handler names. It is used for as
//! long as the snapshot says that no commit has touched that part since; without a footprint any commit touches it. So nothing is ever stale, and a
//! commit drops only what it touches. The bound is on bytes. Requests for one entry that come together make it once; the others wait for it.

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use flate2::Compression;
use flate2::write::GzEncoder;
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use std::io::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::conditional::{names, representation_tag};
use super::negotiate::{Encoding, encoding};
use super::problem::Problem;
use super::state::AppState;
use crate::domain::{Audience, Bbox, Collection, FeatureQuery, Interval, Record};
use crate::store::Snapshot;

/// What the server spent on an answer (W3C Server Timing); of a kept one, that it was kept.
pub(super) const SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");

const HIT: HeaderValue = HeaderValue::from_static("cache;desc=hit");

/// Set on an answer that is asked for once and is worth more effort.
#[derive(Debug, Clone, Copy)]
pub(super) struct Thorough;

/// The level for those: some 60 MB/s, and a quarter less to send.
const THOROUGH_LEVEL: Compression = Compression::new(8);

/// How hard brotli works: at 3 it runs at some 150 MB/s.
const BROTLI_QUALITY: u32 = 3;
const THOROUGH_QUALITY: u32 = 5;
/// The window of brotli as a power of two of bytes: as large as an answer, all but the largest.
const BROTLI_WINDOW: u32 = 20;

/// How hard answers are compressed while a client waits: level 1 runs at some 400 MB/s and takes off four fifths of a tile.
const LEVEL: Compression = Compression::new(1);

/// Shorter answers are not worth compressing: they fit into one packet as they are.
const WORTH_COMPRESSING: usize = 860;

/// The part of an address that says its answer is made of rows and worth keeping.
const KEPT: [&str; 3] = ["/tiles/", "/collections/", "/playback/"];

/// Answers by what they depend on, bounded in bytes.
pub(super) struct ResponseCache {
    entries: Cache<Key, Arc<Entry>, Bytewise>,
    /// An answer that would take more than this part of the bound is not kept.
    greatest: usize,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    target: Box<str>,
    accept: Vec<HeaderValue>,
    encoding: Encoding,
    audience: Audience,
    day: i64,
}

/// The records that an answer is made of: all that lie in a box and an interval of a collection, or of several.
#[derive(Debug, Clone)]
pub(super) struct Footprint(Vec<(Collection, Option<Bbox>, Interval)>);

impl Footprint {
    /// That of an answer to a query.
    pub(super) fn of(query: &FeatureQuery) -> Self {
        // Whether an incident is told elsewhere is told of that other place, and of the whole of its day.
        let (bbox, interval) = if query.once { (None, Interval::ALWAYS) } else { (query.bbox, query.datetime) };
        Self(vec![(query.collection, bbox, interval)])
    }

    /// That of one record with its versions.
    pub(super) fn of_record(collection: Collection, record: &dyn Record) -> Self {
        Self(vec![(collection, record.bbox(), record.interval())])
    }

    /// The same with the whole of another collection.
    pub(super) fn with_all_of(mut self, collection: Collection) -> Self {
        self.0.push((collection, None, Interval::ALWAYS));
        self
    }

    /// The answer, saying that this is what it is made of.
    pub(super) fn mark(self, mut response: Response) -> Response {
        response.extensions_mut().insert(self);
        response
    }

    fn untouched_since(&self, generation: u64, snapshot: &Snapshot) -> bool {
        self.0.iter().all(|(collection, bbox, interval)| snapshot.untouched_since(generation, *collection, *bbox, *interval))
    }
}

/// An answer as it is sent.
struct Entry {
    /// The last generation that it is known to be true of.
    generation: AtomicU64,
    footprint: Option<Footprint>,
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Entry {
    /// Whether it is what would be answered now.
    fn is_true_of(&self, snapshot: &Snapshot) -> bool {
        let made = self.generation.load(Ordering::Relaxed);
        let is_true = made >= snapshot.generation()
            || self.footprint.as_ref().is_some_and(|footprint| footprint.untouched_since(made, snapshot));
        if is_true {
            self.generation.fetch_max(snapshot.generation(), Ordering::Relaxed);
        }
        is_true
    }
}

#[derive(Clone)]
struct Bytewise;

impl Weighter<Key, Arc<Entry>> for Bytewise {
    fn weight(&self, key: &Key, entry: &Arc<Entry>) -> u64 {
        // The map of headers, the key and the entry itself take about a kilobyte.
        (1_024 + key.target.len() + entry.body.len()) as u64
    }
}

impl ResponseCache {
    /// An empty one of so many bytes.
    pub(super) fn new(bytes: u64) -> Self {
        // Tiles take some 10 kB on the average.
        let items = usize::try_from(bytes / 10_000).unwrap_or(usize::MAX).clamp(16, 100_000);
        let greatest = usize::try_from(bytes / 8).unwrap_or(usize::MAX);
        Self { entries: Cache::with_weighter(items, bytes, Bytewise), greatest }
    }
}

/// Answers from what is kept, or makes the answer and keeps it.
pub(super) async fn replay(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    if !reads || !KEPT.iter().any(|path| request.uri().path().starts_with(path)) {
        return next.run(request).await;
    }
    let Some(encoding) = encoding(request.headers()) else {
        return Problem::new(StatusCode::NOT_ACCEPTABLE)
            .detail("answers are sent as they are, with gzip or with brotli")
            .into_response();
    };
    let Ok(snapshot) = state.snapshot() else { return next.run(request).await };
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| *peer);
    let audience = if snapshot.restricted() {
        super::audience::audience(state.restricted, peer, request.headers())
    } else {
        Audience::Public
    };
    let key = Key {
        target: request.uri().path_and_query().map_or("", |target| target.as_str()).into(),
        accept: request.headers().get_all(header::ACCEPT).iter().filter(|accept| *accept != "*/*").cloned().collect(),
        encoding,
        audience,
        day: state.now().millis().div_euclid(86_400_000),
    };
    let asked = Asked::of(&request);
    let cache = Arc::clone(&state.cache);
    let kept = loop {
        match cache.entries.get_value_or_guard_async(&key).await {
            Ok(entry) if !entry.is_true_of(&snapshot) => {
                cache.entries.remove_if(&key, |kept| Arc::ptr_eq(kept, &entry));
            }
            kept => break kept,
        }
    };
    // What is made from here on is made of this generation or of a later one.
    let generation = snapshot.generation();
    drop(snapshot);
    match kept {
        Ok(entry) => asked.answer(&entry, Some(HIT)),
        Err(guard) => {
            let made = make(request, next, encoding, generation).await;
            let entry = match made {
                Ok(entry) => Arc::new(entry),
                Err(other) => return *other,
            };
            let answer = asked.answer(&entry, None);
            if entry.status.is_success() && entry.body.len() <= cache.greatest {
                // Refused only when the guard came too late, as after a clearing.
                let _ = guard.insert(entry);
            }
            answer
        }
    }
}

/// What of a request decides how an answer is given, once there is one.
struct Asked {
    if_none_match: Vec<HeaderValue>,
    without_body: bool,
}

impl Asked {
    fn of(request: &Request) -> Self {
        let if_none_match = request.headers().get_all(header::IF_NONE_MATCH).iter().cloned().collect();
        Self { if_none_match, without_body: *request.method() == Method::HEAD }
    }

    fn answer(&self, entry: &Entry, timing: Option<HeaderValue>) -> Response {
        let mut response = Response::new(Body::empty());
        *response.headers_mut() = entry.headers.clone();
        if let Some(timing) = timing {
            response.headers_mut().insert(SERVER_TIMING, timing);
        }
        let tag = entry.headers.get(header::ETAG);
        if entry.status == StatusCode::OK && tag.is_some_and(|tag| names(&self.if_none_match, tag)) {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            for name in [header::CONTENT_LENGTH, header::CONTENT_TYPE, header::CONTENT_ENCODING] {
                response.headers_mut().remove(name);
            }
            return response;
        }
        *response.status_mut() = entry.status;
        if !self.without_body {
            *response.body_mut() = Body::from(entry.body.clone());
        } else if entry.status != StatusCode::NO_CONTENT {
            response.headers_mut().insert(header::CONTENT_LENGTH, entry.body.len().into());
        }
        response
    }
}

/// Has the answer made, plain and whatever the client holds, and encodes it. What fails on the way is an answer of its own.
async fn make(mut request: Request, next: Next, encoding: Encoding, generation: u64) -> Result<Entry, Box<Response>> {
    *request.method_mut() = Method::GET;
    request.headers_mut().remove(header::IF_NONE_MATCH);
    request.headers_mut().insert(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    let (mut parts, body) = next.run(request).await.into_parts();
    let read = to_bytes(body, usize::MAX).await;
    let mut body = read.map_err(|error| {
        tracing::error!(%error, "an answer broke off");
        Box::new(Problem::new(StatusCode::INTERNAL_SERVER_ERROR).into_response())
    })?;
    let thorough = parts.extensions.get::<Thorough>().is_some();
    let worth = body.len() >= WORTH_COMPRESSING && !parts.headers.contains_key(header::CONTENT_ENCODING);
    let encoding = if worth { encoding } else { Encoding::Identity };
    if let Some((name, compressed)) = compressed(body.clone(), encoding, thorough).await {
        body = compressed;
        parts.headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(name));
        if let Some(tag) = representation_tag(&parts.headers) {
            parts.headers.insert(header::ETAG, tag);
        }
    }
    parts.headers.remove(header::CONTENT_LENGTH);
    let vary: Vec<HeaderValue> = parts.headers.get_all(header::VARY).iter().cloned().collect();
    if !vary.iter().any(|names| names.as_bytes().eq_ignore_ascii_case(b"accept-encoding")) {
        parts.headers.append(header::VARY, HeaderValue::from_static("accept-encoding"));
    }
    let footprint = parts.extensions.remove();
    Ok(Entry { generation: generation.into(), footprint, status: parts.status, headers: parts.headers, body })
}

/// The name of an encoding and the bytes in it; `None` where they stay as they are.
async fn compressed(body: Bytes, encoding: Encoding, thorough: bool) -> Option<(&'static str, Bytes)> {
    let room = Vec::with_capacity(body.len() / 3);
    let work = move || match encoding {
        Encoding::Identity => None,
        Encoding::Gzip => {
            let mut encoder = GzEncoder::new(room, if thorough { THOROUGH_LEVEL } else { LEVEL });
            encoder.write_all(&body).ok()?;
            Some(("gzip", Bytes::from(encoder.finish().ok()?)))
        }
        Encoding::Brotli => {
            let mut encoder = brotli::CompressorWriter::new(
                room,
                64 * 1024,
                if thorough { THOROUGH_QUALITY } else { BROTLI_QUALITY },
                BROTLI_WINDOW,
            );
            encoder.write_all(&body).ok()?;
            Some(("br", Bytes::from(encoder.into_inner())))
        }
    };
    if encoding == Encoding::Identity { None } else { tokio::task::spawn_blocking(work).await.ok().flatten() }
}
