//! Tiles: what lies in a square of the map, as vector tile or GeoJSON, under the addresses of web maps and of OGC API – Tiles.

use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

use super::cache::{Footprint, Lasting};
use super::collections::named;
use super::items::{write_window, write_withheld};
use super::negotiate::{Accept, Offer, one_of};
use super::params::Params;
use super::problem::Problem;
use super::reply::{self, GEO_JSON};
use super::state::AppState;
use crate::domain::{Audience, Collection, FeatureQuery, Instant};
use crate::store::GeoJsonFeatures;
use crate::tiles::{TileId, mvt};

const MVT: Offer = Offer { names: &["mvt"], media_types: &[mvt::MEDIA_TYPE, "application/x-protobuf"] };
const GEOJSON: Offer = Offer { names: &["geojson", "json"], media_types: &["application/geo+json", "application/json"] };

/// The two forms of a tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Mvt,
    GeoJson,
}

/// `GET /tiles/{collection}/{z}/{x}/{y}.mvt` and `.geojson`, in XYZ order, with `datetime`, `known_at` and any queryable.
pub(super) async fn tile(
    State(state): State<AppState>,
    audience: Audience,
    Path((collection, z, x, y)): Path<(String, String, String, String)>,
    RawQuery(query): RawQuery,
    accept: Accept,
) -> Result<Response, Problem> {
    let collection = named(&collection)?;
    let forms = [(".mvt", Form::Mvt, MVT), (".geojson", Form::GeoJson, GEOJSON)];
    let found = forms.into_iter().find_map(|(ending, form, offer)| Some((y.strip_suffix(ending)?, form, offer)));
    let (row, form, offer) =
        found.ok_or_else(|| Problem::missing("tiles are at /tiles/{collection}/{z}/{x}/{y}.mvt and .geojson"))?;
    let tile = TileId::parse(&z, &x, row)?;
    let mut params = Params::parse(query.as_deref())?;
    one_of(&mut params, &accept, &[offer])?;
    answer(&state, audience, collection, tile, form, params).await
}

/// `GET /collections/{collection}/tiles/WebMercatorQuad/{tileMatrix}/{tileRow}/{tileCol}`: the row before the column.
pub(super) async fn ogc_tile(
    State(state): State<AppState>,
    audience: Audience,
    Path((collection, z, row, col)): Path<(String, String, String, String)>,
    RawQuery(query): RawQuery,
    accept: Accept,
) -> Result<Response, Problem> {
    let collection = named(&collection)?;
    let tile = TileId::parse(&z, &col, &row)?;
    let mut params = Params::parse(query.as_deref())?;
    let form = if one_of(&mut params, &accept, &[MVT, GEOJSON])? == 0 { Form::Mvt } else { Form::GeoJson };
    answer(&state, audience, collection, tile, form, params).await
}

async fn answer(
    state: &AppState,
    audience: Audience,
    collection: Collection,
    tile: TileId,
    form: Form,
    mut params: Params,
) -> Result<Response, Problem> {
    check_version(&mut params)?;
    let query = FeatureQuery { audience, ..params.filtered_query(collection, state.now())? };
    let footprint = Footprint::of(&FeatureQuery { bbox: Some(tile.buffered_bbox()), ..query.clone() });
    let max_features = state.limits.max_features;
    // The status of a road in an open window is told as of today.
    let lasting = collection != Collection::Corridors || query.datetime.end() != Instant::MAX;
    let asked = query.clone();
    let (body, lasting) = state
        .on_incidents(
            &asked,
            |snapshot, most| snapshot.incidents_near_tile(tile, asked.datetime, most),
            move |snapshot| {
                let lasting = lasting && !snapshot.restricted();
                let body = match form {
                    Form::Mvt => snapshot.vector_tile(&query, tile, max_features),
                    Form::GeoJson => feature_collection(&query, &snapshot.geojson_tile(&query, tile, max_features)).into_bytes(),
                };
                Ok((body, lasting))
            },
        )
        .await?;
    let mut response = match form {
        Form::Mvt if body.is_empty() => StatusCode::NO_CONTENT.into_response(),
        Form::Mvt => reply::tagged(HeaderValue::from_static(mvt::MEDIA_TYPE), body),
        Form::GeoJson => reply::tagged(GEO_JSON, body),
    };
    if lasting {
        response.extensions_mut().insert(Lasting);
    }
    Ok(footprint.mark(response))
}

/// Takes `v`, the state of the store that the address was made for. A tile of that state never changes; of an earlier one the tile
/// is that of now, and to be asked about again: the cache sees to both.
fn check_version(params: &mut Params) -> Result<(), Problem> {
    let parse =
        |text: String| text.parse::<u64>().map_err(|_| Problem::parameter("v", format!("'{text}' is not a whole number")));
    params.take("v")?.map_or(Ok(()), |text| parse(text).map(drop))
}

/// The tile as a FeatureCollection.
fn feature_collection(query: &FeatureQuery, features: &GeoJsonFeatures) -> String {
    let mut body = String::with_capacity(features.text.len() + 256);
    body.push_str("{\"type\":\"FeatureCollection\"");
    write_window(&mut body, query);
    write_withheld(&mut body, usize::try_from(features.withheld).unwrap_or(usize::MAX));
    let GeoJsonFeatures { matched, returned, aggregated, .. } = features;
    body.push_str(&format!(
        ",\"tile\":{{\"matched\":{matched},\"returned\":{returned},\"aggregated\":{aggregated}}},\"features\":["
    ));
    body.push_str(&features.text);
    body.push_str("\n]}");
    body
}
