//! `/`: the map for people, the list of what there is for machines.

use axum::extract::{RawQuery, State};
use axum::http::{HeaderValue, header};
use axum::response::Response;
use serde_json::json;

use super::assets;
use super::links::Link;
use super::negotiate::{Accept, wants_html};
use super::openapi;
use super::params::Params;
use super::preview;
use super::problem::Problem;
use super::reply::{self, JSON};
use super::state::AppState;
use super::style;

/// The map where `text/html` is asked for by name, the landing page in JSON otherwise.
pub(super) async fn landing(
    State(state): State<AppState>,
    RawQuery(query): RawQuery,
    accept: Accept,
) -> Result<Response, Problem> {
    let mut params = Params::parse(query.as_deref())?;
    let mut response = if wants_html(&mut params, &accept)? {
        // Whatever else stands in the query belongs to the page (`?embed=1`); what is no interval or view, to nobody.
        let asked = preview::Asked::take(&mut params).or_else(|_| preview::Asked::take(&mut Params::parse(None)?))?;
        assets::page(&tags(&state, &asked))?
    } else {
        params.finish()?;
        reply::json(JSON, &description(&state))
    };
    response.headers_mut().append(header::VARY, HeaderValue::from_static("accept"));
    Ok(response)
}

/// What a service that shows links reads (the Open Graph protocol, ogp.me): the picture of the interval and view that the link names.
fn tags(state: &AppState, asked: &preview::Asked) -> String {
    let base = state.base_url();
    let query = asked.query().replace('&', "&amp;");
    let (width, height) = preview::SIZE;
    let language = asked.language();
    let escaped = |text: &str| text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;");
    let title = asked.interval().map_or(String::new(), |interval| format!("{interval}: "));
    let mut tags = String::new();
    for (property, content) in [
        ("og:title", escaped(&format!("{title}{}", language.text("page.title")))),
        ("og:locale", language.locale().to_owned()),
        ("og:url", format!("{base}/{query}")),
        ("og:image", format!("{base}/preview.png{query}")),
        ("og:image:width", width.to_string()),
        ("og:image:height", height.to_string()),
        ("og:image:alt", escaped(language.text("map.label"))),
    ] {
        tags.push_str(&format!("<meta property=\"{property}\" content=\"{content}\">\n"));
    }
    tags
}

fn description(state: &AppState) -> serde_json::Value {
    let base = state.base_url();
    let link = |path: &str, rel, title| Link::new(base, path, rel, "application/json").titled(title);
    json!({
        "title": "Harmattan",
        "description": "Reported incidents, control of places and status of supply corridors in the Sahel and the coastal states of \
                        West Africa: what was reported, by whom, how sure and how old, and unknown where nobody knows.",
        "links": [
            link("/?f=json", "self", "This page"),
            Link::new(base, "/?f=html", "alternate", "text/html").titled("The map"),
            Link::new(base, "/api", "service-desc", openapi::MEDIA_TYPE).titled("This API in OpenAPI 3.0"),
            Link::new(base, "/api.html", "service-doc", "text/html").titled("This API for people"),
            link("/conformance", "conformance", "Classes of the standards that hold"),
            link("/conformance", "http://www.opengis.net/def/rel/ogc/1.0/conformance", "Classes of the standards that hold"),
            link("/collections", "data", "Collections"),
            link("/collections", "http://www.opengis.net/def/rel/ogc/1.0/data", "Collections"),
            Link::new(base, "/style.json", "stylesheet", style::MEDIA_TYPE).titled("How a map may draw the vector tiles"),
            link("/datasets", "license", "Datasets with their licences"),
            link("/actors", "related", "Actor codes"),
            link("/analytics/control", "related", "Shares of states and regions by assessed control, with what is unknown"),
            link("/playback/control", "related", "Control of places, every dated change"),
            link("/playback/corridors", "related", "Status of corridors, every dated change"),
        ],
    })
}
