//! How much of a town's supply is open: exact on networks made by hand and on random ones against an independent solver, true to the reported
//! dates over the bundled data, and right most of the time when a fifth of the reports is late or wrong.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a test that fails is the report, and its numbers are small"
)]

mod blockade;
mod harm;
mod networks;
mod random;
mod replay;
mod solver;
mod support;
