//! Answers as pages for people: the same content as the JSON, with links to walk along. No script and no style inside: the policy
//! that goes with every answer allows neither.

use axum::http::{HeaderValue, header};
use axum::response::Response;
use maud::{DOCTYPE, Markup, html};
use serde::Serialize;

use super::negotiate::{Accept, Offer, one_of};
use super::params::Params;
use super::problem::Problem;
use super::reply;

/// A page.
pub(super) const HTML: HeaderValue = HeaderValue::from_static("text/html; charset=utf-8");
const CSS: HeaderValue = HeaderValue::from_static("text/css; charset=utf-8");

/// What a page looks like.
const STYLE: &str = include_str!("../../static/css/pages.css");

/// The two forms that most addresses answer in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answered {
    Json,
    Html,
}

/// Reads the query of an address that has no parameter but `f` and answers in JSON, under those media types, or as a page.
///
/// # Errors
/// 400 for any other parameter, 406 when something else is asked for.
pub(super) fn asked(query: Option<&str>, accept: &Accept, json: &'static [&'static str]) -> Result<Answered, Problem> {
    let mut params = Params::parse(query)?;
    let answered = taken(&mut params, accept, json)?;
    params.finish()?;
    Ok(answered)
}

/// The same, of an address with parameters of its own.
///
/// # Errors
/// 406 when something else is asked for.
pub(super) fn taken(params: &mut Params, accept: &Accept, json: &'static [&'static str]) -> Result<Answered, Problem> {
    let offers = [Offer { names: &["json"], media_types: json }, Offer { names: &["html"], media_types: &["text/html"] }];
    Ok(if one_of(params, accept, &offers)? == 0 { Answered::Json } else { Answered::Html })
}

/// A value as JSON at an address that has a page, too.
pub(super) fn json(content_type: HeaderValue, value: &impl Serialize) -> Response {
    varied(reply::json(content_type, value))
}

/// The answer, saying that it depends on `Accept`.
pub(super) fn varied(mut response: Response) -> Response {
    response.headers_mut().append(header::VARY, HeaderValue::from_static("accept"));
    response
}

/// A page below others, each with its path and its name.
pub(super) fn page(base: &str, title: &str, above: &[(&str, &str)], body: &Markup) -> Response {
    varied(reply::tagged(HTML, text(base, title, above, body)))
}

/// The text of it.
pub(super) fn text(base: &str, title: &str, above: &[(&str, &str)], body: &Markup) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) " – Harmattan" }
                link rel="icon" href={ (base) "/favicon.svg" } type="image/svg+xml";
                link rel="stylesheet" href={ (base) "/pages.css" };
            }
            body {
                nav aria-label="Site" {
                    a href={ (base) "/" } { "Map" }
                    a href={ (base) "/collections?f=html" } { "Collections" }
                    a href={ (base) "/api.html" } { "API" }
                    a href={ (base) "/conformance?f=html" } { "Conformance" }
                    a href={ (base) "/datasets" } { "Datasets and licences" }
                }
                main {
                    @if !above.is_empty() {
                        p.above { @for (path, name) in above { a href={ (base) (path) } { (name) } " › " } }
                    }
                    h1 { (title) }
                    (body)
                }
                footer { "What was reported, by whom, how sure and how old; unknown where nobody knows. Borders and names imply no endorsement." }
            }
        }
    };
    page.into_string()
}

/// `GET /pages.css`.
pub(super) async fn style() -> Response {
    reply::tagged(CSS, STYLE)
}
