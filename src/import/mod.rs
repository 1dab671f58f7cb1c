//! Bytes in, domain values out. A row that cannot be taken is reported with its line, column, value and reason, and left
//! out; nothing else is lost.
//!
//! [`import`] reads any file that we know: it unpacks, decodes and recognises it by itself and hands each record to a
//! [`Sink`] as soon as it is read. What words in a file mean stands in `data/aliases/`, not here. Nothing here knows where
//! the values will be kept: `cli` joins them to a store.

mod acled;
mod actors;
mod aliases;
mod bundled;
mod cells;
mod columns;
mod context;
mod control;
mod corridors;
mod csv_rows;
mod datasets;
mod dates;
mod encoding;
mod error;
mod events;
mod format;
mod gazetteer;
mod json;
mod pbf;
mod places;
mod read;
mod regions;
mod report;
mod roads;
mod run;
mod segments;
mod sink;
mod source;
mod table;
mod ucdp;

pub use aliases::Aliases;
pub use bundled::{Bundle, bundled, bundled_datasets};
pub use context::Context;
pub use dates::DateOrder;
pub use encoding::Encoding;
pub use error::ImportError;
pub use format::{Format, UnknownFormatWord};
pub use gazetteer::{Gazetteer, Placed};
pub use read::import;
pub use report::{Doubt, Example, Flagged, Imported, Rejection, Summary, Unmapped};
pub use sink::{Row, Sink};
