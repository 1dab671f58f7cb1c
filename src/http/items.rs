//! `/collections/{collection}/items`: pages of features, and one feature by id.

use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;

use super::collections::named;
use super::links::{Link, segment, with_parameter};
use super::negotiate::only;
use super::params::{Params, as_of};
use super::problem::Problem;
use super::reply::{self, GEO_JSON, JSON};
use super::state::AppState;
use crate::domain::{Audience, Collection, FeatureQuery, Page, Record, Value};
use crate::store::RecordRef;
use crate::tiles::geojson::{write_feature, write_string, write_value};

/// `GET /collections/{collection}/items`.
pub(super) async fn items(
    State(state): State<AppState>,
    audience: Audience,
    Path(id): Path<String>,
    RawQuery(text): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let collection = named(&id)?;
    let mut params = Params::parse(text.as_deref())?;
    only(&mut params, &headers, "geojson", &["application/geo+json"])?;
    let query = FeatureQuery { audience, ..params.feature_query(collection, state.now())? };
    let base = state.base_url().to_owned();
    let (body, links) = state
        .on_snapshot(move |snapshot| {
            let page = snapshot.query(&query);
            let links = page_links(&base, &query, text.as_deref(), &page);
            Ok((feature_collection(&query, &page, &links), links))
        })
        .await?;
    let mut response = reply::tagged(GEO_JSON, body);
    let links = links.iter().map(Link::header_form).collect::<Vec<_>>().join(", ");
    if let Ok(links) = HeaderValue::from_str(&links) {
        response.headers_mut().insert(header::LINK, links);
    }
    Ok(response)
}

/// `GET /collections/{collection}/items/{id}`. `datetime` says at which instant a changing status is told.
pub(super) async fn item(
    State(state): State<AppState>,
    audience: Audience,
    Path((collection, id)): Path<(String, String)>,
    RawQuery(text): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let collection = named(&collection)?;
    let mut params = Params::parse(text.as_deref())?;
    only(&mut params, &headers, "geojson", &["application/geo+json"])?;
    let as_of = as_of(params.datetime()?, state.now());
    params.finish()?;
    let snapshot = state.snapshot()?;
    let record = snapshot.shown(audience, collection, &id);
    let record = record.ok_or_else(|| Problem::missing(format!("there is no '{id}' in {}", collection.id())))?;
    let mut body = String::new();
    write_feature(&mut body, &record, record.shape().into(), as_of);
    let path = format!("/collections/{}", collection.id());
    let links = [
        Link::new(state.base_url(), &format!("{path}/items/{}", segment(&id)), "self", "application/geo+json"),
        Link::new(state.base_url(), &path, "collection", "application/json"),
        Link::new(state.base_url(), &format!("{path}/items/{}/revisions", segment(&id)), "version-history", "application/json"),
    ];
    // A feature ends with the brace of its object; the links go in before it.
    body.pop();
    body.push_str(",\"links\":");
    body.push_str(&serde_json::to_string(&links).unwrap_or_default());
    body.push('}');
    Ok(reply::tagged(GEO_JSON, body))
}

/// `GET /collections/{collection}/items/{id}/revisions`: every version with the time it was known, oldest first.
pub(super) async fn revisions(
    State(state): State<AppState>,
    audience: Audience,
    Path((collection, id)): Path<(String, String)>,
    RawQuery(text): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let collection = named(&collection)?;
    let mut params = Params::parse(text.as_deref())?;
    only(&mut params, &headers, "json", &["application/json"])?;
    params.finish()?;
    let (snapshot, now) = (state.snapshot()?, state.now());
    let versions = snapshot.shown_revisions(audience, collection, &id);
    if versions.is_empty() {
        return Err(Problem::missing(format!("there is no '{id}' in {}", collection.id())));
    }
    let mut body = String::from("[");
    for (ordinal, version) in versions.iter().enumerate() {
        body.push_str(if ordinal > 0 { ",\n{" } else { "\n{" });
        write_members(&mut body, &[("known_at", version.known_at().into()), ("superseded_at", version.superseded_at().into())]);
        for field in version.fields().iter().filter(|field| field.name != "known_at") {
            body.push(',');
            write_members(&mut body, &[(field.name, version.value(field.name, now))]);
        }
        body.push('}');
    }
    body.push_str("\n]");
    Ok(reply::tagged(JSON, body))
}

fn write_members(body: &mut String, members: &[(&str, Value<'_>)]) {
    for (ordinal, (name, value)) in members.iter().enumerate() {
        if ordinal > 0 {
            body.push(',');
        }
        write_string(body, name);
        body.push(':');
        write_value(body, value);
    }
}

fn page_links(base: &str, query: &FeatureQuery, text: Option<&str>, page: &Page<RecordRef<'_>>) -> Vec<Link> {
    let path = format!("/collections/{}", query.collection.id());
    let this = |cursor: Option<String>| format!("{path}/items{}", with_parameter(text, "cursor", cursor.as_deref()));
    let mut links = vec![
        Link::new(base, &this(query.cursor.as_ref().map(ToString::to_string)), "self", "application/geo+json"),
        Link::new(base, &path, "collection", "application/json"),
    ];
    if let Some(next) = &page.next {
        links.push(Link::new(base, &this(Some(next.to_string())), "next", "application/geo+json"));
    }
    links
}

/// The page as a FeatureCollection: a pure function of the page and its links.
fn feature_collection(query: &FeatureQuery, page: &Page<RecordRef<'_>>, links: &[Link]) -> String {
    // A feature of the bundled data takes about 1.2 kB with its source and notes.
    let mut body = String::with_capacity(512 + page.items.len() * 1_200);
    body.push_str("{\"type\":\"FeatureCollection\"");
    write_window(&mut body, query);
    body.push_str(&format!(",\"numberMatched\":{},\"numberReturned\":{}", page.matched, page.items.len()));
    write_withheld(&mut body, page.withheld);
    body.push_str(",\"links\":");
    body.push_str(&serde_json::to_string(links).unwrap_or_default());
    body.push_str(",\"features\":[");
    for (ordinal, record) in page.items.iter().enumerate() {
        if ordinal > 0 {
            body.push(',');
        }
        body.push('\n');
        write_feature(&mut body, record, record.shape().into(), query.as_of);
    }
    body.push_str("\n]}");
    body
}

/// How many rows met the query and may not be shown to whoever asks, where there are any: so that nobody takes the rest for all
/// there is.
pub(super) fn write_withheld(body: &mut String, withheld: usize) {
    if withheld > 0 {
        body.push_str(&format!(",\"withheld\":{withheld}"));
    }
}

/// The applied window, so that nobody has to guess: `datetime`, `known_at` where it was asked, and for corridors the instant
/// at which their status is told.
pub(super) fn write_window(body: &mut String, query: &FeatureQuery) {
    let mut member = |name: &str, value: String| {
        body.push_str(",\"");
        body.push_str(name);
        body.push_str("\":");
        write_string(body, &value);
    };
    member("datetime", query.datetime.to_string());
    if let Some(known_at) = query.known_at {
        member("known_at", known_at.to_string());
    }
    if query.collection == Collection::Corridors {
        member("status_at", query.as_of.date().map_or_else(|| "..".to_owned(), |day| day.to_string()));
    }
}
