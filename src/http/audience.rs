//! Who is asking: whether a request may see rows that may not be passed on, and what caches are told of it.
//!
//! The contract behind it: rows of a restricted dataset are shown to whoever sits at this machine, which holds them anyway.
//! What came through a proxy, from another machine, or from a web page of another site is the public.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::uri::Uri;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::Response;
use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};

use super::reply::REVALIDATE;
use super::state::AppState;
use crate::domain::Audience;

/// Who is shown rows of datasets that may not be redistributed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Restricted {
    /// Requests that come from this machine and through nobody.
    Loopback,
    /// Nobody.
    #[default]
    Never,
}

/// What a proxy adds to a request that it passes on.
const PROXIED: [HeaderName; 4] =
    [header::FORWARDED, HeaderName::from_static("x-forwarded-for"), HeaderName::from_static("x-real-ip"), header::VIA];

/// For one client alone, to be asked about again each time.
const PRIVATE: HeaderValue = HeaderValue::from_static("private, no-cache");
/// What the decision depends on, besides the address.
const VARY: HeaderValue = HeaderValue::from_static("forwarded, x-forwarded-for, x-real-ip, via, origin");

/// Whether answers at a path hold rows, so that they depend on who asks where a dataset may not be passed on.
pub(super) fn shows_rows(path: &str) -> bool {
    let mut segments = path.split('/').skip(1);
    match (segments.next(), segments.nth(1), segments.next()) {
        (Some("playback" | "analytics"), ..) => true,
        (Some("tiles"), Some(_), _) => true,
        (Some("collections"), Some("items" | "aggregate"), _) => true,
        (Some("collections"), Some("tiles"), Some(_)) => segments.next().is_some(),
        _ => false,
    }
}

/// Marks an answer that could hold rows for the operator alone as private. `before` says whether there were such rows when it was asked for: a
/// commit may have come in between, and either state makes the answer private.
pub(super) fn mark(state: &AppState, before: bool, response: &mut Response) {
    if state.restricted == Restricted::Never || response.headers().get(header::CACHE_CONTROL) != Some(&REVALIDATE) {
        return;
    }
    if before || state.snapshot().is_ok_and(|snapshot| snapshot.restricted()) {
        response.headers_mut().insert(header::CACHE_CONTROL, PRIVATE);
        response.headers_mut().append(header::VARY, VARY);
    }
}

/// For whom a request is answered: the operator where the setting allows it and everything speaks for this machine.
pub(super) fn audience(setting: Restricted, peer: SocketAddr, headers: &HeaderMap) -> Audience {
    let here = || peer.ip().to_canonical().is_loopback();
    let proxied = || PROXIED.iter().any(|name| headers.contains_key(name));
    // Any site may read our answers in a browser (CORS), and a browser on this machine is loopback: a page of another site
    // gives itself away by its `Origin`, and by `Host` where it made its own name point here.
    let foreign = || [header::HOST, header::ORIGIN].iter().flat_map(|name| headers.get_all(name)).any(|value| !is_here(value));
    if setting == Restricted::Loopback && here() && !proxied() && !foreign() { Audience::Operator } else { Audience::Public }
}

/// Whether an authority (`Host`) or an origin names this machine by its loopback name or address.
fn is_here(value: &HeaderValue) -> bool {
    let uri = value.to_str().ok().and_then(|text| text.parse::<Uri>().ok());
    let Some(host) = uri.as_ref().and_then(Uri::host) else { return false };
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    let name = host.to_ascii_lowercase();
    name == "localhost" || name.ends_with(".localhost") || address.is_ok_and(|address| address.to_canonical().is_loopback())
}

/// Set where it is the operator.
impl<S: Send + Sync> FromRequestParts<S> for Audience {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get().copied().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(setting: Restricted, peer: &str, headers: &[(&'static str, &str)]) -> Audience {
        let headers = headers.iter().map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap())).collect();
        audience(setting, peer.parse().unwrap(), &headers)
    }

    fn from_here(headers: &[(&'static str, &str)]) -> Audience {
        asked(Restricted::Loopback, "127.0.0.1:40000", headers)
    }

    #[test]
    fn loopback_in_every_spelling_is_here() {
        for peer in ["127.0.0.1:1", "127.8.8.8:1", "[::1]:1", "[::ffff:127.0.0.1]:1"] {
            assert_eq!(asked(Restricted::Loopback, peer, &[]), Audience::Operator, "{peer}");
        }
        for host in ["localhost", "LOCALHOST:8080", "map.localhost:8080", "127.0.0.1:8080", "[::1]:8080", "[::1]"] {
            assert_eq!(from_here(&[("host", host)]), Audience::Operator, "{host}");
        }
        assert_eq!(from_here(&[("host", "127.0.0.1"), ("origin", "http://localhost:8888")]), Audience::Operator);
    }

    #[test]
    fn another_machine_is_the_public() {
        for peer in ["192.168.1.5:1", "10.0.0.1:1", "0.0.0.0:1", "[2001:db8::1]:1", "[::ffff:192.168.1.5]:1"] {
            assert_eq!(asked(Restricted::Loopback, peer, &[("host", "localhost")]), Audience::Public, "{peer}");
        }
    }

    #[test]
    fn what_came_through_a_proxy_is_the_public() {
        for name in ["forwarded", "x-forwarded-for", "x-real-ip", "via"] {
            for value in ["", "127.0.0.1", "for=127.0.0.1"] {
                assert_eq!(from_here(&[(name, value)]), Audience::Public, "{name}: {value}");
            }
        }
    }

    #[test]
    fn a_page_of_another_site_is_the_public_also_in_a_browser_on_this_machine() {
        for origin in ["https://gis.example", "null", "https://localhost.example", "file://"] {
            assert_eq!(from_here(&[("host", "localhost:8080"), ("origin", origin)]), Audience::Public, "{origin}");
        }
        // Its own name, made to point here.
        for host in ["gis.example:8080", "127.0.0.1.gis.example", "", "a b"] {
            assert_eq!(from_here(&[("host", host)]), Audience::Public, "{host}");
        }
    }

    #[test]
    fn pages_tiles_sums_and_figures_show_rows_and_what_describes_them_does_not() {
        for path in [
            "/collections/incidents/items",
            "/collections/incidents/items/a/revisions",
            "/collections/incidents/aggregate",
            "/collections/incidents/tiles/WebMercatorQuad/3/2/1",
            "/tiles/incidents/3/2/1.mvt",
            "/playback/incidents",
            "/analytics/control/series",
        ] {
            assert!(shows_rows(path), "{path}");
        }
        for path in [
            "/",
            "/collections",
            "/collections/incidents",
            "/collections/incidents/schema",
            "/collections/incidents/tiles",
            "/collections/incidents/tiles/WebMercatorQuad",
            "/tiles/incidents.json",
            "/locate",
            "/health/live",
        ] {
            assert!(!shows_rows(path), "{path}");
        }
    }

    #[test]
    fn never_is_never() {
        assert_eq!(asked(Restricted::Never, "127.0.0.1:1", &[]), Audience::Public);
    }
}
