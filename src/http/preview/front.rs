//! The front in a picture, as the page draws it (static/src/draw/front.ts): a cell in the shade of the quarter of its first report, strong and framed
//! while something was reported of late, pale and dashed where it was not.

use jiff::civil::Date;
use std::collections::BTreeMap;

use super::sketch::{INK, MUTED};
use super::words::Language;
use crate::analytics::{CellHistory, date_of, day_of};
use crate::formats::{Fill, Picture, Rgb};

/// From the earliest to the latest quarter.
const RAMP: [(f64, f64, f64); 5] =
    [(58.0, 26.0, 104.0), (103.0, 53.0, 143.0), (146.0, 88.0, 176.0), (184.0, 130.0, 205.0), (219.0, 178.0, 230.0)];

/// How much of what lies below is hidden.
const ACTIVE: f32 = 0.88;
const SILENT: f32 = 0.4;

/// The frame of a cell: colour, width and dashes.
fn frame(is_active: bool) -> (Rgb, f32, &'static [f32]) {
    if is_active { (INK, 1.4, &[]) } else { (MUTED, 0.7, &[2.5, 2.0]) }
}

/// The outline of a cell, longitude first, closed.
type Ring = [(f64, f64); 5];

/// Quarters since the year 0.
fn quarter_of(day: Date) -> i32 {
    i32::from(day.year()) * 4 + (i32::from(day.month()) - 1) / 3
}

/// What was reported of one actor.
pub(super) struct Front {
    /// Code of the actor.
    pub(super) actor: String,
    cells: Vec<CellHistory>,
    /// First and last quarter of any cell.
    quarters: (i32, i32),
}

impl Front {
    /// Of cells in the order of their first reports; `None` where there is none.
    pub(super) fn new(actor: String, cells: Vec<CellHistory>) -> Option<Self> {
        let quarter = |cell: &CellHistory| quarter_of(date_of(cell.first));
        let quarters = (quarter(cells.first()?), quarter(cells.last()?));
        Some(Self { actor, cells, quarters })
    }

    fn shade(&self, quarter: i32) -> Rgb {
        let (first, last) = self.quarters;
        let share = if last > first { f64::from(quarter - first) / f64::from(last - first) } else { 0.0 };
        shade(share)
    }

    /// The cells that were reported on by a day.
    pub(super) fn draw(&self, picture: &mut Picture, day: Date) {
        let day = day_of(day);
        let mut rings: BTreeMap<(i32, bool), Vec<Ring>> = BTreeMap::new();
        for cell in self.cells.iter().take_while(|cell| cell.first <= day) {
            let is_active = cell.active.iter().any(|(from, to)| (*from..=*to).contains(&day));
            let [west, south, east, north] = cell.cell.corners();
            let ring = [(west, north), (east, north), (east, south), (west, south), (west, north)];
            rings.entry((quarter_of(date_of(cell.first)), is_active)).or_default().push(ring);
        }
        for ((quarter, is_active), rings) in &rings {
            let alpha = if *is_active { ACTIVE } else { SILENT };
            picture.areas(rings.iter().map(|ring| ring.as_slice()), Fill::Plain(self.shade(*quarter), alpha));
        }
        for wanted in [false, true] {
            let edges = rings.iter().filter(|((_, is_active), _)| *is_active == wanted).flat_map(|(_, rings)| rings);
            let (colour, width, dash) = frame(wanted);
            picture.lines(edges.map(|ring| ring.as_slice()), colour, width, dash);
        }
    }

    /// First and last quarter in words.
    pub(super) fn span(&self, language: Language) -> (String, String) {
        let name = |quarter: i32| {
            let (year, number) = (quarter.div_euclid(4).to_string(), (quarter.rem_euclid(4) + 1).to_string());
            language.filled("front.quarterName", &[("year", &year), ("quarter", &number)])
        };
        (name(self.quarters.0), name(self.quarters.1))
    }
}

/// The shade of a share of the time from the first quarter (0) to the last (1).
fn shade(share: f64) -> Rgb {
    let at = share.clamp(0.0, 1.0) * 4.0;
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 3")]
    let low = (at.floor() as usize).min(RAMP.len() - 2);
    #[allow(clippy::cast_precision_loss, reason = "from 0 to 3")]
    let over = at - low as f64;
    let (from, to) = (RAMP[low], RAMP[low + 1]);
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between two colours")]
    let mixed = |from: f64, to: f64| (from + (to - from) * over).round() as u8;
    (mixed(from.0, to.0), mixed(from.1, to.1), mixed(from.2, to.2))
}

/// Of the ramp in a key, in pixels.
pub(super) const KEY_PX: f32 = 60.0;
/// A cell in a key.
pub(super) const CELL_PX: f32 = 12.0;

/// The ramp of a key, its left end at a point in pixels.
pub(super) fn ramp(picture: &mut Picture, (x, y): (f32, f32)) {
    for (at, share) in [0.0, 0.25, 0.5, 0.75, 1.0].into_iter().enumerate() {
        #[allow(clippy::cast_precision_loss, reason = "from 0 to 4")]
        cell(picture, (x + CELL_PX * at as f32, y), shade(share), true);
    }
}

/// A silent cell of a key.
pub(super) fn silent(picture: &mut Picture, at: (f32, f32)) {
    cell(picture, at, shade(0.0), false);
}

fn cell(picture: &mut Picture, (x, y): (f32, f32), shade: Rgb, is_active: bool) {
    let (left, top, right, bottom) = (x, y - CELL_PX / 2.0, x + CELL_PX, y + CELL_PX / 2.0);
    picture.cover((left, top), (CELL_PX, CELL_PX), shade, if is_active { ACTIVE } else { SILENT });
    let (colour, width, dash) = frame(is_active);
    let corners = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)];
    for side in corners.windows(2) {
        picture.stroke(side[0], side[1], colour, width, dash);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn the_ramp_goes_from_dark_to_pale_and_quarters_are_those_of_the_page() {
        assert_eq!((shade(0.0), shade(0.5), shade(1.0)), ((58, 26, 104), (146, 88, 176), (219, 178, 230)));
        assert_eq!(quarter_of(date(2017, 3, 31)), 2017 * 4);
        assert_eq!(quarter_of(date(2017, 4, 1)), 2017 * 4 + 1);
    }
}
