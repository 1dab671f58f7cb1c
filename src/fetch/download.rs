//! One file at an address, as a stream of bytes: what is in it is left to importers.
//!
//! Redirects are followed by hand, so that each is looked at before it is asked. Once the first byte has come nothing is tried
//! again: the reader fails, and whoever reads undoes what it has.

use std::io::{self, BufRead, BufReader, Read};
use ureq::http::Response;
use ureq::{Agent, Body, BodyReader};

use super::address::{Address, shown};
use super::client::{agent, refusal, unreachable};
use super::retry::{Failure, Retry};
use super::{FetchError, Patience};

/// How often an address may lead on to another one.
const MAX_REDIRECTS: usize = 5;

/// Who sends, in messages.
const SERVER: &str = "the server";

/// A file that is being fetched. Reading fails when it ends before the length that was announced.
pub struct Download {
    what: String,
    length: Option<u64>,
    read: u64,
    body: BufReader<BodyReader<'static>>,
}

/// Whether a text is an address rather than a file's name.
#[must_use]
pub fn is_address(text: &str) -> bool {
    let scheme = text.split("://").next().unwrap_or_default();
    scheme.len() < text.len() && ["http", "https"].iter().any(|known| scheme.eq_ignore_ascii_case(known))
}

impl Download {
    /// Asks for an `https://` address, or an `http://` one on this machine, until the file begins to come. Patience is for one
    /// wait: for the connection, the answer, the next bytes of it.
    ///
    /// # Errors
    /// [`FetchError`] when the address must not be asked, or no file comes from it.
    pub fn start(address: &str, patience: Patience) -> Result<Self, FetchError> {
        let what = shown(address);
        let first = Address::parse(address).ok_or_else(|| FetchError::UnsafeAddress { what: what.clone() })?;
        let config =
            agent(patience.timeout).timeout_recv_response(Some(patience.timeout)).timeout_per_read(Some(patience.timeout));
        let agent = config.build().new_agent();
        let answer = Retry { first: patience.first_wait }.run(|| ask(&agent, &first, &what))?;
        let length = answer.body().content_length();
        let is_page = answer.body().mime_type().is_some_and(|mime| mime == "text/html" || mime == "application/xhtml+xml");
        let body = BufReader::with_capacity(64 * 1024, answer.into_body().into_reader());
        let mut download = Self { what, length, read: 0, body };
        // Some servers call any text HTML; only what also begins as such is a page: a login, most often.
        if is_page {
            let head = download.body.fill_buf().map_err(|error| download_broke(&download.what, 0, length, &error))?;
            if head.trim_ascii_start().starts_with(b"<") {
                return Err(FetchError::WebPage { what: download.what });
            }
        }
        Ok(download)
    }

    /// How many bytes the server announces, where it does.
    #[must_use]
    pub fn length(&self) -> Option<u64> {
        self.length
    }
}

/// Asks an address and those that it leads on to.
fn ask(agent: &Agent, first: &Address, what: &str) -> Result<Response<Body>, Failure> {
    let mut address = first.clone();
    for _ in 0..=MAX_REDIRECTS {
        // Text shrinks to a tenth; the importer unpacks it as it unpacks a file.
        let answer = agent.get(address.as_str()).header("accept-encoding", "gzip").call();
        let answer = answer.map_err(|error| match error {
            // It would say the whole address, in which a key may stand.
            ureq::Error::BadUri(_) | ureq::Error::Http(_) => Failure::Final(FetchError::UnsafeAddress { what: what.to_owned() }),
            error => unreachable(SERVER, what, error),
        })?;
        let status = answer.status().as_u16();
        match status {
            200 => return Ok(answer),
            301 | 302 | 303 | 307 | 308 => {
                let location = answer.headers().get("location").and_then(|value| value.to_str().ok());
                let next = location.and_then(|location| address.follow(location));
                address = next.ok_or_else(|| Failure::Final(FetchError::Redirect { what: what.to_owned() }))?;
            }
            status => return Err(refusal(SERVER, what.to_owned(), status, answer.headers())),
        }
    }
    Err(Failure::Final(FetchError::Redirects { what: what.to_owned(), most: MAX_REDIRECTS }))
}

fn download_broke(what: &str, read: u64, length: Option<u64>, error: &io::Error) -> FetchError {
    let of = length.map_or_else(String::new, |length| format!(" of {length}"));
    let reason = format!("it broke off after {read}{of} bytes: {error}");
    FetchError::Incomplete { provider: SERVER, what: what.to_owned(), reason }
}

impl Read for Download {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = match self.body.read(into) {
            Ok(0) if !into.is_empty() && self.length.is_some_and(|length| self.read < length) => {
                Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the connection ended"))
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Err(error),
            other => other,
        };
        let count = count.map_err(|error| io::Error::other(download_broke(&self.what, self.read, self.length, &error)))?;
        self.read += u64::try_from(count).unwrap_or(0);
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_told_from_names_of_files() {
        for text in ["https://example.org/a.csv", "HTTP://x", "http://127.0.0.1"] {
            assert!(is_address(text), "{text}");
        }
        for text in ["events.csv", "http", "-", "./https:/x", "file:///x", "data/https://x"] {
            assert!(!is_address(text), "{text}");
        }
    }
}
