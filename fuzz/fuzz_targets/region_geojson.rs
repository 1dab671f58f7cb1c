//! Regions from a file: no text panics, and whatever is taken can be located in, cut and written as JSON.
#![no_main]

use harmattan::domain::{Instant, Interval, Position, Record as _};
use harmattan::import::read_regions;
use harmattan::index::RegionLocator;
use harmattan::tiles::TileId;
use harmattan::tiles::geojson::write_feature;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let Ok(imported) = read_regions("fuzz", text) else { return };
    let locator = RegionLocator::new(&imported.items);
    for region in &imported.items {
        let corner = Position::new(region.bbox.west(), region.bbox.south()).unwrap();
        assert!(locator.locate(corner, Interval::ALWAYS).len() <= 3);
        let tile = TileId::of(corner, 3).unwrap();
        for geometry in [Some(region.shape().into()), tile.part_of(region.shape()).as_ref().map(|part| part.as_geometry())] {
            let mut out = String::new();
            write_feature(&mut out, region, geometry.unwrap_or(harmattan::tiles::geojson::Geometry::Null), Instant::MAX);
            let read: serde_json::Value = serde_json::from_str(&out).unwrap();
            assert_eq!(read["id"], region.id.as_str());
        }
    }
});
