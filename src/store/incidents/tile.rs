//! The incidents of a tile: one by one as long as they are few, and as bins of its cells above that.

use super::super::table::meets;
use super::cells::{FINEST, Found};
use super::layers::Layers;
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
                // The key of a row lies elsewhere in memory: it is fetched once.
                held.rows.sort_by_cached_key(|row| row.order());
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
        if !hides && self.take_sums(layers, query, &conditions) {
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

    /// Counts what meets a window, and a box, by the running sums, where these tell that there is more than can be shown one by one.
    fn take_sums(&mut self, layers: &'a Layers, query: &FeatureQuery, conditions: &Conditions<'_>) -> bool {
        let level = self.tile.z() + CELL_STEPS;
        let Some(split) = (level <= FINEST).then(|| layers.split(conditions)).flatten() else { return false };
        let (base, max_features) = (layers.base(), self.max_features as u64);
        if base.count_within(self.cell()) <= max_features || base.count_in_days(self.cell(), &split) <= max_features {
            return false;
        }
        let inside = |row: &IncidentRow<'_>| query.bbox.is_none_or(|bbox| meets(row.shape(), bbox));
        let own = |row: &IncidentRow<'_>| {
            let cell = row.grid().map(|point| Cell::of(point, level)).filter(|cell| self.holds(*cell))?;
            inside(row).then_some(cell)
        };
        let (mut bins, mut count) = (vec![Tally::default(); SIDE * SIDE], 0);
        let mut add = |cell: Cell, tally: Tally| {
            bins[place(cell)] += tally;
            count += tally.count;
        };
        match query.bbox {
            None => base.each_cell(self.cell(), level, &split, |cell, sum| add(cell, sum.tally())),
            Some(bbox) => base.each_in_box(bbox, self.cell(), level, &split, |found| match found {
                Found::Cell(cell, sum) => add(cell.at(level), sum.tally()),
                Found::Rows(rows) => layers
                    .counted_in(rows, bbox, &split)
                    .filter_map(|row| Some((own(&row)?, row.tally())))
                    .for_each(|(cell, tally)| add(cell, tally)),
            }),
        }
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
            known.push(Translated::new(row.columns, rows.len(), layer));
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
    /// What rows of one combination of values share; `None` where there are too many combinations.
    runs: Option<[Runs; 4]>,
    words: Words,
    /// By the days since the first.
    days: Numbers,
    first_day: i64,
    day_count: usize,
    buffer: String,
}

/// The numbers of values by the codes of columns.
struct Words {
    words: [Numbers; 3],
    texts: [Numbers; 5],
    datasets: Numbers,
    licences: Numbers,
    confidences: Numbers,
    figures: Numbers,
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

/// The tags of each combination of values as they will be sent, from the first row that has it on.
struct Runs {
    /// Where the tags of each combination lie; nowhere as long as no row had it.
    places: Vec<(u32, u32)>,
    tags: Vec<u8>,
}

impl Runs {
    fn new(combinations: usize) -> Self {
        Self { places: vec![(0, 0); combinations], tags: Vec::new() }
    }

    /// Gives the next point the tags of a combination, which `tag` gives it the first time.
    fn tag(&mut self, combination: usize, layer: &mut Layer, tag: impl FnOnce(&mut Layer)) {
        match self.places.get(combination) {
            Some((start, end)) if start < end => layer.tag_again(&self.tags[*start as usize..*end as usize]),
            Some(_) => {
                let tags = layer.tagging(tag);
                let start = self.tags.len();
                self.tags.extend_from_slice(tags);
                // Thousands of combinations of some dozen bytes.
                let place = |at: usize| u32::try_from(at).unwrap_or(0);
                self.places[combination] = (place(start), place(self.tags.len()));
            }
            None => tag(layer),
        }
    }
}

/// Dictionaries of more texts than this are looked up by the text: making room for all their codes would take longer.
const GREATEST_DICTIONARY: usize = 2_048;

/// So many combinations a row are worth making room for.
const COMBINATIONS_A_ROW: usize = 32;

/// Days from the first on that are looked up by their number: some 22 years.
const MOST_DAYS: usize = 8_192;

impl<'a> Translated<'a> {
    /// For so many rows.
    fn new(columns: &'a Columns, rows: usize, layer: &mut Layer) -> Self {
        let day = |instant: Instant| instant.millis().div_euclid(86_400_000);
        let (first_day, last_day) = columns.interval.map_or((0, -1), |span| (day(span.start()), day(span.end())));
        let days = usize::try_from(last_day.saturating_sub(first_day)).unwrap_or(0);
        let numbers =
            |dictionary: &Dictionary| Numbers::new(Some(dictionary.len()).filter(|len| *len <= GREATEST_DICTIONARY).unwrap_or(0));
        let runs = columns.pieces().map(|pieces| {
            let combinations = [pieces.kinds.len(), columns.figures.len(), pieces.places.len(), pieces.origins.len()];
            combinations.map(|count| Runs::new(if count / COMBINATIONS_A_ROW <= rows { count } else { 0 }))
        });
        Self {
            columns,
            keys: VECTOR_PROPERTIES.map(|name| layer.key(name)),
            runs,
            words: Words {
                words: [DatePrecision::WORDS.len(), 4, EventType::ALL.len()].map(Numbers::new),
                texts: [&columns.sub_event_types, &columns.actors, &columns.countries, &columns.regions, &columns.places]
                    .map(numbers),
                datasets: Numbers::new(columns.datasets.len()),
                licences: Numbers::new(columns.datasets.len()),
                confidences: Numbers::new(columns.confidence_codes().min(GREATEST_DICTIONARY)),
                figures: Numbers::new(64),
            },
            days: Numbers::new(0),
            first_day,
            day_count: days.min(MOST_DAYS),
            buffer: String::new(),
        }
    }

    /// Gives the next point the properties of a row in the order of [`VECTOR_PROPERTIES`].
    fn tag(&mut self, row: IncidentRow<'a>, layer: &mut Layer) {
        let (columns, at) = (self.columns, row.at());
        let keys = &self.keys;
        let interval = columns.index.interval(at);
        let (starts_at, ends_at) = row.are_instants();
        let (first, second) = (keys[0], keys[1]);
        let start = self.moment(layer, interval.start(), starts_at);
        layer.tag(first, start);
        let same = starts_at == ends_at
            && (!starts_at && interval.start().millis() + 86_399_999 == interval.end().millis()
                || starts_at && interval.start() == interval.end());
        let end = if same { start } else { self.moment(layer, interval.end(), ends_at) };
        layer.tag(second, end);
        let (keys, words) = (&self.keys, &mut self.words);
        match (&mut self.runs, columns.pieces()) {
            (Some([kinds, deaths, places, origins]), Some(pieces)) => {
                kinds.tag(pieces.kinds.code(at), layer, |layer| words.tag_kind(keys, row, layer));
                deaths.tag(columns.figure[at] as usize, layer, |layer| words.tag_deaths(keys, row, layer));
                places.tag(pieces.places.code(at), layer, |layer| words.tag_place(keys, row, layer));
                origins.tag(pieces.origins.code(at), layer, |layer| words.tag_origin(keys, row, layer));
            }
            _ => {
                words.tag_kind(keys, row, layer);
                words.tag_deaths(keys, row, layer);
                words.tag_place(keys, row, layer);
                words.tag_origin(keys, row, layer);
            }
        }
    }

    /// A day, which others share, or an instant, which is mostly a row's own and not looked for.
    fn moment(&mut self, layer: &mut Layer, instant: Instant, is_instant: bool) -> u32 {
        self.buffer.clear();
        let date = if is_instant { None } else { instant.date() };
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

/// The numbers of the properties' names in a layer.
type Keys = [u32; VECTOR_PROPERTIES.len()];

fn add(layer: &mut Layer, key: u32, numbers: &mut Numbers, code: usize, value: Value<'_>) {
    let number = numbers.of(code, layer, |layer| layer.value(value));
    layer.tag(key, number);
}

impl Words {
    /// Precisions, event types and actors.
    fn tag_kind(&mut self, keys: &Keys, row: IncidentRow<'_>, layer: &mut Layer) {
        let (columns, at) = (row.columns, row.at());
        let [dates, precisions, events] = &mut self.words;
        let code = row.date_precision_code() as usize;
        add(layer, keys[2], dates, code, Value::Text(DatePrecision::WORDS[code]));
        let code = row.geo_precision_code();
        add(layer, keys[3], precisions, code.into(), Value::Int(code.into()));
        let code = columns.event_type(at) as usize;
        add(layer, keys[4], events, code, Value::Text(EventType::WORDS[code]));
        let [sub_event_types, actors, ..] = &mut self.texts;
        word(layer, keys[5], sub_event_types, &columns.sub_event_types, columns.sub_event_type[at], false);
        word(layer, keys[6], actors, &columns.actors, columns.actor1[at], false);
        word(layer, keys[7], actors, &columns.actors, columns.actor2[at], false);
    }

    fn tag_deaths(&mut self, keys: &Keys, row: IncidentRow<'_>, layer: &mut Layer) {
        let fatalities = row.columns.fatalities(row.at());
        for (key, figure) in keys[8..].iter().zip([fatalities.best, fatalities.low, fatalities.high]) {
            if let Some(figure) = figure {
                add(layer, *key, &mut self.figures, figure as usize, Value::Int(figure.into()));
            }
        }
    }

    /// Country, region and place.
    fn tag_place(&mut self, keys: &Keys, row: IncidentRow<'_>, layer: &mut Layer) {
        let (columns, at) = (row.columns, row.at());
        let [_, _, countries, regions, places] = &mut self.texts;
        // A country or a place that is not known is kept as an empty text.
        word(layer, keys[11], countries, &columns.countries, columns.country[at], true);
        word(layer, keys[12], regions, &columns.regions, columns.region[at], false);
        word(layer, keys[13], places, &columns.places, columns.place[at], true);
    }

    /// Dataset, licence and confidence.
    fn tag_origin(&mut self, keys: &Keys, row: IncidentRow<'_>, layer: &mut Layer) {
        let (columns, at) = (row.columns, row.at());
        let code = usize::from(columns.dataset[at]);
        let dataset = &columns.datasets[code];
        add(layer, keys[14], &mut self.datasets, code, Value::Text(&dataset.id));
        add(layer, keys[15], &mut self.licences, code, Value::Text(&dataset.licence));
        if let Some(confidence) = columns.confidence(at) {
            add(layer, keys[16], &mut self.confidences, columns.confidence_code(at) as usize, Value::Double(confidence));
        }
    }
}

/// Gives the next point a text of a dictionary, where there is one.
fn word(layer: &mut Layer, key: u32, numbers: &mut Numbers, dictionary: &Dictionary, code: u32, empty_is_none: bool) {
    if let Some(found) = dictionary.get(code).filter(|found| !(empty_is_none && found.is_empty())) {
        add(layer, key, numbers, code as usize, Value::Text(found));
    }
}
