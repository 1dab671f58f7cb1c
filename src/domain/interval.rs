//! A span of time in UTC with both ends included, as the `datetime` parameter means it.

use jiff::civil::Date;
use std::fmt;

use super::{DomainError, Instant};

/// Everything from `start` to `end`, both ends included; either may be open.
///
/// ```
/// use harmattan::domain::Interval;
/// let spring = Interval::parse("2023-03-01/2023-05-31")?;
/// let labour_day = Interval::parse("2023-05-01")?;
/// assert!(spring.meets(labour_day));
/// assert_eq!(Interval::parse("2023-03-01/..")?.to_string(), "2023-03-01/..");
/// # Ok::<(), harmattan::domain::DomainError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Interval {
    start: Instant,
    end: Instant,
}

impl Interval {
    /// All of time: what an undated record holds, and what a query without `datetime` asks.
    pub const ALWAYS: Self = Self { start: Instant::MIN, end: Instant::MAX };

    /// The interval between two instants, both included; `None` when it would end before it starts.
    #[must_use]
    pub fn new(start: Instant, end: Instant) -> Option<Self> {
        (start <= end).then_some(Self { start, end })
    }

    /// The whole of the days from `first` to `last`, both included; an absent day is an open end.
    #[must_use]
    pub fn days(first: Option<Date>, last: Option<Date>) -> Option<Self> {
        Self::new(first.map_or(Instant::MIN, Instant::start_of), last.map_or(Instant::MAX, Instant::end_of))
    }

    /// First instant, included; [`Instant::MIN`] when open.
    #[must_use]
    pub fn start(self) -> Instant {
        self.start
    }

    /// Last instant, included; [`Instant::MAX`] when open.
    #[must_use]
    pub fn end(self) -> Instant {
        self.end
    }

    /// Whether the two share an instant.
    #[must_use]
    pub fn meets(self, other: Self) -> bool {
        self.start <= other.end && other.start <= self.end
    }

    /// The smallest interval around both.
    #[must_use]
    pub fn around(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// Whether the instant lies within.
    #[must_use]
    pub fn contains(self, instant: Instant) -> bool {
        self.start <= instant && instant <= self.end
    }

    /// Reads the `datetime` form: a date, an RFC 3339 instant, or `start/end` of those with `..` or nothing for an open end.
    /// A date stands for the whole day. A date with a bare `T` (as GDAL 3.6 sends) is taken as the date.
    ///
    /// # Errors
    /// [`DomainError::Datetime`] when a part is neither, or the end lies before the start.
    pub fn parse(text: &str) -> Result<Self, DomainError> {
        let bad = |reason: &str| DomainError::Datetime { what: "datetime", text: text.to_owned(), reason: reason.to_owned() };
        if text.is_empty() {
            return Err(bad("it is empty; leave the parameter out to ask for all of time"));
        }
        let Some((from, to)) = text.split_once('/') else {
            if text == ".." {
                return Err(bad("an open end needs the form start/end, as ../2023-12-31"));
            }
            return Moment::parse(text).map(Moment::interval);
        };
        if to.contains('/') {
            return Err(bad("more than one '/'"));
        }
        let open = |part: &str| part.is_empty() || part == "..";
        let start = if open(from) { Instant::MIN } else { Moment::parse(from)?.interval().start };
        let end = if open(to) { Instant::MAX } else { Moment::parse(to)?.interval().end };
        Self::new(start, end).ok_or_else(|| bad("the end lies before the start"))
    }
}

impl fmt::Display for Interval {
    /// The `datetime` form that parses back to the same interval: dates where both ends are whole days, instants otherwise.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let first_day = self.start.date().filter(|day| Instant::start_of(*day) == self.start);
        let last_day = self.end.date().filter(|day| Instant::end_of(*day) == self.end);
        match (first_day, last_day) {
            (Some(first), Some(last)) if first == last => return write!(f, "{first}"),
            _ if self.start == self.end => return write!(f, "{}", self.start),
            _ => {}
        }
        match first_day {
            Some(day) => write!(f, "{day}/")?,
            None => write!(f, "{}/", self.start)?,
        }
        match last_day {
            Some(day) => write!(f, "{day}"),
            None => write!(f, "{}", self.end),
        }
    }
}

/// A point in time as a source gives it: a day, or an instant where the time of day is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// A whole UTC day.
    Day(Date),
    /// A time of day.
    Instant(Instant),
}

impl Moment {
    /// Reads an ISO date or an RFC 3339 instant.
    ///
    /// # Errors
    /// [`DomainError::Datetime`] when the text is neither.
    pub fn parse(text: &str) -> Result<Self, DomainError> {
        let day = text.strip_suffix(['T', 't']).unwrap_or(text);
        if day.len() == 10 && day.is_ascii() { parse_date(day).map(Self::Day) } else { Instant::parse(text).map(Self::Instant) }
    }

    /// The span it stands for: the whole day, or the one instant.
    #[must_use]
    pub fn interval(self) -> Interval {
        match self {
            Self::Day(day) => Interval { start: Instant::start_of(day), end: Instant::end_of(day) },
            Self::Instant(instant) => Interval { start: instant, end: instant },
        }
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Day(day) => day.fmt(f),
            Self::Instant(instant) => instant.fmt(f),
        }
    }
}

/// Reads `YYYY-MM-DD`, nothing shorter and nothing longer.
fn parse_date(text: &str) -> Result<Date, DomainError> {
    let bad = |reason: &str| DomainError::Datetime { what: "datetime", text: text.to_owned(), reason: reason.to_owned() };
    let shaped = text.bytes().enumerate().all(|(at, byte)| if at == 4 || at == 7 { byte == b'-' } else { byte.is_ascii_digit() });
    if !shaped || text.len() != 10 {
        return Err(bad("expected a date as 2023-02-03 or an instant as 2023-02-03T04:05:06Z"));
    }
    super::instant::day(text.as_bytes()).ok_or_else(|| bad("no such day"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_date_is_its_whole_day() {
        let day = Interval::parse("2023-02-03").unwrap();
        assert!(day.contains(Instant::parse("2023-02-03T23:59:59Z").unwrap()));
        assert!(!day.contains(Instant::parse("2023-02-04T00:00:00Z").unwrap()));
    }

    #[test]
    fn ends_are_inclusive_and_may_be_open() {
        let year = Interval::parse("2023-01-01/2023-12-31").unwrap();
        assert!(year.meets(Interval::parse("2023-12-31T23:59:59Z/..").unwrap()));
        assert!(year.meets(Interval::parse("../2023-01-01").unwrap()));
        assert!(!year.meets(Interval::parse("2024-01-01/..").unwrap()));
        assert_eq!(Interval::parse("../..").unwrap(), Interval::ALWAYS);
        assert_eq!(Interval::parse("/2023-01-01").unwrap(), Interval::parse("../2023-01-01").unwrap());
    }

    #[test]
    fn a_bare_t_is_taken_as_the_date() {
        assert_eq!(Interval::parse("2022-01-01T/..").unwrap(), Interval::parse("2022-01-01/..").unwrap());
    }

    #[test]
    fn malformed_and_reversed_intervals_are_refused() {
        for text in [
            "",
            "..",
            "2023",
            "2023-13-01",
            "2023-02-29",
            "2023-02-03/2023-02-02",
            "a/b",
            "2023-01-01/2023-01-02/2023-01-03",
            "2023-1-1",
            "20230101",
            "２０２３-01-01",
        ] {
            assert!(Interval::parse(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_printed_parses_back(a in -62_135_596_800_000i64..253_402_200_000_000, b in 0i64..4_000_000_000_000, form in 0u8..6) {
            let start = Instant::from_millis(a);
            let end = Instant::from_millis((a + b).min(253_402_200_000_000));
            let whole = |instant: Instant| instant.date().unwrap();
            let interval = match form {
                0 => Interval::new(start, end),
                1 => Interval::new(Instant::MIN, end),
                2 => Interval::new(start, Instant::MAX),
                3 => Interval::days(Some(whole(start)), Some(whole(end))),
                4 => Interval::days(Some(whole(start)), Some(whole(start))),
                _ => Interval::days(Some(whole(start)), None),
            }.unwrap();
            prop_assert_eq!(Interval::parse(&interval.to_string()).unwrap(), interval);
        }

        #[test]
        fn no_text_panics(text in ".{0,40}") {
            let _ = Interval::parse(&text);
        }
    }
}
