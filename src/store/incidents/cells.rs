//! Sums by cell: what a box holds in a window at the cost of the cells in it.

use std::ops::Range;

use super::Columns;
use super::curve::{cell_at, place_on_curve, span_on_curve};
use super::days::Split;
use super::sums::{DaySums, Sum};
use super::text::NONE;
use crate::domain::Bbox;
use crate::tiles::Cell;

/// The finest cells that sums are kept of: those of the tiles of zoom 8. In deeper tiles there are few enough to be counted.
pub(super) const FINEST: u8 = 13;

/// The levels of cells that sums are kept of. Those between are made of the next finer ones.
const LEVELS: [u8; 5] = [5, 7, 9, 11, FINEST];

/// The cell that is the whole map.
pub(super) const WHOLE_MAP: Cell = Cell { z: 0, x: 0, y: 0 };

/// Points lie within so many degrees of the cells that their places on the grid are in: those are rounded to some 10⁻⁷ degrees.
const MARGIN_DEG: f64 = 1e-6;

/// Sums by cell of a level, the cells in the order of a Z curve: those of a tile, and those of a coarser cell, lie side by side.
#[derive(Debug)]
pub(super) struct CellSums {
    level: u8,
    /// Their places on the curve of the level.
    cells: Vec<u32>,
    sums: DaySums,
    /// Of the finest ones, where their rows begin among those along the curve; then the end of the last.
    rows: Vec<u32>,
}

/// How a cell lies to a box.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lies {
    Inside,
    Outside,
    /// Across its edge, or so near that rounding decides.
    Across,
}

/// What sums tell of a box.
pub(super) enum Found<'a> {
    /// All rows that the sums count in a cell.
    Cell(Cell, Sum),
    /// Rows of a cell on the edge of the box, some of which may lie outside of the box or the window, or not be counted by the sums.
    Rows(&'a [u32]),
}

impl Columns {
    /// How many rows the sums count in a cell, whenever they were.
    pub(super) fn count_within(&self, cell: Cell) -> u64 {
        let kept = self.cell_sums().iter().find(|kept| kept.level >= cell.z);
        kept.map_or(0, |kept| kept.sums.begun.of_keys(kept.within(cell)).tally().count)
    }

    /// How many rows the sums count in a cell over the days of a split.
    pub(super) fn count_in_days(&self, cell: Cell, split: &Split) -> u64 {
        let mut count = 0;
        self.each_cell(cell, cell.z, split, |_, sum| count += sum.tally().count);
        count
    }

    /// Hands over the cells of a level, or of a coarser one that they make up, that lie in a coarse cell: their sums over the days of a
    /// split, none of nothing. A cell may come in parts.
    pub(super) fn each_cell(&self, within: Cell, level: u8, split: &Split, mut found: impl FnMut(Cell, Sum)) {
        let Some(kept) = self.cell_sums().iter().find(|kept| kept.level >= level) else { return };
        let is_all = self.days().is_some_and(|days| days.are_all(&split.days));
        let up = 2 * u32::from(kept.level - level);
        let Range { start: mut at, end } = kept.within(within);
        while at < end {
            let coarse = kept.cells[at] >> up;
            let next = at + kept.cells[at..end].iter().take_while(|cell| **cell >> up == coarse).count();
            let sum = if is_all {
                kept.sums.begun.of_keys(at..next)
            } else {
                (at..next).map(|key| kept.sums.of_key(key, &split.days)).fold(Sum::default(), Sum::plus)
            };
            if !sum.is_nothing() {
                found(cell_at(u64::from(coarse), level), sum);
            }
            at = next;
        }
    }

    /// Hands over what makes up a box in a cell: cells of a level or finer ones that lie in the box whole, with their sums over the days of a split, none of
    /// nothing, and the rows of the finest ones across its edge.
    pub(super) fn each_in_box<'a>(
        &'a self,
        bbox: Bbox,
        within: Cell,
        level: u8,
        split: &Split,
        mut found: impl FnMut(Found<'a>),
    ) {
        let levels = self.cell_sums();
        let Some(first) = levels.iter().position(|kept| kept.level >= level) else { return };
        let (mut pending, curve) = (vec![(first, within)], self.rows_within(WHOLE_MAP));
        while let Some((at, coarse)) = pending.pop() {
            let kept = &levels[at];
            for key in kept.within(coarse) {
                let cell = cell_at(u64::from(kept.cells[key]), kept.level);
                let lies = lies(cell, bbox);
                if lies == Lies::Outside {
                    continue;
                }
                let sum = kept.sums.of_key(key, &split.days);
                if sum.is_nothing() {
                    continue;
                }
                match lies {
                    Lies::Inside => found(Found::Cell(cell, sum)),
                    _ if at + 1 < levels.len() => pending.push((at + 1, cell)),
                    _ => found(Found::Rows(&curve[kept.rows[key] as usize..kept.rows[key + 1] as usize])),
                }
            }
        }
    }

    /// A bound on how many rows the sums count in a box over the days of a split: those of all coarse cells that meet it.
    pub(super) fn at_most_in_box(&self, bbox: Bbox, split: &Split) -> u64 {
        let Some(kept) = self.cell_sums().get(1) else { return 0 };
        let meeting =
            (0..kept.cells.len()).filter(|key| lies(cell_at(u64::from(kept.cells[*key]), kept.level), bbox) != Lies::Outside);
        meeting.map(|key| kept.sums.of_key(key, &split.days).tally().count).sum()
    }

    fn cell_sums(&self) -> &[CellSums] {
        self.sums.cells.get_or_init(|| {
            let Some(days) = self.days() else { return Vec::new() };
            let (begun, lasting) = (days.begun(self), days.lasting());
            let curve = self.rows_within(WHOLE_MAP);
            let level = |level: u8| {
                let (mut cells, mut keys): (Vec<u32>, _) = (Vec::new(), vec![NONE; self.grid.len()]);
                let mut rows = Vec::new();
                for (row, place) in curve.iter().zip(0u32..) {
                    let at = *row as usize;
                    let code = u32::try_from(place_on_curve(Cell::of(self.grid[at], level))).unwrap_or(NONE);
                    if cells.last() != Some(&code) {
                        cells.push(code);
                        rows.extend((level == FINEST).then_some(place));
                    }
                    keys[at] = u32::try_from(cells.len() - 1).unwrap_or(NONE);
                }
                rows.push(u32::try_from(curve.len()).unwrap_or(NONE));
                cells.shrink_to_fit();
                rows.shrink_to_fit();
                // Rows without a place are the last.
                let key = |row: u32| keys.get(row as usize).copied();
                CellSums { level, sums: DaySums::of(self, &begun, &lasting, cells.len(), key), cells, rows }
            };
            LEVELS.map(level).into()
        })
    }
}

impl CellSums {
    /// The places of the cells in another one: those in it where that is coarser, itself where it is not.
    fn within(&self, cell: Cell) -> Range<usize> {
        let span = span_on_curve(cell, self.level);
        let place = |code: u64| self.cells.partition_point(|cell| u64::from(*cell) < code);
        place(span.start)..place(span.end)
    }
}

/// How a cell lies to a box, where anything that rounding may decide counts as across its edge.
fn lies(cell: Cell, bbox: Bbox) -> Lies {
    let [mut west, mut south, mut east, mut north] = cell.bounds();
    let last = (1 << cell.z) - 1;
    // What lies beyond the map, towards a pole, counts to its edge.
    north = if cell.y == 0 { 90.0 } else { north + MARGIN_DEG };
    south = if cell.y == last { -90.0 } else { south - MARGIN_DEG };
    // The meridian of 180° has two names.
    let at_seam = cell.x == 0 || cell.x == last;
    (west, east) = (west - MARGIN_DEG, east + MARGIN_DEG);
    if at_seam {
        (west, east) = (west.max(-180.0), east.min(180.0));
    }
    if north < bbox.south() || south > bbox.north() {
        return Lies::Outside;
    }
    let in_latitude = bbox.south() <= south && north <= bbox.north();
    let is_whole_round = bbox.west() == -180.0 && bbox.east() == 180.0;
    if is_whole_round {
        return if in_latitude { Lies::Inside } else { Lies::Across };
    }
    if at_seam || bbox.crosses_antimeridian() {
        return Lies::Across;
    }
    if east < bbox.west() || west > bbox.east() {
        return Lies::Outside;
    }
    if in_latitude && bbox.west() <= west && east <= bbox.east() { Lies::Inside } else { Lies::Across }
}
