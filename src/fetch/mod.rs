//! Asks the providers' own APIs for their rows: pages of bytes out, each of them whole.
//!
//! [`Ucdp`] and [`Acled`] know addresses, credentials and paging; what the rows mean is left to importers, and where they are
//! kept to stores: this layer has heard of neither. [`Download`] does the same for one file at any address. A page is checked for the number of rows that its provider announces
//! before anyone sees it. Everything here blocks; it belongs off the async threads.

mod acled;
mod address;
mod client;
mod countries;
mod download;
mod error;
mod retry;
mod ucdp;

use jiff::civil::Date;
use std::time::Duration;

pub use acled::{Acled, Deleted};
pub use address::shown;
pub use client::Secret;
pub use countries::{Country, EVERYWHERE};
pub use download::{Download, is_address};
pub use error::FetchError;
pub use retry::TRIES;
pub use ucdp::Ucdp;

/// A reply of a provider, whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Its name in messages, as `page 3 of 12`.
    pub name: String,
    /// How many rows are in it; never 0.
    pub rows: u64,
    /// How many pages there are in all, where the provider says it.
    pub of: Option<u64>,
    /// The reply as it came: a JSON document with the list of rows.
    pub bytes: Vec<u8>,
}

/// Which rows are asked for.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// The first day of the events, included; `None` for the first that there is. Of ACLED without `until`: the first day on
    /// which events were put in or revised, whenever they took place.
    pub since: Option<Date>,
    /// The last day of the events, included; `None` for the last that there is.
    pub until: Option<Date>,
    /// The countries of the events; none for the whole world.
    pub countries: Vec<Country>,
    /// How many rows to ask for at a time; `None` for as many as the provider gives.
    pub page_rows: Option<u32>,
}

/// How long to wait for a provider.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// For one reply, from the connection to its last byte; of a [`Download`], for the answer and for each next byte of it.
    pub timeout: Duration,
    /// After the first try that failed; each wait after it is twice as long.
    pub first_wait: Duration,
}
