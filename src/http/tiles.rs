//! Tiles: what lies in a square of the map, as vector tile or GeoJSON, under the addresses of web maps and of OGC API – Tiles.

use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

use super::collections::named;
use super::items::{write_window, write_withheld};
use super::negotiate::{Offer, one_of};
use super::params::Params;
use super::problem::Problem;
use super::reply::{self, GEO_JSON};
use super::state::AppState;
use crate::domain::{Audience, Collection, FeatureQuery, Record as _};
use crate::store::{IncidentTile, Snapshot, TileContent, write_mvt};
use crate::tiles::geojson::write_feature;
use crate::tiles::mvt::{self, Layer, write_meta};
use crate::tiles::{Drawn, TileId};

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
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let collection = named(&collection)?;
    let forms = [(".mvt", Form::Mvt, MVT), (".geojson", Form::GeoJson, GEOJSON)];
    let found = forms.into_iter().find_map(|(ending, form, offer)| Some((y.strip_suffix(ending)?, form, offer)));
    let (row, form, offer) =
        found.ok_or_else(|| Problem::missing("tiles are at /tiles/{collection}/{z}/{x}/{y}.mvt and .geojson"))?;
    let tile = TileId::parse(&z, &x, row)?;
    let mut params = Params::parse(query.as_deref())?;
    one_of(&mut params, &headers, &[offer])?;
    answer(&state, audience, collection, tile, form, params).await
}

/// `GET /collections/{collection}/tiles/WebMercatorQuad/{tileMatrix}/{tileRow}/{tileCol}`: the row before the column.
pub(super) async fn ogc_tile(
    State(state): State<AppState>,
    audience: Audience,
    Path((collection, z, row, col)): Path<(String, String, String, String)>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let collection = named(&collection)?;
    let tile = TileId::parse(&z, &col, &row)?;
    let mut params = Params::parse(query.as_deref())?;
    let form = if one_of(&mut params, &headers, &[MVT, GEOJSON])? == 0 { Form::Mvt } else { Form::GeoJson };
    answer(&state, audience, collection, tile, form, params).await
}

async fn answer(
    state: &AppState,
    audience: Audience,
    collection: Collection,
    tile: TileId,
    form: Form,
    params: Params,
) -> Result<Response, Problem> {
    let query = FeatureQuery { audience, ..params.filtered_query(collection, state.now())? };
    let max_features = state.limits.max_features;
    let body = state.on_snapshot(move |snapshot| Ok(Tile { snapshot, query, tile, max_features }.encode(form))).await?;
    match form {
        Form::Mvt if body.is_empty() => Ok(StatusCode::NO_CONTENT.into_response()),
        Form::Mvt => Ok(reply::tagged(HeaderValue::from_static(mvt::MEDIA_TYPE), body)),
        Form::GeoJson => Ok(reply::tagged(GEO_JSON, body)),
    }
}

/// What is asked of one tile.
struct Tile<'a> {
    snapshot: &'a Snapshot,
    query: FeatureQuery,
    tile: TileId,
    max_features: usize,
}

impl Tile<'_> {
    /// The tile; as vector tile nothing at all when it is empty.
    fn encode(&self, form: Form) -> Vec<u8> {
        match (form, self.query.collection) {
            (Form::Mvt, Collection::Incidents) => self.incidents_mvt(),
            (Form::Mvt, _) => self.records_mvt(),
            (Form::GeoJson, Collection::Incidents) => self.incidents_geojson(),
            (Form::GeoJson, _) => self.records_geojson(),
        }
    }

    fn incidents(&self) -> IncidentTile<'_> {
        self.snapshot.incident_tile(&self.query, self.tile, self.max_features)
    }

    fn incidents_mvt(&self) -> Vec<u8> {
        let held = self.incidents();
        let mut layer = Layer::new(self.query.collection.id());
        let aggregated = match &held.content {
            TileContent::Rows(rows) => {
                write_mvt(rows, self.tile, &mut layer);
                false
            }
            TileContent::Bins(bins) => {
                bins.iter().for_each(|bin| bin.write_mvt(&mut layer));
                true
            }
        };
        finished(layer, held.matched, aggregated)
    }

    fn incidents_geojson(&self) -> Vec<u8> {
        let held = self.incidents();
        let mut features = Features::default();
        let aggregated = match &held.content {
            TileContent::Rows(rows) => {
                rows.iter().for_each(|row| features.add(|out| write_feature(out, row, row.shape().into(), self.query.as_of)));
                false
            }
            TileContent::Bins(bins) => {
                bins.iter().for_each(|bin| features.add(|out| bin.write_geojson(out)));
                true
            }
        };
        features.finish(&self.query, held.matched, held.withheld, aggregated)
    }

    fn records_mvt(&self) -> Vec<u8> {
        let found = self.snapshot.find(&self.boxed());
        let mut layer = Layer::new(self.query.collection.id());
        let mut matched = 0;
        for record in found.shown {
            if let Some(drawn) = Drawn::of(record.shape(), self.tile) {
                layer.write_record(&record, drawn.as_geometry(), self.query.as_of);
                matched += 1;
            }
        }
        finished(layer, matched, false)
    }

    fn records_geojson(&self) -> Vec<u8> {
        let found = self.snapshot.find(&self.boxed());
        let mut features = Features::default();
        for record in found.shown {
            if let Some(part) = self.tile.part_of(record.shape()) {
                features.add(|out| write_feature(out, &record, part.as_geometry(), self.query.as_of));
            }
        }
        let withheld = found.withheld.iter().filter(|record| self.tile.part_of(record.shape()).is_some()).count() as u64;
        let matched = features.count;
        features.finish(&self.query, matched, withheld, false)
    }

    fn boxed(&self) -> FeatureQuery {
        FeatureQuery { bbox: Some(self.tile.buffered_bbox()), ..self.query.clone() }
    }
}

/// The layer and what it says of itself; nothing when there is nothing in it.
fn finished(layer: Layer, matched: u64, aggregated: bool) -> Vec<u8> {
    let mut body = Vec::new();
    if matched > 0 {
        let returned = layer.len() as u64;
        layer.finish(&mut body);
        write_meta(&mut body, matched, returned, aggregated);
    }
    body
}

/// The features of a tile as text.
#[derive(Default)]
struct Features {
    text: String,
    count: u64,
}

impl Features {
    fn add(&mut self, write: impl FnOnce(&mut String)) {
        self.text.push_str(if self.count == 0 { "\n" } else { ",\n" });
        write(&mut self.text);
        self.count += 1;
    }

    /// The tile as a FeatureCollection.
    fn finish(self, query: &FeatureQuery, matched: u64, withheld: u64, aggregated: bool) -> Vec<u8> {
        let mut body = String::with_capacity(self.text.len() + 256);
        body.push_str("{\"type\":\"FeatureCollection\"");
        write_window(&mut body, query);
        write_withheld(&mut body, usize::try_from(withheld).unwrap_or(usize::MAX));
        let returned = self.count;
        body.push_str(&format!(
            ",\"tile\":{{\"matched\":{matched},\"returned\":{returned},\"aggregated\":{aggregated}}},\"features\":["
        ));
        body.push_str(&self.text);
        body.push_str("\n]}");
        body.into_bytes()
    }
}
