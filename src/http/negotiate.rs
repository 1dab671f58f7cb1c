//! Which representation the client wants: `f=`, then `Accept`.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use std::convert::Infallible;

use super::params::Params;
use super::problem::Problem;
use crate::formats::Format;

/// The media types that the client takes, with their weights; `None` where it does not say, or takes all alike.
#[derive(Debug)]
pub(super) struct Accept(Option<Vec<(String, f32)>>);

impl Accept {
    fn of(headers: &HeaderMap) -> Self {
        let values = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
        let ranges = values.flat_map(|value| value.split(',')).filter_map(|range| {
            let mut parts = range.split(';').map(str::trim);
            let media_type = parts.next().filter(|text| !text.is_empty())?.to_ascii_lowercase();
            let weight = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
            Some((media_type, weight.map_or(1.0, |q| q.trim().parse().unwrap_or(0.0))))
        });
        Self(Some(ranges.collect::<Vec<_>>()).filter(|ranges| !ranges.is_empty()))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Accept {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.headers))
    }
}

/// Takes `f` and `Accept` for an address that answers in every [`Format`] and as a page: the one that `f` names (`json` is GeoJSON), else
/// the one that `Accept` weighs most, the earlier of equals. `None` is the page, which only those get who name it.
///
/// # Errors
/// 406 when `f` or `Accept` asks for something else.
pub(super) fn format(params: &mut Params, accept: &Accept) -> Result<Option<Format>, Problem> {
    let names = || Format::ALL.map(Format::name).join(", ") + ", html";
    match params.take("f")?.as_deref() {
        Some("json") => return Ok(Some(Format::GeoJson)),
        Some("html") => return Ok(None),
        Some(asked) => {
            let refused = || not_acceptable(&format!("f={asked} is not offered here; these are: {}", names()));
            return Format::from_name(asked).map(Some).ok_or_else(refused);
        }
        None => {}
    }
    let Some(accepted) = &accept.0 else { return Ok(Some(Format::GeoJson)) };
    let named = accepted.iter().find(|(range, _)| range == "text/html").map_or(0.0, |(_, weight)| *weight);
    let mut best = None;
    for format in Format::ALL {
        let bare = format.media_type().split(';').next().unwrap_or_default();
        let mut weighed = weight(accepted, bare);
        if format == Format::GeoJson {
            weighed = weighed.max(weight(accepted, "application/json"));
        }
        if weighed > best.map_or(0.0, |(_, most)| most) {
            best = Some((format, weighed));
        }
    }
    match best {
        Some((_, most)) if named > 0.0 && named >= most => Ok(None),
        Some((format, _)) => Ok(Some(format)),
        None if named > 0.0 => Ok(None),
        None => Err(not_acceptable(&format!("this address answers as {}, by f= or Accept", names()))),
    }
}

/// Takes `f` and `Accept` for an address that answers in one media type only, known as `f=name` (or `json`).
///
/// # Errors
/// 406 when `f` or `Accept` asks for something else.
pub(super) fn only(params: &mut Params, accept: &Accept, name: &str, media_types: &[&str]) -> Result<(), Problem> {
    match params.take("f")?.as_deref() {
        Some(asked) if asked == name || asked == "json" => return Ok(()),
        Some(asked) => return Err(not_acceptable(&format!("f={asked} is not offered here; f={name} is"))),
        None => {}
    }
    let Some(accepted) = &accept.0 else { return Ok(()) };
    let takes = |media_type: &str| weight(accepted, media_type) > 0.0;
    if media_types.iter().any(|media_type| takes(media_type)) || takes("application/json") {
        Ok(())
    } else {
        Err(not_acceptable(&format!("this address answers in {}", media_types.join(", "))))
    }
}

/// A representation that an address offers.
#[derive(Debug)]
pub(super) struct Offer {
    /// What `f` names it by.
    pub(super) names: &'static [&'static str],
    /// What `Accept` names it by.
    pub(super) media_types: &'static [&'static str],
}

/// Takes `f` and `Accept` for an address with several representations: the place of the one that `f` names, else of the one that
/// `Accept` weighs most, the earlier of equals.
///
/// # Errors
/// 406 when `f` or `Accept` asks for something else.
pub(super) fn one_of(params: &mut Params, accept: &Accept, offers: &[Offer]) -> Result<usize, Problem> {
    let offered = || offers.iter().flat_map(|offer| offer.names).copied().collect::<Vec<_>>().join(", ");
    if let Some(asked) = params.take("f")? {
        let found = offers.iter().position(|offer| offer.names.contains(&asked.as_str()));
        return found.ok_or_else(|| not_acceptable(&format!("f={asked} is not offered here; these are: {}", offered())));
    }
    let Some(accepted) = &accept.0 else { return Ok(0) };
    let weighed = |offer: &Offer| offer.media_types.iter().map(|media_type| weight(accepted, media_type)).fold(0.0, f32::max);
    let mut best = None;
    for (at, weight) in offers.iter().map(weighed).enumerate() {
        if weight > best.map_or(0.0, |(_, most)| most) {
            best = Some((at, weight));
        }
    }
    best.map(|(at, _)| at).ok_or_else(|| not_acceptable(&format!("this address answers as {}, by f= or Accept", offered())))
}

/// Reads the query of an address that has no parameter but `f` and answers in one media type only, known as `f=json`.
///
/// # Errors
/// 400 for any other parameter, 406 when something else is asked for.
pub(super) fn no_parameters(query: Option<&str>, accept: &Accept, media_type: &str) -> Result<(), Problem> {
    let mut params = Params::parse(query)?;
    only(&mut params, accept, "json", &[media_type])?;
    params.finish()
}

/// Whether a person with a browser is asking: `f=html`, or `text/html` by name in `Accept` and not wanted less than JSON.
///
/// # Errors
/// 406 when `f` is neither `html` nor `json`, or `Accept` takes neither.
pub(super) fn wants_html(params: &mut Params, accept: &Accept) -> Result<bool, Problem> {
    match params.take("f")?.as_deref() {
        Some("html") => return Ok(true),
        Some("json") => return Ok(false),
        Some(asked) => return Err(not_acceptable(&format!("f={asked} is not offered here; f=html and f=json are"))),
        None => {}
    }
    let Some(accepted) = &accept.0 else { return Ok(false) };
    let named = |media_type: &str| accepted.iter().find(|(range, _)| range == media_type).map_or(0.0, |(_, q)| *q);
    if named("text/html") > 0.0 && named("text/html") >= named("application/json") {
        return Ok(true);
    }
    if weight(accepted, "application/json") > 0.0 {
        Ok(false)
    } else {
        Err(not_acceptable("this address answers in text/html and application/json"))
    }
}

/// How the bytes of an answer may go over the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Encoding {
    /// As they are.
    Identity,
    /// With gzip.
    Gzip,
    /// With brotli.
    Brotli,
}

/// The encoding to answer in: of those that `Accept-Encoding` weighs most gzip, which is the quickest to make, before brotli, or the
/// other way where the `smallest` is wanted, and the plain bytes; `None` when it takes none of them (RFC 9110 §12.5.3).
pub(super) fn encoding(headers: &HeaderMap, smallest: bool) -> Option<Encoding> {
    let values = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    let (mut gzip, mut brotli, mut identity, mut any) = (None, None, None, None);
    for range in values.flat_map(|value| value.split(',')) {
        let mut parts = range.split(';').map(str::trim);
        let place = match parts.next().unwrap_or_default() {
            "gzip" | "x-gzip" => &mut gzip,
            "br" => &mut brotli,
            "identity" => &mut identity,
            "*" => &mut any,
            _ => continue,
        };
        let weight = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
        *place = Some(weight.map_or(1.0, |q| q.trim().parse().unwrap_or(0.0)));
    }
    // The plain bytes are taken unless they are refused by name or by the star, and then least gladly.
    let identity: f32 = identity.unwrap_or(if any == Some(0.0) { 0.0 } else { 0.001 });
    let mut weighed = [
        (Encoding::Gzip, gzip.or(any).unwrap_or(0.0)),
        (Encoding::Brotli, brotli.or(any).unwrap_or(0.0)),
        (Encoding::Identity, identity),
    ];
    if smallest {
        weighed.swap(0, 1);
    }
    let best = weighed.into_iter().rev().max_by(|(_, a), (_, b)| a.total_cmp(b));
    best.filter(|(_, weight)| *weight > 0.0).map(|(encoding, _)| encoding)
}

fn not_acceptable(detail: &str) -> Problem {
    Problem::new(StatusCode::NOT_ACCEPTABLE).detail(detail)
}

/// The weight of a media type: that of the most specific range that covers it (RFC 9110 §12.5.1).
fn weight(accepted: &[(String, f32)], media_type: &str) -> f32 {
    let family = media_type.split('/').next().unwrap_or_default();
    let find = |range: &str| accepted.iter().find(|(text, _)| text == range).map(|(_, q)| *q);
    find(media_type).or_else(|| find(&format!("{family}/*"))).or_else(|| find("*/*")).unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn html(accept: Option<&str>, query: &str) -> Result<bool, u16> {
        let mut headers = HeaderMap::new();
        if let Some(accept) = accept {
            headers.insert(header::ACCEPT, accept.parse().unwrap());
        }
        let mut params = Params::parse(Some(query)).unwrap_or_else(|_| panic!("query {query}"));
        wants_html(&mut params, &Accept::of(&headers)).map_err(|_| 406)
    }

    fn asked(accept: Option<&str>, query: &str) -> Option<Format> {
        let mut headers = HeaderMap::new();
        if let Some(accept) = accept {
            headers.insert(header::ACCEPT, accept.parse().unwrap());
        }
        let mut params = Params::parse(Some(query)).unwrap_or_else(|_| panic!("query {query}"));
        format(&mut params, &Accept::of(&headers)).ok().flatten()
    }

    #[test]
    fn the_format_is_what_f_names_or_what_is_weighed_most() {
        assert_eq!(asked(None, ""), Some(Format::GeoJson));
        assert_eq!(asked(Some("text/csv"), "f=arrow"), Some(Format::Arrow));
        assert_eq!(asked(Some("text/csv"), "f=json"), Some(Format::GeoJson));
        for (accept, expected) in [
            ("*/*", Format::GeoJson),
            ("application/json", Format::GeoJson),
            ("text/csv", Format::Csv),
            ("text/*", Format::Csv),
            ("application/geo+json-seq", Format::GeoJsonSeq),
            ("application/flatgeobuf, */*;q=0.1", Format::FlatGeobuf),
            ("application/vnd.apache.arrow.stream;q=0.9, text/csv;q=0.5", Format::Arrow),
            ("application/geo+json;q=0, */*", Format::GeoJson),
            ("application/geo+json, text/html;q=0.5", Format::GeoJson),
        ] {
            assert_eq!(asked(Some(accept), ""), Some(expected), "{accept}");
        }
        for browser in ["text/html", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"] {
            assert_eq!(asked(Some(browser), ""), None, "the page");
        }
        assert_eq!(asked(Some("application/pdf"), ""), None);
        assert_eq!(asked(None, "f=pdf"), None);
        assert_eq!(asked(None, "f="), None);
    }

    #[test]
    fn gzip_where_it_is_taken_and_nothing_where_nothing_is() {
        for (accepted, expected) in [
            (None, Some(Encoding::Identity)),
            (Some(""), Some(Encoding::Identity)),
            (Some("gzip"), Some(Encoding::Gzip)),
            (Some("br, zstd"), Some(Encoding::Brotli)),
            (Some("gzip;q=0.5, br"), Some(Encoding::Brotli)),
            (Some("gzip, deflate, br, zstd"), Some(Encoding::Gzip)),
            (Some("gzip;q=0"), Some(Encoding::Identity)),
            (Some("gzip;q=0.2, identity;q=0.8"), Some(Encoding::Identity)),
            (Some("*"), Some(Encoding::Gzip)),
            (Some("*;q=0"), None),
            (Some("identity;q=0"), None),
            (Some("identity;q=0, gzip"), Some(Encoding::Gzip)),
        ] {
            let mut headers = HeaderMap::new();
            if let Some(accepted) = accepted {
                headers.insert(header::ACCEPT_ENCODING, accepted.parse().unwrap());
            }
            assert_eq!(encoding(&headers, false), expected, "{accepted:?}");
        }
    }

    #[test]
    fn html_only_where_it_is_named() {
        assert_eq!(html(None, ""), Ok(false));
        assert_eq!(html(Some("*/*"), ""), Ok(false));
        assert_eq!(html(Some("text/html,application/xhtml+xml,*/*;q=0.8"), ""), Ok(true));
        assert_eq!(html(Some("application/json, text/html;q=0.5"), ""), Ok(false));
        assert_eq!(html(Some("text/html"), "f=json"), Ok(false));
        assert_eq!(html(Some("text/csv"), ""), Err(406));
        assert_eq!(html(None, "f=pdf"), Err(406));
    }
}
