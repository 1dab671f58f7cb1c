//! The routes, and how much of the server one request may take: the bounds on length, number and time.

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::sync::LazyLock;
use tower::ServiceExt as _;
use tower_http::catch_panic::CatchPanic;

use super::items;
use super::problem::{PROBLEM_JSON, Panicked, Problem};
use super::service::REQUEST_ID;
use super::state::AppState;

/// Longest path and query, in bytes.
const MAX_URI_LENGTH: usize = 8 * 1024;

/// What the page may load and do: nothing but its own files and our answers. No `unsafe-inline`.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; \
     connect-src 'self'; font-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'";

/// The headers of every answer that has none of its own under their names.
static HEADERS: LazyLock<[(HeaderName, HeaderValue); 6]> = LazyLock::new(|| {
    let own = [
        header::ETAG,
        header::LINK,
        header::VARY,
        REQUEST_ID,
        items::NUMBER_MATCHED,
        items::NUMBER_RETURNED,
        items::WITHHELD,
        items::CHANGED,
        items::CONTENT_CRS,
    ];
    let own = own.iter().map(HeaderName::as_str).collect::<Vec<_>>().join(",");
    [
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(CONTENT_SECURITY_POLICY)),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("cross-origin")),
        // Every site may read every answer, with the headers that are ours.
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*")),
        (header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_str(&own).expect("header names are header values")),
    ]
});

/// An answer with the headers of every answer.
pub(super) fn dressed(answer: impl IntoResponse) -> Response {
    let mut response = answer.into_response();
    let headers = response.headers_mut();
    headers.reserve(HEADERS.len() + 4);
    for (name, value) in HEADERS.iter() {
        if !headers.contains_key(name) {
            headers.insert(name, value.clone());
        }
    }
    response
}

/// The routes, behind the bounds.
pub(super) struct Guarded {
    state: AppState,
    routes: CatchPanic<Router, Panicked>,
}

impl Guarded {
    /// These routes.
    pub(super) fn new(state: AppState, routes: Router) -> Self {
        Self { state, routes: CatchPanic::custom(routes, Panicked) }
    }

    /// Refuses what is too long, answers 503 when too much is in flight or takes too long, and turns every bare error answer
    /// into a problem.
    pub(super) async fn answer(&self, request: Request) -> Response {
        dressed(self.bounded(request).await)
    }

    async fn bounded(&self, request: Request) -> Response {
        let length = request.uri().path_and_query().map_or(0, |text| text.as_str().len());
        if length > MAX_URI_LENGTH {
            let detail = format!("path and query are {length} bytes long, the limit is {MAX_URI_LENGTH}");
            return Problem::new(StatusCode::URI_TOO_LONG).detail(detail).into_response();
        }
        let Ok(_permit) = self.state.permits.try_acquire() else {
            return Problem::new(StatusCode::SERVICE_UNAVAILABLE).detail("too many requests are in flight").into_response();
        };
        let routed = self.routes.clone().oneshot(request);
        let Ok(Ok(response)) = tokio::time::timeout(self.state.limits.request_timeout, routed).await else {
            return Problem::new(StatusCode::SERVICE_UNAVAILABLE).detail("the request took too long").into_response();
        };
        let status = response.status();
        let bare = response.headers().get(header::CONTENT_TYPE) != Some(&PROBLEM_JSON);
        if bare && (status.is_client_error() || status.is_server_error()) {
            Problem::new(status).into_response()
        } else {
            response.map(Body::new)
        }
    }
}
