//! Harmattan: a map server for the spread of insurgency in the Sahel, which says what was reported, by whom, how sure and
//! how old, and "unknown" where nobody knows.
//!
//! The layers, in the order in which they may use one another (a test holds the code to it):
//! [`domain`] ← [`index`], [`tiles`], [`cql2`], [`analytics`] ← [`formats`], [`store`], [`import`], [`fetch`] ← [`http`], [`cli`] ←
//! the binary.

pub mod analytics;
pub mod cli;
pub mod cql2;
pub mod domain;
pub mod fetch;
pub mod formats;
pub mod http;
pub mod import;
pub mod index;
pub mod settings;
pub mod store;
pub mod tiles;
