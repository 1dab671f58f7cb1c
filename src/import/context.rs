//! What an import knows beside the file: the regions, the tables of names, and what the user says of the rows.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Aliases, DateOrder, Gazetteer};
use crate::domain::{Actor, Dataset, Instant};

/// What an import knows beside the file.
pub struct Context<'a> {
    /// Finds the region, and the country of a row that states none.
    pub gazetteer: &'a Gazetteer<'a>,
    /// Maps the names of actors, countries, types of events and columns.
    pub aliases: &'a Aliases,
    /// The actors: a siege needs to know which force is whose.
    pub actors: &'a [Actor],
    /// The dataset of the rows; `None` makes one that fits the format ([`Format::dataset`](super::Format::dataset)).
    pub dataset: Option<Arc<Dataset>>,
    /// Id of the dataset that is made, in place of the usual one for the format.
    pub dataset_name: Option<&'a str>,
    /// Datasets that rows may name as theirs, as our own exports do.
    pub datasets: &'a [Arc<Dataset>],
    /// From when the rows are known that bear no stamp of their own.
    pub known_at: Instant,
    /// Names of columns in the file and the fields they hold, in the words of the collection's schema.
    pub column_map: BTreeMap<String, String>,
    /// The order in dates as `4/2/2026`; `None` finds it from the file.
    pub date_order: Option<DateOrder>,
}

impl<'a> Context<'a> {
    /// A context in which everything is found from the file.
    #[must_use]
    pub fn new(gazetteer: &'a Gazetteer<'a>, aliases: &'a Aliases, known_at: Instant) -> Self {
        Self {
            gazetteer,
            aliases,
            actors: &[],
            dataset: None,
            dataset_name: None,
            datasets: &[],
            known_at,
            column_map: BTreeMap::new(),
            date_order: None,
        }
    }
}
