//! Tiles of any collection, straight from a snapshot: as vector tile and as the features of a GeoJSON tile.
//!
//! Incidents come from their columns, regions from a coverage that is simplified for the zoom, roads simplified each by itself, and what
//! is a point as it is.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::incidents::{IncidentWriter, TileContent, VECTOR_PROPERTIES, write_mvt};
use super::table::meets;
use super::{RecordRef, Snapshot};
use crate::domain::{Collection, FeatureQuery, Record, Region, Shape};
use crate::tiles::geojson::{FeatureWriter, Geometry};
use crate::tiles::mvt::{GridGeometry, Layer, write_meta};
use crate::tiles::{
    Bin, BinOf, CELL_STEPS, Cell, Coverage, Drawn, MAX_ZOOM, MapPoint, PropertyType, SimplifiedZoom, Tally, TileId, VectorLayer,
    area_of, lines_in, lines_of, simplified_line, write_bins,
};

/// The features of a GeoJSON tile.
#[derive(Debug, Default)]
pub struct GeoJsonFeatures {
    /// One a line, with commas in between.
    pub text: String,
    /// How many records of the collection lie in the tile and may be shown.
    pub matched: u64,
    /// How many features there are.
    pub returned: u64,
    /// Whether these are bins.
    pub aggregated: bool,
    /// How many records lie in the tile and may not be shown.
    pub withheld: u64,
}

impl GeoJsonFeatures {
    fn add(&mut self, write: impl FnOnce(&mut String)) {
        self.text.push_str(if self.returned == 0 { "\n" } else { ",\n" });
        write(&mut self.text);
        self.returned += 1;
    }
}

/// The regions as areas that share their borders, taken apart when they are first drawn and simplified when a zoom is.
#[derive(Debug, Default)]
pub(super) struct DrawnRegions {
    coverage: OnceLock<Coverage>,
    zooms: [OnceLock<SimplifiedZoom>; MAX_ZOOM as usize + 1],
}

impl DrawnRegions {
    /// The regions at a zoom; their numbers are their places among `regions`.
    fn at(&self, regions: &[Region], z: u8) -> &SimplifiedZoom {
        let coverage = || self.coverage.get_or_init(|| Coverage::new(regions.iter().map(|region| &region.area)));
        self.zooms[usize::from(z.min(MAX_ZOOM))].get_or_init(|| coverage().at(z))
    }
}

/// The layers of [`Snapshot::vector_tile`] and their properties, those of bins too.
///
/// ```
/// use harmattan::domain::Collection;
/// let layers = harmattan::store::vector_layers(Collection::Incidents);
/// assert_eq!((layers[0].id, layers[1].id), ("incidents", "meta"));
/// ```
#[must_use]
pub fn vector_layers(collection: Collection) -> Vec<VectorLayer<'static>> {
    let mut layer = VectorLayer::of(collection.id(), collection.description(), collection.fields());
    if collection == Collection::Incidents {
        layer.fields.retain(|(name, _)| *name == "id" || VECTOR_PROPERTIES.contains(name));
        let [number, text] = [PropertyType::Number, PropertyType::Text];
        layer = layer.with(&[("point_count", number), ("fatalities_unknown", number), ("cell", text)]);
    } else if matches!(collection, Collection::Places | Collection::Control) {
        layer = layer.with(&[("point_count", PropertyType::Number), ("cell", PropertyType::Text)]);
    }
    vec![layer, VectorLayer::meta()]
}

impl Snapshot {
    /// A tile's share of what meets a query, as a vector tile: a layer of the collection's name and the layer `meta`; nothing at all when
    /// there is none. Points are bins when there are more than `max_features`. A box in the query chooses records and cuts none.
    #[must_use]
    pub fn vector_tile(&self, query: &FeatureQuery, tile: TileId, max_features: usize) -> Vec<u8> {
        let mut layer = Layer::new(query.collection.id());
        let (mut matched, mut aggregated) = (0, false);
        match query.collection {
            Collection::Incidents => {
                let held = self.incident_tile(query, tile, max_features);
                matched = held.matched;
                match &held.content {
                    TileContent::Rows(rows) => write_mvt(rows, tile, &mut layer),
                    TileContent::Bins(bins) => {
                        write_bins(bins, BinOf::Incidents, &mut layer);
                        aggregated = true;
                    }
                }
            }
            Collection::Regions => {
                let regions = self.regions();
                for (ordinal, polygons) in self.drawn().at(regions, tile.z()).tile(tile) {
                    let region = usize::try_from(ordinal).ok().and_then(|at| regions.get(at));
                    if let Some(region) = region.filter(|region| chosen(query, region)) {
                        matched += u64::from(layer.write_record(region, GridGeometry::Area(&polygons), query.as_of));
                    }
                }
            }
            Collection::Places | Collection::Control | Collection::Corridors | Collection::ControlAreas | Collection::Front => {
                let held = Held::of(self.find(&boxed(query, tile)).shown, query, tile, max_features);
                for (record, drawn) in &held.records {
                    matched += u64::from(layer.write_record(record, drawn.as_geometry(), query.as_of));
                }
                write_bins(&held.bins, BinOf::Records, &mut layer);
                matched += held.binned();
                aggregated = !held.bins.is_empty();
            }
        }
        let mut body = Vec::new();
        if matched > 0 {
            let returned = layer.len() as u64;
            layer.finish(&mut body);
            write_meta(&mut body, matched, returned, aggregated);
        }
        body
    }

    /// The same as the features of a GeoJSON tile.
    #[must_use]
    pub fn geojson_tile(&self, query: &FeatureQuery, tile: TileId, max_features: usize) -> GeoJsonFeatures {
        let mut features = GeoJsonFeatures::default();
        let writer = FeatureWriter::of_collection(query.collection);
        match query.collection {
            Collection::Incidents => {
                let held = self.incident_tile(query, tile, max_features);
                (features.matched, features.withheld) = (held.matched, held.withheld);
                match &held.content {
                    TileContent::Rows(rows) => {
                        let mut writer = IncidentWriter::default();
                        rows.iter().for_each(|row| features.add(|out| writer.write(out, *row, row.shape().into())));
                    }
                    TileContent::Bins(bins) => {
                        bins.iter().for_each(|bin| features.add(|out| bin.write_geojson(out, BinOf::Incidents)));
                        features.aggregated = true;
                    }
                }
                return features;
            }
            Collection::Regions => {
                let regions = self.regions();
                for (ordinal, polygons) in self.drawn().at(regions, tile.z()).tile(tile) {
                    let region = usize::try_from(ordinal).ok().and_then(|at| regions.get(at));
                    if let Some(region) = region.filter(|region| chosen(query, region)) {
                        let area = area_of(&polygons, tile);
                        features.add(|out| writer.write(out, region, Geometry::Area(&area), query.as_of));
                    }
                }
            }
            Collection::Places | Collection::Control | Collection::Corridors | Collection::ControlAreas | Collection::Front => {
                let found = self.find(&boxed(query, tile));
                features.withheld = found.withheld.iter().filter(|record| drawn(query, *record, tile).is_some()).count() as u64;
                let held = Held::of(found.shown, query, tile, max_features);
                for (record, drawn) in &held.records {
                    if let Drawn::Lines(lines) = drawn {
                        let lines = lines_of(lines, tile);
                        features.add(|out| writer.write(out, record, Geometry::Lines(&lines), query.as_of));
                    } else {
                        features.add(|out| writer.write(out, record, record.shape().into(), query.as_of));
                    }
                }
                features.matched = features.returned + held.binned();
                features.aggregated = !held.bins.is_empty();
                held.bins.iter().for_each(|bin| features.add(|out| bin.write_geojson(out, BinOf::Records)));
                return features;
            }
        }
        features.matched = features.returned;
        features
    }
}

/// What a tile holds of records that are neither incidents nor regions: each of them, but bins for the points when there are too many.
struct Held<'a> {
    records: Vec<(RecordRef<'a>, Drawn)>,
    bins: Vec<Bin>,
}

impl<'a> Held<'a> {
    fn of(found: Vec<RecordRef<'a>>, query: &FeatureQuery, tile: TileId, max_features: usize) -> Self {
        let drawn = |record: RecordRef<'a>| drawn(query, &record, tile).map(|drawn| (record, drawn));
        let mut records: Vec<_> = found.into_iter().filter_map(drawn).collect();
        let mut cells: BTreeMap<(u32, u32), u64> = BTreeMap::new();
        let level = tile.z() + CELL_STEPS;
        if records.iter().filter(|(_, drawn)| matches!(drawn, Drawn::Point(_))).count() > max_features {
            records.retain(|(record, _)| {
                let Shape::Point(position) = record.shape() else { return true };
                let cell = Cell::of(MapPoint::of(position), level);
                *cells.entry((cell.y, cell.x)).or_default() += 1;
                false
            });
        }
        let bin = |((y, x), count)| Bin { cell: Cell { z: level, x, y }, tally: Tally { count, ..Tally::default() } };
        Self { records, bins: cells.into_iter().map(bin).collect() }
    }

    /// How many records the bins stand for.
    fn binned(&self) -> u64 {
        self.bins.iter().map(|bin| bin.tally.count).sum()
    }
}

/// The question for what may be drawn in a tile, whatever box the query has.
fn boxed(query: &FeatureQuery, tile: TileId) -> FeatureQuery {
    FeatureQuery { bbox: Some(tile.buffered_bbox()), ..query.clone() }
}

/// Whether a record is in the query's box.
fn in_box(query: &FeatureQuery, record: &dyn Record) -> bool {
    query.bbox.is_none_or(|bbox| meets(record.shape(), bbox))
}

/// Whether a region meets the query.
fn chosen(query: &FeatureQuery, region: &Region) -> bool {
    query.accepts(region) && in_box(query, region)
}

/// What a tile draws of a record that is no region, if it is in the query's box: lines simplified for the zoom.
fn drawn(query: &FeatureQuery, record: &dyn Record, tile: TileId) -> Option<Drawn> {
    if !in_box(query, record) {
        return None;
    }
    let Shape::Line(line) = record.shape() else { return Drawn::of(record.shape(), tile) };
    let lines = lines_in(tile, &simplified_line(line, tile.z()));
    (!lines.is_empty()).then_some(Drawn::Lines(lines))
}
