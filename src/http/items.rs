//! `/collections/{collection}/items`: pages of features, and one feature by id.

use axum::Extension;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use std::io::{self, Write};
use std::sync::{Arc, LazyLock};

use super::cache::Footprint;
use super::collections::named;
use super::feature_pages::{item_page, items_page};
use super::html::{self, Answered};
use super::links::{Link, segment, with_parameter, write_links};
use super::negotiate::{Accept, Encoding, Offer, format, one_of, only};
use super::params::{Params, as_of};
use super::problem::Problem;
use super::reply::{self, GEO_JSON, JSON};
use super::state::AppState;
use super::stream::Measure;
use crate::domain::{Audience, Collection, Crs, Cursor, Dataset, FeatureQuery, Instant, Page, Record, Shape, Value};
use crate::formats::{Format, FormatError, Header, Medium, sources};
use crate::store::{RecordRef, RecordWriter, Snapshot};
use crate::tiles::Reprojected;
use crate::tiles::geojson::{FeatureWriter, write_string, write_value};

/// How many records meet the query on all pages, and how many are on this one, for formats without a place for it; the names are
/// those that other servers of OGC API – Features use.
pub(super) const NUMBER_MATCHED: HeaderName = HeaderName::from_static("ogc-numbermatched");
pub(super) const NUMBER_RETURNED: HeaderName = HeaderName::from_static("ogc-numberreturned");
/// How many met the query and may not be shown to whoever asks, where there are any.
pub(super) const WITHHELD: HeaderName = HeaderName::from_static("harmattan-withheld");
/// On a later page: that what meets the query may have changed since the first one was made.
pub(super) const CHANGED: HeaderName = HeaderName::from_static("harmattan-changed");
/// The coordinate reference system of an answer (OGC 18-058r1 §7.3).
pub(super) const CONTENT_CRS: HeaderName = HeaderName::from_static("content-crs");

/// A feature of the bundled data takes about so many bytes with its source and notes, and a feature with links not many more.
const USUAL_FEATURE: usize = 1_200;

/// So much text is handed on at a time.
const HANDED_ON: usize = 64 * 1024;

/// `GET /collections/{collection}/items`.
pub(super) async fn items(
    State(state): State<AppState>,
    audience: Audience,
    encoding: Option<Extension<Encoding>>,
    Path(id): Path<String>,
    RawQuery(text): RawQuery,
    accept: Accept,
) -> Result<Response, Problem> {
    let collection = named(&id)?;
    let mut params = Params::parse(text.as_deref())?;
    let format = format(&mut params, &accept)?;
    let crs = params.crs("crs")?;
    if crs != Crs::Crs84 && format != Some(Format::GeoJson) {
        let name = format.map_or("html", Format::name);
        return Err(Problem::parameter("crs", format!("f={name} is offered in {} only", Crs::Crs84.uri())));
    }
    let query = FeatureQuery { audience, ..params.feature_query(collection, state.now())? };
    let base = state.base_url().to_owned();
    // Files name the datasets of their rows with all that is said of them: any change may touch those.
    let footprint = (format == Some(Format::GeoJson)).then(|| Footprint::of(&query));
    let (asked, limits) = (query.clone(), state.limits);
    let near = |snapshot: &Snapshot, most| snapshot.incidents_near(asked.bbox, asked.datetime, most);
    let (body, links, counts) = state
        .on_incidents(&asked, near, move |snapshot| {
            let first = query.cursor.as_ref().map_or(snapshot.generation(), Cursor::generation);
            let query = FeatureQuery { generation: first, ..query };
            let changed = first > snapshot.generation() || !Footprint::of(&query).untouched_since(first, snapshot);
            let (page, bytes) = snapshot.query(&query).cut_to(&query, limits.page_bytes);
            let links = page_links(&base, &query, text.as_deref(), format, &page);
            let counts = Counts { matched: page.matched, returned: page.items.len(), withheld: page.withheld, changed };
            let Some(format) = format else {
                let body = items_page(&base, &query, &page, &links, changed, snapshot).into_bytes();
                return Ok((Content::Built(body), links, counts));
            };
            let told = Told { query, links, format, crs, changed };
            let failed = |error: FormatError| {
                tracing::error!(%error, format = format.name(), "a page could not be written");
                Problem::new(StatusCode::INTERNAL_SERVER_ERROR)
            };
            let (body, links) = if bytes < limits.stream_bytes {
                let mut body = Vec::with_capacity(512 + page.items.len() * USUAL_FEATURE);
                told.write(&mut body, &page, snapshot.datasets()).map_err(failed)?;
                (Content::Built(body), told.links)
            } else {
                let measure = Measure::of(|out| told.write(out, &page, snapshot.datasets())).map_err(failed)?;
                let (links, snapshot) = (told.links.clone(), Arc::clone(snapshot));
                (Content::Measured(measure, Box::new(told), snapshot), links)
            };
            Ok((body, links, counts))
        })
        .await?;
    let content_type = format.map_or(html::HTML, |format| HeaderValue::from_static(format.media_type()));
    let mut response = match body {
        Content::Built(body) => reply::tagged(content_type, body),
        Content::Measured(measure, told, snapshot) => {
            // The semaphore is never closed.
            let permit = Arc::clone(&state.streams).acquire_owned().await;
            let permit = permit.map_err(|_| Problem::new(StatusCode::SERVICE_UNAVAILABLE))?;
            let encoding = encoding.map_or(Encoding::Identity, |Extension(encoding)| encoding);
            measure.answer(content_type, encoding, permit, move |out| {
                let (page, _) = snapshot.query(&told.query).cut_to(&told.query, limits.page_bytes);
                told.write(out, &page, snapshot.datasets())
            })?
        }
    };
    let headers = response.headers_mut();
    headers.append(header::VARY, HeaderValue::from_static("accept, accept-encoding"));
    let links = links.iter().map(Link::header_form).collect::<Vec<_>>().join(", ");
    if let Ok(links) = HeaderValue::from_str(&links) {
        headers.insert(header::LINK, links);
    }
    headers.insert(CONTENT_CRS, content_crs(crs));
    headers.insert(NUMBER_MATCHED, counts.matched.into());
    headers.insert(NUMBER_RETURNED, counts.returned.into());
    if counts.withheld > 0 {
        headers.insert(WITHHELD, counts.withheld.into());
    }
    if counts.changed {
        headers.insert(CHANGED, HeaderValue::from_static("true"));
    }
    Ok(match footprint {
        Some(footprint) => footprint.mark(response),
        None => response,
    })
}

/// What headers tell of a page.
struct Counts {
    matched: usize,
    returned: usize,
    withheld: usize,
    changed: bool,
}

/// A page that is there, or is written when it is sent.
enum Content {
    Built(Vec<u8>),
    Measured(Measure, Box<Told>, Arc<Snapshot>),
}

/// What is told of a page, and how.
struct Told {
    query: FeatureQuery,
    links: Vec<Link>,
    format: Format,
    crs: Crs,
    /// Whether the answer may have changed since the first page was made.
    changed: bool,
}

impl Told {
    /// Writes the page: the same bytes each time.
    fn write(&self, out: &mut dyn Write, page: &Page<RecordRef<'_>>, datasets: &[Arc<Dataset>]) -> Result<(), FormatError> {
        match self.format {
            Format::GeoJson => Ok(self.write_collection(out, page)?),
            other => self.write_file(other, out, page, datasets),
        }
    }

    /// The page in a format that has no place for links.
    fn write_file(
        &self,
        format: Format,
        out: &mut dyn Write,
        page: &Page<RecordRef<'_>>,
        datasets: &[Arc<Dataset>],
    ) -> Result<(), FormatError> {
        let query = &self.query;
        let records = || page.items.iter().map(|record| record as &dyn Record);
        let sources = sources(datasets, query, records());
        let header = Header { query, matched: page.matched, withheld: page.withheld, sources };
        let mut writer = format.begin(out, Medium::Answer, &header)?;
        for record in records() {
            writer.write(record)?;
        }
        writer.finish()
    }

    /// The page as a FeatureCollection. Links stand before the features: which page is next is known before the first is written.
    fn write_collection(&self, out: &mut dyn Write, page: &Page<RecordRef<'_>>) -> io::Result<()> {
        let query = &self.query;
        let mut text = String::with_capacity(2 * HANDED_ON);
        text.push_str("{\"type\":\"FeatureCollection\"");
        write_window(&mut text, query);
        text.push_str(&format!(",\"numberMatched\":{},\"numberReturned\":{}", page.matched, page.items.len()));
        write_withheld(&mut text, page.withheld);
        if self.changed {
            text.push_str(",\"changed\":true");
        }
        text.push_str(",\"links\":");
        write_links(&mut text, &self.links);
        text.push_str(",\"features\":[");
        let mut writer = RecordWriter::of(query);
        for (ordinal, record) in page.items.iter().enumerate() {
            text.push_str(if ordinal > 0 { ",\n" } else { "\n" });
            let shape = query.told_shape(record);
            if self.crs == Crs::Crs84 {
                writer.write(&mut text, record, shape.into(), query.as_of);
            } else {
                writer.write(&mut text, record, Reprojected::of(shape, self.crs).geometry(), query.as_of);
            }
            if text.len() >= HANDED_ON {
                out.write_all(text.as_bytes())?;
                text.clear();
            }
        }
        text.push_str("\n]}");
        out.write_all(text.as_bytes())
    }
}

/// `GET /collections/{collection}/items/{id}`. `datetime` says at which instant a changing status is told.
pub(super) async fn item(
    State(state): State<AppState>,
    audience: Audience,
    Path((collection, id)): Path<(String, String)>,
    RawQuery(text): RawQuery,
    accept: Accept,
) -> Result<Response, Problem> {
    let collection = named(&collection)?;
    let mut params = Params::parse(text.as_deref())?;
    let answered = item_form(&mut params, &accept)?;
    let crs = params.crs("crs")?;
    let as_of = as_of(params.datetime()?, state.now());
    params.finish()?;
    let snapshot = state.snapshot()?;
    let record = snapshot.shown(audience, collection, &id);
    let record = record.ok_or_else(|| Problem::missing(format!("there is no '{id}' in {}", collection.id())))?;
    let path = format!("/collections/{}", collection.id());
    let own = format!("{path}/items/{}", segment(&id));
    if answered == Answered::Html {
        if crs != Crs::Crs84 {
            return Err(Problem::parameter("crs", format!("f=html is offered in {} only", Crs::Crs84.uri())));
        }
        return Ok(Footprint::of_record(collection, &record).with_all_of(Collection::Regions).mark(item_page(
            state.base_url(),
            collection,
            &record,
            as_of,
            &snapshot,
        )));
    }
    let mut body = String::with_capacity(USUAL_FEATURE);
    let writer = FeatureWriter::of_collection(collection);
    write_record(&mut body, &writer, &record, record.shape(), as_of, crs);
    let links = [
        Link::new(state.base_url(), &own, "self", "application/geo+json"),
        Link::new(state.base_url(), &format!("{own}?f=html"), "alternate", "text/html"),
        Link::new(state.base_url(), &path, "collection", "application/json"),
        Link::new(state.base_url(), &format!("{own}/revisions"), "version-history", "application/json"),
    ];
    // A feature ends with the brace of its object; the links go in before it.
    body.pop();
    body.push_str(",\"links\":");
    write_links(&mut body, &links);
    body.push('}');
    let mut response = html::varied(reply::tagged(GEO_JSON, body));
    response.headers_mut().insert(CONTENT_CRS, content_crs(crs));
    Ok(Footprint::of_record(collection, &record).mark(response))
}

/// Takes `f` and `Accept` of one feature.
fn item_form(params: &mut Params, accept: &Accept) -> Result<Answered, Problem> {
    const OFFERS: [Offer; 2] = [
        Offer { names: &["geojson", "json"], media_types: &["application/geo+json", "application/json"] },
        Offer { names: &["html"], media_types: &["text/html"] },
    ];
    Ok(if one_of(params, accept, &OFFERS)? == 0 { Answered::Json } else { Answered::Html })
}

/// A reference system as the header has it: its URI between angle brackets.
fn content_crs(crs: Crs) -> HeaderValue {
    static ALL: LazyLock<Vec<(Crs, HeaderValue)>> = LazyLock::new(|| {
        let header = |crs: Crs| Some((crs, HeaderValue::from_str(&format!("<{}>", crs.uri())).ok()?));
        Crs::ALL.into_iter().filter_map(header).collect()
    });
    ALL.iter().find(|(of, _)| *of == crs).map_or(HeaderValue::from_static(""), |(_, header)| header.clone())
}

/// Writes a feature in a reference system.
fn write_record(body: &mut String, writer: &FeatureWriter, record: &dyn Record, shape: Shape<'_>, as_of: Instant, crs: Crs) {
    if crs == Crs::Crs84 {
        writer.write(body, record, shape.into(), as_of);
    } else {
        writer.write(body, record, Reprojected::of(shape, crs).geometry(), as_of);
    }
}

/// `GET /collections/{collection}/items/{id}/revisions`: every version with the time it was known, oldest first.
pub(super) async fn revisions(
    State(state): State<AppState>,
    audience: Audience,
    Path((collection, id)): Path<(String, String)>,
    RawQuery(text): RawQuery,
    accept: Accept,
) -> Result<Response, Problem> {
    let collection = named(&collection)?;
    let mut params = Params::parse(text.as_deref())?;
    only(&mut params, &accept, "json", &["application/json"])?;
    params.finish()?;
    let (snapshot, now) = (state.snapshot()?, state.now());
    let versions = snapshot.shown_revisions(audience, collection, &id);
    let Some(first) = versions.first() else {
        return Err(Problem::missing(format!("there is no '{id}' in {}", collection.id())));
    };
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
    // A change of a record touches the places of all its versions.
    Ok(Footprint::of_record(collection, first).mark(reply::tagged(JSON, body)))
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

fn page_links(
    base: &str,
    query: &FeatureQuery,
    text: Option<&str>,
    format: Option<Format>,
    page: &Page<RecordRef<'_>>,
) -> Vec<Link> {
    let path = format!("/collections/{}", query.collection.id());
    let here = query.cursor.as_ref().map(ToString::to_string);
    let link = |rel: &'static str, format: Option<Format>, cursor: Option<&str>| {
        let (name, media_type) = format.map_or(("html", "text/html"), |format| (format.name(), format.media_type()));
        // GeoJSON is what one gets without asking: from page to page its links stay as the request was.
        let asked = (rel == "alternate" || format != Some(Format::GeoJson)).then(|| with_parameter(text, "f", Some(name)));
        let query = with_parameter(asked.as_deref().map_or(text, |asked| asked.strip_prefix('?')), "cursor", cursor);
        Link::new(base, &format!("{path}/items{query}"), rel, media_type)
    };
    let mut links = vec![link("self", format, here.as_deref()), Link::new(base, &path, "collection", "application/json")];
    if let Some(next) = &page.next {
        links.push(link("next", format, Some(&next.to_string())));
    }
    if let Some(previous) = &page.previous {
        links.push(link("prev", format, Some(&previous.to_string())));
    }
    let others = Format::ALL.into_iter().map(Some).chain([None]).filter(|other| *other != format);
    links.extend(others.map(|other| link("alternate", other, here.as_deref())));
    links.push(
        Link::new(base, "/datasets", "license", "application/json").titled("Datasets with their licences and attributions"),
    );
    links
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
