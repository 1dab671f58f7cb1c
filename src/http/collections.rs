//! `/collections` and what each one says of itself: extent, properties, queryables.

use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use maud::{Markup, PreEscaped, html};
use serde_json::{Map, Value as Json, json};

use super::html::{self, Answered};
use super::links::Link;
use super::negotiate::Accept;
use super::problem::Problem;
use super::reply::{JSON, SCHEMA_JSON};
use super::state::AppState;
use crate::domain::{AdminLevel, Collection, Crs, Field, FieldKind, Instant, Record as _};
use crate::formats::Format;
use crate::store::Snapshot;
use crate::tiles::Sketch;

const GREGORIAN: &str = "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian";
const SCHEMA_TYPES: &[&str] = &["application/schema+json", "application/json"];
const SCHEMA_REL: &str = "http://www.opengis.net/def/rel/ogc/1.0/schema";
const TILESETS_REL: &str = "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector";
const QUERYABLES_REL: &str = "http://www.opengis.net/def/rel/ogc/1.0/queryables";

/// The collection that a path names.
pub(super) fn named(id: &str) -> Result<Collection, Problem> {
    let all = || Collection::ALL.map(Collection::id).join(", ");
    Collection::from_id(id).ok_or_else(|| Problem::missing(format!("there is no collection '{id}'; there are {}", all())))
}

/// `GET /collections`.
pub(super) async fn list(State(state): State<AppState>, RawQuery(query): RawQuery, accept: Accept) -> Result<Response, Problem> {
    let answered = html::asked(query.as_deref(), &accept, &["application/json"])?;
    let (snapshot, base) = (state.snapshot()?, state.base_url());
    if answered == Answered::Html {
        let body = html! {
            @for collection in Collection::ALL {
                h2 { a href={ (base) "/collections/" (collection.id()) "?f=html" } { (collection.title()) } }
                p { (collection.description()) }
            }
        };
        return Ok(html::page(base, "Collections", &[], &body));
    }
    let collections = Collection::ALL.map(|collection| describe(&snapshot, base, collection));
    let links = [
        Link::new(base, "/collections", "self", "application/json"),
        Link::new(base, "/collections?f=html", "alternate", "text/html"),
    ];
    Ok(html::json(JSON, &json!({ "links": links, "collections": collections })))
}

/// `GET /collections/{collection}`.
pub(super) async fn one(
    State(state): State<AppState>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    accept: Accept,
) -> Result<Response, Problem> {
    let collection = named(&id)?;
    let answered = html::asked(query.as_deref(), &accept, &["application/json"])?;
    let (snapshot, base) = (state.snapshot()?, state.base_url());
    Ok(match answered {
        Answered::Json => html::json(JSON, &describe(&snapshot, base, collection)),
        Answered::Html => collection_page(&snapshot, base, collection),
    })
}

fn collection_page(snapshot: &Snapshot, base: &str, collection: Collection) -> Response {
    let path = format!("{base}/collections/{}", collection.id());
    let features = Format::ALL.map(|format| (format.name(), format!("{path}/items?f={}", format.name())));
    let mut sketch = snapshot.extent(collection).map(Sketch::new);
    if let Some(sketch) = &mut sketch {
        snapshot
            .regions()
            .iter()
            .filter(|region| region.level == AdminLevel::Country)
            .for_each(|region| sketch.land(region.shape()));
    }
    let body = html! {
        p { (collection.description()) }
        @if let Some(interval) = snapshot.interval(collection) { p { "From " (interval.start()) " to " (interval.end()) } }
        ul {
            li { a href={ (path) "/items?f=html&limit=100" } { "Features" } ", as " @for (name, href) in &features { a href=(href) { (name) } " " } }
            li { a href={ (path) "/tiles" } { "Tiles" } ", " a href={ (base) "/tiles/" (collection.id()) ".json" } { "TileJSON" } ", " a href={ (base) "/style.json" } { "style" } }
            li { a href={ (path) "/schema" } { "Schema" } ", " a href={ (path) "/queryables" } { "queryables" } " (JSON Schema)" }
        }
        @if let Some(sketch) = sketch { (PreEscaped(sketch.svg())) }
        h2 { "Properties" }
        (properties_table(collection.fields().iter()))
    };
    html::page(base, collection.title(), &[("/collections?f=html", "Collections")], &body)
}

fn properties_table<'a>(fields: impl Iterator<Item = &'a Field>) -> Markup {
    html! {
        div.wide {
            table {
                tr { th { "Name" } th { "Kind" } th { "Can be asked for" } th { "Meaning" } }
                @for field in fields {
                    @let schema = property_schema(field.kind);
                    tr {
                        td { code { (field.name) } }
                        td {
                            @if let FieldKind::Word(words) = field.kind { (words.join(" | ")) }
                            @else { (schema["format"].as_str().or(schema["type"].as_str()).unwrap_or("text")) }
                        }
                        td { (if field.queryable { "yes" } else { "no" }) }
                        td { (field.description) }
                    }
                }
            }
        }
    }
}

/// `GET /collections/{collection}/schema`: every property (OGC API – Features part 5).
pub(super) async fn schema(
    State(state): State<AppState>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    accept: Accept,
) -> Result<Response, Problem> {
    let collection = named(&id)?;
    let answered = html::asked(query.as_deref(), &accept, SCHEMA_TYPES)?;
    if answered == Answered::Html {
        return Ok(fields_page(state.base_url(), collection, "Schema", collection.fields().iter()));
    }
    let mut properties = Map::new();
    properties.insert("id".to_owned(), json!({ "type": "string", "title": "Feature id", "x-ogc-role": "id" }));
    insert_properties(&mut properties, collection, collection.fields().iter());
    Ok(html::json(SCHEMA_JSON, &document(state.base_url(), collection, "schema", properties)))
}

/// `GET /collections/{collection}/queryables`: what can be asked for as a parameter (part 3).
pub(super) async fn queryables(
    State(state): State<AppState>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    accept: Accept,
) -> Result<Response, Problem> {
    let collection = named(&id)?;
    let answered = html::asked(query.as_deref(), &accept, SCHEMA_TYPES)?;
    let queryables = || collection.fields().iter().filter(|field| field.queryable);
    if answered == Answered::Html {
        return Ok(fields_page(state.base_url(), collection, "Queryables", queryables()));
    }
    let mut properties = Map::new();
    insert_properties(&mut properties, collection, queryables());
    Ok(html::json(SCHEMA_JSON, &document(state.base_url(), collection, "queryables", properties)))
}

fn fields_page<'a>(base: &str, collection: Collection, title: &str, fields: impl Iterator<Item = &'a Field>) -> Response {
    let path = format!("/collections/{}?f=html", collection.id());
    html::page(base, title, &[("/collections?f=html", "Collections"), (&path, collection.title())], &properties_table(fields))
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
            Link::new(base, &format!("{path}?f=html"), "alternate", "text/html"),
            Link::new(base, &format!("{path}/items"), "items", "application/geo+json"),
            Link::new(base, &format!("{path}/items?f=html"), "items", "text/html"),
            Link::new(base, &format!("{path}/items?f=geojsonseq"), "items", "application/geo+json-seq"),
            Link::new(base, &format!("{path}/items?f=csv"), "items", "text/csv; charset=utf-8"),
            Link::new(base, &format!("{path}/items?f=fgb"), "items", "application/flatgeobuf"),
            Link::new(base, &format!("{path}/items?f=arrow"), "items", "application/vnd.apache.arrow.stream"),
            Link::new(base, &format!("{path}/tiles"), TILESETS_REL, "application/json"),
            Link::new(base, &format!("{path}/schema"), SCHEMA_REL, "application/schema+json"),
            Link::new(base, &format!("{path}/schema"), "describedby", "application/schema+json"),
            Link::new(base, "/datasets", "license", "application/json"),
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

/// What JSON Schema says of the values of a property.
pub(super) fn property_schema(kind: FieldKind) -> Json {
    match kind {
        FieldKind::Text => json!({ "type": "string" }),
        FieldKind::Word(words) => json!({ "type": "string", "enum": words }),
        FieldKind::Integer => json!({ "type": "integer" }),
        FieldKind::Number => json!({ "type": "number" }),
        FieldKind::Date => json!({ "type": "string", "format": "date" }),
        FieldKind::Moment => json!({ "type": "string", "anyOf": [{ "format": "date" }, { "format": "date-time" }] }),
        FieldKind::Instant => json!({ "type": "string", "format": "date-time" }),
        FieldKind::TextList => json!({ "type": "array", "items": { "type": "string" } }),
    }
}

fn insert_properties<'a>(properties: &mut Map<String, Json>, collection: Collection, fields: impl Iterator<Item = &'a Field>) {
    let geometry =
        json!({ "title": "Geometry in CRS84", "x-ogc-role": "primary-geometry", "format": collection.geometry_format() });
    properties.insert("geometry".to_owned(), geometry);
    for field in fields {
        let mut property = property_schema(field.kind);
        property["title"] = json!(field.description);
        match field.name {
            "date_start" | "valid_from" => property["x-ogc-role"] = json!("primary-interval-start"),
            "date_end" | "valid_to" => property["x-ogc-role"] = json!("primary-interval-end"),
            _ => {}
        }
        properties.insert(field.name.to_owned(), property);
    }
}
