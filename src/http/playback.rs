//! `/playback/…`: everything a player needs for the whole span, once. State changes, not frames: a step of the clock costs
//! the page no request.

use axum::extract::{RawQuery, State};
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use serde_json::{Value as Json, json};
use std::borrow::Cow;
use std::collections::HashMap;

use super::analytics::standing_word;
use super::cache::{Footprint, Thorough};
use super::negotiate::{Accept, only};
use super::params::Params;
use super::problem::Problem;
use super::reply::{self, JSON};
use super::state::AppState;
use crate::analytics::parameters::CELL;
use crate::analytics::{ControlModel, CorridorModel, STEPS, UnitKind, UnitView};
use crate::domain::{
    Audience, Blockade, Collection, ControlObservation, Corridor, FeatureQuery, GeoPrecision, Instant, Position, Record as _,
    Verification,
};
use crate::formats::{Column, FormatError, arrow_stream};
use crate::store::{Coded, Playback, PlaybackContent, STEP_DEG, Snapshot};
use crate::tiles::Tally;

/// Above so many incidents the stream is of cells and days.
const MAX_ROWS: usize = 500_000;

/// Arrow IPC, stream.
const ARROW: HeaderValue = HeaderValue::from_static("application/vnd.apache.arrow.stream");

/// `GET /playback/incidents`: the whole span as columns by day, positions in whole steps of `position_step_deg`, with `bbox`, `datetime`, `known_at`, any queryable, and `max_rows`,
/// above which it is cells and days.
pub(super) async fn incidents(
    State(state): State<AppState>,
    audience: Audience,
    RawQuery(query): RawQuery,
    accept: Accept,
) -> Result<Response, Problem> {
    let mut params = Params::parse(query.as_deref())?;
    only(&mut params, &accept, "arrow", &["application/vnd.apache.arrow.stream"])?;
    let max_rows = match params.take("max_rows")? {
        None => MAX_ROWS,
        Some(text) => match text.parse() {
            Ok(rows) if rows > 0 => MAX_ROWS.min(rows),
            _ => return Err(Problem::parameter("max_rows", format!("'{text}' is not a whole number of at least 1"))),
        },
    };
    let query = FeatureQuery { audience, ..params.counted_query(Collection::Incidents, state.now())? };
    let footprint = Footprint::of(&query);
    let body = state
        .on_snapshot(move |snapshot| {
            stream(snapshot.playback(&query, max_rows), &query).map_err(|error| {
                tracing::error!(%error, "the stream of incidents could not be written");
                Problem::new(StatusCode::INTERNAL_SERVER_ERROR)
            })
        })
        .await?;
    let mut response = reply::tagged(ARROW, body);
    // It is asked for once and played for long: worth some tens of milliseconds more.
    response.extensions_mut().insert(Thorough);
    Ok(footprint.mark(response))
}

fn stream(rows: Playback<'_>, query: &FeatureQuery) -> Result<Vec<u8>, FormatError> {
    let mut metadata = HashMap::from([
        ("datetime".to_owned(), query.datetime.to_string()),
        ("position_step_deg".to_owned(), STEP_DEG.to_string()),
    ]);
    if let Some(known_at) = query.known_at {
        metadata.insert("known_at".to_owned(), known_at.to_string());
    }
    if rows.withheld > 0 {
        metadata.insert("withheld".to_owned(), rows.withheld.to_string());
    }
    let mut columns = vec![
        ("day", Column::Int32(rows.day)),
        ("day_end", Column::Int32(rows.day_end)),
        ("position", Column::Pairs { codes: rows.position.codes, names: ["lon", "lat"], pairs: rows.position.values }),
    ];
    match rows.content {
        PlaybackContent::Incidents {
            event_type,
            actor1,
            actor2,
            country,
            region,
            dataset,
            date_precision,
            geo_precision,
            fatalities_best,
            fatalities_low,
            fatalities_high,
            confidence_percent,
        } => {
            metadata.insert("aggregated".to_owned(), "false".to_owned());
            columns.extend([
                ("event_type", words(event_type)),
                ("actor1", words(actor1)),
                ("actor2", words(actor2)),
                ("country", words(country)),
                ("region", words(region)),
                ("dataset", words(dataset)),
                ("date_precision", words(date_precision)),
                ("geo_precision", Column::UInt8(geo_precision)),
                ("fatalities_best", Column::UInt32(fatalities_best)),
                ("fatalities_low", Column::UInt32(fatalities_low)),
                ("fatalities_high", Column::UInt32(fatalities_high)),
                ("confidence_percent", Column::UInt32(confidence_percent)),
            ]);
        }
        PlaybackContent::Cells { zoom, tallies } => {
            metadata.insert("aggregated".to_owned(), "true".to_owned());
            metadata.insert("cell_zoom".to_owned(), zoom.to_string());
            // More than four thousand million in one cell on one day is no number of anything.
            let numbers = |of: fn(&Tally) -> u64| {
                Column::UInt32(tallies.iter().map(|tally| Some(u32::try_from(of(tally)).unwrap_or(u32::MAX))).collect())
            };
            columns.extend([
                ("count", numbers(|tally| tally.count)),
                ("fatalities_best", numbers(|tally| tally.best)),
                ("fatalities_low", numbers(|tally| tally.low)),
                ("fatalities_high", numbers(|tally| tally.high)),
                ("fatalities_unknown", numbers(|tally| tally.unknown)),
            ]);
        }
    }
    arrow_stream(columns, metadata)
}

fn words(of: Coded<&str>) -> Column<'_> {
    Column::Words { codes: of.codes, words: of.values }
}

/// `GET /playback/control[?known_at=]`: each place once, each dated statement once. A day that no statement of a place covers is unknown.
pub(super) async fn control(
    State(state): State<AppState>,
    audience: Audience,
    RawQuery(query): RawQuery,
    accept: Accept,
) -> Result<Response, Problem> {
    let mut params = Params::parse(query.as_deref())?;
    only(&mut params, &accept, "json", &["application/json"])?;
    let known_at = params.known_at()?;
    params.finish()?;
    let body = state.on_snapshot(move |snapshot| Ok(control_changes(snapshot, audience, known_at))).await?;
    Ok(reply::json(JSON, &body))
}

/// `GET /playback/corridors[?known_at=]`: each road once, each dated status once. A day that no status of a road covers is unknown.
pub(super) async fn corridors(
    State(state): State<AppState>,
    audience: Audience,
    RawQuery(query): RawQuery,
    accept: Accept,
) -> Result<Response, Problem> {
    let mut params = Params::parse(query.as_deref())?;
    only(&mut params, &accept, "json", &["application/json"])?;
    let known_at = params.known_at()?;
    params.finish()?;
    let body = state.on_snapshot(move |snapshot| Ok(corridor_changes(snapshot, audience, known_at))).await?;
    Ok(reply::json(JSON, &body))
}

/// A place is a name at a point: two places of one name and country stay apart.
fn place_key(row: &ControlObservation) -> (&str, &str, u64, u64) {
    let (lon, lat) = row.target.position().map_or((0, 0), |position| (position.lon().to_bits(), position.lat().to_bits()));
    (&row.country, &row.place, lon, lat)
}

fn control_changes(snapshot: &Snapshot, audience: Audience, known_at: Option<Instant>) -> Json {
    let (mut rows, hidden): (Vec<&ControlObservation>, Vec<_>) =
        snapshot.control_known(known_at).partition(|row| audience.may_see(row.redistribution()));
    let withheld = hidden.len();
    rows.sort_by(|a, b| place_key(a).cmp(&place_key(b)).then(a.valid_from.cmp(&b.valid_from)).then(a.id.cmp(&b.id)));
    let (mut places, mut changes) = (Vec::new(), Vec::with_capacity(rows.len()));
    let mut last: Option<&ControlObservation> = None;
    for row in rows {
        if last.is_none_or(|last| place_key(last) != place_key(row)) {
            places.push(json!({
                "place": row.place,
                "country": row.country,
                "region": row.region,
                "lon": row.target.position().map(Position::lon),
                "lat": row.target.position().map(Position::lat),
                "target": row.target.as_str(),
                "population": row.population,
            }));
        }
        last = Some(row);
        changes.push(json!({
            "id": row.id,
            "place": places.len() - 1,
            "actor": row.actor,
            "status": row.status.as_str(),
            "blockade": row.blockade.as_str(),
            "blockade_by": row.blockade_by,
            "valid_from": row.valid_from.to_string(),
            "valid_to": row.valid_to.map(|day| day.to_string()),
            "date_precision": row.date_precision().as_str(),
            "geo_precision": row.geo_precision.map(GeoPrecision::code),
            "last_confirmed": row.last_confirmed.map(|day| day.to_string()),
            "known_at": row.source.known_at.to_string(),
            "confidence": row.source.confidence,
            "verification": row.source.verification.map(Verification::as_str),
            "source": row.source.citation,
            "note": row.note,
        }));
    }
    let mut answer = json!({ "generation": snapshot.generation(), "places": places, "changes": changes });
    if let Some(known_at) = known_at {
        answer["known_at"] = json!(known_at.to_string());
    }
    assessed(&mut answer, &snapshot.control_model(audience), known_at);
    with_withheld(answer, withheld)
}

/// The columns of a row of `states`.
const STATE_COLUMNS: [&str; 14] = [
    "area",
    "from",
    "status",
    "actor",
    "share",
    "unknown",
    "disputed",
    "blockade",
    "blockade_by",
    "since",
    "changed_after",
    "last_confirmed",
    "rival",
    "confirmed_until",
];

/// Puts in what is assessed of all statements together: each area once, and a row for each day on which something else is believed of it,
/// which holds until the next row of that area. Days are counted from 1970-01-01, words and codes stand in `words`, rings in corners of
/// the grid. `rival` is who else has a part in it where it is contested or disputed, if a report names anyone;
/// on a day of the row it was last confirmed on that day or on `confirmed_until`, whichever is earlier.
fn assessed(answer: &mut Json, model: &ControlModel, known_at: Option<Instant>) {
    let (mut areas, mut rows, mut words) = (Vec::new(), Vec::new(), Vec::<String>::new());
    let mut code = |word: &str| match words.iter().position(|known| known == word) {
        Some(at) => at,
        None => {
            words.push(word.to_owned());
            words.len() - 1
        }
    };
    let hundredths = |share: f64| (share * 100.0).round() / 100.0;
    for (at, unit) in model.units().iter().enumerate() {
        let periods = if unit.kind == UnitKind::Rest { Vec::new() } else { model.periods(at, known_at, STEPS) };
        if periods.is_empty() {
            continue;
        }
        let mut area = json!({
            "id": unit.id,
            "place": unit.name,
            "country": unit.country,
            "region": unit.region,
            "lon": unit.position.map(Position::lon),
            "lat": unit.position.map(Position::lat),
            "population": unit.population,
            "area_km2": unit.area_km2.round(),
        });
        match unit.kind {
            UnitKind::Place => {
                area["rings"] =
                    model.rings(at).into_iter().map(|ring| ring.iter().flat_map(|(x, y)| [*x, *y]).collect::<Vec<_>>()).collect()
            }
            _ => area["outline"] = json!(model.outline(at)),
        }
        for period in &periods {
            let view = &period.view;
            let state = view.leading.as_ref().map(|(state, _)| *state);
            let siege = view.blockade.as_ref();
            rows.push(json!([
                areas.len(),
                period.from,
                state.map(|state| code(standing_word(state.standing))),
                state.and_then(|state| model.party(state)).map(&mut code),
                hundredths(view.share.0),
                hundredths(view.belief.unknown),
                u8::from(view.belief.disputed()),
                siege.map(|siege| code(if siege.degree == Blockade::None { "unknown" } else { siege.degree.as_str() })),
                siege.and_then(|siege| siege.by.as_deref()).map(&mut code),
                view.since,
                view.changed_between.map(|(last, _)| last),
                view.confirmed,
                rival(model, view).map(&mut code),
                view.confirmed_until,
            ]));
        }
        areas.push(area);
    }
    answer["grid_deg"] = json!(CELL.value);
    answer["areas"] = json!(areas);
    answer["words"] = json!(words);
    answer["states"] = json!({ "columns": STATE_COLUMNS, "rows": rows });
}

/// The other party of a contested place as reports name it, or whoever is believed next where they disagree.
fn rival<'a>(model: &'a ControlModel, view: &'a UnitView) -> Option<&'a str> {
    let (leading, _) = view.leading.as_ref()?;
    let other = |party: &&str| model.party(*leading) != Some(*party);
    if ControlModel::is_contested(*leading) {
        return view.parties.iter().map(String::as_str).find(other);
    }
    if !view.belief.disputed() {
        return None;
    }
    let others = view.belief.states.iter().filter_map(|(state, belief)| Some((model.party(*state)?, belief)));
    others.filter(|(party, _)| other(party)).max_by(|a, b| a.1.total_cmp(b.1)).map(|(party, _)| party)
}

fn corridor_changes(snapshot: &Snapshot, audience: Audience, known_at: Option<Instant>) -> Json {
    let corridors: Vec<Json> = snapshot.corridors().iter().map(describe).collect();
    let (mut changes, mut withheld) = (Vec::new(), 0);
    for (ordinal, corridor) in snapshot.corridors().iter().enumerate() {
        let corridor = known_at.map_or(Cow::Borrowed(corridor), |known_at| Cow::Owned(corridor.as_known(known_at)));
        let (shown, hidden): (Vec<_>, Vec<_>) =
            corridor.changes.iter().partition(|change| audience.may_see(change.redistribution()));
        withheld += hidden.len();
        changes.extend(shown.iter().map(|change| {
            json!({
                "corridor": ordinal,
                "segment": change.segment,
                "status": change.status.as_str(),
                "valid_from": change.valid_from.to_string(),
                "valid_to": change.valid_to.map(|day| day.to_string()),
                "from_precision": change.from_precision.as_str(),
                "to_precision": change.to_precision.as_str(),
                "last_confirmed": change.last_confirmed.map(|day| day.to_string()),
                "known_at": change.source.known_at.to_string(),
                "actor": change.actor,
                "confidence": change.source.confidence,
                "verification": change.source.verification.map(Verification::as_str),
                "source": change.source.citation,
                "note": change.note,
            })
        }));
    }
    let mut answer = json!({ "generation": snapshot.generation(), "corridors": corridors, "changes": changes });
    if let Some(known_at) = known_at {
        answer["known_at"] = json!(known_at.to_string());
    }
    answer["segment_states"] = segment_states(&snapshot.corridor_model(audience, known_at));
    with_withheld(answer, withheld)
}

/// How each segment counts in the measures of corridors, a row for each day on which it is something else, which holds until its next row: the
/// least severe of the corridors that share it, its own report first, disrupted where incidents near it make it so. Unknown before the
/// first. Days are counted from 1970-01-01.
fn segment_states(model: &CorridorModel) -> Json {
    let (mut segments, mut rows) = (Vec::new(), Vec::new());
    for (id, states) in model.segment_states() {
        for state in &states {
            let basis = if state.by_incidents { "incidents" } else { "reported" };
            rows.push(json!([segments.len(), state.from, state.status.as_str(), basis]));
        }
        segments.push(id);
    }
    json!({ "segments": segments, "columns": ["segment", "from", "status", "basis"], "rows": rows })
}

/// The answer, saying how many statements may not be shown to whoever asks, where there are any.
fn with_withheld(mut answer: Json, withheld: usize) -> Json {
    if withheld > 0 {
        answer["withheld"] = json!(withheld);
    }
    answer
}

fn describe(corridor: &Corridor) -> Json {
    let segments: Vec<Json> = corridor
        .segments()
        .iter()
        .map(|segment| {
            json!({
                "id": segment.id,
                "seq": segment.seq,
                "from": segment.from,
                "to": segment.to,
                "length_km": segment.length_km,
                "class": segment.class,
                "coordinates": segment.line.coords().map(|coord| [coord.x, coord.y]).collect::<Vec<_>>(),
            })
        })
        .collect();
    let weight = |of: fn(&crate::domain::SupplyShare) -> f64| corridor.weight.as_ref().map(of);
    json!({
        "id": corridor.id,
        "name": corridor.name,
        "target": Some(&corridor.target).filter(|target| !target.is_empty()),
        "weight": weight(|weight| weight.share),
        "weight_low": weight(|weight| weight.low),
        "weight_high": weight(|weight| weight.high),
        "weight_source": corridor.weight.as_ref().and_then(|weight| weight.source.as_deref()),
        "segments": segments,
    })
}
