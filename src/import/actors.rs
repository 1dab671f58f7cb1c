//! `actors.csv`: one actor code a row.

use super::table::{Table, read_table};
use super::{ImportError, Imported};
use crate::domain::{Actor, Membership, Side};

const COLUMNS: &[&str] = &["code", "name_en", "name_fr", "kind", "side"];

pub(super) fn read_actors(table: Table<'_>) -> Result<Imported<Actor>, ImportError> {
    read_table(table, COLUMNS, |row| {
        Ok(Actor {
            code: row.text("code")?,
            name_en: row.text("name_en")?,
            name_fr: row.text("name_fr")?,
            kind: row.text("kind")?,
            side: row.parse("side", Side::parse)?,
            force_of: row.optional_text("force_of"),
            parent_alliance: row.optional_text("parent_alliance"),
            parents: row.optional("parents", Membership::parse_all)?.unwrap_or_default(),
            active_from: row.optional_text("active_from"),
            active_to: row.optional_text("active_to"),
            note: row.optional_text("note"),
        })
    })
}
