//! One row of a table by the names of its fields: empty cells as absent, faults with column and value.

use csv::StringRecord;
use serde_json::Value as Json;

use super::Rejection;
use super::columns::Columns;

/// One row.
pub(super) struct Cells<'a> {
    columns: &'a Columns,
    record: &'a StringRecord,
    line: u64,
    geometry: Option<&'a Json>,
}

/// Why a row is left out: the column at fault and the reason.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) column: String,
    pub(super) value: String,
    pub(super) reason: String,
}

impl Fault {
    /// A fault of the row as a whole.
    pub(super) fn of_row(reason: impl Into<String>) -> Self {
        Self { column: String::new(), value: String::new(), reason: reason.into() }
    }

    pub(super) fn at(self, file: &str, line: u64) -> Rejection {
        Rejection { file: file.to_owned(), line, column: self.column, value: self.value, reason: self.reason }
    }
}

impl<'a> Cells<'a> {
    /// The cells of a row; `geometry` is that of a feature.
    pub(super) fn new(columns: &'a Columns, record: &'a StringRecord, line: u64, geometry: Option<&'a Json>) -> Self {
        Self { columns, record, line, geometry }
    }

    /// The cell of a field, without the white space around it; empty when the table has no such column.
    pub(super) fn cell(&self, field: &str) -> &'a str {
        self.columns.find(field, self.record).1
    }

    /// Physical line of the row.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// The columns of the table.
    pub(super) fn columns(&self) -> &'a Columns {
        self.columns
    }

    /// Every cell, in the order of the columns.
    pub(super) fn all(&self) -> impl Iterator<Item = &'a str> {
        self.record.iter()
    }

    /// The geometry of a GeoJSON feature; absent in a table.
    pub(super) fn geometry(&self) -> Option<&'a Json> {
        self.geometry
    }

    /// The cell as text, which must not be empty.
    pub(super) fn text(&self, field: &str) -> Result<String, Fault> {
        match self.cell(field) {
            "" => Err(self.fault(field, "a value is needed")),
            text => Ok(text.to_owned()),
        }
    }

    /// The cell as text, absent when empty.
    pub(super) fn optional_text(&self, field: &str) -> Option<String> {
        Some(self.cell(field)).filter(|text| !text.is_empty()).map(ToOwned::to_owned)
    }

    /// The cell read by `parse`.
    pub(super) fn parse<T, E: ToString>(&self, field: &str, parse: impl FnOnce(&str) -> Result<T, E>) -> Result<T, Fault> {
        match self.cell(field) {
            "" => Err(self.fault(field, "a value is needed")),
            text => parse(text).map_err(|error| self.fault(field, error.to_string())),
        }
    }

    /// The cell read by `parse`, absent when empty.
    pub(super) fn optional<T, E: ToString>(
        &self,
        field: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<Option<T>, Fault> {
        match self.cell(field) {
            "" => Ok(None),
            text => parse(text).map(Some).map_err(|error| self.fault(field, error.to_string())),
        }
    }

    /// A fault of this row at a field, under the file's own name for its column.
    pub(super) fn fault(&self, field: &str, reason: impl Into<String>) -> Fault {
        let (at, value) = self.columns.find(field, self.record);
        let column = at.and_then(|at| self.columns.own().get(at)).map_or(field, String::as_str);
        Fault { column: column.to_owned(), value: value.to_owned(), reason: reason.into() }
    }
}
