//! Where and when: finds the records that meet a box and an interval, and the regions that hold a point.
//!
//! The indexes know ordinals, places and times; they keep no record and decide nothing about properties. A store keeps an
//! index beside its records and asks it first. Every answer of the tree is also given by [`LinearScan`], which is what the
//! tests compare it with.

mod envelope;
mod packed;
mod polygon;
mod regions;
mod scan;
mod sphere;
mod tree;

pub use packed::{PackedIndex, order as packed_order};
pub use regions::{COASTAL_TOLERANCE_M, Located, RegionLocator};
pub use scan::LinearScan;
pub use tree::{Neighbour, SpatioTemporalIndex};
