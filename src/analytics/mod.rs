//! Measures of spread: pure functions over slices of domain values, which return numbers and where they come from.
//!
//! No store, no wire form, no clock. The numbers that the measures rest on stand in one table ([`parameters`]), each with its
//! source or the word "default". Days are counted from 1970-01-01 ([`Day`]).

pub mod areas;
pub mod belief;
mod chances;
mod control;
mod control_areas;
mod corridors;
mod course;
mod draws;
mod flow;
pub mod front;
mod network;
pub mod parameters;
mod periods;
mod shares;
mod status;
mod units;

pub use control::{ControlModel, Reported};
pub use control_areas::STEPS;
pub use corridors::{
    Bottleneck, CORRIDOR_METHOD, CORRIDOR_METHOD_VERSION, CorridorModel, CorridorPoint, CorridorView, Estimate, GatewayView,
    SegmentState, Town, TownView, isolation_is_doubtful,
};
pub use course::{Pass, PassState};
pub use draws::{DRAWS, LEVEL, ROAD_DRAWS};
pub use front::{
    CapitalCourse, CellHistory, Evidence, FRONT_METHOD, FRONT_METHOD_VERSION, FrontActor, FrontEvent, FrontModel, FrontReport,
    FrontSpan, FrontView, LeftOut, Origin, OriginBasis, front_versions,
};
pub use periods::{BlockadeView, UnitPoint, UnitView};
pub use shares::{Bracket, By, Label, Measure, OfKnown, RegionShares, Share, Standpoint};
pub use status::{Attack, attack_weight};
pub use units::{Unit, UnitKind};

use jiff::civil::Date;

/// Days since 1970-01-01.
pub type Day = i32;

/// The name of the method of control over time, in every answer that rests on it.
pub const CONTROL_METHOD: &str = "control-belief";
/// Its version: it rises when the same data give other numbers.
pub const CONTROL_METHOD_VERSION: &str = "1";

/// The number of a day.
#[must_use]
pub fn day_of(date: Date) -> Day {
    let days = crate::domain::Instant::start_of(date).millis().div_euclid(86_400_000);
    Day::try_from(days).unwrap_or(Day::MAX)
}

/// The day of a number.
#[must_use]
pub fn date_of(day: Day) -> Date {
    let instant = crate::domain::Instant::from_millis(i64::from(day) * 86_400_000);
    instant.date().unwrap_or(Date::constant(1970, 1, 1))
}
