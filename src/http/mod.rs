//! The server: requests in, GeoJSON and JSON out. Every route and every layer stands on this page.
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
mod state;
mod stream;
mod style;
mod tiles;
mod tilesets;

use axum::Router;
use axum::http::header::{self, HeaderName, HeaderValue};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::get;
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::{CompressionLayer, CompressionLevel};
use tower_http::cors::{Any, CorsLayer};
use tower_http::set_header::SetResponseHeaderLayer;

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
pub use state::{AppState, Clock};

/// What the page may load and do: nothing but its own files and our answers. No `unsafe-inline`.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; \
     connect-src 'self'; font-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'";

/// The whole server as one service.
pub fn router(state: AppState) -> Router {
    // Rows: what these answer depends on who asks, where a dataset may not be passed on. They are tagged, compressed and kept by the cache.
    let rows = Router::new()
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
        .route_layer(from_fn_with_state(state.clone(), audience::decide));
    let others = Router::new()
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
        // Level 4 is what fits on the request path: brotli at 4 and gzip at 4 run at about 100 MB/s.
        .layer(
            ServiceBuilder::new()
                .layer(from_fn(conditional::conditional))
                .layer(CompressionLayer::new().quality(CompressionLevel::Precise(4))),
        );

    let routes = rows
        .merge(others)
        .fallback(problem::not_found)
        .method_not_allowed_fallback(problem::method_not_allowed)
        .with_state(state.clone());
    let header =
        |name: HeaderName, value: &'static str| SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value));
    // From the outside in: a request passes them from top to bottom, its answer from bottom to top. They stand around the routes and not in
    // each of them, so that an answer that is kept is sent before a route is looked for.
    let layered = ServiceBuilder::new()
        .layer(from_fn(guard::identify))
        .layer(from_fn_with_state(state.clone(), cache::replay))
        .layer(header(header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY))
        .layer(header(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(header(header::REFERRER_POLICY, "no-referrer"))
        .layer(header(HeaderName::from_static("cross-origin-resource-policy"), "cross-origin"))
        .layer(
            CorsLayer::new()
                .allow_origin(Any)
                .allow_methods([axum::http::Method::GET, axum::http::Method::HEAD, axum::http::Method::OPTIONS])
                .allow_headers(Any)
                .expose_headers([
                    header::ETAG,
                    header::LINK,
                    header::VARY,
                    guard::REQUEST_ID,
                    items::NUMBER_MATCHED,
                    items::NUMBER_RETURNED,
                    items::WITHHELD,
                    items::CHANGED,
                    items::CONTENT_CRS,
                ]),
        )
        .layer(from_fn_with_state(state, guard::bound))
        .layer(CatchPanicLayer::custom(problem::panicked))
        .service(routes);
    Router::new().fallback_service(layered)
}
