//! `/locate`: which regions hold a point.

use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::json;

use super::negotiate::only;
use super::params::Params;
use super::problem::{Problem, refused};
use super::reply::{self, JSON};
use super::state::AppState;
use crate::domain::Position;
use crate::store::Located;

/// `GET /locate?lon=&lat=[&datetime=]`: the regions of every level that hold the point, the state first. A point on a shared
/// border belongs to exactly one neighbour. Where no region holds it, the nearest within 5 km, marked `nearest`.
pub(super) async fn locate(
    State(state): State<AppState>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let mut params = Params::parse(query.as_deref())?;
    only(&mut params, &headers, "json", &["application/json"])?;
    let (lon, lat) = (params.number("lon")?, params.number("lat")?);
    let datetime = params.datetime()?;
    params.finish()?;
    Position::new(lon, 0.0).map_err(refused("lon"))?;
    let position = Position::new(lon, lat).map_err(refused("lat"))?;
    let snapshot = state.snapshot()?;
    let regions: Vec<_> = snapshot.locate(position, datetime).iter().map(describe).collect();
    Ok(reply::json(JSON, &json!({ "datetime": datetime.to_string(), "regions": regions })))
}

fn describe(located: &Located<'_>) -> serde_json::Value {
    let region = located.region;
    json!({
        "id": region.id,
        "code": region.code,
        "level": region.level.code(),
        "name": region.name,
        "country": region.country,
        "parent": region.parent,
        "nearest": located.nearest,
        "distance_km": (located.distance_m / 10.0).round() / 100.0,
    })
}
