//! Statements on who held a place, one interval a row: the curated table and the form of our own exports.
//!
//! The curated table's word `besieged` names the party that imposes the siege. Here it becomes what it says: a blockade by
//! that party over the holder before it, never a change of holder. The holder may stand further down in the file, so the
//! statements are handed over at its end.

use geo::{LineString, MultiPolygon};
use geojson::GeometryValue;
use serde::Deserialize as _;
use std::collections::HashMap;
use std::sync::Arc;

use super::cells::{Cells, Fault};
use super::regions::read_area;
use super::run::{Reader, Run, qualified, whole};
use super::{Doubt, Row};
use crate::domain::{
    Actor, Blockade, ConfidenceBasis, ControlObservation, ControlStatus, DatePrecision, GeoPrecision, Instant, Position,
    SourceNature, Target,
};

/// The code that stands for "not established".
const UNKNOWN_ACTOR: &str = "UNKNOWN";

/// What files call the force of the state that the place lies in.
const GOVERNMENT: [&str; 2] = ["government", "state"];

/// A row as the table says it, with the table's own word for a siege still in place.
struct Statement {
    observation: ControlObservation,
    besieged: Option<Blockade>,
    retracted_at: Option<Instant>,
}

#[derive(Default)]
pub(super) struct Control {
    statements: Vec<Statement>,
}

impl Reader for Control {
    fn row(&mut self, cells: &Cells<'_>, run: &mut Run<'_>) -> Result<(), Fault> {
        let statement = read(cells, run)?;
        run.summary.accepted += 1;
        self.statements.push(statement);
        Ok(())
    }

    fn finish(&mut self, run: &mut Run<'_>) {
        let statements = std::mem::take(&mut self.statements);
        let withdrawn = |statement: &Statement| Some((statement.observation.id.clone(), statement.retracted_at?));
        let retracted: Vec<_> = statements.iter().filter_map(withdrawn).collect();
        for observation in resolve_sieges(statements, run.context.actors) {
            run.hand_over(Row::Control(Box::new(observation)));
        }
        for (id, known_at) in retracted {
            run.hand_over(Row::Retracted { id, known_at });
        }
    }
}

fn read(cells: &Cells<'_>, run: &mut Run<'_>) -> Result<Statement, Fault> {
    let Placed { place, mut country, region, target } = placed(cells, run)?;
    let valid_from = run.day(cells, "valid_from")?.ok_or_else(|| cells.fault("valid_from", "a value is needed"))?;
    let valid_to = run.day(cells, "valid_to")?;
    if valid_to.is_some_and(|last| last < valid_from) {
        return Err(cells.fault("valid_to", "it lies before valid_from"));
    }
    let (status, besieged) = match cells.cell("status") {
        "besieged" => (ControlStatus::Control, Some(cells.optional("blockade", Blockade::parse)?.unwrap_or(Blockade::Full))),
        "government_control" | "insurgent_control" => (ControlStatus::Control, None),
        "government_influence" | "insurgent_influence" => (ControlStatus::Influence, None),
        _ => (cells.parse("status", ControlStatus::parse)?, None),
    };
    let blockade = if besieged.is_some() { None } else { cells.optional("blockade", Blockade::parse)? };
    let population = cells.optional("population", whole)?;
    let geo_precision = cells.optional("geo_precision", GeoPrecision::parse)?;
    let last_confirmed = run.day(cells, "last_confirmed")?;
    // One precision for both ends, or one each.
    let both = cells.optional("date_precision", precision)?;
    let from_precision = cells.optional("from_precision", precision)?.or(both).unwrap_or(DatePrecision::Day);
    let to_precision = cells.optional("to_precision", precision)?.or(both).unwrap_or(from_precision);
    let mut source = run.source(cells)?;
    if let Some(url) = cells.optional_text("source_url").filter(|_| cells.cell("source").is_empty()) {
        source.citation = url;
    }
    let retracted_at = cells.optional("retracted_at", super::dates::parse_stamp)?;
    if let Some(retracted_at) = retracted_at
        && source.known_at >= retracted_at
    {
        if !cells.cell("known_at").is_empty() {
            return Err(cells.fault("retracted_at", "it lies before known_at"));
        }
        // Of a statement that comes with its withdrawal alone nobody knows since when it was known; it was just before.
        source.known_at = Instant::from_millis(retracted_at.millis() - 1);
    }
    let id = match cells.cell("id") {
        "" => format!("{place}-{valid_from}-{}", cells.cell("actor")),
        id => id.to_owned(),
    };
    let id = qualified(&source.dataset, &id);
    let mut region = region;
    if let Target::Place(position) = &target {
        let (found, holder) = run.place(&country, Some(*position), cells.line(), &id);
        (country, region) = (found, holder.or(region));
    }
    if country.is_empty() {
        run.summary.flag(Doubt::NoCountry, cells.line(), &id, "the point lies in no known state");
    }
    let actors: Vec<String> = listed(cells.cell("actors")).filter_map(|name| party(run, &name, &country, valid_from)).collect();
    let actor = match (cells.cell("actor"), actors.first()) {
        ("", Some(first)) => first.clone(),
        ("", None) if matches!(status, ControlStatus::NoneReported | ControlStatus::Abandoned) => UNKNOWN_ACTOR.to_owned(),
        ("", None) => return Err(cells.fault("actor", "a value is needed")),
        (name, _) => party(run, name, &country, valid_from).unwrap_or_else(|| name.to_owned()),
    };
    let observation = ControlObservation {
        place,
        region,
        target,
        geo_precision,
        population,
        actor,
        actors,
        status,
        blockade: blockade.unwrap_or(Blockade::None),
        blockade_by: party(run, cells.cell("blockade_by"), &country, valid_from),
        country,
        valid_from,
        valid_to,
        from_precision,
        to_precision,
        last_confirmed,
        confidence_basis: cells.optional("confidence_basis", basis)?,
        supersedes: cells.optional_text("supersedes").map(|id| qualified(&source.dataset, &id)),
        nature: SourceNature {
            kind: cells.optional_text("source_kind"),
            id: cells.optional_text("source_id"),
            url: cells.optional_text("source_url"),
            party_to_conflict: cells.optional("party_to_conflict", yes_or_no)?,
        },
        note: cells.optional_text("note"),
        source,
        id,
    };
    Ok(Statement { observation, besieged, retracted_at })
}

/// What a row says of where.
struct Placed {
    place: String,
    country: String,
    region: Option<String>,
    target: Target,
}

/// What the row is about: the geometry of a feature, a point in two cells, or a region by its id.
fn placed(cells: &Cells<'_>, run: &Run<'_>) -> Result<Placed, Fault> {
    let wanted = cells.cell("target");
    if !matches!(wanted, "" | "place" | "admin" | "polygon" | "road_segment") {
        return Err(cells.fault("target", "expected one of place, admin, polygon, road_segment"));
    }
    let stated = cells.optional_text("region").or_else(|| cells.optional_text("target_id").filter(|_| wanted == "admin"));
    let known = stated.as_deref().and_then(|id| run.context.gazetteer.region(id));
    let bad = |reason: String| Fault { column: "geometry".to_owned(), value: wanted.to_owned(), reason };
    let drawn = match cells.geometry() {
        Some(geometry) if !geometry.is_null() => {
            Some(geojson::Geometry::deserialize(geometry).map_err(|error| bad(error.to_string()))?.value)
        }
        _ => None,
    };
    let target = match drawn {
        Some(GeometryValue::LineString { coordinates }) => Target::Road(read_line(&coordinates).map_err(bad)?),
        Some(area @ (GeometryValue::Polygon { .. } | GeometryValue::MultiPolygon { .. })) => {
            let area: Arc<MultiPolygon<f64>> = Arc::new(read_area(&area).map_err(bad)?);
            if wanted == "admin" { Target::Admin(Some(area)) } else { Target::Area(area) }
        }
        Some(GeometryValue::Point { .. }) | None => match run.position(cells)? {
            Some(position) if wanted != "admin" => Target::Place(position),
            _ if matches!(wanted, "" | "admin") && stated.is_some() => {
                Target::Admin(known.map(|region| Arc::new(region.area.clone())))
            }
            _ => return Err(cells.fault("longitude", "a point is needed, or the id of a region")),
        },
        Some(_) => return Err(bad("a Point, LineString, Polygon or MultiPolygon is needed".to_owned())),
    };
    let place = match (cells.cell("place"), &target, known) {
        ("", Target::Admin(_), Some(region)) => region.name.clone(),
        ("", Target::Admin(_), None) => stated.clone().unwrap_or_default(),
        ("", _, _) => {
            let id = cells.cell("target_id");
            let name = id.strip_prefix("place:").unwrap_or(id);
            if name.is_empty() { cells.text("place")? } else { name.to_owned() }
        }
        (name, _, _) => name.to_owned(),
    };
    let mut country = cells.cell("country").to_owned();
    if !matches!(target, Target::Place(_)) {
        let of_id = |id: &str| id.split('-').next().filter(|code| code.len() == 2).map(str::to_ascii_uppercase);
        country = match (run.context.aliases.country(&country), known) {
            (Some(code), _) => code.to_owned(),
            (None, Some(region)) if country.is_empty() => region.country.clone(),
            (None, None) if country.is_empty() => stated.as_deref().and_then(of_id).unwrap_or_default(),
            (None, _) => country,
        };
        if country.is_empty()
            && let Some(middle) = target.position()
        {
            country = run.context.gazetteer.locate(middle).country.unwrap_or_default();
        }
    }
    Ok(Placed { place, country, region: known.map(|region| region.id.clone()).or(stated), target })
}

pub(super) fn read_line(positions: &[geojson::Position]) -> Result<LineString<f64>, String> {
    let coords = positions.iter().map(|position| match position.as_slice() {
        [lon, lat, ..] => {
            let position = Position::new(*lon, *lat).map_err(|error| error.to_string())?;
            Ok((position.lon(), position.lat()))
        }
        _ => Err("a position needs longitude and latitude".to_owned()),
    });
    let coords = coords.collect::<Result<Vec<_>, String>>()?;
    if coords.len() < 2 { Err("a line needs two positions".to_owned()) } else { Ok(LineString::from(coords)) }
}

/// The code of a party; the force of the state for "government".
fn party(run: &mut Run<'_>, name: &str, country: &str, day: jiff::civil::Date) -> Option<String> {
    if GOVERNMENT.contains(&name.to_lowercase().as_str()) {
        let force = run.context.actors.iter().find(|actor| actor.force_of.as_deref() == Some(country));
        return Some(force.map_or_else(|| name.to_owned(), |actor| actor.code.clone()));
    }
    run.actor(name, country, day)
}

/// The texts of a cell that holds several: a JSON list, or with bars or semicolons in between.
fn listed(cell: &str) -> impl Iterator<Item = String> {
    let texts: Vec<String> = serde_json::from_str(cell).unwrap_or_else(|_| cell.split(['|', ';']).map(str::to_owned).collect());
    texts.into_iter().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

pub(super) fn precision(text: &str) -> Result<DatePrecision, String> {
    if text == "season" {
        return Ok(DatePrecision::Season);
    }
    super::events::date_precision(text).map_err(|_| "expected day, week, month, season or year".to_owned())
}

fn basis(text: &str) -> Result<ConfidenceBasis, String> {
    match text {
        "geolocated" | "confirmed_geolocated" => Ok(ConfidenceBasis::Confirmed),
        "one_neutral_source" | "neutral_source" => Ok(ConfidenceBasis::OneNeutral),
        "claim_by_party" | "party" => Ok(ConfidenceBasis::PartyClaim),
        "inferred" => Ok(ConfidenceBasis::Inferred),
        other => ConfidenceBasis::parse(other).map_err(|error| error.to_string()),
    }
}

fn yes_or_no(text: &str) -> Result<bool, &'static str> {
    match text.to_lowercase().as_str() {
        "true" | "yes" | "1" => Ok(true),
        "false" | "no" | "0" => Ok(false),
        _ => Err("expected yes or no"),
    }
}

/// Puts the holder before the siege in place of the besieger: the party of the last row with `control` of the same place, or
/// the state's force where there is none or it is the besieger itself.
fn resolve_sieges(mut statements: Vec<Statement>, actors: &[Actor]) -> Vec<ControlObservation> {
    statements.sort_by_key(|statement| statement.observation.valid_from);
    let mut holders: HashMap<(String, String), String> = HashMap::new();
    let resolved = statements.into_iter().map(|Statement { mut observation, besieged, .. }| {
        let place = (observation.country.clone(), observation.place.clone());
        if let Some(blockade) = besieged {
            let besieger = std::mem::take(&mut observation.actor);
            let force = actors.iter().find(|actor| actor.force_of.as_deref() == Some(&observation.country));
            observation.actor = match holders.get(&place) {
                Some(holder) if *holder != besieger => holder.clone(),
                _ => force.map_or_else(|| UNKNOWN_ACTOR.to_owned(), |actor| actor.code.clone()),
            };
            observation.blockade = blockade;
            observation.blockade_by = Some(besieger);
        } else if observation.status == ControlStatus::Control {
            holders.insert(place, observation.actor.clone());
        }
        observation
    });
    let mut observations: Vec<_> = resolved.collect();
    observations.sort_by(|a, b| a.id.cmp(&b.id));
    observations
}
