//! The borders of areas as arcs, each of them once: what lies between two points where borders meet or part.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::{BuildHasherDefault, Hasher};

use super::plane::At;

/// No such vertex.
pub(super) const NONE: u32 = u32::MAX;

/// An arc in a ring: its number, and whether the ring runs along it from its end to its beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ArcUse {
    pub(super) arc: u32,
    pub(super) reversed: bool,
}

/// The rings of a polygon, its exterior first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Outline {
    /// Which of the areas it is part of.
    pub(super) ordinal: u32,
    pub(super) rings: Vec<Vec<ArcUse>>,
}

/// Vertices, arcs between those of them at which borders meet, and the polygons that they bound.
#[derive(Debug, Default)]
pub(super) struct Topology {
    pub(super) points: Vec<At>,
    /// Whether a vertex is an end of arcs. A border that meets no other has one vertex for both ends of its one arc.
    pub(super) is_node: Vec<bool>,
    /// Vertices from end to end.
    pub(super) arcs: Vec<Vec<u32>>,
    pub(super) outlines: Vec<Outline>,
}

/// Mixes a number that is its own key well enough for a table of points.
#[derive(Debug, Default)]
pub(super) struct Mixed(u64);

impl Hasher for Mixed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u64(u64::from(*byte)));
    }

    fn write_u64(&mut self, number: u64) {
        // The constant of Knuth's MMIX; its high bits are the mixed ones.
        self.0 = (self.0.rotate_left(29) ^ number).wrapping_mul(6_364_136_223_846_793_005).rotate_left(32);
    }
}

type Table<V> = HashMap<u64, V, BuildHasherDefault<Mixed>>;

fn pair(a: u32, b: u32) -> u64 {
    u64::from(a) << 32 | u64::from(b)
}

impl Topology {
    /// The arcs of polygons: each with the number of its area and its rings, open, exterior first.
    pub(super) fn new(polygons: impl Iterator<Item = (u32, Vec<Vec<At>>)>) -> Self {
        let mut found = Self::default();
        let mut numbers: Table<u32> = Table::default();
        let polygons: Vec<(u32, Vec<Vec<u32>>)> = polygons
            .map(|(ordinal, rings)| {
                let rings = rings.into_iter().map(|ring| found.numbered(&ring, &mut numbers));
                // A ring of less than three vertices bounds nothing.
                (ordinal, rings.filter(|ring| ring.len() > 2).collect::<Vec<_>>())
            })
            .filter(|(_, rings)| !rings.is_empty())
            .collect();
        found.find_nodes(polygons.iter().flat_map(|(_, rings)| rings));
        // An arc is known by its first two vertices, from either end.
        let mut known: Table<ArcUse> = Table::default();
        for (ordinal, rings) in polygons {
            let rings = rings.into_iter().map(|ring| found.divided(ring, &mut known)).collect();
            found.outlines.push(Outline { ordinal, rings });
        }
        found
    }

    /// A ring as numbers of vertices, none of them twice in a row.
    fn numbered(&mut self, ring: &[At], numbers: &mut Table<u32>) -> Vec<u32> {
        let mut ring: Vec<u32> = ring
            .iter()
            .map(|at| match numbers.entry(pair(at.x.cast_unsigned(), at.y.cast_unsigned())) {
                Entry::Occupied(known) => *known.get(),
                Entry::Vacant(free) => {
                    self.points.push(*at);
                    *free.insert(u32::try_from(self.points.len() - 1).unwrap_or(NONE))
                }
            })
            .collect();
        ring.dedup();
        while ring.len() > 1 && ring.first() == ring.last() {
            ring.pop();
        }
        ring
    }

    /// Finds where borders meet: at a vertex that has not just two others beside it, or at which a ring turns back.
    fn find_nodes<'a>(&mut self, rings: impl Iterator<Item = &'a Vec<u32>>) {
        let mut beside = vec![[NONE; 2]; self.points.len()];
        self.is_node = vec![false; self.points.len()];
        for ring in rings {
            for (at, vertex) in ring.iter().enumerate() {
                let previous = ring[(at + ring.len() - 1) % ring.len()];
                let next = ring[(at + 1) % ring.len()];
                let known = &mut beside[*vertex as usize];
                let mut node = previous == next;
                for other in [previous, next] {
                    if known.contains(&other) {
                        continue;
                    }
                    match known.iter_mut().find(|free| **free == NONE) {
                        Some(free) => *free = other,
                        None => node = true,
                    }
                }
                self.is_node[*vertex as usize] |= node;
            }
        }
    }

    /// A ring as arcs, those that are new made.
    fn divided(&mut self, mut ring: Vec<u32>, known: &mut Table<ArcUse>) -> Vec<ArcUse> {
        // A ring that meets no other begins at its least vertex, whoever has it.
        let node = ring.iter().position(|vertex| self.is_node[*vertex as usize]);
        let first = node.or_else(|| (0..ring.len()).min_by_key(|at| ring[*at])).unwrap_or(0);
        ring.rotate_left(first);
        if let Some(vertex) = ring.first().copied() {
            self.is_node[vertex as usize] = true;
            ring.push(vertex);
        }
        let mut uses = Vec::new();
        let mut start = 0;
        for end in 1..ring.len() {
            if !self.is_node[ring[end] as usize] {
                continue;
            }
            let arc = &ring[start..=end];
            start = end;
            let (forth, back) = (pair(arc[0], arc[1]), pair(arc[arc.len() - 1], arc[arc.len() - 2]));
            let number = u32::try_from(self.arcs.len()).unwrap_or(NONE);
            let of = *known.entry(forth).or_insert(ArcUse { arc: number, reversed: false });
            if of.arc == number {
                known.insert(back, ArcUse { arc: number, reversed: true });
                self.arcs.push(arc.to_vec());
            }
            uses.push(of);
        }
        uses
    }
}
