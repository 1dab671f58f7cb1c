//! `/collections/incidents/aggregate`: counts and sums instead of rows, for charts and for those whom the rows may not be shown.

use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderValue;
use axum::response::Response;

use super::cache::Footprint;
use super::collections::named;
use super::items::{WITHHELD, write_window};
use super::negotiate::{Accept, Offer, one_of};
use super::params::Params;
use super::problem::{Problem, refused};
use super::reply::{self, GEO_JSON, JSON};
use super::state::AppState;
use crate::domain::{Audience, Collection, FeatureQuery, Record as _};
use crate::store::{Aggregate, GroupBy, GroupValue, GroupWriter, Snapshot};
use crate::tiles::Tally;
use crate::tiles::geojson::{Geometry, write_geometry};

const OFFERS: [Offer; 3] = [
    Offer { names: &["json"], media_types: &["application/json"] },
    Offer { names: &["csv"], media_types: &["text/csv"] },
    Offer { names: &["geojson"], media_types: &["application/geo+json"] },
];

const CSV: HeaderValue = HeaderValue::from_static("text/csv; charset=utf-8");

/// `GET /collections/incidents/aggregate?group_by=region,month` with `bbox`, `datetime`, `known_at` and any queryable.
pub(super) async fn aggregate(
    State(state): State<AppState>,
    audience: Audience,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    accept: Accept,
) -> Result<Response, Problem> {
    let collection = named(&id)?;
    if collection != Collection::Incidents {
        return Err(Problem::missing("only incidents are counted: /collections/incidents/aggregate"));
    }
    let mut params = Params::parse(query.as_deref())?;
    let by = groupings(&mut params)?;
    let form = one_of(&mut params, &accept, &OFFERS)?;
    let placed = by.iter().any(|by| matches!(by, GroupBy::Region | GroupBy::Cell(_)));
    if form == 2 && !placed {
        return Err(Problem::parameter("group_by", "f=geojson needs region or cell:{z} among the groups"));
    }
    let query = FeatureQuery { audience, ..params.counted_query(collection, state.now())? };
    let footprint = Footprint::of(&query);
    // Areas of regions are drawn where they are asked for.
    let footprint = if form == 2 { footprint.with_all_of(Collection::Regions) } else { footprint };
    let (body, withheld) = state
        .on_snapshot(move |snapshot| {
            if form == 0 {
                return Ok(snapshot.aggregate_json(&query, &by));
            }
            let counted = snapshot.aggregate(&query, &by);
            let body = match form {
                1 => csv(&by, &counted),
                _ => geojson(&by, &counted, snapshot, &query),
            };
            Ok((body, counted.withheld))
        })
        .await?;
    let mut response = reply::tagged([JSON, CSV, GEO_JSON][form].clone(), body);
    if withheld > 0 {
        // Of groups: those who may not be told of in groups so fine.
        response.headers_mut().insert(WITHHELD, withheld.into());
    }
    Ok(footprint.mark(response))
}

fn groupings(params: &mut Params) -> Result<Vec<GroupBy>, Problem> {
    let text =
        params.take("group_by")?.ok_or_else(|| Problem::parameter("group_by", "it is needed, as group_by=region,month"))?;
    let mut by: Vec<GroupBy> = Vec::new();
    for name in text.split(',') {
        let next = GroupBy::parse(name).map_err(refused("group_by"))?;
        if by.iter().any(|other| other.name() == next.name()) {
            return Err(Problem::parameter("group_by", format!("'{}' is there twice", next.name())));
        }
        by.push(next);
    }
    Ok(by)
}

fn csv(by: &[GroupBy], counted: &Aggregate<'_>) -> String {
    let mut out = String::new();
    let cell = |text: &str| {
        if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
    };
    let mut row = |cells: Vec<String>| {
        out.push_str(&cells.join(","));
        out.push_str("\r\n");
    };
    let sums = Tally::default().fatalities().map(|(name, _)| name);
    row(by.iter().map(|by| by.name()).chain(["count"]).chain(sums).map(ToOwned::to_owned).collect());
    for (values, tally) in counted.groups() {
        let values = values.iter().map(|value| cell(&value.to_string()));
        let sums = tally.fatalities().map(|(_, sum)| sum.to_string());
        row(values.chain([tally.count.to_string()]).chain(sums).collect());
    }
    out
}

/// Groups as features: of regions their areas, of cells the points in their centres. Groups without a region are features without
/// a geometry.
fn geojson(by: &[GroupBy], counted: &Aggregate<'_>, snapshot: &Snapshot, query: &FeatureQuery) -> String {
    let mut out = String::from("{\"type\":\"FeatureCollection\"");
    write_window(&mut out, query);
    let members = GroupWriter::new(by);
    out.push_str(",\"features\":[");
    for (ordinal, (values, tally)) in counted.groups().enumerate() {
        out.push_str(if ordinal > 0 { ",\n" } else { "\n" });
        out.push_str("{\"type\":\"Feature\",\"geometry\":");
        let placed = values.iter().zip(by).find_map(|(value, by)| match (value, by) {
            (GroupValue::Cell(cell), _) => Some(cell.centre_position().map_or(Geometry::Null, Geometry::Point)),
            (GroupValue::Text(id), GroupBy::Region) => {
                let area = snapshot.regions().binary_search_by(|region| region.id.as_str().cmp(id)).ok();
                area.and_then(|at| snapshot.regions().get(at)).map(|region| region.shape().into())
            }
            _ => None,
        });
        write_geometry(&mut out, placed.unwrap_or(Geometry::Null));
        out.push_str(",\"properties\":{");
        members.write(&mut out, values, tally);
        out.push_str("}}");
    }
    out.push_str("\n]}");
    out
}
