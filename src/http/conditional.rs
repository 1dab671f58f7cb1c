//! Conditional requests: a strong `ETag` for each representation, and 304 for the one the client holds.
//!
//! Handlers tag the plain bytes. A compressed answer is another representation (RFC 9110 §8.8.3), so its tag gets the name of
//! the encoding.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;

/// Makes an answer one that says: what you hold is what I would send.
pub(super) fn not_modified(response: &mut Response) {
    *response.status_mut() = StatusCode::NOT_MODIFIED;
    *response.body_mut() = Body::empty();
    for name in [header::CONTENT_LENGTH, header::CONTENT_TYPE, header::CONTENT_ENCODING] {
        response.headers_mut().remove(name);
    }
}

/// The tag of the representation: the handler's, with the encoding's name in it.
pub(super) fn representation_tag(headers: &HeaderMap) -> Option<HeaderValue> {
    let tag = headers.get(header::ETAG)?;
    let Some(encoding) = headers.get(header::CONTENT_ENCODING) else { return Some(tag.clone()) };
    let plain = tag.to_str().ok()?.strip_suffix('"')?;
    HeaderValue::from_str(&format!("{plain}-{}\"", encoding.to_str().ok()?)).ok()
}

/// Whether `If-None-Match` names the tag. The comparison is the weak one (RFC 9110 §13.1.2).
pub(super) fn names(asked: &[HeaderValue], tag: &HeaderValue) -> bool {
    let Ok(tag) = tag.to_str() else { return false };
    let values = asked.iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(','));
    values.map(str::trim).any(|value| value == "*" || value.strip_prefix("W/").unwrap_or(value) == tag)
}
