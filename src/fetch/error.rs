//! What keeps a provider's rows from being fetched. No text here holds a credential or anything that a provider sent.

use std::time::Duration;

/// Why rows cannot be fetched.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FetchError {
    /// A credential is not set.
    #[error("{variable} is not set; {provider} needs it, and it is read from the environment only")]
    Missing {
        /// The provider.
        provider: &'static str,
        /// The environment variable.
        variable: &'static str,
    },
    /// A credential holds what no header may hold.
    #[error("{variable} holds characters that cannot be sent, as a line break")]
    Unsendable {
        /// The environment variable.
        variable: &'static str,
    },
    /// The provider's address is none, or would send credentials in the clear.
    #[error("{variable}: expected an address that begins with https://, or with http:// on this machine")]
    Address {
        /// The environment variable.
        variable: &'static str,
    },
    /// An address that must not be asked, or none.
    #[error(
        "{what}: expected an address that begins with https://, or with http:// on this machine, and holds no user or password"
    )]
    UnsafeAddress {
        /// The address without what may be a key.
        what: String,
    },
    /// An address leads on to one that must not be asked.
    #[error("the server of {what} leads on to an address that does not begin with https://; it is not followed")]
    Redirect {
        /// What was asked for.
        what: String,
    },
    /// An address leads on and on.
    #[error("the server of {what} leads on to other addresses more than {most} times")]
    Redirects {
        /// What was asked for.
        what: String,
        /// How often it may.
        most: usize,
    },
    /// A page for people came in place of a file.
    #[error("the server sent a web page for {what}, not a file of data; perhaps it asks for a login")]
    WebPage {
        /// What was asked for.
        what: String,
    },
    /// A version that cannot be one.
    #[error("'{version}' is no version of the events: expected one as 26.1 or 26.0.8")]
    Version {
        /// What was given.
        version: String,
    },
    /// The provider does not accept the credentials.
    #[error("{provider} answered {status} for {what}: {hint}")]
    Denied {
        /// The provider.
        provider: &'static str,
        /// What was asked for.
        what: String,
        /// The HTTP status.
        status: u16,
        /// What to look at.
        hint: &'static str,
    },
    /// The provider answered with a status that means nothing good.
    #[error("{provider} answered {status} for {what}")]
    Status {
        /// The provider.
        provider: &'static str,
        /// What was asked for.
        what: String,
        /// The HTTP status.
        status: u16,
    },
    /// The provider asks to wait for longer than anyone would.
    #[error("{provider} answered {status} for {what} and asks to come again in {} s", wait.as_secs())]
    Later {
        /// The provider.
        provider: &'static str,
        /// What was asked for.
        what: String,
        /// The HTTP status.
        status: u16,
        /// For how long to wait.
        wait: Duration,
    },
    /// No answer came.
    #[error("{provider} did not answer for {what}")]
    Unreachable {
        /// The provider.
        provider: &'static str,
        /// What was asked for.
        what: String,
        /// What the connection says.
        #[source]
        source: Box<ureq::Error>,
    },
    /// An answer came that is not whole; nothing of it is used.
    #[error("{provider} sent {what} incomplete: {reason}")]
    Incomplete {
        /// The provider.
        provider: &'static str,
        /// What was asked for.
        what: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Trying again did not help.
    #[error("gave up after {tries} tries")]
    GaveUp {
        /// How often it was tried.
        tries: u32,
        /// What went wrong the last time.
        #[source]
        source: Box<FetchError>,
    },
}
