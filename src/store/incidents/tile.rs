//! The incidents of a tile: one by one as long as they are few, and as bins of its cells above that.

use super::super::table::meets;
use super::layers::Layers;
use super::months::FINEST;
use super::predicate::Conditions;
use super::text::{Dictionary, NONE};
use super::{Columns, IncidentRow, Incidents};
use crate::domain::{Audience, DatePrecision, EventType, FeatureQuery, Instant, Record as _};
use crate::tiles::geojson::{write_date, write_instant};
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
    /// The tile's share of what meets the query: as bins when there are more than `max_features`.
    pub(in crate::store) fn tile<'a>(&'a self, query: &FeatureQuery, tile: TileId, max_features: usize) -> IncidentTile<'a> {
        let mut held = Held { tile, max_features, rows: Vec::new(), bins: Vec::new(), matched: 0, withheld: 0 };
        for layers in self.asked(query) {
            held.take(layers, query);
        }
        let content = if held.bins.is_empty() {
            // The same bytes whatever led to this state, so that a client's copy stays good.
            if query.known_at.is_some() {
                held.rows.sort_unstable_by_key(|row| row.stable_id());
            } else {
                held.rows.sort_unstable_by_key(|row| row.order());
            }
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
    fn take(&mut self, layers: &'a Layers, query: &FeatureQuery) {
        let hides = query.audience == Audience::Public && layers.has_restricted();
        let conditions = Conditions::of(layers, query);
        if !hides && query.bbox.is_none() && self.take_sums(layers, &conditions) {
            return;
        }
        for columns in layers.parts() {
            layers.search_tile(columns, self.tile, &conditions, |row| {
                if query.bbox.is_some_and(|bbox| !meets(row.shape(), bbox)) {
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
    }

    /// Counts what meets a window alone by the running sums, where these tell that there is more than can be shown one by one.
    fn take_sums(&mut self, layers: &'a Layers, conditions: &Conditions<'_>) -> bool {
        let level = self.tile.z() + CELL_STEPS;
        let Some(split) = (level <= FINEST).then(|| layers.split(conditions)).flatten() else { return false };
        let max_features = self.max_features as u64;
        if layers.base().count_within(self.cell()) <= max_features {
            return false;
        }
        let (mut bins, mut count) = (vec![Tally::default(); SIDE * SIDE], 0);
        layers.base().each_cell(self.cell(), level, &split.months, |cell, tally| {
            bins[place(cell)] += tally;
            count += tally.count;
        });
        let own = |row: &IncidentRow<'_>| row.grid().map(|point| Cell::of(point, level)).filter(|cell| self.holds(*cell));
        for row in layers.gone_from_sums(&split) {
            if let Some(cell) = own(&row) {
                bins[place(cell)] -= row.tally();
                count -= 1;
            }
        }
        if count <= max_features {
            return false;
        }
        let mut add = |row: IncidentRow<'a>| {
            if let Some(cell) = own(&row) {
                bins[place(cell)] += row.tally();
                count += 1;
            }
        };
        let bbox = Some(self.tile.buffered_bbox());
        layers.beside_sums(bbox, conditions.datetime(), &split, &mut add);
        layers
            .parts()
            .filter(|columns| layers.is_delta(columns))
            .for_each(|delta| layers.search_tile(delta, self.tile, conditions, &mut add));
        (self.bins, self.matched) = (bins, count);
        true
    }

    fn cell(&self) -> Cell {
        Cell { z: self.tile.z(), x: self.tile.x(), y: self.tile.y() }
    }

    /// Whether a cell of the tile's bins is the tile's.
    fn holds(&self, cell: Cell) -> bool {
        (cell.x >> CELL_STEPS, cell.y >> CELL_STEPS) == (self.tile.x(), self.tile.y())
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
        self.bins[place(Cell::of(point, self.tile.z() + CELL_STEPS))] += row.tally();
    }
}

/// The place of a cell among those of its tile: by row, then by column.
fn place(cell: Cell) -> usize {
    let within = |index: u32| usize::try_from(index).unwrap_or(0) & (SIDE - 1);
    within(cell.y) * SIDE + within(cell.x)
}

impl IncidentRow<'_> {
    /// It alone, as a sum.
    pub(super) fn tally(self) -> Tally {
        self.columns.tally(self.at())
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
    let mut known: Vec<Translated<'_>> = Vec::new();
    for row in rows {
        let Some(point) = row.grid() else { continue };
        // Rows are of one set of columns mostly, and of a few where some changed lately or the past is asked for.
        let at = known.iter().position(|translated| std::ptr::eq(translated.columns, row.columns)).unwrap_or_else(|| {
            known.push(Translated::new(row.columns, layer));
            known.len() - 1
        });
        let translated = &mut known[at];
        let own = layer.unique_text(row.stable_id());
        layer.tag(id, own);
        translated.tag(*row, layer);
        let at = point.within(tile);
        layer.tagged_point(feature_id(row.stable_id()), at.x, at.y);
    }
}

/// The codes of columns in the numbers of a layer, each looked up once a tile.
struct Translated<'a> {
    columns: &'a Columns,
    keys: [u32; VECTOR_PROPERTIES.len()],
    words: [Numbers; 3],
    texts: [Numbers; 5],
    datasets: Numbers,
    licences: Numbers,
    confidences: Numbers,
    figures: Numbers,
    /// By the days since the first.
    days: Numbers,
    first_day: i64,
    day_count: usize,
    buffer: String,
}

/// The number in the layer of each code; `NONE` as long as it was not asked for.
struct Numbers(Vec<u32>);

impl Numbers {
    fn new(codes: usize) -> Self {
        Self(vec![NONE; codes])
    }

    fn of(&mut self, code: usize, layer: &mut Layer, value: impl FnOnce(&mut Layer) -> u32) -> u32 {
        match self.0.get_mut(code) {
            Some(number) if *number != NONE => *number,
            Some(number) => {
                *number = value(layer);
                *number
            }
            None => value(layer),
        }
    }
}

/// Dictionaries of more texts than this are looked up by the text: making room for all their codes would take longer.
const GREATEST_DICTIONARY: usize = 2_048;

/// Days from the first on that are looked up by their number: some 22 years.
const MOST_DAYS: usize = 8_192;

impl<'a> Translated<'a> {
    fn new(columns: &'a Columns, layer: &mut Layer) -> Self {
        let day = |instant: Instant| instant.millis().div_euclid(86_400_000);
        let (first_day, last_day) = columns.interval.map_or((0, -1), |span| (day(span.start()), day(span.end())));
        let days = usize::try_from(last_day.saturating_sub(first_day)).unwrap_or(0);
        let numbers =
            |dictionary: &Dictionary| Numbers::new(Some(dictionary.len()).filter(|len| *len <= GREATEST_DICTIONARY).unwrap_or(0));
        Self {
            columns,
            keys: VECTOR_PROPERTIES.map(|name| layer.key(name)),
            words: [DatePrecision::WORDS.len(), 4, EventType::ALL.len()].map(Numbers::new),
            texts: [&columns.sub_event_types, &columns.actors, &columns.countries, &columns.regions, &columns.places]
                .map(numbers),
            datasets: Numbers::new(columns.datasets.len()),
            licences: Numbers::new(columns.datasets.len()),
            confidences: Numbers::new(columns.confidence_codes().min(GREATEST_DICTIONARY)),
            figures: Numbers::new(64),
            days: Numbers::new(0),
            first_day,
            day_count: days.min(MOST_DAYS),
            buffer: String::new(),
        }
    }

    /// Gives the next point the properties of a row in the order of [`VECTOR_PROPERTIES`].
    fn tag(&mut self, row: IncidentRow<'a>, layer: &mut Layer) {
        let (columns, at) = (self.columns, row.at());
        let keys = self.keys;
        let interval = columns.index.interval(at);
        let (starts_at, ends_at) = row.are_instants();
        let start = self.moment(layer, interval.start(), starts_at);
        layer.tag(keys[0], start);
        let same = starts_at == ends_at
            && (!starts_at && interval.start().millis() + 86_399_999 == interval.end().millis()
                || starts_at && interval.start() == interval.end());
        let end = if same { start } else { self.moment(layer, interval.end(), ends_at) };
        layer.tag(keys[1], end);
        let add = |property: usize, layer: &mut Layer, numbers: &mut Numbers, code: usize, value: Value<'_>| {
            let number = numbers.of(code, layer, |layer| layer.value(value));
            layer.tag(keys[property], number);
        };
        let [dates, precisions, events] = &mut self.words;
        let code = row.date_precision_code() as usize;
        add(2, layer, dates, code, Value::Text(DatePrecision::WORDS[code]));
        let code = row.geo_precision_code();
        add(3, layer, precisions, code.into(), Value::Int(code.into()));
        let code = columns.event_type(at) as usize;
        add(4, layer, events, code, Value::Text(EventType::WORDS[code]));
        let [sub_event_types, actors, countries, regions, places] = &mut self.texts;
        let word = |property: usize, layer: &mut Layer, numbers: &mut Numbers, dictionary: &Dictionary, code: u32| {
            // A country or a place that is not known is kept as an empty text.
            if let Some(found) = dictionary.get(code).filter(|found| !(matches!(property, 11 | 13) && found.is_empty())) {
                add(property, layer, numbers, code as usize, Value::Text(found));
            }
        };
        word(5, layer, sub_event_types, &columns.sub_event_types, columns.sub_event_type[at]);
        word(6, layer, actors, &columns.actors, columns.actor1[at]);
        word(7, layer, actors, &columns.actors, columns.actor2[at]);
        word(11, layer, countries, &columns.countries, columns.country[at]);
        word(12, layer, regions, &columns.regions, columns.region[at]);
        word(13, layer, places, &columns.places, columns.place[at]);
        let fatalities = columns.fatalities(at);
        for (property, figure) in (8..).zip([fatalities.best, fatalities.low, fatalities.high]) {
            if let Some(figure) = figure {
                add(property, layer, &mut self.figures, figure as usize, Value::Int(figure.into()));
            }
        }
        let code = usize::from(columns.dataset[at]);
        let dataset = &columns.datasets[code];
        add(14, layer, &mut self.datasets, code, Value::Text(&dataset.id));
        add(15, layer, &mut self.licences, code, Value::Text(&dataset.licence));
        if let Some(confidence) = columns.confidence(at) {
            add(16, layer, &mut self.confidences, columns.confidence_code(at) as usize, Value::Double(confidence));
        }
    }

    /// A day, which others share, or an instant, which is mostly a row's own and not looked for.
    fn moment(&mut self, layer: &mut Layer, instant: Instant, is_instant: bool) -> u32 {
        self.buffer.clear();
        let date = instant.date().filter(|_| !is_instant);
        let day = usize::try_from(instant.millis().div_euclid(86_400_000) - self.first_day).unwrap_or(usize::MAX);
        match date {
            Some(date) => {
                // Room for all days is made when there is a day: rows with times of day have none.
                if self.days.0.is_empty() {
                    self.days = Numbers::new(self.day_count);
                }
                self.days.of(day, layer, |layer| {
                    write_date(&mut self.buffer, date);
                    layer.value(Value::Text(&self.buffer))
                })
            }
            None => {
                write_instant(&mut self.buffer, instant);
                layer.unique_text(&self.buffer)
            }
        }
    }
}
