//! `/style.json`: how a map may draw the vector tiles, in the style language of MapLibre (version 8). It names no font and no image, so
//! that nothing is asked of another host; hues are those of the page.

use axum::extract::{RawQuery, State};
use axum::http::HeaderValue;
use axum::response::Response;
use serde_json::{Map, Value as Json, json};

use super::negotiate::{Accept, no_parameters};
use super::problem::Problem;
use super::reply;
use super::state::AppState;
use crate::domain::Collection;

/// A style of MapLibre and Mapbox.
pub(super) const MEDIA_TYPE: &str = "application/vnd.mapbox.style+json";

/// Reported status of a road and its hue.
const ROADS: [(&str, &str); 6] = [
    ("open", "#4c6b78"),
    ("disrupted", "#c98a00"),
    ("escort_only", "#a3560f"),
    ("blocked", "#a3123f"),
    ("cut", "#54001f"),
    ("unknown", "#9b958a"),
];

/// `GET /style.json`.
pub(super) async fn style(State(state): State<AppState>, RawQuery(query): RawQuery, accept: Accept) -> Result<Response, Problem> {
    no_parameters(query.as_deref(), &accept, MEDIA_TYPE)?;
    Ok(reply::json(HeaderValue::from_static(MEDIA_TYPE), &document(state.base_url())))
}

fn document(base: &str) -> Json {
    let source = |collection: Collection| {
        (collection.id().to_owned(), json!({ "type": "vector", "url": format!("{base}/tiles/{}.json", collection.id()) }))
    };
    let sources: Map<String, Json> = Collection::ALL.into_iter().map(source).collect();
    let layer = |id: &str, kind: &str, collection: &str, paint: Json| json!({ "id": id, "type": kind, "source": collection, "source-layer": collection, "paint": paint });
    let mut hues = vec![json!("match"), json!(["get", "status"])];
    hues.extend(ROADS.iter().flat_map(|(status, hue)| [json!(status), json!(hue)]));
    hues.push(json!("#9b958a"));
    let states = json!(["==", ["get", "level"], 0]);
    let mut land = layer("land", "fill", "regions", json!({ "fill-color": "#f7f3ea" }));
    land["filter"] = states.clone();
    let mut borders = layer("borders", "line", "regions", json!({ "line-color": "#a2957f", "line-width": 1.2 }));
    borders["filter"] = states;
    let mut regions = layer("regions", "line", "regions", json!({ "line-color": "#d3c8b5", "line-width": 0.6 }));
    regions["filter"] = json!(["==", ["get", "level"], 1]);
    let count = json!(["coalesce", ["get", "point_count"], 1]);
    let radius = json!(["interpolate", ["linear"], ["sqrt", count], 1, 3, 100, 24]);
    json!({
        "version": 8,
        "name": "Harmattan",
        "metadata": { "description": "A road's status and who was reported to hold a place are those of the tiles' datetime; no status vouches for a road." },
        "center": [-1.0, 14.5],
        "zoom": 4.5,
        "sources": sources,
        "layers": [
            { "id": "sea", "type": "background", "paint": { "background-color": "#dbe4e6" } },
            land,
            regions,
            borders,
            layer("corridors", "line", "corridors", json!({ "line-color": hues, "line-width": 2 })),
            layer("incidents", "circle", "incidents", json!({ "circle-color": "#7a4b14", "circle-opacity": 0.45, "circle-radius": radius })),
            layer("control", "circle", "control", json!({ "circle-color": "#fffdf8", "circle-radius": 3, "circle-stroke-color": "#26221c", "circle-stroke-width": 1 })),
            layer("places", "circle", "places", json!({ "circle-color": "#655d50", "circle-radius": 1.5 })),
        ],
    })
}
