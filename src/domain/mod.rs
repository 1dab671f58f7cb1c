//! The plain values of the map: incidents, regions, who was reported to hold what, corridors, and the terms of a query.
//!
//! No input or output, no async, no SQL, no HTTP, and no wire shape: a value here does not know how it is stored or sent.
//! Everything outside refers to these types; this module refers to nothing else in the crate.

mod actor;
mod bbox;
mod change;
mod collection;
mod control;
mod control_area;
mod corridor;
mod crs;
mod cursor;
mod error;
mod field;
mod front_cell;
mod hashed;
mod incident;
mod instant;
mod interval;
mod place;
mod position;
mod precision;
mod predicate;
mod query;
mod record;
mod region;
mod sorting;
mod source;

pub use actor::{Actor, ActorTree, Membership, Side};
pub use bbox::Bbox;
pub use change::ChangeSet;
pub use collection::Collection;
pub use control::{Blockade, ConfidenceBasis, ControlObservation, ControlStatus, SourceNature, Target};
pub use control_area::ControlArea;
pub use corridor::{Corridor, CorridorSegment, PastReport, SegmentStatus, StatusChange, SupplyShare, reported_at};
pub use crs::Crs;
pub use cursor::Cursor;
pub use error::DomainError;
pub use field::{Field, FieldKind, Value};
pub use front_cell::FrontCell;
pub(crate) use hashed::ByHash;
pub use incident::{EventType, Fatalities, Incident};
pub use instant::Instant;
pub use interval::{Interval, Moment};
pub use place::{Place, PlaceKind};
pub use position::{EARTH_RADIUS_M, Position};
pub use precision::{DatePrecision, GeoPrecision};
pub use predicate::{
    Arithmetic, Bounds, Comparison, Folding, GeometryTerm, ListRelation, ListTerm, Pattern, Predicate, RecordAt, Scalar,
    SpatialRelation, Subject, TemporalRelation, TimeEnd, TimeTerm, conjunction, disjunction,
};
pub use query::{FeatureQuery, Filter, Limit, Page};
pub use record::{Record, Shape};
pub use region::{AdminLevel, Region};
pub use sorting::{SortKey, SortValue, Standing};
pub use source::{Audience, Dataset, Redistribution, SourceRef, Verification};
