//! `/actors` and `/datasets`: plain lists that explain the codes in features.

use axum::extract::{RawQuery, State};
use axum::response::Response;
use serde_json::json;

use super::negotiate::{Accept, no_parameters};
use super::problem::Problem;
use super::reply::{self, JSON};
use super::state::AppState;

/// `GET /actors`.
pub(super) async fn actors(
    State(state): State<AppState>,
    RawQuery(query): RawQuery,
    accept: Accept,
) -> Result<Response, Problem> {
    no_parameters(query.as_deref(), &accept, "application/json")?;
    let snapshot = state.snapshot()?;
    let describe = |actor: &crate::domain::Actor| {
        json!({
            "code": actor.code,
            "name_en": actor.name_en,
            "name_fr": actor.name_fr,
            "kind": actor.kind,
            "side": actor.side.as_str(),
            "force_of": actor.force_of,
            "parent_alliance": actor.parent_alliance,
            "parents": actor.parents.iter().map(|parent| json!({
                "code": parent.code,
                "valid_from": parent.from.to_string(),
                "valid_to": parent.to.map(|day| day.to_string()),
            })).collect::<Vec<_>>(),
            "active_from": actor.active_from,
            "active_to": actor.active_to,
            "note": actor.note,
        })
    };
    let actors: Vec<_> = snapshot.actors().iter().map(describe).collect();
    Ok(reply::json(JSON, &json!({ "actors": actors })))
}

/// `GET /datasets`.
pub(super) async fn datasets(
    State(state): State<AppState>,
    RawQuery(query): RawQuery,
    accept: Accept,
) -> Result<Response, Problem> {
    no_parameters(query.as_deref(), &accept, "application/json")?;
    let snapshot = state.snapshot()?;
    let describe = |dataset: &std::sync::Arc<crate::domain::Dataset>| {
        json!({
            "id": dataset.id,
            "title": dataset.title,
            "version": dataset.version,
            "released": dataset.released.to_string(),
            "licence": dataset.licence,
            "licence_url": dataset.licence_url,
            "attribution": dataset.attribution,
            "redistribution": dataset.redistribution.as_str(),
            "homepage": dataset.homepage,
            "description": dataset.description,
            "rows": snapshot.rows_of(dataset),
            "imported_at": dataset.imported_at.map(|instant| instant.to_string()),
        })
    };
    let datasets: Vec<_> = snapshot.datasets().iter().map(describe).collect();
    Ok(reply::json(JSON, &json!({ "datasets": datasets })))
}
