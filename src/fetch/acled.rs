//! ACLED's API: a token for user and password, events up to 5,000 a page, and the list of the ids that were withdrawn.

use serde::Deserialize;

use super::client::{Client, Request, Secret, broken};
use super::{FetchError, Page, Patience, Query};

/// Where the API is, unless the user says otherwise.
const BASE: &str = "https://acleddata.com";

/// How many rows the API gives at a time.
const PAGE_ROWS: u32 = 5_000;

/// The first day of ACLED's data; a range of days needs a beginning.
const FIRST_DAY: &str = "1997-01-01";

const USER: &str = "HARMATTAN_ACLED_USER";
const PASSWORD: &str = "HARMATTAN_ACLED_PASSWORD";

/// The name by which any program asks for a token.
const CLIENT: &str = "acled";

/// Fetches events and withdrawn ids, page by page.
#[derive(Debug)]
pub struct Acled {
    client: Client,
    user: Secret,
    password: Secret,
    tokens: Option<Tokens>,
    parameters: Vec<(&'static str, String)>,
    page_rows: u64,
    events: Cursor,
    deleted: Cursor,
}

/// An event that the provider withdrew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deleted {
    /// Its `event_id_cnty`.
    pub id: String,
    /// When it was withdrawn, in seconds since 1970-01-01T00:00:00Z; `None` where the reply does not say.
    pub at: Option<i64>,
}

/// What a login hands out: a token for a day and, mostly, another one that renews it.
#[derive(Debug)]
struct Tokens {
    access: Secret,
    refresh: Option<Secret>,
}

#[derive(Deserialize)]
struct TokenReply {
    access_token: String,
    refresh_token: Option<String>,
}

/// How far a list has been read.
#[derive(Debug, Clone)]
struct Cursor {
    page: u64,
    rows_before: u64,
    /// The first id of the page before.
    first: Option<String>,
    over: bool,
}

const START: Cursor = Cursor { page: 1, rows_before: 0, first: None, over: false };

#[derive(Deserialize)]
struct Reply {
    success: Option<bool>,
    count: Option<Number>,
    data: Vec<ListedRow>,
}

/// A reply with a list, as it came and as it was read.
struct Listed {
    bytes: Vec<u8>,
    rows: Vec<ListedRow>,
}

/// What is read here of an event or of a withdrawn id.
#[derive(Deserialize)]
struct ListedRow {
    event_id_cnty: Option<String>,
    deleted_timestamp: Option<Number>,
}

/// A number, which the API also sends as text.
#[derive(Deserialize)]
#[serde(untagged)]
enum Number {
    Plain(i64),
    Text(String),
}

impl Number {
    fn get(&self) -> Option<i64> {
        match self {
            Self::Plain(number) => Some(*number),
            Self::Text(text) => text.trim().parse().ok(),
        }
    }
}

impl Acled {
    /// Prepares to fetch with `HARMATTAN_ACLED_USER` and `HARMATTAN_ACLED_PASSWORD`. `base` takes the place of the provider's
    /// address.
    ///
    /// # Errors
    /// [`FetchError`] when a credential or the address cannot be used. Nothing is asked for yet.
    pub fn new(query: &Query, base: Option<&str>, patience: Patience) -> Result<Self, FetchError> {
        let hint = "HARMATTAN_ACLED_USER or HARMATTAN_ACLED_PASSWORD is wrong, or the account has no access to the API";
        let client = Client::new("ACLED", hint, base.unwrap_or(BASE), "HARMATTAN_ACLED_URL", patience)?;
        let user = Secret::from_environment(client.provider, USER)?;
        let password = Secret::from_environment(client.provider, PASSWORD)?;
        let page_rows = query.page_rows.unwrap_or(PAGE_ROWS).clamp(1, PAGE_ROWS);
        let mut parameters = Vec::new();
        match (query.since, query.until) {
            (None, None) => {}
            // Each event bears the time of its last revision, which is none before the event: this is all that took place
            // since, and what was revised since of what took place before.
            (Some(since), None) => {
                let midnight = since.to_zoned(jiff::tz::TimeZone::UTC).map_or(0, |midnight| midnight.timestamp().as_second());
                parameters.push(("timestamp", midnight.to_string()));
                parameters.push(("timestamp_where", ">=".to_owned()));
            }
            (since, Some(until)) => {
                let from = since.map_or_else(|| FIRST_DAY.to_owned(), |day| day.to_string());
                parameters.push(("event_date", format!("{from}|{until}")));
                parameters.push(("event_date_where", "BETWEEN".to_owned()));
            }
        }
        if !query.countries.is_empty() {
            // One parameter that holds alternatives, as `country=Mali:OR:country=Niger`.
            let names: Vec<&str> = query.countries.iter().map(|country| country.acled).collect();
            parameters.push(("country", names.join(":OR:country=")));
        }
        let page_rows = u64::from(page_rows);
        Ok(Self { client, user, password, tokens: None, parameters, page_rows, events: START, deleted: START })
    }

    /// The next page of events; `None` after the last.
    ///
    /// # Errors
    /// [`FetchError`] when it cannot be had, or not whole. Asking again asks for the same page.
    pub fn next_page(&mut self) -> Result<Option<Page>, FetchError> {
        let name = format!("page {}", self.events.page);
        let parameters = self.parameters.clone();
        let Some(listed) = self.list("/api/acled/read", &name, parameters, &self.events.clone())? else {
            return Ok(None);
        };
        let (rows, bytes) = (self.events.pass(&listed.rows, self.page_rows), listed.bytes);
        Ok((rows > 0).then_some(Page { name, rows, of: None, bytes }))
    }

    /// The next page of withdrawn ids; `None` after the last.
    ///
    /// # Errors
    /// As [`next_page`](Self::next_page).
    pub fn next_deleted(&mut self) -> Result<Option<Vec<Deleted>>, FetchError> {
        let name = format!("page {} of the withdrawn ids", self.deleted.page);
        let Some(listed) = self.list("/api/deleted/read", &name, Vec::new(), &self.deleted.clone())? else {
            return Ok(None);
        };
        let rows = self.deleted.pass(&listed.rows, self.page_rows);
        let deleted = listed.rows.into_iter().filter_map(|row| {
            let at = row.deleted_timestamp.as_ref().and_then(Number::get);
            row.event_id_cnty.map(|id| Deleted { id, at })
        });
        Ok((rows > 0).then(|| deleted.collect()))
    }

    /// A reply with a list, whole; a token that has expired is renewed once.
    fn list(
        &mut self,
        path: &str,
        what: &str,
        mut parameters: Vec<(&'static str, String)>,
        cursor: &Cursor,
    ) -> Result<Option<Listed>, FetchError> {
        if cursor.over {
            return Ok(None);
        }
        parameters.push(("_format", "json".to_owned()));
        parameters.push(("limit", self.page_rows.to_string()));
        parameters.push(("page", cursor.page.to_string()));
        let mut renewed = false;
        loop {
            let access = match self.tokens.take() {
                Some(tokens) => self.tokens.insert(tokens),
                None => self.tokens.insert(login(&self.client, &self.user, &self.password)?),
            };
            let header = ("authorization", format!("Bearer {}", access.access.reveal()));
            let request = Request { what, path, parameters: &parameters, header };
            let page_rows = self.page_rows;
            let answer = self.client.get(&request, |bytes| {
                let reply: Reply = serde_json::from_slice(&bytes).map_err(|error| broken(&error))?;
                check(&reply, cursor, page_rows).map(|()| Listed { bytes, rows: reply.data })
            });
            match answer {
                Err(FetchError::Denied { status: 401, .. }) if !renewed => {
                    renewed = true;
                    tracing::info!("the token has expired; asking for another one");
                    self.tokens = match self.tokens.take().and_then(|tokens| tokens.refresh) {
                        // Where it is too old as well, the password goes again.
                        Some(refresh) => refreshed(&self.client, &refresh)?,
                        None => None,
                    };
                }
                answer => return answer.map(Some),
            }
        }
    }
}

impl Cursor {
    /// Goes on after a page; how many rows of it are new. A list that takes no heed of pages gives the same one for ever: then
    /// it has been read.
    fn pass(&mut self, rows: &[ListedRow], page_rows: u64) -> u64 {
        let first = rows.first().and_then(|row| row.event_id_cnty.clone());
        let again = first.is_some() && first == self.first;
        let count = if again { 0 } else { length(rows) };
        *self = Self { page: self.page + 1, rows_before: self.rows_before + count, first, over: count < page_rows };
        count
    }
}

/// Whether a reply has the rows that it announces. Its `count` is that of the page; where it is more than a page can hold, it
/// may be that of all pages.
fn check(reply: &Reply, cursor: &Cursor, page_rows: u64) -> Result<(), String> {
    if reply.success == Some(false) {
        return Err("the reply says that it failed".to_owned());
    }
    let rows = length(&reply.data);
    let count = reply.count.as_ref().and_then(Number::get).and_then(|count| u64::try_from(count).ok());
    let count = count.ok_or("it does not say how many rows it has")?;
    let rest = count.saturating_sub(cursor.rows_before).min(page_rows);
    if rows == count || (count > page_rows && rows == rest) {
        return Ok(());
    }
    Err(format!("it has {rows} rows where {} were announced", if count > page_rows { rest } else { count }))
}

fn length(rows: &[ListedRow]) -> u64 {
    u64::try_from(rows.len()).unwrap_or(u64::MAX)
}

/// Tokens for user and password (RFC 6749 §4.3).
fn login(client: &Client, user: &Secret, password: &Secret) -> Result<Tokens, FetchError> {
    let form = [("username", user.reveal()), ("password", password.reveal()), ("grant_type", "password"), ("client_id", CLIENT)];
    client.post("a token", "/oauth/token", &form, |bytes| tokens(&bytes))
}

/// Tokens for a refresh token (RFC 6749 §6); `None` when it is not accepted any more.
fn refreshed(client: &Client, refresh: &Secret) -> Result<Option<Tokens>, FetchError> {
    let form = [("refresh_token", refresh.reveal()), ("grant_type", "refresh_token"), ("client_id", CLIENT)];
    match client.post("a new token", "/oauth/token", &form, |bytes| tokens(&bytes)) {
        Ok(tokens) => Ok(Some(tokens)),
        Err(FetchError::Denied { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

fn tokens(bytes: &[u8]) -> Result<Tokens, String> {
    let reply: TokenReply = serde_json::from_slice(bytes).map_err(|error| broken(&error))?;
    let access = Secret::received(reply.access_token).ok_or("the token is none")?;
    Ok(Tokens { access, refresh: reply.refresh_token.and_then(Secret::received) })
}
