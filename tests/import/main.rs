//! Files of every format from their bytes to values and reports.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that fails is the report")]
#![allow(clippy::print_stderr, reason = "a test that is skipped says so")]

mod golden;
mod pbf;
mod real;
mod stream;
mod support;
