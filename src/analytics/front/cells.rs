//! The two grids of the front: cells of about 30 km, in which first reports are counted, and cells of half a degree, whose neighbours
//! tell how a front moves.

use std::fmt;

use crate::analytics::parameters::{EXPANSION_CELL, FRONT_CELL};
use crate::domain::{Bbox, EARTH_RADIUS_M, Position};

/// A cell of about [`FRONT_CELL`] kilometres: rows of equal height from the south pole, each cut into as many equal columns from the
/// antimeridian as make them as wide as they are high.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FrontGridCell {
    /// Number of the row, from the south pole.
    pub row: i32,
    /// Number of the column, from 180° west.
    pub column: i32,
}

/// Height of a row in degrees.
fn height() -> f64 {
    (FRONT_CELL.value * 1000.0 / EARTH_RADIUS_M).to_degrees()
}

/// How many columns a row has.
fn columns(row: i32) -> f64 {
    let middle = (f64::from(row) + 0.5) * height() - 90.0;
    (360.0 * middle.min(90.0).to_radians().cos() / height()).round().max(1.0)
}

impl FrontGridCell {
    /// The cell that holds a position; its western and southern edges belong to it.
    #[must_use]
    #[allow(clippy::cast_possible_truncation, reason = "some hundred rows and a thousand columns")]
    pub fn of(position: Position) -> Self {
        let row = ((position.lat() + 90.0) / height()).floor() as i32;
        let columns = columns(row);
        let column = ((position.lon() + 180.0) / 360.0 * columns).floor().min(columns - 1.0);
        Self { row, column: column as i32 }
    }

    /// West, south, east and north in degrees.
    #[must_use]
    pub fn corners(self) -> [f64; 4] {
        let width = 360.0 / columns(self.row);
        let (west, south) = (f64::from(self.column) * width - 180.0, f64::from(self.row) * height() - 90.0);
        [west, south, (west + width).min(180.0), (south + height()).min(90.0)]
    }

    /// The same as a box.
    ///
    /// # Panics
    /// Never: the corners lie on the globe.
    #[must_use]
    pub fn bbox(self) -> Bbox {
        let [west, south, east, north] = self.corners();
        Bbox::new(west, south, east, north).expect("the corners of a cell lie on the globe, west of east")
    }

    /// The middle of the cell.
    ///
    /// # Panics
    /// Never: it lies on the globe.
    #[must_use]
    pub fn centre(self) -> Position {
        let [west, south, east, north] = self.corners();
        Position::new(f64::midpoint(west, east), f64::midpoint(south, north)).expect("the middle of a cell lies on the globe")
    }
}

impl fmt::Display for FrontGridCell {
    /// Row and column.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.row, self.column)
    }
}

/// A cell of [`EXPANSION_CELL`] degrees: row from the south pole, column from 180° west.
pub(super) type WideCell = (i32, i32);

/// How many of them go around the globe.
fn around() -> i32 {
    #[allow(clippy::cast_possible_truncation, reason = "some hundred")]
    let around = (360.0 / EXPANSION_CELL.value).round() as i32;
    around
}

/// The wide cell that holds a position.
#[allow(clippy::cast_possible_truncation, reason = "some hundred")]
pub(super) fn wide_cell(position: Position) -> WideCell {
    let at = |degrees: f64| (degrees / EXPANSION_CELL.value).floor() as i32;
    (at(position.lat() + 90.0), at(position.lon() + 180.0).rem_euclid(around()))
}

/// The eight cells around a wide cell.
pub(super) fn neighbours((row, column): WideCell) -> impl Iterator<Item = WideCell> {
    let all = (-1..=1).flat_map(|up| (-1..=1).map(move |right| (up, right)));
    all.filter(|step| *step != (0, 0)).map(move |(up, right)| (row + up, (column + right).rem_euclid(around())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_position_lies_in_its_cell_and_the_cell_is_about_as_wide_as_high(lon in -180.0..=180.0f64, lat in -85.0..=85.0f64) {
            let position = Position::new(lon, lat).unwrap();
            let cell = FrontGridCell::of(position);
            let [west, south, east, north] = cell.corners();
            prop_assert!(west - 1e-9 <= lon && lon <= east + 1e-9 && south - 1e-9 <= lat && lat <= north + 1e-9);
            prop_assert_eq!(FrontGridCell::of(cell.centre()), cell);
            let middle = f64::midpoint(south, north);
            let at = |lon, lat| Position::new(lon, lat).unwrap();
            let wide = at(west, middle).distance_m(at(east, middle)) / 1000.0;
            let high = at(west, south).distance_m(at(west, north)) / 1000.0;
            prop_assert!((high - 30.0).abs() < 0.01 && (wide - 30.0).abs() < 2.0, "{wide} × {high}");
        }
    }

    #[test]
    fn poles_and_the_antimeridian_have_cells() {
        for (lon, lat) in [(180.0, 0.0), (-180.0, 0.0), (0.0, 90.0), (180.0, 90.0), (0.0, -90.0)] {
            let cell = FrontGridCell::of(Position::new(lon, lat).unwrap());
            assert!(cell.bbox().contains(Position::new(lon, lat).unwrap()), "{cell}");
        }
    }

    #[test]
    fn neighbours_meet_across_the_antimeridian() {
        let (west, east) = (wide_cell(Position::new(-179.9, 0.1).unwrap()), wide_cell(Position::new(179.9, 0.1).unwrap()));
        assert!(neighbours(west).any(|cell| cell == east));
        assert_eq!(neighbours((10, 10)).count(), 8);
    }
}
