//! Errors on the wire: `application/problem+json` (RFC 9457). The one file that knows which error has which status.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use std::any::Any;
use tower_http::catch_panic::ResponseForPanic;

use crate::domain::DomainError;
use crate::tiles::TileError;

/// Content type of every error.
pub(super) const PROBLEM_JSON: HeaderValue = HeaderValue::from_static("application/problem+json");

/// An error answer.
#[derive(Debug, Serialize)]
pub(super) struct Problem {
    /// Stable address that stands for the kind of problem.
    #[serde(rename = "type")]
    kind: String,
    title: &'static str,
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    /// The query parameter to blame.
    #[serde(skip_serializing_if = "Option::is_none")]
    parameter: Option<String>,
    #[serde(skip)]
    code: StatusCode,
}

/// Why there is no answer to a question: the parameter to blame, and a sentence.
pub type Refusal = (&'static str, String);

impl Problem {
    /// A problem of which the status says all there is to say.
    pub(super) fn new(code: StatusCode) -> Self {
        let title = code.canonical_reason().unwrap_or("Error");
        let kind = format!("urn:harmattan:problem:{}", title.to_ascii_lowercase().replace(' ', "-"));
        Self { kind, title, status: code.as_u16(), detail: None, parameter: None, code }
    }

    /// The same with a sentence on this case.
    pub(super) fn detail(self, detail: impl Into<String>) -> Self {
        Self { detail: Some(detail.into()), ..self }
    }

    /// 400 because of a query parameter.
    pub(super) fn parameter(name: &str, detail: impl ToString) -> Self {
        let problem = Self::new(StatusCode::BAD_REQUEST).detail(detail.to_string());
        Self { parameter: Some(name.to_owned()), ..problem }
    }

    /// 400 because of what a question says.
    pub(super) fn refused((parameter, reason): Refusal) -> Self {
        Self::parameter(parameter, reason)
    }

    /// 404 with what was looked for.
    pub(super) fn missing(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND).detail(detail)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        // A struct of texts and a number always serialises.
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let mut response =
            (self.code, [(header::CONTENT_TYPE, PROBLEM_JSON), (header::CACHE_CONTROL, NO_STORE)], body).into_response();
        if self.code == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}

const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

impl From<TileError> for Problem {
    fn from(error: TileError) -> Self {
        Self::missing(error.to_string())
    }
}

/// The problem of a parameter whose text the domain refused.
pub(super) fn refused(parameter: &str) -> impl FnOnce(DomainError) -> Problem {
    let parameter = parameter.to_owned();
    move |error| Problem::parameter(&parameter, error)
}

/// Answers an address that is none of ours.
pub(super) async fn not_found() -> Problem {
    Problem::missing("there is nothing at this address; GET / lists what there is")
}

/// Answers a method that an address does not take.
pub(super) async fn method_not_allowed() -> Response {
    let mut response =
        Problem::new(StatusCode::METHOD_NOT_ALLOWED).detail("this address takes GET, HEAD and OPTIONS").into_response();
    response.headers_mut().insert(header::ALLOW, ALLOWED);
    response
}

/// The methods every address takes.
pub(super) const ALLOWED: HeaderValue = HeaderValue::from_static("GET, HEAD, OPTIONS");

/// Answers a request whose handler panicked: constant text, the cause goes to the log.
#[derive(Debug, Clone, Copy)]
pub(super) struct Panicked;

impl ResponseForPanic for Panicked {
    type ResponseBody = Body;

    fn response_for_panic(&mut self, cause: Box<dyn Any + Send + 'static>) -> Response {
        let text = cause.downcast_ref::<&str>().map(ToString::to_string).or_else(|| cause.downcast_ref::<String>().cloned());
        tracing::error!(cause = text.as_deref().unwrap_or("unknown"), "a handler panicked");
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR).into_response()
    }
}
