//! `/api` and `/api.html`: the description of this API in OpenAPI 3.0, made from the tables of properties and limits that the code works
//! with, one path a collection so that each names its own queryables.
//!
//! A route that is not described here fails the test `every_route_is_described`.

use axum::extract::{RawQuery, State};
use axum::http::HeaderValue;
use axum::response::Response;
use maud::html;
use serde_json::{Map, Value as Json, json};

use super::collections::property_schema;
use super::html::{self, Answered};
use super::negotiate::Accept;
use super::params::Params;
use super::preview;
use super::problem::Problem;
use super::state::AppState;
use crate::domain::{Collection, Crs, Limit};
use crate::formats::Format;
use crate::tiles::{MAX_ZOOM, mvt};

/// OpenAPI 3.0 as JSON.
pub(super) const MEDIA_TYPE: &str = "application/vnd.oai.openapi+json;version=3.0";
const BARE_MEDIA_TYPE: &str = "application/vnd.oai.openapi+json";

/// `GET /api`.
pub(super) async fn api(State(state): State<AppState>, RawQuery(query): RawQuery, accept: Accept) -> Result<Response, Problem> {
    let answered = html::asked(query.as_deref(), &accept, &[BARE_MEDIA_TYPE, "application/json"])?;
    let document = document(state.base_url());
    Ok(match answered {
        Answered::Json => html::json(HeaderValue::from_static(MEDIA_TYPE), &document),
        Answered::Html => page(state.base_url(), &document),
    })
}

/// `GET /api.html`.
pub(super) async fn api_html(State(state): State<AppState>, RawQuery(query): RawQuery) -> Result<Response, Problem> {
    let mut params = Params::parse(query.as_deref())?;
    // The address says the form; f=html changes nothing.
    if let Some(other) = params.take("f")?.filter(|form| form != "html") {
        return Err(Problem::parameter("f", format!("'{other}' is at /api")));
    }
    params.finish()?;
    Ok(page(state.base_url(), &document(state.base_url())))
}

/// An operation: what is asked, with which parameters, and what is answered.
struct Operation {
    path: String,
    id: String,
    tag: &'static str,
    summary: String,
    parameters: Vec<Json>,
    /// Media types of the answer, each with the schema of its content.
    answers: Vec<(&'static str, Json)>,
    /// Whether there may be nothing (204).
    empty: bool,
}

fn reference(kind: &str, name: &str) -> Json {
    json!({ "$ref": format!("#/components/{kind}/{name}") })
}

fn parameter(name: &str) -> Json {
    reference("parameters", name)
}

fn schema(name: &str) -> Json {
    reference("schemas", name)
}

fn path_parameter(name: &str, description: &str, schema: Json, example: Json) -> Json {
    json!({ "name": name, "in": "path", "required": true, "description": description, "schema": schema, "example": example })
}

fn asked(name: &str, description: &str, schema: Json, example: Json) -> Json {
    json!({ "name": name, "in": "query", "description": description, "schema": schema, "example": example })
}

/// A parameter that must be there.
fn required(parameter: Json) -> Json {
    let mut parameter = parameter;
    parameter["required"] = json!(true);
    parameter
}

/// A day as a parameter.
fn day(name: &str, description: &str) -> Json {
    asked(name, description, json!({ "type": "string", "format": "date" }), json!("2025-10-15"))
}

/// What all questions for shares have.
fn of_shares() -> Vec<Json> {
    vec![
        form(&["json"]),
        asked(
            "level",
            "0 states, 1 first-level regions; without it that of `region`, else 0",
            json!({ "type": "integer", "enum": [0, 1] }),
            json!(1),
        ),
        asked("region", "Id of one state or region", json!({ "type": "string" }), json!("ML-7")),
        asked(
            "by",
            "actor: control and influence together; status: apart",
            json!({ "type": "string", "enum": ["actor", "status"], "default": "actor" }),
            json!("status"),
        ),
    ]
}

/// `f`, with the forms that an address has.
fn form(names: &[&str]) -> Json {
    json!({ "name": "f", "in": "query", "description": "The form of the answer, before what Accept asks.", "style": "form", "explode": false, "schema": { "type": "string", "enum": names } })
}

fn binary() -> Json {
    json!({ "type": "string", "format": "binary" })
}

fn json_or_html(content: Json) -> Vec<(&'static str, Json)> {
    vec![("application/json", content), ("text/html", json!({ "type": "string" }))]
}

fn any_object() -> Json {
    json!({ "type": "object" })
}

/// The queryables of a collection as parameters.
fn queryables(collection: Collection) -> Vec<Json> {
    let parameter = |field: &crate::domain::Field| {
        let mut schema = property_schema(field.kind);
        if schema["type"] == "array" {
            // One of the list equals it.
            schema = json!({ "type": "string" });
        }
        json!({ "name": field.name, "in": "query", "description": format!("Only where it equals: {}.", field.description.trim_end_matches('.')), "style": "form", "explode": false, "schema": schema })
    };
    collection.fields().iter().filter(|field| field.queryable).map(parameter).collect()
}

fn filters(collection: Collection) -> Vec<Json> {
    let mut found: Vec<Json> = ["datetime", "known_at", "filter", "filter-lang", "filter-crs"].map(parameter).to_vec();
    if collection == Collection::Corridors {
        // A road lies in several countries: the example of all others would be refused.
        found[2] = asked("filter", "A condition in CQL2.", json!({ "type": "string" }), json!("status <> 'unknown'"));
    }
    if collection == Collection::Front {
        // A cell may lie in several countries.
        found[2] = asked("filter", "A condition in CQL2.", json!({ "type": "string" }), json!("actor = 'JNIM'"));
    }
    if collection == Collection::Incidents {
        found.push(parameter("duplicates"));
    }
    found.extend(queryables(collection).into_iter().filter(|one| one["name"] != "known_at"));
    found
}

#[allow(clippy::too_many_lines, reason = "one entry an address")]
fn operations() -> Vec<Operation> {
    let plain = |path: &str, id: &str, tag, summary: &str, parameters: Vec<Json>, answers| Operation {
        path: path.to_owned(),
        id: id.to_owned(),
        tag,
        summary: summary.to_owned(),
        parameters,
        answers,
        empty: false,
    };
    let json_only = |content: Json| vec![("application/json", content)];
    let both = || form(&["json", "html"]);
    let mut all = vec![
        plain(
            "/",
            "landing",
            "Start",
            "What there is: links to everything else. A browser gets the map.",
            vec![both()],
            json_or_html(schema("landing")),
        ),
        plain(
            "/conformance",
            "conformance",
            "Start",
            "The classes of the standards that hold.",
            vec![both()],
            json_or_html(schema("conformance")),
        ),
        plain(
            "/api",
            "api",
            "Start",
            "This document.",
            vec![both()],
            vec![(BARE_MEDIA_TYPE, any_object()), ("text/html", json!({ "type": "string" }))],
        ),
        plain(
            "/api.html",
            "apiPage",
            "Start",
            "This document for people.",
            vec![form(&["html"])],
            vec![("text/html", json!({ "type": "string" }))],
        ),
        plain(
            "/style.json",
            "style",
            "Tiles",
            "How a map may draw the vector tiles (MapLibre style).",
            vec![form(&["json"])],
            vec![(super::style::MEDIA_TYPE, any_object())],
        ),
        plain(
            "/collections",
            "collections",
            "Collections",
            "The collections.",
            vec![both()],
            json_or_html(schema("collections")),
        ),
        plain("/actors", "actors", "Lists", "What the codes of parties mean.", vec![form(&["json"])], json_only(any_object())),
        plain(
            "/datasets",
            "datasets",
            "Lists",
            "Datasets with versions, licences and attributions.",
            vec![form(&["json"])],
            json_only(any_object()),
        ),
        plain(
            "/locate",
            "locate",
            "Lists",
            "The regions of every level that hold a point; off the coast the nearest within 5 km.",
            vec![form(&["json"]), parameter("lon"), parameter("lat"), parameter("datetime")],
            json_only(any_object()),
        ),
        plain(
            "/playback/incidents",
            "playIncidents",
            "Playback",
            "The whole span of incidents as Arrow columns by day; above max_rows as cells and days.",
            [
                vec![form(&["arrow", "json"]), parameter("bbox"), parameter("bbox-crs"), parameter("max_rows")],
                filters(Collection::Incidents),
            ]
            .concat(),
            vec![("application/vnd.apache.arrow.stream", binary())],
        ),
        plain(
            "/playback/control",
            "playControl",
            "Playback",
            "Every dated statement on who held a place, once, and what is assessed of the land around it.",
            vec![form(&["json"]), parameter("known_at")],
            json_only(any_object()),
        ),
        plain(
            "/playback/corridors",
            "playCorridors",
            "Playback",
            "Every dated status of a corridor, once, and what each segment counts as.",
            vec![form(&["json"]), parameter("known_at")],
            json_only(any_object()),
        ),
        plain(
            "/analytics/control",
            "analyzeControl",
            "Analytics",
            "Shares of states or regions by who is believed to hold their places, people and land on a day, with what is unknown; they sum to 1.",
            [vec![day("date", "The day; today where it is left out")], of_shares(), vec![parameter("known_at")]].concat(),
            json_only(any_object()),
        ),
        plain(
            "/analytics/control/places",
            "analyzeControlPlaces",
            "Analytics",
            "What is believed of each place that was ever reported on, on a day.",
            vec![
                form(&["json"]),
                day("date", "The day; today where it is left out"),
                asked("country", "State, ISO 3166-1 alpha-2", json!({ "type": "string" }), json!("ML")),
                asked("region", "Id of a level-1 region", json!({ "type": "string" }), json!("ML-7")),
                asked("place", "Name of a place", json!({ "type": "string" }), json!("Gao")),
                parameter("known_at"),
            ],
            json_only(any_object()),
        ),
        plain(
            "/analytics/control/series",
            "analyzeControlSeries",
            "Analytics",
            "The same shares on every day of a span on which one of them moves by half a point.",
            [
                vec![day("from", "First day; by default that of the first statement"), day("to", "Last day; by default today")],
                of_shares(),
                vec![parameter("known_at")],
            ]
            .concat(),
            json_only(any_object()),
        ),
        plain(
            "/analytics/corridors",
            "analyzeCorridors",
            "Analytics",
            "How much of a town's supply capacity is open on reported road conditions, through which gateways, how many open routes are left and since when it is isolated; without target the towns that can be asked for.",
            vec![
                form(&["json"]),
                asked("target", "A town, in any case and with or without accents", json!({ "type": "string" }), json!("Bamako")),
                day("date", "The day; today where it is left out"),
                parameter("known_at"),
            ],
            json_only(any_object()),
        ),
        plain(
            "/analytics/corridors/series",
            "analyzeCorridorsSeries",
            "Analytics",
            "The same numbers over time: a list with one object a day, week or month, at most 10,000.",
            vec![
                form(&["json"]),
                required(asked(
                    "target",
                    "A town, in any case and with or without accents",
                    json!({ "type": "string" }),
                    json!("Bamako"),
                )),
                day("from", "First day; by default that of the first report"),
                day("to", "Last day; by default today"),
                asked(
                    "step",
                    "How far apart the days are; change: those alone on which a number is otherwise than on the day before (but that an isolation lasts a day longer), each of which holds until the next",
                    json!({ "type": "string", "enum": ["day", "week", "month", "change"], "default": "day" }),
                    json!("week"),
                ),
                parameter("known_at"),
            ],
            json_only(json!({ "type": "array", "items": { "type": "object" } })),
        ),
        plain(
            "/playback/front",
            "playFront",
            "Playback",
            "Each cell in which an actor was reported once, with its first report and the days on which it counts as active.",
            vec![
                form(&["json"]),
                required(asked(
                    "actor",
                    "Code of an actor, as listed at /analytics/front",
                    json!({ "type": "string" }),
                    json!("JNIM"),
                )),
                parameter("known_at"),
            ],
            json_only(any_object()),
        ),
        plain(
            "/analytics/front",
            "analyzeFront",
            "Analytics",
            "Distance of an actor's reported incidents to each capital and the coast by month, speed and direction of first reports or insufficient_evidence, and whether the front grows, moves or shrinks; without actor who can be asked for. The past as reported: nothing says when a place will be reached.",
            vec![
                form(&["json"]),
                asked("actor", "Code of an actor", json!({ "type": "string" }), json!("JNIM")),
                asked(
                    "from",
                    "First day; by default that of the first report",
                    json!({ "type": "string", "format": "date" }),
                    json!("2017-03-02"),
                ),
                day("to", "Last day; by default today, and never after the last report"),
                asked(
                    "origin",
                    "Where it is measured from: lon,lat or the name of a place; by default where the first reports are",
                    json!({ "type": "string" }),
                    json!("Mopti"),
                ),
                parameter("known_at"),
            ],
            json_only(any_object()),
        ),
        plain(
            "/preview.png",
            "preview",
            "Start",
            "The map of an interval and a view as a picture, for links that are shared; what everybody may see. Filters leave out incidents, and the \
             picture says so; towns, land, roads and the front are not filtered.",
            [
                vec![
                    form(&["png"]),
                    parameter("datetime"),
                    parameter("known_at"),
                    parameter("view"),
                    parameter("layers"),
                    asked(
                        "front",
                        "Code of the actor whose front is drawn with the layer of that name; by default the one with most reports",
                        json!({ "type": "string" }),
                        json!("JNIM"),
                    ),
                    parameter("lang"),
                ],
                preview::filters()
                    .into_iter()
                    .map(|(name, description, words, example)| {
                        let mut items = json!({ "type": "string", "minLength": 1, "maxLength": 200 });
                        if !words.is_empty() {
                            items = json!({ "type": "string", "enum": words });
                        }
                        let schema = json!({ "type": "array", "minItems": 1, "items": items });
                        let mut parameter = asked(name, description, schema, json!([example]));
                        (parameter["style"], parameter["explode"]) = (json!("form"), json!(false));
                        parameter
                    })
                    .collect(),
                vec![asked(
                    "q",
                    "Only incidents that hold each of these words, accents and case aside: in title, place, notes, source, or the names of parties, \
                     country, region and type",
                    json!({ "type": "string", "maxLength": 200 }),
                    json!("Djibo"),
                )],
            ]
            .concat(),
            vec![("image/png", binary())],
        ),
        plain("/health/live", "live", "Health", "Whether the server runs.", vec![], json_only(any_object())),
        plain("/health/ready", "ready", "Health", "Whether the store can be read.", vec![], json_only(any_object())),
    ];
    for collection in Collection::ALL {
        let (id, title) = (collection.id(), collection.title());
        let path = format!("/collections/{id}");
        let of = |path: String, name: &str, tag, summary: String, parameters: Vec<Json>, answers| Operation {
            path,
            id: format!("{id}.{name}"),
            tag,
            summary,
            parameters,
            answers,
            empty: false,
        };
        let schema_answers = || vec![("application/schema+json", any_object()), ("text/html", json!({ "type": "string" }))];
        all.push(of(
            path.clone(),
            "collection",
            "Collections",
            format!("{title}: extent and links."),
            vec![both()],
            json_or_html(schema("collection")),
        ));
        all.push(of(
            format!("{path}/schema"),
            "schema",
            "Collections",
            format!("{title}: every property."),
            vec![both()],
            schema_answers(),
        ));
        all.push(of(
            format!("{path}/queryables"),
            "queryables",
            "Collections",
            format!("{title}: what can be asked for."),
            vec![both()],
            schema_answers(),
        ));
        let formats: Vec<&str> = ["json"].into_iter().chain(Format::ALL.map(Format::name)).chain(["html"]).collect();
        let mut items = vec![form(&formats)];
        items.extend(["bbox", "bbox-crs", "crs", "limit", "cursor", "sortby", "properties", "skipGeometry"].map(parameter));
        items.extend(filters(collection));
        let mut answers = vec![("application/geo+json", schema("featureCollection"))];
        answers.extend(Format::ALL[1..].iter().map(|format| (bare(format.media_type()), binary())));
        answers.push(("text/html", json!({ "type": "string" })));
        all.push(of(format!("{path}/items"), "items", "Features", format!("{title}: a page of features."), items, answers));
        let feature =
            || path_parameter("featureId", "Id of the feature", json!({ "type": "string" }), json!(example_id(collection)));
        all.push(of(
            format!("{path}/items/{{featureId}}"),
            "item",
            "Features",
            format!("{title}: one feature. `datetime` says at which instant a changing status is told."),
            vec![feature(), form(&["json", "geojson", "html"]), parameter("crs"), parameter("datetime")],
            vec![("application/geo+json", schema("feature")), ("text/html", json!({ "type": "string" }))],
        ));
        all.push(of(
            format!("{path}/items/{{featureId}}/revisions"),
            "revisions",
            "Features",
            format!("{title}: every version of a feature with the time it was known, oldest first."),
            vec![feature(), form(&["json"])],
            vec![("application/json", json!({ "type": "array", "items": { "type": "object" } }))],
        ));
        if collection == Collection::Incidents {
            let parameters = [
                vec![form(&["json", "csv", "geojson"]), parameter("group_by"), parameter("bbox"), parameter("bbox-crs")],
                filters(collection),
            ]
            .concat();
            all.push(of(
                format!("{path}/aggregate"),
                "aggregate",
                "Features",
                "Counts and sums of deaths by groups.".to_owned(),
                parameters,
                vec![
                    ("application/json", json!({ "type": "array", "items": { "type": "object" } })),
                    ("text/csv", json!({ "type": "string" })),
                    ("application/geo+json", any_object()),
                ],
            ));
        }
        all.push(of(
            format!("{path}/tiles"),
            "collection.vector.getTileSetsList",
            "Tiles",
            format!("{title}: the tile sets there are."),
            vec![form(&["json"])],
            vec![("application/json", any_object())],
        ));
        all.push(of(
            format!("{path}/tiles/WebMercatorQuad"),
            "collection.vector.getTileSet",
            "Tiles",
            format!("{title}: the tile set in Web Mercator."),
            vec![form(&["json"])],
            vec![("application/json", any_object())],
        ));
        let zoom = || json!({ "type": "integer", "minimum": 0, "maximum": MAX_ZOOM });
        let place = || json!({ "type": "integer", "minimum": 0 });
        let tile = |parameters: [Json; 3]| [parameters.to_vec(), vec![parameter("v")], filters(collection)].concat();
        let tile_answers = || vec![(mvt::MEDIA_TYPE, binary()), ("application/geo+json", any_object())];
        let mut ogc = of(
            format!("{path}/tiles/WebMercatorQuad/{{tileMatrix}}/{{tileRow}}/{{tileCol}}"),
            "collection.vector.getTile",
            "Tiles",
            format!("{title}: a tile, the row before the column."),
            tile([
                path_parameter("tileMatrix", "Zoom", zoom(), json!(5)),
                path_parameter("tileRow", "Row from the north", place(), json!(14)),
                path_parameter("tileCol", "Column from the west", place(), json!(15)),
            ]),
            tile_answers(),
        );
        ogc.parameters.push(form(&["mvt", "json", "geojson"]));
        ogc.empty = true;
        all.push(ogc);
        for (ending, forms, answers) in [
            ("mvt", &["mvt"][..], vec![(mvt::MEDIA_TYPE, binary())]),
            ("geojson", &["geojson", "json"][..], vec![("application/geo+json", any_object())]),
        ] {
            let mut xyz = of(
                format!("/tiles/{id}/{{z}}/{{x}}/{{y}}.{ending}"),
                &format!("xyz.{ending}"),
                "Tiles",
                format!("{title}: a tile in XYZ order."),
                tile([
                    path_parameter("z", "Zoom", zoom(), json!(5)),
                    path_parameter("x", "Column from the west", place(), json!(15)),
                    path_parameter("y", "Row from the north", place(), json!(14)),
                ]),
                answers,
            );
            xyz.parameters.push(form(forms));
            xyz.empty = ending == "mvt";
            all.push(xyz);
        }
        all.push(of(
            format!("/tiles/{id}.json"),
            "tilejson",
            "Tiles",
            format!("{title}: TileJSON 3.0."),
            vec![form(&["json"])],
            vec![("application/json", any_object())],
        ));
    }
    all
}

/// A media type without its parameters.
fn bare(media_type: &'static str) -> &'static str {
    media_type.split(';').next().unwrap_or(media_type)
}

fn example_id(collection: Collection) -> &'static str {
    match collection {
        Collection::Regions => "ML",
        Collection::Places => "geonames:2460596",
        Collection::Incidents => "chronology:2022-02-17-djibo-siege-begins",
        Collection::Control => "control-observations:djibo-2022-02-17",
        Collection::Corridors => "abidjan-odienne-bamako:1",
        Collection::ControlAreas => "geonames:2244991@2012-01-01",
        Collection::Front => "JNIM@380:622",
    }
}

#[allow(clippy::too_many_lines, reason = "one entry a parameter")]
fn shared_parameters() -> Map<String, Json> {
    let mut found = Map::new();
    let mut add = |name: &str, description: &str, schema: Json, example: Json| {
        let mut parameter = json!({ "name": name, "in": "query", "description": description, "style": "form", "explode": false, "schema": schema });
        if !example.is_null() {
            parameter["example"] = example;
        }
        found.insert(name.to_owned(), parameter);
    };
    let text = || json!({ "type": "string" });
    let crs = || json!({ "type": "string", "format": "uri", "enum": Crs::ALL.map(Crs::uri), "default": Crs::default().uri() });
    let numbers = json!({ "type": "array", "oneOf": [{ "minItems": 4, "maxItems": 4 }, { "minItems": 6, "maxItems": 6 }], "items": { "type": "number" } });
    add(
        "bbox",
        "Only what meets the box: west, south, east, north, with heights set aside where six numbers are given. West > east crosses the antimeridian.",
        numbers,
        json!([-5.5, 13.0, 2.5, 17.0]),
    );
    add("bbox-crs", "The reference system of bbox.", crs(), Json::Null);
    add("crs", "The reference system of the answer; another one than the default is for GeoJSON only.", crs(), Json::Null);
    add(
        "datetime",
        "Only what meets it: an RFC 3339 date or instant, or start/end with .. for an open end; ends included, UTC.",
        text(),
        json!("2025-01-01/.."),
    );
    add("known_at", "Only what was known by then: an instant, or a date for the end of that day.", text(), json!("2026-12-01"));
    let limit = json!({ "type": "integer", "minimum": 1, "maximum": Limit::MAX.count(), "default": Limit::DEFAULT.count() });
    add("limit", "Features a page at most; a greater number counts as the maximum.", limit, json!(10));
    add("cursor", "Where the page begins or ends: as the links next and prev have it.", text(), Json::Null);
    add(
        "sortby",
        "Properties to sort by, with - for descending; the unknown comes last.",
        json!({ "type": "array", "minItems": 1, "items": { "type": "string", "pattern": "^[+-]?[A-Za-z0-9_]+$" } }),
        json!(["id"]),
    );
    add(
        "properties",
        "The properties to tell.",
        json!({ "type": "array", "minItems": 1, "items": { "type": "string" } }),
        Json::Null,
    );
    add(
        "view",
        "The middle of the map in degrees and its zoom: latitude, longitude, zoom (2 to 12).",
        json!({ "type": "array", "minItems": 3, "maxItems": 3, "items": { "type": "number" } }),
        json!([13.5, -5, 6.5]),
    );
    add(
        "layers",
        "What a picture shows, by the names of the page's layers; without it what the page opens with.",
        json!({ "type": "array", "items": {
            "type": "string",
            "enum": ["regions", "areas", "front", "corridors", "control", "incidents", "labels", "none"],
        } }),
        json!(["incidents", "labels"]),
    );
    add(
        "lang",
        "The language of the text; a picture in Arabic is written in English.",
        json!({ "type": "string", "enum": ["en", "fr", "ar"], "default": "en" }),
        json!("fr"),
    );
    add("skipGeometry", "Whether to leave out the geometry.", json!({ "type": "boolean", "default": false }), Json::Null);
    add("filter", "A condition in CQL2.", text(), json!("country = 'ML'"));
    add(
        "filter-lang",
        "What filter is written in; the names of drafts, which GDAL looks for, mean the same.",
        json!({ "type": "string", "enum": ["cql2-text", "cql2-json", "cql-text", "cql-json"], "default": "cql2-text" }),
        Json::Null,
    );
    add("filter-crs", "The reference system of coordinates in filter.", crs(), Json::Null);
    add(
        "duplicates",
        "Of incidents that several datasets report: all reports, or each incident once.",
        json!({ "type": "string", "enum": ["all", "once"], "default": "all" }),
        Json::Null,
    );
    add("v", "The state of the store that the address was made for.", json!({ "type": "integer", "minimum": 0 }), Json::Null);
    add(
        "max_rows",
        "Above so many incidents the answer is of cells and days.",
        json!({ "type": "integer", "minimum": 1, "default": 500_000 }),
        Json::Null,
    );
    add(
        "group_by",
        "What to count by, with commas between: day, week, month, year, actor1, actor2, actor, event_type, country, region, cell:{z}.",
        text(),
        json!("country,year"),
    );
    add("lon", "Longitude in degrees.", json!({ "type": "number", "minimum": -180, "maximum": 180 }), json!(-8.0));
    add("lat", "Latitude in degrees.", json!({ "type": "number", "minimum": -90, "maximum": 90 }), json!(12.65));
    for name in ["lon", "lat", "group_by"] {
        found[name]["required"] = json!(true);
    }
    found
}

/// The errors that any address may answer with.
const ERRORS: [(&str, &str); 7] = [
    ("400", "A parameter is unknown or malformed; the problem names it"),
    ("404", "There is nothing of that name"),
    ("406", "None of the forms that are offered is wanted"),
    ("414", "The path and the query are longer than 8 KiB"),
    ("431", "The headers are too long"),
    ("500", "The server failed; the text is constant and the cause is logged under the request's id"),
    ("503", "There are too many requests, or this one took too long; Retry-After says when to come again"),
];

fn shared_schemas() -> Json {
    let links = json!({ "type": "array", "items": schema("link") });
    let text = || json!({ "type": "string" });
    json!({
        "link": { "type": "object", "required": ["href", "rel"], "properties": { "href": text(), "rel": text(), "type": text(), "title": text() } },
        "landing": { "type": "object", "required": ["links"], "properties": { "title": text(), "description": text(), "links": links } },
        "conformance": { "type": "object", "required": ["conformsTo"], "properties": { "conformsTo": { "type": "array", "items": text() } } },
        "collection": { "type": "object", "required": ["id", "links"], "properties": { "id": text(), "title": text(), "description": text(), "itemType": text(), "extent": any_object(), "crs": { "type": "array", "items": text() }, "storageCrs": text(), "links": links } },
        "collections": { "type": "object", "required": ["links", "collections"], "properties": { "links": links, "collections": { "type": "array", "items": schema("collection") } } },
        "feature": { "type": "object", "required": ["type", "id", "geometry", "properties"], "properties": { "type": { "type": "string", "enum": ["Feature"] }, "id": text(), "geometry": { "type": "object", "nullable": true }, "properties": any_object(), "links": links } },
        "featureCollection": { "type": "object", "required": ["type", "features"], "properties": { "type": { "type": "string", "enum": ["FeatureCollection"] }, "features": { "type": "array", "items": schema("feature") }, "links": links, "numberMatched": { "type": "integer", "minimum": 0 }, "numberReturned": { "type": "integer", "minimum": 0 }, "datetime": text(), "changed": { "type": "boolean", "description": "On a later page: what meets the query may have changed since the first page was made." } } },
        "problem": { "type": "object", "required": ["type", "title", "status"], "properties": { "type": text(), "title": text(), "status": { "type": "integer" }, "detail": text(), "parameter": text() } },
    })
}

/// The whole description.
fn document(base: &str) -> Json {
    let mut paths = Map::new();
    for operation in operations() {
        let mut answers = Map::new();
        let content: Map<String, Json> = operation
            .answers
            .into_iter()
            .map(|(media_type, schema)| (media_type.to_owned(), json!({ "schema": schema })))
            .collect();
        answers.insert("200".to_owned(), json!({ "description": "As asked", "content": content }));
        if operation.empty {
            answers.insert("204".to_owned(), json!({ "description": "There is nothing in the tile" }));
        }
        answers.insert("304".to_owned(), json!({ "description": "What If-None-Match names still holds" }));
        for (status, _) in ERRORS {
            answers.insert(status.to_owned(), reference("responses", &format!("problem{status}")));
        }
        paths.insert(
            operation.path,
            json!({ "get": {
                "operationId": operation.id,
                "tags": [operation.tag],
                "summary": operation.summary,
                "parameters": operation.parameters,
                "responses": answers,
            } }),
        );
    }
    let tags = ["Start", "Collections", "Features", "Tiles", "Playback", "Analytics", "Lists", "Health"]
        .map(|name| json!({ "name": name }));
    let problem = |description: &str| json!({ "description": description, "content": { "application/problem+json": { "schema": schema("problem") } } });
    let responses: Map<String, Json> =
        ERRORS.into_iter().map(|(status, description)| (format!("problem{status}"), problem(description))).collect();
    json!({
        "openapi": "3.0.3",
        "info": {
            "title": "Harmattan",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Reported incidents, control of places and status of supply corridors in the Sahel: what was reported, by whom, how sure and how old. \
                Every address takes GET, HEAD and OPTIONS. Parameters that are not listed are refused.",
            "license": { "name": "MIT OR Apache-2.0 (code); data: see /datasets" },
        },
        "servers": [{ "url": if base.is_empty() { "/" } else { base } }],
        "tags": tags,
        "paths": paths,
        "components": { "parameters": shared_parameters(), "responses": responses, "schemas": shared_schemas() },
    })
}

/// The description for people.
fn page(base: &str, document: &Json) -> Response {
    let nothing = Map::new();
    let paths = document["paths"].as_object().unwrap_or(&nothing);
    let resolved = |parameter: &Json| -> Json {
        let name = parameter["$ref"].as_str().and_then(|path| path.rsplit('/').next());
        name.map_or_else(|| parameter.clone(), |name| document["components"]["parameters"][name].clone())
    };
    let text = |value: &Json| value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned);
    let kind = |schema: &Json| {
        let mut told = text(&schema["type"]);
        if let Some(words) = schema["enum"].as_array() {
            told = words.iter().map(text).collect::<Vec<_>>().join(" | ");
        }
        for (name, label) in [("minimum", "from"), ("maximum", "to"), ("default", "default")] {
            if !schema[name].is_null() {
                told = format!("{told}, {label} {}", text(&schema[name]));
            }
        }
        told
    };
    let tags: Vec<&str> = document["tags"].as_array().into_iter().flatten().filter_map(|tag| tag["name"].as_str()).collect();
    let body = html! {
        p { (text(&document["info"]["description"])) }
        p { "For programs: " a href={ (base) "/api?f=json" } { "this document as OpenAPI 3.0" } ". Errors are " code { "application/problem+json" } " and name the parameter to blame." }
        h2 { "Errors" }
        table { @for (status, description) in ERRORS { tr { th { (status) } td { (description) } } } }
        @for tag in tags {
            h2 { (tag) }
            @for (path, item) in paths.iter().filter(|(_, item)| item["get"]["tags"][0] == *tag) {
                @let operation = &item["get"];
                @let parameters: Vec<Json> = operation["parameters"].as_array().into_iter().flatten().map(resolved).collect();
                details id=(text(&operation["operationId"])) {
                    summary { code { "GET " (path) } " – " (text(&operation["summary"])) }
                    @if !path.contains('{') && !parameters.iter().any(|parameter| parameter["required"] == true) {
                        p { a href={ (base) (path) } { "Try it" } }
                    }
                    p { "Answers as " @for (media_type, _) in operation["responses"]["200"]["content"].as_object().unwrap_or(&nothing) { code { (media_type) } " " } }
                    @if !parameters.is_empty() {
                        div.wide {
                            table {
                                tr { th { "Parameter" } th { "Kind" } th { "Meaning" } th { "Example" } }
                                @for parameter in &parameters {
                                    tr {
                                        td { code { (text(&parameter["name"])) } @if parameter["required"] == true { " (needed)" } }
                                        td { (kind(&parameter["schema"])) }
                                        td { (text(&parameter["description"])) }
                                        td { @if !parameter["example"].is_null() { code { (text(&parameter["example"])) } } }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    };
    html::page(base, "API", &[], &body)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// Addresses of the page's own files.
    const FILES: [&str; 5] = ["/favicon.svg", "/sw.js", "/manifest.webmanifest", "/assets/{*path}", "/pages.css"];

    #[test]
    fn every_route_is_described() {
        let routes: BTreeSet<String> = include_str!("mod.rs")
            .split(".route(")
            .skip(1)
            .filter_map(|text| text.split('"').nth(1))
            .filter(|route| !FILES.contains(route))
            .map(ToOwned::to_owned)
            .collect();
        let pattern = |path: &str| {
            let parts: Vec<&str> = path.split('/').collect();
            let named = |part: &str| Collection::from_id(part).is_some();
            let part = |(at, part): (usize, &&str)| match *part {
                // Collections are expanded, and what follows a tile's row in its address is read by the handler.
                name if at == 2 && named(name) && !["playback", "analytics"].contains(&parts[1]) => "{}".to_owned(),
                _ if at == 2 && parts[1] == "tiles" && part.ends_with(".json") => "{}".to_owned(),
                name if name.starts_with('{') => "{}".to_owned(),
                name => name.to_owned(),
            };
            parts.iter().enumerate().map(part).collect::<Vec<_>>().join("/")
        };
        let described: BTreeSet<String> = operations().iter().map(|operation| pattern(&operation.path)).collect();
        let expected: BTreeSet<String> = routes.iter().map(|route| pattern(route)).collect();
        assert_eq!(described, expected);
    }

    #[test]
    fn ids_of_operations_and_references_are_sound() {
        let document = document("http://map.example");
        let operations = operations();
        let ids: BTreeSet<&str> = operations.iter().map(|operation| operation.id.as_str()).collect();
        assert_eq!(ids.len(), operations.len());
        let text = document.to_string();
        for reference in text.split("\"$ref\":\"#").skip(1).filter_map(|text| text.split('"').next()) {
            assert!(document.pointer(reference).is_some(), "{reference}");
        }
        let used: Vec<String> =
            document["components"]["parameters"].as_object().unwrap().keys().map(|name| format!("parameters/{name}\"")).collect();
        assert!(used.iter().all(|name| text.contains(name)), "a parameter that no address takes");
    }
}
