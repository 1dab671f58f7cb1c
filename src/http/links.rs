//! Links between our answers. They begin with the configured address, never with what a request claims in its `Host`.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;

use crate::tiles::geojson::write_string;

/// A link to another answer.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Link {
    href: String,
    rel: &'static str,
    #[serde(rename = "type")]
    media_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'static str>,
}

impl Link {
    /// A link to `path` below the base address.
    pub(super) fn new(base_url: &str, path: &str, rel: &'static str, media_type: &'static str) -> Self {
        Self { href: format!("{base_url}{path}"), rel, media_type, title: None }
    }

    /// The same with a title.
    pub(super) fn titled(self, title: &'static str) -> Self {
        Self { title: Some(title), ..self }
    }

    /// Where it leads.
    pub(super) fn href(&self) -> &str {
        &self.href
    }

    /// How what it leads to relates to where it stands.
    pub(super) fn rel(&self) -> &str {
        self.rel
    }

    /// What it leads to is sent as.
    pub(super) fn media_type(&self) -> &str {
        self.media_type
    }

    /// The `Link` header's form (RFC 8288).
    pub(super) fn header_form(&self) -> String {
        format!("<{}>; rel=\"{}\"; type=\"{}\"", self.href, self.rel, self.media_type)
    }
}

/// Appends links as a JSON array, as their serialisation has them.
pub(super) fn write_links(out: &mut String, links: &[Link]) {
    for (at, link) in links.iter().enumerate() {
        out.push_str(if at == 0 { "[{\"href\":" } else { ",{\"href\":" });
        write_string(out, &link.href);
        out.push_str(",\"rel\":");
        write_string(out, link.rel);
        out.push_str(",\"type\":");
        write_string(out, link.media_type);
        if let Some(title) = link.title {
            out.push_str(",\"title\":");
            write_string(out, title);
        }
        out.push('}');
    }
    out.push_str(if links.is_empty() { "[]" } else { "]" });
}

/// Everything but the characters RFC 3986 leaves unreserved, and `:`, `,` and `/`, which are safe in our paths and queries
/// and keep ids, boxes and intervals readable.
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b':').remove(b',');
const QUERY_VALUE: &AsciiSet = &COMPONENT.remove(b'/');

/// A path segment, encoded.
pub(super) fn segment(text: &str) -> String {
    utf8_percent_encode(text, COMPONENT).to_string()
}

/// The query string of a request with one parameter replaced (or added, or left out).
pub(super) fn with_parameter(query: Option<&str>, name: &str, value: Option<&str>) -> String {
    let others = query.unwrap_or("").split('&').filter(|pair| !pair.is_empty() && pair.split('=').next() != Some(name));
    // What stands in a query string is encoded already; anything that is not allowed in a URI was refused before.
    let mut pairs: Vec<String> = others.map(ToOwned::to_owned).collect();
    pairs.extend(value.map(|value| format!("{name}={}", utf8_percent_encode(value, QUERY_VALUE))));
    if pairs.is_empty() { String::new() } else { format!("?{}", pairs.join("&")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_written_as_they_are_serialised() {
        let links = [
            Link::new("http://map.example", "/a?b=\"c\"", "self", "application/json"),
            Link::new("", "/é", "next", "text/html").titled("More \\ \"of\" it"),
        ];
        for links in [&links[..], &links[..1], &[]] {
            let mut written = String::new();
            write_links(&mut written, links);
            assert_eq!(written, serde_json::to_string(links).unwrap());
        }
    }

    #[test]
    fn a_parameter_is_replaced_and_the_others_stay() {
        assert_eq!(with_parameter(Some("limit=5&cursor=a&f=json"), "cursor", Some("b c")), "?limit=5&f=json&cursor=b%20c");
        assert_eq!(with_parameter(Some("cursor=a"), "cursor", None), "");
    }
}
