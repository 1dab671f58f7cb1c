//! The running server over the bundled data, asked over HTTP as its users ask it: one module an endpoint family.

#![allow(clippy::unwrap_used, clippy::panic, unreachable_pub, reason = "a test that fails is the report")]

mod caching;
mod collections;
mod errors;
mod items;
mod landing;
mod lists;
mod locate;
mod playback;
mod support;
mod tiles;
