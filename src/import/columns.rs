//! The columns of a table: the file's own names, and which of them hold which of our fields.

use csv::StringRecord;
use std::collections::HashMap;

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

    /// The columns of those names, in their order.
    pub(super) fn of(names: &StringRecord) -> Self {
        let mut columns = Self::default();
        for (at, name) in names.iter().enumerate() {
            // Bundled tables come as bytes that nobody has decoded, with a byte order mark perhaps.
            let name = if at == 0 { name.trim().trim_start_matches('\u{feff}') } else { name };
            columns.push(name);
        }
        columns
    }

    /// Where the column of that name stands; it is a new one when there is none.
    pub(super) fn place(&mut self, name: &str) -> usize {
        // The exact name first: it is the usual case, and folding costs.
        let at = self.by_name.get(name).copied().or_else(|| self.by_name.get(&folded(name)).copied());
        at.unwrap_or_else(|| self.push(name))
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
    pub(super) fn find<'r>(&self, field: &str, record: &'r StringRecord) -> (Option<usize>, &'r str) {
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
