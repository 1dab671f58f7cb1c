//! A request's way from the outside in: an id, what is kept, the routes behind their bounds; and on the way out a line in the log.
//!
//! These are plain calls and not the layers of a stack: a stack is copied for every request and boxes a future at every layer, which took a
//! third of what a small answer costs.

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, Method, header};
use axum::response::Response;
use hyper::body::Incoming;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant as Stopwatch;
use tower::{Layer as _, ServiceExt as _};
use tower_http::cors::{Any, Cors, CorsLayer};

use super::cache;
use super::guard::{Guarded, dressed};
use super::problem::ALLOWED;
use super::state::AppState;

/// Header with the id of the request, in the answer and in the log.
pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The whole server: requests in, answers out.
#[derive(Clone)]
pub struct Service(Arc<Parts>);

struct Parts {
    state: AppState,
    guarded: Guarded,
    /// Answers what a browser asks before it lets a page of another site ask.
    preflight: Cors<Router>,
}

impl Service {
    pub(super) fn new(state: AppState, routes: Router) -> Self {
        let cors =
            CorsLayer::new().allow_origin(Any).allow_methods([Method::GET, Method::HEAD, Method::OPTIONS]).allow_headers(Any);
        let preflight = cors.layer(routes.clone());
        Self(Arc::new(Parts { guarded: Guarded::new(state.clone(), routes), state, preflight }))
    }

    /// Gives the request an id, has it answered, and writes one log line. No address takes a body: what comes of one is not read.
    pub async fn answer(self, request: hyper::Request<Incoming>, peer: SocketAddr) -> Response {
        static COUNTER: AtomicU64 = AtomicU64::new(1);
        let id = format!("{:x}-{:x}", std::process::id(), COUNTER.fetch_add(1, Ordering::Relaxed));
        let request = request.map(|_| Body::empty());
        let (method, uri) = (request.method().clone(), request.uri().clone());
        let begun = Stopwatch::now();
        let mut response = match method {
            Method::GET | Method::HEAD => cache::replay(&self.0.state, &self.0.guarded, request, peer).await,
            Method::OPTIONS => self.preflight(request).await,
            _ => self.0.guarded.answer(request).await,
        };
        let status = response.status();
        tracing::info!(id, %method, path = uri.path(), query = uri.query(), status = status.as_u16(), elapsed_us = begun.elapsed().as_micros(), "answered");
        if let Ok(id) = HeaderValue::try_from(id) {
            response.headers_mut().insert(REQUEST_ID, id);
        }
        response
    }

    async fn preflight(&self, request: Request) -> Response {
        let Ok(answer) = self.0.preflight.clone().oneshot(request).await;
        let mut response = dressed(answer);
        response.headers_mut().insert(header::ALLOW, ALLOWED);
        response
    }
}
