//! `places.csv`: towns, ports and border posts.

use super::table::{Table, read_table};
use super::{Gazetteer, ImportError, Imported};
use crate::domain::{Place, PlaceKind, Position};

const COLUMNS: &[&str] = &["id", "name", "country", "longitude", "latitude", "population", "kind", "source"];

pub(super) fn read_places(table: Table<'_>, gazetteer: &Gazetteer<'_>) -> Result<Imported<Place>, ImportError> {
    read_table(table, COLUMNS, |row| {
        let country = row.text("country")?;
        let position = Position::new(row.parse("longitude", str::parse)?, row.parse("latitude", str::parse)?)
            .map_err(|error| row.fault("longitude", error.to_string()))?;
        let region = gazetteer.region_of(&country, position).map_err(|reason| row.fault("country", reason))?;
        let name = row.text("name")?;
        Ok(Place {
            id: row.text("id")?,
            name_fr: row.optional_text("name_fr").filter(|name_fr| *name_fr != name),
            name,
            alt_names: row.cell("alt_names").split('|').filter(|name| !name.is_empty()).map(ToOwned::to_owned).collect(),
            country,
            region,
            position,
            population: row.optional("population", str::parse)?,
            kind: row.parse("kind", PlaceKind::parse)?,
            source: row.text("source")?,
        })
    })
}
