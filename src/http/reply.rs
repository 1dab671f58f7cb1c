//! Answers: bytes with their media type, a strong tag and how long they may be kept.

use axum::body::Bytes;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use xxhash_rust::xxh3::xxh3_128;

/// JSON.
pub(super) const JSON: HeaderValue = HeaderValue::from_static("application/json");
/// GeoJSON (RFC 7946).
pub(super) const GEO_JSON: HeaderValue = HeaderValue::from_static("application/geo+json");
/// JSON Schema.
pub(super) const SCHEMA_JSON: HeaderValue = HeaderValue::from_static("application/schema+json");

/// To be asked about again each time: the data may have changed.
pub(super) const REVALIDATE: HeaderValue = HeaderValue::from_static("public, no-cache");
/// Never changes under its address.
pub(super) const IMMUTABLE: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

/// An answer that the client may keep and must ask about again.
pub(super) fn tagged(content_type: HeaderValue, body: impl Into<Vec<u8>>) -> Response {
    let mut body = body.into();
    // It may be kept for long: room that was made for more would be kept with it.
    body.shrink_to_fit();
    let hash = xxh3_128(&body);
    with_tag(content_type, hash, Bytes::from(body).into_response())
}

/// The same of an answer whose bytes have that hash.
pub(super) fn with_tag(content_type: HeaderValue, hash: u128, mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, content_type);
    headers.insert(header::CACHE_CONTROL, REVALIDATE);
    if let Ok(tag) = HeaderValue::try_from(quoted_hex(hash)) {
        headers.insert(header::ETAG, tag);
    }
    response
}

/// A hash as a tag: 32 hexadecimal digits in quotes. Every answer has one, and the general formatter takes four times as long.
fn quoted_hex(hash: u128) -> Vec<u8> {
    let mut text = Vec::with_capacity(34);
    text.push(b'"');
    for byte in hash.to_be_bytes() {
        text.extend([byte >> 4, byte & 15].map(|digit| b"0123456789abcdef"[usize::from(digit)]));
    }
    text.push(b'"');
    text
}

/// A value as JSON.
pub(super) fn json(content_type: HeaderValue, value: &impl Serialize) -> Response {
    match serde_json::to_vec(value) {
        Ok(body) => tagged(content_type, body),
        Err(error) => {
            tracing::error!(%error, "an answer could not be written as JSON");
            super::problem::Problem::new(axum::http::StatusCode::INTERNAL_SERVER_ERROR).into_response()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_the_hash_in_hexadecimal() {
        for hash in [0, 1, u128::MAX, 0x0123_4567_89ab_cdef_0011_2233_4455_6677] {
            assert_eq!(String::from_utf8(quoted_hex(hash)).unwrap(), format!("\"{hash:032x}\""));
        }
    }
}
