//! `/analytics/corridors…`: how much of a town's supply capacity is open, through which gateways and on whose report, on a day and over time.
//!
//! Every number that is estimated is an envelope: value, interval, unit, what it rests on, from when, and what to beware of. Roads that are open
//! are never told apart by what their loss would do, and no time that anything takes on a road is told.

use axum::extract::{RawQuery, State};
use axum::response::Response;
use jiff::civil::Date;
use jiff::{Span, ToSpan as _};
use serde::Serialize;
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::LazyLock;

use super::analytics::{date, rounded, settings, sources};
use super::negotiate::{Accept, only};
use super::params::Params;
use super::problem::{Problem, Refusal};
use super::reply::{self, JSON};
use super::state::AppState;
use crate::analytics::{
    Bottleneck, CORRIDOR_METHOD, CORRIDOR_METHOD_VERSION, CorridorModel, CorridorPoint, CorridorView, Day, Estimate, GatewayView,
    LEVEL, TownView, date_of, day_of, isolation_is_doubtful, parameters,
};
use crate::domain::{Audience, DatePrecision, Instant, StatusChange, Verification};
use crate::store::Snapshot;

/// What every number must be read with.
const CAVEATS: [&str; 5] = [
    "on reported road conditions: a road that nobody reported on is unknown, and no status vouches for a road",
    "a status is that of a corridor as a whole; stretches that corridors share take the least severe of theirs",
    "capacities, multipliers and thresholds are this project's defaults, and no published figures exist to hold them against",
    "capacity_open gives an open trunk road room for all that a town takes, so that a few disrupted roads make up for one another: read supply_open beside it",
    "what is open is no measure of what arrives: stocks, prices and goods are not looked at",
];

/// What is to be known of shares that nobody states.
const DEFAULT_SHARES: &str = "supply shares that no source states are equal parts (default) of what the stated ones leave over";

/// What stands in the place of a number that cannot be told.
const NOT_COMPUTABLE: &str = "not_computable";

/// Why there are no numbers where the network does not hang together.
const APART: &str = "no way leads from a gateway to the town even with every road open: the network is not connected";

/// Why there are none where they cannot be right.
const FAULT: &str = "a flow that the numbers rest on is not held up by a cut of its size, so that it cannot be right: a fault of the program, which its log names";

/// The most days that a series may have.
const MAX_STEPS: usize = 10_000;

/// What is asked of the roads to a town.
#[derive(Debug, Clone)]
pub struct CorridorQuestion {
    /// Its name, in any case and with or without accents.
    pub target: String,
    /// The day.
    pub date: Date,
    /// What was known then; `None` for now.
    pub known_at: Option<Instant>,
}

/// Which days a series tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Days on which any number is otherwise than on the day before, but for the count of days of isolation, and the first one: each holds
    /// until the next.
    Change,
    /// Every day.
    Day,
    /// Every seventh day.
    Week,
    /// The same day of every month.
    Month,
}

impl Step {
    /// Reads `day`, `week`, `month` or `change`.
    ///
    /// # Errors
    /// A sentence on what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        match text {
            "day" => Ok(Self::Day),
            "week" => Ok(Self::Week),
            "month" => Ok(Self::Month),
            "change" => Ok(Self::Change),
            other => Err(format!("'{other}' is none of day, week, month, change")),
        }
    }

    fn span(self, times: i64) -> Span {
        match self {
            Self::Day | Self::Change => times.days(),
            Self::Week => times.weeks(),
            Self::Month => times.months(),
        }
    }
}

/// What is asked of the roads to a town over time.
#[derive(Debug, Clone)]
pub struct CorridorSeriesQuestion {
    /// Its name, in any case and with or without accents.
    pub target: String,
    /// The first day; `None` for that of the first report.
    pub from: Option<Date>,
    /// The last day, included where a step falls on it.
    pub to: Date,
    /// How far apart the days are.
    pub step: Step,
    /// What was known then; `None` for now.
    pub known_at: Option<Instant>,
}

fn no_such_town(model: &CorridorModel, target: &str) -> Refusal {
    let targets: Vec<String> = model.targets().into_iter().map(|town| town.name).collect();
    let known = if targets.is_empty() { "there are none".to_owned() } else { targets.join(", ") };
    ("target", format!("no corridor leads to '{target}'; targets: {known}"))
}

/// What all the numbers of an answer have in common.
struct Frame {
    known_at: Option<String>,
}

impl Frame {
    fn new(known_at: Option<Instant>, model: &CorridorModel) -> Self {
        Self { known_at: known_at.or(model.newest()).map(|instant| instant.to_string()) }
    }

    /// A number with all that belongs to it.
    fn envelope<'a>(
        &'a self,
        of: &Estimate,
        unit: &'static str,
        n: usize,
        as_of: &'a str,
        sources: &'a [&'a str],
        caveats: &'a [String],
    ) -> Envelope<'a> {
        Envelope {
            value: rounded(of.value),
            lo: rounded(of.lo),
            hi: rounded(of.hi),
            level: LEVEL,
            unit,
            n,
            as_of,
            known_at: self.known_at.as_deref(),
            method: CORRIDOR_METHOD,
            method_version: CORRIDOR_METHOD_VERSION,
            sources,
            caveats,
            median: of.median.map(rounded),
            since: None,
            since_precision: None,
        }
    }

    /// The four numbers of a day.
    fn numbers<'a>(
        &'a self,
        point: Option<&CorridorPoint>,
        as_of: &'a str,
        sources: &'a [&'a str],
        caveats: &'a [String],
    ) -> Numbers<'a> {
        let Some(point) = point else {
            let none = || Told::Not(NOT_COMPUTABLE);
            return Numbers { capacity_open: none(), supply_open: none(), redundancy: none(), isolation_days: none() };
        };
        let of = |estimate: &Estimate, unit, caveats| self.envelope(estimate, unit, point.reports, as_of, sources, caveats);
        let doubts = if isolation_is_doubtful(point) { &*DOUBTS } else { &[][..] };
        let (since, since_precision) = match point.isolated_since {
            Some((day, precision)) => (Some(date_of(day).to_string()), Some(precision.as_str())),
            None => (None, None),
        };
        let days = of(&point.isolation_days, "days", doubts);
        Numbers {
            capacity_open: Told::Number(of(&point.capacity_open, "share of normal supply capacity", caveats)),
            supply_open: Told::Number(of(&point.supply_open, "share of normal supply whose best road is open", caveats)),
            redundancy: Told::Number(of(&point.redundancy, "edge-disjoint open routes", &[])),
            isolation_days: Told::Number(Envelope { since: Some(since), since_precision: Some(since_precision), ..days }),
        }
    }
}

/// What is to be known of days of isolation where the interval reaches across the threshold.
static DOUBTS: LazyLock<[String; 1]> = LazyLock::new(|| {
    let doubt = "the interval of capacity_open reaches across the threshold of 0.25: whether the town is isolated is not certain";
    [doubt.to_owned()]
});

/// A number with all that belongs to it, in the order in which it is written.
#[derive(Serialize)]
struct Envelope<'a> {
    value: f64,
    lo: f64,
    hi: f64,
    level: f64,
    unit: &'static str,
    n: usize,
    as_of: &'a str,
    known_at: Option<&'a str>,
    method: &'static str,
    method_version: &'static str,
    sources: &'a [&'a str],
    caveats: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    median: Option<f64>,
    /// Of days of isolation alone: null where it is not isolated.
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<Option<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    since_precision: Option<Option<&'static str>>,
}

/// A number, or the word that stands in its place.
#[derive(Serialize)]
#[serde(untagged)]
enum Told<'a> {
    Number(Envelope<'a>),
    Not(&'static str),
}

/// The four numbers of a day.
#[derive(Serialize)]
struct Numbers<'a> {
    capacity_open: Told<'a>,
    supply_open: Told<'a>,
    redundancy: Told<'a>,
    isolation_days: Told<'a>,
}

/// A day of a series.
#[derive(Serialize)]
struct DayOf<'a> {
    date: &'a str,
    #[serde(flatten)]
    numbers: Numbers<'a>,
}

fn since(of: Option<(Day, DatePrecision)>) -> (Json, Json) {
    (json!(of.map(|(day, _)| date_of(day).to_string())), json!(of.map(|(_, precision)| precision.as_str())))
}

/// The towns that can be asked for.
#[must_use]
pub fn corridor_targets(snapshot: &Snapshot, audience: Audience) -> Json {
    let model = snapshot.corridor_model(audience, None);
    let targets = model.targets().into_iter().map(|town| {
        json!({
            "target": town.name,
            "lon": town.position.map(crate::domain::Position::lon),
            "lat": town.position.map(crate::domain::Position::lat),
            "corridors": town.corridors,
            "gateways": town.gateways,
            "first": town.first.map(|day| date_of(day).to_string()),
        })
    });
    json!({
        "generation": snapshot.generation(),
        "method": CORRIDOR_METHOD,
        "method_version": CORRIDOR_METHOD_VERSION,
        "targets": targets.collect::<Vec<_>>(),
        "towns": model.towns(),
    })
}

/// The roads to a town on a day: what `/analytics/corridors` and `harmattan analyze corridors` answer.
///
/// # Errors
/// The parameter to blame when no corridor leads to the town.
pub fn corridor_document(snapshot: &Snapshot, audience: Audience, question: &CorridorQuestion) -> Result<Json, Refusal> {
    let model = snapshot.corridor_model(audience, question.known_at);
    let refused = || no_such_town(&model, &question.target);
    let (name, is_named, position) = model.town(&question.target).ok_or_else(refused)?;
    let view = model.view(&question.target, day_of(question.date)).ok_or_else(refused)?;
    let frame = Frame::new(question.known_at, &model);
    let as_of = question.date.to_string();
    let datasets: Vec<&str> = view.datasets.iter().copied().collect();
    let caveats = caveats(&view, is_named);
    let mut document = json!({
        "target": name,
        "named_target": is_named,
        "lon": position.map(crate::domain::Position::lon),
        "lat": position.map(crate::domain::Position::lat),
        "date": as_of,
        "known_at": frame.known_at,
        "generation": snapshot.generation(),
        "method": CORRIDOR_METHOD,
        "method_version": CORRIDOR_METHOD_VERSION,
        "reason": view.point.is_none().then_some(if view.is_connected { FAULT } else { APART }),
    });
    if view.point.is_none() && view.is_connected {
        tracing::error!(target = name, date = as_of, "a greatest flow is not held up by a cut of its size");
    }
    if let Json::Object(numbers) = json!(frame.numbers(view.point.as_ref(), &as_of, &datasets, &caveats)) {
        for (name, number) in numbers {
            document[name] = number;
        }
    }
    let reports = view.point.as_ref().map_or(0, |point| point.reports);
    for (name, share) in [("unsatisfied_share", view.unsatisfied), ("unsatisfied_share_strict", view.unsatisfied_strict)] {
        let estimate = Estimate { value: share, lo: share, hi: share, median: None };
        document[name] = match view.point {
            Some(_) => json!(frame.envelope(&estimate, "share of normal supply", reports, &as_of, &datasets, &[])),
            None => json!(NOT_COMPUTABLE),
        };
    }
    let is_computable = view.point.is_some();
    document["gateways"] = view.gateways.iter().map(|gateway| describe(&frame, gateway, &as_of, is_computable)).collect();
    document["bottlenecks"] = view.bottlenecks.iter().map(|road| bottleneck(road, question.date)).collect();
    document["caveats"] = CAVEATS.iter().map(ToString::to_string).chain(caveats).collect();
    document["parameters"] = settings(parameters::OF_CORRIDORS);
    document["sources"] = sources(snapshot, &view.datasets);
    Ok(document)
}

/// What is to be known of the numbers of one town beside what holds of all.
fn caveats(view: &TownView<'_>, is_named: bool) -> Vec<String> {
    let mut caveats = Vec::new();
    if !is_named {
        caveats.push(
            "no corridor names this town as its target: its gateways are the first places of the corridors that lead through it"
                .to_owned(),
        );
    }
    if view.gateways.iter().any(|gateway| !gateway.share_is_stated) {
        caveats.push(DEFAULT_SHARES.to_owned());
    }
    if view.by_incidents {
        caveats.push("incidents near roads to this town widen the intervals, and a road that nobody reported on counts as disrupted by them".to_owned());
    }
    if view.point.as_ref().is_some_and(|point| point.reports == 0) {
        caveats.push("no report on a road to this town is in force on this day: every road is unknown".to_owned());
    }
    caveats
}

fn describe(frame: &Frame, gateway: &GatewayView<'_>, as_of: &str, is_computable: bool) -> Json {
    let reports = gateway.corridors.iter().filter(|corridor| corridor.report.is_some()).count();
    let mut datasets: BTreeSet<&str> = BTreeSet::new();
    datasets.extend(gateway.corridors.iter().filter_map(|corridor| Some(corridor.report?.source.dataset.id.as_str())));
    let datasets: Vec<&str> = datasets.into_iter().collect();
    let (since, since_precision) = since(gateway.since);
    let factor = |detour: Option<f64>| {
        let estimate = detour.map(|factor| Estimate { value: factor, lo: factor, hi: factor, median: None });
        json!(estimate.map(|estimate| frame.envelope(&estimate, "times the usual way", reports, as_of, &datasets, &[])))
    };
    let default = "no source states it: an equal part of what the stated ones leave over (default)".to_owned();
    let share_caveats: &[String] = if gateway.share_is_stated { &[] } else { &[default] };
    json!({
        "gateway": gateway.name,
        "lon": gateway.position.lon(),
        "lat": gateway.position.lat(),
        "state": if is_computable { gateway.pass.state.as_str() } else { NOT_COMPUTABLE },
        "strict_state": if is_computable { gateway.strict.state.as_str() } else { NOT_COMPUTABLE },
        "since": since,
        "since_precision": since_precision,
        "share": frame.envelope(&gateway.share, "share of normal supply", gateway.corridors.len(), as_of, &datasets, share_caveats),
        "share_is_default": !gateway.share_is_stated,
        "weight_source": gateway.share_source,
        "detour_factor": factor(gateway.pass.detour),
        "strict_detour_factor": factor(gateway.strict.detour),
        "last_source_date": gateway.corridors.iter().filter_map(|corridor| corridor.last_source).max().map(|day| date_of(day).to_string()),
        "corridors": gateway.corridors.iter().map(corridor).collect::<Vec<_>>(),
    })
}

fn corridor(view: &CorridorView<'_>) -> Json {
    let report = view.report;
    let day = |day: Option<Date>| day.map(|day| day.to_string());
    json!({
        "corridor": view.id,
        "name": view.name,
        "status": report.map_or("unknown", |report| report.status.as_str()),
        "since": report.map(|report| report.valid_from.to_string()),
        "since_precision": report.map(|report| report.from_precision.as_str()),
        "until": report.and_then(|report| day(report.valid_to)),
        "actor": report.and_then(|report| report.actor.as_deref()),
        "confidence": report.and_then(|report| report.source.confidence),
        "last_confirmed": report.and_then(|report| day(report.last_confirmed)),
        "last_source_date": view.last_source.map(|day| date_of(day).to_string()),
        "source": report.map(|report| &report.source.citation),
        "verification": report.and_then(|report| report.source.verification).map(Verification::as_str),
        "dataset": report.map(|report| &report.source.dataset.id),
    })
}

fn bottleneck(road: &Bottleneck<'_>, date: Date) -> Json {
    let report: Option<&StatusChange> = road.report;
    json!({
        "id": road.segments.first(),
        "segments": road.segments,
        "from": road.from,
        "to": road.to,
        "status": road.status.as_str(),
        "basis": if road.by_incidents { "incidents" } else { "reported" },
        "since": report.map(|report| report.valid_from.to_string()),
        "since_precision": report.map(|report| report.from_precision.as_str()),
        "actor": report.and_then(|report| report.actor.as_deref()),
        "source": report.map(|report| &report.source.citation),
        "last_source_date": report.map(|report| report.last_said(date).to_string()),
    })
}

/// The roads to a town over time: what `/analytics/corridors/series` and `harmattan analyze corridors` answer.
///
/// # Errors
/// The parameter to blame when no corridor leads to the town, or the days are too many or in the wrong order.
pub fn corridor_series(snapshot: &Snapshot, audience: Audience, question: &CorridorSeriesQuestion) -> Result<Json, Refusal> {
    let text = series_body(snapshot, audience, question)?;
    Ok(serde_json::from_slice(&text).unwrap_or_default())
}

/// The same as it is sent: a series of years is some megabytes.
fn series_body(snapshot: &Snapshot, audience: Audience, question: &CorridorSeriesQuestion) -> Result<Vec<u8>, Refusal> {
    let model = snapshot.corridor_model(audience, question.known_at);
    let refused = || no_such_town(&model, &question.target);
    let (_, is_named, _) = model.town(&question.target).ok_or_else(refused)?;
    let first = model.first_day(&question.target).map(date_of);
    let from = question.from.or(first).unwrap_or(question.to);
    if from > question.to {
        return match question.from {
            Some(_) => Err(("from", "it lies after to".to_owned())),
            None => Ok(b"[]".to_vec()),
        };
    }
    let steps = (0..).map_while(|times| from.checked_add(question.step.span(times)).ok()).take_while(|day| *day <= question.to);
    let days: Vec<Day> = steps.take(MAX_STEPS + 1).map(day_of).collect();
    if days.len() > MAX_STEPS {
        return Err(("from", format!("more than {MAX_STEPS} steps up to {}: take a longer step or a shorter span", question.to)));
    }
    let points = model.series(&question.target, &days).ok_or_else(refused)?;
    let frame = Frame::new(question.known_at, &model);
    let view = model.view(&question.target, day_of(question.to)).ok_or_else(refused)?;
    let datasets = model.datasets(&question.target);
    let datasets: Vec<&str> = datasets.iter().map(AsRef::as_ref).collect();
    let mut caveats = vec![CAVEATS[0].to_owned()];
    if !is_named {
        caveats.push("no corridor names this town as its target".to_owned());
    }
    if view.gateways.iter().any(|gateway| !gateway.share_is_stated) {
        caveats.push(DEFAULT_SHARES.to_owned());
    }
    if view.is_connected && points.iter().any(Option::is_none) {
        tracing::error!(target = question.target, "a greatest flow is not held up by a cut of its size");
    }
    let mut body = vec![b'['];
    let mut last: Option<&Option<CorridorPoint>> = None;
    for (point, day) in points.iter().zip(&days) {
        let is_new = last.is_none_or(|last| is_change(last.as_ref(), point.as_ref()));
        last = Some(point);
        if question.step == Step::Change && !is_new {
            continue;
        }
        if body.len() > 1 {
            body.push(b',');
        }
        let date = date_of(*day).to_string();
        let row = DayOf { date: &date, numbers: frame.numbers(point.as_ref(), &date, &datasets, &caveats) };
        // Texts and numbers that are finite are written without fail.
        let _ = serde_json::to_writer(&mut body, &row);
    }
    body.push(b']');
    Ok(body)
}

/// Whether a day has other numbers than the day before; that an isolation lasts a day longer is none.
fn is_change(before: Option<&CorridorPoint>, now: Option<&CorridorPoint>) -> bool {
    let what = |point: &CorridorPoint| {
        let isolation = point.isolation_days;
        let since = (point.isolated_since, isolation.value - isolation.lo, isolation.hi - isolation.value);
        (point.capacity_open, point.supply_open, point.redundancy, since, point.reports)
    };
    before.map(what) != now.map(what)
}

/// `GET /analytics/corridors?target=&date=[&known_at=]`: the roads to a town on a day; without `target` the towns that can be asked for.
pub(super) async fn corridors(
    State(state): State<AppState>,
    audience: Audience,
    RawQuery(query): RawQuery,
    accept: Accept,
) -> Result<Response, Problem> {
    let mut params = Params::parse(query.as_deref())?;
    only(&mut params, &accept, "json", &["application/json"])?;
    let target = params.take("target")?;
    let day = date(&mut params, "date", &state)?.ok_or_else(|| Problem::parameter("date", "it is out of range"))?;
    let known_at = params.known_at()?;
    params.finish()?;
    let Some(target) = target else {
        let body = state.on_snapshot(move |snapshot| Ok(corridor_targets(snapshot, audience))).await?;
        return Ok(reply::json(JSON, &body));
    };
    let question = CorridorQuestion { target, date: day, known_at };
    let body =
        state.on_snapshot(move |snapshot| corridor_document(snapshot, audience, &question).map_err(Problem::refused)).await?;
    Ok(reply::json(JSON, &body))
}

/// `GET /analytics/corridors/series?target=&from=&to=&step=day|week|month|change[&known_at=]`: the numbers of a town over time.
pub(super) async fn series(
    State(state): State<AppState>,
    audience: Audience,
    RawQuery(query): RawQuery,
    accept: Accept,
) -> Result<Response, Problem> {
    let mut params = Params::parse(query.as_deref())?;
    only(&mut params, &accept, "json", &["application/json"])?;
    let target = params
        .take("target")?
        .ok_or_else(|| Problem::parameter("target", "it is needed: a town, as listed at /analytics/corridors"))?;
    let today = state.now().date().unwrap_or(Date::constant(1970, 1, 1));
    let (from, to) = (date(&mut params, "from", &state)?, date(&mut params, "to", &state)?.unwrap_or(today));
    let step = params
        .take("step")?
        .map_or(Ok(Step::Day), |text| Step::parse(&text))
        .map_err(|reason| Problem::parameter("step", reason))?;
    let known_at = params.known_at()?;
    params.finish()?;
    let question = CorridorSeriesQuestion { target, from, to, step, known_at };
    let body = state.on_snapshot(move |snapshot| series_body(snapshot, audience, &question).map_err(Problem::refused)).await?;
    Ok(reply::tagged(JSON, body))
}

/// A number of an answer for people: value and interval in the unit of a format.
fn spoken(of: &Json, scale: f64, unit: &str) -> String {
    let part = |name: &str| of[name].as_f64().unwrap_or_default() * scale;
    if of.is_string() {
        return "not computable".to_owned();
    }
    format!("{:.0}{unit} ({:.0}–{:.0})", part("value"), part("lo"), part("hi"))
}

/// The roads to a town on a day for people to read on a terminal.
#[must_use]
pub fn corridor_text(document: &Json) -> String {
    let word = |of: &Json| of.as_str().unwrap_or("–").to_owned();
    let mut text = format!(
        "{}, on reported road conditions, as of {}, as known at {}. Intervals 5–95 %.\n",
        word(&document["target"]),
        word(&document["date"]),
        document["known_at"].as_str().unwrap_or("no time: nothing is known"),
    );
    if let Some(reason) = document["reason"].as_str() {
        let _ = writeln!(text, "Not computable: {reason}.");
    }
    let isolation = &document["isolation_days"];
    let since = isolation["since"].as_str().map_or_else(String::new, |since| format!(" since {since}"));
    let _ = writeln!(
        text,
        "\n  capacity open        {}\n  supply open          {}\n  open routes apart    {}\n  days of isolation    {}{since}\n  supply shares cut    {}",
        spoken(&document["capacity_open"], 100.0, " %"),
        spoken(&document["supply_open"], 100.0, " %"),
        spoken(&document["redundancy"], 1.0, ""),
        spoken(isolation, 1.0, ""),
        spoken(&document["unsatisfied_share"], 100.0, " %"),
    );
    let list = |of: &Json| of.as_array().cloned().unwrap_or_default();
    let _ = writeln!(text, "\n  {:<20} {:<9} {:<11} {:<14} {:<12} roads", "gateway", "state", "since", "detour", "last source");
    for gateway in list(&document["gateways"]) {
        let detour = gateway["detour_factor"]["value"].as_f64().map_or("no route".to_owned(), |factor| format!("{factor:.1} ×"));
        let roads: Vec<String> = list(&gateway["corridors"])
            .iter()
            .map(|road| format!("{} {}", word(&road["corridor"]), word(&road["status"])))
            .collect();
        let _ = writeln!(
            text,
            "  {:<20} {:<9} {:<11} {:<14} {:<12} {}",
            word(&gateway["gateway"]),
            word(&gateway["state"]),
            word(&gateway["since"]),
            detour,
            word(&gateway["last_source_date"]),
            roads.join(", ")
        );
    }
    let held = list(&document["bottlenecks"]);
    if !held.is_empty() {
        let _ = writeln!(text, "\n  Held up on roads that are reported disrupted or worse:");
    }
    for road in held {
        let _ = writeln!(
            text,
            "  {}–{}: {} ({}) since {}",
            word(&road["from"]),
            word(&road["to"]),
            word(&road["status"]),
            word(&road["basis"]),
            word(&road["since"])
        );
    }
    for caveat in list(&document["caveats"]) {
        let _ = writeln!(text, "  Note: {}.", word(&caveat));
    }
    text
}

/// The roads to a town over time for people to read on a terminal.
#[must_use]
pub fn corridor_series_text(series: &Json) -> String {
    let mut text = format!("{:<12} {:<20} {:<20} {:<14} isolated\n", "date", "capacity open", "supply open", "open routes");
    for row in series.as_array().into_iter().flatten() {
        let _ = writeln!(
            text,
            "{:<12} {:<20} {:<20} {:<14} {}",
            row["date"].as_str().unwrap_or_default(),
            spoken(&row["capacity_open"], 100.0, " %"),
            spoken(&row["supply_open"], 100.0, " %"),
            spoken(&row["redundancy"], 1.0, ""),
            spoken(&row["isolation_days"], 1.0, " days"),
        );
    }
    text
}
