//! Statements on who held a place, one interval a row: the curated table and the form of our own exports.
//!
//! The curated table's word `besieged` names the party that imposes the siege. Here it becomes what it says: a blockade by
//! that party over the holder before it, never a change of holder. The holder may stand further down in the file, so the
//! statements are handed over at its end.

use std::collections::HashMap;

use super::cells::{Cells, Fault};
use super::events::date_precision;
use super::run::{Reader, Run, qualified, whole};
use super::{Doubt, Row};
use crate::domain::{Actor, Blockade, ControlObservation, ControlStatus, DatePrecision, GeoPrecision};

/// The code that stands for "not established".
const UNKNOWN_ACTOR: &str = "UNKNOWN";

/// A row as the table says it, with the table's own word for a siege still in place.
struct Statement {
    observation: ControlObservation,
    besieged: Option<Blockade>,
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
        for observation in resolve_sieges(std::mem::take(&mut self.statements), run.context.actors) {
            run.hand_over(Row::Control(Box::new(observation)));
        }
    }
}

fn read(cells: &Cells<'_>, run: &mut Run<'_>) -> Result<Statement, Fault> {
    let place = cells.text("place")?;
    let position = run.position(cells)?.ok_or_else(|| cells.fault("longitude", "a point is needed"))?;
    let valid_from = run.day(cells, "valid_from")?.ok_or_else(|| cells.fault("valid_from", "a value is needed"))?;
    let valid_to = run.day(cells, "valid_to")?;
    if valid_to.is_some_and(|last| last < valid_from) {
        return Err(cells.fault("valid_to", "it lies before valid_from"));
    }
    let (status, besieged) = match cells.cell("status") {
        "besieged" => (ControlStatus::Control, Some(cells.optional("blockade", Blockade::parse)?.unwrap_or(Blockade::Full))),
        "government_control" | "insurgent_control" => (ControlStatus::Control, None),
        "insurgent_influence" => (ControlStatus::Influence, None),
        _ => (cells.parse("status", ControlStatus::parse)?, None),
    };
    let blockade = if besieged.is_some() { None } else { cells.optional("blockade", Blockade::parse)? };
    let population = cells.optional("population", whole)?;
    let geo_precision = cells.optional("geo_precision", GeoPrecision::parse)?;
    let last_confirmed = run.day(cells, "last_confirmed")?;
    let date_precision = cells.optional("date_precision", date_precision)?.unwrap_or(DatePrecision::Day);
    let actor = cells.text("actor")?;
    let source = run.source(cells)?;
    let id = match cells.cell("id") {
        "" => format!("{place}-{valid_from}-{actor}"),
        id => id.to_owned(),
    };
    let id = qualified(&source.dataset, &id);
    let (country, region) = run.place(cells.cell("country"), Some(position), cells.line(), &id);
    if country.is_empty() {
        run.summary.flag(Doubt::NoCountry, cells.line(), &id, "the point lies in no known state");
    }
    let observation = ControlObservation {
        place,
        region,
        position,
        geo_precision,
        population,
        actor: run.actor(&actor, &country, valid_from).unwrap_or(actor),
        status,
        blockade: blockade.unwrap_or(Blockade::None),
        blockade_by: run.actor(cells.cell("blockade_by"), &country, valid_from),
        country,
        valid_from,
        valid_to,
        date_precision,
        last_confirmed,
        note: cells.optional_text("note"),
        source,
        id,
    };
    Ok(Statement { observation, besieged })
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
