//! What an output says of itself: what was asked, where its rows come from, and on which terms they may be passed on.

use serde_json::{Map, Value as Json, json};
use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::Arc;

use crate::domain::{Collection, Dataset, FeatureQuery, Record, Redistribution, Value};

/// A dataset and how many rows of an output are its.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// The dataset.
    pub dataset: &'a Dataset,
    /// How many rows.
    pub rows: usize,
}

impl Source<'_> {
    /// Whether its rows may not be passed on.
    #[must_use]
    pub fn is_restricted(self) -> bool {
        self.dataset.redistribution == Redistribution::Restricted
    }
}

/// The datasets that records come from, in the order of `datasets`. Regions and places are one dataset each, which bears the name
/// of the collection.
pub fn sources<'a, 'r>(
    datasets: &'a [Arc<Dataset>],
    query: &FeatureQuery,
    records: impl IntoIterator<Item = &'r dyn Record>,
) -> Vec<Source<'a>> {
    let mut counts: HashMap<String, usize> = datasets.iter().map(|dataset| (dataset.id.clone(), 0)).collect();
    let whole = matches!(query.collection, Collection::Regions | Collection::Places).then(|| query.collection.id());
    for record in records {
        // What is computed comes from several.
        if let Value::TextList(ids) = record.value("datasets", query.as_of) {
            ids.iter().for_each(|id| {
                if let Some(count) = counts.get_mut(id) {
                    *count += 1;
                }
            });
            continue;
        }
        let said = if whole.is_some() { Value::Null } else { record.value("dataset", query.as_of) };
        let id = match &said {
            Value::Text(id) => Some(id.as_ref()),
            _ => whole,
        };
        if let Some(count) = id.and_then(|id| counts.get_mut(id)) {
            *count += 1;
        }
    }
    let counted = datasets.iter().map(|dataset| Source { dataset, rows: counts.get(dataset.id.as_str()).copied().unwrap_or(0) });
    counted.filter(|source| source.rows > 0).collect()
}

/// What is known of an output before its first record.
#[derive(Debug, Clone)]
pub struct Header<'a> {
    /// What was asked.
    pub query: &'a FeatureQuery,
    /// How many records meet the query and may be shown, on all pages.
    pub matched: usize,
    /// How many meet it and may not be shown.
    pub withheld: usize,
    /// Where the records come from.
    pub sources: Vec<Source<'a>>,
}

impl Header<'_> {
    /// The lines to show beside the data.
    #[must_use]
    pub fn attribution(&self) -> String {
        let lines: Vec<&str> = self.sources.iter().map(|source| source.dataset.attribution.as_str()).collect();
        lines.join("; ")
    }

    /// What must not be done with the rows, where there is anything.
    #[must_use]
    pub fn restriction(&self) -> Option<String> {
        let restricted: Vec<&str> =
            self.sources.iter().filter(|source| source.is_restricted()).map(|source| source.dataset.id.as_str()).collect();
        (!restricted.is_empty()).then(|| {
            format!("For your own use only: rows of {} may not be passed on, and neither may this.", restricted.join(", "))
        })
    }

    /// Everything as JSON, for the formats that have room for it.
    #[must_use]
    pub(super) fn members(&self) -> Map<String, Json> {
        let mut members = Map::new();
        let mut add = |name: &str, value: Json| {
            members.insert(name.to_owned(), value);
        };
        add("datetime", self.query.datetime.to_string().into());
        if let Some(known_at) = self.query.known_at {
            add("known_at", known_at.to_string().into());
        }
        if let Some(status_at) = self.status_at() {
            add("status_at", status_at.into());
        }
        add("numberMatched", self.matched.into());
        if self.withheld > 0 {
            add("withheld", self.withheld.into());
        }
        add("attribution", self.attribution().into());
        if let Some(restriction) = self.restriction() {
            add("restriction", restriction.into());
        }
        add("datasets", self.sources.iter().map(|source| describe(*source)).collect());
        members
    }

    /// The day for which the status of roads is told.
    fn status_at(&self) -> Option<String> {
        let day = || self.query.as_of.date().map_or_else(|| "..".to_owned(), |day| day.to_string());
        (self.query.collection == Collection::Corridors).then(day)
    }

    /// Sources and terms as a text for people, to stand beside a file of that name.
    #[must_use]
    pub fn sheet(&self, name: &str) -> String {
        let mut sheet = format!("Sources and licences of {name}\n\n");
        if let Some(restriction) = self.restriction() {
            let _ = writeln!(sheet, "{restriction}\n");
        }
        let query = self.query;
        let _ = write!(sheet, "{} rows of {}, datetime {}", self.matched, query.collection.id(), query.datetime);
        if let Some(known_at) = query.known_at {
            let _ = write!(sheet, ", as known at {known_at}");
        }
        if let Some(status_at) = self.status_at() {
            let _ = write!(sheet, ", status on {status_at}");
        }
        sheet.push_str(".\n");
        for source in &self.sources {
            let Dataset { id, title, version, released, licence, licence_url, attribution, homepage, .. } = source.dataset;
            let _ = write!(sheet, "\n{id}: {title}\n  rows: {}\n  version: {version}, released {released}\n", source.rows);
            let _ = writeln!(
                sheet,
                "  licence: {licence}{}",
                licence_url.as_ref().map_or_else(String::new, |url| format!(" <{url}>"))
            );
            let _ = writeln!(sheet, "  attribution: {attribution}");
            if let Some(homepage) = homepage {
                let _ = writeln!(sheet, "  homepage: {homepage}");
            }
            let terms =
                if source.is_restricted() { "these rows may not be passed on" } else { "yes, on the terms of the licence" };
            let _ = writeln!(sheet, "  may be passed on: {terms}");
        }
        sheet
    }
}

fn describe(source: Source<'_>) -> Json {
    let dataset = source.dataset;
    json!({
        "id": dataset.id,
        "title": dataset.title,
        "version": dataset.version,
        "released": dataset.released.to_string(),
        "licence": dataset.licence,
        "licence_url": dataset.licence_url,
        "attribution": dataset.attribution,
        "redistribution": dataset.redistribution.as_str(),
        "homepage": dataset.homepage,
        "rows": source.rows,
    })
}
