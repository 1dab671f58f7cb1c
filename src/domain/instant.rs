//! A moment in UTC, to the millisecond.

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use std::fmt;

use super::DomainError;

/// Milliseconds since 1970-01-01T00:00:00Z.
///
/// Sources give days, sometimes seconds; a millisecond is the finest step that closed intervals need so that the last
/// instant of a day is distinct from the first of the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(i64);

impl Instant {
    /// Before everything: the open start of an interval.
    pub const MIN: Self = Self(i64::MIN);
    /// After everything: the open end of an interval.
    pub const MAX: Self = Self(i64::MAX);

    /// The instant that many milliseconds after 1970-01-01T00:00:00Z.
    #[must_use]
    pub fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub fn millis(self) -> i64 {
        self.0
    }

    /// 00:00:00.000 UTC of the day.
    #[must_use]
    pub fn start_of(date: Date) -> Self {
        Self::of(date, Time::midnight())
    }

    /// 23:59:59.999 UTC of the day.
    #[must_use]
    pub fn end_of(date: Date) -> Self {
        Self::of(date, Time::constant(23, 59, 59, 999_000_000))
    }

    /// The instant the system's clock shows.
    #[must_use]
    pub fn now() -> Self {
        Self(Timestamp::now().as_millisecond())
    }

    fn of(date: Date, time: Time) -> Self {
        let stamp = TimeZone::UTC.to_timestamp(date.to_datetime(time));
        // Only the last day of year 9999 can fail here, and it is after everything else.
        stamp.map_or(Self::MAX, |stamp| Self(stamp.as_millisecond()))
    }

    /// The UTC day it falls on; `None` for the open ends.
    #[must_use]
    pub fn date(self) -> Option<Date> {
        civil(self.0.div_euclid(86_400_000))
    }

    /// Reads an RFC 3339 instant: date, `T`, time with seconds, and `Z` or an offset.
    ///
    /// # Errors
    /// [`DomainError::Datetime`] when the text is anything else.
    pub fn parse(text: &str) -> Result<Self, DomainError> {
        let bad = |reason: &str| DomainError::Datetime { what: "datetime", text: text.to_owned(), reason: reason.to_owned() };
        if !has_rfc3339_shape(text.as_bytes()) {
            return Err(bad("expected an RFC 3339 instant as 2023-02-03T04:05:06Z"));
        }
        // Stores hold millions of instants in UTC, which need no general reader.
        if let Some(instant) = utc(text.as_bytes()) {
            return Ok(instant);
        }
        let stamp: Timestamp = text.parse().map_err(|_| bad("no such day or time"))?;
        Ok(Self(stamp.as_millisecond()))
    }
}

/// The day of the Gregorian calendar that many days after 1970-01-01; `None` beyond the years −9999 to 9999.
///
/// Days are counted from 1 March of year 0 in eras of 400 years, which are all 146,097 days long; within a year the months from March on
/// follow a line of 153 days in five months (H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`).
fn civil(days: i64) -> Option<Date> {
    const DAYS_PER_ERA: i64 = 146_097;
    let days = days.checked_add(719_468)?;
    let (era, day_of_era) = (days.div_euclid(DAYS_PER_ERA), days.rem_euclid(DAYS_PER_ERA));
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// Reads an instant of RFC 3339 form in UTC, to the millisecond at most; `None` for any other, and for what is no day or time.
fn utc(text: &[u8]) -> Option<Instant> {
    let digits = |from: usize, count: usize| {
        text.get(from..from + count)?
            .iter()
            .try_fold(0i64, |number, byte| byte.is_ascii_digit().then(|| number * 10 + i64::from(byte - b'0')))
    };
    let millis = match text.get(19..)? {
        b"Z" => 0,
        [b'.', _, _, _, b'Z'] => digits(20, 3)?,
        _ => return None,
    };
    let date = day(text.get(..10)?)?;
    let (hour, minute, second) = (digits(11, 2)?, digits(14, 2)?, digits(17, 2)?);
    let in_range = hour < 24 && minute < 60 && second < 60;
    in_range.then(|| Instant(Instant::start_of(date).0 + ((hour * 60 + minute) * 60 + second) * 1_000 + millis))
}

/// Reads ten digits and hyphens as a day; `None` when there is no such day.
pub(super) fn day(text: &[u8]) -> Option<Date> {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = text else { return None };
    let number = |digits: &[&u8]| {
        digits.iter().try_fold(0i16, |number, byte| byte.is_ascii_digit().then(|| number * 10 + i16::from(**byte - b'0')))
    };
    let (month, day) = (i8::try_from(number(&[m1, m2])?).ok()?, i8::try_from(number(&[d1, d2])?).ok()?);
    Date::new(number(&[y1, y2, y3, y4])?, month, day).ok()
}

/// RFC 3339 §5.6 `date-time`, digit by digit: the date library also takes forms that the standard does not.
fn has_rfc3339_shape(text: &[u8]) -> bool {
    const DATE_TIME: &[u8] = b"dddd-dd-ddTdd:dd:dd";
    let Some((head, mut rest)) = text.split_at_checked(DATE_TIME.len()) else { return false };
    let fits = |(&byte, &form): (&u8, &u8)| if form == b'd' { byte.is_ascii_digit() } else { byte.eq_ignore_ascii_case(&form) };
    if !head.iter().zip(DATE_TIME).all(fits) {
        return false;
    }
    if let Some(fraction) = rest.strip_prefix(b".") {
        let digits = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if digits == 0 || digits > 9 {
            return false;
        }
        rest = &fraction[digits..];
    }
    match rest {
        b"Z" | b"z" => true,
        [b'+' | b'-', offset @ ..] => offset.len() == 5 && offset.iter().zip(b"dd:dd").all(fits),
        _ => false,
    }
}

impl fmt::Display for Instant {
    /// RFC 3339 in UTC, with milliseconds only where there are any; `..` for an open end.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Ok(stamp) = Timestamp::from_millisecond(self.0) else { return f.write_str("..") };
        let utc = TimeZone::UTC.to_datetime(stamp);
        write!(f, "{}T{:02}:{:02}:{:02}", utc.date(), utc.hour(), utc.minute(), utc.second())?;
        if utc.millisecond() != 0 {
            write!(f, ".{:03}", utc.millisecond())?;
        }
        f.write_str("Z")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_offset_is_turned_into_utc() {
        assert_eq!(Instant::parse("2023-02-03T04:05:06+02:00").unwrap().to_string(), "2023-02-03T02:05:06Z");
        assert_eq!(Instant::parse("2023-02-03t04:05:06.250z").unwrap().to_string(), "2023-02-03T04:05:06.250Z");
    }

    #[test]
    fn what_is_not_rfc_3339_is_refused() {
        for text in
            ["2023-02-03", "2023-02-03T04:05:06", "2023-02-03T04:05Z", "2023-02-30T00:00:00Z", "2023-02-03T04:05:06.Z", "", "é"]
        {
            assert!(Instant::parse(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_day_is_the_one_of_the_calendar(millis in -377_705_023_201_000i64..=253_402_207_200_999) {
            let stamp = Timestamp::from_millisecond(millis).unwrap();
            prop_assert_eq!(Instant::from_millis(millis).date(), Some(TimeZone::UTC.to_datetime(stamp).date()));
        }

        #[test]
        fn the_short_way_reads_what_the_general_one_reads(millis in -62_135_596_800_000i64..253_402_200_000_000) {
            for millis in [millis, millis - millis.rem_euclid(1_000)] {
                let text = Instant::from_millis(millis).to_string();
                prop_assert_eq!(utc(text.as_bytes()), Some(Instant::from_millis(millis)), "{}", text);
                prop_assert_eq!(text.parse::<Timestamp>().unwrap().as_millisecond(), millis);
            }
        }
    }

    #[test]
    fn a_day_ends_a_millisecond_before_the_next_begins() {
        let day = jiff::civil::date(2024, 2, 29);
        assert_eq!(Instant::end_of(day).millis() + 1, Instant::start_of(day.tomorrow().unwrap()).millis());
        assert_eq!(Instant::end_of(day).date(), Some(day));
        assert_eq!(Instant::MAX.date(), None);
    }
}
