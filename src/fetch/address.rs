//! Addresses that may be asked: over TLS, or without leaving this machine; and what of them may stand in a message.

/// An address that may be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Address {
    /// Without a fragment, which no server is sent.
    text: String,
    secure: bool,
    /// Where the path begins.
    path_at: usize,
}

impl Address {
    /// Reads an address; `None` when it leads off this machine without TLS, holds a user or password, or is none.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.split('#').next().unwrap_or_default();
        let (scheme, rest) = text.split_once("://")?;
        let secure = match scheme.to_ascii_lowercase().as_str() {
            "https" => true,
            "http" => false,
            _ => return None,
        };
        let authority = rest.split(['/', '?']).next().unwrap_or_default();
        // It goes into a request line.
        let sendable = text.bytes().all(|byte| byte.is_ascii_graphic());
        if authority.is_empty() || authority.contains('@') || !sendable || !secure && !is_loopback(authority) {
            return None;
        }
        Some(Self { text: text.to_owned(), secure, path_at: scheme.len() + 3 + authority.len() })
    }

    /// The address itself, for a request.
    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it has parameters.
    pub(super) fn has_query(&self) -> bool {
        self.text.contains('?')
    }

    /// Where a redirect leads (RFC 9110 §10.2.2, RFC 3986 §5.2 without the removal of dots, which servers do); `None` when it
    /// leads where must not be asked: off TLS, or nowhere.
    pub(super) fn follow(&self, location: &str) -> Option<Self> {
        let origin = &self.text[..self.path_at];
        let path = self.text.split('?').next().unwrap_or_default();
        let folder = path.rfind('/').filter(|at| *at >= self.path_at).map_or(origin.len(), |at| at);
        let to = if location.contains("://") && !location.starts_with(['/', '?']) {
            location.to_owned()
        } else if location.starts_with("//") {
            format!("{}:{location}", if self.secure { "https" } else { "http" })
        } else if location.starts_with('/') {
            format!("{origin}{location}")
        } else if location.starts_with('?') {
            format!("{path}{location}")
        } else {
            format!("{}/{location}", &path[..folder])
        };
        Self::parse(&to).filter(|to| to.secure || !self.secure)
    }
}

/// Whether a host with its port is this machine.
fn is_loopback(authority: &str) -> bool {
    let host = authority.strip_prefix('[').and_then(|rest| rest.split_once(']')).map(|(host, _)| host);
    let host = host.unwrap_or_else(|| authority.split(':').next().unwrap_or_default());
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// An address as it may stand in messages and reports: without user, password, parameters and fragment, where keys stand.
///
/// ```
/// use harmattan::fetch::shown;
/// assert_eq!(shown("https://me:word@example.org/a.csv?key=1#x"), "https://example.org/a.csv");
/// ```
#[must_use]
pub fn shown(address: &str) -> String {
    let bare = address.split(['?', '#']).next().unwrap_or_default();
    let Some((scheme, rest)) = bare.split_once("://") else { return bare.to_owned() };
    let (authority, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
    let host = authority.rsplit('@').next().unwrap_or_default();
    format!("{scheme}://{host}{path}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_tls_leaves_this_machine() {
        for text in
            ["https://example.org", "HTTPS://example.org/x", "http://127.0.0.1:8080", "http://localhost/x", "http://[::1]:90"]
        {
            assert!(Address::parse(text).is_some(), "{text}");
        }
        for text in [
            "http://example.org",
            "example.org",
            "https://",
            "ftp://x",
            "file:///etc/passwd",
            "https://me:word@example.org",
            "http://127.0.0.1.example",
            "http://localhost@example.org",
            "https://example.org/a b",
            "https://example.org/\r\nX: y",
        ] {
            assert!(Address::parse(text).is_none(), "{text:?}");
        }
    }

    #[test]
    fn redirects_are_resolved_and_never_lead_off_tls() {
        let from = Address::parse("https://a.example/x/y.csv?k=1#f").unwrap();
        let to = |location| from.follow(location).map(|to| to.as_str().to_owned());
        for (location, expected) in [
            ("https://b.example/z", "https://b.example/z"),
            ("//b.example/z", "https://b.example/z"),
            ("/z?q=http://c", "https://a.example/z?q=http://c"),
            ("z.csv", "https://a.example/x/z.csv"),
            ("?k=2", "https://a.example/x/y.csv?k=2"),
        ] {
            assert_eq!(to(location).as_deref(), Some(expected), "{location}");
        }
        for location in ["http://a.example/z", "http://127.0.0.1/z", "file:///etc/passwd", "https://me:word@b.example/"] {
            assert_eq!(to(location), None, "{location}");
        }
        let local = Address::parse("http://127.0.0.1:1").unwrap();
        assert_eq!(local.follow("z").unwrap().as_str(), "http://127.0.0.1:1/z");
        assert!(local.follow("http://b.example/").is_none());
        assert!(local.follow("https://b.example/").is_some());
    }

    #[test]
    fn what_is_shown_holds_no_key() {
        assert_eq!(shown("https://user:pa@ss@h.example:1/a?b#c"), "https://h.example:1/a");
        assert_eq!(shown("https://h.example?token=1"), "https://h.example");
        assert_eq!(shown("no address"), "no address");
    }
}
