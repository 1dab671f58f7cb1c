//! The tables of names in `data/aliases/`: which actor, country, type of event and column a file means by a word.
//!
//! What a word means is data. The code here only looks it up, and what it does not find is kept as the file has it.

use jiff::civil::Date;
use rust_embed::Embed;
use std::collections::HashMap;

use super::ImportError;
use super::table::{Table, read_table};
use crate::domain::{Actor, EventType};

#[derive(Embed)]
#[folder = "data/aliases/"]
#[include = "*.csv"]
struct Files;

/// What an actor's name stands for, where and when.
#[derive(Debug)]
struct Meaning {
    code: String,
    country: Option<String>,
    from: Date,
    to: Date,
}

impl Meaning {
    fn holds(&self, country: &str, day: Date) -> bool {
        self.country.as_deref().is_none_or(|stated| stated == country) && self.from <= day && day <= self.to
    }
}

/// The tables.
#[derive(Debug, Default)]
pub struct Aliases {
    actors: HashMap<String, Vec<Meaning>>,
    /// Names that count up to the first `: ` or ` (`.
    heads: HashMap<String, Vec<Meaning>>,
    countries: HashMap<String, String>,
    event_types: HashMap<(String, String, String), EventType>,
    /// Format, then field with the names of its columns, best first.
    columns: HashMap<String, Vec<(String, String)>>,
}

impl Aliases {
    /// The tables that ship with the program, and the codes and names of the actors given.
    ///
    /// # Errors
    /// [`ImportError`] when a table is missing or damaged.
    pub fn new(actors: &[Actor]) -> Result<Self, ImportError> {
        let mut aliases = Self::default();
        for (name, code) in
            actors.iter().flat_map(|actor| [&actor.code, &actor.name_en, &actor.name_fr].map(|name| (name, &actor.code)))
        {
            let meaning = Meaning { code: code.clone(), country: None, from: Date::MIN, to: Date::MAX };
            aliases.actors.entry(folded(name)).or_insert_with(|| vec![meaning]);
        }
        let mut stated: HashMap<String, Vec<Meaning>> = HashMap::new();
        each("actors.csv", |row| {
            let day = |column, end| row.optional(column, |text| boundary(text, end));
            let meaning = Meaning {
                code: row.text("code")?,
                country: row.optional_text("country"),
                from: day("valid_from", false)?.unwrap_or(Date::MIN),
                to: day("valid_to", true)?.unwrap_or(Date::MAX),
            };
            let into = if row.cell("match") == "head" { &mut aliases.heads } else { &mut stated };
            into.entry(folded(row.cell("alias"))).or_default().push(meaning);
            Ok(())
        })?;
        // What the table says of a name goes before the name's being a code.
        aliases.actors.extend(stated);
        each("countries.csv", |row| {
            aliases.countries.insert(folded(row.cell("name")), row.text("code")?);
            Ok(())
        })?;
        each("event-types.csv", |row| {
            let key = (row.text("format")?, folded(row.cell("type")), folded(row.cell("sub_type")));
            aliases.event_types.insert(key, row.parse("event_type", EventType::parse)?);
            Ok(())
        })?;
        each("columns.csv", |row| {
            aliases.columns.entry(row.text("format")?).or_default().push((row.text("field")?, row.text("name")?));
            Ok(())
        })?;
        Ok(aliases)
    }

    /// The code of an actor that a source calls so in a country (alpha-2) on a day: by the whole name, else by what stands
    /// before `: ` or ` (`. A name that joins two (`and/or`) has no code.
    #[must_use]
    pub fn actor(&self, name: &str, country: &str, day: Date) -> Option<&str> {
        let name = folded(name);
        let holds = |meanings: &'_ &Vec<Meaning>| meanings.iter().any(|meaning| meaning.holds(country, day));
        let whole = self.actors.get(&name).filter(holds);
        let found = whole.or_else(|| {
            let end = name.find(": ").into_iter().chain(name.find(" (")).min().unwrap_or(name.len());
            let head = if name.contains("and/or") { None } else { name.get(..end) };
            head.and_then(|head| self.heads.get(head)).filter(holds)
        })?;
        found.iter().find(|meaning| meaning.holds(country, day)).map(|meaning| meaning.code.as_str())
    }

    /// The ISO 3166-1 alpha-2 code of a country: of its name, its alpha-3 code, or itself.
    #[must_use]
    pub fn country(&self, name: &str) -> Option<&str> {
        let name = folded(name);
        self.countries.get(&name).map(String::as_str)
    }

    /// What a type and a finer type of a format mean; the finer one decides where the table has it.
    #[must_use]
    pub fn event_type(&self, format: &str, kind: &str, sub_kind: &str) -> Option<EventType> {
        let key = |sub: &str| (format.to_owned(), folded(kind), folded(sub));
        self.event_types.get(&key(sub_kind)).or_else(|| self.event_types.get(&key(""))).copied()
    }

    /// The fields of a format with the names their columns may have, best first.
    pub(super) fn columns(&self, format: &str) -> impl Iterator<Item = (&str, &str)> {
        self.columns.get(format).into_iter().flatten().map(|(field, name)| (field.as_str(), name.as_str()))
    }
}

/// Runs over a table in `data/aliases/`; the first bad row is an error, since the tables ship with the program.
fn each(name: &str, mut row: impl FnMut(&super::cells::Cells<'_>) -> Result<(), super::cells::Fault>) -> Result<(), ImportError> {
    let file = Files::get(name).ok_or_else(|| ImportError::NotBundled { file: format!("aliases/{name}") })?;
    let read = read_table(Table::csv(name, &*file.data, b',')?, &[], &mut row)?;
    read.rejected.into_iter().next().map_or(Ok(()), |rejection| Err(ImportError::Damaged(rejection)))
}

/// `YYYY`, `YYYY-MM` or a date: its first day, or its last.
fn boundary(text: &str, end: bool) -> Result<Date, String> {
    let bad = |error: jiff::Error| error.to_string();
    let full = match (text.len(), end) {
        (4, false) => format!("{text}-01-01"),
        (4, true) => format!("{text}-12-31"),
        (7, _) => format!("{text}-01"),
        _ => text.to_owned(),
    };
    let date: Date = full.parse().map_err(bad)?;
    Ok(if text.len() == 7 && end { date.last_of_month() } else { date })
}

/// A name as the tables compare it: lower case, one space between words, plain apostrophes.
fn folded(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for word in name.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.extend(word.chars().map(|c| if matches!(c, '’' | '‘' | '`') { '\'' } else { c }).flat_map(char::to_lowercase));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::bundled;
    use jiff::civil::date;

    fn aliases() -> Aliases {
        Aliases::new(&bundled().unwrap().changes.actors).unwrap()
    }

    #[test]
    fn names_of_providers_lead_to_codes() {
        let aliases = aliases();
        let day = date(2021, 5, 1);
        for (name, country, code) in [
            ("Military Forces of Mali (2013-2020)", "ML", Some("FAMA")),
            ("JNIM: Group for Support of Islam and Muslims", "BF", Some("JNIM")),
            ("Jama’at Nusrat al-Islam wal-Muslimeen", "ML", Some("JNIM")),
            ("Government of Mali", "ML", Some("FAMA")),
            ("Civilians (Mali)", "ML", Some("CIVILIANS")),
            ("Civilians", "NG", Some("CIVILIANS")),
            ("AQIM", "ML", Some("AQIM")),
            ("IS", "ML", Some("ISGS")),
            ("IS", "NG", Some("ISWAP")),
            // Either of two groups fights under that name in Niger.
            ("IS", "NE", None),
            ("Group for Support of Islam and Muslims and/or Islamic State", "ML", None),
            ("Communal militia (Mali)", "ML", None),
            ("FAMA", "ML", Some("FAMA")),
        ] {
            assert_eq!(aliases.actor(name, country, day), code, "{name} in {country}");
        }
        assert_eq!(aliases.actor("IS", "ML", date(2023, 1, 1)), Some("ISSP"));
        assert_eq!(aliases.actor("IS", "NE", date(2015, 6, 1)), Some("ISWAP"));
    }

    #[test]
    fn every_code_in_the_table_is_listed() {
        let actors = bundled().unwrap().changes.actors;
        let aliases = Aliases::new(&actors).unwrap();
        for meaning in aliases.actors.values().chain(aliases.heads.values()).flatten() {
            assert!(actors.iter().any(|actor| actor.code == meaning.code), "{}", meaning.code);
        }
    }

    #[test]
    fn countries_go_by_name_and_code() {
        let aliases = aliases();
        for (name, code) in [("Côte d’Ivoire", "CI"), ("Ivory Coast", "CI"), ("MLI", "ML"), ("Burkina Faso", "BF")] {
            assert_eq!(aliases.country(name), Some(code), "{name}");
        }
        assert_eq!(aliases.country("Atlantis"), None);
    }

    #[test]
    fn the_finer_type_decides() {
        let aliases = aliases();
        let kind = |kind, sub| aliases.event_type("acled", kind, sub);
        assert_eq!(kind("Violence against civilians", "Abduction/forced disappearance"), Some(EventType::Abduction));
        assert_eq!(kind("Violence against civilians", "Something new"), Some(EventType::AttackOnCivilians));
        assert_eq!(kind("Something new", ""), None);
    }
}
