//! The incidents of a tile: one by one as long as they are few, and as bins of its cells above that.

use super::{Columns, IncidentRow, Incidents};
use crate::domain::{Audience, FeatureQuery, Instant, Record as _, Value as Property};
use crate::tiles::mvt::{Layer, Value, feature_id};
use crate::tiles::{Bin, CELL_STEPS, Cell, Tally, TileId};

/// What a tile holds of the incidents that meet a query.
#[derive(Debug)]
pub struct IncidentTile<'a> {
    /// How many there are that may be shown.
    pub matched: u64,
    /// How many there are that may not.
    pub withheld: u64,
    /// Them.
    pub content: TileContent<'a>,
}

/// The incidents of a tile.
#[derive(Debug)]
pub enum TileContent<'a> {
    /// Each of them, ordered by id.
    Rows(Vec<IncidentRow<'a>>),
    /// As one a cell, ordered by cell.
    Bins(Vec<Bin>),
}

/// Cells along the side of a tile.
const SIDE: usize = 1 << CELL_STEPS;

impl Incidents {
    /// The tile's share of what meets the query, whatever box the query has: as bins when there are more than `max_features`.
    pub(in crate::store) fn tile<'a>(&'a self, query: &FeatureQuery, tile: TileId, max_features: usize) -> IncidentTile<'a> {
        let query = FeatureQuery { bbox: None, ..query.clone() };
        let mut held = Held { tile, max_features, rows: Vec::new(), bins: Vec::new(), matched: 0, withheld: 0 };
        held.take(&self.current, &query);
        if query.known_at.is_some() {
            held.take(&self.past, &query);
        }
        let content = if held.bins.is_empty() {
            held.rows.sort_unstable_by_key(|row| (row.columns.rank[row.at()], row.stable_id()));
            TileContent::Rows(held.rows)
        } else {
            let first = Cell { z: tile.z() + CELL_STEPS, x: tile.x() << CELL_STEPS, y: tile.y() << CELL_STEPS };
            let bins = (0u32..).zip(held.bins).filter(|(_, tally)| tally.count > 0).map(|(at, tally)| {
                let side = 1 << CELL_STEPS;
                Bin { cell: Cell { x: first.x + at % side, y: first.y + at / side, ..first }, tally }
            });
            TileContent::Bins(bins.collect())
        };
        IncidentTile { matched: held.matched, withheld: held.withheld, content }
    }
}

/// What was found of a tile so far: rows, until there are too many.
struct Held<'a> {
    tile: TileId,
    max_features: usize,
    rows: Vec<IncidentRow<'a>>,
    /// By row and column of the cell in the tile; empty as long as there are rows.
    bins: Vec<Tally>,
    matched: u64,
    withheld: u64,
}

impl<'a> Held<'a> {
    fn take(&mut self, columns: &'a Columns, query: &FeatureQuery) {
        let hides = query.audience == Audience::Public && columns.has_restricted();
        columns.search_within(Some(self.tile.buffered_bbox()), query, |row| {
            let row = columns.row(row);
            if row.grid().is_none_or(|point| Cell::of(point, self.tile.z()) != self.cell()) {
                return;
            }
            if hides && row.is_restricted() {
                self.withheld += 1;
            } else {
                self.matched += 1;
                self.add(row);
            }
        });
    }

    fn cell(&self) -> Cell {
        Cell { z: self.tile.z(), x: self.tile.x(), y: self.tile.y() }
    }

    fn add(&mut self, row: IncidentRow<'a>) {
        if !self.bins.is_empty() {
            return self.count(row);
        }
        self.rows.push(row);
        if self.rows.len() > self.max_features {
            self.bins = vec![Tally::default(); SIDE * SIDE];
            std::mem::take(&mut self.rows).into_iter().for_each(|row| self.count(row));
        }
    }

    fn count(&mut self, row: IncidentRow<'a>) {
        let Some(point) = row.grid() else { return };
        let cell = Cell::of(point, self.tile.z() + CELL_STEPS);
        let within = |index: u32| usize::try_from(index).unwrap_or(0) & (SIDE - 1);
        self.bins[within(cell.y) * SIDE + within(cell.x)] += row.tally();
    }
}

impl IncidentRow<'_> {
    /// It alone, as a sum.
    pub(super) fn tally(self) -> Tally {
        let fatalities = self.columns.fatalities(self.at());
        let sum = |figure: Option<u32>| figure.map_or(0, u64::from);
        Tally {
            count: 1,
            best: sum(fatalities.best),
            low: sum(fatalities.low),
            high: sum(fatalities.high),
            unknown: fatalities.best.is_none().into(),
        }
    }
}

/// The properties that an incident has in a vector tile: what maps style, filter and label by. Title, notes and source are texts of
/// its own that only a reader of the one incident needs, and stand at its address.
pub const VECTOR_PROPERTIES: [&str; 17] = [
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
    "dataset",
    "licence",
    "confidence",
];

/// Adds incidents of a tile to its layer: what is null is left out.
pub fn write_mvt(rows: &[IncidentRow<'_>], tile: TileId, layer: &mut Layer) {
    layer.reserve(rows.len());
    let id = layer.key("id");
    let keys = crate::domain::Incident::FIELDS.iter().map(|field| {
        let shown = VECTOR_PROPERTIES.contains(&field.name);
        shown.then(|| layer.key(field.name))
    });
    let keys: Vec<Option<u32>> = keys.collect();
    let mut tags = Vec::with_capacity(2 + 2 * VECTOR_PROPERTIES.len());
    for row in rows {
        let Some(point) = row.grid() else { continue };
        tags.clear();
        tags.extend([id, layer.unique_text(row.id())]);
        let mut keys = keys.iter();
        row.visit(Instant::MAX, &mut |value| {
            let Some(key) = keys.next().copied().flatten() else { return };
            let number = match &value {
                Property::Null => return,
                Property::Text(text) => layer.value(Value::Text(text)),
                Property::Integer(number) => layer.value(Value::Int(*number)),
                Property::Number(number) => layer.value(Value::Double(*number)),
                Property::Date(_) | Property::Instant(_) | Property::TextList(_) => layer.value(Value::Text(&value.to_string())),
            };
            tags.extend([key, number]);
        });
        let at = point.within(tile);
        layer.point(feature_id(row.id()), at.x, at.y, &tags);
    }
}
