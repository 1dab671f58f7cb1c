//! Records as rows: which columns each kind has, how it is written into them and read back.

use jiff::civil::Date;
use rusqlite::Row;
use rusqlite::types::{ToSqlOutput, Value as SqlValue, ValueRef};
use std::cell::Cell;
use std::collections::HashMap;
use std::sync::Arc;
use xxhash_rust::xxh3::Xxh3Default;

use super::super::incidents::Incoming;
use super::geometry;
use crate::domain::{
    Actor, AdminLevel, Bbox, Blockade, ConfidenceBasis, ControlObservation, ControlStatus, Corridor, Dataset, DatePrecision,
    EventType, Fatalities, GeoPrecision, Incident, Instant, Membership, Moment, PastReport, Place, PlaceKind, Position,
    Record as _, Redistribution, Region, SegmentStatus, Shape, Side, SourceNature, SourceRef, StatusChange, SupplyShare, Target,
    Verification,
};
use geo::LineString;

/// The datasets by id, which rows refer to.
pub(super) type Datasets = HashMap<String, Arc<Dataset>>;

/// A record that has a table of its own, with the columns `id` and `content_hash` among others.
pub(super) trait Stored: Sized {
    /// The table.
    const TABLE: &'static str;
    /// Its columns in the order of [`values`](Self::values), without `fid` and `content_hash`.
    const COLUMNS: &'static [&'static str];

    /// Columns that a later version of the schema brought. Where they are empty they do not count for the hash, so that of rows from
    /// before it is as it was.
    const LATER: &'static [&'static str] = &[];

    /// What stands in the columns.
    fn values(&self) -> Vec<ToSqlOutput<'_>>;

    /// Reads what stands in the columns; `None` when a cell cannot be what it should.
    fn read(cells: &Cells<'_>, datasets: &Datasets) -> Option<Self>;
}

/// A number that differs when two records say different things. When it became known or was imported is left out.
pub(super) fn content_hash<R: Stored>(values: &[ToSqlOutput<'_>]) -> i64 {
    let mut hash = Xxh3Default::new();
    let mut cell = |tag: u8, bytes: &[u8]| {
        hash.update(&[tag]);
        hash.update(&bytes.len().to_le_bytes());
        hash.update(bytes);
    };
    for (column, value) in R::COLUMNS.iter().zip(values).filter(|(column, _)| !matches!(**column, "known_at" | "imported_at")) {
        match value_ref(value) {
            ValueRef::Null if R::LATER.contains(column) => {}
            ValueRef::Null => cell(0, &[]),
            ValueRef::Integer(number) => cell(1, &number.to_le_bytes()),
            ValueRef::Real(number) => cell(2, &number.to_bits().to_le_bytes()),
            ValueRef::Text(text) => cell(3, text),
            ValueRef::Blob(blob) => cell(4, blob),
        }
    }
    hash.digest().cast_signed()
}

fn value_ref<'a>(value: &'a ToSqlOutput<'a>) -> ValueRef<'a> {
    match value {
        ToSqlOutput::Borrowed(borrowed) => *borrowed,
        ToSqlOutput::Owned(owned) => owned.into(),
        _ => ValueRef::Null,
    }
}

/// The cells of a row from the left, each read once.
pub(super) struct Cells<'a> {
    row: &'a Row<'a>,
    at: Cell<usize>,
}

impl<'a> Cells<'a> {
    /// The cells of a row from a column on.
    pub(super) fn new(row: &'a Row<'a>, first: usize) -> Self {
        Self { row, at: Cell::new(first) }
    }

    fn next(&self) -> Option<ValueRef<'a>> {
        let at = self.at.replace(self.at.get() + 1);
        self.row.get_ref(at).ok()
    }

    /// Text; `None` outside for a cell that is no text, inside for NULL.
    fn maybe_text(&self) -> Option<Option<&'a str>> {
        match self.next()? {
            ValueRef::Null => Some(None),
            ValueRef::Text(text) => std::str::from_utf8(text).ok().map(Some),
            _ => None,
        }
    }

    fn str(&self) -> Option<&'a str> {
        self.maybe_text()?
    }

    fn text(&self) -> Option<String> {
        self.str().map(ToOwned::to_owned)
    }

    fn optional_text(&self) -> Option<Option<String>> {
        Some(self.maybe_text()?.map(ToOwned::to_owned))
    }

    fn optional_date(&self) -> Option<Option<Date>> {
        self.maybe_text()?.map(str::parse).transpose().ok()
    }

    fn optional_integer(&self) -> Option<Option<i64>> {
        match self.next()? {
            ValueRef::Null => Some(None),
            ValueRef::Integer(number) => Some(Some(number)),
            _ => None,
        }
    }

    fn optional_count(&self) -> Option<Option<u32>> {
        self.optional_integer()?.map(u32::try_from).transpose().ok()
    }

    fn optional_number(&self) -> Option<Option<f64>> {
        match self.next()? {
            ValueRef::Null => Some(None),
            ValueRef::Real(number) => Some(Some(number)),
            #[allow(clippy::cast_precision_loss, reason = "SQLite keeps a whole float as an integer")]
            ValueRef::Integer(number) => Some(Some(number as f64)),
            _ => None,
        }
    }

    fn blob(&self) -> Option<Option<&'a [u8]>> {
        match self.next()? {
            ValueRef::Null => Some(None),
            ValueRef::Blob(blob) => Some(Some(blob)),
            _ => None,
        }
    }

    /// An instant as [`instant`] writes it.
    pub(super) fn instant(&self) -> Option<Instant> {
        Instant::parse(self.str()?).ok()
    }

    fn optional_instant(&self) -> Option<Option<Instant>> {
        self.maybe_text()?.map(Instant::parse).transpose().ok()
    }

    fn source(&self, datasets: &Datasets) -> Option<SourceRef> {
        let citation = self.text()?;
        let dataset = Arc::clone(datasets.get(self.str()?)?);
        let verification = self.maybe_text()?.map(Verification::parse).transpose().ok()?;
        let confidence = self.optional_number()?;
        Some(SourceRef { dataset, citation, verification, confidence, known_at: self.instant()? })
    }
}

fn text(text: &str) -> ToSqlOutput<'_> {
    ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes()))
}

fn optional(value: Option<&String>) -> ToSqlOutput<'_> {
    ToSqlOutput::Borrowed(value.map_or(ValueRef::Null, |text| ValueRef::Text(text.as_bytes())))
}

fn integer(number: Option<impl Into<i64>>) -> ToSqlOutput<'static> {
    ToSqlOutput::Owned(number.map_or(SqlValue::Null, |number| SqlValue::Integer(number.into())))
}

fn number(number: Option<f64>) -> ToSqlOutput<'static> {
    ToSqlOutput::Owned(number.map_or(SqlValue::Null, SqlValue::Real))
}

fn printed(value: &impl ToString) -> ToSqlOutput<'static> {
    ToSqlOutput::Owned(SqlValue::Text(value.to_string()))
}

fn optional_printed(value: Option<&impl ToString>) -> ToSqlOutput<'static> {
    value.map_or(ToSqlOutput::Owned(SqlValue::Null), printed)
}

/// Several texts in one cell; NULL for none.
fn listed(texts: &[impl ToString], between: &str) -> ToSqlOutput<'static> {
    let texts: Vec<String> = texts.iter().map(ToString::to_string).collect();
    ToSqlOutput::Owned(if texts.is_empty() { SqlValue::Null } else { SqlValue::Text(texts.join(between)) })
}

fn shape(shape: Shape<'_>) -> ToSqlOutput<'static> {
    ToSqlOutput::Owned(geometry::encode(shape).map_or(SqlValue::Null, SqlValue::Blob))
}

/// An instant as a GeoPackage DATETIME: always with milliseconds, so that the text sorts as the time does.
pub(super) fn instant(instant: Instant) -> String {
    let text = instant.to_string();
    match text.strip_suffix('Z') {
        Some(seconds) if !seconds.contains('.') => format!("{seconds}.000Z"),
        _ => text,
    }
}

fn source(source: &SourceRef) -> [ToSqlOutput<'_>; 5] {
    [
        text(&source.citation),
        text(&source.dataset.id),
        source.verification.map_or(ToSqlOutput::Owned(SqlValue::Null), |verification| text(verification.as_str())),
        number(source.confidence),
        ToSqlOutput::Owned(SqlValue::Text(instant(source.known_at))),
    ]
}

impl Stored for Arc<Dataset> {
    const TABLE: &'static str = "datasets";
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "title",
        "version",
        "released",
        "licence",
        "licence_url",
        "attribution",
        "redistribution",
        "homepage",
        "description",
        "imported_at",
    ];

    fn values(&self) -> Vec<ToSqlOutput<'_>> {
        vec![
            text(&self.id),
            text(&self.title),
            text(&self.version),
            printed(&self.released),
            text(&self.licence),
            optional(self.licence_url.as_ref()),
            text(&self.attribution),
            text(self.redistribution.as_str()),
            optional(self.homepage.as_ref()),
            text(&self.description),
            printed(&instant(self.imported_at.unwrap_or_else(Instant::now))),
        ]
    }

    fn read(cells: &Cells<'_>, _datasets: &Datasets) -> Option<Self> {
        Some(Self::new(Dataset {
            id: cells.text()?,
            title: cells.text()?,
            version: cells.text()?,
            released: cells.optional_date()??,
            licence: cells.text()?,
            licence_url: cells.optional_text()?,
            attribution: cells.text()?,
            redistribution: Redistribution::parse(cells.str()?).ok()?,
            homepage: cells.optional_text()?,
            description: cells.text()?,
            imported_at: cells.instant(),
        }))
    }
}

impl Stored for Actor {
    const TABLE: &'static str = "actors";
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "name_en",
        "name_fr",
        "kind",
        "side",
        "force_of",
        "parent_alliance",
        "active_from",
        "active_to",
        "note",
        "parents",
    ];
    const LATER: &'static [&'static str] = &["parents"];

    fn values(&self) -> Vec<ToSqlOutput<'_>> {
        vec![
            text(&self.code),
            text(&self.name_en),
            text(&self.name_fr),
            text(&self.kind),
            text(self.side.as_str()),
            optional(self.force_of.as_ref()),
            optional(self.parent_alliance.as_ref()),
            optional(self.active_from.as_ref()),
            optional(self.active_to.as_ref()),
            optional(self.note.as_ref()),
            listed(&self.parents, "; "),
        ]
    }

    fn read(cells: &Cells<'_>, _datasets: &Datasets) -> Option<Self> {
        Some(Self {
            code: cells.text()?,
            name_en: cells.text()?,
            name_fr: cells.text()?,
            kind: cells.text()?,
            side: Side::parse(cells.str()?).ok()?,
            force_of: cells.optional_text()?,
            parent_alliance: cells.optional_text()?,
            active_from: cells.optional_text()?,
            active_to: cells.optional_text()?,
            note: cells.optional_text()?,
            parents: cells.maybe_text()?.map_or(Ok(Vec::new()), Membership::parse_all).ok()?,
        })
    }
}

impl Stored for Region {
    const TABLE: &'static str = "regions";
    const COLUMNS: &'static [&'static str] =
        &["geom", "id", "code", "level", "name", "name_fr", "country", "parent", "valid_from", "valid_to", "source"];

    fn values(&self) -> Vec<ToSqlOutput<'_>> {
        vec![
            shape(self.shape()),
            text(&self.id),
            optional(self.code.as_ref()),
            integer(Some(self.level.code())),
            text(&self.name),
            optional(self.name_fr.as_ref()),
            text(&self.country),
            optional(self.parent.as_ref()),
            optional_printed(self.valid_from.as_ref()),
            optional_printed(self.valid_to.as_ref()),
            text(&self.source),
        ]
    }

    fn read(cells: &Cells<'_>, _datasets: &Datasets) -> Option<Self> {
        let area = geometry::area(cells.blob()??)?;
        let corners = area.iter().flat_map(|polygon| polygon.exterior().coords());
        let bbox = Bbox::around(corners.filter_map(|coord| Position::new(coord.x, coord.y).ok()))?;
        Some(Self {
            id: cells.text()?,
            code: cells.optional_text()?,
            level: AdminLevel::from_code(cells.optional_integer()??).ok()?,
            name: cells.text()?,
            name_fr: cells.optional_text()?,
            country: cells.text()?,
            parent: cells.optional_text()?,
            valid_from: cells.optional_date()?,
            valid_to: cells.optional_date()?,
            source: cells.text()?,
            area,
            bbox,
        })
    }
}

impl Stored for Place {
    const TABLE: &'static str = "places";
    const COLUMNS: &'static [&'static str] =
        &["geom", "id", "name", "name_fr", "alt_names", "country", "region", "population", "kind", "source"];

    fn values(&self) -> Vec<ToSqlOutput<'_>> {
        vec![
            shape(self.shape()),
            text(&self.id),
            text(&self.name),
            optional(self.name_fr.as_ref()),
            printed(&self.alt_names.join("|")),
            text(&self.country),
            optional(self.region.as_ref()),
            integer(self.population),
            text(self.kind.as_str()),
            text(&self.source),
        ]
    }

    fn read(cells: &Cells<'_>, _datasets: &Datasets) -> Option<Self> {
        Some(Self {
            position: geometry::point(cells.blob()??)?,
            id: cells.text()?,
            name: cells.text()?,
            name_fr: cells.optional_text()?,
            alt_names: cells.str()?.split('|').filter(|name| !name.is_empty()).map(ToOwned::to_owned).collect(),
            country: cells.text()?,
            region: cells.optional_text()?,
            population: cells.optional_count()?,
            kind: PlaceKind::parse(cells.str()?).ok()?,
            source: cells.text()?,
        })
    }
}

impl Stored for Incident {
    const TABLE: &'static str = "incidents";
    const COLUMNS: &'static [&'static str] = &[
        "geom",
        "id",
        "date_start",
        "date_end",
        "date_precision",
        "geo_precision",
        "event_type",
        "sub_event_type",
        "actor1",
        "actor2",
        "fatalities_best",
        "fatalities_low",
        "fatalities_high",
        "country",
        "region",
        "place",
        "title",
        "notes",
        "source",
        "dataset",
        "verification",
        "confidence",
        "known_at",
    ];

    fn values(&self) -> Vec<ToSqlOutput<'_>> {
        let mut values = vec![
            shape(self.shape()),
            text(&self.id),
            printed(&self.start),
            printed(&self.end),
            text(self.date_precision.as_str()),
            integer(Some(self.geo_precision.code())),
            text(self.event_type.as_str()),
            optional(self.sub_event_type.as_ref()),
            optional(self.actor1.as_ref()),
            optional(self.actor2.as_ref()),
            integer(self.fatalities.best),
            integer(self.fatalities.low),
            integer(self.fatalities.high),
            text(&self.country),
            optional(self.region.as_ref()),
            text(&self.place),
            text(&self.title),
            optional(self.notes.as_ref()),
        ];
        values.extend(source(&self.source));
        values
    }

    fn read(cells: &Cells<'_>, datasets: &Datasets) -> Option<Self> {
        incoming(cells, datasets).map(Incoming::to_incident)
    }
}

/// Reads the columns of an incident without copying their texts.
pub(super) fn incoming<'a>(cells: &Cells<'a>, datasets: &'a Datasets) -> Option<Incoming<'a>> {
    let position = match cells.blob()? {
        None => None,
        Some(blob) => Some(geometry::point(blob)?),
    };
    let id = cells.str()?;
    let (start, end) = (Moment::parse(cells.str()?).ok()?, Moment::parse(cells.str()?).ok()?);
    let date_precision = DatePrecision::parse(cells.str()?).ok()?;
    let geo_precision = geo_precision(cells.optional_integer()??)?;
    let event_type = EventType::parse(cells.str()?).ok()?;
    let (sub_event_type, actor1, actor2) = (cells.maybe_text()?, cells.maybe_text()?, cells.maybe_text()?);
    let (best, low, high) = (cells.optional_count()?, cells.optional_count()?, cells.optional_count()?);
    Some(Incoming {
        id,
        start,
        end,
        date_precision,
        position,
        geo_precision,
        event_type,
        sub_event_type,
        actor1,
        actor2,
        fatalities: Fatalities { low, best, high },
        country: cells.str()?,
        region: cells.maybe_text()?,
        place: cells.str()?,
        title: cells.str()?,
        notes: cells.maybe_text()?,
        citation: cells.str()?,
        dataset: datasets.get(cells.str()?)?,
        verification: cells.maybe_text()?.map(Verification::parse).transpose().ok()?,
        confidence: cells.optional_number()?,
        known_at: cells.instant()?,
        superseded_at: None,
    })
}

fn geo_precision(code: i64) -> Option<GeoPrecision> {
    [GeoPrecision::Exact, GeoPrecision::Near, GeoPrecision::Area].into_iter().find(|precision| precision.code() == code)
}

impl Stored for ControlObservation {
    const TABLE: &'static str = "control";
    const COLUMNS: &'static [&'static str] = &[
        "geom",
        "id",
        "place",
        "country",
        "region",
        "geo_precision",
        "population",
        "actor",
        "status",
        "blockade",
        "blockade_by",
        "valid_from",
        "valid_to",
        "date_precision",
        "last_confirmed",
        "note",
        "source",
        "dataset",
        "verification",
        "confidence",
        "known_at",
        "target",
        "actors",
        "to_precision",
        "confidence_basis",
        "supersedes",
        "source_id",
        "source_kind",
        "source_url",
        "party_to_conflict",
    ];
    const LATER: &'static [&'static str] = &[
        "target",
        "actors",
        "to_precision",
        "confidence_basis",
        "supersedes",
        "source_id",
        "source_kind",
        "source_url",
        "party_to_conflict",
    ];

    fn values(&self) -> Vec<ToSqlOutput<'_>> {
        let mut values = vec![
            shape(self.shape()),
            text(&self.id),
            text(&self.place),
            text(&self.country),
            optional(self.region.as_ref()),
            integer(self.geo_precision.map(GeoPrecision::code)),
            integer(self.population),
            text(&self.actor),
            text(self.status.as_str()),
            text(self.blockade.as_str()),
            optional(self.blockade_by.as_ref()),
            printed(&self.valid_from),
            optional_printed(self.valid_to.as_ref()),
            text(self.from_precision.as_str()),
            optional_printed(self.last_confirmed.as_ref()),
            optional(self.note.as_ref()),
        ];
        values.extend(source(&self.source));
        // Most rows are of a place and have one precision: what is usual is left empty, as in stores of earlier versions.
        let unusual = |usual: bool, word: &'static str| if usual { ToSqlOutput::Owned(SqlValue::Null) } else { text(word) };
        values.extend([
            unusual(matches!(self.target, Target::Place(_)), self.target.as_str()),
            listed(&self.actors, "|"),
            unusual(self.to_precision == self.from_precision, self.to_precision.as_str()),
            self.confidence_basis.map_or(ToSqlOutput::Owned(SqlValue::Null), |basis| text(basis.as_str())),
            optional(self.supersedes.as_ref()),
            optional(self.nature.id.as_ref()),
            optional(self.nature.kind.as_ref()),
            optional(self.nature.url.as_ref()),
            integer(self.nature.party_to_conflict),
        ]);
        values
    }

    fn read(cells: &Cells<'_>, datasets: &Datasets) -> Option<Self> {
        let blob = cells.blob()?;
        let (id, place, country, region) = (cells.text()?, cells.text()?, cells.text()?, cells.optional_text()?);
        let precision = match cells.optional_integer()? {
            None => None,
            Some(code) => Some(geo_precision(code)?),
        };
        let (population, actor) = (cells.optional_count()?, cells.text()?);
        let (status, blockade) = (ControlStatus::parse(cells.str()?).ok()?, Blockade::parse(cells.str()?).ok()?);
        let blockade_by = cells.optional_text()?;
        let (valid_from, valid_to) = (cells.optional_date()??, cells.optional_date()?);
        let from_precision = DatePrecision::parse_of_control(cells.str()?).ok()?;
        let (last_confirmed, note) = (cells.optional_date()?, cells.optional_text()?);
        let source = cells.source(datasets)?;
        let target = match cells.maybe_text()? {
            None => Target::Place(geometry::point(blob?)?),
            Some("admin") => Target::Admin(match blob {
                None => None,
                Some(blob) => Some(Arc::new(geometry::area(blob)?)),
            }),
            Some("polygon") => Target::Area(Arc::new(geometry::area(blob?)?)),
            Some("road_segment") => Target::Road(geometry::line(blob?)?),
            Some(_) => return None,
        };
        let actors = cells.maybe_text()?.map_or_else(Vec::new, |texts| texts.split('|').map(ToOwned::to_owned).collect());
        Some(Self {
            id,
            place,
            country,
            region,
            target,
            geo_precision: precision,
            population,
            actor,
            actors,
            status,
            blockade,
            blockade_by,
            valid_from,
            valid_to,
            from_precision,
            to_precision: cells.maybe_text()?.map_or(Ok(from_precision), DatePrecision::parse_of_control).ok()?,
            last_confirmed,
            confidence_basis: cells.maybe_text()?.map(ConfidenceBasis::parse).transpose().ok()?,
            supersedes: cells.optional_text()?,
            nature: SourceNature {
                id: cells.optional_text()?,
                kind: cells.optional_text()?,
                url: cells.optional_text()?,
                party_to_conflict: cells.optional_integer()?.map(|party| party != 0),
            },
            note,
            source,
        })
    }
}

/// A corridor's row without the reports on it, which have a table of their own.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Road {
    pub(super) corridor: Corridor,
    line: LineString<f64>,
    waypoints: String,
    /// Which vertices of the line are the named places; `None` where all are.
    vertices: Option<String>,
}

impl Road {
    pub(super) fn new(corridor: Corridor) -> Self {
        let (mut way, mut vertices) = (Vec::new(), Vec::new());
        for (at, (_, position)) in corridor.waypoints.iter().enumerate() {
            vertices.push(way.len().to_string());
            way.push(*position);
            way.extend(corridor.between.get(at).into_iter().flatten());
        }
        let line = LineString::from_iter(way.iter().map(|position| (position.lon(), position.lat())));
        let names: Vec<&str> = corridor.waypoints.iter().map(|(name, _)| name.as_str()).collect();
        let vertices = (way.len() > names.len()).then(|| vertices.join(";"));
        Self { line, waypoints: names.join("; "), vertices, corridor }
    }
}

impl Stored for Road {
    const TABLE: &'static str = "corridors";
    const COLUMNS: &'static [&'static str] = &[
        "geom",
        "id",
        "name",
        "target",
        "class",
        "waypoints",
        "vertices",
        "weight",
        "weight_low",
        "weight_high",
        "weight_source",
    ];
    const LATER: &'static [&'static str] = &["vertices", "weight", "weight_low", "weight_high", "weight_source"];

    fn values(&self) -> Vec<ToSqlOutput<'_>> {
        vec![
            shape(Shape::Line(&self.line)),
            text(&self.corridor.id),
            text(&self.corridor.name),
            text(&self.corridor.target),
            text(&self.corridor.class),
            text(&self.waypoints),
            optional(self.vertices.as_ref()),
            number(self.corridor.weight.as_ref().map(|weight| weight.share)),
            number(self.corridor.weight.as_ref().map(|weight| weight.low)),
            number(self.corridor.weight.as_ref().map(|weight| weight.high)),
            self.corridor
                .weight
                .as_ref()
                .and_then(|weight| weight.source.as_deref())
                .map_or(ToSqlOutput::Owned(SqlValue::Null), text),
        ]
    }

    fn read(cells: &Cells<'_>, _datasets: &Datasets) -> Option<Self> {
        let line = geometry::line(cells.blob()??)?;
        let (id, name, target, class, waypoints) = (cells.text()?, cells.text()?, cells.text()?, cells.text()?, cells.text()?);
        let vertices = cells.optional_text()?;
        let weight = (cells.optional_number()?, cells.optional_number()?, cells.optional_number()?);
        let source = cells.optional_text()?.map(Arc::from);
        let weight = match weight {
            (Some(share), Some(low), Some(high)) => Some(SupplyShare { source, ..SupplyShare::new(share, low, high).ok()? }),
            _ => None,
        };
        let names: Vec<&str> = waypoints.split("; ").collect();
        let positions: Vec<Position> = line.coords().filter_map(|coord| Position::new(coord.x, coord.y).ok()).collect();
        let at: Vec<usize> = match &vertices {
            None => (0..names.len()).collect(),
            Some(text) => text.split(';').map(|at| at.parse().ok()).collect::<Option<_>>()?,
        };
        let whole = at.first() == Some(&0) && at.last().is_some_and(|last| last + 1 == positions.len());
        if names.len() != at.len() || names.len() < 2 || !whole || !at.windows(2).all(|pair| pair[0] < pair[1]) {
            return None;
        }
        let places = names.iter().zip(&at).map(|(name, at)| ((*name).to_owned(), positions[*at])).collect();
        let between = at.windows(2).map(|pair| positions[pair[0] + 1..pair[1]].to_vec());
        let between = if vertices.is_some() { between.collect() } else { Vec::new() };
        let corridor =
            Corridor { id, name, target, class, weight, waypoints: places, between, changes: Arc::new([]), past: Arc::new([]) };
        Some(Self { corridor, line, waypoints, vertices })
    }
}

/// A report on a corridor, as known now or before.
pub(super) struct Report {
    pub(super) corridor: String,
    pub(super) change: StatusChange,
    /// From when on it was no longer what is known.
    pub(super) superseded_at: Option<Instant>,
}

/// Puts reports on their corridor, in the order of the rows.
pub(super) fn reported(reports: Vec<Report>) -> (Vec<StatusChange>, Vec<PastReport>) {
    let (mut changes, mut past) = (Vec::new(), Vec::new());
    for Report { change, superseded_at, .. } in reports {
        match superseded_at {
            None => changes.push(change),
            Some(superseded_at) => past.push(PastReport { change, superseded_at }),
        }
    }
    changes.sort_by_key(|change| change.valid_from);
    (changes, past)
}

impl Stored for Report {
    const TABLE: &'static str = "corridor_status";
    const COLUMNS: &'static [&'static str] = &[
        "corridor",
        "status",
        "valid_from",
        "valid_to",
        "actor",
        "note",
        "source",
        "dataset",
        "verification",
        "confidence",
        "known_at",
        "segment",
        "last_confirmed",
        "from_precision",
        "to_precision",
        "superseded_at",
    ];
    const LATER: &'static [&'static str] = &["segment", "last_confirmed", "from_precision", "to_precision", "superseded_at"];

    fn values(&self) -> Vec<ToSqlOutput<'_>> {
        // A day is what nothing means.
        let precision = |of: DatePrecision| (of != DatePrecision::Day).then(|| of.as_str());
        let mut values = vec![
            text(&self.corridor),
            text(self.change.status.as_str()),
            printed(&self.change.valid_from),
            optional_printed(self.change.valid_to.as_ref()),
            optional(self.change.actor.as_ref()),
            optional(self.change.note.as_ref()),
        ];
        values.extend(source(&self.change.source));
        values.push(integer(self.change.segment));
        values.push(optional_printed(self.change.last_confirmed.as_ref()));
        values.extend(
            [self.change.from_precision, self.change.to_precision]
                .map(|of| precision(of).map_or(ToSqlOutput::Owned(SqlValue::Null), text)),
        );
        values.push(self.superseded_at.map_or(ToSqlOutput::Owned(SqlValue::Null), |at| ToSqlOutput::from(instant(at))));
        values
    }

    fn read(cells: &Cells<'_>, datasets: &Datasets) -> Option<Self> {
        let corridor = cells.text()?;
        let status = SegmentStatus::parse(cells.str()?).ok()?;
        let (valid_from, valid_to) = (cells.optional_date()??, cells.optional_date()?);
        let (actor, note, source) = (cells.optional_text()?, cells.optional_text()?, cells.source(datasets)?);
        let (segment, last_confirmed) = (cells.optional_count()?, cells.optional_date()?);
        let precision = || cells.maybe_text()?.map_or(Ok(DatePrecision::Day), DatePrecision::parse_of_control).ok();
        let (from_precision, to_precision) = (precision()?, precision()?);
        let superseded_at = cells.optional_instant()?;
        Some(Self {
            corridor,
            superseded_at,
            change: StatusChange {
                segment,
                status,
                valid_from,
                valid_to,
                from_precision,
                to_precision,
                last_confirmed,
                actor,
                note,
                source,
            },
        })
    }
}
