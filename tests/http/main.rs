//! The running server over the bundled data (`restricted` has rows of its own), asked over HTTP as its users ask it: one module an endpoint family.

#![allow(clippy::unwrap_used, clippy::panic, unreachable_pub, reason = "a test that fails is the report")]

mod aggregate;
mod analytics;
mod caching;
mod collections;
mod corridors;
mod errors;
mod examples;
mod filters;
mod formats;
mod freshness;
mod front;
mod items;
mod landing;
mod lists;
mod locate;
mod oracle;
mod pages;
mod paging;
mod playback;
mod preview;
mod restricted;
mod streaming;
mod support;
mod tiles;
