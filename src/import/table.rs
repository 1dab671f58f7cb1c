//! A table row by row, whatever it is written in: columns by name, empty cells as absent, faults with line, column and value.

use csv::{ReaderBuilder, StringRecord};
use serde_json::Value as Json;
use std::cell::RefCell;
use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom};
use std::rc::Rc;

use super::json::{JsonRows, Object};
use super::{ImportError, Imported, Rejection};

/// Longest row, in bytes. A quote that is never closed would otherwise take in the rest of the file.
const MAX_ROW_BYTES: usize = 4 << 20;

/// How much a CSV reader asks for at a time, in bytes.
const CHUNK_BYTES: usize = 64 * 1024;

/// The columns of a table: the file's own names, and which of them hold which of our fields.
#[derive(Debug, Default)]
pub(super) struct Columns {
    own: Vec<String>,
    by_name: HashMap<String, usize>,
    /// Field → its columns with the rank of their names, the best name first. A row has its value in the first that is filled:
    /// features of one collection need not have the same members.
    by_field: HashMap<String, Vec<(usize, usize)>>,
    /// Field and folded name, best first.
    binding: Vec<(String, String)>,
}

impl Columns {
    fn push(&mut self, own: &str) -> usize {
        let at = self.own.len();
        let name = folded(own);
        for (rank, (field, _)) in self.binding.iter().enumerate().filter(|(_, (_, wanted))| *wanted == name) {
            let held = self.by_field.entry(field.clone()).or_default();
            held.push((rank, at));
            held.sort_unstable();
        }
        self.by_name.entry(name).or_insert(at);
        self.own.push(own.trim().to_owned());
        at
    }

    fn of(names: &StringRecord) -> Self {
        let mut columns = Self::default();
        for name in names {
            columns.push(name);
        }
        columns
    }

    /// Says which columns hold which fields: pairs of field and column name, best first.
    pub(super) fn bind<'a>(&mut self, binding: impl Iterator<Item = (&'a str, &'a str)>) {
        let binding = binding.map(|(field, name)| (field.to_owned(), folded(name))).collect();
        let own = std::mem::take(&mut self.own);
        *self = Self { binding, ..Self::default() };
        for name in own {
            self.push(&name);
        }
    }

    /// Whether there is a column of that name, in any case.
    pub(super) fn has(&self, name: &str) -> bool {
        self.by_name.contains_key(&folded(name))
    }

    /// Whether a column holds the field.
    pub(super) fn holds(&self, field: &str) -> bool {
        self.at(field).is_some()
    }

    /// The file's own names.
    pub(super) fn own(&self) -> &[String] {
        &self.own
    }

    /// Columns that hold no field.
    pub(super) fn ignored(&self) -> Vec<String> {
        let held: Vec<usize> = self.by_field.values().flatten().map(|(_, at)| *at).collect();
        let own = self.own.iter().enumerate().filter(|(at, name)| !held.contains(at) && !name.is_empty());
        own.map(|(_, name)| name.clone()).collect()
    }

    fn at(&self, field: &str) -> Option<usize> {
        self.by_field.get(field).and_then(|held| held.first()).map(|(_, at)| *at).or_else(|| self.by_name.get(field).copied())
    }

    /// The column that has the field's value in a row, and the value without the white space around it.
    fn find<'r>(&self, field: &str, record: &'r StringRecord) -> (Option<usize>, &'r str) {
        let cell = |at: usize| record.get(at).unwrap_or("").trim();
        let best = self.at(field);
        let text = best.map_or("", cell);
        if text.is_empty()
            && let Some((_, at)) = self.by_field.get(field).into_iter().flatten().find(|(_, at)| !cell(*at).is_empty())
        {
            return (Some(*at), cell(*at));
        }
        (best, text)
    }
}

/// A name as columns compare it: lower case, `_` for spaces and hyphens.
fn folded(name: &str) -> String {
    name.trim().chars().map(|c| if matches!(c, ' ' | '-' | '.') { '_' } else { c }).flat_map(char::to_lowercase).collect()
}

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
        let column = at.and_then(|at| self.columns.own.get(at)).map_or(field, String::as_str);
        Fault { column: column.to_owned(), value: value.to_owned(), reason: reason.into() }
    }
}

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
        let mut columns = Columns::of(&header);
        if let Some(first) = columns.own.first_mut() {
            // Bundled tables come as bytes that nobody has decoded.
            if let Some(rest) = first.strip_prefix('\u{feff}').map(ToOwned::to_owned) {
                columns.by_name.insert(folded(&rest), 0);
                columns.own[0] = rest;
            }
        }
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
        Cells { columns: &self.columns, record: &self.record, line: self.line, geometry: self.geometry.as_ref() }
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
        let mut cells: Vec<String> = vec![String::new(); self.columns.own.len()];
        let columns = &mut self.columns;
        let mut put = |name: &str, value: String| {
            // The exact name first: it is the usual case, and folding costs.
            let at = columns.by_name.get(name).copied().or_else(|| columns.by_name.get(&folded(name)).copied());
            let at = at.unwrap_or_else(|| columns.push(name));
            if at >= cells.len() {
                cells.resize(at + 1, String::new());
            }
            cells[at] = value;
        };
        self.geometry = object.remove("geometry");
        if let Some(Json::Object(properties)) = object.remove("properties") {
            for (name, value) in properties {
                put(&name, text_of(value));
            }
            if let Some(id) = object.remove("id").filter(|id| !id.is_null()) {
                put("id", text_of(id));
            }
        } else {
            for (name, value) in object {
                put(&name, text_of(value));
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

/// The rows of a CSV text with the physical lines they begin on.
///
/// A quote that is not closed makes one row of many lines. When such a row has not the right number of cells, or a quote in
/// the wrong place, and a row that has the right number begins on one of its later lines, only its first line is given up.
struct CsvRows<'r> {
    reader: csv::Reader<Kept<'r>>,
    kept: Rc<RefCell<Tail>>,
    delimiter: u8,
    /// Physical line at the end of what was read.
    line: u64,
    /// Where in the reader's bytes that is.
    at: u64,
    /// Number of cells of the first line.
    width: Option<usize>,
    /// A row that was taken for the first line.
    first: Option<StringRecord>,
}

impl<'r> CsvRows<'r> {
    fn new(text: impl Read + 'r, delimiter: u8) -> Self {
        let kept = Rc::<RefCell<Tail>>::default();
        let source = Kept { inner: Box::new(text), again: Vec::new(), kept: Rc::clone(&kept) };
        Self { reader: reader_of(source, delimiter), kept, delimiter, line: 1, at: 0, width: None, first: None }
    }

    /// The next row and its line, with a reason when it is none; `None` at the end.
    fn next(&mut self, record: &mut StringRecord) -> Result<Option<(u64, Option<String>)>, csv::Error> {
        let too_long = match self.reader.read_record(record) {
            Ok(false) => return Ok(None),
            Ok(true) => false,
            Err(error) => match error.kind() {
                csv::ErrorKind::Io(io) if io.kind() == io::ErrorKind::FileTooLarge => true,
                _ => return Err(error),
            },
        };
        let mut tail = self.kept.borrow_mut();
        let end =
            if too_long { tail.bytes().len() } else { usize::try_from(self.reader.position().byte() - self.at).unwrap_or(0) };
        let raw = tail.bytes().get(..end).unwrap_or_default();
        // Empty lines before the row, or the second half of the line end before it.
        let blank = raw.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        let lines_of = |bytes: &[u8]| bytes.iter().filter(|byte| **byte == b'\n').count();
        let line = self.line + count(lines_of(&raw[..blank]));
        let wrong = self.width.is_some_and(|width| width != record.len());
        let first_line = raw[blank..].iter().position(|byte| *byte == b'\n').map_or(end, |at| blank + at + 1);
        let suspicious = wrong || first_line < end && !is_well_quoted(&raw[blank..], self.delimiter);
        if first_line < end && (too_long || suspicious && self.rows_follow_in(&raw[first_line..end])) {
            let again = tail.bytes()[first_line..].to_vec();
            drop(tail);
            self.start_again(again);
            self.line = line + 1;
            return Ok(Some((line, Some("a quote on this line is not closed, or closed in the wrong place".to_owned()))));
        }
        self.line += count(lines_of(raw));
        tail.drop_front(end);
        self.at += count(end);
        let width = self.width.unwrap_or(record.len());
        let reason = if too_long {
            // One line without an end: what follows it is read as the next row.
            drop(tail);
            self.start_again(Vec::new());
            Some(format!("the row is longer than {} MiB", MAX_ROW_BYTES >> 20))
        } else {
            wrong.then(|| format!("the row has {} cells, the first line has {width}", record.len()))
        };
        Ok(Some((line, reason)))
    }

    /// Whether a row with the right number of cells begins on one of the lines.
    fn rows_follow_in(&self, lines: &[u8]) -> bool {
        let mut reader = reader_of(lines, self.delimiter);
        let mut record = csv::ByteRecord::new();
        let width = self.width.unwrap_or(0);
        width > 1
            && std::iter::from_fn(|| reader.read_byte_record(&mut record).ok().filter(|more| *more).map(|_| record.len()))
                .any(|len| len == width)
    }

    /// Reads on with a new reader that begins with the bytes.
    fn start_again(&mut self, bytes: Vec<u8>) {
        *self.kept.borrow_mut() = Tail::default();
        self.at = 0;
        let empty = Kept { inner: Box::new(io::empty()), again: Vec::new(), kept: Rc::default() };
        let old = std::mem::replace(&mut self.reader, reader_of(empty, self.delimiter));
        let mut source = old.into_inner();
        // Bytes that were put back before and not read since come after these.
        let rest = std::mem::replace(&mut source.again, bytes);
        source.again.extend_from_slice(&rest);
        self.reader = reader_of(source, self.delimiter);
    }
}

fn reader_of<R: Read>(source: R, delimiter: u8) -> csv::Reader<R> {
    let mut builder = ReaderBuilder::new();
    builder.flexible(true).delimiter(delimiter).has_headers(false).buffer_capacity(CHUNK_BYTES).from_reader(source)
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

/// Whether each quote that begins a cell is closed where the cell ends (RFC 4180 §2, 5 and 7).
fn is_well_quoted(row: &[u8], delimiter: u8) -> bool {
    let (mut quoted, mut at_start, mut at) = (false, true, 0);
    while at < row.len() {
        let (byte, next) = (row[at], row.get(at + 1));
        if quoted {
            if byte == b'"' {
                match next {
                    Some(b'"') => at += 1,
                    Some(other) if *other != delimiter && !matches!(other, b'\r' | b'\n') => return false,
                    _ => quoted = false,
                }
            }
        } else {
            quoted = at_start && byte == b'"';
            at_start = byte == delimiter || byte == b'\n';
        }
        at += 1;
    }
    !quoted
}

/// The bytes that were read and do not belong to a finished row.
#[derive(Default)]
struct Tail {
    all: Vec<u8>,
    from: usize,
}

impl Tail {
    fn bytes(&self) -> &[u8] {
        &self.all[self.from..]
    }

    fn drop_front(&mut self, number: usize) {
        self.from = (self.from + number).min(self.all.len());
        if self.from > CHUNK_BYTES {
            self.all.drain(..self.from);
            self.from = 0;
        }
    }
}

/// A reader that keeps what it has read, and refuses to go on when one row gets too long.
struct Kept<'r> {
    inner: Box<dyn Read + 'r>,
    /// What was put back to be read again.
    again: Vec<u8>,
    kept: Rc<RefCell<Tail>>,
}

impl Read for Kept<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let mut kept = self.kept.borrow_mut();
        if kept.bytes().len() > MAX_ROW_BYTES {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let count = if self.again.is_empty() {
            self.inner.read(into)?
        } else {
            let count = self.again.len().min(into.len());
            into[..count].copy_from_slice(&self.again[..count]);
            self.again.drain(..count);
            count
        };
        kept.all.extend_from_slice(&into[..count]);
        Ok(count)
    }
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
    fn empty_lines_do_not_shift_the_count() {
        let text = "id,level\r\n\r\na,x\r\n\n\nb,y\n";
        let imported = read_table(table(text), &[], |row| row.parse("level", str::parse::<u8>)).unwrap();
        assert_eq!(imported.rejected.iter().map(|r| r.line).collect::<Vec<_>>(), [3, 6]);
    }

    #[test]
    fn lines_are_physical_lines_whatever_ends_them() {
        for end in ["\n", "\r\n"] {
            let text = ["id,level", "a,x", "\"b", "b\",y", "", "c,z", "d,1"].join(end);
            let imported = read_table(table(&text), &[], |row| row.parse("level", str::parse::<u8>)).unwrap();
            assert_eq!(imported.rejected.iter().map(|r| r.line).collect::<Vec<_>>(), [2, 3, 6], "{end:?}");
            assert_eq!(imported.items, [1]);
        }
    }

    #[test]
    fn an_open_quote_costs_one_line() {
        let text = "id,note\n1,a\n2,\"b\n3,c\n4,\"d \"\"e\"\"\nf\"\n5,g\n";
        let read = read_table(table(text), &[], |row| Ok((row.line(), row.text("id")?))).unwrap();
        let ids: Vec<_> = read.items.iter().map(|(line, id)| (*line, id.as_str())).collect();
        assert_eq!(ids, [(2, "1"), (4, "3"), (5, "4"), (7, "5")]);
        assert_eq!(read.rejected.iter().map(|r| r.line).collect::<Vec<_>>(), [3]);
    }

    #[test]
    fn an_open_quote_in_a_long_file_costs_one_line() {
        let mut text = "id,note\n1,\"open\n".to_owned();
        for id in 2..400_000 {
            text.push_str(&format!("{id},some text\n"));
        }
        let read = read_table(table(&text), &[], |row| row.text("id")).unwrap();
        assert_eq!((read.items.len(), read.rejected.len()), (399_998, 1));
    }

    #[test]
    fn a_line_without_an_end_is_one_bad_row() {
        let text = format!("id,note\n1,{}\n2,b\n", "x".repeat(MAX_ROW_BYTES * 2));
        let read = read_table(table(&text), &[], |row| row.text("id")).unwrap();
        assert_eq!(read.items, ["2"]);
        assert!(!read.rejected.is_empty());
    }

    proptest::proptest! {
        #[test]
        fn every_line_of_a_tidy_table_is_a_row(cells in proptest::collection::vec("[a-z \",\n\r]{0,8}", 1..40)) {
            let mut writer = csv::Writer::from_writer(Vec::new());
            writer.write_record(["id", "note"]).unwrap();
            cells.iter().enumerate().for_each(|(id, note)| writer.write_record([id.to_string().as_str(), note]).unwrap());
            let text = writer.into_inner().unwrap();
            let read = read_table(Table::csv("t", &*text, b',').unwrap(), &[], |row| row.text("id")).unwrap();
            proptest::prop_assert_eq!((read.items.len(), read.rejected.len()), (cells.len(), 0));
        }
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
