//! UCDP GED: one event a row, as the final and the candidate CSV, the API and the short replication form have it.
//!
//! Codes after the UCDP GED Codebook (version 23.1 and later). `where_prec`: 1 exact, 2 within about 25 km, 3 and 4 a
//! second- or first-level region, 5 a line or vague area, 6 the country only, 7 international waters; 6 and 7 place nothing.
//! `date_prec`: 1 the day, 2 two to six days, 3 the week, 4 the month, 5 more than a month. We have no word for two to six
//! days: they count as a week, the finest word that does not claim the day; first and last day are kept.

use super::cells::{Cells, Fault};
use super::run::{Reader, Run, qualified, title};
use super::{Doubt, Row};
use crate::domain::{DatePrecision, GeoPrecision, Incident, SourceRef};

/// Columns of the official CSV in their order, for the candidate release that came without a header (24.0.1).
pub(super) const COLUMNS: &[&str] = &[
    "id",
    "relid",
    "year",
    "active_year",
    "code_status",
    "type_of_violence",
    "conflict_dset_id",
    "conflict_new_id",
    "conflict_name",
    "dyad_dset_id",
    "dyad_new_id",
    "dyad_name",
    "side_a_dset_id",
    "side_a_new_id",
    "side_a",
    "side_b_dset_id",
    "side_b_new_id",
    "side_b",
    "number_of_sources",
    "source_article",
    "source_office",
    "source_date",
    "source_headline",
    "source_original",
    "where_prec",
    "where_coordinates",
    "where_description",
    "adm_1",
    "adm_2",
    "latitude",
    "longitude",
    "geom_wkt",
    "priogrid_gid",
    "country",
    "country_id",
    "region",
    "event_clarity",
    "date_prec",
    "date_start",
    "date_end",
    "deaths_a",
    "deaths_b",
    "deaths_civilians",
    "deaths_unknown",
    "best",
    "high",
    "low",
    "gwnoa",
    "gwnob",
];

pub(super) struct Ucdp;

impl Reader for Ucdp {
    fn row(&mut self, cells: &Cells<'_>, run: &mut Run<'_>) -> Result<(), Fault> {
        let incident = read(cells, run)?;
        run.vet(cells, &incident)?;
        run.accept(Row::Incident(Box::new(incident)));
        Ok(())
    }
}

fn read(cells: &Cells<'_>, run: &mut Run<'_>) -> Result<Incident, Fault> {
    let id = qualified(&run.dataset, &cells.text("id")?);
    let (start, end) = run.span(cells)?;
    let date_precision = cells.optional("date_prec", date_precision)?.unwrap_or(DatePrecision::Day);
    // Without the column nothing says that the point is more than the middle of an area.
    let where_prec = cells.optional("where_prec", where_precision)?.unwrap_or(Where::At(GeoPrecision::Area));
    let stated = run.position(cells)?;
    let kind = cells.text("type_of_violence")?;
    let event_type = run.event_type("ucdp", &kind, "");
    let fatalities = run.fatalities(cells, &id)?;
    let (position, geo_precision) = match where_prec {
        Where::At(precision) => {
            if stated.is_none() {
                run.summary.flag(Doubt::NoPlace, cells.line(), &id, "the row has no point");
            }
            (stated, precision)
        }
        Where::Nowhere(reason) => {
            run.summary.flag(Doubt::NoPlace, cells.line(), &id, reason);
            (None, GeoPrecision::Area)
        }
    };
    let (country, region) = run.place(cells.cell("country"), position, cells.line(), &id);
    let day = start.interval().start().date().unwrap_or_default();
    let (side_a, side_b) = (cells.cell("side_a"), cells.cell("side_b"));
    let place = cells.optional_text("where_coordinates").or_else(|| cells.optional_text("adm_1")).unwrap_or_default();
    Ok(Incident {
        start,
        end,
        date_precision,
        position,
        geo_precision,
        event_type,
        sub_event_type: Some(kind_of_violence(&kind)),
        actor1: run.actor(side_a, &country, day),
        actor2: run.actor(side_b, &country, day),
        fatalities,
        country,
        region,
        title: title(&kind_of_violence(&kind), side_a, side_b, &place),
        place,
        notes: cells.optional_text("where_description"),
        source: SourceRef {
            citation: citation(cells, run),
            dataset: run.dataset_of(cells),
            verification: None,
            confidence: None,
            known_at: run.known_at(cells, "known_at")?,
        },
        id,
    })
}

enum Where {
    At(GeoPrecision),
    Nowhere(&'static str),
}

fn where_precision(text: &str) -> Result<Where, &'static str> {
    match text {
        "1" => Ok(Where::At(GeoPrecision::Exact)),
        "2" => Ok(Where::At(GeoPrecision::Near)),
        "3" | "4" | "5" => Ok(Where::At(GeoPrecision::Area)),
        "6" => Ok(Where::Nowhere("only the country is known (where_prec 6)")),
        "7" => Ok(Where::Nowhere("in international waters or airspace (where_prec 7)")),
        _ => Err("expected a number from 1 to 7"),
    }
}

fn date_precision(text: &str) -> Result<DatePrecision, &'static str> {
    match text {
        "1" => Ok(DatePrecision::Day),
        "2" | "3" => Ok(DatePrecision::Week),
        "4" => Ok(DatePrecision::Month),
        "5" => Ok(DatePrecision::Year),
        _ => Err("expected a number from 1 to 5"),
    }
}

/// The kind of violence in the codebook's words.
fn kind_of_violence(code: &str) -> String {
    match code {
        "1" => "State-based conflict".to_owned(),
        "2" => "Non-state conflict".to_owned(),
        "3" => "One-sided violence".to_owned(),
        words => words.to_owned(),
    }
}

fn citation(cells: &Cells<'_>, run: &Run<'_>) -> String {
    let version = if run.dataset.version == "not stated" { String::new() } else { format!(" {}", run.dataset.version) };
    let parts = ["source_article", "source_office", "source_original"].map(|field| cells.cell(field));
    match parts.into_iter().find(|part| !part.is_empty()) {
        Some(source) => format!("UCDP GED{version}: {source}"),
        None => format!("UCDP GED{version}, event {}", cells.cell("id")),
    }
}
