//! `/tiles/{collection}/{z}/{x}/{y}.geojson`: what lies in one tile, in XYZ order.

use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;

use super::collections::named;
use super::items::{write_window, write_withheld};
use super::negotiate::only;
use super::params::Params;
use super::problem::Problem;
use super::reply::{self, GEO_JSON};
use super::state::AppState;
use crate::domain::{Audience, FeatureQuery, Record as _};
use crate::store::Snapshot;
use crate::tiles::TileId;
use crate::tiles::geojson::write_feature;

/// `GET /tiles/{collection}/{z}/{x}/{y}.geojson` with `datetime`, `known_at` and any queryable.
pub(super) async fn tile(
    State(state): State<AppState>,
    audience: Audience,
    Path((collection, z, x, y)): Path<(String, String, String, String)>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let collection = named(&collection)?;
    let row =
        y.strip_suffix(".geojson").ok_or_else(|| Problem::missing("tiles are at /tiles/{collection}/{z}/{x}/{y}.geojson"))?;
    let tile = TileId::parse(&z, &x, row)?;
    let mut params = Params::parse(query.as_deref())?;
    only(&mut params, &headers, "geojson", &["application/geo+json"])?;
    let query = FeatureQuery { audience, ..params.filtered_query(collection, state.now())? };
    let body = state.on_snapshot(move |snapshot| Ok(feature_collection(snapshot, query, tile))).await?;
    Ok(reply::tagged(GEO_JSON, body))
}

/// The tile as a FeatureCollection. Points belong to exactly one tile; lines and polygons are cut at its edges plus a buffer.
fn feature_collection(snapshot: &Snapshot, query: FeatureQuery, tile: TileId) -> String {
    let query = FeatureQuery { bbox: Some(tile.buffered_bbox()), ..query };
    let mut features = String::new();
    let mut matched = 0u64;
    let found = snapshot.find(&query);
    for record in found.shown {
        if let Some(part) = tile.part_of(record.shape()) {
            features.push_str(if matched == 0 { "\n" } else { ",\n" });
            write_feature(&mut features, &record, part.as_geometry(), query.as_of);
            matched += 1;
        }
    }
    let withheld = found.withheld.iter().filter(|record| tile.part_of(record.shape()).is_some()).count();
    let mut body = String::with_capacity(features.len() + 256);
    body.push_str("{\"type\":\"FeatureCollection\"");
    write_window(&mut body, &query);
    write_withheld(&mut body, withheld);
    body.push_str(&format!(",\"tile\":{{\"matched\":{matched},\"returned\":{matched},\"aggregated\":false}},\"features\":["));
    body.push_str(&features);
    body.push_str("\n]}");
    body
}
