//! `/locate`: which regions hold a point.

use axum::extract::{RawQuery, State};
use axum::response::Response;
use serde::Serialize;

use super::negotiate::{Accept, only};
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
    accept: Accept,
) -> Result<Response, Problem> {
    let mut params = Params::parse(query.as_deref())?;
    only(&mut params, &accept, "json", &["application/json"])?;
    let (lon, lat) = (params.number("lon")?, params.number("lat")?);
    let datetime = params.datetime()?;
    params.finish()?;
    Position::new(lon, 0.0).map_err(refused("lon"))?;
    let position = Position::new(lon, lat).map_err(refused("lat"))?;
    let snapshot = state.snapshot()?;
    let regions = snapshot.locate(position, datetime).iter().map(Found::of).collect();
    Ok(reply::json(JSON, &Answer { datetime: datetime.to_string(), regions }))
}

#[derive(Serialize)]
struct Answer<'a> {
    datetime: String,
    regions: Vec<Found<'a>>,
}

/// A region that holds the point, or lies near it.
#[derive(Serialize)]
struct Found<'a> {
    id: &'a str,
    code: Option<&'a str>,
    level: i64,
    name: &'a str,
    country: &'a str,
    parent: Option<&'a str>,
    nearest: bool,
    distance_km: f64,
}

impl<'a> Found<'a> {
    fn of(located: &Located<'a>) -> Self {
        let region = located.region;
        Self {
            id: &region.id,
            code: region.code.as_deref(),
            level: region.level.code(),
            name: &region.name,
            country: &region.country,
            parent: region.parent.as_deref(),
            nearest: located.nearest,
            distance_km: (located.distance_m / 10.0).round() / 100.0,
        }
    }
}
