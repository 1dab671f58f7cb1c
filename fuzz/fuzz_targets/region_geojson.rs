//! Regions from a file: no text panics, and whatever is taken can be located in, cut and written as JSON.
#![no_main]

use std::ops::ControlFlow;
use std::sync::LazyLock;

use harmattan::domain::{Instant, Interval, Position, Record as _, Region};
use harmattan::import::{Aliases, Context, Format, Gazetteer, Rejection, Row, Sink, import};
use harmattan::index::RegionLocator;
use harmattan::tiles::TileId;
use harmattan::tiles::geojson::{Geometry, write_feature};
use libfuzzer_sys::fuzz_target;

static ALIASES: LazyLock<Aliases> = LazyLock::new(|| Aliases::new(&[]).unwrap());

#[derive(Default)]
struct Regions(Vec<Region>);

impl Sink for Regions {
    fn row(&mut self, row: Row) -> ControlFlow<()> {
        if let Row::Region(region) = row {
            self.0.push(*region);
        }
        ControlFlow::Continue(())
    }

    fn reject(&mut self, _: Rejection) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}

fuzz_target!(|bytes: &[u8]| {
    let nowhere = Gazetteer::new(&[]);
    let context = Context::new(&nowhere, &ALIASES, Instant::from_millis(0));
    let mut regions = Regions::default();
    let _ = import(bytes, "fuzz.geojson", Some(Format::Regions), &context, &mut regions);
    let locator = RegionLocator::new(&regions.0);
    for region in &regions.0 {
        let corner = Position::new(region.bbox.west(), region.bbox.south()).unwrap();
        assert!(locator.locate(corner, Interval::ALWAYS).len() <= 3);
        let tile = TileId::of(corner, 3).unwrap();
        let part = tile.part_of(region.shape());
        for geometry in [region.shape().into(), part.as_ref().map_or(Geometry::Null, |part| part.as_geometry())] {
            let mut out = String::new();
            write_feature(&mut out, region, geometry, Instant::MAX);
            let read: serde_json::Value = serde_json::from_str(&out).unwrap();
            assert_eq!(read["id"], region.id.as_str());
        }
    }
});
