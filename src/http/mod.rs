//! The server: requests in, GeoJSON and JSON out. Every route stands on this page; `service` is the way to them.
//!
//! Handlers turn text into domain terms (`params`), ask a snapshot of the store, and write the answer. No SQL and no
//! geometry arithmetic here. `problem` alone knows status codes. Work that may take more than a few microseconds
//! (`items`, `tiles`, `playback`) runs on the blocking threads, never on the async ones.

mod aggregate;
mod analytics;
mod assets;
mod audience;
mod cache;
mod collections;
mod conditional;
mod conformance;
mod corridors;
mod encoding;
mod error;
mod feature_pages;
mod front;
mod guard;
mod health;
mod html;
mod items;
mod landing;
mod links;
mod lists;
mod locate;
mod negotiate;
mod openapi;
mod params;
mod playback;
mod preview;
mod problem;
mod reply;
mod server;
mod service;
mod state;
mod stream;
mod style;
mod tiles;
mod tilesets;

use axum::Router;
use axum::routing::get;

pub use analytics::{ControlQuestion, control_document, control_text};
pub use audience::Restricted;
pub use corridors::{
    CorridorQuestion, CorridorSeriesQuestion, Step, corridor_document, corridor_series, corridor_series_text, corridor_targets,
    corridor_text,
};
pub use error::ServeError;
pub use front::{FrontQuestion, front_actors, front_document, front_text};
pub use problem::Refusal;
pub use server::{Limits, serve};
pub use service::Service;
pub use state::{AppState, Clock};

/// The whole server as one service.
pub fn router(state: AppState) -> Service {
    let routes = Router::new()
        // Rows: what these answer depends on who asks, where a dataset may not be passed on (`audience::shows_rows`).
        .route("/collections/{collection}/items", get(items::items))
        .route("/collections/{collection}/items/{id}", get(items::item))
        .route("/collections/{collection}/items/{id}/revisions", get(items::revisions))
        .route("/collections/{collection}/aggregate", get(aggregate::aggregate))
        .route("/collections/{collection}/tiles/WebMercatorQuad/{z}/{row}/{col}", get(tiles::ogc_tile))
        .route("/tiles/{collection}/{z}/{x}/{y}", get(tiles::tile))
        .route("/playback/incidents", get(playback::incidents))
        .route("/playback/control", get(playback::control))
        .route("/playback/corridors", get(playback::corridors))
        .route("/playback/front", get(front::playback))
        .route("/analytics/front", get(front::front))
        .route("/analytics/control", get(analytics::control))
        .route("/analytics/control/places", get(analytics::places))
        .route("/analytics/control/series", get(analytics::series))
        .route("/analytics/corridors", get(corridors::corridors))
        .route("/analytics/corridors/series", get(corridors::series))
        // What describes them, and the page.
        .route("/", get(landing::landing))
        .route("/favicon.svg", get(assets::favicon))
        .route("/preview.png", get(preview::preview))
        .route("/sw.js", get(assets::worker))
        .route("/manifest.webmanifest", get(assets::manifest))
        .route("/assets/{*path}", get(assets::asset))
        .route("/pages.css", get(html::style))
        .route("/conformance", get(conformance::conformance))
        .route("/api", get(openapi::api))
        .route("/api.html", get(openapi::api_html))
        .route("/style.json", get(style::style))
        .route("/collections", get(collections::list))
        .route("/collections/{collection}", get(collections::one))
        .route("/collections/{collection}/schema", get(collections::schema))
        .route("/collections/{collection}/queryables", get(collections::queryables))
        .route("/locate", get(locate::locate))
        .route("/tiles/{file}", get(tilesets::tilejson))
        .route("/collections/{collection}/tiles", get(tilesets::list))
        .route("/collections/{collection}/tiles/WebMercatorQuad", get(tilesets::one))
        .route("/actors", get(lists::actors))
        .route("/datasets", get(lists::datasets))
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready))
        .fallback(problem::not_found)
        .method_not_allowed_fallback(problem::method_not_allowed)
        .with_state(state.clone());
    Service::new(state, routes)
}
