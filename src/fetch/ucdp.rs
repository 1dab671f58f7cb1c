//! The API of the Uppsala Conflict Data Program: georeferenced events of one version, up to 1,000 a page, with a token.

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::client::{Client, Request, Secret, broken};
use super::{FetchError, Page, Patience, Query};

/// Where the API is, unless the user says otherwise.
const BASE: &str = "https://ucdpapi.pcr.uu.se/api";

/// The most rows that the API gives at a time.
const PAGE_ROWS: u32 = 1_000;

const TOKEN: &str = "HARMATTAN_UCDP_TOKEN";

/// Fetches the events of one version, page by page.
#[derive(Debug)]
pub struct Ucdp {
    client: Client,
    token: Secret,
    path: String,
    parameters: Vec<(&'static str, String)>,
    page_rows: u64,
    /// The `page` parameter of the next reply; the first is asked for without one, so that it does not matter whether the API
    /// counts from 0 or 1.
    next: Next,
    pages_before: u64,
    rows_before: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    First,
    Number(u64),
    Nothing,
}

/// What a reply says beside its rows, which are only counted here.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Reply {
    total_count: u64,
    total_pages: u64,
    next_page_url: Option<String>,
    result: Vec<IgnoredAny>,
}

impl Ucdp {
    /// Prepares to fetch a version, as `26.1`, with the token from `HARMATTAN_UCDP_TOKEN`. `base` takes the place of the
    /// provider's address.
    ///
    /// # Errors
    /// [`FetchError`] when the token or the address cannot be used. Nothing is asked for yet.
    pub fn new(version: &str, query: &Query, base: Option<&str>, patience: Patience) -> Result<Self, FetchError> {
        if version.is_empty() || !version.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
            return Err(FetchError::Version { version: version.to_owned() });
        }
        let hint = "HARMATTAN_UCDP_TOKEN is not a token that it accepts";
        let client = Client::new("UCDP", hint, base.unwrap_or(BASE), "HARMATTAN_UCDP_URL", patience)?;
        let token = Secret::from_environment(client.provider, TOKEN)?;
        let page_rows = query.page_rows.unwrap_or(PAGE_ROWS).clamp(1, PAGE_ROWS);
        let mut parameters = vec![("pagesize", page_rows.to_string())];
        if !query.countries.is_empty() {
            parameters.push(("Country", query.countries.iter().map(|country| country.ucdp).collect::<Vec<_>>().join(",")));
        }
        parameters.extend(query.since.map(|day| ("StartDate", day.to_string())));
        parameters.extend(query.until.map(|day| ("EndDate", day.to_string())));
        Ok(Self {
            client,
            token,
            path: format!("/gedevents/{version}"),
            parameters,
            page_rows: u64::from(page_rows),
            next: Next::First,
            pages_before: 0,
            rows_before: 0,
        })
    }

    /// The next page; `None` after the last.
    ///
    /// # Errors
    /// [`FetchError`] when it cannot be had, or not whole. Asking again asks for the same page.
    pub fn next_page(&mut self) -> Result<Option<Page>, FetchError> {
        let mut parameters = self.parameters.clone();
        match self.next {
            Next::First => {}
            Next::Number(number) => parameters.push(("page", number.to_string())),
            Next::Nothing => return Ok(None),
        }
        let what = format!("page {}", self.pages_before + 1);
        let request = Request {
            what: &what,
            path: &self.path,
            parameters: &parameters,
            header: ("x-ucdp-access-token", self.token.reveal().to_owned()),
        };
        let (bytes, reply) = self.client.get(&request, |bytes| {
            let reply: Reply = serde_json::from_slice(&bytes).map_err(|error| broken(&error))?;
            self.check(&reply).map(|next| (bytes, (reply, next)))
        })?;
        let (reply, next) = reply;
        let rows = count(&reply.result);
        self.next = next;
        self.pages_before += 1;
        self.rows_before += rows;
        let name = format!("{what} of {}", reply.total_pages.max(1));
        Ok((rows > 0).then_some(Page { name, rows, of: Some(reply.total_pages), bytes }))
    }

    /// Whether a reply is whole, and what comes after it.
    fn check(&self, reply: &Reply) -> Result<Next, String> {
        let rows = count(&reply.result);
        let expected = reply.total_count.saturating_sub(self.rows_before).min(self.page_rows);
        if rows != expected {
            return Err(format!("it has {rows} rows where {expected} were announced"));
        }
        if self.rows_before + rows >= reply.total_count {
            return Ok(Next::Nothing);
        }
        let number = reply.next_page_url.as_deref().and_then(page_parameter);
        let number = number.ok_or("it does not say which page comes next")?;
        match self.next {
            Next::Number(this) if number <= this => Err("the page after it is one before it".to_owned()),
            _ => Ok(Next::Number(number)),
        }
    }
}

/// The `page` of an address. Only this is taken from it: the token goes to no other address than the user's.
fn page_parameter(url: &str) -> Option<u64> {
    let (_, query) = url.split_once('?')?;
    let page = query.split('&').filter_map(|pair| pair.split_once('=')).find(|(name, _)| name.eq_ignore_ascii_case("page"));
    page.and_then(|(_, number)| number.parse().ok())
}

fn count<T>(rows: &[T]) -> u64 {
    u64::try_from(rows.len()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_the_next_page_is_read_from_its_address() {
        assert_eq!(page_parameter("https://api.example/gedevents/26.1?pagesize=1000&page=7"), Some(7));
        assert_eq!(page_parameter("https://api.example/gedevents/26.1?Page=2&pagesize=1"), Some(2));
        assert_eq!(page_parameter("https://api.example/gedevents/26.1?pagesize=1"), None);
    }
}
