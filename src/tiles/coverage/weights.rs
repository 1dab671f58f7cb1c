//! Which vertices of a coverage matter how much.
//!
//! The method of Visvalingam and Whyatt (doi:10.1179/000870493786962263): the vertex that makes the smallest triangle with its
//! neighbours goes first. Here none goes while another vertex lies in its triangle, so at no moment do borders cross or change
//! sides; a border that runs into itself keeps three vertices, and two that join the same ends do not become the same line.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};

use super::plane::{At, Cells, bounds, in_triangle, turn};
use super::topology::{NONE, Topology};

/// The weight of what is never left out.
pub(super) const ALWAYS: u64 = u64::MAX;

/// The weight of each vertex: the greatest twice-area at which it is gone, and [`ALWAYS`] for what is still there at `most`.
/// What is left at any weight is a coverage as good as the whole.
pub(super) fn weights(of: &Topology, most: u64) -> Vec<u64> {
    let mut work = Work::new(of);
    let mut heap: BinaryHeap<Reverse<(u64, u32)>> = BinaryHeap::new();
    for (vertex, area) in work.area.iter_mut().enumerate() {
        if work.arc_of[vertex] != NONE {
            let vertex = u32::try_from(vertex).unwrap_or(NONE);
            *area = triangle(&of.points, &work.beside, vertex).1;
            heap.push(Reverse((*area, vertex)));
        }
    }
    let mut weights = vec![ALWAYS; of.points.len()];
    let mut reached = 0;
    let mut waiting: HashMap<u32, Vec<u32>> = HashMap::new();
    while let Some(Reverse((area, vertex))) = heap.pop() {
        if area >= most {
            break;
        }
        let at = vertex as usize;
        if weights[at] != ALWAYS || work.area[at] != area || work.needed(vertex) {
            continue;
        }
        if let Some(in_the_way) = work.in_the_way(vertex, &weights) {
            waiting.entry(in_the_way).or_default().push(vertex);
            continue;
        }
        reached = reached.max(area);
        weights[at] = reached;
        for other in work.remove(vertex) {
            if work.arc_of[other as usize] != NONE {
                let area = triangle(&of.points, &work.beside, other).1;
                work.area[other as usize] = area;
                heap.push(Reverse((area, other)));
            }
        }
        for other in waiting.remove(&vertex).into_iter().flatten() {
            heap.push(Reverse((work.area[other as usize], other)));
        }
    }
    weights
}

struct Work<'a> {
    points: &'a [At],
    cells: Cells,
    /// The arc that a vertex is within; [`NONE`] for the ends of arcs.
    arc_of: Vec<u32>,
    /// The vertices before and after it in its arc.
    beside: Vec<[u32; 2]>,
    /// Twice the area of its triangle as it stands.
    area: Vec<u64>,
    /// For each arc, how many vertices it has left within, its ends, and whether they are one.
    arcs: Vec<(usize, [u32; 2])>,
    /// Ends that one arc joins by a straight line.
    straight: HashSet<[u32; 2]>,
}

impl<'a> Work<'a> {
    fn new(of: &'a Topology) -> Self {
        let mut work = Self {
            points: &of.points,
            cells: Cells::new(bounds(&of.points), of.points.len(), |at| [of.points[at]; 3]),
            arc_of: vec![NONE; of.points.len()],
            beside: vec![[NONE; 2]; of.points.len()],
            area: vec![0; of.points.len()],
            arcs: Vec::with_capacity(of.arcs.len()),
            straight: HashSet::new(),
        };
        for (number, arc) in of.arcs.iter().enumerate() {
            for three in arc.windows(3) {
                let vertex = three[1] as usize;
                work.arc_of[vertex] = u32::try_from(number).unwrap_or(NONE);
                work.beside[vertex] = [three[0], three[2]];
            }
            let ends = [arc[0], arc[arc.len() - 1]];
            work.arcs.push((arc.len() - 2, ends));
            if arc.len() == 2 {
                work.straight.insert(sorted(ends));
            }
        }
        work
    }

    /// Whether its arc cannot do without a vertex.
    fn needed(&self, vertex: u32) -> bool {
        let (within, ends) = self.arcs[self.arc_of[vertex as usize] as usize];
        if ends[0] == ends[1] { within <= 2 } else { within == 1 && self.straight.contains(&sorted(ends)) }
    }

    /// A vertex that is still there and lies in the triangle of another.
    fn in_the_way(&self, vertex: u32, weights: &[u64]) -> Option<u32> {
        let [before, after] = self.beside[vertex as usize];
        let (corners, _) = triangle(self.points, &self.beside, vertex);
        self.cells.find(corners, 0, |other| {
            weights[other as usize] == ALWAYS
                && ![before, vertex, after].contains(&other)
                && in_triangle(corners, self.points[other as usize])
        })
    }

    /// Takes a vertex out of its arc; its neighbours are now each other's.
    fn remove(&mut self, vertex: u32) -> [u32; 2] {
        let [before, after] = self.beside[vertex as usize];
        let (within, ends) = &mut self.arcs[self.arc_of[vertex as usize] as usize];
        *within -= 1;
        if *within == 0 {
            self.straight.insert(sorted(*ends));
        }
        // The ends of arcs are in several; nobody asks what is beside them.
        self.beside[before as usize][1] = after;
        self.beside[after as usize][0] = before;
        [before, after]
    }
}

fn triangle(points: &[At], beside: &[[u32; 2]], vertex: u32) -> ([At; 3], u64) {
    let [before, after] = beside[vertex as usize];
    let corners = [before, vertex, after].map(|at| points[at as usize]);
    (corners, turn(corners[0], corners[1], corners[2]).unsigned_abs())
}

fn sorted([a, b]: [u32; 2]) -> [u32; 2] {
    [a.min(b), a.max(b)]
}
