//! Who is asking: whether a request may see rows that may not be passed on, and what caches are told of it.
//!
//! The contract behind it: rows of a restricted dataset are shown to whoever sits at this machine, which holds them anyway.
//! What came through a proxy, from another machine, or from a web page of another site is the public.

use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::uri::Uri;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::middleware::Next;
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

/// Decides for whom the answer is, and marks answers that could hold rows for the operator alone as private.
pub(super) async fn decide(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| *peer);
    let audience = audience(state.restricted, peer, request.headers());
    request.extensions_mut().insert(audience);
    let depends = || state.restricted != Restricted::Never && state.snapshot().is_ok_and(|snapshot| snapshot.restricted());
    // A commit may come in between: either state makes the answer private.
    let before = depends();
    let mut response = next.run(request).await;
    if (before || depends()) && response.headers().get(header::CACHE_CONTROL) == Some(&REVALIDATE) {
        response.headers_mut().insert(header::CACHE_CONTROL, PRIVATE);
        response.headers_mut().append(header::VARY, VARY);
    }
    response
}

/// For whom a request is answered: the operator where the setting allows it and everything speaks for this machine.
pub(super) fn audience(setting: Restricted, peer: Option<SocketAddr>, headers: &HeaderMap) -> Audience {
    let here = peer.is_some_and(|peer| peer.ip().to_canonical().is_loopback());
    let proxied = PROXIED.iter().any(|name| headers.contains_key(name));
    // Any site may read our answers in a browser (CORS), and a browser on this machine is loopback: a page of another site
    // gives itself away by its `Origin`, and by `Host` where it made its own name point here.
    let foreign = [header::HOST, header::ORIGIN].iter().flat_map(|name| headers.get_all(name)).any(|value| !is_here(value));
    if setting == Restricted::Loopback && here && !proxied && !foreign { Audience::Operator } else { Audience::Public }
}

/// Whether an authority (`Host`) or an origin names this machine by its loopback name or address.
fn is_here(value: &HeaderValue) -> bool {
    let uri = value.to_str().ok().and_then(|text| text.parse::<Uri>().ok());
    let Some(host) = uri.as_ref().and_then(Uri::host) else { return false };
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    let name = host.to_ascii_lowercase();
    name == "localhost" || name.ends_with(".localhost") || address.is_ok_and(|address| address.to_canonical().is_loopback())
}

/// What `decide` found; an address that it does not stand before answers the public.
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
        audience(setting, Some(peer.parse().unwrap()), &headers)
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
        assert_eq!(audience(Restricted::Loopback, None, &HeaderMap::new()), Audience::Public);
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
    fn never_is_never() {
        assert_eq!(asked(Restricted::Never, "127.0.0.1:1", &[]), Audience::Public);
    }
}
