//! What there is of tiles: TileJSON for web maps, and the tile sets of OGC API – Tiles.

use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use serde_json::{Value as Json, json};

use super::collections::named;
use super::links::Link;
use super::negotiate::{Accept, no_parameters};
use super::problem::Problem;
use super::reply::{self, JSON};
use super::state::AppState;
use super::style;
use crate::domain::{Bbox, Collection};
use crate::store::{Snapshot, vector_layers};
use crate::tiles::{TileSet, mvt};

const WEB_MERCATOR_QUAD: &str = "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad";
const EPSG_3857: &str = "http://www.opengis.net/def/crs/EPSG/0/3857";
const SCHEME_REL: &str = "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme";

/// `GET /tiles/{collection}.json`: TileJSON 3.0. The addresses in it name the state of the store: they may be kept for ever.
pub(super) async fn tilejson(
    State(state): State<AppState>,
    Path(file): Path<String>,
    RawQuery(query): RawQuery,
    accept: Accept,
) -> Result<Response, Problem> {
    let id = file.strip_suffix(".json").ok_or_else(|| Problem::missing("tile sets are at /tiles/{collection}.json"))?;
    let collection = named(id)?;
    no_parameters(query.as_deref(), &accept, "application/json")?;
    let snapshot = state.snapshot()?;
    let attribution = attribution(&snapshot);
    let set = TileSet {
        description: collection.description(),
        attribution: &attribution,
        bounds: snapshot.extent(collection).unwrap_or(Bbox::WORLD),
        layers: vector_layers(collection),
        ..TileSet::new(collection.title())
    };
    let tiles = format!("{}/tiles/{}/{{z}}/{{x}}/{{y}}.mvt?v={}", state.base_url(), collection.id(), snapshot.generation());
    Ok(reply::tagged(JSON, set.tilejson(&[&tiles])))
}

/// `GET /collections/{collection}/tiles`: the tile sets there are, which is one.
pub(super) async fn list(
    State(state): State<AppState>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    accept: Accept,
) -> Result<Response, Problem> {
    let collection = named(&id)?;
    no_parameters(query.as_deref(), &accept, "application/json")?;
    let path = format!("/collections/{}/tiles", collection.id());
    let links = [Link::new(state.base_url(), &path, "self", "application/json")];
    let set = tileset(&*state.snapshot()?, state.base_url(), collection);
    Ok(reply::json(JSON, &json!({ "links": links, "tilesets": [set] })))
}

/// `GET /collections/{collection}/tiles/WebMercatorQuad`.
pub(super) async fn one(
    State(state): State<AppState>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    accept: Accept,
) -> Result<Response, Problem> {
    let collection = named(&id)?;
    no_parameters(query.as_deref(), &accept, "application/json")?;
    Ok(reply::json(JSON, &tileset(&*state.snapshot()?, state.base_url(), collection)))
}

/// The lines to show beside the data, each once.
fn attribution(snapshot: &Snapshot) -> String {
    let mut lines: Vec<&str> = Vec::new();
    for dataset in snapshot.datasets() {
        if !lines.contains(&dataset.attribution.as_str()) {
            lines.push(&dataset.attribution);
        }
    }
    lines.join("; ")
}

fn tileset(snapshot: &Snapshot, base: &str, collection: Collection) -> Json {
    let path = format!("/collections/{}/tiles/WebMercatorQuad", collection.id());
    let tiles = format!("{path}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}");
    let [west, south, east, north] =
        TileSet { bounds: snapshot.extent(collection).unwrap_or(Bbox::WORLD), ..TileSet::new("") }.corners();
    let template = |media_type: &str, form: &str| json!({ "href": format!("{base}{tiles}?f={form}"), "rel": "item", "type": media_type, "templated": true });
    json!({
        "title": collection.title(),
        "description": collection.description(),
        "dataType": "vector",
        "crs": EPSG_3857,
        "tileMatrixSetURI": WEB_MERCATOR_QUAD,
        "attribution": attribution(snapshot),
        "boundingBox": { "lowerLeft": [west, south], "upperRight": [east, north], "crs": "http://www.opengis.net/def/crs/OGC/1.3/CRS84" },
        "centerPoint": { "coordinates": [f64::midpoint(west, east), f64::midpoint(south, north)], "tileMatrix": "4" },
        "layers": [{ "id": collection.id(), "title": collection.title(), "dataType": "vector" }],
        "links": [
            Link::new(base, &path, "self", "application/json"),
            json!({ "href": WEB_MERCATOR_QUAD, "rel": SCHEME_REL, "type": "application/json" }),
            Link::new(base, &format!("/tiles/{}.json", collection.id()), "describedby", "application/json"),
            Link::new(base, "/style.json", "stylesheet", style::MEDIA_TYPE),
            template(mvt::MEDIA_TYPE, "mvt"),
            template("application/geo+json", "json"),
        ],
    })
}
