//! Exact tests on points of whole numbers, and a register of what lies near.
//!
//! Coordinates are below 2^30, so a product of two differences fits in 62 bits.

use geo::Coord;

/// A point of the plane in which a coverage is kept.
pub(super) type At = Coord<i32>;

/// Twice the area of a triangle, positive when `c` is to the left of the way from `a` to `b` with y upwards.
pub(super) fn turn(a: At, b: At, c: At) -> i64 {
    let (ux, uy) = (i64::from(b.x) - i64::from(a.x), i64::from(b.y) - i64::from(a.y));
    let (vx, vy) = (i64::from(c.x) - i64::from(a.x), i64::from(c.y) - i64::from(a.y));
    ux * vy - uy * vx
}

/// Whether a point lies in a triangle or on its edge; the triangle may be a line.
pub(super) fn in_triangle([a, b, c]: [At; 3], at: At) -> bool {
    let (least, greatest) = bounds(&[a, b, c]);
    if at.x < least.x || at.x > greatest.x || at.y < least.y || at.y > greatest.y {
        return false;
    }
    let turns = [turn(a, b, at), turn(b, c, at), turn(c, a, at)];
    turns.iter().all(|turn| *turn >= 0) || turns.iter().all(|turn| *turn <= 0)
}

/// Whether two segments have a point in common, their ends included.
pub(super) fn touch(a: At, b: At, c: At, d: At) -> bool {
    let apart = |a: i32, b: i32, c: i32, d: i32| a.max(b) < c.min(d) || c.max(d) < a.min(b);
    if apart(a.x, b.x, c.x, d.x) || apart(a.y, b.y, c.y, d.y) {
        return false;
    }
    let astride = |a, b, c, d| turn(a, b, c).signum() * turn(a, b, d).signum() <= 0;
    astride(a, b, c, d) && astride(c, d, a, b)
}

/// The least and the greatest coordinates of some points.
pub(super) fn bounds(points: &[At]) -> (At, At) {
    let first = points.first().copied().unwrap_or_default();
    points.iter().fold((first, first), |(least, greatest), at| {
        (At { x: least.x.min(at.x), y: least.y.min(at.y) }, At { x: greatest.x.max(at.x), y: greatest.y.max(at.y) })
    })
}

/// A register of numbered points or segments by the square cells of the plane that they meet.
pub(super) struct Cells {
    least: At,
    /// The side of a cell is 2 to this power.
    bits: u32,
    columns: i32,
    rows: i32,
    /// Where the members of each cell begin in `members`; one more for the end.
    starts: Vec<u32>,
    members: Vec<u32>,
}

impl Cells {
    /// A register of so many members within bounds; each of them is given as a triangle, which may be a line or a point.
    pub(super) fn new((least, greatest): (At, At), count: usize, member: impl Fn(usize) -> [At; 3]) -> Self {
        let (width, height) = (i64::from(greatest.x) - i64::from(least.x), i64::from(greatest.y) - i64::from(least.y));
        let most = 2 * i64::try_from(count).unwrap_or(i64::MAX / 4) + 16;
        let bits = (0..30).find(|bits| ((width >> bits) + 1) * ((height >> bits) + 1) <= most).unwrap_or(30);
        let side = |length: i64| i32::try_from((length >> bits) + 1).unwrap_or(1);
        let (columns, rows) = (side(width), side(height));
        let mut cells = Self { least, bits, columns, rows, starts: Vec::new(), members: Vec::new() };
        // Counted first, then filled in from the end of each cell to its beginning.
        let mut starts = vec![0u32; index(columns) * index(rows) + 1];
        for at in 0..count {
            cells.meet(member(at), 0, |cell| starts[cell] += 1);
        }
        let mut total = 0;
        for start in &mut starts {
            total += *start;
            *start = total;
        }
        cells.members = vec![0; total as usize];
        for at in 0..count {
            let mut members = std::mem::take(&mut cells.members);
            cells.meet(member(at), 0, |cell| {
                starts[cell] -= 1;
                members[starts[cell] as usize] = u32::try_from(at).unwrap_or(u32::MAX);
            });
            cells.members = members;
        }
        cells.starts = starts;
        cells
    }

    /// The first member near a triangle, within `margin` of it, that is found to be so; a member may be asked about several times.
    pub(super) fn find(&self, triangle: [At; 3], margin: i32, mut found: impl FnMut(u32) -> bool) -> Option<u32> {
        let mut answer = None;
        self.meet(triangle, margin, |cell| {
            if answer.is_none() {
                let members = &self.members[self.starts[cell] as usize..self.starts[cell + 1] as usize];
                answer = members.iter().copied().find(|member| found(*member));
            }
        });
        answer
    }

    /// Calls with every cell that a triangle meets, and perhaps with some beside it: row by row, from the least x of its edges in
    /// the row to the greatest.
    fn meet(&self, triangle: [At; 3], margin: i32, mut each: impl FnMut(usize)) {
        let (low, high) = bounds(&triangle);
        let cell_of = |at: i64, from: i32, last: i32| {
            i32::try_from(((at - i64::from(from)) >> self.bits).clamp(0, i64::from(last - 1))).unwrap_or(0)
        };
        let (column, row) = (|x: i64| cell_of(x, self.least.x, self.columns), |y: i64| cell_of(y, self.least.y, self.rows));
        let margin = i64::from(margin);
        let rows = row(i64::from(low.y) - margin)..=row(i64::from(high.y) + margin);
        let one = *rows.start() == *rows.end();
        for at in rows {
            let (mut west, mut east) = (i64::from(low.x), i64::from(high.x));
            if !one {
                let bottom = i64::from(self.least.y) + (i64::from(at) << self.bits);
                (west, east) = (i64::MAX, i64::MIN);
                let [a, b, c] = triangle;
                for (from, to) in [(a, b), (b, c), (c, a)] {
                    for x in within_band(from, to, bottom - margin, bottom + (1 << self.bits) + margin).into_iter().flatten() {
                        (west, east) = (west.min(x), east.max(x));
                    }
                }
                if west > east {
                    continue;
                }
            }
            for cell in column(west - margin)..=column(east + margin) {
                each(index(at) * index(self.columns) + index(cell));
            }
        }
    }
}

/// The least and the greatest x of a segment between two y, a unit wider for the rounding; `None` when it has nothing there.
fn within_band(a: At, b: At, bottom: i64, top: i64) -> Option<[i64; 2]> {
    let (low, high) = if a.y <= b.y { (a, b) } else { (b, a) };
    if i64::from(high.y) < bottom || i64::from(low.y) > top {
        return None;
    }
    let x_at = |y: i64| {
        let (rise, run) = (i64::from(high.y) - i64::from(low.y), i64::from(high.x) - i64::from(low.x));
        if rise == 0 { i64::from(low.x) } else { i64::from(low.x) + run * (y - i64::from(low.y)) / rise }
    };
    let first = if i64::from(low.y) >= bottom { i64::from(low.x) } else { x_at(bottom) };
    let last = if i64::from(high.y) <= top { i64::from(high.x) } else { x_at(top) };
    Some([first.min(last) - 1, first.max(last) + 1])
}

fn index(at: i32) -> usize {
    usize::try_from(at).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    fn at(x: i32, y: i32) -> At {
        At { x, y }
    }

    #[test]
    fn a_triangle_that_is_a_line_holds_what_lies_between_its_ends() {
        let line = [at(0, 0), at(4, 4), at(2, 2)];
        assert!(in_triangle(line, at(3, 3)) && in_triangle(line, at(4, 4)));
        assert!(!in_triangle(line, at(5, 5)) && !in_triangle(line, at(2, 3)));
    }

    #[test]
    fn segments_touch_at_their_ends_and_along_a_line() {
        assert!(touch(at(0, 0), at(4, 0), at(4, 0), at(9, 9)));
        assert!(touch(at(0, 0), at(4, 0), at(2, 0), at(9, 0)));
        assert!(touch(at(0, 0), at(4, 0), at(2, 0), at(2, 5)));
        assert!(!touch(at(0, 0), at(4, 0), at(5, 0), at(9, 0)));
        assert!(!touch(at(0, 0), at(4, 0), at(2, 1), at(2, 5)));
    }

    proptest! {
        #[test]
        fn all_segments_that_touch_another_are_found(
            segments in vec((0..2_000i32, 0..2_000i32, -300..300i32, -300..300i32), 1..60), margin in 0..20i32
        ) {
            let segments: Vec<[At; 3]> =
                segments.into_iter().map(|(x, y, dx, dy)| [at(x, y), at(x + dx, y + dy), at(x + dx, y + dy)]).collect();
            let ends: Vec<At> = segments.iter().flatten().copied().collect();
            let cells = Cells::new(bounds(&ends), segments.len(), |at| segments[at]);
            for [a, b, _] in &segments {
                let mut found = vec![];
                cells.find([*a, *b, *b], margin, |near| { found.push(near as usize); false });
                for (other, [c, d, _]) in segments.iter().enumerate() {
                    prop_assert!(!touch(*a, *b, *c, *d) || found.contains(&other));
                }
            }
        }
    }
}
