//! What came of reading a file: the values, and every row that was left out.

use std::fmt;

/// A row that was left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    /// The file's name.
    pub file: String,
    /// Physical line of the row's first field; the header is line 1.
    pub line: u64,
    /// The column at fault, under the file's own name for it.
    pub column: String,
    /// The value as it stands there.
    pub value: String,
    /// What is wrong with it.
    pub reason: String,
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} line {}, column {}: '{}': {}", self.file, self.line, self.column, self.value, self.reason)
    }
}

/// The values of a file and the rows that were left out.
#[derive(Debug, Clone)]
pub struct Imported<T> {
    /// What was read, in the order of the file.
    pub items: Vec<T>,
    /// What was left out.
    pub rejected: Vec<Rejection>,
}
