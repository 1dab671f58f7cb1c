//! The objects of a JSON document or sequence, one at a time: the features of a collection, the list in an API's reply, the
//! lines of a GeoJSON text sequence (RFC 8142) or of newline-delimited JSON. Holds one object, whatever the length of the file.

use serde_json::{Map, Value as Json};
use std::io::{self, BufRead, Read};

/// The members of an object.
pub(super) type Object = Map<String, Json>;

/// Members of a document that hold the list of its objects: GeoJSON, UCDP's and ACLED's APIs.
const LISTS: &[&str] = &["features", "Result", "data"];

/// Longest object, in bytes; the outline of a state in full detail has a few million.
const MAX_OBJECT_BYTES: usize = 64 << 20;

/// RFC 8142 §2: what stands before each text of a sequence.
const RECORD_SEPARATOR: u8 = 0x1E;

/// How a JSON text is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    /// One document that holds a list, or is one.
    Document,
    /// One object a line.
    Lines,
    /// Objects that begin with a record separator.
    Records,
}

impl Layout {
    /// Tells the layout from the first bytes; `None` when they are no JSON objects.
    pub(super) fn of(head: &[u8]) -> Option<Self> {
        let start = head.iter().position(|byte| !byte.is_ascii_whitespace())?;
        match head[start] {
            RECORD_SEPARATOR => Some(Self::Records),
            b'[' => Some(Self::Document),
            b'{' => {
                let first = first_object(&head[start..]);
                Some(if first.holds_list || first.has_newline { Self::Document } else { Self::Lines })
            }
            _ => None,
        }
    }
}

struct FirstObject {
    holds_list: bool,
    has_newline: bool,
}

/// What the first object of the text looks like as far as the sample goes.
fn first_object(text: &[u8]) -> FirstObject {
    let mut found = FirstObject { holds_list: false, has_newline: false };
    let (mut depth, mut at) = (0usize, 0);
    while at < text.len() {
        match text[at] {
            b'"' => {
                let end = end_of_string(&text[at..]);
                let word = text.get(at + 1..(at + end).saturating_sub(1)).unwrap_or_default();
                let list = LISTS.iter().any(|list| list.as_bytes() == word) || word == b"FeatureCollection";
                found.holds_list |= depth == 1 && list;
                at += end;
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    break;
                }
            }
            b'\n' => found.has_newline = true,
            _ => {}
        }
        at += 1;
    }
    found
}

/// Length of the string that the text begins with, both quotes included.
fn end_of_string(text: &[u8]) -> usize {
    let mut at = 1;
    while at < text.len() {
        match text[at] {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    text.len()
}

enum State {
    /// Between documents.
    Top,
    /// In an object that may hold a list: its members so far and whether a list was in it.
    Object { line: u64, members: Object, held_list: bool },
    /// In a list, within such an object or alone.
    List { within: bool },
    /// Nothing more can be read.
    Over,
}

/// Reads the objects.
pub(super) struct JsonRows<'r> {
    text: Box<dyn BufRead + 'r>,
    layout: Layout,
    state: State,
    line: u64,
    bytes: Vec<u8>,
}

/// A row: the line on which its object begins, and the object or what is wrong with it.
type Row = (u64, Result<Object, String>);

/// Why a document cannot be read on.
enum Stop {
    Io(io::Error),
    Broken(String),
    /// The text ends where it must not.
    Cut(String),
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl<'r> JsonRows<'r> {
    pub(super) fn new(text: impl BufRead + 'r, layout: Layout) -> Self {
        Self { text: Box::new(text), layout, state: State::Top, line: 1, bytes: Vec::new() }
    }

    /// The line at which the reading stands.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// The next object; `None` at the end.
    ///
    /// # Errors
    /// What the reader says; [`io::ErrorKind::UnexpectedEof`] when the text ends in the middle, [`io::ErrorKind::InvalidData`]
    /// when rows may follow that cannot be told from what is broken before them.
    pub(super) fn next(&mut self) -> io::Result<Option<Row>> {
        match self.layout {
            Layout::Lines => self.next_part(b'\n'),
            Layout::Records => self.next_part(RECORD_SEPARATOR),
            Layout::Document => match self.next_in_document() {
                Ok(row) => Ok(row),
                Err(Stop::Io(error)) => Err(error),
                Err(Stop::Cut(reason)) => Err(io::Error::new(io::ErrorKind::UnexpectedEof, reason)),
                Err(Stop::Broken(reason)) if self.rows_may_follow() => Err(io::Error::new(io::ErrorKind::InvalidData, reason)),
                Err(Stop::Broken(reason)) => {
                    self.state = State::Over;
                    Ok(Some((self.line, Err(format!("{reason}; what follows the list is not read")))))
                }
            },
        }
    }

    /// Whether the list, or the place where it would begin, is not behind.
    fn rows_may_follow(&self) -> bool {
        matches!(self.state, State::List { .. } | State::Object { held_list: false, .. })
    }

    /// The next text up to a separator; empty ones do not count.
    fn next_part(&mut self, separator: u8) -> io::Result<Option<Row>> {
        loop {
            self.bytes.clear();
            let limit = u64::try_from(MAX_OBJECT_BYTES).unwrap_or(u64::MAX);
            let read = self.text.by_ref().take(limit).read_until(separator, &mut self.bytes)?;
            if read == 0 {
                return Ok(None);
            }
            let begins = self.bytes.iter().take_while(|byte| byte.is_ascii_whitespace()).filter(|byte| **byte == b'\n').count();
            let line = self.line + count(begins);
            self.line += count(self.bytes.iter().filter(|byte| **byte == b'\n').count());
            let text = self.bytes.strip_suffix(&[separator]).unwrap_or(&self.bytes);
            let text = text.strip_prefix(&[RECORD_SEPARATOR]).unwrap_or(text).trim_ascii();
            if text.is_empty() {
                continue;
            }
            let last = !self.bytes.ends_with(&[separator]) && count(read) < limit;
            if last && serde_json::from_slice::<serde::de::IgnoredAny>(text).is_err_and(|error| error.is_eof()) {
                let reason = format!("the object that begins in line {line} does not end");
                return Err(io::Error::new(io::ErrorKind::UnexpectedEof, reason));
            }
            return Ok(Some((line, parse(text))));
        }
    }

    fn next_in_document(&mut self) -> Result<Option<Row>, Stop> {
        loop {
            let next = self.skip_space()?;
            match &mut self.state {
                State::Over => return Ok(None),
                State::Top => match next {
                    None => return Ok(None),
                    Some(b'{') => {
                        self.text.consume(1);
                        self.state = State::Object { line: self.line, members: Object::new(), held_list: false };
                    }
                    Some(b'[') => {
                        self.text.consume(1);
                        self.state = State::List { within: false };
                    }
                    Some(RECORD_SEPARATOR) => self.text.consume(1),
                    Some(_) => return Err(Stop::Broken("no JSON object or list begins here".to_owned())),
                },
                State::Object { .. } => {
                    if let Some(row) = self.next_member(next)? {
                        return Ok(Some(row));
                    }
                }
                State::List { within } => match next {
                    None => return Err(Stop::Cut("the list of rows does not end".to_owned())),
                    Some(b',') => self.text.consume(1),
                    Some(b']') => {
                        self.text.consume(1);
                        let members = Object::new();
                        self.state =
                            if *within { State::Object { line: self.line, members, held_list: true } } else { State::Top };
                    }
                    Some(_) => {
                        let line = self.line;
                        self.take_value()?;
                        return Ok(Some((line, parse(&self.bytes))));
                    }
                },
            }
        }
    }

    /// Reads on in an object that may hold a list. A row comes of it at its end, when it held none and is a row itself.
    fn next_member(&mut self, next: Option<u8>) -> Result<Option<Row>, Stop> {
        match next {
            None => return Err(Stop::Cut("the outermost object does not end".to_owned())),
            Some(b',') => self.text.consume(1),
            Some(b'}') => {
                self.text.consume(1);
                if let State::Object { line, members, held_list: false } = std::mem::replace(&mut self.state, State::Top) {
                    return Ok(Some((line, Ok(members))));
                }
            }
            Some(b'"') => {
                self.take_value()?;
                let name: String = serde_json::from_slice(&self.bytes).map_err(|error| Stop::Broken(error.to_string()))?;
                match self.skip_space()? {
                    Some(b':') => {}
                    Some(_) => return Err(Stop::Broken(format!("no value follows '{name}'"))),
                    None => return Err(Stop::Cut(format!("no value follows '{name}'"))),
                }
                self.text.consume(1);
                if self.skip_space()? == Some(b'[') && LISTS.contains(&name.as_str()) {
                    self.text.consume(1);
                    self.state = State::List { within: true };
                } else {
                    self.take_value()?;
                    let value = serde_json::from_slice(&self.bytes).map_err(|error| Stop::Broken(error.to_string()))?;
                    if let State::Object { members, .. } = &mut self.state {
                        members.insert(name, value);
                    }
                }
            }
            Some(_) => return Err(Stop::Broken("no member of an object begins here".to_owned())),
        }
        Ok(None)
    }

    /// Goes to the next byte that is no white space and shows it.
    fn skip_space(&mut self) -> io::Result<Option<u8>> {
        loop {
            let buffer = self.text.fill_buf()?;
            if buffer.is_empty() {
                return Ok(None);
            }
            let blank = buffer.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            self.line += count(buffer[..blank].iter().filter(|byte| **byte == b'\n').count());
            let next = buffer.get(blank).copied();
            self.text.consume(blank);
            if next.is_some() {
                return Ok(next);
            }
        }
    }

    /// Copies the value that begins here into `bytes`, by its brackets and quotes; whether it is JSON is for the parser.
    fn take_value(&mut self) -> Result<(), Stop> {
        self.bytes.clear();
        let begins = self.line;
        let (mut depth, mut in_string, mut escaped) = (0usize, false, false);
        loop {
            let buffer = self.text.fill_buf()?;
            if buffer.is_empty() {
                return Err(Stop::Cut(format!("the value that begins in line {begins} does not end")));
            }
            // How many bytes belong to the value, and whether it ends with them.
            let mut end = None;
            for (at, byte) in buffer.iter().enumerate() {
                if in_string {
                    match byte {
                        _ if escaped => escaped = false,
                        b'\\' => escaped = true,
                        b'"' => in_string = false,
                        _ => {}
                    }
                    if !in_string && depth == 0 {
                        end = Some(at + 1);
                        break;
                    }
                    continue;
                }
                match byte {
                    b'"' => in_string = true,
                    b'{' | b'[' => depth += 1,
                    b'}' | b']' if depth > 1 => depth -= 1,
                    b'}' | b']' if depth == 1 => {
                        end = Some(at + 1);
                        break;
                    }
                    // A bare word or number ends before what follows it.
                    b'}' | b']' | b',' | b':' | b' ' | b'\t' | b'\r' | b'\n' if depth == 0 => {
                        end = Some(at);
                        break;
                    }
                    _ => {}
                }
            }
            let used = end.unwrap_or(buffer.len());
            self.bytes.extend_from_slice(&buffer[..used]);
            self.line += count(buffer[..used].iter().filter(|byte| **byte == b'\n').count());
            self.text.consume(used);
            if end.is_some() && self.bytes.is_empty() {
                return Err(Stop::Broken("no JSON value begins here".to_owned()));
            }
            if end.is_some() {
                return Ok(());
            }
            if self.bytes.len() > MAX_OBJECT_BYTES {
                return Err(Stop::Broken("an object is longer than 64 MiB; is a quote or bracket not closed?".to_owned()));
            }
        }
    }
}

fn parse(text: &[u8]) -> Result<Object, String> {
    match serde_json::from_slice(text) {
        Ok(Json::Object(object)) => Ok(object),
        Ok(_) => Err("a JSON object is needed".to_owned()),
        // The place that the parser names is one within the object.
        Err(error) => Err(format!("it is no JSON: {}", error.to_string().split(" at line ").next().unwrap_or_default())),
    }
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::BufReader;

    /// The lines and the members `n` of the rows; a negative number for a row that is none.
    fn rows(text: &str) -> Vec<(u64, i64)> {
        let layout = Layout::of(text.as_bytes()).unwrap();
        let mut rows = JsonRows::new(BufReader::with_capacity(3, text.as_bytes()), layout);
        let mut found = Vec::new();
        while let Some((line, row)) = rows.next().unwrap() {
            found.push((line, row.ok().and_then(|row| row.get("n").and_then(Json::as_i64)).unwrap_or(-1)));
        }
        found
    }

    #[test]
    fn features_replies_lists_and_sequences_are_read() {
        assert_eq!(
            rows("{\"type\":\"FeatureCollection\",\n\"features\":[\n{\"n\":1},\n{\"n\":2}\n],\"x\":{\"n\":9}}"),
            [(3, 1), (4, 2)]
        );
        assert_eq!(rows(r#"{"TotalCount":2,"Result":[{"n":1},{"n":2,"a":"}]\"{"}]}"#), [(1, 1), (1, 2)]);
        assert_eq!(rows("[{\"n\":1},\n{\"n\":2}]"), [(1, 1), (2, 2)]);
        assert_eq!(rows("{\"n\":1}\n\n{\"n\":2}\n"), [(1, 1), (3, 2)]);
        assert_eq!(rows("\u{1e}{\"n\":\n1}\n\u{1e}{\"n\":2}\n"), [(1, 1), (3, 2)]);
        assert_eq!(rows("{\n\"n\":1\n}"), [(1, 1)]);
        assert_eq!(rows(r#"{"type":"FeatureCollection","features":[]}"#), []);
    }

    #[test]
    fn a_bad_object_is_one_row_and_a_broken_document_says_so() {
        assert_eq!(rows("{\"n\":1}\n{\"n\":\n{\"n\":3}"), [(1, 1), (2, -1), (3, 3)]);
        assert_eq!(rows(r#"{"features":[{"n":1},{"n":x},7,{"n":3}]}"#), [(1, 1), (1, -1), (1, -1), (1, 3)]);
        assert_eq!(rows(r#"{"features":[{"n":1}]} x"#), [(1, 1), (1, -1)]);
        assert_eq!(rows(r#"{"features":[{"n":1}],x}"#), [(1, 1), (1, -1)]);
    }

    /// What the reading ends with.
    fn end(text: &str) -> Option<io::ErrorKind> {
        let layout = Layout::of(text.as_bytes()).unwrap();
        let mut rows = JsonRows::new(BufReader::with_capacity(3, text.as_bytes()), layout);
        loop {
            match rows.next() {
                Ok(None) => return None,
                Ok(Some(_)) => {}
                Err(error) => return Some(error.kind()),
            }
        }
    }

    #[test]
    fn a_text_that_ends_anywhere_but_at_its_end_is_cut_off() {
        let document = r#"{"type":"FeatureCollection","features":[{"n":1,"s":"}]"},{"n":[2]}],"x":{"n":9}}"#;
        let lines = "{\"n\":1}\n{\"n\":\"2\"}";
        let records = "\u{1e}{\"n\":1}\n\u{1e}{\"n\":\n2}\n";
        let cut = Some(io::ErrorKind::UnexpectedEof);
        for text in [document, r#"[{"n":1},{"n":2}]"#, "{\n\"n\":1\n}"] {
            assert_eq!(end(text), None, "{text}");
            for at in 1..text.len() {
                assert_eq!(end(&text[..at]), cut, "{}", &text[..at]);
            }
        }
        // Where a line or a record ends nobody can tell.
        for (text, whole) in [(lines, &[7, 8][..]), (records, &[1, 8, 9, 10])] {
            assert_eq!(end(text), None, "{text}");
            for at in 1..text.trim_end().len() {
                assert_eq!(end(&text[..at]), if whole.contains(&at) { None } else { cut }, "{}", &text[..at]);
            }
        }
    }

    #[test]
    fn what_is_broken_before_the_end_of_the_list_is_an_error() {
        for text in [r#"{"features":[{"n":1}}]}"#, r#"{"features":[{"n":1}:{"n":2}]}"#, r#"{"features" [{"n":1}]}"#] {
            assert_eq!(end(text), Some(io::ErrorKind::InvalidData), "{text}");
        }
    }

    #[test]
    fn what_is_no_json_has_no_layout() {
        assert_eq!(Layout::of(b"id,name\n"), None);
        assert_eq!(Layout::of(b""), None);
    }
}
