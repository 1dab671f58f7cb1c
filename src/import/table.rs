//! A table row by row, whatever it is written in: CSV, JSON, or rows that were put aside.

use csv::{ReaderBuilder, StringRecord};
use serde_json::Value as Json;
use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Seek, SeekFrom};

use super::cells::{Cells, Fault};
use super::columns::Columns;
use super::csv_rows::CsvRows;
use super::json::{JsonRows, Object};
use super::{ImportError, Imported, Rejection};

/// What [`Table::advance`] found.
#[derive(Debug)]
pub(super) enum Step {
    /// A row, at hand as [`Table::cells`].
    Row,
    /// A row that is none; it is left out.
    Bad(Rejection),
    /// Nothing more.
    End,
}

enum Rows<'r> {
    Csv(Box<CsvRows<'r>>),
    Json(JsonRows<'r>),
    /// Rows put aside, each with its line in the last cell.
    Spool(Box<csv::Reader<BufReader<File>>>),
}

/// A table that is read row by row. Holds one row, whatever the length of the file.
pub(super) struct Table<'r> {
    pub(super) file: String,
    pub(super) columns: Columns,
    rows: Rows<'r>,
    record: StringRecord,
    geometry: Option<Json>,
    line: u64,
    hxl_may_come: bool,
}

impl<'r> Table<'r> {
    /// A table with its column names in the first line.
    pub(super) fn csv(file: &str, text: impl Read + 'r, delimiter: u8) -> Result<Self, ImportError> {
        let mut rows = CsvRows::new(text, delimiter);
        let mut header = StringRecord::new();
        let read = rows.next(&mut header).map_err(|error| ImportError::table(file, 1, error))?;
        if !matches!(read, Some((_, None))) {
            return Err(ImportError::Empty { file: file.to_owned() });
        }
        rows.width = Some(header.len());
        let columns = Columns::of(&header);
        Ok(Self {
            file: file.to_owned(),
            columns,
            rows: Rows::Csv(Box::new(rows)),
            record: header,
            geometry: None,
            line: 1,
            hxl_may_come: true,
        })
    }

    /// The rows of a JSON document or sequence; columns are the members met so far.
    pub(super) fn json(file: &str, rows: JsonRows<'r>) -> Self {
        Self {
            file: file.to_owned(),
            columns: Columns::default(),
            rows: Rows::Json(rows),
            record: StringRecord::new(),
            geometry: None,
            line: 0,
            hxl_may_come: false,
        }
    }

    /// For a table whose first line is a row already: puts it back and names the columns.
    pub(super) fn name_columns(&mut self, names: &[&str]) {
        if let Rows::Csv(rows) = &mut self.rows {
            rows.first = Some(std::mem::take(&mut self.record));
            self.columns = Columns::of(&StringRecord::from(names.to_vec()));
            self.hxl_may_come = false;
        }
    }

    /// The row at hand.
    pub(super) fn cells(&self) -> Cells<'_> {
        Cells::new(&self.columns, &self.record, self.line, self.geometry.as_ref())
    }

    /// Goes to the next row.
    pub(super) fn advance(&mut self) -> Result<Step, ImportError> {
        loop {
            let step = self.step()?;
            let tags = matches!(step, Step::Row | Step::Bad(_)) && std::mem::take(&mut self.hxl_may_come) && is_hxl(&self.record);
            if !tags {
                return Ok(step);
            }
        }
    }

    fn step(&mut self) -> Result<Step, ImportError> {
        match &mut self.rows {
            Rows::Csv(rows) => {
                if let Some(first) = rows.first.take() {
                    (self.record, self.line) = (first, 1);
                    return Ok(Step::Row);
                }
                let next = rows.next(&mut self.record);
                let next = next.map_err(|error| ImportError::table(&self.file, rows.line, error))?;
                let Some((line, fault)) = next else { return Ok(Step::End) };
                self.line = line;
                Ok(fault.map_or(Step::Row, |reason| Step::Bad(Fault::of_row(reason).at(&self.file, line))))
            }
            Rows::Json(rows) => {
                let next = rows.next().map_err(|error| ImportError::reading(&self.file, rows.line(), error))?;
                let Some((line, object)) = next else { return Ok(Step::End) };
                self.line = line;
                match object {
                    Ok(object) => {
                        self.take_object(object);
                        Ok(Step::Row)
                    }
                    Err(reason) => Ok(Step::Bad(Fault::of_row(reason).at(&self.file, line))),
                }
            }
            Rows::Spool(reader) => {
                let read = reader.read_record(&mut self.record);
                if !read.map_err(|source| ImportError::Table { file: self.file.clone(), source })? {
                    return Ok(Step::End);
                }
                self.line = self.record.iter().next_back().and_then(|line| line.parse().ok()).unwrap_or(0);
                self.record.truncate(self.record.len().saturating_sub(1));
                Ok(Step::Row)
            }
        }
    }

    /// Makes a row of an object: its members, or the members of a feature's `properties` with its id and its point.
    fn take_object(&mut self, mut object: Object) {
        let mut cells: Vec<String> = vec![String::new(); self.columns.own().len()];
        let columns = &mut self.columns;
        let mut put = |name: &str, value: String| {
            let at = columns.place(name);
            if at >= cells.len() {
                cells.resize(at + 1, String::new());
            }
            cells[at] = value;
        };
        self.geometry = object.remove("geometry");
        if let Some(Json::Object(properties)) = object.remove("properties") {
            for (name, value) in properties {
                put_flat(&mut put, name, value);
            }
            if let Some(id) = object.remove("id").filter(|id| !id.is_null()) {
                put("id", text_of(id));
            }
        } else {
            for (name, value) in object {
                put_flat(&mut put, name, value);
            }
        }
        let point = self.geometry.as_ref().filter(|geometry| geometry.get("type").and_then(Json::as_str) == Some("Point"));
        if let Some([lon, lat, ..]) = point.and_then(|point| point.get("coordinates")).and_then(Json::as_array).map(Vec::as_slice)
        {
            put("longitude", lon.to_string());
            put("latitude", lat.to_string());
        }
        self.record = StringRecord::from(cells);
    }

    /// Puts the row at hand and all after it aside in a temporary file, so that `look` sees each of them before the first is
    /// read. Rows that are none come back at once.
    pub(super) fn look_ahead(mut self, mut look: impl FnMut(&Cells<'_>)) -> Result<(Self, Vec<Rejection>), ImportError> {
        let file = self.file.clone();
        let failed = |source| ImportError::Read { file: file.clone(), source };
        let broken = |source| ImportError::Table { file: file.clone(), source };
        let mut spool =
            csv::WriterBuilder::new().flexible(true).from_writer(BufWriter::new(tempfile::tempfile().map_err(failed)?));
        let mut bad = Vec::new();
        loop {
            look(&self.cells());
            let line = self.line.to_string();
            spool.write_record(self.record.iter().chain([line.as_str()])).map_err(broken)?;
            loop {
                match self.advance()? {
                    Step::Row => break,
                    Step::Bad(rejection) => bad.push(rejection),
                    Step::End => {
                        let writer = spool.into_inner().map_err(|error| failed(error.into_error()))?;
                        let mut rows = writer.into_inner().map_err(|error| failed(error.into_error()))?;
                        rows.seek(SeekFrom::Start(0)).map_err(failed)?;
                        let reader = ReaderBuilder::new().flexible(true).has_headers(false).from_reader(BufReader::new(rows));
                        self.rows = Rows::Spool(Box::new(reader));
                        return Ok((self, bad));
                    }
                }
            }
        }
    }
}

/// Puts a member into its cell; an object of scalars into one for each, as `source.kind`.
fn put_flat(put: &mut impl FnMut(&str, String), name: String, value: Json) {
    match value {
        Json::Object(members) if !members.is_empty() && members.values().all(|value| !value.is_object() && !value.is_array()) => {
            members.into_iter().for_each(|(member, value)| put(&format!("{name}.{member}"), text_of(value)));
        }
        other => put(&name, text_of(other)),
    }
}

/// The text of a JSON value in a cell: nothing for null, JSON for what is no scalar.
fn text_of(value: Json) -> String {
    match value {
        Json::Null => String::new(),
        Json::String(text) => text,
        other => other.to_string(),
    }
}

/// Whether a row is one of HXL hashtags (hxlstandard.org), as `#event+id`, which stands under the header in files of HDX.
fn is_hxl(record: &StringRecord) -> bool {
    let filled = record.iter().filter(|cell| !cell.trim().is_empty()).count();
    let tags = record.iter().filter(|cell| cell.trim_start().starts_with('#')).count();
    tags > 0 && tags * 2 > filled
}

/// Reads every row of a table with `read`; rows that it refuses, and rows that are none, are reported and left out.
pub(super) fn read_table<T>(
    mut table: Table<'_>,
    needed: &[&str],
    mut read: impl FnMut(&Cells<'_>) -> Result<T, Fault>,
) -> Result<Imported<T>, ImportError> {
    if let Some(column) = needed.iter().find(|column| !table.columns.holds(column)) {
        return Err(ImportError::MissingColumn { file: table.file, column: (*column).to_owned() });
    }
    let mut imported = Imported { items: Vec::new(), rejected: Vec::new() };
    loop {
        match table.advance()? {
            Step::End => return Ok(imported),
            Step::Bad(rejection) => imported.rejected.push(rejection),
            Step::Row => match read(&table.cells()) {
                Ok(item) => imported.items.push(item),
                Err(fault) => imported.rejected.push(fault.at(&table.file, table.line)),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(text: &str) -> Table<'_> {
        Table::csv("t.csv", text.as_bytes(), b',').unwrap()
    }

    #[test]
    fn a_bad_row_is_named_and_the_others_are_kept() {
        let text = "id,level\na,1\nb,one\n\"c\nd\",3\ne,4,5\nf,6\n";
        let imported = read_table(table(text), &["id", "level"], |row| row.parse("level", str::parse::<u8>)).unwrap();
        assert_eq!(imported.items, [1, 3, 6]);
        let places: Vec<_> = imported.rejected.iter().map(|r| (r.line, r.column.as_str(), r.value.as_str())).collect();
        assert_eq!(places, [(3, "level", "one"), (6, "", "")]);
    }

    #[test]
    fn a_missing_column_stops_the_file() {
        let read = read_table(table("id\na\n"), &["level"], |row| row.text("id"));
        assert!(matches!(read, Err(ImportError::MissingColumn { column, .. }) if column == "level"));
    }

    #[test]
    fn a_byte_order_mark_is_not_part_of_the_first_name() {
        let imported = read_table(table("\u{feff}id\r\na\r\n"), &["id"], |row| row.text("id")).unwrap();
        assert_eq!(imported.items, ["a"]);
    }

    #[test]
    fn the_best_name_of_a_field_wins_and_faults_bear_the_own_name() {
        let mut table = table("Date,Event Date\nx,y\n");
        table.columns.bind([("date_start", "event_date"), ("date_start", "date")].into_iter());
        assert!(matches!(table.advance().unwrap(), Step::Row));
        assert_eq!(table.cells().cell("date_start"), "y");
        assert_eq!(table.cells().fault("date_start", "").column, "Event Date");
    }

    #[test]
    fn a_row_of_hxl_tags_is_no_row() {
        let read = read_table(table("id,date\n#event+id,#date\na,b\n"), &[], |row| row.text("id")).unwrap();
        assert_eq!((read.items, read.rejected), (vec!["a".to_owned()], vec![]));
    }

    #[test]
    fn rows_put_aside_come_back_with_their_lines() {
        let mut first = table("id\na\n\"b\nb\"\nc,d\ne\n");
        assert!(matches!(first.advance().unwrap(), Step::Row));
        let mut seen = Vec::new();
        let (again, bad) = first.look_ahead(|cells| seen.push(cells.cell("id").to_owned())).unwrap();
        assert_eq!((seen.as_slice(), bad.len()), (["a".to_owned(), "b\nb".to_owned(), "e".to_owned()].as_slice(), 1));
        let read = read_table(again, &[], |row| Ok((row.line(), row.text("id")?))).unwrap();
        assert_eq!(read.items, [(2, "a".to_owned()), (3, "b\nb".to_owned()), (6, "e".to_owned())]);
    }
}
