//! `datasets.csv`: what ships, from whom, in which version and under which licence.

use jiff::civil::Date;
use std::sync::Arc;

use super::table::{Table, read_table};
use super::{ImportError, Imported};
use crate::domain::{Dataset, Redistribution};

const COLUMNS: &[&str] = &["id", "title", "version", "released", "licence", "attribution", "redistribution", "description"];

pub(super) fn read_datasets(table: Table<'_>) -> Result<Imported<Arc<Dataset>>, ImportError> {
    read_table(table, COLUMNS, |row| {
        Ok(Arc::new(Dataset {
            id: row.text("id")?,
            title: row.text("title")?,
            version: row.text("version")?,
            released: row.parse("released", str::parse::<Date>)?,
            licence: row.text("licence")?,
            licence_url: row.optional_text("licence_url"),
            attribution: row.text("attribution")?,
            redistribution: row.parse("redistribution", Redistribution::parse)?,
            homepage: row.optional_text("homepage"),
            description: row.text("description")?,
            imported_at: None,
        }))
    })
}
