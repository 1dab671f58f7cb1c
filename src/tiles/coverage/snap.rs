//! Moves the vertices of a coverage to a coarser grid, so that its borders neither cross, nor touch, nor change sides.
//!
//! One vertex is moved at a time, to the nearest point of the grid to which it may go: no other vertex lies in the triangles that
//! its edges sweep, and no other edge meets the way it takes. A coverage that was one before is one after each such move. Where
//! all near points are taken, as around a town in a tile of the whole world, a further one is, or the vertex is left out.

use geo::Coord;

use super::plane::{At, Cells, bounds, in_triangle, touch};
use super::topology::NONE;

/// The coverage on the grid.
pub(super) struct Snapped {
    /// The arcs in units of the grid.
    pub(super) arcs: Vec<Vec<Coord<i32>>>,
    /// How many vertices found no room within [`REACH`] and were put to the nearest point all the same.
    pub(super) forced: usize,
}

/// How many units of the grid a vertex may be moved. Half a pixel.
const REACH: i32 = 6;

/// The squares of how many units are tried, pass after pass: others may make room meanwhile.
const PASSES: [i32; 6] = [0, 2, 2, 9, REACH * REACH, REACH * REACH];

/// How many vertices near one without room are moved by way of trial, and how far: the square of units.
const MOST_MOVED: usize = 24;
const GIVE_WAY: i32 = 9;

/// How many such trials a zoom may cost, a tenth of a second; more are only asked for where hundreds of areas share a unit.
const MOST_TRIALS: u32 = 20_000;

struct Snap {
    /// A unit of the grid is 2 to this power.
    bits: u32,
    /// The greatest coordinate of the grid, in units.
    last: i32,
    points: Vec<At>,
    /// Where each vertex was, which is where the register has it.
    origins: Vec<At>,
    edges: Vec<[u32; 2]>,
    /// Where the neighbours of each vertex begin in `beside`; one more for the end.
    starts: Vec<usize>,
    /// The vertex on the other end of an edge, and the edge.
    beside: Vec<(u32, u32)>,
    near_points: Cells,
    near_edges: Cells,
    /// Edges made since, which no register has.
    new_edges: Vec<u32>,
    /// How often a vertex was moved by way of trial.
    trials: u32,
}

/// Moves the vertices of arcs to the grid of 2^`bits`, of `last` + 1 units a side.
pub(super) fn snap(points: &[At], arcs: &[Vec<u32>], bits: u32, last: i32) -> Snapped {
    let mut numbers = vec![NONE; points.len()];
    let mut own_points = Vec::new();
    let mut own_arcs: Vec<Vec<u32>> = Vec::with_capacity(arcs.len());
    for arc in arcs {
        let own = arc.iter().map(|vertex| {
            let number = &mut numbers[*vertex as usize];
            if *number == NONE {
                *number = u32::try_from(own_points.len()).unwrap_or(NONE);
                own_points.push(points[*vertex as usize]);
            }
            *number
        });
        own_arcs.push(own.collect());
    }
    let mut snap = Snap::new(own_points, &own_arcs, bits, last);
    let mut pending: Vec<u32> = (0..u32::try_from(snap.points.len()).unwrap_or(NONE)).collect();
    for (pass, reach) in PASSES.into_iter().enumerate() {
        pending.retain(|vertex| !snap.place(*vertex, reach));
        if pass > 2 && !pending.is_empty() {
            snap.leave_out(&mut pending, &mut own_arcs);
            pending.retain(|vertex| !snap.make_room(*vertex));
        }
    }
    for vertex in &pending {
        snap.points[*vertex as usize] = snap.nearest(snap.points[*vertex as usize]);
    }
    let arcs = own_arcs.iter().map(|arc| straightened(arc.iter().map(|vertex| snap.on_grid(*vertex)))).collect();
    Snapped { arcs, forced: pending.len() }
}

impl Snap {
    fn new(points: Vec<At>, arcs: &[Vec<u32>], bits: u32, last: i32) -> Self {
        let edges: Vec<[u32; 2]> = arcs.iter().flat_map(|arc| arc.windows(2)).map(|pair| [pair[0], pair[1]]).collect();
        let mut starts = vec![0; points.len() + 1];
        edges.iter().flatten().for_each(|vertex| starts[*vertex as usize] += 1);
        let mut total = 0;
        for start in &mut starts {
            total += *start;
            *start = total;
        }
        let mut beside = vec![(NONE, NONE); total];
        for (number, [a, b]) in (0..).zip(&edges) {
            for (from, to) in [(*a, *b), (*b, *a)] {
                starts[from as usize] -= 1;
                beside[starts[from as usize]] = (to, number);
            }
        }
        let around = bounds(&points);
        let near_points = Cells::new(around, points.len(), |at| [points[at]; 3]);
        let near_edges = Cells::new(around, edges.len(), |at| {
            let [a, b] = edges[at].map(|vertex| points[vertex as usize]);
            [a, b, b]
        });
        Self {
            bits,
            last,
            origins: points.clone(),
            points,
            edges,
            starts,
            beside,
            near_points,
            near_edges,
            new_edges: Vec::new(),
            trials: 0,
        }
    }

    fn beside(&self, vertex: u32) -> &[(u32, u32)] {
        &self.beside[self.starts[vertex as usize]..self.starts[vertex as usize + 1]]
    }

    /// How far from its place in the registers a vertex may be: a unit more than it is moved, for the rounding.
    fn margin(&self) -> i32 {
        (REACH + 1) << self.bits
    }

    fn nearest(&self, at: At) -> At {
        let unit = |of: i32| (((of + (1 << self.bits >> 1)) >> self.bits).clamp(0, self.last)) << self.bits;
        At { x: unit(at.x), y: unit(at.y) }
    }

    fn on_grid(&self, vertex: u32) -> Coord<i32> {
        let at = self.points[vertex as usize];
        Coord { x: at.x >> self.bits, y: at.y >> self.bits }
    }

    /// Moves a vertex to the nearest point of the grid to which it may go, of those around the nearest one within a distance;
    /// whether there is one.
    fn place(&mut self, vertex: u32, reach: i32) -> bool {
        let from = self.points[vertex as usize];
        let nearest = self.nearest(from);
        let found = if self.may_move(vertex, nearest) {
            Some(nearest)
        } else {
            self.around(from, nearest, reach).into_iter().find(|to| self.may_move(vertex, *to))
        };
        if let Some(to) = found {
            self.points[vertex as usize] = to;
        }
        found.is_some()
    }

    /// Moves a vertex to the grid after one near it has made room; whether that was possible.
    fn make_room(&mut self, vertex: u32) -> bool {
        let at = self.nearest(self.points[vertex as usize]);
        let mut near: Vec<u32> = self.beside(vertex).iter().map(|(other, _)| *other).collect();
        self.near_points.find([at; 3], self.margin(), |other| {
            near.push(other);
            false
        });
        near.retain(|other| *other != vertex && self.beside(*other).iter().all(|(neighbour, _)| *neighbour != NONE));
        let away = |other: &u32| {
            let to = self.points[*other as usize];
            (i64::from(to.x) - i64::from(at.x)).pow(2) + (i64::from(to.y) - i64::from(at.y)).pow(2)
        };
        near.sort_by_key(|other| (away(other), *other));
        near.dedup();
        for other in near.into_iter().take(MOST_MOVED) {
            let before = self.points[other as usize];
            for to in self.around(before, self.nearest(before), GIVE_WAY) {
                if self.trials < MOST_TRIALS && self.may_move(other, to) {
                    self.trials += 1;
                    self.points[other as usize] = to;
                    if self.place(vertex, GIVE_WAY) {
                        return true;
                    }
                    self.points[other as usize] = before;
                }
            }
        }
        false
    }

    /// The points of the grid around one of them, nearest to a vertex first.
    fn around(&self, from: At, nearest: At, reach: i32) -> Vec<At> {
        let mut found = Vec::new();
        for dx in -REACH..=REACH {
            for dy in -REACH..=REACH {
                let to = At { x: nearest.x + (dx << self.bits), y: nearest.y + (dy << self.bits) };
                let within = |at: i32| (0..=self.last << self.bits).contains(&at);
                if (1..=reach).contains(&(dx * dx + dy * dy)) && within(to.x) && within(to.y) {
                    found.push(to);
                }
            }
        }
        let away = |to: At| (i64::from(to.x) - i64::from(from.x)).pow(2) + (i64::from(to.y) - i64::from(from.y)).pow(2);
        found.sort_by_key(|to| away(*to));
        found
    }

    /// Whether a vertex may be moved straight to a point.
    fn may_move(&self, vertex: u32, to: At) -> bool {
        let from = self.points[vertex as usize];
        let origin = self.origins[vertex as usize];
        if (to.x - origin.x).abs().max((to.y - origin.y).abs()) > self.margin() {
            return false;
        }
        if from == to {
            return true;
        }
        let swept = |other: u32| [from, to, self.points[other as usize]];
        let free = self.beside(vertex).iter().all(|(other, _)| self.empty(swept(*other), &[vertex, *other]));
        let meets = |edge: u32| {
            let [a, b] = self.edges[edge as usize];
            a != vertex && b != vertex && a != NONE && touch(from, to, self.points[a as usize], self.points[b as usize])
        };
        free && self.near_edges.find([from, to, to], self.margin(), meets).is_none()
            && !self.new_edges.iter().any(|edge| meets(*edge))
    }

    /// Whether no vertex but these lies in a triangle.
    fn empty(&self, triangle: [At; 3], but: &[u32]) -> bool {
        let in_the_way = |other: u32| {
            let there = self.beside(other).first().is_some_and(|(neighbour, _)| *neighbour != NONE);
            there && !but.contains(&other) && in_triangle(triangle, self.points[other as usize])
        };
        self.near_points.find(triangle, self.margin(), in_the_way).is_none()
    }

    /// Leaves out what can be left out of the vertices for which there is no room.
    fn leave_out(&mut self, pending: &mut Vec<u32>, arcs: &mut [Vec<u32>]) {
        let mut stuck = vec![false; self.points.len()];
        pending.iter().for_each(|vertex| stuck[*vertex as usize] = true);
        for arc in arcs.iter_mut() {
            let mut at = 1;
            while at + 1 < arc.len() {
                let (a, vertex, b) = (arc[at - 1], arc[at], arc[at + 1]);
                let loops = arc.first() == arc.last();
                let can = stuck[vertex as usize] && !(loops && arc.len() <= 4);
                if can && self.join(a, vertex, b) {
                    arc.remove(at);
                    stuck[vertex as usize] = false;
                } else {
                    at += 1;
                }
            }
        }
        pending.retain(|vertex| stuck[*vertex as usize]);
    }

    /// Joins the neighbours of a vertex by an edge instead of it, unless something is in the way.
    fn join(&mut self, a: u32, vertex: u32, b: u32) -> bool {
        let triangle = [a, vertex, b].map(|at| self.points[at as usize]);
        if a == b || self.beside(a).iter().any(|(other, _)| *other == b) || !self.empty(triangle, &[a, vertex, b]) {
            return false;
        }
        let number = u32::try_from(self.edges.len()).unwrap_or(NONE);
        for at in self.starts[vertex as usize]..self.starts[vertex as usize + 1] {
            let old = std::mem::replace(&mut self.beside[at], (NONE, NONE)).1;
            self.edges[old as usize] = [NONE; 2];
        }
        for (from, to) in [(a, b), (b, a)] {
            let own = self.starts[from as usize]..self.starts[from as usize + 1];
            if let Some(entry) = self.beside[own].iter_mut().find(|(other, _)| *other == vertex) {
                *entry = (to, number);
            }
        }
        self.edges.push([a, b]);
        self.new_edges.push(number);
        true
    }
}

/// An arc without vertices that lie straight between their neighbours.
fn straightened(arc: impl Iterator<Item = Coord<i32>>) -> Vec<Coord<i32>> {
    let mut kept: Vec<Coord<i32>> = Vec::new();
    for at in arc {
        if let [.., a, b] = kept[..]
            && super::plane::turn(a, b, at) == 0
            && in_triangle([a, at, at], b)
        {
            kept.pop();
        }
        if kept.last() != Some(&at) {
            kept.push(at);
        }
    }
    kept
}
