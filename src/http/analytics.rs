//! `/analytics/control…`: who was reported to hold what, how sure and since when, as shares of regions, for each place, and over time.
//!
//! Every number that is estimated is an envelope: value, interval, unit, what it rests on, from when, and what to beware of.

use axum::extract::{RawQuery, State};
use axum::response::Response;
use jiff::civil::Date;
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::negotiate::{Accept, only};
use super::params::Params;
use super::problem::{Problem, refused};
use super::reply::{self, JSON};
use super::state::AppState;
use crate::analytics::belief::{Standing, State as Stand};
use crate::analytics::{
    By, CONTROL_METHOD, CONTROL_METHOD_VERSION, ControlModel, LEVEL, Label, Measure, RegionShares, Standpoint, UnitKind,
    UnitView, date_of, day_of, parameters,
};
use crate::domain::{AdminLevel, Audience, Blockade, Instant, Moment};
use crate::store::Snapshot;

/// The three denominators with their units.
const DENOMINATORS: [(&str, &str); 3] =
    [("places", "share of places"), ("population", "share of population"), ("area", "share of area")];

/// What every share must be read with.
const CAVEATS: [&str; 3] = [
    "assessed from reported statements: a place that nobody reported on, or not for long, is unknown",
    "a party's own claim weighs less and is no proof of control; violence, or its absence, is not counted as control",
    "a share is never 'X % of the country' without its denominator: places, population and area differ",
];

/// What is asked of control.
#[derive(Debug, Clone)]
pub struct ControlQuestion {
    /// The day.
    pub date: Date,
    /// States or first-level regions.
    pub level: AdminLevel,
    /// What was known then; `None` for now.
    pub known_at: Option<Instant>,
    /// How shares are told apart.
    pub by: By,
    /// One region alone.
    pub region: Option<String>,
}

/// What all the numbers of an answer have in common.
struct Frame {
    as_of: String,
    known_at: Option<String>,
}

impl Frame {
    fn new(date: Date, known_at: Option<Instant>, model: &ControlModel) -> Self {
        let known_at = known_at.or(model.newest()).map(|instant| instant.to_string());
        Self { as_of: date.to_string(), known_at }
    }

    /// A number with all that belongs to it.
    fn envelope(&self, measure: &Measure, unit: &str, n: usize, sources: &[&str], caveats: &[String]) -> Json {
        json!({
            "value": rounded(measure.value),
            "lo": rounded(measure.lo),
            "hi": rounded(measure.hi),
            "level": LEVEL,
            "unit": unit,
            "n": n,
            "as_of": self.as_of,
            "known_at": self.known_at,
            "method": CONTROL_METHOD,
            "method_version": CONTROL_METHOD_VERSION,
            "sources": sources,
            "caveats": caveats,
            "median": rounded(measure.median),
            "definite": rounded(measure.bracket.definite),
            "possible": rounded(measure.bracket.possible),
            "of_known": measure.of_known.map(|known| rounded(known.value)),
            "of_known_lo": measure.of_known.map(|known| rounded(known.lo)),
            "of_known_hi": measure.of_known.map(|known| rounded(known.hi)),
        })
    }
}

/// A share to twelve places: sums of shares stay within 1 ± 1e-9, and what rounding noise there is does not show.
pub(super) fn rounded(share: f64) -> f64 {
    (share * 1e12).round() / 1e12
}

/// The word under which a share stands: the code of an actor, or in lower case what is nobody's.
fn word(who: &Standpoint) -> &str {
    match who {
        Standpoint::Actor(code, _) => code,
        Standpoint::Contested => "contested",
        Standpoint::NoneReported => "none_reported",
        Standpoint::Abandoned => "abandoned",
        Standpoint::Unknown => "unknown",
    }
}

fn status(who: &Standpoint) -> Option<&'static str> {
    match who {
        Standpoint::Actor(_, standing) => standing.map(standing_word),
        Standpoint::Contested => Some("contested"),
        Standpoint::NoneReported => Some("none_reported"),
        Standpoint::Abandoned => Some("abandoned"),
        Standpoint::Unknown => None,
    }
}

pub(super) fn standing_word(standing: Standing) -> &'static str {
    match standing {
        Standing::Control => "control",
        Standing::Influence => "influence",
        Standing::Contested => "contested",
        Standing::NoneReported => "none_reported",
        Standing::Abandoned => "abandoned",
    }
}

fn label(label: &Label) -> &str {
    match label {
        Label::Named(who) => word(who),
        Label::Mixed => "mixed",
        Label::InsufficientData => "insufficient data",
    }
}

/// The shares of control on a day: what `/analytics/control` and `harmattan analyze control` answer.
#[must_use]
pub fn control_document(snapshot: &Snapshot, audience: Audience, question: &ControlQuestion) -> Json {
    let model = snapshot.control_model(audience);
    let frame = Frame::new(question.date, question.known_at, &model);
    let day = day_of(question.date);
    let regions = model.shares(day, question.known_at, question.level, question.by, question.region.as_deref());
    let used: BTreeSet<&str> = regions.iter().flat_map(|region| &region.datasets).map(AsRef::as_ref).collect();
    json!({
        "date": question.date.to_string(),
        "level": question.level.code(),
        "known_at": frame.known_at,
        "by": if question.by == By::Status { "status" } else { "actor" },
        "generation": snapshot.generation(),
        "method": CONTROL_METHOD,
        "method_version": CONTROL_METHOD_VERSION,
        "parameters": settings(parameters::ALL),
        "caveats": CAVEATS,
        "sources": sources(snapshot, &used),
        "regions": regions.iter().map(|region| describe(&frame, region, question.level)).collect::<Vec<_>>(),
    })
}

/// The numbers that a method rests on.
pub(super) fn settings(of: &[parameters::Parameter]) -> Json {
    let row = |parameter: &parameters::Parameter| json!({ "name": parameter.name, "value": parameter.value, "unit": parameter.unit, "meaning": parameter.meaning, "source": parameter.source });
    of.iter().map(row).collect()
}

pub(super) fn sources(snapshot: &Snapshot, used: &BTreeSet<&str>) -> Json {
    let used = snapshot.datasets().iter().filter(|dataset| used.contains(dataset.id.as_str()));
    let describe = |dataset: &std::sync::Arc<crate::domain::Dataset>| json!({ "dataset": dataset.id, "version": dataset.version, "licence": dataset.licence, "attribution": dataset.attribution });
    used.map(describe).collect()
}

fn describe(frame: &Frame, region: &RegionShares, level: AdminLevel) -> Json {
    let sources: Vec<&str> = region.datasets.iter().map(AsRef::as_ref).collect();
    let caveats: [Vec<String>; 3] = std::array::from_fn(|at| caveats(region, at));
    let measures = |of: &[Measure; 3]| -> Map<String, Json> {
        let each = DENOMINATORS.iter().zip(of).zip(&caveats);
        each.map(|(((name, unit), measure), caveats): (_, &Vec<String>)| {
            ((*name).to_owned(), frame.envelope(measure, unit, region.statements, &sources, caveats))
        })
        .collect()
    };
    let shares = region.shares.iter().map(|share| {
        let mut row = Map::new();
        row.insert("actor".to_owned(), json!(word(&share.who)));
        if let Standpoint::Actor(_, Some(standing)) = &share.who {
            row.insert("status".to_owned(), json!(standing_word(*standing)));
        }
        row.extend(measures(&share.of));
        Json::Object(row)
    });
    json!({
        "region": region.id,
        "name": region.name,
        "country": region.country,
        "level": level.code(),
        "totals": totals(region),
        "label": labels(region),
        "shares": shares.collect::<Vec<_>>(),
        "blockaded": measures(&region.blockaded),
    })
}

/// What a region may be named after, by denominator.
fn labels(region: &RegionShares) -> Map<String, Json> {
    DENOMINATORS.iter().zip(&region.labels).map(|((name, _), of)| ((*name).to_owned(), json!(label(of)))).collect()
}

fn totals(region: &RegionShares) -> Json {
    json!({ "places": region.totals[0], "population": region.totals[1], "area_km2": (region.totals[2] * 10.0).round() / 10.0 })
}

/// What is to be known of the shares of one region beside what holds of all.
fn caveats(region: &RegionShares, at: usize) -> Vec<String> {
    let mut caveats = Vec::new();
    if region.statements == 0 {
        caveats.push("no statement is in force on this day".to_owned());
    }
    if region.totals[at] <= 0.0 {
        caveats.push(format!("nothing is known of its {}: all of it is unknown", DENOMINATORS[at].0));
    } else if at == 1 && region.without_population > 0 {
        caveats
            .push(format!("{} of its places have no known population and count for none; towns only", region.without_population));
    } else if at == 2 && !region.outlined {
        caveats.push("no outline is known: of the land that its places speak for".to_owned());
    }
    caveats
}

/// The shares for people to read on a terminal.
#[must_use]
pub fn control_text(document: &Json) -> String {
    let mut text = format!(
        "Assessed from reported statements on control, as of {}, as known at {}. Shares with 5–95 % intervals.\n",
        document["date"].as_str().unwrap_or_default(),
        document["known_at"].as_str().unwrap_or("no time: nothing is known")
    );
    let list = |of: &Json| of.as_array().cloned().unwrap_or_default();
    for region in list(&document["regions"]) {
        let name = |at: &str| region[at].as_str().unwrap_or_default().to_owned();
        let _ = writeln!(
            text,
            "\n{} {} ({:.0} places, {:.0} people in them, {:.0} km²; by area: {})",
            name("region"),
            name("name"),
            region["totals"]["places"].as_f64().unwrap_or_default(),
            region["totals"]["population"].as_f64().unwrap_or_default(),
            region["totals"]["area_km2"].as_f64().unwrap_or_default(),
            region["label"]["area"].as_str().unwrap_or_default(),
        );
        for share in list(&region["shares"]) {
            let cell = |of: &str| {
                let part = |name: &str| share[of][name].as_f64().unwrap_or_default() * 100.0;
                format!("{:5.1} % ({:.0}–{:.0})", part("value"), part("lo"), part("hi"))
            };
            let who = share["actor"].as_str().unwrap_or_default();
            let status = share["status"].as_str().map_or_else(String::new, |status| format!(" {status}"));
            let row = format!("{who}{status}");
            let _ = writeln!(
                text,
                "  {row:<26} places {:<18} people {:<18} area {}",
                cell("places"),
                cell("population"),
                cell("area")
            );
        }
    }
    text
}

/// Takes `date`, a day; today where it is left out.
pub(super) fn date(params: &mut Params, name: &str, state: &AppState) -> Result<Option<Date>, Problem> {
    let Some(text) = params.take(name)? else { return Ok(state.now().date().filter(|_| name == "date")) };
    match Moment::parse(&text.replace(' ', "+")).map_err(|error| refused(name)(error.named("date")))? {
        Moment::Day(day) => Ok(Some(day)),
        Moment::Instant(instant) => Ok(instant.date()),
    }
}

fn level(params: &mut Params) -> Result<Option<AdminLevel>, Problem> {
    match params.take("level")?.as_deref() {
        None => Ok(None),
        Some("0") => Ok(Some(AdminLevel::Country)),
        Some("1") => Ok(Some(AdminLevel::First)),
        Some(other) => Err(Problem::parameter("level", format!("'{other}' is neither 0 (states) nor 1 (first-level regions)"))),
    }
}

/// The level that is meant where none is stated: that of the region that is asked for alone, else states.
fn meant(model: &ControlModel, stated: Option<AdminLevel>, region: Option<&str>) -> AdminLevel {
    stated.unwrap_or_else(|| match region {
        Some(_) if model.shares(0, None, AdminLevel::Country, By::Actor, region).is_empty() => AdminLevel::First,
        _ => AdminLevel::Country,
    })
}

fn by(params: &mut Params) -> Result<By, Problem> {
    match params.take("by")?.as_deref() {
        None | Some("actor") => Ok(By::Actor),
        Some("status") => Ok(By::Status),
        Some(other) => Err(Problem::parameter("by", format!("'{other}' is neither actor nor status"))),
    }
}

/// `GET /analytics/control?date=&level=0|1[&known_at=][&by=actor|status][&region=]`: shares of states or regions by who is believed to hold
/// their places, people and land, and what is unknown; they sum to 1.
pub(super) async fn control(
    State(state): State<AppState>,
    audience: Audience,
    RawQuery(query): RawQuery,
    accept: Accept,
) -> Result<Response, Problem> {
    let mut params = Params::parse(query.as_deref())?;
    only(&mut params, &accept, "json", &["application/json"])?;
    let date = date(&mut params, "date", &state)?.ok_or_else(|| Problem::parameter("date", "it is out of range"))?;
    let stated = level(&mut params)?;
    let mut question = ControlQuestion {
        date,
        level: stated.unwrap_or(AdminLevel::Country),
        known_at: params.known_at()?,
        by: by(&mut params)?,
        region: params.take("region")?,
    };
    params.finish()?;
    let body = state
        .on_snapshot(move |snapshot| {
            question.level = meant(&snapshot.control_model(audience), stated, question.region.as_deref());
            let body = control_document(snapshot, audience, &question);
            if let Some(region) = question.region.as_deref().filter(|_| body["regions"].as_array().is_none_or(Vec::is_empty)) {
                let level = question.level.code();
                return Err(Problem::parameter(
                    "region",
                    format!("there is no region '{region}' of level {level} (level=0: states, 1: their regions)"),
                ));
            }
            Ok(body)
        })
        .await?;
    Ok(reply::json(JSON, &body))
}

/// `GET /analytics/control/places?date=[&known_at=][&country=][&region=][&place=]`: what is said of each place that was ever reported on,
/// and of regions and areas that stand for themselves.
pub(super) async fn places(
    State(state): State<AppState>,
    audience: Audience,
    RawQuery(query): RawQuery,
    accept: Accept,
) -> Result<Response, Problem> {
    let mut params = Params::parse(query.as_deref())?;
    only(&mut params, &accept, "json", &["application/json"])?;
    let date = date(&mut params, "date", &state)?.ok_or_else(|| Problem::parameter("date", "it is out of range"))?;
    let known_at = params.known_at()?;
    let (country, region, place) = (params.take("country")?, params.take("region")?, params.take("place")?);
    params.finish()?;
    let body = state
        .on_snapshot(move |snapshot| {
            let model = snapshot.control_model(audience);
            let frame = Frame::new(date, known_at, &model);
            let is = |wanted: &Option<String>, has: Option<&str>| wanted.as_deref().is_none_or(|wanted| has == Some(wanted));
            let chosen = model.units().iter().enumerate().filter(|(_, unit)| {
                unit.spoken_of()
                    && is(&country, Some(&unit.country))
                    && is(&region, unit.region.as_deref())
                    && is(&place, Some(&unit.name))
            });
            let views = chosen.map(|(at, _)| view(&model, &frame, at, &model.view(at, day_of(date), known_at)));
            Ok(json!({
                "date": date.to_string(),
                "known_at": frame.known_at,
                "generation": snapshot.generation(),
                "method": CONTROL_METHOD,
                "method_version": CONTROL_METHOD_VERSION,
                "caveats": CAVEATS,
                "places": views.collect::<Vec<_>>(),
            }))
        })
        .await?;
    Ok(reply::json(JSON, &body))
}

/// What is said of a unit on a day.
fn view(model: &ControlModel, frame: &Frame, at: usize, view: &UnitView) -> Json {
    let unit = &model.units()[at];
    let sources = model.datasets(&view.statements);
    let sources: Vec<&str> = sources.iter().map(AsRef::as_ref).collect();
    let day = |day: crate::analytics::Day| date_of(day).to_string();
    let (value, lo, hi) = view.share;
    let measure = Measure { value, lo: lo.min(value), hi: hi.max(value), median: value, ..Measure::default() };
    let states = view.belief.states.iter().map(|(state, belief)| {
        let who = model.standpoint(*state, By::Status);
        json!({ "actor": word(&who), "status": status(&who), "belief": rounded(*belief) })
    });
    let leading = view.leading.as_ref();
    json!({
        "id": unit.id,
        "place": unit.name,
        "kind": match unit.kind { UnitKind::Place => "place", UnitKind::Area => "area", UnitKind::Rest => "rest" },
        "country": unit.country,
        "region": unit.region,
        "lon": unit.position.map(crate::domain::Position::lon),
        "lat": unit.position.map(crate::domain::Position::lat),
        "population": unit.population,
        "area_km2": (unit.area_km2 * 10.0).round() / 10.0,
        "actor": leading.map_or("unknown", |(_, who)| word(who)),
        "status": leading.map_or("unknown", |(state, _): &(Stand, Standpoint)| standing_word(state.standing)),
        "belief": frame.envelope(&measure, "belief", view.statements.len(), &sources, &[]),
        "unknown": rounded(view.belief.unknown),
        "states": states.collect::<Vec<_>>(),
        "disputed": view.belief.disputed(),
        "parties": view.parties,
        "since": view.since.map(day),
        "changed_between": view.changed_between.map(|(from, to)| [day(from), day(to)]),
        "last_confirmed": view.confirmed.map(day),
        "blockade": view.blockade.as_ref().map_or_else(
            || json!({ "state": "none" }),
            |blockade| json!({
                "state": if blockade.degree == Blockade::None { "unknown" } else { blockade.degree.as_str() },
                "by": blockade.by,
                "belief": rounded(blockade.belief),
                "since": blockade.since.map(day),
                "last_confirmed": blockade.confirmed.map(day),
            }),
        ),
        "statements": model.ids(&view.statements),
    })
}

/// The most days that a series may have.
const MAX_STEPS: usize = 400;

/// `GET /analytics/control/series?level=&from=&to=[&region=][&known_at=][&by=]`: the shares of regions on every day on which one of them moves
/// by half a point or more, first and last day included.
pub(super) async fn series(
    State(state): State<AppState>,
    audience: Audience,
    RawQuery(query): RawQuery,
    accept: Accept,
) -> Result<Response, Problem> {
    let mut params = Params::parse(query.as_deref())?;
    only(&mut params, &accept, "json", &["application/json"])?;
    let level = level(&mut params)?;
    let today = state.now().date().unwrap_or(Date::constant(1970, 1, 1));
    let (from, to) = (date(&mut params, "from", &state)?, date(&mut params, "to", &state)?.unwrap_or(today));
    if from.is_some_and(|from| from > to) {
        return Err(Problem::parameter("from", "it lies after to"));
    }
    let (known_at, by, region) = (params.known_at()?, by(&mut params)?, params.take("region")?);
    params.finish()?;
    let body = state
        .on_snapshot(move |snapshot| {
            let model = snapshot.control_model(audience);
            let level = meant(&model, level, region.as_deref());
            let frame = Frame::new(to, known_at, &model);
            let days = model.turning_days(from.map(day_of), day_of(to), MAX_STEPS);
            let regions = model.share_series(&days, known_at, level, by, region.as_deref());
            let of = |of: &[Measure; 3]| -> Map<String, Json> {
                let each = DENOMINATORS.iter().zip(of);
                each.map(|((name, _), measure)| ((*name).to_owned(), json!(shorts(measure))))
                    .collect()
            };
            let point = |(day, region): &(crate::analytics::Day, RegionShares)| {
                let shares = region.shares.iter().map(|share| {
                    let mut row = of(&share.of);
                    row.insert("actor".to_owned(), json!(word(&share.who)));
                    if let Standpoint::Actor(_, Some(standing)) = &share.who {
                        row.insert("status".to_owned(), json!(standing_word(*standing)));
                    }
                    Json::Object(row)
                });
                json!({
                    "date": date_of(*day).to_string(),
                    "n": region.statements,
                    "label": labels(region),
                    "shares": shares.collect::<Vec<_>>(),
                })
            };
            let regions = regions.iter().map(|(id, points)| {
                json!({ "region": id, "name": points.first().map(|(_, region)| &region.name), "totals": points.last().map(|(_, region)| totals(region)), "points": points.iter().map(point).collect::<Vec<_>>() })
            });
            Ok(json!({
                "level": level.code(),
                "from": days.first().map(|day| date_of(*day).to_string()),
                "to": to.to_string(),
                "known_at": frame.known_at,
                "envelope": {
                    "form": ["value", "lo", "hi", "definite", "possible"],
                    "level": LEVEL,
                    "units": DENOMINATORS.iter().map(|(name, unit)| ((*name).to_owned(), json!(unit))).collect::<Map<_, _>>(),
                    "method": CONTROL_METHOD,
                    "method_version": CONTROL_METHOD_VERSION,
                    "sources": model.all_datasets(),
                    "caveats": CAVEATS,
                },
                "regions": regions.collect::<Vec<_>>(),
            }))
        })
        .await?;
    Ok(reply::json(JSON, &body))
}

/// The numbers of a share that a series tells, in the order of its `form`.
fn shorts(measure: &Measure) -> [f64; 5] {
    [measure.value, measure.lo, measure.hi, measure.bracket.definite, measure.bracket.possible].map(short)
}

/// A share to a tenth of a point's tenth: what a chart can show.
fn short(share: f64) -> f64 {
    (share * 1e4).round() / 1e4
}
