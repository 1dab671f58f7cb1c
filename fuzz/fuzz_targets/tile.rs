//! The address of a tile: no text panics, and the middle of a tile lies in it.
#![no_main]

use harmattan::domain::Position;
use harmattan::tiles::TileId;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let mut parts = text.splitn(3, '/');
    let (Some(z), Some(x), Some(y)) = (parts.next(), parts.next(), parts.next()) else { return };
    if let Ok(tile) = TileId::parse(z, x, y) {
        assert_eq!(format!("{}/{}/{}", tile.z(), tile.x(), tile.y()), text);
        let bbox = tile.bbox();
        let middle = Position::new((bbox.west() + bbox.east()) / 2.0, (bbox.south() + bbox.north()) / 2.0).unwrap();
        assert_eq!(TileId::of(middle, tile.z()), Ok(tile));
    }
});
