//! The rows of a CSV text, with the lines they begin on, and as few of them lost as can be when a quote is not closed.

use csv::{ReaderBuilder, StringRecord};
use std::cell::RefCell;
use std::io::{self, Read};
use std::rc::Rc;

/// Longest row, in bytes. A quote that is never closed would otherwise take in the rest of the file.
const MAX_ROW_BYTES: usize = 4 << 20;

/// How much a CSV reader asks for at a time, in bytes.
const CHUNK_BYTES: usize = 64 * 1024;

/// The rows of a CSV text with the physical lines they begin on.
///
/// A quote that is not closed makes one row of many lines. When such a row has not the right number of cells, or a quote in
/// the wrong place, and a row that has the right number begins on one of its later lines, only its first line is given up.
pub(super) struct CsvRows<'r> {
    reader: csv::Reader<Kept<'r>>,
    kept: Rc<RefCell<Tail>>,
    delimiter: u8,
    /// Physical line at the end of what was read.
    pub(super) line: u64,
    /// Where in the reader's bytes that is.
    at: u64,
    /// Number of cells of the first line.
    pub(super) width: Option<usize>,
    /// A row that was taken for the first line.
    pub(super) first: Option<StringRecord>,
}

impl<'r> CsvRows<'r> {
    pub(super) fn new(text: impl Read + 'r, delimiter: u8) -> Self {
        let kept = Rc::<RefCell<Tail>>::default();
        let source = Kept { inner: Box::new(text), again: Vec::new(), kept: Rc::clone(&kept) };
        Self { reader: reader_of(source, delimiter), kept, delimiter, line: 1, at: 0, width: None, first: None }
    }

    /// The next row and its line, with a reason when it is none; `None` at the end.
    pub(super) fn next(&mut self, record: &mut StringRecord) -> Result<Option<(u64, Option<String>)>, csv::Error> {
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

#[cfg(test)]
mod tests {
    use super::super::table::{Table, read_table};
    use super::*;

    fn table(text: &str) -> Table<'_> {
        Table::csv("t.csv", text.as_bytes(), b',').unwrap()
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
}
