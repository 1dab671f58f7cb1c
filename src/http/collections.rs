//! `/collections` and what each one says of itself: extent, properties, queryables.

use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::{Map, Value as Json, json};

use super::links::Link;
use super::negotiate::no_parameters;
use super::problem::Problem;
use super::reply::{self, JSON, SCHEMA_JSON};
use super::state::AppState;
use crate::domain::{Collection, Crs, Field, FieldKind, Instant};
use crate::store::Snapshot;

const GREGORIAN: &str = "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian";
const SCHEMA_REL: &str = "http://www.opengis.net/def/rel/ogc/1.0/schema";
const TILESETS_REL: &str = "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector";
const QUERYABLES_REL: &str = "http://www.opengis.net/def/rel/ogc/1.0/queryables";

/// The collection that a path names.
pub(super) fn named(id: &str) -> Result<Collection, Problem> {
    let all = || Collection::ALL.map(Collection::id).join(", ");
    Collection::from_id(id).ok_or_else(|| Problem::missing(format!("there is no collection '{id}'; there are {}", all())))
}

/// `GET /collections`.
pub(super) async fn list(
    State(state): State<AppState>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    no_parameters(query.as_deref(), &headers, "application/json")?;
    let snapshot = state.snapshot()?;
    let collections = Collection::ALL.map(|collection| describe(&snapshot, state.base_url(), collection));
    let links = [Link::new(state.base_url(), "/collections", "self", "application/json")];
    Ok(reply::json(JSON, &json!({ "links": links, "collections": collections })))
}

/// `GET /collections/{collection}`.
pub(super) async fn one(
    State(state): State<AppState>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let collection = named(&id)?;
    no_parameters(query.as_deref(), &headers, "application/json")?;
    Ok(reply::json(JSON, &describe(&*state.snapshot()?, state.base_url(), collection)))
}

/// `GET /collections/{collection}/schema`: every property (OGC API – Features part 5).
pub(super) async fn schema(
    State(state): State<AppState>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let collection = named(&id)?;
    no_parameters(query.as_deref(), &headers, "application/schema+json")?;
    let mut properties = Map::new();
    properties.insert("id".to_owned(), json!({ "type": "string", "title": "Feature id", "x-ogc-role": "id" }));
    insert_properties(&mut properties, collection, collection.fields().iter());
    Ok(reply::json(SCHEMA_JSON, &document(state.base_url(), collection, "schema", properties)))
}

/// `GET /collections/{collection}/queryables`: what can be asked for as a parameter (part 3).
pub(super) async fn queryables(
    State(state): State<AppState>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let collection = named(&id)?;
    no_parameters(query.as_deref(), &headers, "application/schema+json")?;
    let mut properties = Map::new();
    insert_properties(&mut properties, collection, collection.fields().iter().filter(|field| field.queryable));
    Ok(reply::json(SCHEMA_JSON, &document(state.base_url(), collection, "queryables", properties)))
}

fn describe(snapshot: &Snapshot, base: &str, collection: Collection) -> Json {
    let path = format!("/collections/{}", collection.id());
    let mut extent = Map::new();
    if let Some(bbox) = snapshot.extent(collection) {
        let bbox = [bbox.west(), bbox.south(), bbox.east(), bbox.north()];
        extent.insert("spatial".to_owned(), json!({ "bbox": [bbox], "crs": Crs::Crs84.uri() }));
    }
    if let Some(interval) = snapshot.interval(collection) {
        let end = |instant: Instant, open| if instant == open { Json::Null } else { json!(instant.to_string()) };
        let interval = [end(interval.start(), Instant::MIN), end(interval.end(), Instant::MAX)];
        extent.insert("temporal".to_owned(), json!({ "interval": [interval], "trs": GREGORIAN }));
    }
    json!({
        "id": collection.id(),
        "title": collection.title(),
        "description": collection.description(),
        "itemType": "feature",
        "extent": extent,
        "crs": Crs::ALL.map(Crs::uri),
        "storageCrs": Crs::Crs84.uri(),
        "links": [
            Link::new(base, &path, "self", "application/json"),
            Link::new(base, &format!("{path}/items"), "items", "application/geo+json"),
            Link::new(base, &format!("{path}/tiles"), TILESETS_REL, "application/json"),
            Link::new(base, &format!("{path}/schema"), SCHEMA_REL, "application/schema+json"),
            Link::new(base, &format!("{path}/queryables"), QUERYABLES_REL, "application/schema+json"),
        ],
    })
}

fn document(base: &str, collection: Collection, name: &str, properties: Map<String, Json>) -> Json {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": format!("{base}/collections/{}/{name}", collection.id()),
        "type": "object",
        "title": collection.title(),
        "description": collection.description(),
        "properties": properties,
        "additionalProperties": false,
    })
}

fn insert_properties<'a>(properties: &mut Map<String, Json>, collection: Collection, fields: impl Iterator<Item = &'a Field>) {
    let geometry =
        json!({ "title": "Geometry in CRS84", "x-ogc-role": "primary-geometry", "format": collection.geometry_format() });
    properties.insert("geometry".to_owned(), geometry);
    for field in fields {
        let mut property = match field.kind {
            FieldKind::Text => json!({ "type": "string" }),
            FieldKind::Word(words) => json!({ "type": "string", "enum": words }),
            FieldKind::Integer => json!({ "type": "integer" }),
            FieldKind::Number => json!({ "type": "number" }),
            FieldKind::Date => json!({ "type": "string", "format": "date" }),
            FieldKind::Moment => json!({ "type": "string", "anyOf": [{ "format": "date" }, { "format": "date-time" }] }),
            FieldKind::Instant => json!({ "type": "string", "format": "date-time" }),
            FieldKind::TextList => json!({ "type": "array", "items": { "type": "string" } }),
        };
        property["title"] = json!(field.description);
        match field.name {
            "date_start" | "valid_from" => property["x-ogc-role"] = json!("primary-interval-start"),
            "date_end" | "valid_to" => property["x-ogc-role"] = json!("primary-interval-end"),
            _ => {}
        }
        properties.insert(field.name.to_owned(), property);
    }
}
