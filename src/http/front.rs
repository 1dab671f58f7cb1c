//! `/analytics/front` and `/playback/front`: where an actor was first reported, how far from capitals and the coast, how fast and in which
//! direction that moved, and whether it grows, moves or shrinks.
//!
//! All of it is about reports of the past. No answer has a field that says when anything will be reached.

use axum::extract::{RawQuery, State};
use axum::response::Response;
use jiff::civil::Date;
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::OnceLock;

use super::analytics::{date, settings, sources};
use super::assets;
use super::cache::Thorough;
use super::negotiate::{Accept, only};
use super::params::Params;
use super::problem::{Problem, Refusal};
use super::reply::{self, JSON};
use super::state::AppState;
use crate::analytics::front::distances::{Coast, Course, Month, Summary};
use crate::analytics::front::expansion::{Contiguity, Diffusion, Expansion, Window};
use crate::analytics::front::speed::{Arrival, SECTORS, Speed, Spread};
use crate::analytics::parameters::{self, EXPANSION_CHANGES, FRONT_ACTIVE, FRONT_CELL, NEAR_ERROR};
use crate::analytics::{
    CellHistory, Day, Estimate, FRONT_METHOD, FRONT_METHOD_VERSION, FrontModel, FrontSpan, FrontView, LEVEL, LeftOut, Origin,
    OriginBasis, date_of, day_of,
};
use crate::domain::{Audience, Instant, Position};
use crate::store::Snapshot;

/// What every number must be read with.
const CAVEATS: [&str; 6] = [
    "first reported activity, not presence or control: where nobody reported, nothing is known",
    "incidents in which the actor takes part on either side; those of its parts count while they belong to it",
    "incidents known to a district only, dated to a year only, or without a place are left out and counted under left_out",
    "what was reported before the actor had its name stands under the names of its parts: cells where these were active are reached at once",
    "one origin: a front with several is told wrongly by a speed from one of them",
    "the past as reported, carried on nowhere: no number says when a place will be reached",
];

/// What stands in place of a number that the evidence does not bear.
const INSUFFICIENT: &str = "insufficient_evidence";
/// What stands in place of one that cannot be worked out.
const NOT_COMPUTABLE: &str = "not_computable";

/// What is asked of a front.
#[derive(Debug, Clone)]
pub struct FrontQuestion {
    /// Code of the actor.
    pub actor: String,
    /// The first day; `None` for that of the first report.
    pub from: Option<Date>,
    /// The last day, included.
    pub to: Date,
    /// What was known then; `None` for now.
    pub known_at: Option<Instant>,
    /// Where it is measured from, as `lon,lat` or the name of a place; `None` for where the first reports are.
    pub origin: Option<String>,
}

/// The coast: the outline of the land of the basemap without the edges at which it was cut out (22° E, the equator, 30° N). Empty when
/// the page was built without a basemap.
fn coast() -> &'static Coast {
    static COAST: OnceLock<Coast> = OnceLock::new();
    COAST.get_or_init(|| {
        let Some(basemap) = assets::basemap() else { return Coast::default() };
        let position = |(lon, lat): &(f64, f64)| Position::new(*lon, *lat).ok();
        let is_cut = |a: Position, b: Position| {
            let along = |a: f64, b: f64, edge: f64| (a - edge).abs() < 1e-3 && (b - edge).abs() < 1e-3;
            along(a.lon(), b.lon(), 22.0) || along(a.lat(), b.lat(), 0.0) || along(a.lat(), b.lat(), 30.0)
        };
        let mut lines: Vec<Vec<Position>> = Vec::new();
        for ring in &basemap.land {
            let ring: Vec<Position> = ring.iter().filter_map(position).collect();
            let mut line: Vec<Position> = Vec::new();
            for pair in ring.windows(2) {
                if is_cut(pair[0], pair[1]) {
                    lines.push(std::mem::take(&mut line));
                    continue;
                }
                if line.is_empty() {
                    line.push(pair[0]);
                }
                line.push(pair[1]);
            }
            lines.push(line);
        }
        lines.retain(|line| line.len() > 1);
        Coast::new(&lines)
    })
}

fn day_text(day: Day) -> String {
    date_of(day).to_string()
}

/// To four digits after the point: ten centimetres, and finer than any of it is known.
fn rounded(number: f64) -> f64 {
    (number * 1e4).round() / 1e4
}

fn tenths(number: f64) -> f64 {
    (number * 10.0).round() / 10.0
}

fn names_of(snapshot: &Snapshot, code: &str) -> (Json, Json, Json) {
    let actor = snapshot.actors().iter().find(|actor| actor.code == code);
    (
        json!(actor.map(|actor| &actor.name_en)),
        json!(actor.map(|actor| &actor.name_fr)),
        json!(actor.map(|actor| actor.side.as_str())),
    )
}

fn left_out(of: &LeftOut) -> Json {
    json!({ "unplaced": of.unplaced, "area_only": of.area_only, "year_only": of.year_only })
}

/// How many incidents of an actor may not be shown to whoever asks.
fn withheld(snapshot: &Snapshot, audience: Audience, actor: &str, known_at: Option<Instant>) -> usize {
    if audience == Audience::Operator || !snapshot.restricted() {
        return 0;
    }
    let of = |audience| {
        let model = snapshot.front_model(audience, known_at);
        let left_out = model.left_out(actor).unwrap_or_default();
        let placed: usize = model.cells(actor).into_iter().flatten().map(|cell| cell.events).sum();
        placed + left_out.unplaced + left_out.area_only + left_out.year_only
    };
    of(Audience::Operator).saturating_sub(of(Audience::Public))
}

/// The actors that can be asked for.
#[must_use]
pub fn front_actors(snapshot: &Snapshot, audience: Audience, known_at: Option<Instant>) -> Json {
    let model = snapshot.front_model(audience, known_at);
    let describe = |actor: crate::analytics::FrontActor<'_>| {
        let (name_en, name_fr, side) = names_of(snapshot, actor.code);
        json!({
            "actor": actor.code,
            "name_en": name_en,
            "name_fr": name_fr,
            "side": side,
            "events": actor.events,
            "cells": actor.cells,
            "first": day_text(actor.first),
            "last": day_text(actor.last),
        })
    };
    let mut document = json!({
        "generation": snapshot.generation(),
        "method": FRONT_METHOD,
        "method_version": FRONT_METHOD_VERSION,
        "actors": model.actors().into_iter().map(describe).collect::<Vec<_>>(),
    });
    if let Some(known_at) = known_at {
        document["known_at"] = json!(known_at.to_string());
    }
    document
}

pub(super) fn no_such_actor(model: &FrontModel, actor: &str) -> Refusal {
    const LISTED: usize = 12;
    let known = model.actors();
    let mut names = known.iter().take(LISTED).map(|actor| actor.code).collect::<Vec<_>>().join(", ");
    if known.len() > LISTED {
        let _ = write!(names, " and {} more, listed at /analytics/front", known.len() - LISTED);
    } else if known.is_empty() {
        names.push_str("there are none");
    }
    ("actor", format!("no incident with a place and a day is reported of '{actor}'; actors: {names}"))
}

/// Reads an origin: longitude and latitude, or the name of a place.
fn origin(model: &FrontModel, text: &str) -> Result<Position, Refusal> {
    let refused = |reason: String| ("origin", reason);
    let parts: Vec<&str> = text.split(',').map(str::trim).collect();
    let numbers: Option<Vec<f64>> = parts.iter().map(|part| part.parse().ok()).collect();
    match numbers.as_deref() {
        Some([lon, lat]) => Position::new(*lon, *lat).map_err(|error| refused(error.to_string())),
        _ => match model.place(text) {
            Some(place) => Ok(place.position),
            None => Err(refused(format!("'{text}' is neither lon,lat in degrees nor the name of a known place"))),
        },
    }
}

/// What all the numbers of an answer have in common.
struct Frame<'a> {
    as_of: String,
    known_at: Option<String>,
    datasets: Vec<&'a str>,
}

impl Frame<'_> {
    /// A number with all that belongs to it.
    fn envelope(&self, of: &Estimate, unit: &str, n: usize, caveats: &[String]) -> Json {
        json!({
            "value": rounded(of.value),
            "lo": rounded(of.lo),
            "hi": rounded(of.hi),
            "level": LEVEL,
            "unit": unit,
            "n": n,
            "as_of": self.as_of,
            "known_at": self.known_at,
            "method": FRONT_METHOD,
            "method_version": FRONT_METHOD_VERSION,
            "sources": self.datasets,
            "caveats": caveats,
        })
    }

    fn or_insufficient(&self, of: Option<&Estimate>, unit: &str, n: usize, caveats: &[String]) -> Json {
        of.map_or_else(|| json!(INSUFFICIENT), |of| self.envelope(of, unit, n, caveats))
    }

    /// The nearest of some events, which may lie as far off as its source knows its place.
    fn nearest(&self, summary: &Summary, view: &FrontView<'_>) -> Json {
        let Some((km, at)) = summary.nearest else { return json!(INSUFFICIENT) };
        let event = &view.events[at];
        let error = if event.is_near { NEAR_ERROR.value } else { 0.0 };
        let estimate = Estimate { value: km, lo: (km - error).max(0.0), hi: km + error, median: None };
        let mut envelope =
            self.envelope(&estimate, "km", 1, &["one report; the interval is what its source knows of its place".to_owned()]);
        envelope["date"] = json!(day_text(event.day));
        envelope["date_precision"] = json!(event.precision.as_str());
        envelope["lon"] = json!(event.position.lon());
        envelope["lat"] = json!(event.position.lat());
        envelope["geo_precision"] = json!(if event.is_near { 2 } else { 1 });
        envelope
    }

    fn summary(&self, summary: &Summary, view: &FrontView<'_>) -> [(&'static str, Json); 3] {
        [
            ("nearest", self.nearest(summary, view)),
            ("p5", self.or_insufficient(summary.near.as_ref(), "km", summary.events, &[])),
            ("median", self.or_insufficient(summary.median.as_ref(), "km", summary.events, &[])),
        ]
    }

    /// The distances from somewhere.
    fn course(&self, course: &Course, view: &FrontView<'_>) -> Json {
        let mut told = json!({});
        let last = course.months.last();
        let nothing = Summary::default();
        for (name, number) in self.summary(last.map_or(&nothing, |month| &month.recent), view) {
            told[name] = number;
        }
        told["ever"] = json!({});
        for (name, number) in self.summary(last.map_or(&nothing, |month| &month.ever), view) {
            told["ever"][name] = number;
        }
        told["road"] = match &course.road {
            None => json!(NOT_COMPUTABLE),
            Some((near, median, events)) => {
                let of = last.map_or(0, |month| month.recent.events);
                let caveat = [format!(
                    "over the schematic lines of corridors, shorter than the road; {events} of {of} events lie within 10 km of one, the others are not in it"
                )];
                json!({ "p5": self.envelope(near, "km by road", *events, &caveat), "median": self.envelope(median, "km by road", *events, &caveat) })
            }
        };
        told["trend"] = match &course.trend {
            None => json!(INSUFFICIENT),
            Some(trend) => {
                let estimate = Estimate { value: trend.slope, lo: trend.lo, hi: trend.hi, median: None };
                let mut envelope = self.envelope(
                    &estimate,
                    "km/month",
                    trend.values,
                    &["of p5, every third month; negative = nearer".to_owned()],
                );
                envelope["p"] = json!(rounded(trend.p));
                envelope
            }
        };
        told["months"] = course.months.iter().map(month).collect();
        told
    }
}

fn month(month: &Month) -> Json {
    let value = |of: &Option<Estimate>| of.as_ref().map(|of| tenths(of.value));
    let nearest = |of: &Summary| of.nearest.map(|(km, _)| tenths(km));
    json!({
        "month": day_text(month.day)[..7],
        "as_of": day_text(month.day),
        "events": month.recent.events,
        "cells": month.recent.cells,
        "nearest": nearest(&month.recent),
        "p5": value(&month.recent.near),
        "median": value(&month.recent.median),
        "ever_nearest": nearest(&month.ever),
        "ever_p5": value(&month.ever.near),
        "ever_median": value(&month.ever.median),
        "road_p5": value(&month.road),
    })
}

fn told_origin(origin: &Origin) -> Json {
    let mut told = json!({
        "lon": origin.position.lon(),
        "lat": origin.position.lat(),
        "place": origin.place.as_ref().map(|(name, _)| name),
        "place_km": origin.place.as_ref().map(|(_, km)| tenths(*km)),
    });
    let (basis, taken) = match origin.basis {
        OriginBasis::Asked => ("asked", None),
        OriginBasis::Events { events, from, to, confirmed } => {
            (if confirmed { "first_confirmed_cells" } else { "first_events" }, Some((events, from, to)))
        }
    };
    told["basis"] = json!(basis);
    told["events"] = json!(taken.map(|(events, ..)| events));
    told["first"] = json!(taken.map(|(_, first, _)| day_text(first)));
    told["last"] = json!(taken.map(|(.., last)| day_text(last)));
    told
}

fn bin(arrival: &Arrival) -> Json {
    json!({
        "from_km": arrival.bin.from_km,
        "to_km": arrival.bin.to_km,
        "cells": arrival.bin.cells(),
        "affected": arrival.bin.affected,
        "median": arrival.median.map(|day| {
            #[allow(clippy::cast_possible_truncation, reason = "a whole day")]
            let day = day as Day;
            day_text(day)
        }),
        "used": arrival.used,
    })
}

fn speed(frame: &Frame<'_>, of: &Speed, caveats: &[String]) -> Json {
    frame.or_insufficient(of.speed.as_ref(), "km/month", of.affected, caveats)
}

fn put_spread(document: &mut Json, frame: &Frame<'_>, spread: &Spread) {
    let caveats = ["of first reported activity; intervals from drawing level-1 regions again".to_owned()];
    document["speed"] = speed(frame, &spread.all, &caveats);
    document["speed_reasons"] = json!(spread.all.reasons);
    let sector = |(number, of): (usize, &Speed)| {
        json!({
            "sector": SECTORS[number],
            "bearing_deg": number * 45,
            "cells": of.cells,
            "affected": of.affected,
            "bins_with_median": of.bins(),
            "speed": speed(frame, of, &caveats),
            "reasons": of.reasons,
        })
    };
    document["sectors"] = spread.sectors.iter().enumerate().map(sector).collect();
    let affected = [3, 4, 5].iter().map(|sector| spread.sectors[*sector].affected).sum();
    let mean = ["mean of SE, S and SW as far as they have a speed, weighted by cells".to_owned()];
    document["southward"] = frame.or_insufficient(spread.southward.as_ref(), "km/month", affected, &mean);
    document["bins"] = spread.all.arrivals.iter().map(bin).collect();
}

fn contiguity(frame: &Frame<'_>, of: &Contiguity, new: usize) -> Json {
    let expected = of.expected;
    if expected <= 0.0 {
        return json!({ "observed": of.observed, "expected": 0.0, "ratio": NOT_COMPUTABLE, "p": rounded(of.p) });
    }
    #[allow(clippy::cast_precision_loss, reason = "counts of cells")]
    let observed = of.observed as f64;
    let ratio = observed / expected;
    let over = |expected: f64| if expected > 0.0 { observed / expected } else { ratio };
    let estimate =
        Estimate { value: ratio, lo: over(of.expected_hi).min(ratio), hi: over(of.expected_lo).max(ratio), median: None };
    let caveat = "observed over expected where newly active cells are drawn among those at risk; p one-sided: how often chance gives as many or more";
    let mut envelope = frame.envelope(&estimate, "times the expected", new, &[caveat.to_owned()]);
    envelope["observed"] = json!(of.observed);
    envelope["expected"] = json!(rounded(expected));
    envelope["ratio"] = json!(rounded(ratio));
    envelope["p"] = json!(rounded(of.p));
    envelope
}

fn put_expansion(document: &mut Json, frame: &Frame<'_>, expansion: &Expansion) {
    let basis = if expansion.by_region { "level-1 regions" } else { "single cells, because there are too few regions" };
    let mut caveats = vec![format!(
        "over {} changes in {} windows; interval from drawing {basis} again",
        expansion.changes,
        expansion.windows.len()
    )];
    #[allow(clippy::cast_precision_loss, reason = "counts of cells")]
    let few = (expansion.changes as f64) < EXPANSION_CHANGES.value;
    if few {
        caveats.push(format!("fewer than {} changes: too little for a label", EXPANSION_CHANGES.value));
    } else if expansion.label.is_none() {
        caveats.push("much changes, and newly active cells lie beside others no more often than by chance: no label".to_owned());
    }
    document["expansion"] = frame.or_insufficient(expansion.index.as_ref(), "index from -1 to 1", expansion.changes, &caveats);
    document["turnover"] =
        frame.or_insufficient(expansion.turnover.as_ref(), "share of active cells that change", expansion.changes, &caveats);
    document["label"] = json!(expansion.label.map_or(INSUFFICIENT, Diffusion::as_str));
    let names = ["beside_persisting", "beside_silenced", "isolated"];
    document["contiguity"] = match &expansion.contiguity {
        None => names.iter().map(|name| ((*name).to_owned(), json!(INSUFFICIENT))).collect::<serde_json::Map<_, _>>().into(),
        Some(of) => {
            let new = of.iter().map(|kind| kind.observed).sum();
            let told = names.iter().zip(of).map(|(name, kind)| ((*name).to_owned(), contiguity(frame, kind, new)));
            told.collect::<serde_json::Map<_, _>>().into()
        }
    };
    let window = |window: &Window| {
        json!({
            "from": day_text(window.from),
            "to": day_text(window.to),
            "persist": window.persist,
            "new": window.new,
            "silent": window.silent,
            "expansion": window.expansion().map(rounded),
            "turnover": window.turnover().map(rounded),
        })
    };
    document["windows"] = expansion.windows.iter().map(window).collect();
}

/// The front of an actor: what `/analytics/front` and `harmattan analyze front` answer.
///
/// # Errors
/// The parameter to blame when nothing is reported of the actor, the origin is nowhere, or the days are in the wrong order.
pub fn front_document(snapshot: &Snapshot, audience: Audience, question: &FrontQuestion) -> Result<Json, Refusal> {
    let model = snapshot.front_model(audience, question.known_at);
    let to = day_of(question.to);
    let from = question.from.map(day_of);
    if from.is_some_and(|from| from > to) {
        return Err(("from", "it lies after to".to_owned()));
    }
    let origin = question.origin.as_deref().map(|text| origin(&model, text)).transpose()?;
    let view = model.view(&question.actor, FrontSpan { from, to, origin }, coast());
    let view = view.ok_or_else(|| no_such_actor(&model, &question.actor))?;
    let frame = Frame {
        as_of: day_text(view.to),
        known_at: question.known_at.or(model.newest()).map(|instant| instant.to_string()),
        datasets: view.datasets.iter().copied().collect(),
    };
    let (name_en, name_fr, side) = names_of(snapshot, &question.actor);
    let evidence = &view.evidence;
    let mut document = json!({
        "actor": question.actor,
        "name_en": name_en,
        "name_fr": name_fr,
        "side": side,
        "from": day_text(view.from),
        "to": day_text(view.to),
        "known_at": frame.known_at,
        "generation": snapshot.generation(),
        "method": FRONT_METHOD,
        "method_version": FRONT_METHOD_VERSION,
        "origin": view.origin.as_ref().map(told_origin),
        "evidence": {
            "events": evidence.events,
            "events_in_span": evidence.events_in_span,
            "affected_cells": evidence.affected_cells,
            "settled_cells": evidence.settled_cells,
            "settled_cells_affected": evidence.settled_cells_affected,
            "events_in_settled_cells": evidence.events_in_settled_cells,
            "bins_with_median": view.spread.as_ref().map_or(0, |spread| spread.all.bins()),
            "regions": evidence.regions,
            "left_out": left_out(&evidence.left_out),
        },
    });
    match &view.spread {
        Some(spread) => put_spread(&mut document, &frame, spread),
        None => {
            document["speed"] = json!(INSUFFICIENT);
            document["speed_reasons"] = json!(["no event up to the last day"]);
            (document["sectors"], document["southward"], document["bins"]) = (json!([]), json!(INSUFFICIENT), json!([]));
        }
    }
    put_expansion(&mut document, &frame, &view.expansion);
    let capital = |capital: &crate::analytics::CapitalCourse<'_>| {
        let mut told = json!({
            "place": capital.place.name,
            "id": capital.place.id,
            "country": capital.place.country,
            "lon": capital.place.position.lon(),
            "lat": capital.place.position.lat(),
        });
        if let (Some(told), Json::Object(course)) = (told.as_object_mut(), frame.course(&capital.course, &view)) {
            told.extend(course);
        }
        told
    };
    document["distances"] = json!({
        "capitals": view.capitals.iter().map(capital).collect::<Vec<_>>(),
        "coast": view.coast.as_ref().map_or_else(|| json!(NOT_COMPUTABLE), |course| frame.course(course, &view)),
    });
    let mut caveats: Vec<String> = CAVEATS.iter().map(ToString::to_string).collect();
    if view.to < to {
        caveats.push(format!("nothing is reported after {}: the span ends there", day_text(view.to)));
    }
    if from.is_some_and(|from| from < view.from) {
        caveats.push(format!("nothing is reported before {}: the span begins there", day_text(view.from)));
    }
    let off = evidence.events - evidence.events_in_settled_cells;
    if off > 0 {
        caveats
            .push(format!("{off} of {} events lie in cells without a known settlement: speed leaves them out", evidence.events));
    }
    let hidden = withheld(snapshot, audience, &question.actor, question.known_at);
    if hidden > 0 {
        document["withheld"] = json!(hidden);
    }
    document["caveats"] = json!(caveats);
    document["parameters"] = settings(parameters::OF_FRONT);
    let used: BTreeSet<&str> = view.datasets.clone();
    document["sources"] = sources(snapshot, &used);
    Ok(document)
}

/// `GET /analytics/front?actor=&from=&to=[&known_at=][&origin=]`: the front of an actor; without `actor` who can be asked for.
pub(super) async fn front(
    State(state): State<AppState>,
    audience: Audience,
    RawQuery(query): RawQuery,
    accept: Accept,
) -> Result<Response, Problem> {
    let mut params = Params::parse(query.as_deref())?;
    only(&mut params, &accept, "json", &["application/json"])?;
    let today = state.now().date().unwrap_or(Date::constant(1970, 1, 1));
    let actor = params.take("actor")?;
    let (from, to) = (date(&mut params, "from", &state)?, date(&mut params, "to", &state)?.unwrap_or(today));
    let known_at = params.known_at()?;
    let origin = params.take("origin")?;
    params.finish()?;
    let Some(actor) = actor else {
        let body = state.on_snapshot(move |snapshot| Ok(front_actors(snapshot, audience, known_at))).await?;
        return Ok(reply::json(JSON, &body));
    };
    let question = FrontQuestion { actor, from, to, known_at, origin };
    let body = state.on_snapshot(move |snapshot| front_document(snapshot, audience, &question).map_err(Problem::refused)).await?;
    Ok(reply::json(JSON, &body))
}

/// `GET /playback/front?actor=[&known_at=]`: each cell in which the actor was reported once, with the days on which it counts as active.
pub(super) async fn playback(
    State(state): State<AppState>,
    audience: Audience,
    RawQuery(query): RawQuery,
    accept: Accept,
) -> Result<Response, Problem> {
    let mut params = Params::parse(query.as_deref())?;
    only(&mut params, &accept, "json", &["application/json"])?;
    let actor = params.take("actor")?;
    let known_at = params.known_at()?;
    params.finish()?;
    let actor = actor.ok_or_else(|| Problem::parameter("actor", "it is needed: an actor, as listed at /analytics/front"))?;
    let body = state
        .on_snapshot(move |snapshot| {
            let model = snapshot.front_model(audience, known_at);
            let cells = model.cells(&actor).ok_or_else(|| Problem::refused(no_such_actor(&model, &actor)))?;
            let mut body = json!({
                "generation": snapshot.generation(),
                "actor": actor,
                "cell_km": FRONT_CELL.value,
                "active_days": FRONT_ACTIVE.value,
                "first": cells.iter().map(|cell| cell.first).min().map(day_text),
                "last": cells.iter().map(|cell| cell.last).max().map(day_text),
                "cells": cells.iter().map(describe).collect::<Vec<_>>(),
                "left_out": left_out(&model.left_out(&actor).unwrap_or_default()),
            });
            if let Some(known_at) = known_at {
                body["known_at"] = json!(known_at.to_string());
            }
            let hidden = withheld(snapshot, audience, &actor, known_at);
            if hidden > 0 {
                body["withheld"] = json!(hidden);
            }
            Ok(body)
        })
        .await?;
    let mut response = reply::json(JSON, &body);
    // It is asked for once and played for long.
    response.extensions_mut().insert(Thorough);
    Ok(response)
}

fn describe(history: &CellHistory) -> Json {
    json!({
        "cell": history.cell.to_string(),
        "bbox": history.cell.corners().map(rounded),
        "first": day_text(history.first),
        "precision": history.precision.as_str(),
        "last": day_text(history.last),
        "active": history.active.iter().map(|(from, to)| [day_text(*from), day_text(*to)]).collect::<Vec<_>>(),
        "events": history.events,
        "settlements": history.settlements,
    })
}

/// A number of an answer for people.
fn spoken(of: &Json, unit: &str) -> String {
    match of.as_str() {
        Some(word) => word.replace('_', " "),
        None => {
            let part = |name: &str| of[name].as_f64().unwrap_or_default();
            let digits = if part("value").abs() < 10.0 { 2 } else { 0 };
            format!("{:.digits$}{unit} ({:.digits$} to {:.digits$})", part("value"), part("lo"), part("hi"))
        }
    }
}

/// The front of an actor for people to read on a terminal.
#[must_use]
pub fn front_text(document: &Json) -> String {
    let word = |of: &Json| of.as_str().unwrap_or("–").to_owned();
    let list = |of: &Json| of.as_array().cloned().unwrap_or_default();
    let mut text = format!(
        "{}, as reported from {} to {}, as known at {}. Intervals 5–95 %.\n",
        word(&document["actor"]),
        word(&document["from"]),
        word(&document["to"]),
        document["known_at"].as_str().unwrap_or("no time: nothing is known"),
    );
    let evidence = &document["evidence"];
    let _ = writeln!(
        text,
        "{} events in {} cells; {} events in {} of {} cells with a known settlement.",
        evidence["events"],
        evidence["affected_cells"],
        evidence["events_in_settled_cells"],
        evidence["settled_cells_affected"],
        evidence["settled_cells"]
    );
    let origin = &document["origin"];
    if origin.is_object() {
        let _ = writeln!(
            text,
            "Measured from {}, {} ({} km from {}; {}).",
            origin["lon"],
            origin["lat"],
            origin["place_km"],
            word(&origin["place"]),
            word(&origin["basis"]).replace('_', " ")
        );
    }
    let _ = writeln!(text, "\n  speed of first reports  {}", spoken(&document["speed"], " km/month"));
    for reason in list(&document["speed_reasons"]) {
        let _ = writeln!(text, "    because: {}", word(&reason));
    }
    for sector in list(&document["sectors"]).iter().filter(|sector| sector["speed"].is_object()) {
        let _ = writeln!(text, "    {:<22}{}", word(&sector["sector"]), spoken(&sector["speed"], " km/month"));
    }
    let _ = writeln!(text, "  southward               {}", spoken(&document["southward"], " km/month"));
    let _ = writeln!(text, "  expansion index         {}", spoken(&document["expansion"], ""));
    let _ = writeln!(text, "  turnover                {}", spoken(&document["turnover"], ""));
    let _ = writeln!(text, "  label                   {}", word(&document["label"]).replace('_', " "));
    for (name, words) in
        [("beside_persisting", "beside persisting"), ("beside_silenced", "beside silenced"), ("isolated", "isolated")]
    {
        let of = &document["contiguity"][name];
        let p = of["p"].as_f64().map_or_else(String::new, |p| format!(", p = {p:.3}"));
        let _ = writeln!(text, "    new cells {:<20}{}{p}", words, spoken(of, " × expected"));
    }
    let _ = writeln!(text, "\n  distance of the last 90 days      nearest      5 % nearer   median       trend of 5 %");
    let mut row = |name: &str, of: &Json| {
        let km = |of: &Json| of["value"].as_f64().map_or("–".to_owned(), |km| format!("{km:.0} km"));
        let trend = of["trend"]["value"].as_f64().map_or("–".to_owned(), |slope| {
            format!("{slope:+.1} km/month, p = {:.3}", of["trend"]["p"].as_f64().unwrap_or(1.0))
        });
        let _ = writeln!(text, "  {name:<33} {:<12} {:<12} {:<12} {trend}", km(&of["nearest"]), km(&of["p5"]), km(&of["median"]));
    };
    for capital in list(&document["distances"]["capitals"]) {
        row(&word(&capital["place"]), &capital);
    }
    row("the coast", &document["distances"]["coast"]);
    for caveat in list(&document["caveats"]) {
        let _ = writeln!(text, "  Note: {}.", word(&caveat));
    }
    text
}
