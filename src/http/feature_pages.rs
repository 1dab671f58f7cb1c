//! Features as pages for people: a table with a small map, and one feature with all that is said of it.

use axum::response::Response;
use maud::{Markup, PreEscaped, html};

use super::html;
use super::links::{Link, segment};
use crate::domain::{AdminLevel, Bbox, Collection, FeatureQuery, Instant, Page, Record, Value};
use crate::store::{RecordRef, Snapshot};
use crate::tiles::Sketch;

/// Long remarks stand on the page of the feature, not in the table.
const LONG: [&str; 2] = ["notes", "note"];

/// A page of features; `changed` where what meets the query may have changed since the first page.
pub(super) fn items_page(
    base: &str,
    query: &FeatureQuery,
    page: &Page<RecordRef<'_>>,
    links: &[Link],
    changed: bool,
    snapshot: &Snapshot,
) -> String {
    let collection = query.collection;
    let fields: Vec<_> = query.told_fields().into_iter().filter(|field| !LONG.contains(&field.name)).collect();
    let turn = |rel: &str| links.iter().find(|link| link.rel() == rel);
    let others: Vec<&Link> = links.iter().filter(|link| link.rel() == "alternate").collect();
    let path = format!("/collections/{}", collection.id());
    let map = if query.skip_geometry { None } else { sketch(snapshot, page.items.iter().map(|record| record as &dyn Record)) };
    let ways = html! {
        p {
            @if let Some(link) = turn("prev") { a rel="prev" href=(link.href()) { "Previous page" } " " }
            @if let Some(link) = turn("next") { a rel="next" href=(link.href()) { "Next page" } }
        }
    };
    let body = html! {
        p {
            (page.matched) " match, " (page.items.len()) " on this page"
            @if page.withheld > 0 { "; " (page.withheld) " more may not be shown" }
            ". Window: " (query.datetime) @if let Some(known_at) = query.known_at { ", as known at " (known_at) } "."
            @if changed { " What meets the query may have changed since the first page was made." }
        }
        p { "Other forms: " @for link in others { a rel="alternate" type=(link.media_type()) href=(link.href()) { (link.media_type()) } " " } }
        (ways)
        @if let Some(map) = map { (PreEscaped(map.svg())) }
        div.wide {
            table {
                tr { th { "id" } @for field in &fields { th title=(field.description) { (field.name) } } }
                @for record in &page.items {
                    tr {
                        td { a href={ (base) (path) "/items/" (segment(record.id())) "?f=html" } { (record.id()) } }
                        @for field in &fields { td { (told(&record.value(field.name, query.as_of))) } }
                    }
                }
            }
        }
        (ways)
    };
    let above = format!("{path}?f=html");
    html::text(base, "Features", &[("/collections?f=html", "Collections"), (&above, collection.title())], &body)
}

/// One feature.
pub(super) fn item_page(
    base: &str,
    collection: Collection,
    record: &dyn Record,
    as_of: Instant,
    snapshot: &Snapshot,
) -> Response {
    let path = format!("/collections/{}", collection.id());
    let own = format!("{base}{path}/items/{}", segment(record.id()));
    let body = html! {
        p { a rel="alternate" type="application/geo+json" href={ (own) "?f=json" } { "As GeoJSON" } ", " a href={ (own) "/revisions" } { "its versions" } }
        @if let Some(map) = sketch(snapshot, std::iter::once(record)) { (PreEscaped(map.svg())) }
        table {
            @for field in record.fields() {
                tr { th title=(field.description) { (field.name) } td { (told(&record.value(field.name, as_of))) } }
            }
        }
    };
    let (above, items) = (format!("{path}?f=html"), format!("{path}/items?f=html&limit=100"));
    let above = [("/collections?f=html", "Collections"), (above.as_str(), collection.title()), (items.as_str(), "Features")];
    html::page(base, record.id(), &above, &body)
}

fn told(value: &Value<'_>) -> Markup {
    match value {
        Value::Null => html! { span.unknown { "unknown" } },
        Value::TextList(texts) => html! { (texts.join(", ")) },
        other => html! { (other) },
    }
}

/// A small map of records over the outlines of states; `None` where none of them has a place.
fn sketch<'a>(snapshot: &Snapshot, records: impl Iterator<Item = &'a dyn Record> + Clone) -> Option<Sketch> {
    let around = records.clone().filter_map(Record::bbox).reduce(Bbox::union)?;
    let mut sketch = Sketch::new(around);
    let states = snapshot.regions().iter().filter(|region| region.level == AdminLevel::Country);
    states.for_each(|state| sketch.land(state.shape()));
    records.for_each(|record| sketch.feature(record.shape(), record.id()));
    Some(sketch)
}
