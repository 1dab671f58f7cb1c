//! One file from its first byte to its last: unpack, decode, recognise, and read row by row.

use std::io::{BufRead, Cursor, Read};
use std::sync::Arc;

use super::acled::{Acled, ActorBased};
use super::control::Control;
use super::corridors::Corridors;
use super::dates::OrderEvidence;
use super::encoding::Utf8;
use super::events::Events;
use super::json::{JsonRows, Layout};
use super::pbf;
use super::regions::Regions;
use super::roads::Roads;
use super::run::{Reader, Run};
use super::table::{Step, Table};
use super::ucdp::{self, Ucdp};
use super::{Context, Format, ImportError, Rejection, Row, Sink, Summary, source};

/// How much of the text is looked at to recognise its syntax, in bytes.
const HEAD_BYTES: u64 = 16 * 1024;

/// Reads a file and hands each record to the sink as it comes: CSV, TSV, JSON, GeoJSON or GeoJSON text sequences, in UTF-8,
/// UTF-16 or Windows-1252, or roads in OpenStreetMap's binary form (PBF), plain or in gzip or zip. Memory does not grow with the
/// file, except for regions, control, corridors and roads, whose rows need one another; of PBF the ways that are kept.
///
/// `name` is the file's name for reports; `-` for standard input. `format` says what the file holds; without it, and with
/// [`Format::Geojson`] or [`Format::GeojsonSeq`], the columns tell.
///
/// # Errors
/// [`ImportError`] when the file as a whole cannot be read, is of no known format, or is not whole: a package or a JSON text
/// that ends in the middle. What was handed over before belongs to a file of which nobody knows what is missing, and should be
/// undone. A bad row is no error: it goes to [`Sink::reject`]; so does the last row of a table that is short, since a table
/// has no end that could be missing.
///
/// ```
/// use harmattan::domain::Instant;
/// use harmattan::import::{Aliases, Context, Gazetteer, Rejection, Row, Sink, import};
/// use std::ops::ControlFlow;
///
/// struct Print;
/// impl Sink for Print {
///     fn row(&mut self, row: Row) -> ControlFlow<()> {
///         println!("{row:?}");
///         ControlFlow::Continue(())
///     }
///     fn reject(&mut self, rejection: Rejection) -> ControlFlow<()> {
///         println!("left out: {rejection}");
///         ControlFlow::Continue(())
///     }
/// }
///
/// let (gazetteer, aliases) = (Gazetteer::new(&[]), Aliases::new(&[])?);
/// let context = Context::new(&gazetteer, &aliases, Instant::now());
/// let file = "id,date,country,lon,lat\n1,2024-05-06,Mali,-4.2,14.5\n2,soon,Mali,-4.2,14.5\n";
/// let summary = import(file.as_bytes(), "events.csv", None, &context, &mut Print)?;
/// assert_eq!((summary.rows, summary.accepted, summary.rejected), (2, 1, 1));
/// # Ok::<(), harmattan::import::ImportError>(())
/// ```
pub fn import(
    mut source: impl Read,
    name: &str,
    format: Option<Format>,
    context: &Context<'_>,
    sink: &mut dyn Sink,
) -> Result<Summary, ImportError> {
    source::open(&mut source, name, &mut |bytes, inner| {
        let mut head = Vec::new();
        let sampled = (&mut *bytes).take(pbf::HEAD_BYTES as u64).read_to_end(&mut head);
        sampled.map_err(|source| ImportError::reading(inner, 1, source))?;
        let is_pbf = pbf::is_head(&head);
        let mut bytes = Cursor::new(head).chain(bytes);
        if is_pbf {
            pbf::import_pbf(&mut bytes, inner, format, context, sink)
        } else {
            import_text(&mut bytes, inner, format, context, sink)
        }
    })
}

fn import_text(
    bytes: &mut dyn Read,
    name: &str,
    format: Option<Format>,
    context: &Context<'_>,
    sink: &mut dyn Sink,
) -> Result<Summary, ImportError> {
    let mut text = Utf8::new(bytes);
    let encoding = text.met();
    let mut head = Vec::new();
    let sampled = text.by_ref().take(HEAD_BYTES).read_to_end(&mut head);
    sampled.map_err(|source| ImportError::reading(name, 1 + newlines(&head), source))?;
    if head.trim_ascii().is_empty() && u64::try_from(head.len()).unwrap_or(0) < HEAD_BYTES {
        return Err(ImportError::Empty { file: name.to_owned() });
    }
    let opened = open_table(head, text, name)?;
    let mut summary = read_table(opened, format, context, sink)?;
    summary.encoding = encoding.get();
    Ok(summary)
}

fn newlines(text: &[u8]) -> u64 {
    u64::try_from(text.iter().filter(|byte| **byte == b'\n').count()).unwrap_or(u64::MAX)
}

/// A table at its first row.
struct Opened<'r> {
    table: Table<'r>,
    /// Whether there is a first row at hand.
    at_row: bool,
    /// What came before the first row that is none.
    bad: Vec<Rejection>,
    /// The format of incidents in this syntax.
    syntax: Format,
}

fn open_table<'r>(head: Vec<u8>, rest: impl BufRead + 'r, name: &str) -> Result<Opened<'r>, ImportError> {
    let layout = Layout::of(&head);
    let delimiter = delimiter(&head);
    let text = Cursor::new(head).chain(rest);
    let (mut table, syntax) = match layout {
        Some(layout) => {
            let syntax = if layout == Layout::Document { Format::Geojson } else { Format::GeojsonSeq };
            (Table::json(name, JsonRows::new(text, layout)), syntax)
        }
        None => (Table::csv(name, text, delimiter)?, Format::Csv),
    };
    if syntax == Format::Csv && is_headless_ucdp(table.columns.own()) {
        table.name_columns(ucdp::COLUMNS);
    }
    let mut bad = Vec::new();
    let at_row = loop {
        match table.advance()? {
            Step::Row => break true,
            Step::Bad(rejection) => bad.push(rejection),
            Step::End => break false,
        }
    };
    Ok(Opened { table, at_row, bad, syntax })
}

fn read_table(
    opened: Opened<'_>,
    format: Option<Format>,
    context: &Context<'_>,
    sink: &mut dyn Sink,
) -> Result<Summary, ImportError> {
    let Opened { mut table, mut at_row, bad, syntax } = opened;
    let given = format.filter(|format| !matches!(format, Format::Geojson | Format::GeojsonSeq));
    let maps_date = context.column_map.values().any(|field| field == "date_start").then_some(syntax);
    let found = given.or_else(|| Format::of(&table.cells(), syntax)).or(maps_date);
    let nothing = !at_row && syntax != Format::Csv;
    let Some(format) = found.or(nothing.then_some(syntax)) else {
        let columns = table.columns.own().iter().take(60).map(String::as_str).collect::<Vec<_>>().join(", ");
        return Err(ImportError::UnknownFormat { file: table.file, columns });
    };
    let format = if format == Format::Csv { syntax } else { format };
    bind(&mut table, format, context, syntax)?;

    let dataset = context.dataset.clone();
    let dataset = dataset.unwrap_or_else(|| Arc::new(format.dataset(context.dataset_name, &table.file, context.known_at)));
    let mut run = Run::new(context, table.file.clone(), dataset, sink);
    run.summary.format = Some(format);
    if format != Format::Regions {
        run.summary.dataset = Some(Arc::clone(&run.dataset));
        run.hand_over(Row::Dataset(Arc::clone(&run.dataset)));
    }
    for rejection in bad {
        run.summary.rows += 1;
        run.reject(rejection);
    }
    if at_row && run.date_order.is_none() && OrderEvidence::matters_for(table.cells().cell("date_start")) {
        let mut evidence = OrderEvidence::default();
        let (again, bad) = table.look_ahead(|cells| {
            evidence.look(cells.cell("date_start"));
            evidence.look(cells.cell("date_end"));
        })?;
        for rejection in bad {
            run.summary.rows += 1;
            run.reject(rejection);
        }
        run.date_order = evidence.order();
        table = again;
        at_row = matches!(table.advance()?, Step::Row);
    }
    let mut reader: Box<dyn Reader> = match format {
        Format::Ucdp => Box::new(Ucdp),
        Format::Acled if ActorBased::is(&table.cells()) => Box::<ActorBased>::default(),
        Format::Acled => Box::new(Acled),
        Format::Geojson | Format::GeojsonSeq | Format::Csv => Box::<Events>::default(),
        Format::Regions => Box::<Regions>::default(),
        Format::Control => Box::<Control>::default(),
        Format::Corridors => Box::<Corridors>::default(),
        Format::Roads => Box::<Roads>::default(),
    };
    let mut step = if at_row { Step::Row } else { Step::End };
    while !run.summary.stopped {
        match step {
            Step::End => break,
            Step::Bad(rejection) => {
                run.summary.rows += 1;
                run.reject(rejection);
            }
            Step::Row => {
                run.summary.rows += 1;
                let cells = table.cells();
                if let Err(fault) = reader.row(&cells, &mut run) {
                    let rejection = fault.at(&run.file, cells.line());
                    run.reject(rejection);
                }
            }
        }
        step = table.advance()?;
    }
    reader.finish(&mut run);
    run.summary.ignored_columns = table.columns.ignored();
    Ok(run.summary)
}

/// Says which columns hold which fields: those of the user's map first, then those of the format's table.
fn bind(table: &mut Table<'_>, format: Format, context: &Context<'_>, syntax: Format) -> Result<(), ImportError> {
    let (name, needed): (&str, &[&str]) = match format {
        Format::Ucdp => ("ucdp", &["id", "date_start", "type_of_violence"]),
        Format::Acled => ("acled", &["id", "date_start", "event_type"]),
        Format::Geojson | Format::GeojsonSeq | Format::Csv => ("events", &["date_start"]),
        Format::Regions => ("regions", &["level", "name", "country"]),
        Format::Control => ("control", &["status", "valid_from"]),
        Format::Corridors => ("corridors", &["corridor_id", "waypoints", "status", "valid_from"]),
        Format::Roads => ("roads", &["highway"]),
    };
    let map = context.column_map.iter().map(|(column, field)| (field.as_str(), column.as_str()));
    table.columns.bind(map.chain(context.aliases.columns(name)));
    // The members of JSON objects need not all be in the first one.
    if syntax == Format::Csv {
        if let Some(column) = context.column_map.keys().find(|column| !table.columns.has(column)) {
            return Err(ImportError::UnmappedColumn { file: table.file.clone(), column: column.clone() });
        }
        if let Some(column) = needed.iter().find(|field| !table.columns.holds(field)) {
            return Err(ImportError::MissingColumn { file: table.file.clone(), column: (*column).to_owned() });
        }
    }
    Ok(())
}

/// The character between the cells: of comma, semicolon, tab and bar the one that is in the first line most often.
fn delimiter(head: &[u8]) -> u8 {
    let mut quoted = false;
    let mut counts = [(b',', 0u32), (b';', 0), (b'\t', 0), (b'|', 0)];
    for byte in head {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' | b'\r' if !quoted => break,
            _ if quoted => {}
            _ => counts.iter_mut().filter(|(delimiter, _)| delimiter == byte).for_each(|(_, count)| *count += 1),
        }
    }
    counts.iter().rev().max_by_key(|(_, count)| *count).map_or(b',', |(delimiter, _)| *delimiter)
}

/// A candidate release of GED came without its header: 49 cells, a number first, and a kind of violence in the sixth.
fn is_headless_ucdp(first: &[String]) -> bool {
    first.len() == ucdp::COLUMNS.len()
        && first[0].parse::<u64>().is_ok()
        && matches!(first[5].as_str(), "1" | "2" | "3")
        && first[29].parse::<f64>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delimiter_is_the_commonest_one_outside_quotes() {
        assert_eq!(delimiter(b"a,b,c\n1;2;3;4\n"), b',');
        assert_eq!(delimiter(b"\"a,b,c,d\";e;f\n"), b';');
        assert_eq!(delimiter(b"a\tb\tc, d\n"), b'\t');
        assert_eq!(delimiter(b"alone\n"), b',');
    }
}
