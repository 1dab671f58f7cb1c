//! Answers that were made once and are sent again: whole, with their headers, as they go over the wire.
//!
//! An entry is kept under everything that its bytes depend on but the records: the address with its query, what `Accept` and `Accept-Encoding`
//! ask, for whom it is, and the day (a road's status is told as of today where the window is open). With it stand the
//! generation that it was made of and its [`Footprint`], the part of the records that it is made of, which the handler names. It is used for as
//! long as the snapshot says that no commit has touched that part since; without a footprint any commit touches it. So nothing is ever stale, and a
//! commit drops only what it touches. The bound is on bytes. Requests for one entry that come together make it once; the others wait for it.
//!
//! An answer is compressed quickly while its first client waits; one that is asked for again and again is compressed better beside the
//! requests, by one thread that rests nine tenths of the time.

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::Response;
use percent_encoding::percent_decode_str;
use quick_cache::sync::{Cache, DefaultLifecycle};
use quick_cache::{DefaultHashBuilder, Options, OptionsBuilder, Weighter};
use std::borrow::Cow;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Instant as Clock;
use tokio::sync::Semaphore;

use super::audience;
use super::conditional::{names, not_modified, representation_tag};
use super::encoding::{self, Effort, decoded, encoded};
use super::guard::{Guarded, dressed};
use super::negotiate::{Encoding, encoding};
use super::problem::Problem;
use super::reply::IMMUTABLE;
use super::state::AppState;
use super::stream::Streamed;
use crate::domain::{Audience, Bbox, Collection, FeatureQuery, Interval, Record};
use crate::store::Snapshot;

/// What the server spent on an answer (W3C Server Timing); of a kept one, that it was kept.
pub(super) const SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");

const HIT: HeaderValue = HeaderValue::from_static("cache;desc=hit");

/// Set on an answer that is asked for once and is worth more effort.
#[derive(Debug, Clone, Copy)]
pub(super) struct Thorough;

/// Set on an answer that does not change as long as the store does not: an address that names the state of the store is immutable.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lasting;

/// An answer that is sent so many times is worth compressing better.
const OFTEN: u32 = 8;

/// Encoded answers shorter than this are not.
const WORTH_BETTER: usize = 4_096;

/// For each part of a core that is spent on compressing better, so many parts rest.
const REST: u32 = 9;

/// Shorter answers are not worth compressing: they fit into one packet as they are.
const WORTH_COMPRESSING: usize = 860;

/// The part of an address that says its answer is made of rows and worth keeping.
const KEPT: [&str; 5] = ["/tiles/", "/collections/", "/playback/", "/analytics/", "/preview.png"];

/// Answers by what they depend on, bounded in bytes.
pub(super) struct ResponseCache {
    entries: Cache<Key, Arc<Entry>, Bytewise>,
    /// An answer that would take more than this part of the bound is not kept.
    greatest: usize,
    /// One answer at a time is compressed better.
    better: Arc<Semaphore>,
    /// Whether nothing is kept: each request then has its answer made, and none waits for another's.
    is_off: bool,
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

    /// Whether no commit has touched any of it since an earlier generation.
    pub(super) fn untouched_since(&self, generation: u64, snapshot: &Snapshot) -> bool {
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
    encoding: Encoding,
    /// Whether it is immutable under an address that names its state.
    lasting: bool,
    /// How often it was sent since it was kept.
    hits: AtomicU32,
    /// The tag of the same answer before it was compressed better: whoever holds that one holds this one.
    earlier_tag: Option<HeaderValue>,
    /// Whether it was compressed as well as it will be.
    thorough: bool,
}

impl Entry {
    /// The same answer in fewer bytes; `None` when it cannot be had.
    fn better(&self) -> Option<Self> {
        let plain = decoded(&self.body, self.encoding)?;
        let body = encoded(&plain, self.encoding, Effort::Thorough)?;
        let tag = self.headers.get(header::ETAG).cloned();
        let mut headers = self.headers.clone();
        // Other bytes are another representation, with a tag of its own.
        if let Some(better) = tag.as_ref().and_then(|tag| tag.to_str().ok()?.strip_suffix('"')).map(|tag| format!("{tag}-best\""))
        {
            headers.insert(header::ETAG, HeaderValue::from_str(&better).ok()?);
        }
        Some(Self {
            generation: self.generation.load(Ordering::Relaxed).into(),
            footprint: self.footprint.clone(),
            status: self.status,
            headers,
            body,
            encoding: self.encoding,
            lasting: self.lasting,
            hits: AtomicU32::new(0),
            earlier_tag: tag,
            thorough: true,
        })
    }

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
        let greatest = usize::try_from(bytes / 8).unwrap_or(usize::MAX);
        Self {
            entries: Cache::with_options(options(bytes), Bytewise, DefaultHashBuilder::default(), DefaultLifecycle::default()),
            greatest,
            better: Arc::new(Semaphore::new(1)),
            is_off: bytes == 0,
        }
    }
}

/// A bound in bytes, half of it for what was asked for of late, half for what is asked for often: a client that goes round and round, as a
/// slider does over its windows, finds its answers the second time, whatever was asked for often before. And as many keys of answers that fell
/// out as could be kept of small ones: what is asked for again while its key is remembered is taken for one that is asked for often.
fn options(bytes: u64) -> Options {
    // A windowed tile, compressed, with what is kept beside it.
    const SMALL: u64 = 3_000;
    let items = usize::try_from(bytes / SMALL).unwrap_or(usize::MAX).clamp(16, 500_000);
    let mut options = OptionsBuilder::new();
    options.estimated_items_capacity(items).weight_capacity(bytes).ghost_allocation(1.0).hot_allocation(0.5);
    options.build().expect("capacity and number of items are given")
}

/// Answers from what is kept, or makes the answer and keeps it.
pub(super) async fn replay(state: &AppState, guarded: &Guarded, mut request: Request, peer: SocketAddr) -> Response {
    let path = request.uri().path();
    // The played span is large and asked for once: it goes in the fewest bytes that the client takes.
    let smallest = path.starts_with("/playback/");
    let Some(encoding) = encoding(request.headers(), smallest) else {
        return dressed(
            Problem::new(StatusCode::NOT_ACCEPTABLE).detail("answers are sent as they are, with gzip or with brotli"),
        );
    };
    let is_kept = KEPT.iter().any(|kept| path.starts_with(kept));
    // A store that cannot be read is for the handlers to tell.
    let snapshot = state.snapshot().ok();
    let generation = snapshot.as_ref().map(|snapshot| snapshot.generation());
    // Without restricted rows everybody is shown the same.
    let is_restricted = snapshot.as_ref().is_some_and(|snapshot| snapshot.restricted());
    let audience = if is_restricted { audience::audience(state.restricted, peer, request.headers()) } else { Audience::Public };
    let maker = Maker { state, guarded, encoding, is_restricted };
    if audience == Audience::Operator {
        request.extensions_mut().insert(audience);
    }
    let cache = &state.cache;
    let (Some(snapshot), false, true) = (snapshot, cache.is_off, is_kept) else {
        let names_state = request.uri().query().is_some_and(|query| query.contains("v="))
            && Address::of(request.uri().path(), request.uri().query())
                .version
                .is_some_and(|version| Some(version) == generation);
        let asked = Asked::of(&request, names_state);
        return match maker.make(request, generation.unwrap_or(0)).await {
            Ok(entry) => asked.give(entry),
            Err(other) => asked.pass(*other),
        };
    };
    let Address { target, version } = Address::of(request.uri().path(), request.uri().query());
    let key = Key {
        target: target.into(),
        accept: request.headers().get_all(header::ACCEPT).iter().filter(|accept| *accept != "*/*").cloned().collect(),
        encoding,
        audience,
        day: state.now().millis().div_euclid(86_400_000),
    };
    let asked = Asked::of(&request, version.is_some() && version == generation);
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
        Ok(entry) => {
            improve(cache, &key, &entry);
            asked.answer(&entry, Some(HIT))
        }
        Err(guard) => {
            let entry = match maker.make(request, generation).await {
                Ok(entry) => Arc::new(entry),
                Err(other) => return asked.pass(*other),
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

/// Counts that an answer was sent, and has it compressed better beside the requests when it is asked for often.
fn improve(cache: &Arc<ResponseCache>, key: &Key, entry: &Arc<Entry>) {
    if entry.thorough || entry.encoding == Encoding::Identity || entry.body.len() < WORTH_BETTER {
        return;
    }
    if entry.hits.fetch_add(1, Ordering::Relaxed) < OFTEN {
        return;
    }
    // Where another one is at work, the next hit asks again.
    let Ok(permit) = Arc::clone(&cache.better).try_acquire_owned() else { return };
    let (cache, key, entry) = (Arc::clone(cache), key.clone(), Arc::clone(entry));
    tokio::spawn(async move {
        let begun = Clock::now();
        let work = move || {
            if let Some(better) = entry.better().filter(|better| better.body.len() < entry.body.len()) {
                // Only in place of itself: a newer answer may have been made meanwhile.
                if cache.entries.remove_if(&key, |kept| Arc::ptr_eq(kept, &entry)).is_some() {
                    cache.entries.insert(key, Arc::new(better));
                }
            }
        };
        if let Err(error) = tokio::task::spawn_blocking(work).await {
            tracing::error!(%error, "an answer could not be compressed better");
        }
        tokio::time::sleep(begun.elapsed() * REST).await;
        drop(permit);
    });
}

/// An address as answers are kept under it.
struct Address {
    target: String,
    /// The state of the store that it names with `v`.
    version: Option<u64>,
}

impl Address {
    /// Without `v`, which changes nothing in the answer but how long it lasts. Of tiles, sums and played spans also with the window in one
    /// form and the parameters in one order, whatever form and order the client chose; items tell the address in their links.
    fn of(path: &str, query: Option<&str>) -> Self {
        let mut version = None;
        let mut parts: Vec<Cow<'_, str>> = Vec::new();
        let tells_no_address = path.starts_with("/tiles/")
            || path.starts_with("/playback/")
            || path == "/preview.png"
            || path.ends_with("/aggregate")
            || path.contains("/tiles/");
        for part in query.into_iter().flat_map(|query| query.split('&')) {
            match part.split_once('=') {
                // What is given twice or is no number is for the handler to refuse.
                Some(("v", text)) if version.is_none() && tells_no_address && text.parse::<u64>().is_ok() => {
                    version = text.parse().ok();
                }
                Some(("datetime", text)) if tells_no_address => {
                    let decoded = percent_decode_str(text).decode_utf8();
                    let window = decoded.ok().and_then(|text| Interval::parse(&text).ok());
                    parts.push(window.map_or(Cow::Borrowed(part), |window| format!("datetime={window}").into()));
                }
                _ => parts.push(part.into()),
            }
        }
        if tells_no_address {
            parts.sort_unstable();
        }
        let mut target = path.to_owned();
        for (at, part) in parts.iter().enumerate() {
            target.push(if at == 0 { '?' } else { '&' });
            target.push_str(part);
        }
        Self { target, version }
    }
}

/// What of a request decides how an answer is given, once there is one.
struct Asked {
    if_none_match: Vec<HeaderValue>,
    without_body: bool,
    /// Whether the address names the state of now.
    names_state: bool,
}

impl Asked {
    fn of(request: &Request, names_state: bool) -> Self {
        let if_none_match = request.headers().get_all(header::IF_NONE_MATCH).iter().cloned().collect();
        Self { if_none_match, without_body: *request.method() == Method::HEAD, names_state }
    }

    /// An answer that is not kept, where the client does not hold it already.
    fn pass(&self, mut response: Response) -> Response {
        let tag = response.headers().get(header::ETAG);
        if response.status() == StatusCode::OK && tag.is_some_and(|tag| names(&self.if_none_match, tag)) {
            not_modified(&mut response);
        } else if self.without_body {
            *response.body_mut() = Body::empty();
        }
        response
    }

    /// An answer that is kept for nobody else.
    fn give(&self, mut entry: Entry) -> Response {
        let headers = std::mem::take(&mut entry.headers);
        self.with_headers(headers, &entry, None)
    }

    fn answer(&self, entry: &Entry, timing: Option<HeaderValue>) -> Response {
        self.with_headers(entry.headers.clone(), entry, timing)
    }

    fn with_headers(&self, headers: HeaderMap, entry: &Entry, timing: Option<HeaderValue>) -> Response {
        let mut response = Response::new(Body::empty());
        *response.headers_mut() = headers;
        if let Some(timing) = timing {
            response.headers_mut().insert(SERVER_TIMING, timing);
        }
        if self.names_state && entry.lasting {
            response.headers_mut().insert(header::CACHE_CONTROL, IMMUTABLE);
        }
        let mut tags = response.headers().get(header::ETAG).into_iter().chain(&entry.earlier_tag);
        if entry.status == StatusCode::OK && tags.any(|tag| names(&self.if_none_match, tag)) {
            not_modified(&mut response);
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

/// What makes answers, and how they are to be sent.
struct Maker<'a> {
    state: &'a AppState,
    guarded: &'a Guarded,
    encoding: Encoding,
    /// Whether there were restricted rows when the request came.
    is_restricted: bool,
}

impl Maker<'_> {
    /// Has the answer made, plain and whatever the client holds, and encodes it. What fails on the way is an answer of its own, and so is one that is
    /// written while it is sent: that comes encoded and is not kept.
    async fn make(self, mut request: Request, generation: u64) -> Result<Entry, Box<Response>> {
        let Self { state, guarded, encoding, is_restricted } = self;
        *request.method_mut() = Method::GET;
        if encoding != Encoding::Identity {
            request.extensions_mut().insert(encoding);
        }
        let shows_rows = audience::shows_rows(request.uri().path());
        let mut response = guarded.answer(request).await;
        if shows_rows {
            audience::mark(state, is_restricted, &mut response);
        }
        if response.headers().contains_key(header::CONTENT_ENCODING)
            && let Some(tag) = representation_tag(response.headers())
        {
            response.headers_mut().insert(header::ETAG, tag);
        }
        if response.extensions().get::<Streamed>().is_some() {
            return Err(Box::new(response));
        }
        let (mut parts, body) = response.into_parts();
        let read = to_bytes(body, usize::MAX).await;
        let mut body = read.map_err(|error| {
            tracing::error!(%error, "an answer broke off");
            Box::new(dressed(Problem::new(StatusCode::INTERNAL_SERVER_ERROR)))
        })?;
        let effort = if parts.extensions.get::<Thorough>().is_some() { Effort::Thorough } else { Effort::Quick };
        let is_picture =
            parts.headers.get(header::CONTENT_TYPE).is_some_and(|content| content.as_bytes().starts_with(b"image/png"));
        let worth = body.len() >= WORTH_COMPRESSING && !parts.headers.contains_key(header::CONTENT_ENCODING) && !is_picture;
        let mut used = Encoding::Identity;
        if let Some(name) = encoding::name(encoding).filter(|_| worth) {
            let plain = body.clone();
            let work = tokio::task::spawn_blocking(move || encoded(&plain, encoding, effort));
            if let Some(compressed) = work.await.ok().flatten() {
                (body, used) = (compressed, encoding);
                parts.headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(name));
                if let Some(tag) = representation_tag(&parts.headers) {
                    parts.headers.insert(header::ETAG, tag);
                }
            }
        }
        parts.headers.remove(header::CONTENT_LENGTH);
        let vary =
            |value: &HeaderValue| value.to_str().is_ok_and(|names| names.split(',').any(|name| name.trim() == "accept-encoding"));
        if !parts.headers.get_all(header::VARY).iter().any(vary) {
            parts.headers.append(header::VARY, HeaderValue::from_static("accept-encoding"));
        }
        Ok(Entry {
            generation: generation.into(),
            footprint: parts.extensions.remove(),
            status: parts.status,
            headers: parts.headers,
            body,
            encoding: used,
            lasting: parts.extensions.get::<Lasting>().is_some(),
            hits: AtomicU32::new(0),
            earlier_tag: None,
            thorough: effort == Effort::Thorough,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A number as a key, the number of bytes as an answer.
    #[derive(Clone)]
    struct Plain;

    impl Weighter<u32, u32> for Plain {
        fn weight(&self, _: &u32, bytes: &u32) -> u64 {
            u64::from(*bytes)
        }
    }

    #[test]
    fn a_round_that_fits_is_kept_even_after_others_filled_the_cache() {
        let options = options(64 << 20);
        let cache: Cache<u32, u32, Plain> =
            Cache::with_options(options, Plain, DefaultHashBuilder::default(), DefaultLifecycle::default());
        let ask = |key: u32, bytes: u32| {
            let kept = cache.get(&key).is_some();
            if !kept {
                cache.insert(key, bytes);
            }
            kept
        };
        for round in 0..4 {
            (0..6_000).for_each(|key| {
                ask(key, 10_500 + round);
            });
        }
        // As many windowed tiles as a view has in a year of days.
        let rounds: Vec<usize> = (0..4).map(|_| (10_000u32..14_380).filter(|key| ask(*key, 4_000)).count()).collect();
        // What falls on which shard is chance.
        assert!(rounds[1] > 2_200 && rounds[3] > 4_200, "{rounds:?}");
    }

    fn address(path: &str, query: &str) -> (String, Option<u64>) {
        let Address { target, version } = Address::of(path, Some(query));
        (target, version)
    }

    #[test]
    fn one_window_has_one_address_of_a_tile() {
        let tile = "/tiles/incidents/6/31/29.mvt";
        let kept = address(tile, "datetime=2023-02-03/2023-02-04&event_type=battle");
        for other in [
            "event_type=battle&datetime=2023-02-03/2023-02-04",
            "datetime=2023-02-03%2F2023-02-04&event_type=battle",
            "datetime=2023-02-03T00:00:00Z/2023-02-04T23:59:59.999Z&event_type=battle",
            "datetime=2023-02-03T01:00:00%2B01:00/2023-02-04T23:59:59.999Z&event_type=battle",
        ] {
            assert_eq!(address(tile, other), kept, "{other}");
        }
        let (with_version, version) = address(tile, "v=7&datetime=2023-02-03/2023-02-04&event_type=battle");
        assert_eq!((with_version, version), (kept.0.clone(), Some(7)));
        for other in
            ["datetime=2023-02-03/2023-02-05&event_type=battle", "event_type=battle", "datetime=nonsense&event_type=battle"]
        {
            assert_ne!(address(tile, other), kept, "{other}");
        }
    }

    #[test]
    fn what_is_refused_is_kept_apart_and_items_stay_as_they_were_asked() {
        let tile = "/tiles/incidents/6/31/29.mvt";
        assert_eq!(address(tile, "v=new"), (format!("{tile}?v=new"), None));
        assert_eq!(address(tile, "v=1&v=2"), (format!("{tile}?v=2"), Some(1)));
        let items = "/collections/incidents/items";
        assert_eq!(
            address(items, "limit=2&datetime=2023-02-03T00:00:00Z"),
            (format!("{items}?limit=2&datetime=2023-02-03T00:00:00Z"), None)
        );
        assert_eq!(address(items, "v=2").0, format!("{items}?v=2"));
        assert_eq!(Address::of(items, None).target, items);
    }
}
