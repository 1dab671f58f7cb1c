//! Conditional requests: a strong `ETag` for each representation, and 304 for the one the client holds.
//!
//! Handlers tag the plain bytes. A compressed answer is another representation (RFC 9110 §8.8.3), so its tag gets the name of
//! the encoding. Compression is lazy: an answer that becomes a 304 here was never compressed.

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;

/// Tags the representation and answers 304 when `If-None-Match` names it.
pub(super) async fn conditional(request: Request, next: Next) -> Response {
    let asked: Vec<HeaderValue> = request.headers().get_all(header::IF_NONE_MATCH).iter().cloned().collect();
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let mut response = next.run(request).await;
    if let Some(tag) = representation_tag(response.headers()) {
        response.headers_mut().insert(header::ETAG, tag.clone());
        if reads && response.status() == StatusCode::OK && names(&asked, &tag) {
            not_modified(&mut response);
        }
    }
    response
}

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
