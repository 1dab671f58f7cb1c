//! Trying again: how often, and how long to wait in between.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::time::Duration;

use super::FetchError;

/// How often a request is tried before it is given up.
pub const TRIES: u32 = 5;

/// The longest wait that a provider may ask for; one that asks for more is not waited for.
const LONGEST: Duration = Duration::from_secs(300);

/// What came of one try that failed.
pub(super) enum Failure {
    /// Another try may help.
    Again {
        /// What went wrong.
        error: FetchError,
        /// How long the provider asks to wait.
        wait: Option<Duration>,
    },
    /// No other try will help.
    Final(FetchError),
}

/// How long to wait between tries.
#[derive(Debug, Clone, Copy)]
pub(super) struct Retry {
    /// The wait after the first try at its longest; each one after it is twice as long.
    pub(super) first: Duration,
}

impl Retry {
    /// Tries until it is done, until no other try will help, or [`TRIES`] times.
    pub(super) fn run<T>(self, mut attempt: impl FnMut() -> Result<T, Failure>) -> Result<T, FetchError> {
        let mut tried = 0;
        loop {
            tried += 1;
            let (error, asked) = match attempt() {
                Ok(done) => return Ok(done),
                Err(Failure::Final(error)) => return Err(error),
                Err(Failure::Again { error, wait }) => (error, wait),
            };
            if tried >= TRIES {
                return Err(FetchError::GaveUp { tries: tried, source: Box::new(error) });
            }
            let wait = match (asked, error) {
                (Some(wait), FetchError::Status { provider, what, status }) if wait > LONGEST => {
                    return Err(FetchError::Later { provider, what, status, wait });
                }
                (asked, error) => {
                    let wait = asked.unwrap_or_else(|| self.pause(tried, jitter()));
                    tracing::warn!("{error}; trying again in {:.1} s", wait.as_secs_f64());
                    wait
                }
            };
            std::thread::sleep(wait);
        }
    }

    /// The wait after a number of tries: twice as long each time, between half of it and all of it by the jitter (0–1), so that
    /// many clients do not come back at the same moment.
    fn pause(self, tried: u32, jitter: f64) -> Duration {
        let whole = self.first.saturating_mul(1 << tried.saturating_sub(1).min(16)).min(LONGEST);
        whole.mul_f64(0.5 + jitter.clamp(0.0, 1.0) / 2.0)
    }
}

/// A number from 0 to 1 that differs from call to call; the standard library seeds its hashers from the system.
fn jitter() -> f64 {
    let random = RandomState::new().build_hasher().finish();
    f64::from(u16::try_from(random >> 48).unwrap_or(0)) / f64::from(u16::MAX)
}

/// How long `Retry-After` asks to wait (RFC 9110 §10.2.3): seconds, or a date, of which `now` is taken off.
pub(super) fn retry_after(text: &str, now: jiff::Timestamp) -> Option<Duration> {
    let text = text.trim();
    if let Ok(seconds) = text.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let date = jiff::fmt::rfc2822::parse(text).ok()?.timestamp();
    Some(Duration::try_from(date.duration_since(now)).unwrap_or(Duration::ZERO))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_wait_is_twice_the_one_before_and_at_least_half_of_itself() {
        let retry = Retry { first: Duration::from_secs(1) };
        assert_eq!(retry.pause(1, 1.0), Duration::from_secs(1));
        assert_eq!(retry.pause(4, 1.0), Duration::from_secs(8));
        assert_eq!(retry.pause(4, 0.0), Duration::from_secs(4));
        assert_eq!(retry.pause(60, 1.0), LONGEST);
        assert!((0.0..=1.0).contains(&jitter()));
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = "1994-11-06T08:49:00Z".parse().unwrap();
        assert_eq!(retry_after("120", now), Some(Duration::from_secs(120)));
        assert_eq!(retry_after("Sun, 06 Nov 1994 08:49:37 GMT", now), Some(Duration::from_secs(37)));
        assert_eq!(retry_after("Sun, 06 Nov 1994 08:48:37 GMT", now), Some(Duration::ZERO));
        assert_eq!(retry_after("soon", now), None);
    }

    #[test]
    fn a_wait_of_an_hour_is_not_waited_for() {
        let mut tries = 0;
        let outcome: Result<(), _> = Retry { first: Duration::ZERO }.run(|| {
            tries += 1;
            let error = FetchError::Status { provider: "UCDP", what: "page 1".to_owned(), status: 429 };
            Err(Failure::Again { error, wait: Some(Duration::from_secs(3_600)) })
        });
        assert!(matches!(outcome, Err(FetchError::Later { wait, .. }) if wait.as_secs() == 3_600));
        assert_eq!(tries, 1);
    }
}
