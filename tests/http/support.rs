//! Starts the real router once, on a free port, over the bundled data and with a clock that stands still.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use harmattan::domain::{ChangeSet, Instant};
use harmattan::http::{AppState, Limits, Restricted, router, serve};
use harmattan::import::bundled;
use harmattan::store::{MemoryStore, Store, commit};
use serde_json::Value as Json;
use ureq::Agent;
use ureq::http::{HeaderMap, Method, Request};

/// The present, for the server: so that no answer depends on the day of the test.
pub const NOW: &str = "2026-11-22T12:00:00Z";

/// The bundled data, as the server holds it.
pub fn data() -> &'static ChangeSet {
    static DATA: OnceLock<ChangeSet> = OnceLock::new();
    DATA.get_or_init(|| bundled().expect("the bundled data reads").changes)
}

/// Where the server answers.
pub fn base() -> &'static str {
    static BASE: OnceLock<String> = OnceLock::new();
    BASE.get_or_init(|| {
        let store = MemoryStore::new().expect("an empty store");
        commit(&store, data().clone()).expect("the bundled data fits");
        start(store, Restricted::Loopback)
    })
}

/// Starts a server over a store; where it answers.
pub fn start(store: MemoryStore, restricted: Restricted) -> String {
    start_over(Arc::new(store), restricted)
}

/// The same over any store, which others may write to.
pub fn start_over(store: Arc<dyn Store>, restricted: Restricted) -> String {
    start_limited(store, restricted, |_| {})
}

/// The same with other limits.
pub fn start_limited(store: Arc<dyn Store>, restricted: Restricted, limit: impl FnOnce(&mut Limits) + Send + 'static) -> String {
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
            let address = listener.local_addr().expect("an address");
            let mut limits = Limits {
                concurrency: 64,
                request_timeout: Duration::from_secs(30),
                max_features: 5_000,
                page_bytes: 64 << 20,
                stream_bytes: 16 << 20,
                cache_bytes: 1 << 24,
            };
            limit(&mut limits);
            let clock = Arc::new(|| Instant::parse(NOW).expect("an instant"));
            let state = AppState::new(store, clock, "http://map.example", limits).with_restricted(restricted);
            sender.send(format!("http://{address}")).expect("the test waits");
            serve(listener, router(state), std::future::pending()).await.expect("the server runs");
        });
    });
    receiver.recv().expect("the server starts")
}

/// What the server said.
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("ASCII"))
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("UTF-8")
    }

    pub fn json(&self) -> Json {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }
}

/// Sends a request with headers.
pub fn request(method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
    request_of(base(), method, path, headers)
}

/// The same to another server.
pub fn request_of(base: &str, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
    static AGENT: OnceLock<Agent> = OnceLock::new();
    let agent = AGENT.get_or_init(|| {
        let config = Agent::config_builder().http_status_as_error(false).allow_non_standard_methods(true);
        config.timeout_global(Some(Duration::from_secs(20))).build().into()
    });
    let mut request =
        Request::builder().method(Method::from_bytes(method.as_bytes()).expect("a method")).uri(format!("{base}{path}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let mut response = agent.run(request.body(()).expect("a request")).unwrap_or_else(|error| panic!("{method} {path}: {error}"));
    let body = response.body_mut().with_config().limit(64 << 20).read_to_vec().expect("a body");
    Answer { status: response.status().as_u16(), headers: response.headers().clone(), body }
}

/// Gets an address.
pub fn get(path: &str) -> Answer {
    request("GET", path, &[])
}

/// Gets JSON from an address that answers 200.
pub fn get_json(path: &str) -> Json {
    let answer = get(path);
    assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    answer.json()
}

/// The ids of a FeatureCollection.
pub fn ids(collection: &Json) -> Vec<String> {
    let features = collection["features"].as_array().expect("features");
    features.iter().map(|feature| feature["id"].as_str().expect("an id").to_owned()).collect()
}

/// All pages of an address, followed by their `next` links.
pub fn pages(path: &str) -> Vec<Json> {
    let mut pages = vec![get_json(path)];
    while let Some(next) = pages.last().and_then(|page| link(page, "next")) {
        assert!(pages.len() < 500, "the pages do not end");
        pages.push(get_json(&next));
    }
    pages
}

/// The path of a link by its relation.
pub fn link(page: &Json, rel: &str) -> Option<String> {
    let links = page["links"].as_array()?;
    let href = links.iter().find(|link| link["rel"] == rel)?["href"].as_str()?;
    Some(href.strip_prefix("http://map.example").expect("links begin with the configured address").to_owned())
}
