//! Rows along a Z curve: those of a tile, whatever its zoom, lie side by side, and so do those of its cells.
//!
//! A question for all of a tile, whenever it was, is a span of the curve, found by its two ends.

use std::ops::Range;

use super::Columns;
use crate::tiles::{Cell, MapPoint};

/// Bits of a place to a side: those of [`MapPoint`].
const BITS: u8 = 32;

impl Columns {
    /// The rows of a tile or cell in the order of the curve, whenever they were.
    pub(super) fn rows_within(&self, cell: Cell) -> &[u32] {
        let rows = self.curve.get_or_init(|| {
            let mut placed: Vec<(u64, u32)> = self.grid.iter().zip(0u32..).map(|(point, row)| (place_of(*point), row)).collect();
            placed.sort_unstable();
            placed.into_iter().map(|(_, row)| row).collect()
        });
        let span = span_on_curve(cell, BITS);
        let before = |code: u64| rows.partition_point(|row| place_of(self.grid[*row as usize]) < code);
        // The end of the whole curve is beyond 64 bits, and no row is at its last place.
        let end = if span.end == 0 { rows.len() } else { before(span.end) };
        &rows[before(span.start)..end]
    }
}

fn place_of(point: MapPoint) -> u64 {
    interleaved(point.x, point.y)
}

/// The place of a cell on the curve of its level.
pub(super) fn place_on_curve(cell: Cell) -> u64 {
    interleaved(cell.x, cell.y)
}

/// The cell of a level at a place of its curve.
pub(super) fn cell_at(place: u64, level: u8) -> Cell {
    Cell { z: level, x: gathered(place), y: gathered(place >> 1) }
}

/// The places that a cell takes on the curve of a finer level; the end is 0 where it is beyond 64 bits.
pub(super) fn span_on_curve(cell: Cell, level: u8) -> Range<u64> {
    let down = 2 * u32::from(level - cell.z);
    let at = |place: u64| place.checked_shl(down).unwrap_or(0);
    let place = place_on_curve(cell);
    at(place)..at(place + 1)
}

/// The bits of both, in turn, those of y before those of x (G. M. Morton, "A Computer Oriented Geodetic Data Base", IBM, 1966).
fn interleaved(x: u32, y: u32) -> u64 {
    spread(y) << 1 | spread(x)
}

fn spread(bits: u32) -> u64 {
    let bits = u64::from(bits);
    let bits = (bits | bits << 16) & 0x0000_ffff_0000_ffff;
    let bits = (bits | bits << 8) & 0x00ff_00ff_00ff_00ff;
    let bits = (bits | bits << 4) & 0x0f0f_0f0f_0f0f_0f0f;
    let bits = (bits | bits << 2) & 0x3333_3333_3333_3333;
    (bits | bits << 1) & 0x5555_5555_5555_5555
}

fn gathered(code: u64) -> u32 {
    let bits = code & 0x5555_5555_5555_5555;
    let bits = (bits | bits >> 1) & 0x3333_3333_3333_3333;
    let bits = (bits | bits >> 2) & 0x0f0f_0f0f_0f0f_0f0f;
    let bits = (bits | bits >> 4) & 0x00ff_00ff_00ff_00ff;
    let bits = (bits | bits >> 8) & 0x0000_ffff_0000_ffff;
    u32::try_from((bits | bits >> 16) & 0xffff_ffff).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_place_on_the_curve_is_of_one_cell_and_a_coarser_cell_is_a_span_of_it(x: u32, y: u32, level in 0..=BITS, up in 0..=BITS) {
            let cell = Cell { z: level, x: x.checked_shr((BITS - level).into()).unwrap_or(0), y: y.checked_shr((BITS - level).into()).unwrap_or(0) };
            prop_assert_eq!(cell_at(place_on_curve(cell), level), cell);
            let up = up.min(level);
            let coarse = Cell { z: level - up, x: cell.x.checked_shr(up.into()).unwrap_or(0), y: cell.y.checked_shr(up.into()).unwrap_or(0) };
            let span = span_on_curve(coarse, level);
            let place = place_on_curve(cell);
            prop_assert!(span.start <= place && (place < span.end || span.end == 0));
        }
    }
}
