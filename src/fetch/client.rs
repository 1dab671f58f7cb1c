//! One HTTP client for both providers: timeouts, statuses, bodies of bounded size. Credentials go into it and nowhere else.

use std::fmt;
use ureq::http::Response;
use ureq::{Agent, Body};

use super::retry::{Failure, Retry, retry_after};
use super::{FetchError, Patience};

/// The longest reply that is read, in bytes; 5,000 rows of ACLED with long notes are some 10 MiB.
const MAX_BODY_BYTES: u64 = 128 << 20;

/// A credential. It is never printed.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// Takes a credential from the environment.
    ///
    /// # Errors
    /// [`FetchError::Missing`] when it is not set or empty, [`FetchError::Unsendable`] when it cannot be in a header.
    pub fn from_environment(provider: &'static str, variable: &'static str) -> Result<Self, FetchError> {
        match std::env::var(variable) {
            Ok(text) if text.trim().is_empty() => Err(FetchError::Missing { provider, variable }),
            Ok(text) if text.chars().any(char::is_control) => Err(FetchError::Unsendable { variable }),
            Ok(text) => Ok(Self(text)),
            Err(std::env::VarError::NotPresent) => Err(FetchError::Missing { provider, variable }),
            Err(std::env::VarError::NotUnicode(_)) => Err(FetchError::Unsendable { variable }),
        }
    }

    /// A credential that a provider handed out; `None` when it cannot be in a header.
    pub(super) fn received(text: String) -> Option<Self> {
        (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())).then_some(Self(text))
    }

    /// The credential itself, for a request.
    pub(super) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

/// What is asked of a provider.
pub(super) struct Request<'a> {
    /// Its name in messages, as `page 3`.
    pub(super) what: &'a str,
    /// The path after the base address.
    pub(super) path: &'a str,
    /// Parameters of the address.
    pub(super) parameters: &'a [(&'static str, String)],
    /// A header with a credential.
    pub(super) header: (&'static str, String),
}

/// Asks one provider.
#[derive(Debug)]
pub(super) struct Client {
    agent: Agent,
    retry: Retry,
    pub(super) provider: &'static str,
    base: String,
    /// What to look at when it answers 401 or 403.
    hint: &'static str,
}

impl Client {
    /// A client of the provider at `base`, which `variable` may have set.
    pub(super) fn new(
        provider: &'static str,
        hint: &'static str,
        base: &str,
        variable: &'static str,
        patience: Patience,
    ) -> Result<Self, FetchError> {
        let base = base.trim_end_matches('/').to_owned();
        if !is_safe(&base) {
            return Err(FetchError::Address { variable });
        }
        // A redirect could carry a token to another host, so none is followed.
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_connect(Some(patience.timeout))
            .timeout_global(Some(patience.timeout))
            .user_agent(concat!("harmattan/", env!("CARGO_PKG_VERSION")));
        let agent = config.build().new_agent();
        Ok(Self { agent, retry: Retry { first: patience.first_wait }, provider, base, hint })
    }

    /// Asks until a whole reply is there, which `check` reads.
    ///
    /// # Errors
    /// [`FetchError::Denied`] for 401 and 403; else what the last try came to.
    pub(super) fn get<T>(&self, request: &Request<'_>, check: impl Fn(Vec<u8>) -> Result<T, String>) -> Result<T, FetchError> {
        self.retry.run(|| {
            let mut call = self.agent.get(format!("{}{}", self.base, request.path));
            for (name, value) in request.parameters {
                call = call.query(*name, value);
            }
            let answer = call.header(request.header.0, &request.header.1).call();
            self.read(request.what, answer, &[401, 403], &check)
        })
    }

    /// Sends a form; 400 counts as denied too, as OAuth answers to a wrong password (RFC 6749 §5.2).
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub(super) fn post<T>(
        &self,
        what: &str,
        path: &str,
        form: &[(&str, &str)],
        check: impl Fn(Vec<u8>) -> Result<T, String>,
    ) -> Result<T, FetchError> {
        self.retry.run(|| {
            let answer = self.agent.post(format!("{}{path}", self.base)).send_form(form.iter().copied());
            self.read(what, answer, &[400, 401, 403], &check)
        })
    }

    fn read<T>(
        &self,
        what: &str,
        answer: Result<Response<Body>, ureq::Error>,
        denied: &[u16],
        check: &impl Fn(Vec<u8>) -> Result<T, String>,
    ) -> Result<T, Failure> {
        let (provider, what) = (self.provider, what.to_owned());
        let mut answer = answer.map_err(|error| self.unreachable(&what, error))?;
        let status = answer.status().as_u16();
        if denied.contains(&status) {
            return Err(Failure::Final(FetchError::Denied { provider, what, status, hint: self.hint }));
        }
        if status != 200 {
            let error = FetchError::Status { provider, what, status };
            if !matches!(status, 408 | 429 | 500 | 502 | 503 | 504) {
                return Err(Failure::Final(error));
            }
            let asked = answer.headers().get("retry-after").and_then(|value| value.to_str().ok());
            let wait = asked.and_then(|text| retry_after(text, jiff::Timestamp::now()));
            return Err(Failure::Again { error, wait });
        }
        let incomplete = |what, reason| Failure::Again { error: FetchError::Incomplete { provider, what, reason }, wait: None };
        match answer.body_mut().with_config().limit(MAX_BODY_BYTES).read_to_vec() {
            Ok(bytes) => check(bytes).map_err(|reason| incomplete(what, reason)),
            Err(error) => Err(incomplete(what, format!("the reply broke off: {error}"))),
        }
    }

    fn unreachable(&self, what: &str, error: ureq::Error) -> Failure {
        // A certificate that is not trusted or an address that is none stays so.
        let stays = matches!(error, ureq::Error::Rustls(_) | ureq::Error::Tls(_) | ureq::Error::BadUri(_) | ureq::Error::Http(_));
        let error = FetchError::Unreachable { provider: self.provider, what: what.to_owned(), source: Box::new(error) };
        if stays { Failure::Final(error) } else { Failure::Again { error, wait: None } }
    }
}

/// Whether credentials may be sent there: over TLS, or without leaving this machine. An address that itself holds a password
/// is not: it would be printed.
fn is_safe(base: &str) -> bool {
    let (secure, rest) = match (base.strip_prefix("https://"), base.strip_prefix("http://")) {
        (Some(rest), _) => (true, rest),
        (None, Some(rest)) => (false, rest),
        (None, None) => return false,
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.is_empty() || authority.contains('@') || rest.contains(['?', '#']) {
        return false;
    }
    let host = authority.strip_prefix('[').and_then(|rest| rest.split_once(']')).map(|(host, _)| host);
    let host = host.unwrap_or_else(|| authority.split(':').next().unwrap_or_default());
    secure || host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Where a JSON text breaks, without what it says there.
pub(super) fn broken(error: &serde_json::Error) -> String {
    let what = if error.is_eof() { "the JSON ends early" } else { "it is not the JSON that was expected" };
    format!("{what}, at line {}, column {}", error.line(), error.column())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_leave_this_machine_over_tls_only() {
        for base in ["https://example.org", "http://127.0.0.1:8080", "http://localhost/x", "http://[::1]:90"] {
            assert!(is_safe(base), "{base}");
        }
        for base in [
            "http://example.org",
            "example.org",
            "https://",
            "ftp://x",
            "https://me:word@example.org",
            "http://127.0.0.1.example",
        ] {
            assert!(!is_safe(base), "{base}");
        }
    }

    #[test]
    fn a_secret_is_not_printed() {
        let secret = Secret::received("abc123".to_owned()).unwrap();
        assert_eq!(format!("{secret:?}"), "Secret");
        assert!(Secret::received("two\nlines".to_owned()).is_none());
    }
}
