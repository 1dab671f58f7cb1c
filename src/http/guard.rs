//! What every request passes first: an id and a log line, then the bounds on length, time and number.

use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant as Stopwatch;

use super::problem::{ALLOWED, PROBLEM_JSON, Problem};
use super::state::AppState;

/// Header with the id of the request, in the answer and in the log.
pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Longest path and query, in bytes.
const MAX_URI_LENGTH: usize = 8 * 1024;

/// Gives the request an id and writes one log line when it is answered.
pub(super) async fn identify(request: Request, next: Next) -> Response {
    static COUNTER: AtomicU64 = AtomicU64::new(1);
    let id = format!("{:x}-{:x}", std::process::id(), COUNTER.fetch_add(1, Ordering::Relaxed));
    let (method, uri) = (request.method().clone(), request.uri().clone());
    let begun = Stopwatch::now();
    let mut response = next.run(request).await;
    if method == Method::OPTIONS {
        response.headers_mut().insert(header::ALLOW, ALLOWED);
    }
    let status = response.status();
    tracing::info!(id, %method, path = uri.path(), query = uri.query(), status = status.as_u16(), elapsed_us = begun.elapsed().as_micros(), "answered");
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

/// Refuses what is too long, answers 503 when too much is in flight or takes too long, and turns every bare error answer
/// into a problem.
pub(super) async fn bound(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let length = request.uri().path_and_query().map_or(0, |text| text.as_str().len());
    if length > MAX_URI_LENGTH {
        let detail = format!("path and query are {length} bytes long, the limit is {MAX_URI_LENGTH}");
        return Problem::new(StatusCode::URI_TOO_LONG).detail(detail).into_response();
    }
    let Ok(_permit) = state.permits.try_acquire() else {
        return Problem::new(StatusCode::SERVICE_UNAVAILABLE).detail("too many requests are in flight").into_response();
    };
    let Ok(response) = tokio::time::timeout(state.limits.request_timeout, next.run(request)).await else {
        return Problem::new(StatusCode::SERVICE_UNAVAILABLE).detail("the request took too long").into_response();
    };
    let status = response.status();
    let bare = response.headers().get(header::CONTENT_TYPE) != Some(&PROBLEM_JSON);
    if bare && (status.is_client_error() || status.is_server_error()) { Problem::new(status).into_response() } else { response }
}
