//! One HTTP client for both providers: timeouts, statuses, bodies of bounded size. Credentials go into it and nowhere else.
//! What any request has in common stands here too.

use std::fmt;
use std::time::Duration;
use ureq::config::ConfigBuilder;
use ureq::http::{HeaderMap, Response};
use ureq::typestate::AgentScope;
use ureq::{Agent, Body};

use super::address::Address;
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
        // An address that itself holds a password is refused too: it would be printed.
        if base.contains('#') || Address::parse(&base).is_none_or(|address| address.has_query()) {
            return Err(FetchError::Address { variable });
        }
        let agent = agent(patience.timeout).timeout_global(Some(patience.timeout)).build().new_agent();
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
        let mut answer = answer.map_err(|error| unreachable(provider, &what, error))?;
        let status = answer.status().as_u16();
        if denied.contains(&status) {
            return Err(Failure::Final(FetchError::Denied { provider, what, status, hint: self.hint }));
        }
        if status != 200 {
            return Err(refusal(provider, what, status, answer.headers()));
        }
        let incomplete = |what, reason| Failure::Again { error: FetchError::Incomplete { provider, what, reason }, wait: None };
        match answer.body_mut().with_config().limit(MAX_BODY_BYTES).read_to_vec() {
            Ok(bytes) => check(bytes).map_err(|reason| incomplete(what, reason)),
            Err(error) => Err(incomplete(what, format!("the reply broke off: {error}"))),
        }
    }
}

/// What every client has: statuses are looked at, and no redirect is followed unseen, since it could carry a token to another
/// host.
pub(super) fn agent(timeout_connect: Duration) -> ConfigBuilder<AgentScope> {
    Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .timeout_connect(Some(timeout_connect))
        .user_agent(concat!("harmattan/", env!("CARGO_PKG_VERSION")))
}

/// What a status means that is not 200: those of a server in trouble, or that asks to wait, may be another one next time.
pub(super) fn refusal(provider: &'static str, what: String, status: u16, headers: &HeaderMap) -> Failure {
    let error = FetchError::Status { provider, what, status };
    if !matches!(status, 408 | 429 | 500 | 502 | 503 | 504) {
        return Failure::Final(error);
    }
    let asked = headers.get("retry-after").and_then(|value| value.to_str().ok());
    let wait = asked.and_then(|text| retry_after(text, jiff::Timestamp::now()));
    Failure::Again { error, wait }
}

/// What it means that no answer came.
pub(super) fn unreachable(provider: &'static str, what: &str, error: ureq::Error) -> Failure {
    // A certificate that is not trusted or an address that is none stays so.
    let stays = matches!(error, ureq::Error::Rustls(_) | ureq::Error::Tls(_) | ureq::Error::BadUri(_) | ureq::Error::Http(_));
    let error = FetchError::Unreachable { provider, what: what.to_owned(), source: Box::new(error) };
    if stays { Failure::Final(error) } else { Failure::Again { error, wait: None } }
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
    fn a_base_has_no_parameters() {
        let patience = Patience { timeout: Duration::from_secs(1), first_wait: Duration::ZERO };
        let made = |base| Client::new("X", "", base, "X_URL", patience).is_ok();
        assert!(made("https://example.org/api/") && made("http://127.0.0.1:80"));
        assert!(!made("https://example.org/?a=1") && !made("https://example.org/#a") && !made("http://example.org"));
    }

    #[test]
    fn a_secret_is_not_printed() {
        let secret = Secret::received("abc123".to_owned()).unwrap();
        assert_eq!(format!("{secret:?}"), "Secret");
        assert!(Secret::received("two\nlines".to_owned()).is_none());
    }
}
