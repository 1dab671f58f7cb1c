//! One import under way: what every reader of a format needs of the context, and where its rows and doubts go.

use jiff::civil::Date;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::ops::ControlFlow;
use std::sync::Arc;
use xxhash_rust::xxh3::xxh3_64;

use super::cells::{Cells, Fault};
use super::dates::{self, DateOrder};
use super::{Context, Doubt, Rejection, Row, Sink, Summary};
use crate::domain::{Dataset, EventType, Fatalities, Incident, Instant, Moment, Position, SourceRef, Verification};

/// One import under way.
pub(super) struct Run<'a> {
    pub(super) context: &'a Context<'a>,
    pub(super) file: String,
    pub(super) dataset: Arc<Dataset>,
    pub(super) date_order: Option<DateOrder>,
    pub(super) summary: Summary,
    sink: &'a mut dyn Sink,
    /// The hash of each id that was taken, and its line.
    seen: HashMap<u64, u64>,
}

/// Reads the rows of one format.
pub(super) trait Reader {
    /// Takes a row; what it makes of it goes to the run, now or later.
    fn row(&mut self, cells: &Cells<'_>, run: &mut Run<'_>) -> Result<(), Fault>;

    /// The file has no more rows.
    fn finish(&mut self, _run: &mut Run<'_>) {}
}

impl<'a> Run<'a> {
    pub(super) fn new(context: &'a Context<'a>, file: String, dataset: Arc<Dataset>, sink: &'a mut dyn Sink) -> Self {
        Self { context, file, dataset, date_order: context.date_order, summary: Summary::default(), sink, seen: HashMap::new() }
    }

    /// Looks at an incident before it is taken: an id that the file holds twice is refused the second time, since two rows
    /// under one id would revise one another at every import; a day to come is flagged.
    pub(super) fn vet(&mut self, cells: &Cells<'_>, incident: &Incident) -> Result<(), Fault> {
        match self.seen.entry(xxh3_64(incident.id.as_bytes())) {
            Entry::Occupied(first) => {
                return Err(cells.fault("id", format!("the id stands in line {} already", first.get())));
            }
            Entry::Vacant(place) => place.insert(cells.line()),
        };
        if incident.start.interval().start() > Instant::now() {
            let detail = format!("{} is still to come", incident.start);
            self.summary.flag(Doubt::InFuture, cells.line(), &incident.id, detail);
        }
        Ok(())
    }

    /// Hands over a record made of one or more rows that were taken.
    pub(super) fn hand_over(&mut self, row: Row) {
        if !self.summary.stopped && self.sink.row(row) == ControlFlow::Break(()) {
            self.summary.stopped = true;
        }
    }

    /// Counts a row and hands over what came of it.
    pub(super) fn accept(&mut self, row: Row) {
        self.summary.accepted += 1;
        self.hand_over(row);
    }

    /// Reports a row that is left out.
    pub(super) fn reject(&mut self, rejection: Rejection) {
        self.summary.rejected += 1;
        if !self.summary.stopped && self.sink.reject(rejection) == ControlFlow::Break(()) {
            self.summary.stopped = true;
        }
    }

    /// The position of a row; absent when both cells are empty.
    pub(super) fn position(&self, cells: &Cells<'_>) -> Result<Option<Position>, Fault> {
        let degrees = |text: &str| text.parse::<f64>().map_err(|_| "expected degrees as 12.64");
        match (cells.optional("longitude", degrees)?, cells.optional("latitude", degrees)?) {
            (Some(lon), Some(lat)) => {
                let out_of_range = if (-180.0..=180.0).contains(&lon) { "latitude" } else { "longitude" };
                Position::new(lon, lat).map(Some).map_err(|error| cells.fault(out_of_range, error.to_string()))
            }
            (None, None) => Ok(None),
            (None, Some(_)) => Err(cells.fault("longitude", "a value is needed")),
            (Some(_), None) => Err(cells.fault("latitude", "a value is needed")),
        }
    }

    /// The country and its level-1 region: the stated country where there is one, else the one that holds the point.
    pub(super) fn place(&mut self, stated: &str, position: Option<Position>, line: u64, id: &str) -> (String, Option<String>) {
        if stated.is_empty() {
            let found = position.map(|position| self.context.gazetteer.locate(position)).unwrap_or_default();
            if found.country.is_none() {
                self.summary.flag(Doubt::NoCountry, line, id, "no country is stated, and the point lies in none that is known");
            }
            return (found.country.unwrap_or_default(), found.region);
        }
        let country = match self.context.aliases.country(stated) {
            Some(code) => code.to_owned(),
            None => {
                self.summary.unmapped("country", stated);
                stated.to_owned()
            }
        };
        let region = position.and_then(|position| match self.context.gazetteer.region_of(&country, position) {
            Ok(region) => region,
            Err(reason) => {
                self.summary.flag(Doubt::OutsideCountry, line, id, reason);
                None
            }
        });
        (country, region)
    }

    /// The code of an actor, or its name as the file has it, which is counted; absent when empty.
    pub(super) fn actor(&mut self, name: &str, country: &str, day: Date) -> Option<String> {
        if name.is_empty() {
            return None;
        }
        match self.context.aliases.actor(name, country, day) {
            Some(code) => Some(code.to_owned()),
            None => {
                self.summary.unmapped("actor", name);
                Some(name.to_owned())
            }
        }
    }

    /// The type of an event: one of our words, what the table says of the format's words, or `other`, which is counted.
    pub(super) fn event_type(&mut self, format: &str, kind: &str, sub_kind: &str) -> EventType {
        if let Ok(ours) = EventType::parse(kind) {
            return ours;
        }
        if let Some(mapped) = self.context.aliases.event_type(format, kind, sub_kind) {
            return mapped;
        }
        if !kind.is_empty() {
            self.summary.unmapped("event_type", kind);
        }
        EventType::Other
    }

    /// A day or an instant.
    pub(super) fn moment(&self, cells: &Cells<'_>, field: &str) -> Result<Option<Moment>, Fault> {
        cells.optional(field, |text| dates::parse(text, self.date_order))
    }

    /// A day.
    pub(super) fn day(&self, cells: &Cells<'_>, field: &str) -> Result<Option<Date>, Fault> {
        cells.optional(field, |text| dates::parse_day(text, self.date_order))
    }

    /// First and last day of an event; the last is the first where the row has none.
    pub(super) fn span(&self, cells: &Cells<'_>) -> Result<(Moment, Moment), Fault> {
        let start = self.moment(cells, "date_start")?.ok_or_else(|| cells.fault("date_start", "a value is needed"))?;
        let end = self.moment(cells, "date_end")?.unwrap_or(start);
        if end.interval().end() < start.interval().start() {
            return Err(cells.fault("date_end", "it lies before the first day"));
        }
        Ok((start, end))
    }

    /// The three figures of deaths. Figures that do not stand in order are kept, since sums must come out, and flagged.
    pub(super) fn fatalities(&mut self, cells: &Cells<'_>, id: &str) -> Result<Fatalities, Fault> {
        let low = cells.optional("fatalities_low", whole)?;
        let best = cells.optional("fatalities_best", whole)?;
        let high = cells.optional("fatalities_high", whole)?;
        Ok(Fatalities::new(low, best, high).unwrap_or_else(|_| {
            let figure = |figure: Option<u32>| figure.map_or_else(|| "unknown".to_owned(), |figure| figure.to_string());
            let detail = format!("low {}, best {}, high {}", figure(low), figure(best), figure(high));
            self.summary.flag(Doubt::FatalitiesOutOfOrder, cells.line(), id, detail);
            Fatalities { low, best, high }
        }))
    }

    /// The evidence of a row in the columns that our own tables have.
    pub(super) fn source(&self, cells: &Cells<'_>) -> Result<SourceRef, Fault> {
        let confidence = |text: &str| match text.parse::<f64>() {
            Ok(confidence) if (0.0..=1.0).contains(&confidence) => Ok(confidence),
            _ => Err("expected a number from 0 to 1"),
        };
        let dataset = self.dataset_of(cells);
        Ok(SourceRef {
            citation: cells.optional_text("source").unwrap_or_else(|| dataset.attribution.clone()),
            dataset,
            verification: cells.optional("verification", Verification::parse)?,
            confidence: cells.optional("confidence", confidence)?,
            known_at: self.known_at(cells, "known_at")?,
        })
    }

    /// The row's own stamp, else that of the import.
    pub(super) fn known_at(&self, cells: &Cells<'_>, field: &str) -> Result<Instant, Fault> {
        Ok(cells.optional(field, dates::parse_stamp)?.unwrap_or(self.context.known_at))
    }

    /// The dataset that the row names as its own, where it is one of the known ones; else that of the import.
    pub(super) fn dataset_of(&self, cells: &Cells<'_>) -> Arc<Dataset> {
        let named = cells.cell("dataset");
        let known = self.context.datasets.iter().find(|dataset| !named.is_empty() && dataset.id == named);
        Arc::clone(known.unwrap_or(&self.dataset))
    }
}

/// `dataset:row id`; an id that has its dataset before it already, as in our own exports, stays as it is.
pub(super) fn qualified(dataset: &Dataset, id: &str) -> String {
    match id.strip_prefix(&dataset.id) {
        Some(rest) if rest.starts_with(':') => id.to_owned(),
        _ => format!("{}:{id}", dataset.id),
    }
}

/// A count: a whole number, also in the form `3.0`.
pub(super) fn whole(text: &str) -> Result<u32, &'static str> {
    let digits =
        text.split_once('.').filter(|(_, zeros)| zeros.bytes().all(|byte| byte == b'0')).map_or(text, |(digits, _)| digits);
    digits.parse().map_err(|_| "expected a whole number that is not negative")
}

/// One line for people: what, by whom against whom, where.
pub(super) fn title(what: &str, actor1: &str, actor2: &str, place: &str) -> String {
    let mut title = what.to_owned();
    let who = [actor1, actor2].into_iter().filter(|name| !name.is_empty()).collect::<Vec<_>>().join(" – ");
    for (part, joint) in [(who.as_str(), ": "), (place, ", ")] {
        if !part.is_empty() {
            title.push_str(if title.is_empty() { "" } else { joint });
            title.push_str(part);
        }
    }
    if title.is_empty() { "Incident".to_owned() } else { title }
}
