//! Probes for whoever keeps the server running.

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::problem::Problem;
use super::state::AppState;

/// `GET /health/live`: the process answers.
pub(super) async fn live() -> Response {
    status("live", None)
}

/// `GET /health/ready`: there is something to serve.
pub(super) async fn ready(State(state): State<AppState>) -> Result<Response, Problem> {
    let generation = state.snapshot()?.generation();
    if generation == 0 {
        return Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE).detail("nothing has been loaded yet"));
    }
    Ok(status("ready", Some(generation)))
}

fn status(word: &str, generation: Option<u64>) -> Response {
    let body = serde_json::json!({ "status": word, "generation": generation }).to_string();
    let json = HeaderValue::from_static("application/json");
    ([(header::CONTENT_TYPE, json), (header::CACHE_CONTROL, HeaderValue::from_static("no-store"))], body).into_response()
}
