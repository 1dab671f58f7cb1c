//! Bytes in, domain values out. A row that cannot be taken is reported with its line, column, value and reason, and left
//! out; nothing else is lost.
//!
//! Each file here reads one kind of table. None of them knows where the values will be kept: `cli` joins them to a store.

mod actors;
mod bundled;
mod control;
mod corridors;
mod datasets;
mod error;
mod gazetteer;
mod incidents;
mod places;
mod regions;
mod report;
mod table;

pub use bundled::{Bundle, bundled};
pub use error::ImportError;
pub use gazetteer::Gazetteer;
pub use regions::read_regions;
pub use report::{Imported, Rejection};
