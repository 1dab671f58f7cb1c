//! `control-observations.csv`: the curated statements on who held a place, one interval a row.
//!
//! The table's word `besieged` names the party that imposes the siege. Here it becomes what it says: a blockade by that party
//! over the holder before it, never a change of holder.

use std::collections::HashMap;
use std::sync::Arc;

use super::incidents::{actor, days, position, source};
use super::table::read_table;
use super::{Gazetteer, ImportError, Imported};
use crate::domain::{Actor, Blockade, ControlObservation, ControlStatus, Dataset, DatePrecision, GeoPrecision};

const COLUMNS: &[&str] = &[
    "id",
    "place",
    "country",
    "latitude",
    "longitude",
    "population_est",
    "actor",
    "status",
    "valid_from",
    "valid_to",
    "date_precision",
    "confidence",
    "source",
    "note",
];

/// The code that stands for "not established".
const UNKNOWN_ACTOR: &str = "UNKNOWN";

/// A row as the table says it, with the table's own word for a siege still in place.
struct Statement {
    observation: ControlObservation,
    besieged: Option<Blockade>,
}

/// Reads the table and turns each siege into a blockade over the holder before it.
pub(super) fn read_control(
    file: &str,
    text: &[u8],
    dataset: &Arc<Dataset>,
    gazetteer: &Gazetteer<'_>,
    actors: &[Actor],
) -> Result<Imported<ControlObservation>, ImportError> {
    let read = read_table(file, text, COLUMNS, |row| {
        let (country, position) = (row.text("country")?, position(row)?);
        let region = gazetteer.region_of(&country, position).map_err(|reason| row.fault("country", reason))?;
        let (valid_from, valid_to) = days(row)?;
        let is_actor = |code: &str| actors.iter().any(|actor| actor.code == code);
        let (status, besieged) = match row.cell("status") {
            "besieged" => (ControlStatus::Control, Some(row.optional("blockade", Blockade::parse)?.unwrap_or(Blockade::Full))),
            "government_control" | "insurgent_control" => (ControlStatus::Control, None),
            "insurgent_influence" => (ControlStatus::Influence, None),
            _ => (row.parse("status", ControlStatus::parse)?, None),
        };
        let observation = ControlObservation {
            id: format!("{}:{}", dataset.id, row.text("id")?),
            place: row.text("place")?,
            country,
            region,
            position,
            geo_precision: row.optional("geo_precision", GeoPrecision::parse)?,
            population: row.optional("population_est", str::parse)?,
            actor: actor(row, "actor", is_actor)?.ok_or_else(|| row.fault("actor", "a value is needed"))?,
            status,
            blockade: Blockade::None,
            blockade_by: None,
            valid_from,
            valid_to,
            date_precision: row.parse("date_precision", DatePrecision::parse)?,
            last_confirmed: row.optional("last_confirmed", str::parse)?,
            note: row.optional_text("note"),
            source: source(row, dataset)?,
        };
        Ok(Statement { observation, besieged })
    })?;
    Ok(Imported { items: resolve_sieges(read.items, actors), rejected: read.rejected })
}

/// Puts the holder before the siege in place of the besieger: the party of the last row with `control` of the same place, or
/// the state's force where there is none or it is the besieger itself.
fn resolve_sieges(mut statements: Vec<Statement>, actors: &[Actor]) -> Vec<ControlObservation> {
    statements.sort_by_key(|statement| statement.observation.valid_from);
    let mut holders: HashMap<(String, String), String> = HashMap::new();
    let resolved = statements.into_iter().map(|Statement { mut observation, besieged }| {
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
