//! `harmattan export --format pmtiles`: what meets a query as a frozen pyramid of the server's vector tiles in one file, which is read
//! back before it takes its place.

use anyhow::{Context as _, Result, bail, ensure};
use std::fs::File;
use std::num::NonZeroUsize;
use std::ops::RangeInclusive;
use std::panic;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::export::{asked, refuse_restricted};
use super::output::{self, Output};
use super::progress::{Progress, Unit};
use super::wrong_usage;
use crate::domain::{Bbox, FeatureQuery, Record, Shape};
use crate::formats::{Header, sources};
use crate::settings::ExportSettings;
use crate::store::{GeoPackageStore, Snapshot, Store as _, vector_layers};
use crate::tiles::pmtiles::{self, PackedTile, Writer, Written};
use crate::tiles::{MAX_ZOOM, MapPoint, TileId, TileSet, mvt};

/// The name of the format.
pub(super) const FORMAT: &str = "pmtiles";

/// Tiles that each thread makes before they are written: what is in memory, of at most some hundred kilobytes each.
const TILES_A_THREAD: usize = 64;

pub(super) fn export(settings: &ExportSettings) -> Result<()> {
    let target = &settings.output;
    if target == Path::new("-") || output::is_special(target) {
        return Err(wrong_usage("a pyramid of tiles is no stream; name a file with -o"));
    }
    let zooms = settings.min_zoom..=settings.max_zoom;
    if zooms.is_empty() || settings.max_zoom > MAX_ZOOM {
        let (first, last) = (zooms.start(), zooms.end());
        return Err(wrong_usage(format!("zooms {first} to {last}: expected 0 to {MAX_ZOOM}, --min-zoom at most --max-zoom")));
    }
    let query = asked(settings)?;
    let store = GeoPackageStore::open(&settings.store.file)?;
    let snapshot = store.snapshot()?;
    let records = snapshot.search(&query);
    let sources = sources(snapshot.datasets(), &query, records.iter().map(|record| record as &dyn Record));
    let header = Header { query: &query, matched: records.len(), withheld: 0, sources };
    if !settings.include_restricted {
        refuse_restricted(&header)?;
    }
    let places = Places::of(&records);
    drop(records);
    let pyramid = Pyramid { snapshot: &snapshot, query: &query, zooms, max_features: settings.max_features, places };
    let file = Output::create(target)?;
    let bins = pyramid.put_into(file.file(), &header, target).map_err(|error| output::explain(target, error))?;
    file.keep()?;
    let unplaced = header.matched - pyramid.places.count;
    if unplaced > 0 {
        tracing::info!("{unplaced} records have no place and are on no tile");
    }
    if bins > 0 {
        tracing::warn!(
            "{bins} tiles of the last zoom are bins, their incidents not in the file one by one; \
             a greater --max-zoom or --max-features has them"
        );
    }
    Ok(())
}

/// Where records lie.
#[derive(Debug, Default)]
struct Places {
    /// How many records have a place.
    count: usize,
    /// Of those that are points.
    points: Vec<MapPoint>,
    /// Around all of them.
    bounds: Option<Bbox>,
}

impl Places {
    fn of(records: &[impl Record]) -> Self {
        let mut places = Self::default();
        for record in records {
            let Some(bbox) = record.bbox() else { continue };
            places.count += 1;
            places.bounds = Some(places.bounds.map_or(bbox, |bounds| bounds.union(bbox)));
            if let Shape::Point(position) = record.shape() {
                places.points.push(MapPoint::of(position));
            }
        }
        places
    }

    /// Whether all are points, each of which is in exactly one tile of a zoom.
    fn are_points(&self) -> bool {
        self.points.len() == self.count
    }
}

/// What is to be written.
struct Pyramid<'a> {
    snapshot: &'a Snapshot,
    query: &'a FeatureQuery,
    zooms: RangeInclusive<u8>,
    max_features: usize,
    places: Places,
}

impl Pyramid<'_> {
    /// Writes the file and reads it back; how many tiles of the last zoom are bins.
    fn put_into(&self, file: &File, header: &Header<'_>, target: &Path) -> Result<u64> {
        let restriction = header.restriction();
        let description: Vec<&str> = [self.query.collection.description()].into_iter().chain(restriction.as_deref()).collect();
        let set = TileSet {
            description: &description.join(" "),
            attribution: &header.attribution(),
            bounds: self.places.bounds.or(self.query.bbox).unwrap_or(Bbox::WORLD),
            min_zoom: *self.zooms.start(),
            max_zoom: *self.zooms.end(),
            layers: vector_layers(self.query.collection),
            ..TileSet::new(self.query.collection.title())
        };
        let mut licences: Vec<&str> = header.sources.iter().map(|source| source.dataset.licence.as_str()).collect();
        licences.sort_unstable();
        licences.dedup();
        let file_name = target.file_name().unwrap_or_default().to_string_lossy();
        let (datetime, sheet) = (self.query.datetime.to_string(), header.sheet(&file_name));
        let known_at = self.query.known_at.map(|known_at| known_at.to_string());
        let mut others = vec![("datetime", datetime.as_str()), ("sources", &sheet)];
        others.extend(known_at.as_deref().map(|known_at| ("known_at", known_at)));
        others.extend(restriction.as_deref().map(|restriction| ("restriction", restriction)));
        let mut writer = Writer::new(file, &set, &set.metadata(&licences, &others))?;
        if self.places.are_points() {
            self.write_points(&mut writer)?
        } else {
            self.write_shapes(&mut writer)?
        }
        let written = writer.finish()?;
        let bins = self.check(file, written).context("the file that was written is not sound")?;
        let Written { tiles, bytes, .. } = written;
        tracing::info!(tiles, unpacked_bytes = bytes, records = self.places.count, "{} was written", target.display());
        Ok(bins)
    }

    /// Points: the tiles that hold some are known beforehand.
    fn write_points(&self, writer: &mut Writer<&File>) -> Result<()> {
        let deepest = pmtiles::tiles_of(self.places.points.iter().copied(), *self.zooms.end());
        let mut levels = vec![deepest];
        for _ in self.zooms.clone().skip(1) {
            // The curve of a zoom goes through the tiles of the zoom above one after the other, so that equal parents are neighbours.
            let mut above: Vec<TileId> = levels.last().into_iter().flatten().filter_map(|tile| tile.parent()).collect();
            above.dedup();
            levels.push(above);
        }
        let total = levels.iter().map(|level| level.len() as u64).sum();
        let mut progress = Progress::new(FORMAT, Unit::Tiles, Some(total));
        for level in levels.iter().rev() {
            self.make(level, &mut progress, |tile, held| Ok(writer.add_packed(tile, held)?))?;
        }
        Ok(())
    }

    /// Lines and areas: a tile can hold something only near one that did a zoom before.
    fn write_shapes(&self, writer: &mut Writer<&File>) -> Result<()> {
        let mut progress = Progress::new(FORMAT, Unit::Tiles, None);
        let mut level = vec![TileId::new(0, 0, 0)?];
        for z in 0..=*self.zooms.end() {
            let mut held_some = Vec::new();
            self.make(&level, &mut progress, |tile, held| {
                held_some.push(tile);
                if self.zooms.contains(&z) { Ok(writer.add_packed(tile, held)?) } else { Ok(()) }
            })?;
            level = below(&held_some);
        }
        Ok(())
    }

    /// Makes tiles on every core and takes those that hold something, one after the other in the order of `tiles`.
    fn make(
        &self,
        tiles: &[TileId],
        progress: &mut Progress,
        mut take: impl FnMut(TileId, &PackedTile) -> Result<()>,
    ) -> Result<()> {
        let threads = thread::available_parallelism().map_or(1, NonZeroUsize::get);
        for batch in tiles.chunks(threads * TILES_A_THREAD) {
            let next = AtomicUsize::new(0);
            let work = || {
                let mut made = Vec::new();
                while let at = next.fetch_add(1, Ordering::Relaxed)
                    && let Some(tile) = batch.get(at)
                {
                    let bytes = self.snapshot.vector_tile(self.query, *tile, self.max_features);
                    made.push((at, PackedTile::new(&bytes)));
                }
                made
            };
            let mut made = thread::scope(|scope| {
                let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
                let mut made = work();
                for other in others {
                    made.extend(other.join().unwrap_or_else(|panicked| panic::resume_unwind(panicked)));
                }
                made
            });
            made.sort_unstable_by_key(|(at, _)| *at);
            let mut count = 0;
            for (tile, (_, held)) in batch.iter().zip(made) {
                let held = held?;
                if !held.is_empty() {
                    take(*tile, &held)?;
                    count += 1;
                }
            }
            progress.tiles(count);
        }
        Ok(())
    }

    /// Reads the file back, every tile of it: each must have the features it speaks of, and the points of each zoom must be those that
    /// were asked for. How many tiles of the last zoom are bins.
    fn check(&self, file: &File, written: Written) -> Result<u64> {
        let mut matched = [0; MAX_ZOOM as usize + 1];
        let mut bins = 0;
        let collection = self.query.collection.id();
        let mut progress = Progress::new("reading back", Unit::Tiles, Some(written.tiles));
        let found = pmtiles::check(file, |tile, bytes| {
            progress.tiles(1);
            let Some((meta, layers)) = mvt::meta_of(bytes).zip(mvt::features_of(bytes)) else { return false };
            matched[usize::from(tile.z())] += meta.matched;
            bins += u64::from(meta.aggregated && tile.z() == *self.zooms.end());
            let held = layers.iter().find(|(layer, _)| layer == collection).map(|(_, features)| *features);
            held == Some(meta.returned) && (meta.aggregated || meta.matched == meta.returned)
        })?;
        ensure!(found.tiles == written.tiles, "it has {} tiles instead of {}", found.tiles, written.tiles);
        for z in self.zooms.clone().filter(|_| self.places.are_points()) {
            let (found, expected) = (matched[usize::from(z)], self.places.count);
            if found != expected as u64 {
                bail!("its tiles of zoom {z} hold {found} records instead of {expected}");
            }
        }
        Ok(bins)
    }
}

/// The tiles of the next zoom that may hold something when these do: their parts, and the tiles next to those, since a line that is drawn
/// more exactly may lie beyond the edge that it did not reach before.
fn below(tiles: &[TileId]) -> Vec<TileId> {
    let parts_and_beside = |tile: &TileId| {
        let [first, .., last] = tile.children()?;
        let (columns, rows) = (first.x().saturating_sub(1)..=last.x() + 1, first.y().saturating_sub(1)..=last.y() + 1);
        Some(columns.flat_map(move |x| rows.clone().filter_map(move |y| TileId::new(first.z(), x, y).ok())))
    };
    let mut below: Vec<TileId> = tiles.iter().filter_map(parts_and_beside).flatten().collect();
    below.sort_unstable();
    below.dedup();
    below.sort_by_cached_key(|tile| pmtiles::number(*tile));
    below
}
