//! A CSV table row by row: columns by name, empty cells as absent, faults with line, column and value.

use csv::{ReaderBuilder, StringRecord};
use std::collections::HashMap;

use super::{ImportError, Imported, Rejection};

/// The columns of a table, by the names in its first line.
pub(super) struct Columns {
    file: String,
    by_name: HashMap<String, usize>,
}

/// One row.
pub(super) struct Row<'a> {
    columns: &'a Columns,
    record: &'a StringRecord,
    line: u64,
}

/// Why a row is left out: the column at fault and the reason.
pub(super) struct Fault {
    column: String,
    value: String,
    reason: String,
}

impl Row<'_> {
    /// The cell of a column, without the white space around it; empty when the table has no such column.
    pub(super) fn cell(&self, column: &str) -> &str {
        self.columns.by_name.get(column).and_then(|at| self.record.get(*at)).unwrap_or("").trim()
    }

    /// Physical line of the row.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// The cell as text, which must not be empty.
    pub(super) fn text(&self, column: &str) -> Result<String, Fault> {
        match self.cell(column) {
            "" => Err(self.fault(column, "a value is needed")),
            text => Ok(text.to_owned()),
        }
    }

    /// The cell as text, absent when empty.
    pub(super) fn optional_text(&self, column: &str) -> Option<String> {
        Some(self.cell(column)).filter(|text| !text.is_empty()).map(ToOwned::to_owned)
    }

    /// The cell read by `parse`.
    pub(super) fn parse<T, E: ToString>(&self, column: &str, parse: impl FnOnce(&str) -> Result<T, E>) -> Result<T, Fault> {
        parse(&self.text(column)?).map_err(|error| self.fault(column, error.to_string()))
    }

    /// The cell read by `parse`, absent when empty.
    pub(super) fn optional<T, E: ToString>(
        &self,
        column: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<Option<T>, Fault> {
        match self.cell(column) {
            "" => Ok(None),
            text => parse(text).map(Some).map_err(|error| self.fault(column, error.to_string())),
        }
    }

    /// A fault of this row at a column.
    pub(super) fn fault(&self, column: &str, reason: impl Into<String>) -> Fault {
        Fault { column: column.to_owned(), value: self.cell(column).to_owned(), reason: reason.into() }
    }
}

/// Reads every row of a CSV text with `read`; rows that it refuses, and rows that are no CSV, are reported and left out.
pub(super) fn read_table<T>(
    file: &str,
    text: &[u8],
    needed: &[&'static str],
    mut read: impl FnMut(&Row<'_>) -> Result<T, Fault>,
) -> Result<Imported<T>, ImportError> {
    let mut reader = ReaderBuilder::new().flexible(true).from_reader(text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text));
    let header = reader.headers().map_err(|source| ImportError::Header { file: file.to_owned(), source })?;
    let by_name: HashMap<_, _> = header.iter().enumerate().map(|(at, name)| (name.trim().to_owned(), at)).collect();
    let width = header.len();
    if let Some(column) = needed.iter().find(|column| !by_name.contains_key(**column)) {
        return Err(ImportError::MissingColumn { file: file.to_owned(), column });
    }
    let columns = Columns { file: file.to_owned(), by_name };
    let mut imported = Imported { items: Vec::new(), rejected: Vec::new() };
    let reject = |line, fault: Fault| Rejection {
        file: columns.file.clone(),
        line,
        column: fault.column,
        value: fault.value,
        reason: fault.reason,
    };
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                let line = error.position().map_or(0, csv::Position::line);
                let fault = Fault { column: String::new(), value: String::new(), reason: error.to_string() };
                imported.rejected.push(reject(line, fault));
                continue;
            }
        };
        let line = record.position().map_or(0, csv::Position::line);
        let row = Row { columns: &columns, record: &record, line };
        let read = if record.len() == width {
            read(&row)
        } else {
            let reason = format!("the row has {} cells, the first line has {width}", record.len());
            Err(Fault { column: String::new(), value: String::new(), reason })
        };
        match read {
            Ok(item) => imported.items.push(item),
            Err(fault) => imported.rejected.push(reject(line, fault)),
        }
    }
    Ok(imported)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_row_is_named_and_the_others_are_kept() {
        let text = "id,level\na,1\nb,one\n\"c\nd\",3\ne,4,5\nf,6\n";
        let imported =
            read_table("t.csv", text.as_bytes(), &["id", "level"], |row| row.parse("level", str::parse::<u8>)).unwrap();
        assert_eq!(imported.items, [1, 3, 6]);
        let places: Vec<_> = imported.rejected.iter().map(|r| (r.line, r.column.as_str(), r.value.as_str())).collect();
        assert_eq!(places, [(3, "level", "one"), (6, "", "")]);
    }

    #[test]
    fn a_missing_column_stops_the_file() {
        let read = read_table("t.csv", b"id\na\n", &["level"], |row| row.text("id"));
        assert!(matches!(read, Err(ImportError::MissingColumn { column: "level", .. })));
    }

    #[test]
    fn a_byte_order_mark_is_not_part_of_the_first_name() {
        let imported = read_table("t.csv", b"\xef\xbb\xbfid\r\na\r\n", &["id"], |row| row.text("id")).unwrap();
        assert_eq!(imported.items, ["a"]);
    }
}
